"""The words every figure of a comparison carries."""

from __future__ import annotations

from imr_sim.analysis import Comparison, parameters_line
from imr_sim.analysis.planner import histories_line


def stamp(comparison: Comparison) -> str:
    """What a comparison rests on."""
    status, note = comparison.parameters_status, comparison.parameters_note
    return rests_on(status, note, comparison.invented, comparison.invented_practice)


def rests_on(status: str, note: str, invented: bool, invented_practice: bool) -> str:
    """What the parameters are, and whether the sites and the practice are real."""
    line = parameters_line(status, note)
    made_up = ["SITES"] * invented + ["PRACTICE"] * invented_practice
    return f"INVENTED {' AND '.join(made_up)}. {line}" if made_up else line


def what(comparison: Comparison) -> str:
    """How much was compared."""
    start = comparison.months[comparison.policy_index]
    budget = comparison.budget_usd
    money = "" if budget is None else f", budget ${budget / 1e6:,.4g}M a strategy"
    return (
        f"{len(comparison.sites)} sites, {comparison.horizon} months from {start:%B %Y}{money}; "
        f"{histories_line(comparison)}"
    )
