"""Awareness x champions x leadership: what each does to adoption, alone and together.

    python experiments/awareness_champions_leadership.py

With the settings of ``configs/experiment/awareness_champions_leadership.yaml``; writes
docs/studies/awareness_champions_leadership.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product
from typing import Any

import hydra
import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from omegaconf import DictConfig
from study import (
    Study,
    Words,
    cell,
    clear,
    composed,
    estimate,
    level,
    make,
    mean_cell,
    names,
    run,
    scenario_of,
    signed,
)
from study_figures import HOW_TO_READ, SERIES, forest, spread_mark, zero

import imr_sim as imr
from imr_sim.experiment import Design
from imr_sim.plots.panels import mark, placed_axes, side_by_side
from imr_sim.plots.style import Box, new_figure, styled
from imr_sim.strategies import Component

LEVERS = {"awareness": "outreach", "champions": "champions", "leadership": "leadership"}
"""Lever that stands for each factor."""
NO_SHORT_CUT = {"prompt_outreach": 0.0, "prompt_champions": 0.0, "prompt_leadership": 0.0}
"""What these levers ask of a site: nothing, so that each acts through its factor alone."""
OUTCOMES = ("vamcs_providing", "added_vamcs", "aware_staff", "champions")
FACTORS = tuple(LEVERS)


def compute(config: DictConfig) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Every combination of doses in every draw, with the same luck."""
    draws = imr.posterior().take(config.draws).replace(**NO_SHORT_CUT)
    doses = [float(dose) for dose in config.doses]
    cells = list(product(range(len(doses)), repeat=3))
    arms = [
        composed(
            _name(levels),
            _name(levels),
            *(
                Component(lever, dose=doses[i])
                for lever, i in zip(LEVERS.values(), levels, strict=True)
                if doses[i]
            ),
        )
        for levels in cells
    ]
    scenario = scenario_of(
        config,
        draws,
        system=imr.load_system(config.system),
        design=Design.draws(draws),
        strategies=arms,
        reference=_name(cells[0]),
        outcomes=OUTCOMES,
        common_luck=False,
    )
    store = run(config, scenario)
    rows = []
    for levels in cells:
        at = {f: doses[i] for f, i in zip(FACTORS, levels, strict=True)}
        for outcome in OUTCOMES:
            values = store.array(outcome, _name(levels))[:, 0]
            rows.append({"part": "cell", "term": outcome, **at, **estimate(values)})
    corners = {
        levels: store.array("vamcs_providing", _name(levels))[:, 0]
        for levels in product((0, len(doses) - 1), repeat=3)
    }
    for term, values in _effects(corners, len(doses) - 1).items():
        rows.append({"part": "effect", "term": term, **estimate(values)})
    return pd.DataFrame(rows), {"histories": len(draws), "doses": doses}


def _name(levels: tuple[int, ...]) -> str:
    return "_".join(f"{factor[0]}{i}" for factor, i in zip(FACTORS, levels, strict=True))


def _effects(y: Mapping[tuple[int, ...], np.ndarray], top: int) -> dict[str, np.ndarray]:
    """Each factor alone, what pairs add to the sum of their parts, and all three."""
    corner = {
        frozenset(f for f, i in zip(FACTORS, levels, strict=True) if i == top): values
        for levels, values in y.items()
    }
    nothing = corner[frozenset()]
    alone = {f: corner[frozenset([f])] - nothing for f in FACTORS}
    terms = {f"{f} alone": effect for f, effect in alone.items()}
    for a, b in (FACTORS[:2], FACTORS[::2], FACTORS[1:]):
        pair = corner[frozenset([a, b])] - nothing
        terms[f"{a} x {b}"] = pair - alone[a] - alone[b]
    together = corner[frozenset(FACTORS)] - nothing
    terms["all three together"] = together
    terms["all three, beyond their sum"] = together - sum(alone.values())
    return terms


@styled
def figure(table: pd.DataFrame, about: Mapping[str, Any]) -> Figure:
    """Added VAMCs in every cell; below, effects and interactions between no dose and the most."""
    doses, settings = about["doses"], about["settings"]
    added = table[(table["part"] == "cell") & (table["term"] == "added_vamcs")]
    effects = table[table["part"] == "effect"]
    sub = (
        f"{about['sites']} sites, {settings['horizon']} months from {settings['policy_start']}; "
        f"{about['histories']} posterior draws"
    )
    top, low = 2.5, 2.15
    drawn, box = new_figure(
        top + low,
        "Awareness, champions and leadership: VAMCs added",
        sub,
        about["stamp"],
        "Above: VAMCs providing IMR in the last month, minus no dose in the same history. "
        f"{HOW_TO_READ} Below: doses {doses[-1]:g} against 0; 'a x b' is what a and b add "
        "together beyond the sum of what each adds alone.",
        (0.55, 0.15),
    )
    high = drawn.get_figheight()
    upper = Box(box.left, box.top - (top - 0.1) / high, box.right, box.top)
    panels = side_by_side(drawn, upper, len(doses), 0.42, 0.12)
    limit = added[["lo", "hi"]].to_numpy()
    margin = 0.1 * np.ptp(limit)
    for panel, (axes, leadership) in enumerate(zip(panels, doses, strict=True)):
        axes.set_title(f"leadership dose {leadership:g}", loc="left")
        for i, awareness in enumerate(doses):
            rows = added[(added["leadership"] == leadership) & (added["awareness"] == awareness)]
            colour, marker, _ = SERIES[i]
            for j, (_, row) in enumerate(rows.sort_values("champions").iterrows()):
                spread_mark(axes, j + 0.22 * (i - 1), row, colour, marker)
        zero(axes)
        axes.set_xticks(range(len(doses)), [f"{dose:g}" for dose in doses])
        axes.set_xlabel("champions dose")
        axes.set_ylim(limit.min() - margin, limit.max() + 3 * margin)
        if panel:
            axes.tick_params(axis="y", labelleft=False)
        else:
            axes.set_ylabel("VAMCs added (number)")
    marks = [
        mark(f"awareness dose {dose:g}", color=SERIES[i][0], marker=SERIES[i][1], ls="", ms=5)
        for i, dose in enumerate(doses)
    ]
    panels[0].legend(handles=marks, loc="upper left", frameon=False, handletextpad=0.2)
    below = placed_axes(drawn, 1.95, box.bottom * high + 0.42, 3.2, low - 0.62)
    forest(below, effects, list(effects["term"]), [cell(r) for _, r in effects.iterrows()])
    below.set_xlabel("VAMCs providing IMR, difference (number of VAMCs)")
    return drawn


