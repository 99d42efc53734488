"""The planner's table: one row a strategy, every mean with its spread."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from imr_sim.analysis.cost import cost_ratio, frontier
from imr_sim.analysis.curves import months_to_share
from imr_sim.analysis.equity import equity
from imr_sim.analysis.limits import limit_columns
from imr_sim.analysis.paired import p_best, paired
from imr_sim.analysis.rests_on import rests_on
from imr_sim.analysis.spread import Summary, components, summary

if TYPE_CHECKING:
    from imr_sim.analysis.comparison import Arm, Comparison

FIRST = (
    "strategy",
    "vamcs_providing",
    "vamcs_providing_lo",
    "vamcs_providing_hi",
    "diff_vs_reference",
    "diff_lo",
    "diff_hi",
    "p_better",
    "p_best",
    "cost_usd",
    "cost_usd_lo",
    "cost_usd_hi",
    "cost_per_added_vamc_year",
    "fidelity",
    "veterans_reached",
    "worst_visn_share",
    "rural_gap",
)
"""Columns of `summary.csv` that others rely on, in their order; more follow them."""


def comparison_table(comparison: Comparison) -> pd.DataFrame:
    """Outcomes of every strategy, the reference first, then by gain, equal ones by name.

    Parameters
    ----------
    comparison : Comparison

    Returns
    -------
    DataFrame
        ``FIRST``, then further columns. Means are over histories; ``_lo`` and ``_hi`` bound the
        central 90% of single histories (parameters and luck), but those of
        ``cost_per_added_vamc_year`` bound a bootstrap of the ratio of means (see
        `imr_sim.analysis.cost.cost_ratio`; ``_reason`` says why a ratio is missing).

        ``vamcs_providing``, ``fidelity`` (1 to 5), ``worst_visn_share`` (0 to 1), ``rural_gap``
        (urban minus rural share, percentage points) and ``gini_visn`` are of the last month.
        ``cost_usd``, ``veterans_reached`` and ``added_vamc_years`` are totals after the policy
        date. ``diff_*`` are paired differences in VAMCs providing: ``diff_sd_between_draws``
        comes from the parameters, ``diff_sd_between_replicates`` from luck, ``diff_mc_se`` is
        the Monte-Carlo error of the mean. ``months_to_25pct`` and ``months_to_50pct`` (of the
        VAMCs) are medians from the policy date. ``frontier`` is each strategy's place on the
        cost-effectiveness frontier. ``policy_start`` and ``last_month`` (``"YYYY-MM"``) and
        ``histories`` (draws times replicates) say what the row is of, wherever the table goes.
        ``p_worse`` is the share of histories below the reference. What limited a strategy:
        `imr_sim.analysis.limits`; what its gain ``rests_on``: `imr_sim.analysis.rests_on`.
    """
    arms, reference = comparison.arms, comparison.arm(comparison.reference)
    best = p_best(np.stack([_end(arm, "vamcs_providing") for arm in arms]))
    table = pd.DataFrame([_row(arm, reference, comparison) for arm in arms])
    table["p_best"] = best
    table["frontier"] = frontier(
        [arm.name for arm in arms],
        table["cost_usd"].to_numpy(),
        table["added_vamc_years"].to_numpy(),
    )["status"]
    after = comparison.months[comparison.policy_index :]
    table["policy_start"], table["last_month"] = after[0].strftime("%Y-%m"), f"{after[-1]:%Y-%m}"
    table["histories"] = reference.providing_end.shape[0] * reference.providing_end.shape[1]
    rest = [column for column in table.columns if column not in FIRST]
    table["_first"] = table["strategy"] != reference.name
    # Names settle ties, so that no place depends on the order in which strategies were given.
    table = table.sort_values(
        ["_first", "diff_vs_reference", "strategy"],
        ascending=[True, False, True],
        kind="stable",
        ignore_index=True,
    )
    return table[[*FIRST, *rest]]


def _row(arm: Arm, reference: Arm, comparison: Comparison) -> dict[str, object]:
    after = comparison.policy_index
    providing = _end(arm, "vamcs_providing")
    gain = paired(providing, _end(reference, "vamcs_providing"))
    split = gain.sd
    if arm.twice is not None and reference.twice is not None:
        split = components(arm.twice - reference.twice)
    cost, added_years = _total(arm, "cost_usd", after), arm.vamc_years - reference.vamc_years
    ratio = cost_ratio(cost - _total(reference, "cost_usd", after), added_years, comparison.seed)
    even = equity(arm.providing_end, comparison.sites)
    during = arm.curves["vamcs_providing"][..., after:]
    return {
        "strategy": arm.name,
        **_interval("vamcs_providing", summary(providing)),
        "diff_vs_reference": gain.difference.mean,
        "diff_lo": gain.difference.lo,
        "diff_hi": gain.difference.hi,
        "p_better": gain.p_better,
        "p_worse": gain.p_worse,
        **_interval("cost_usd", summary(cost)),
        "cost_per_added_vamc_year": ratio.ratio,
        "cost_per_added_vamc_year_lo": ratio.lo,
        "cost_per_added_vamc_year_hi": ratio.hi,
        "cost_per_added_vamc_year_reason": "reference" if arm is reference else ratio.reason,
        "diff_sd_between_draws": split.draws,
        "diff_sd_between_replicates": split.replicates,
        "diff_mc_se": gain.mc_se,
        **_interval("added_vamc_years", summary(added_years)),
        **_interval("fidelity", summary(_end(arm, "fidelity"))),
        **_interval("veterans_reached", summary(_total(arm, "veterans_reached", after))),
        **_interval("worst_visn_share", summary(even.worst_visn_share)),
        **_interval("rural_gap", summary(even.rural_gap)),
        **_interval("gini_visn", summary(even.gini)),
        "months_to_25pct": months_to_share(during, len(comparison.sites), 0.25),
        "months_to_50pct": months_to_share(during, len(comparison.sites), 0.50),
        **limit_columns(arm),
        "rests_on": "" if arm is reference else _rests_on(providing, reference, comparison),
    }


def _rests_on(providing: np.ndarray, reference: Arm, comparison: Comparison) -> str:
    gain = (providing - _end(reference, "vamcs_providing")).mean(axis=1)
    return rests_on(gain, comparison.by_study)


def _end(arm: Arm, quantity: str) -> np.ndarray:
    return arm.curves[quantity][..., -1]


def _total(arm: Arm, quantity: str, after: int) -> np.ndarray:
    return arm.curves[quantity][..., after:].sum(axis=-1)


def _interval(name: str, values: Summary) -> dict[str, float]:
    return {name: values.mean, f"{name}_lo": values.lo, f"{name}_hi": values.hi}
