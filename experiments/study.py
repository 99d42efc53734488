"""What the studies share: resumable runs, estimates with intervals, and a page made of its table.

A study computes one table. Its CSV, its figure and its page are all made from that table as it
stands in the CSV, so none of them can say anything else.
"""

from __future__ import annotations

import json
import math
import os
import sys
import textwrap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from hydra.core.hydra_config import HydraConfig
from matplotlib.figure import Figure
from omegaconf import DictConfig, OmegaConf

import imr_sim as imr
from imr_sim.analysis.spread import mean_se, summary
from imr_sim.cli.progress import Progress
from imr_sim.csv_files import write_csv
from imr_sim.errors import ImrSimError, RequestError
from imr_sim.experiment import Scenario, Store, sweep
from imr_sim.model.parameters import GROUPS, SPECS, ParameterSet
from imr_sim.model.version import model_version
from imr_sim.plots.words import rests_on
from imr_sim.strategies import Component, ComposedStrategy, Strategy

ROOT = Path(__file__).resolve().parents[1]
NORMAL_90 = 1.6448536269514722
"""95% quantile of the normal distribution: half width of a 90% interval, in standard errors."""
DIGITS = "%.6g"
UNSEEN = ("docs", "folder", "quiet", "executor", "workers")
"""Settings that change no result."""
CHUNK = 32
"""Runs done and kept at once: many strategies go through a month together faster than few."""
ENOUGH = 0.25
"""Share of the prior's variance below which a contraction may be the sampler's noise."""
HOW_TO_READ = (
    'Brackets and "90% of histories" hold the central 90% of single histories, parameter draws and '
    'luck together: what may happen. "Mean" intervals say how well so many histories know the '
    "mean; a difference counts as one when the 90% interval of its mean leaves out zero."
)
LINE = 118
"""Columns of a page."""


class Words(NamedTuple):
    """What a page says, all of it made from the study's table."""

    run: str
    findings: Sequence[str]
    table: pd.DataFrame
    limits: Sequence[str]


@dataclass(frozen=True)
class Study:
    """One study.

    Attributes
    ----------
    name : str
        Of its files.
    title, question : str
    compute : callable
        ``compute(config) -> (table, facts)``; facts are further settings that words need.
    figure, words : callable
        Of the table and of what is known about the run.
    rests_on : tuple of str
        Parameters that the findings depend on most.
    """

    name: str
    title: str
    question: str
    compute: Callable[[DictConfig], tuple[pd.DataFrame, dict[str, Any]]]
    figure: Callable[[pd.DataFrame, Mapping[str, Any]], Figure]
    words: Callable[[pd.DataFrame, Mapping[str, Any]], Words]
    rests_on: tuple[str, ...] = ()


def make(study: Study, config: DictConfig) -> None:
    """Run a study, or go on with it, and write its CSV, settings, figure and page."""
    try:
        table, facts = study.compute(config)
    except RequestError as error:
        print(error, file=sys.stderr)
        raise SystemExit(2) from None
    except ImrSimError as error:
        raise SystemExit(f"{study.name}: {error}") from None
    docs = Path(config.docs) if config.docs else ROOT / "docs"
    data, images, pages = docs / "data/studies", docs / "images/studies", docs / "studies"
    for folder in (data, images, pages):
        folder.mkdir(parents=True, exist_ok=True)
    csv, settings = data / f"{study.name}.csv", data / f"{study.name}.json"
    write_csv(table, csv, DIGITS)
    about = _about(study, config) | facts
    settings.write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")
    table, about = read(data, study.name)
    picture = images / f"{study.name}.png"
    study.figure(table, about).savefig(picture, dpi=150, metadata={"Software": None})
    text = page(study, table, about)
    (pages / f"{study.name}.md").write_text(text, encoding="utf-8")
    for finding in study.words(table, about).findings:
        print(finding)
    print(f"wrote {pages / study.name}.md, {picture}, {csv}")


