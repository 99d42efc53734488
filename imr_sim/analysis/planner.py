"""The table as plain text, for a terminal: at most 120 columns, every mean with its interval."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from imr_sim.analysis.cost import CHEAPER_AND_BETTER
from imr_sim.analysis.rests_on import JUDGEMENT

if TYPE_CHECKING:
    from imr_sim.analysis.comparison import Comparison

WIDTH = 120
RATIO = "cost_per_added_vamc_year"
LABEL = 28
COLUMNS = (
    ("VAMCs at end", 15),
    ("gain", 17),
    ("P(better)", 11),
    ("P(best)", 9),
    ("cost, $M", 18),
    ("$ per VAMC-year", 22),
)


def planner_table(comparison: Comparison) -> str:
    """Strategies side by side, as `imr-sim compare` prints them.

    Parameters
    ----------
    comparison : Comparison

    Returns
    -------
    str
        Lines of at most 120 characters: what was compared, a row a strategy, how to read it.
    """
    table = comparison.table()
    labels = {arm.name: arm.label for arm in comparison.arms}
    head = f"{'strategy':<{LABEL}}" + "".join(f"{name:>{width}}" for name, width in COLUMNS)
    rule = "-" * len(head)
    rows = [_row(labels[row["strategy"]], row) for row in table.to_dict("records")]
    limits = _limits(comparison)
    return "\n".join(
        [
            *_header(comparison),
            *(rule, head, rule, *rows, rule),
            *limits,
            *_grounds(comparison),
            *_footer(comparison),
        ]
    )


def parameters_line(status: str, note: str) -> str:
    """What the parameters are; in capitals unless they are calibrated."""
    return f"{status if status == 'posterior' else status.upper()} parameters: {note}"


def setting(practice: str, invented_practice: bool, n_sites: int, invented: bool) -> str:
    """What spreads, over how many sites; made-up ones in capitals."""
    what = f"INVENTED practice {practice}" if invented_practice else practice
    return f"{what}: {n_sites} {'INVENTED sites' if invented else 'VAMCs'}"


def support_line(practice: str, support_usd: np.ndarray) -> str:
    """What a practice's own support cost, from US$ by month, shape (D, R, M)."""
    total = support_usd.sum(axis=-1) / 1e6
    lo, hi = np.quantile(total, [0.05, 0.95])
    return (
        f"{practice} had support of its own before any strategy: ${total.mean():,.2f}M "
        f"[{lo:,.2f}, {hi:,.2f}] a history; part of the world, charged to no strategy."
    )


def histories_line(comparison: Comparison) -> str:
    """How many histories each strategy has."""
    draws, replicates = comparison.shape
    plural = "s" if draws > 1 else ""
    count = f"{draws * replicates:,} histories a strategy"
    return f"{count} ({draws:,} parameter draw{plural} x {replicates})"


def shorten(label: str, width: int) -> str:
    """A label cut to `width` characters."""
    return label if len(label) <= width else label[: width - 1].rstrip() + "…"


def _header(comparison: Comparison) -> list[str]:
    budget = comparison.budget_usd
    money = "no budget limit" if budget is None else f"budget {_dollars(budget)} a strategy"
    start = comparison.months[comparison.policy_index]
    stamp = parameters_line(comparison.parameters_status, comparison.parameters_note)
    spreads = setting(
        comparison.practice,
        comparison.invented_practice,
        len(comparison.sites),
        comparison.invented,
    )
    about = (
        f"{spreads}, {comparison.horizon} months from {start:%B %Y}, {money}; "
        f"{histories_line(comparison)}, seed {comparison.seed}"
    )
    own = comparison.arm(comparison.reference).curves.get("support_usd")
    support = [] if own is None else _wrap(support_line(comparison.practice, own))
    return _wrap(stamp) + _wrap(about) + support


def _limits(comparison: Comparison) -> list[str]:
    """What limited each strategy, and what is left of its budget."""
    lines = []
    for row in comparison.table().to_dict("records"):
        arm, said = comparison.arm(row["strategy"]), row.get("limited_by")
        if not said or arm.name == comparison.reference:
            continue
        left = ""
        if row["money_left_usd_hi"] > 0:
            lo, mean, hi = (_dollars(row[f"money_left_usd{end}"]) for end in ("_lo", "", "_hi"))
            left = f". Left over: {mean} [{lo}, {hi}]"
        lines += _wrap(f"Limit of {shorten(arm.label, LABEL)}: {said}{left}.")
    return lines


