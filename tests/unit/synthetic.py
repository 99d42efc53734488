"""A made-up comparison with the shapes of a real one, so that analysis needs no engine.

Every number in here is invented.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from imr_sim.analysis import Arm, Comparison

# name: (label, sites won by the horizon as a share of those not providing, US$ millions)
STRATEGIES = {
    "none": ("No strategy", 0.0, 0.0),
    "materials": ("Educational materials", 0.02, 0.02),
    "meetings": ("Educational meetings", 0.06, 1.7),
    "simplify": ("Simplified materials", 0.03, 0.11),
    "consensus": ("Local consensus", 0.07, 7.5),
    "outreach": ("Educational outreach", 0.13, 10.8),
    "champions": ("Prepared champions", 0.17, 6.9),
    "leadership": ("Leadership engaged", 0.11, 4.5),
    "mandate": ("Mandate", 0.10, 0.9),
    "training": ("Training and consultation", 0.09, 12.1),
    "audit": ("Audit and feedback", 0.04, 5.8),
    "facilitation_low": ("Facilitation, low dose", 0.15, 9.7),
    "facilitation_high": ("Facilitation, high dose", 0.27, 19.4),
    "collaborative": ("Learning collaborative", 0.14, 21.0),
    "train_trainer": ("Train the trainer", 0.08, 4.2),
    "stepped": ("Stepped support", 0.26, 8.8),
    "rollout": ("Full multifaceted roll-out", 0.38, 44.0),
}
START, POLICY = "2004-01", 204


def sites(n: int = 42) -> pd.DataFrame:
    """Invented sites over the contiguous states, and one each in Alaska, Hawaii, Puerto Rico."""
    rng = np.random.default_rng(5)
    table = pd.DataFrame(
        {
            "station": [f"X{i:02d}" for i in range(n)],
            "name": [f"Site {i}" for i in range(n)],
            "city": "Nowhere",
            "state": "KS",
            "visn": np.arange(n) % 21 + 1,
            "latitude": rng.uniform(31, 46, n),
            "longitude": rng.uniform(-119, -78, n),
            "rurality": np.where(np.arange(n) % 3 == 0, "rural", "urban"),
        }
    )
    table.loc[0, ["latitude", "longitude", "state"]] = [61.2, -149.7, "AK"]
    table.loc[1, ["latitude", "longitude", "state"]] = [21.4, -157.9, "HI"]
    table.loc[2, ["latitude", "longitude", "state"]] = [18.4, -66.1, "PR"]
    return table


def comparison(
    draws: int = 30,
    replicates: int = 2,
    horizon: int = 60,
    strategies: tuple[str, ...] = tuple(STRATEGIES),
    table: pd.DataFrame | None = None,
    status: str = "provisional",
) -> Comparison:
    """A comparison of invented strategies; each site adopts where its luck is below a share."""
    table = sites() if table is None else table
    rng = np.random.default_rng(7)
    months = pd.date_range(START, periods=POLICY + horizon, freq="MS")
    luck = rng.uniform(size=(draws, replicates, len(table)))
    level = np.clip(rng.normal(0.42, 0.06, (draws, 1, 1)), 0.2, 0.7)
    strength = rng.lognormal(0, 0.4, (draws, 1, 1))
    arms = tuple(
        _arm(name, luck, level, strength, len(months), rng.uniform(size=luck.shape) < 0.6)
        for name in strategies
    )
    return Comparison(
        arms=arms,
        reference="none",
        months=months,
        policy_index=POLICY,
        sites=table,
        parameters_status=status,
        parameters_note="invented numbers for tests",
        seed=1,
        budget_usd=None,
    )


def _arm(name, luck, level, strength, n_months, supported) -> Arm:
    label, won, millions = STRATEGIES[name]
    t = np.arange(n_months)
    rise = 1 / (1 + np.exp(-(t - 75) / 18))
    after = np.clip(t - POLICY + 1, 0, None)
    gain = np.clip(won * strength * (1 - np.exp(-after / 22)), 0, 0.9)
    share = level * rise + (1 - level) * gain
    providing = luck[..., None] < share[:, :, None, :]
    vamcs = providing.sum(axis=2).astype(float)
    change = np.diff(vamcs, axis=-1, prepend=vamcs[..., :1])
    with np.errstate(invalid="ignore"):
        fidelity = np.where(vamcs > 0, 2.8 + won + 0.1 * strength[..., 0, None], np.nan)
    cost = np.where(after > 0, millions * 1e6 * strength / (n_months - POLICY), 0.0)
    curves = {
        "vamcs_providing": vamcs,
        "aware_staff": 40 * vamcs,
        "champions": 0.8 * vamcs,
        "importer_champions": 0.2 * vamcs,
        "trained_staff": 0.7 * vamcs,
        "delivering_staff": 3.1 * vamcs,
        "fidelity": fidelity,
        "starts": np.clip(change, 0, None),
        "stops": np.clip(-change, 0, None),
        "restarts": np.zeros_like(vamcs),
        "veterans_reached": 2.1 * vamcs,
        "cost_usd": np.broadcast_to(cost, vamcs.shape).astype(float),
        "hours": np.zeros_like(vamcs),
    }
    return Arm(
        name=name,
        label=label,
        curves=curves,
        providing_end=providing[..., -1],
        site_months=providing[..., POLICY:].sum(axis=-1).astype(np.int16),
        supported=supported & (won > 0),
    )


def site_months() -> pd.DataFrame:
    """One invented history of site-months, in the columns of ``history.to_frame()``."""
    rng = np.random.default_rng(3)
    table, n_months = sites(), POLICY + 60
    adopts = rng.integers(20, 300, len(table))
    stops = adopts + rng.integers(10, 200, len(table))
    t = np.arange(n_months)[:, None]
    providing = (t >= adopts) & ((t < stops) | (t >= stops + 30))
    before = np.vstack([np.zeros((1, len(table)), bool), providing[:-1]])
    ever = np.logical_or.accumulate(before, axis=0)
    months = pd.date_range(START, periods=n_months, freq="MS")
    return pd.DataFrame(
        {
            "month": np.repeat(months, len(table)),
            "station": np.tile(table["station"], n_months),
            "providing": providing.ravel(),
            "aware": (20 / (1 + np.exp(-(t - adopts) / 20))).astype(int).ravel(),
            "champions": (providing * (1 + (t + adopts) // 40 % 3)).ravel(),
            "importer_champions": (providing * ((t + adopts) // 50 % 2)).ravel(),
            "started": (providing & ~before & ~ever).ravel(),
            "stopped": (~providing & before).ravel(),
            "restarted": (providing & ~before & ever).ravel(),
        }
    )
