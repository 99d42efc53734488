"""Fill the tables of docs/calibration.md, and its figures, from finished runs.

    imr-sim validate out=outputs/validate/page
    imr-sim forecast out=outputs/forecast/page
    python experiments/calibration_page.py validate=outputs/validate/page \
        forecast=outputs/forecast/page

Every number on the page between the markers comes from here. The tables are kept in docs/data.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import hydra
import numpy as np
import pandas as pd
from omegaconf import DictConfig
from scipy.stats import binom

from imr_sim.calibration.files import Files
from imr_sim.calibration.sbc import CONFIDENCE

DOCS = Path(__file__).resolve().parents[1] / "docs"
TABLES = {
    "validate": (
        "predictive",
        "fidelity",
        "calibration_ranks",
        "simulation_based_calibration",
        "full_sampler",
        "identifiability",
        "mechanisms",
    ),
    "forecast": ("forecast", "scores"),
}
FIGURES = {
    "validate": ("predictive", "fidelity", "ranks", "parameters", "mechanisms"),
    "forecast": ("forecast",),
}

JUDGES = 2  # effective histories without which a bank is no posterior to compare with


def markdown(frame: pd.DataFrame) -> str:
    """A table as Markdown, numbers as text already."""
    head = "| " + " | ".join(frame.columns) + " |"
    rule = "|" + "---|" * len(frame.columns)
    rows = ["| " + " | ".join(map(str, row)) + " |" for row in frame.itertuples(index=False)]
    return "\n".join([head, rule, *rows])


def percent(x: float) -> str:
    """A share in percent."""
    return f"{100 * x:.1f}%"


def sections(kept: dict[str, pd.DataFrame]) -> Iterator[tuple[str, str]]:
    """Name of each marked place of the page, and what stands there."""
    yield "sampler", _sampler()
    yield "predictive", _predictive(kept["predictive"])
    yield "findings", _findings(kept["predictive"])
    yield "fidelity", _fidelity(kept["fidelity"])
    yield "informed", _informed(kept["identifiability"])
    yield "silent", _silent(kept["identifiability"])
    yield "sbc", _sbc(kept)
    yield "mechanisms", _mechanisms(kept["mechanisms"])
    yield "forecast", _forecast(kept["forecast"])
    yield "scores", _scores(kept["scores"])


def _sampler() -> str:
    files = Files.shipped()
    told = json.loads(files.manifest.read_text(encoding="utf-8"))
    trace = pd.read_csv(files.points.parent / "trace.csv")
    last = trace.iloc[-1]
    s = told["settings"]
    return (
        f"{told['draws']:,} draws, {s['replicates']} histories of each point, from a bank of "
        f"{told['bank']:,} prior histories; {last['stage']:.0f} temperatures, {len(trace)} sweeps, "
        f"{told['bank'] + len(trace) * s['particles'] * s['replicates']:,} histories at least. At "
        f"the last temperature {percent(last['acceptance'])} of proposals were accepted; after its "
        f"{s['last_sweeps']} sweeps {last['distinct']:.0f} draws were distinct and their mean "
        f"correlation with where they began was {last['memory']:.2f}. Log marginal likelihood "
        f"{told['log_evidence']:.1f}. Model version `{told['model_version']}`."
    )


def _band(row: pd.Series, world: str) -> str:
    low, high = row[f"{world}_lo"], row[f"{world}_hi"]
    if row["unit"] == "ratio":
        return f"{low:.2f} to {high:.2f}"
    return f"{100 * low:.0f} to {100 * high:.0f}%"


def _predictive(table: pd.DataFrame) -> str:
    banded = table[table["posterior_lo"].notna()]
    rows = []
    for _, r in banded.iterrows():
        seen = f"{r['observed']:.2f}" if r["unit"] == "ratio" else percent(r["observed"])
        what = f"{r['quantity']}{'' if pd.isna(r['year']) else f', {r.year:.0f}'}"
        group = r["group"] if r["pattern"] in ("P1", "P2") else ""
        inside = "yes" if str(r["posterior_in_band"]) == "True" else "**no**"
        rows.append(
            (r["pattern"], what, group, seen, _band(r, "prior"), _band(r, "posterior"), inside)
        )
    columns = ["", "quantity", "group", "observed", "prior 90%", "posterior 90%", "inside"]
    return markdown(pd.DataFrame(rows, columns=columns))


def _findings(table: pd.DataFrame) -> str:
    stated = table[table["posterior_lo"].isna()]
    rows = [
        (
            r.pattern,
            r.quantity,
            _probability(r.prior_mean),
            _probability(r.posterior_mean),
            f"{r.posterior_mean / r.prior_mean:.1f}",
        )
        for r in stated.itertuples()
    ]
    columns = ["", "finding", "probability, prior", "probability, posterior", "ratio"]
    return markdown(pd.DataFrame(rows, columns=columns))


def _probability(p: float) -> str:
    return f"{p:.2f}" if p >= 0.01 else f"{p:.1e}"


def _fidelity(table: pd.DataFrame) -> str:
    share = table["quantity"].str.startswith("share")
    rows = []
    for r, is_share in zip(table.itertuples(), share, strict=True):
        scale, unit = (100, "%") if is_share else (1, "")
        digits = 0 if is_share else 2
        values = [f"{scale * x:.{digits}f}{unit}" for x in (r.mean, r.lo, r.hi)]
        published = "" if pd.isna(r.published) else f"{r.published} ({r.source})"
        rows.append((r.months, r.quantity, f"{values[0]} ({values[1]} to {values[2]})", published))
    columns = ["months after the start", "quantity", "model (90%)", "published, elsewhere"]
    return markdown(pd.DataFrame(rows, columns=columns))


def _informed(table: pd.DataFrame) -> str:
    informed = table[~table["verdict"].str.contains("do not inform")]
    rows = [
        (
            f"`{r.parameter}`",
            f"{r.prior_mean:.3g} ({r.prior_sd:.2g})",
            f"{r.posterior_mean:.3g} ({r.posterior_sd:.2g})",
            f"{r.contraction:.2f}",
            f"{r.overlap:.2f}",
            f"{r.again:.2f}",
            r.informed_by if isinstance(r.informed_by, str) else "several targets together",
        )
        for r in informed.sort_values("overlap").itertuples()
    ]
    columns = ["parameter", "prior mean (sd)", "posterior mean (sd)", "contraction", "overlap"]
    return markdown(pd.DataFrame(rows, columns=[*columns, "second fit", "informed by"]))


def _silent(table: pd.DataFrame) -> str:
    silent = table[table["verdict"].str.contains("do not inform")]["parameter"]
    names = ", ".join(f"`{name}`" for name in silent)
    unsure = table.loc[table["verdict"].str.contains("second fit"), "parameter"]
    doubt = ", ".join(f"`{name}`" for name in unsure) or "none"
    return (
        f"The data do not inform {len(silent)} of {len(table)} parameters: {names}. Of these, what "
        f"one fit said of them and the second did not bear out: {doubt}."
    )


def _sbc(kept: dict[str, pd.DataFrame]) -> str:
    sbc, ranks = kept["simulation_based_calibration"], kept["calibration_ranks"]
    outside = sbc[~sbc["inside_band"]]["parameter"]
    named = ", ".join(f"`{n}`" for n in outside) or "none"
    lines = [
        f"- {len(ranks)} made-up worlds, each judged by a median of "
        f"{ranks['effective'].median():.0f} effective histories (10% have fewer than "
        f"{ranks['effective'].quantile(0.1):.0f}).",
        f"- Ranks of {len(sbc)} parameters; outside their {CONFIDENCE:.0%} simultaneous band: "
        f"{named}{_by_chance(sbc)}.",
        f"- Over all parameters 90% intervals cover the truth in "
        f"{percent(sbc['coverage_90'].mean())} (single parameters "
        f"{percent(sbc['coverage_90'].min())} to {percent(sbc['coverage_90'].max())}), 50% "
        f"intervals in {percent(sbc['coverage_50'].mean())}.",
    ]
    full = kept["full_sampler"]
    if len(full):
        lines += [_full_sampler(full)]
    return "\n".join(lines)


def _by_chance(sbc: pd.DataFrame) -> str:
    found = int((~sbc["inside_band"]).sum())
    if not found:
        return ""
    chance = binom.sf(found - 1, len(sbc), 1 - CONFIDENCE)
    return (
        f" (by at most {sbc['ecdf_outside_band'].max():.3f}). Right posteriors would leave "
        f"{len(sbc) * (1 - CONFIDENCE):.1f} outside by chance, and {found} or more with "
        f"probability {chance:.2f} if parameters were independent"
    )


def _full_sampler(full: pd.DataFrame) -> str:
    few = full["effective"] < JUDGES
    able, unable = full[~few], full[few]
    worlds = able.groupby("world")
    gap = worlds["log_evidence_full"].first() - worlds["log_evidence_bank"].first()
    text = (
        f"- The full sampler on {full['world'].nunique()} of these worlds. In the "
        f"{worlds.ngroups} that the bank judges by {JUDGES} effective histories or more, "
        f"{percent((able['z'].abs() < 2).mean())} of {len(able)} posterior means are within two "
        f"standard errors of the bank's (root mean square {_rms(able['z']):.2f} standard errors), "
        f"and its log evidence is {gap.median():+.1f} from the bank's in the median."
    )
    if len(unable):
        text += (
            f" The rest ({unable['world'].nunique()}) tell nothing: a bank of "
            f"{unable['effective'].max():.1f} histories is no posterior (root mean square "
            f"{_rms(unable['z']):.1f})."
        )
    return text


def _rms(z: pd.Series) -> float:
    return float(np.sqrt((z**2).mean()))


def _mechanisms(table: pd.DataFrame) -> str:
    rows = [
        (
            r.without,
            f"{r.evidence_difference:+.2f} ({r.evidence_difference_se:.2f})",
            f"{r.predictive_difference:+.2f} ({r.predictive_difference_se:.2f})",
            f"{r.effective:.0f}",
            r.verdict,
        )
        for r in table.iloc[1:].itertuples()
    ]
    columns = ["without", "log evidence (se)", "log predictive (se)", "effective histories"]
    return markdown(pd.DataFrame(rows, columns=[*columns, "the observations"]))


def _forecast(table: pd.DataFrame) -> str:
    rows = []
    for r in table[table["held_out"]].itertuples():
        seen = "" if pd.isna(r.observed) else percent(r.observed)
        inside = "" if pd.isna(r.observed) else ("yes" if str(r.in_band) == "True" else "**no**")
        band = f"{percent(r.lo)} to {percent(r.hi)}"
        rows.append((r.year, r.group, percent(r.mean), band, seen, inside))
    columns = ["year", "group", "forecast", "90% band", "came", "inside"]
    return markdown(pd.DataFrame(rows, columns=columns))


def _scores(table: pd.DataFrame) -> str:
    mean = table.groupby("method", sort=False)["crps"].agg(["mean", "std"])
    rows = [(m, f"{100 * r['mean']:.2f}", f"{100 * r['std']:.2f}") for m, r in mean.iterrows()]
    return markdown(pd.DataFrame(rows, columns=["forecast", "mean CRPS, points", "sd over cells"]))


@hydra.main(config_path="../configs/experiment", config_name="calibration_page", version_base="1.3")
def main(config: DictConfig) -> None:
    """Copy tables and figures, and write the page."""
    data, images = DOCS / "data", DOCS / "images" / "calibration"
    data.mkdir(exist_ok=True)
    images.mkdir(parents=True, exist_ok=True)
    kept = {}
    for command, folder in (("validate", config.validate), ("forecast", config.forecast)):
        for name in TABLES[command]:
            shutil.copy(Path(folder) / f"{name}.csv", data / f"{name}.csv")
            kept[name] = pd.read_csv(data / f"{name}.csv")
        for name in FIGURES[command]:
            shutil.copy(Path(folder) / f"{name}.png", images / f"{name}.png")
    page = DOCS / "calibration.md"
    text = page.read_text(encoding="utf-8")
    for name, content in sections(kept):
        begin, end = f"<!-- {name} -->", f"<!-- /{name} -->"
        pattern = re.compile(f"{re.escape(begin)}.*?{re.escape(end)}", re.DOTALL)
        if not pattern.search(text):
            raise SystemExit(f"docs/calibration.md has no place {begin}")
        text = pattern.sub(lambda _, c=content, b=begin, e=end: f"{b}\n{c}\n{e}", text)
    page.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