def _grounds(comparison: Comparison) -> list[str]:
    """What each strategy's gain rests on: studies without which it would move, or judgement."""
    labels: dict[str, list[str]] = {}
    for row in comparison.table().to_dict("records"):
        if row["rests_on"]:
            label = comparison.arm(row["strategy"]).label
            labels.setdefault(row["rests_on"], []).append(label)
    lines = []
    for grounds, strategies in sorted(labels.items()):
        named = ", ".join(strategies)
        if grounds.startswith(JUDGEMENT):
            rest = grounds.removeprefix(JUDGEMENT)
            lines += _wrap(f"Judgement{rest}: the gain of {named}.")
        else:
            lines += _wrap(f"The gain of {named} rests on {grounds}.")
    return lines


def _dollars(usd: float) -> str:
    """An amount of any size, e.g. ``"$0.01"``, ``"$1,000"`` and ``"$5.2M"``."""
    if abs(usd) >= 1e6:
        return f"${usd / 1e6:,.4g}M" if abs(usd) < 1e9 else f"${usd / 1e6:,.0f}M"
    return f"${usd:,.0f}" if usd == round(usd) or abs(usd) >= 100 else f"${usd:,.2f}"


def _row(label: str, row: dict) -> str:
    reference = row["cost_per_added_vamc_year_reason"] == "reference"
    cells = [
        _cell(row, "vamcs_providing", "{:.0f}".format),
        "reference" if reference else _gain(row),
        "-" if reference else f"{row['p_better']:.2f}",
        f"{row['p_best']:.2f}",
        "0" if row["cost_usd_hi"] == 0 else _cell(row, "cost_usd", _millions),
        _ratio(row),
    ]
    return f"{shorten(label, LABEL - 1):<{LABEL}}" + "".join(
        f"{cell:>{width}}" for cell, (_, width) in zip(cells, COLUMNS, strict=True)
    )


def _ratio(row: dict) -> str:
    reason = row["cost_per_added_vamc_year_reason"]
    if reason == CHEAPER_AND_BETTER:
        return reason
    return "-" if reason else _cell(row, RATIO, _short_usd)


def _gain(row: dict) -> str:
    # + 0.0 turns a rounded -0 into 0
    lo, hi = round(row["diff_lo"]) + 0.0, round(row["diff_hi"]) + 0.0
    return f"{row['diff_vs_reference']:+.1f} [{lo:+.0f}, {hi:+.0f}]"


def _cell(row: dict, column: str, form: Callable[[float], str]) -> str:
    mean, lo, hi = (form(row[f"{column}{end}"]) for end in ("", "_lo", "_hi"))
    return f"{mean} [{lo}, {hi}]"


def _millions(usd: float) -> str:
    value = usd / 1e6
    return (
        f"{value:.2f}" if abs(value) < 1 else f"{value:.1f}" if abs(value) < 10 else f"{value:,.0f}"
    )


def _short_usd(usd: float) -> str:
    if math.isnan(usd):
        return "?"
    if math.isinf(usd):
        return "none"
    if abs(usd) < 999.5:
        return f"{usd:.0f}"
    if abs(usd) < 999_500:
        return f"{usd / 1e3:.3g}k"
    return f"{usd / 1e6:.3g}M"


def _footer(comparison: Comparison) -> list[str]:
    reference, practice = comparison.arm(comparison.reference).label, comparison.practice
    notes = [
        f"VAMCs: providing {practice} in the last month. Gain: against '{reference}' in histories "
        "with the same parameters and luck. Brackets hold the central 90% of single histories "
        "(parameters and luck). P(better): share of histories with strictly more VAMCs than the "
        "reference; P(best): share with the most VAMCs of all strategies, ties shared.",
        "Cost: the strategy's own levers after the policy date, undiscounted, unit costs mostly "
        f"assumptions; {practice} care itself, Veterans' own costs and savings elsewhere are left "
        "out. Per VAMC-year: added cost over added VAMC-years of providing, ratio of means; its "
        "brackets are a bootstrap over draws (precision of that mean, not the range of futures; "
        "'none': no upper bound). A dash: no VAMC-years are added.",
        "Fidelity, Veterans reached, equity and the spread from parameters and from luck: table(), "
        "summary.csv.",
    ]
    twice = comparison.arms[0].twice
    if twice is not None:
        notes.append(
            f"Luck is told from parameters by the first {len(twice)} draws, which are run twice."
        )
    elif comparison.shape[1] == 1:
        notes.append(
            "One replicate a draw: spread from parameters and from luck cannot be told apart."
        )
    return [line for note in notes for line in _wrap(note)]


def _wrap(text: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, break_on_hyphens=False)
