"""What the terminal shows of a sweep: runs that worked, what failed, the range of results."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import numpy as np
import pyarrow.compute as pc

from imr_sim.analysis import parameters_line
from imr_sim.cli.commands.sweep.inputs import SweepInputs
from imr_sim.experiment import Store

MESSAGES = 5  # kinds of failure that are named
COUNTED = ("vamcs_providing", "added_vamcs")  # whole numbers: counting them takes no memory


@dataclass
class Summary:
    """What the rows of a sweep hold.

    Attributes
    ----------
    finished, failed : int
        Runs that have rows; those of them in which something failed.
    messages : Counter
        Failures by message.
    counts : dict
        How often each value came up, by strategy and outcome.
    """

    finished: int = 0
    failed: int = 0
    first_message: str = ""
    messages: Counter[str] = field(default_factory=Counter)
    counts: dict[tuple[str, str], Counter[float]] = field(default_factory=dict)


def summary(store: Store) -> Summary:
    """Read all shards once, one at a time."""
    found = Summary()
    shown = [name for name in COUNTED if name in store.about["columns"]]
    for table in store.tables(["point", "replicate", "strategy", "error", *shown]):
        run = table["point"].to_numpy().astype(np.int64) * store.about["replicates"]
        run += table["replicate"].to_numpy()
        wrong = np.array(pc.is_valid(table["error"]))
        found.finished += len(np.unique(run))
        found.failed += len(np.unique(run[wrong]))
        messages = table["error"].filter(wrong).to_pylist()
        found.messages.update(messages)
        found.first_message = found.first_message or next(iter(messages), "")
        for strategy in store.about["strategies"]:
            rows = table.filter(pc.equal(table["strategy"], strategy))
            for name in shown:
                values, times = np.unique(rows[name].to_numpy(), return_counts=True)
                counter = found.counts.setdefault((strategy, name), Counter())
                counter.update(dict(zip(values.tolist(), times.tolist(), strict=True)))
    return found


def text(store: Store, found: Summary, inputs: SweepInputs) -> str:
    """What is printed when a sweep is done."""
    scenario, about = inputs.scenario, store.about
    luck = "the same luck at every point" if scenario.common_luck else "each point its own luck"
    lines = [
        parameters_line(about["parameters_status"], about["parameters_note"]),
        f"{inputs.sites}, {scenario.run.dates.months} months from {scenario.start} on, "
        f"strategies from {scenario.policy_start} on",
        f"{about['design']}; x {scenario.replicates} replicates, {luck}, seed {scenario.seed}",
        "Last month: median over runs, and the central 90% of them (a span of the design, no "
        "forecast)",
    ]
    width = max(map(len, about["strategies"]))
    for (strategy, name), counter in found.counts.items():
        if name == "added_vamcs" and strategy == about["reference"]:
            continue
        lo, middle, hi = _quantiles(counter, (0.05, 0.5, 0.95))
        lines.append(f"  {strategy:<{width}}  {name:<15} {middle:6,.0f} [{lo:,.0f}, {hi:,.0f}]")
    return "\n".join([*lines, "", *closing(store, found)])


def closing(store: Store, found: Summary) -> list[str]:
    """How it ended, and what can be done with it."""
    worked = found.finished - found.failed
    lines = []
    if found.failed:
        lines.append(f"{found.failed:,} runs failed; their rows say why (column error):")
        lines += [f"  {n:,} x {words}" for words, n in found.messages.most_common(MESSAGES)]
        others = len(found.messages) - MESSAGES
        if others > 0:
            lines.append(f"  and {others:,} other messages")
    lines.append(f"{worked:,} of {store.runs:,} runs worked, {found.failed:,} failed.")
    lines.append(f"Written to {store.folder}/; one table of it: imr-sim sweep merge {store.folder}")
    return lines


def _quantiles(counter: Counter[float], levels: tuple[float, ...]) -> list[float]:
    """Quantiles of counted values: the smallest that so large a share does not exceed."""
    values = np.array(sorted(v for v in counter if not np.isnan(v)))
    if not len(values):
        return [np.nan] * len(levels)
    share = np.cumsum([counter[v] for v in values.tolist()])
    return [float(values[np.searchsorted(share, level * share[-1])]) for level in levels]
