"""Boxes as sentences."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from imr_sim.model.parameters import SPECS
from imr_sim.sensitivity.discovery.cases import Cases
from imr_sim.sensitivity.discovery.find import FOUND, KINDS, LEVEL, Discovery


def report(result: Discovery, cases: Cases) -> str:
    """What the terminal shows."""
    share = result.share
    lines = [
        f"{cases.cheaper} (US$ {cases.cost_usd[0] / 1e6:,.2f}M on average) against "
        f"{cases.dearer} (US$ {cases.cost_usd[1] / 1e6:,.2f}M), {len(cases):,} draws x "
        f"{cases.difference.shape[1]} replicates, the same luck for both",
        f"As good means: {cases.rule}.",
        f"It is as good in {share['value']:.0%} [{share['lo']:.0%}, {share['hi']:.0%}] of the "
        f"draws, and in {share['histories']:.0%} of single histories.",
    ]
    if cases.missing:
        lines.append(f"{cases.missing:,} draws have no answer and are left out.")
    for kind in KINDS:
        lines += ["", *sentences(result, cases, kind)]
    lines += [
        "",
        "Conditions were sought in one half of the draws; density, coverage and mass are of the "
        "other half, with 95% intervals.",
    ]
    return "\n".join(lines)


def sentences(result: Discovery, cases: Cases, kind: str) -> list[str]:
    """One box: its conditions, how good it is, and whether it is more than noise."""
    (row,) = result.boxes[result.boxes["kind"] == kind].to_dict("records")
    limits = result.limits[result.limits["kind"] == kind]
    is_good = "is as good" if kind == "as good" else "is not as good"
    if limits.empty:
        return [f"No condition tells where {cases.cheaper} {is_good}: the draws are all alike."]
    lines = [
        f"{cases.cheaper} {is_good} when {conditions(limits)}:",
        f"  density {_share(row, 'density')} of the draws in there are {kind}, against "
        f"{row['base']:.0%} everywhere; coverage {_share(row, 'coverage')} of all that are {kind}; "
        f"mass {_share(row, 'mass')} of all draws.",
    ]
    chance = (
        f"it stood {row['score']:.1f} standard errors out where it was found, where boxes found on "
        f"shuffled labels seldom pass {row['chance_score']:.1f} (p = {row['p']:.3f})"
    )
    if row["verdict"] == FOUND:
        lines.append(f"  More than noise: {chance}.")
    else:
        lines.append(f"  NOT TOLD FROM NOISE, do not use it: {chance}.")
    idle = limits[limits["quasi_p"] > LEVEL]["parameter"].tolist()
    if idle and row["verdict"] == FOUND:
        lines.append(f"  Conditions that may be chance (quasi-p above {LEVEL}): {', '.join(idle)}.")
    return lines


def conditions(limits: pd.DataFrame) -> str:
    """Conditions in words, with units and how many draws meet each."""
    parts = []
    for row in limits.to_dict("records"):
        name, low, high = row["parameter"], row["low"], row["high"]
        unit = SPECS[name].unit if name in SPECS else ""
        if np.isfinite(low) and np.isfinite(high):
            where = f"between {low:.3g} and {high:.3g}"
        else:
            where = f"above {low:.3g}" if np.isfinite(low) else f"at most {high:.3g}"
        parts.append(
            " ".join(filter(None, [name, where, unit])) + f" ({row['draws']:.0%} of draws)"
        )
    return ", and ".join(parts)


def _share(row: Mapping[Any, Any], name: str) -> str:
    return f"{row[name]:.0%} [{row[f'{name}_lo']:.0%}, {row[f'{name}_hi']:.0%}]"
