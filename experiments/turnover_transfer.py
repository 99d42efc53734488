"""Turnover and transfer: what people who bring IMR with them are worth.

    python experiments/turnover_transfer.py

With the settings of ``configs/experiment/turnover_transfer.yaml``; writes
docs/studies/turnover_transfer.md.
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
    estimate,
    level,
    make,
    mean_cell,
    names,
    run,
    scenario_of,
    signed,
)
from study_figures import HOW_TO_READ, SERIES, band_line, spread_mark, zero

import imr_sim as imr
from imr_sim.experiment import Design, Scenario
from imr_sim.model.parameters import SPECS, ParameterSet
from imr_sim.plots.panels import placed_axes
from imr_sim.plots.style import GREY, PALE, new_figure, styled

TURNOVER = tuple(f"turnover_{r}" for r in ("clinical", "peer", "other", "coordinator", "chief"))
NO_IMPORTING = {"external_aware": 0.0, "external_experienced": 0.0}
"""With no transfers either, nobody who comes brings IMR."""
NO_CHAMPIONING = {"importer_champion_probability": 0.0, "b_importer": 0.0}
"""Newcomers know what they know, but are no champions at once and count for nothing as such."""
OUTCOMES = ("vamcs_providing", "aware_staff", "vamc_years")


def compute(config: DictConfig) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Three worlds of the same draws and luck, over rates of turnover and transfer."""
    draws = imr.posterior().take(config.draws)
    system = imr.load_system(config.system)
    turnover = [float(x) for x in config.turnover]
    shares = [float(x) for x in config.transfer_share]

    def world(parameters: ParameterSet, transfer: list[float]) -> Scenario:
        points = [
            [k * SPECS[name].default for name in TURNOVER] + [t]
            for k, t in product(turnover, transfer)
        ]
        note = f"turnover x {turnover}, transfer_share {transfer}"
        return scenario_of(
            config,
            parameters,
            system=system,
            design=Design((*TURNOVER, "transfer_share"), np.array(points), note),
            outcomes=OUTCOMES,
            replicates=len(draws),
        )

    stores = {
        "full": run(config, world(draws, shares), "everything: "),
        "no importing": run(config, world(draws.replace(**NO_IMPORTING), [0.0]), "twin: "),
        "no championing": run(
            config, world(draws.replace(**NO_CHAMPIONING), shares), "no importer-champions: "
        ),
    }
    rows = []
    for outcome in OUTCOMES:
        found = {name: store.array(outcome, "none") for name, store in stores.items()}
        for i, (k, t) in enumerate(product(turnover, shares)):
            where = {"turnover": k, "transfer_share": t, "outcome": outcome}
            full, twin = found["full"][i], found["no importing"][turnover.index(k)]
            quiet = found["no championing"][i]
            for part, values in (
                ("full", full),
                ("gain through importers", full - twin),
                ("gain through importer-champions", full - quiet),
            ):
                rows.append({"part": part, **where, **estimate(values)})
        for i, k in enumerate(turnover):
            where = {"turnover": k, "transfer_share": np.nan, "outcome": outcome}
            twin = estimate(found["no importing"][i])
            rows.append({"part": "no importing", **where, **twin})
        for name, world_values in (
            ("full", found["full"]),
            ("no importing", found["no importing"]),
        ):
            by_rate = world_values.reshape(len(turnover), -1, len(draws))
            for j, change in enumerate(by_rate[-1] - by_rate[0]):
                where = {"part": f"highest minus lowest turnover, {name}", "outcome": outcome}
                where |= {"transfer_share": shares[j] if name == "full" else np.nan}
                rows.append({**where, **estimate(change)})
    yearly = {name: SPECS[name].default for name in TURNOVER}
    return pd.DataFrame(rows), {"histories": len(draws), "yearly": yearly}


def _rows(table: pd.DataFrame, part: str, share: float | None, outcome: str) -> pd.DataFrame:
    rows = table[(table["part"] == part) & (table["outcome"] == outcome)]
    return rows if share is None else rows[rows["transfer_share"] == share]