def read(data: Path, name: str) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Table and settings of a study that was run."""
    about = json.loads((data / f"{name}.json").read_text(encoding="utf-8"))
    return pd.read_csv(data / f"{name}.csv", keep_default_na=False, na_values=[""]), about


def page(study: Study, table: pd.DataFrame, about: Mapping[str, Any]) -> str:
    """The page of a study, from its table and settings alone."""
    words = study.words(table, about)
    stamp = about["stamp"][:1].upper() + about["stamp"][1:].rstrip(".")
    parts = [
        f"# {study.title}",
        f"**Question.** {study.question}",
        f"**What was run.** {words.run} {stamp}.",
        f"    {about['command']}",
        f"![{study.title}](../images/studies/{study.name}.png)",
        "## What the model implies",
        *words.findings,
        HOW_TO_READ,
        markdown(words.table),
        f"All numbers: [{study.name}.csv](../data/studies/{study.name}.csv).",
        "## What it cannot tell",
        "\n".join(f"- {limit}" for limit in (*words.limits, *_prior_driven(about))),
    ]
    return "\n\n".join(_wrapped(part) for part in parts) + "\n"


def _wrapped(text: str) -> str:
    """Paragraphs and list items in lines as long as those of the other pages."""
    if text.startswith(("|", "!", "#", "    ")):
        return text
    lines = []
    for line in text.split("\n"):
        indent = "  " if line.startswith("- ") else ""
        lines += textwrap.wrap(
            line, LINE, break_long_words=False, break_on_hyphens=False, subsequent_indent=indent
        )
    return "\n".join(lines)


def scenario_of(config: DictConfig, parameters: ParameterSet, **more: Any) -> Scenario:
    """A scenario with the dates, system and seed of the study's configuration."""
    return Scenario(
        parameters=parameters,
        policy_start=str(config.policy_start),
        horizon=config.horizon,
        seed=config.seed,
        **more,
    )


def run(config: DictConfig, scenario: Scenario, what: str = "", quiet: bool = False) -> Store:
    """Run what is missing of a scenario; a folder of its own for each, so nothing is mixed.

    Raises
    ------
    ImrSimError
        When a run failed: a study has no holes.
    """
    progress = Progress(quiet=quiet or config.quiet)
    workers = config.workers or os.cpu_count() or 1
    store = sweep(
        scenario,
        Path(config.folder) / scenario.digest[:16],
        executor=config.executor,
        workers=config.workers if config.executor != "serial" else None,
        chunk=min(CHUNK, math.ceil(scenario.runs / workers)),
        progress=lambda done, message: progress(done, f"{what}{message}"),
    )
    progress.finish()
    for run_id, strategy, message in store.failures():
        raise ImrSimError(f"run {run_id.point}, {run_id.replicate} ({strategy}): {message}")
    return store


def composed(name: str, label: str, *components: Component, **more: Any) -> Strategy:
    """A strategy made of components."""
    return ComposedStrategy(name=name, label=label, components=components, **more)


def usual_costs(parameters: ParameterSet) -> ParameterSet:
    """Draws with all costs at their defaults: so one budget buys one programme in all of them."""
    costs = {spec.name: spec.default for spec in GROUPS["lever costs"]}
    note = f"{parameters.note}; costs at their defaults"
    fixed = parameters.replace(**costs)
    return ParameterSet(fixed.values, fixed.status, note, fixed.extra, fixed.practice)


def site_cost(lever: str, dose: float, months: int) -> float:
    """US$ of so many months of a lever at one site, at the default costs."""
    start, month = (SPECS.get(f"{lever}_{kind}_usd") for kind in ("start", "month"))
    usd = (start.default if start else 0) + months * (month.default if month else 0)
    return dose * usd


def estimate(values: np.ndarray) -> dict[str, float]:
    """Mean over histories, 90% interval of histories, and 90% interval of the mean.

    Parameters
    ----------
    values : ndarray, shape (histories,)
        One number a history, each of its own draw.
    """
    numbers = np.asarray(values, float)[:, None]
    mean, lo, hi = summary(numbers)
    half = NORMAL_90 * float(mean_se(numbers))
    q25, q75 = np.nanquantile(numbers, [0.25, 0.75]) if np.isfinite(mean) else (np.nan, np.nan)
    return {
        "mean": mean,
        "lo": lo,
        "hi": hi,
        "q25": float(q25),
        "q75": float(q75),
        "mean_lo": mean - half,
        "mean_hi": mean + half,
    }