def words(table: pd.DataFrame, about: Mapping[str, Any]) -> Words:
    """What the page says."""
    doses, settings = about["doses"], about["settings"]
    cells = table[table["part"] == "cell"]
    effects = table[table["part"] == "effect"].set_index("term")

    def at(term: str, awareness: float, champions: float, leadership: float) -> pd.Series:
        these = (awareness, champions, leadership)
        hit = cells["term"] == term
        for factor, dose in zip(FACTORS, these, strict=True):
            hit &= cells[factor] == dose
        return cells[hit].iloc[0]

    none, most = doses[0], doses[-1]
    alone = effects.loc[[f"{f} alone" for f in FACTORS]]
    strongest = alone["mean"].idxmax().removesuffix(" alone")
    pairs = effects[effects.index.str.contains(" x ")]
    told = [f"{name} ({signed(row)})" for name, row in pairs.iterrows() if clear(row)]
    untold = [name for name, row in pairs.iterrows() if not clear(row)]
    beyond, together = effects.loc["all three, beyond their sum"], effects.loc["all three together"]
    findings = [
        f"Without any dose, {level(at('vamcs_providing', none, none, none), 'VAMCs')} provide IMR "
        f"at the end, {level(at('aware_staff', none, none, none), 'staff')} are aware of it and "
        f"{level(at('champions', none, none, none), 'are champions')}. With dose {most:g} of one "
        f"factor at every VAMC, awareness adds {signed(alone.loc['awareness alone'], 'VAMCs')}, "
        f"champions {signed(alone.loc['champions alone'], 'VAMCs')}, leadership "
        f"{signed(alone.loc['leadership alone'], 'VAMCs')}; the largest mean is that of "
        f"{strongest}. The awareness lever brings the aware to "
        f"{level(at('aware_staff', most, none, none), 'staff')}; the champions' lever brings "
        f"champions to {level(at('champions', none, most, none))}, and to "
        f"{level(at('champions', most, most, none))} where awareness is raised as well.",
        f"All three together add {signed(together, 'VAMCs')}. That is {signed(beyond, 'VAMCs')} "
        + ("beyond" if clear(beyond) else "(not told from zero) beyond")
        + " the sum of the three alone. "
        + (f"Pairs that add more, or less, than their parts: {'; '.join(told)}. " if told else "")
        + (f"Not told from zero: {names(untold)}." if untold else ""),
    ]
    rows = [
        (
            f"{r.awareness:g}",
            f"{r.champions:g}",
            f"{r.leadership:g}",
            cell(at("vamcs_providing", r.awareness, r.champions, r.leadership), 0, sign=False),
            cell(pd.Series(r._asdict()), 1),
            mean_cell(pd.Series(r._asdict()), 1),
        )
        for r in cells[cells["term"] == "added_vamcs"].itertuples()
    ]
    columns = [*(f"{f} dose" for f in FACTORS), "VAMCs providing", "added", "mean added"]
    said = (
        f"{about['sites']} sites, IMR as it spread by itself up to {settings['policy_start']}, "
        f"then {settings['horizon']} months under three levers at every VAMC, each at dose "
        f"{names([f'{dose:g}' for dose in doses])}: outreach visits stand for awareness, prepared "
        "champions for champions, engaged leadership for leadership. The levers put no question to "
        "a site (`prompt_outreach`, `prompt_champions`, `prompt_leadership` at 0), so each acts "
        f"only through what it stands for. All {len(doses) ** 3} cells meet the same "
        f"{about['histories']} draws and the same luck."
    )
    limits = (
        "Interactions are on the scale of VAMCs. The decision hazard is multiplicative, so effects "
        "that are independent there need not add up here.",
        "A dose is a standard dose of the cited studies, not an equal effort: dose 2 of one lever "
        "is not as hard or as costly as dose 2 of another.",
        "Levers begin in a world that has known IMR for years. Had they begun in 2004, awareness "
        "would have had more to do.",
    )
    return Words(said, findings, pd.DataFrame(rows, columns=columns), limits)


STUDY = Study(
    name="awareness_champions_leadership",
    title="Awareness x champions x leadership",
    question="How many VAMCs provide IMR in the end when awareness, champions and "
    "autonomy-supporting leadership are raised, alone and together, and do they need each other?",
    compute=compute,
    figure=figure,
    words=words,
    rests_on=(
        "b_awareness",
        "b_champion",
        "b_leadership",
        "outreach_awareness",
        "champions_conversion",
        "leadership_gain",
        "leadership_retained",
    ),
)


@hydra.main(
    config_path="../configs/experiment",
    config_name="awareness_champions_leadership",
    version_base="1.3",
)
def main(config: DictConfig) -> None:
    """Run the study and write its page."""
    make(STUDY, config)


if __name__ == "__main__":
    main()