@styled
def figure(table: pd.DataFrame, about: Mapping[str, Any]) -> Figure:
    """Adoption over turnover in the full world and its twin; the gain through importers."""
    settings, shares = about["settings"], about["settings"]["transfer_share"]
    x = np.array(settings["turnover"])
    drawn, box = new_figure(
        2.75,
        "What importers are worth",
        f"{about['sites']} sites without any strategy, end of {_last(settings)}; "
        f"{about['histories']} posterior draws",
        about["stamp"],
        "Left: lines are means, bands the 90% interval of the mean. Right: the full world minus a "
        f"twin in which nobody who comes brings IMR, in the same history. {HOW_TO_READ}",
        (0.55, 0.1),
    )
    bottom = box.bottom * drawn.get_figheight() + 0.45
    left = placed_axes(drawn, 0.55, bottom, 2.75, 2.2)
    for look, share in zip(SERIES[1:], shares, strict=False):
        band_line(left, x, _rows(table, "full", share, "vamcs_providing"), look)
        left.lines[-1].set_label(f"transfer share {share:g}")
    band_line(left, x, _rows(table, "no importing", None, "vamcs_providing"), SERIES[0])
    left.lines[-1].set_label("nobody brings IMR")
    left.set_ylabel("VAMCs providing IMR")
    low, top = left.get_ylim()
    left.set_ylim(low, top + 0.75 * (top - low))
    left.legend(loc="upper left", frameon=False, labelspacing=0.2, handlelength=2.4)
    right = placed_axes(drawn, 3.95, bottom, 2.95, 2.2)
    step = 0.11 * float(np.min(np.diff(x))) if len(x) > 1 else 0.1
    for i, (look, share) in enumerate(zip(SERIES[1:], shares, strict=False)):
        for _, row in _rows(table, "gain through importers", share, "vamcs_providing").iterrows():
            at = row["turnover"] + (i - (len(shares) - 1) / 2) * 1.6 * step
            spread_mark(right, at, row, look[0], look[1])
    zero(right)
    right.set_ylabel("VAMCs gained through importers")
    for axes in (left, right):
        axes.set_xticks(x, [f"{k:g}" for k in x])
        axes.set_xlabel("turnover, times the usual rate of every role")
        axes.grid(axis="y", color=PALE, linewidth=0.5)
        axes.axvline(1, color=GREY, linewidth=0.6, linestyle=":", zorder=0)
        axes.set_axisbelow(True)
    return drawn


def _last(settings: Mapping[str, Any]) -> str:
    return str(pd.Period(settings["policy_start"], "M") + settings["horizon"] - 1)