def clear(row: pd.Series | Mapping[str, float]) -> bool:
    """Whether this many histories tell a mean from zero."""
    return row["mean_lo"] > 0 or row["mean_hi"] < 0


def signed(row: pd.Series, unit: str = "", digits: int = 1) -> str:
    """A difference in words: mean, its precision, and what single histories may show."""
    whole = _number(digits)
    unit = f" {unit}" if unit else ""
    return (
        f"{whole(row['mean'])}{unit} (mean {whole(row['mean_lo'])} to {whole(row['mean_hi'])}; "
        f"90% of histories {whole(row['lo'])} to {whole(row['hi'])})"
    )


def level(row: pd.Series, unit: str = "", digits: int = 0) -> str:
    """A quantity in words: mean and 90% of histories."""
    unit = unit if unit in ("", "%") else f" {unit}"
    return (
        f"{row['mean']:,.{digits}f}{unit} (90% of histories {row['lo']:,.{digits}f} to "
        f"{row['hi']:,.{digits}f})"
    )


def cell(row: pd.Series, digits: int = 1, sign: bool = True, per: float = 1.0) -> str:
    """A quantity in a table, in units of `per`: mean [90% of histories]."""
    number = _number(digits) if sign else lambda x: f"{x:,.{digits}f}"
    mean, lo, hi = (number(row[name] / per) for name in ("mean", "lo", "hi"))
    return f"{mean} [{lo}, {hi}]"


def mean_cell(row: pd.Series, digits: int = 1) -> str:
    """The interval of the mean in a table."""
    number = _number(digits)
    return f"{number(row['mean_lo'])} to {number(row['mean_hi'])}"


def _number(digits: int) -> Callable[[float], str]:
    """Signed, but for what rounds to zero."""
    return lambda x: f"{x:+,.{digits}f}" if round(x, digits) else f"{0:.{digits}f}"


def markdown(frame: pd.DataFrame) -> str:
    """A table of text as Markdown."""
    head = "| " + " | ".join(frame.columns) + " |"
    rows = ["| " + " | ".join(map(str, row)) + " |" for row in frame.itertuples(index=False)]
    return "\n".join([head, "|" + "---|" * len(frame.columns), *rows])


def names(items: Sequence[str]) -> str:
    """`a, b and c`."""
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}"


def _about(study: Study, config: DictConfig) -> dict[str, Any]:
    given = HydraConfig.get().overrides.task if HydraConfig.initialized() else []
    shown = [x for x in given if x.split("=")[0] not in UNSEEN]
    draws = imr.posterior()
    system = imr.load_system(config.system)
    return {
        "command": " ".join(["python", f"experiments/{study.name}.py", *shown]),
        "settings": {
            k: v
            for k, v in OmegaConf.to_container(config).items()  # type: ignore[union-attr]
            if k not in UNSEEN
        },
        "stamp": rests_on(draws.status, draws.note, system.invented, False),
        "model_version": model_version(),
        "sites": system.n_sites,
        "at_prior": [name for name in study.rests_on if not _informed(name)],
        "informed": [name for name in study.rests_on if _informed(name)],
    }


def _informed(name: str) -> bool:
    """Whether the observations take away enough of a prior's variance (docs/calibration.md)."""
    known = pd.read_csv(ROOT / "docs/data/identifiability.csv", index_col="parameter")
    return name in known.index and known.loc[name, "contraction"] >= ENOUGH


def _prior_driven(about: Mapping[str, Any]) -> list[str]:
    """What rests on judgements alone, said in so many words."""
    said = []
    if about["at_prior"]:
        listed = names([f"`{name}`" for name in about["at_prior"]])
        said.append(
            f"Of what this rests on, the observations leave more than three quarters of the prior "
            f"variance, or all of it, to {listed}: what follows from them is a judgement carried "
            "through the model, and no finding ([calibration](../calibration.md))."
        )
    if about["informed"]:
        listed = names([f"`{name}`" for name in about["informed"]])
        said.append(f"They take away a quarter or more of the prior variance of {listed}.")
    return said


def check_rests_on(study: Study) -> list[str]:
    """Names among `rests_on` that are no parameters."""
    return [name for name in study.rests_on if name not in SPECS]
