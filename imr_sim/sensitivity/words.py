"""What an analysis came to, as a table and sentences for a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from imr_sim.sensitivity.analysis import Sensitivity
from imr_sim.sensitivity.library import CONFIDENCE

COLUMNS = {
    ("sobol", "S1"): "alone (S1)",
    ("sobol", "ST_beyond_luck"): "with others (ST less luck)",
    ("morris", "mu_star"): "effect (mu*)",
    ("pawn", "median"): "distribution (PAWN)",
}
MEANINGS = {
    ("sobol", "S1"): "alone: share of the variance that would go, were this parameter known",
    ("sobol", "ST_beyond_luck"): (
        "with others: share that is left while only this one is unknown; luck taken off"
    ),
    ("morris", "mu_star"): (
        "effect: mean absolute change from a parameter's 12.5% to its 87.5% quantile"
    ),
    ("pawn", "median"): (
        "distribution: how far knowing it shifts the whole distribution, 0 to 1 (tails included)"
    ),
}
WIDTH = 27
STEP = (
    0.05  # an index that moves by less from half the sample to all of it has converged; assumption
)


def report(result: Sensitivity, outcome: str, truth: Mapping[str, tuple[float, float]]) -> str:
    """Table and sentences on one outcome.

    Parameters
    ----------
    result : Sensitivity
    outcome : str
    truth : mapping
        Known first and total order indices by parameter; empty for the model.
    """
    rows = result.indices[result.indices["outcome"] == outcome]
    lines = [_spread(result, outcome), *_lost(result, outcome), ""]
    shown = {k: v for k, v in COLUMNS.items() if (rows["method"] == k[0]).any()}
    lines += _table(rows, result, shown, truth)
    lines += [f"  {MEANINGS[key]}" for key in shown]
    lines.append(f"  [ ]: {CONFIDENCE:.0%} intervals of the computation; *: not told from none")
    lines.append("")
    lines += [f"- {sentence}" for sentence in sentences(result, outcome)]
    if truth:
        lines.append(f"- {_error(rows, truth)}")
    return "\n".join(lines)


def sentences(result: Sensitivity, outcome: str) -> list[str]:
    """What can be lines in plain words, one sentence each."""
    rows = result.indices[result.indices["outcome"] == outcome]
    lines = []
    first = _index(rows, "sobol", "S1")
    if len(first):
        lines += _shares(first, _index(rows, "sobol", "ST_beyond_luck"))
        lines += _covered(result, outcome, len(first))
    star = _index(rows, "morris", "mu_star")
    if len(star):
        lines += _screened(star)
    pawn = _index(rows, "pawn", "median")
    if len(pawn):
        none = _names(pawn[~pawn["distinct"]].index)
        reach = f"a parameter without influence reaches {pawn['floor'].iloc[0]:.2f}"
        if none:
            lines.append(
                f"By the whole distribution, tails included (PAWN; {reach}), not distinguishable "
                f"from no influence: {none}."
            )
        else:
            lines.append(f"Each shifts the whole distribution, tails included (PAWN; {reach}).")
    lines += _noise(result, outcome)
    lines += _converged(result, outcome)
    return lines


def _index(rows: pd.DataFrame, method: str, index: str) -> pd.DataFrame:
    chosen = rows[(rows["method"] == method) & (rows["index"] == index)]
    return chosen.set_index("parameter")


def _shares(first: pd.DataFrame, total: pd.DataFrame) -> list[str]:
    values = first["value"]
    if values.isna().all():
        return ["The outcome does not vary over the points: there is no variance to share out."]
    lines = ["No parameter alone has a share of the variance that is distinguishable from none."]
    if first["distinct"].any():
        most = values[first["distinct"].astype(bool)]
        lines = [
            f"{most.idxmax()} decides most: were it known, {most.max():.0%} of the variance "
            f"that these {len(first)} parameters make would go."
        ]
    none = total[~total["distinct"]].index
    if len(none):
        verb = "is" if len(none) == 1 else "are"
        lines.append(f"{_names(none)} {verb} not distinguishable from no influence.")
    together = float(1 - values.clip(lower=0).sum())
    if together > 0:
        lines.append(
            f"About {together:.0%} of the variance is no parameter's alone: they act "
            "together, or it is luck."
        )
    return lines


def _covered(result: Sensitivity, outcome: str, n: int) -> list[str]:
    (row,) = result.outcomes[result.outcomes["outcome"] == outcome].to_dict("records")
    if not np.isfinite(row["covered"]):
        return []
    span = f"{row['covered']:.0%} [{row['covered_lo']:.0%}, {row['covered_hi']:.0%}]"
    return [f"These {n} make {span} of the variance that all varied parameters make."]


def _screened(star: pd.DataFrame) -> list[str]:
    none = star.index[star["value"] == 0]
    unsure = star.index[~star["distinct"] & ~star.index.isin(none)]
    text = f"Screening: of {len(star)} parameters {star['distinct'].sum()} have an effect beyond "
    text += f"luck, {len(unsure)} are not distinguishable from no influence"
    text += f", {len(none)} change nothing at all" if len(none) else ""
    return [text + " (indices.csv)."]


def _noise(result: Sensitivity, outcome: str) -> list[str]:
    shares = result.noise[result.noise["outcome"] == outcome]
    if shares.empty:
        return []
    own = shares[shares["luck"] == "own"] if (shares["luck"] == "own").any() else shares
    one = own[own["share_of"] == "one history"].iloc[0]
    if not np.isfinite(one["value"]):
        return ["Nothing varies, neither by parameters nor by luck."]
    of_one = f"{one['value']:.0%} [{one['lo']:.0%}, {one['hi']:.0%}]"
    text = f"Mere luck is {of_one} of the variance of one history"
    means = shares[shares["share_of"] == "means"]
    common = means[means["luck"] == "common"]
    row = common.iloc[0] if len(common) else means.iloc[0]
    text += f", and {row['value']:.0%} [{row['lo']:.0%}, {row['hi']:.0%}] of the means of "
    return [text + f"{row['replicates']} that these indices are about."]


def _converged(result: Sensitivity, outcome: str) -> list[str]:
    rows = result.convergence
    rows = rows[(rows["outcome"] == outcome) & (rows["method"] == "sobol")]
    rows = rows[rows["index"].isin(["S1", "ST_beyond_luck"])]
    sizes = sorted(rows["n"].unique())
    if len(sizes) < 2:
        return []
    table = rows.pivot(index=["parameter", "index"], columns="n", values="value")
    moved = float((table[sizes[-1]] - table[sizes[-2]]).abs().max())
    if not np.isfinite(moved):
        return []
    text = f"From half the sample to all of it no Sobol' index moved by more than {moved:.3f}"
    return [text + ("." if moved < STEP else ": not converged; take more samples.")]


def _spread(result: Sensitivity, outcome: str) -> str:
    (row,) = result.outcomes[result.outcomes["outcome"] == outcome].to_dict("records")
    return (
        f"{outcome}: over the points mean {number(row['mean'])}, median {number(row['q50'])}, "
        f"central 90% {number(row['q05'])} to {number(row['q95'])}"
    )


def _lost(result: Sensitivity, outcome: str) -> list[str]:
    rows = result.lost[(result.lost["outcome"] == outcome) & (result.lost["missing"] > 0)]
    return [
        f"{row['method']}: no value at {row['missing']:,} of {row['points']:,} points "
        f"({row['missing'] / row['points']:.1%}); {row['dropped']:,} of {row['blocks']:,} blocks "
        "left out whole"
        for row in rows.to_dict("records")
    ]


def _table(
    rows: pd.DataFrame,
    result: Sensitivity,
    shown: Mapping[tuple[str, str], str],
    truth: Mapping[str, tuple[float, float]],
) -> list[str]:
    parts = {key: _index(rows, *key) for key in shown}
    order = _order(parts, result.chosen)
    width = max(map(len, order)) + 2
    head = f"{'parameter':<{width}}" + "".join(f"{words:>{WIDTH}}" for words in shown.values())
    head += f"{'true S1':>10}{'true ST':>10}" if truth else ""
    lines = [head, "-" * len(head)]
    for name in order:
        cells = [_cell(part, name) for part in parts.values()]
        line = f"{name:<{width}}" + "".join(f"{cell:>{WIDTH}}" for cell in cells)
        if truth:
            line += "".join(f"{value:>10.3f}" for value in truth[name])
        lines.append(line)
    return [*lines, "-" * len(head)]


def _order(parts: Mapping[tuple[str, str], pd.DataFrame], chosen: tuple[str, ...]) -> list[str]:
    """The chosen, most influential first."""
    for key in (("sobol", "ST_beyond_luck"), ("morris", "mu_star"), ("pawn", "median")):
        if key in parts:
            part = parts[key]
            part = part[part.index.isin(chosen)]
            return list(part.sort_values("value", ascending=False, kind="stable").index)
    return list(chosen)


def _cell(part: pd.DataFrame, name: str) -> str:
    if name not in part.index:
        return ""
    row = part.to_dict("index")[name]
    star = " " if row["distinct"] else "*"
    return f"{number(row['value'])} [{number(row['lo'])}, {number(row['hi'])}]{star}"


def _error(rows: pd.DataFrame, truth: Mapping[str, tuple[float, float]]) -> str:
    worst = 0.0
    for i, index in enumerate(("S1", "ST")):
        part = _index(rows, "sobol", index)["value"]
        worst = max([worst, *(abs(part[name] - truth[name][i]) for name in part.index)])
    if not (rows["method"] == "sobol").any():
        return "Sobol' was not among the methods: nothing to compare with the truth."
    return f"Largest distance of a Sobol' index from the truth: {worst:.4f}."


def number(value: float) -> str:
    """Two decimals below 10, none above 100, thousands with commas."""
    if not np.isfinite(value):
        return "none"
    size = abs(value)
    return f"{value:,.{2 if size < 10 else 1 if size < 100 else 0}f}"


def _names(names: Iterable[str]) -> str:
    return ", ".join(names)
