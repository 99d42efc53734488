"""An invented country of 12 sites in 3 VISNs, seen month by month by a planner.

Every number in here is invented.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from imr_sim.strategies import NEVER, PROVIDING, Campaign, PlannerView, SiteFacts, Strategy

B, S = 5, 12
FACTS = SiteFacts(
    station=np.array([str(400 + i) for i in range(S)]),
    patients=np.arange(S) * 1000 + 5000,
    mh_users=np.arange(S) * 100 + 500,
    staff=np.arange(S) + 60,
    visn=np.repeat([1, 4, 22], 4),
    rurality=np.array(["urban", "rural", "highly rural", "insular"] * 3),
    complexity=np.array(["1a"] * S),
    centrality=np.arange(S)[::-1] * 10.0,
)
VALUES = {
    name: np.full(B, value)
    for name, value in {
        "materials_start_usd": 150.0,
        "meetings_month_usd": 400.0,
        "champions_start_usd": 1500.0,
        "champions_month_usd": 800.0,
        "training_start_usd": 27000.0,
        "training_month_usd": 1000.0,
        "facilitation_month_usd": 2330.0,
        "outreach_month_usd": 1300.0,
        "facilitation_hours": 14.4,
        "outreach_hours": 8.0,
        "training_seats": 4.0,
        "train_trainer_seats": 1.0,
        "collaborative_seats": 3.0,
        "facilitation_scale_penalty": 0.45,
        "facilitation_scale_sites": 30.0,
    }.items()
}


def view(month: int = 0, seed: int = 0, **changes) -> PlannerView:
    """Nobody provides IMR, nothing has happened, unless `changes` says so."""
    rng = np.random.default_rng(seed)
    never, no = np.full((B, S), NEVER, dtype=np.int16), np.zeros((B, S), dtype=bool)
    plain = PlannerView(
        month=month,
        status=np.zeros((B, S), dtype=np.uint8),
        ever_provided=no,
        has_prrc=rng.random((B, S)) < 0.5,
        months_since_prrc_opened=never,
        months_since_leader_change=never,
        months_since_programme_change=never,
        months_since_supported=never,
        providing_since_supported=no,
        leadership_survey=rng.normal(size=(B, S)),
        awareness_survey=rng.random((B, S)),
        trained=np.zeros((B, S), dtype=np.int16),
        luck=rng.random((B, S)),
        sites=FACTS,
    )
    return replace(plain, **changes)


def campaign(strategy: Strategy, months: int = 60, budget_usd: float | None = None) -> Campaign:
    return Campaign(strategy, FACTS, VALUES, months, budget_usd)


def run(work: Campaign, months: int, seed: int = 0, each=lambda month: {}) -> np.ndarray:
    """Doses delivered in each month, (months, B, S, L); `each` says what is seen in a month."""
    doses = []
    for month in range(months):
        seen = each(month)
        doses.append(
            work.doses(
                view(
                    month,
                    seed,
                    months_since_supported=work.months_since_supported(month),
                    providing_since_supported=work.providing_since_supported,
                    **seen,
                )
            )
        )
        work.note_status(seen.get("status", np.zeros((B, S), dtype=np.uint8)))
    return np.array(doses)


def providing(*sites: int) -> np.ndarray:
    status = np.zeros((B, S), dtype=np.uint8)
    status[:, list(sites)] = PROVIDING
    return status
