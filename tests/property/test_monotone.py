"""More of what informs never leaves anybody less informed, under the same luck.

It holds person by person and month by month when nobody forgets, neither a site's providing IMR
nor its deciding informs anybody (``forgetting = visibility = briefing = 0``), the lever does not
keep providers in their posts (no training, no audit) and people hear from ties, media and levers
alone. Then the hazard of hearing rises in the dose and in who is aware, the same uniform meets a
larger probability, and hires bring what their equally or better informed predecessors know.
Support, championing and decisions may go on: they do not inform then. With forgetting it fails:
who heard early may have forgotten by the month in which the other first hears. With visibility it
fails through programmes that stop; with briefing, through sites that cannot be asked any more.
"""

from __future__ import annotations

import numpy as np
import pytest
import worlds
from hypothesis import Phase, given, settings
from hypothesis import strategies as some

import imr_sim as imr
from imr_sim.model.batch import Batch, Setting
from imr_sim.strategies import LEVER_INDEX

INFORMING = ("materials", "meetings", "outreach", "mandate", "collaborative")


@pytest.fixture(scope="module")
def small():
    return imr.load_system("small")


def aware(system, values, seed, doses, months=36):
    """Who is aware in each month; bool, shape (months, B, n_staff)."""
    batch = Batch(Setting.of(system, seed, "2004-01", 1), values, np.arange(3), np.zeros(3, int))
    out = []
    for _ in range(months):
        batch.advance(1, doses)
        out.append(worlds.flags(batch)["AWARE"])
    return np.array(out)


def dosed(system, levers, dose):
    doses = np.zeros((3, system.n_sites, len(LEVER_INDEX)))
    for lever in levers:
        doses[:, ::2, LEVER_INDEX[lever]] = dose
    return doses


@settings(max_examples=10, deadline=None, phases=[Phase.explicit, Phase.generate])
@given(
    some.sampled_from(INFORMING),
    some.floats(0, 1.9),
    some.floats(0.01, 1),
    some.integers(0, 2**64 - 1),
)
def test_more_of_an_informing_lever_leaves_nobody_less_aware(small, lever, dose, more, seed):
    draws = imr.prior(3, seed=seed % 997).replace(forgetting=0, visibility=0, briefing=0)
    less = aware(small, draws.values, seed, dosed(small, [lever], dose))
    further = aware(small, draws.values, seed, dosed(small, [lever], min(dose + more, 2)))
    assert (less <= further).all()


def test_a_strong_lever_leaves_somebody_more_aware(small):
    draws = imr.prior(3, seed=1).replace(forgetting=0, visibility=0, briefing=0)
    for lever in INFORMING:
        without = aware(small, draws.values, 1, dosed(small, [], 0))
        with_it = aware(small, draws.values, 1, dosed(small, [lever], 2))
        assert (without <= with_it).all()
        assert (without < with_it).any(), lever


@pytest.mark.parametrize("name", ["media", "beta_within", "beta_between", "external_aware"])
def test_better_news_leaves_nobody_less_aware(small, name):
    draws = imr.prior(3, seed=2).replace(
        forgetting=0, visibility=0, briefing=0, external_experienced=0
    )
    nothing = dosed(small, [], 0)
    few = aware(small, draws.replace(**{name: 0.02}).values, 5, nothing)
    many = aware(small, draws.replace(**{name: 0.3}).values, 5, nothing)
    assert (few <= many).all()
    assert (few < many).any()