def words(table: pd.DataFrame, about: Mapping[str, Any]) -> Words:
    """What the page says."""
    settings = about["settings"]
    turnover, shares = settings["turnover"], settings["transfer_share"]
    usual_k = min(turnover, key=lambda k: abs(k - 1))
    usual_t = min(shares, key=lambda t: abs(t - SPECS["transfer_share"].default))

    def at(part: str, k: float, t: float | None, outcome: str = "vamcs_providing") -> pd.Series:
        rows = _rows(table, part, t, outcome)
        return rows[rows["turnover"] == k].iloc[0]

    gain = "gain through importers"
    here, twin = at("full", usual_k, usual_t), at("no importing", usual_k, None)
    through = "gain through importer-champions"
    champions = at(through, usual_k, usual_t)
    low, high = at(gain, turnover[0], usual_t), at(gain, turnover[-1], usual_t)
    still, moving = at(gain, usual_k, shares[0]), at(gain, usual_k, shares[-1])
    change = "highest minus lowest turnover"
    busier = _rows(table, f"{change}, full", usual_t, "vamcs_providing")
    emptier = _rows(table, f"{change}, no importing", None, "vamcs_providing")
    gains = _rows(table, gain, None, "vamcs_providing")
    told = int(sum(clear(row) for _, row in gains.iterrows()))
    findings = [
        f"With usual turnover and {usual_t:.0%} of vacated posts filled from another VAMC, "
        f"{level(here, 'VAMCs')} provide IMR at the end of {_last(settings)}; where nobody who "
        f"comes brings IMR, {level(twin, 'VAMCs')}. Importers are thus worth "
        f"{signed(at(gain, usual_k, usual_t), 'VAMCs')} and "
        f"{signed(at(gain, usual_k, usual_t, 'vamc_years'), 'VAMC-years', 0)} since 2004. They "
        f"raise awareness by {signed(at(gain, usual_k, usual_t, 'aware_staff'), 'staff', 0)}. "
        f"Without their championing (`importer_champion_probability` and `b_importer` at 0) "
        f"{signed(champions, 'VAMCs')} of adoption are lost: the part of the gain that comes "
        "about by importer-champions rather than by knowledge alone.",
        f"At {turnover[0]:g} times the usual turnover the gain is {signed(low, 'VAMCs')}, at "
        f"{turnover[-1]:g} times {signed(high, 'VAMCs')}. With usual turnover it is "
        f"{signed(still, 'VAMCs')} when no post is filled from another VAMC, so that only hires "
        f"from outside bring IMR, and {signed(moving, 'VAMCs')} when {shares[-1]:.0%} are. The "
        f"gain can be told from zero in {told} of {len(gains)} cells.",
        f"From {turnover[0]:g} to {turnover[-1]:g} times the usual turnover, adoption changes by "
        f"{signed(busier.iloc[0], 'VAMCs')} where importers come, and by "
        f"{signed(emptier.iloc[0], 'VAMCs')} where none do.",
    ]
    rows = [
        (
            f"{k:g}",
            f"{t:g}",
            cell(at("full", k, t), 0, sign=False),
            cell(at("no importing", k, None), 0, sign=False),
            cell(at(gain, k, t)),
            mean_cell(at(gain, k, t)),
            cell(at(through, k, t)),
            mean_cell(at(through, k, t)),
        )
        for k, t in product(turnover, shares)
    ]
    columns = ["turnover", "transfer share", "VAMCs, full world", "VAMCs, twin"]
    columns += ["gain through importers", "mean gain", "of it by championing", "mean of it"]
    yearly = names([f"{k.removeprefix('turnover_')} {v:g}" for k, v in about["yearly"].items()])
    said = (
        f"{about['sites']} sites from January 2004 to {_last(settings)}, no strategy. Yearly "
        f"turnover of every role times {names([f'{k:g}' for k in turnover])} (usual rates: "
        f"{yearly}); share of vacated posts that is filled from another VAMC "
        f"{names([f'{t:g}' for t in shares])}. The twin world has the same draws, luck and "
        "departures, but nobody who comes brings IMR: no transfers, and no hire from outside "
        f"knows it. {about['histories']} draws in every cell."
    )
    limits = (
        "The draws were fitted with their own rates of turnover and transfer; other rates are "
        "put into them as they are, and what was observed would then have been less probable.",
        "A transfer is a copy: the colleague elsewhere keeps the post and the knowledge "
        "([ODD, section 8](../odd.md)). Moves that drain the sender would be worth less.",
        "Nothing observed counts importers. The interviews (E1) say that importer-champions "
        "differ between sites, not how many there are.",
    )
    return Words(said, findings, pd.DataFrame(rows, columns=columns), limits)


STUDY = Study(
    name="turnover_transfer",
    title="Turnover and transfer: what importers are worth",
    question="How much of the spread of IMR is due to people who knew it when they came, and how "
    "does that depend on turnover and on transfers between VAMCs?",
    compute=compute,
    figure=figure,
    words=words,
    rests_on=(
        "b_importer",
        "importer_champion_probability",
        "external_aware",
        "external_experienced",
        "transfer_same_visn",
        "experience_multiplier",
        "turnover_clinical",
    ),
)


@hydra.main(
    config_path="../configs/experiment", config_name="turnover_transfer", version_base="1.3"
)
def main(config: DictConfig) -> None:
    """Run the study and write its page."""
    make(STUDY, config)


if __name__ == "__main__":
    main()
