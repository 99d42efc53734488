"""Fit levers to the trials, set each study against the prediction made without it: docs/trials.md.

    python experiments/trials.py

It takes the passive draws that `experiments/posterior.py` made, and writes the joint draws that
ship. With the settings of ``configs/experiment/trials.yaml``. A run that is killed goes on where it
was when the command is given again; the result is the same.
"""

from __future__ import annotations

import json
from pathlib import Path

import hydra
import numpy as np
import pandas as pd
from omegaconf import DictConfig, OmegaConf

from imr_sim import plots
from imr_sim.calibration.left_out import Refits, lever_table, verdicts
from imr_sim.calibration.lever_files import passive_draws, write_joint
from imr_sim.calibration.lever_fit import LeverFit, fit_levers
from imr_sim.calibration.lever_ranks import rank_levers
from imr_sim.calibration.meta_analysis import difference, left_out_scores
from imr_sim.calibration.smc import Settings
from imr_sim.cli.progress import Progress
from imr_sim.cli.tables import write_csv, write_parquet
from imr_sim.trials import load_trial, trial, trial_names
from imr_sim.trials.form import Trial

ROOT = Path(__file__).resolve().parents[1]
TABLES, PICTURES = ROOT / "docs" / "data" / "trials", ROOT / "docs" / "images"
PAGE = ROOT / "docs" / "trials.md"
BEGIN = "<!-- made by experiments/trials.py: {} -->\n"
END = "<!-- end -->\n"


@hydra.main(config_path="../configs/experiment", config_name="trials", version_base="1.3")
def main(config: DictConfig) -> None:
    """Fit, judge, and write tables, the picture and the page."""
    folder = Path(config.scratch)
    folder.mkdir(parents=True, exist_ok=True)
    TABLES.mkdir(parents=True, exist_ok=True)
    progress = Progress()
    trials = [load_trial(name) for name in trial_names()]
    passive = passive_draws()
    fits = {}
    settings = Settings(**OmegaConf.to_container(config.sampler), seed=config.seed)  # type: ignore
    for words, discount in (("fit", True), ("no_discount", False)):
        fits[words] = fit_levers(
            passive,
            trials,
            settings,
            sites=config.sites,
            discount=discount,
            checkpoint=folder / f"{words}.npz",
            progress=progress,
        )
    fit = fits["fit"]
    write_joint(fit)
    write_parquet(fit.frame(), TABLES / "levers.parquet")
    refits = Refits(fit, config.refit_draws, folder, progress)
    judged = verdicts(fit, refits, config.seed)
    informing = [t for t in trials if t.name in set(judged["trial"])]
    other = left_out_scores(informing)
    levers = lever_table(fit, refits)
    ranks = rank_levers(
        passive, informing, config.bank, config.worlds, config.seed, sites=config.sites
    )
    shown = _shown(trials, fit, config)
    for name, table in (
        ("left_out", judged),
        ("meta_analysis", other),
        ("levers", levers),
        ("ranks", ranks),
        ("shown", shown),
        ("discount", _discounted(fits)),
    ):
        write_csv(table, TABLES / f"{name}.csv")
    summary = _summary(judged, other, ranks) | _contrasts(shown)
    (TABLES / "summary.json").write_text(json.dumps(summary, indent=1) + "\n", encoding="utf-8")
    progress.finish()
    write_picture(judged, PICTURES, passive.status)
    write_page(trials, judged, levers, summary)
    print(json.dumps(summary, indent=1))


def _shown(trials: list[Trial], fit: LeverFit, config: DictConfig) -> pd.DataFrame:
    """All numbers of all trials, those that are only shown included, from the fitted draws."""
    draws = fit.parameters().take(min(config.shown_draws, len(fit)))
    tables = [trial(one, draws, seed=config.seed).table() for one in trials]
    return pd.concat(tables, ignore_index=True)


def _discounted(fits: dict[str, LeverFit]) -> pd.DataFrame:
    """Levers with published studies as selected successes, and at face value."""
    frames = {words: fit.frame() for words, fit in fits.items()}
    names = [n for n in frames["fit"] if n in frames["no_discount"] and ": " not in n]
    rows = []
    for name in names:
        row: dict[str, object] = {"parameter": name}
        for words, frame in frames.items():
            low, middle, high = np.quantile(frame[name], (0.05, 0.5, 0.95))
            row |= {f"{words}_q05": low, f"{words}_q50": middle, f"{words}_q95": high}
        rows.append(row)
    return pd.DataFrame(rows)


def _summary(judged: pd.DataFrame, other: pd.DataFrame, ranks: pd.DataFrame) -> dict[str, object]:
    mean, low, high = difference(judged, other)
    shares = judged[judged["is_share"]]
    return {
        "verdicts": len(judged),
        "in_90_band": round(float(judged["in_band"].mean()), 3),
        "median_width": round(float(shares["width"].median()), 3),
        "mean_log_score": round(float(shares["log_score"].mean()), 3),
        "log_score_minus_meta_analysis": [round(x, 3) for x in (mean, low, high)],
        "refitted": sorted(set(judged.loc[judged["refitted"], "trial"])),
        "ranks_coverage_90": round(float(ranks["coverage_90"].mean()), 3),
    }


def _contrasts(shown: pd.DataFrame) -> dict[str, object]:
    """Differences between the arms of the studies that are only shown: E55, and E56 twice."""
    differences = shown[shown["unit"].str.contains("minus") & ~shown["fitted"]]
    return {
        f"{row['trial']} {row['outcome']}, {row['unit']}": [
            round(row[name], 3) for name in ("mean", "q05", "q95")
        ]
        for row in differences.to_dict("records")
    }


def write_picture(judged: pd.DataFrame, folder: Path, status: str) -> None:
    """Every study's observed share against the prediction made without that study."""
    figure = plots.plot_trials(
        judged[judged["is_share"]],
        "Each study against the prediction made without it",
        f"{status} parameters; levers fitted to all the other studies",
        without=True,
    )
    plots.save(figure, folder, "trials")


def write_page(
    trials: list[Trial], judged: pd.DataFrame, levers: pd.DataFrame, summary: dict[str, object]
) -> None:
    """Put the tables into the page, each between its marks."""
    text = PAGE.read_text(encoding="utf-8")
    for name, table in (
        ("trials", trials_table(trials)),
        ("left_out", _left_out_table(judged, summary)),
        ("levers", _levers_table(levers)),
    ):
        before, rest = text.split(BEGIN.format(name))
        text = before + BEGIN.format(name) + table + "\n" + END + rest.split(END, 1)[1]
    PAGE.write_text(text, encoding="utf-8")


def trials_table(trials: list[Trial]) -> str:
    """Every shipped trial, and what is assumed in imitating it."""
    lines = ["| trial | evidence | study | arms (sites) | assumed |", "|---|---|---|---|---|"]
    for one in trials:
        arms = ", ".join(f"{arm.name.replace('_', ' ')} ({arm.sites})" for arm in one.arms)
        about = f"{one.title} ({one.source})"
        cells = [
            f"`{one.name}`",
            ", ".join(one.evidence),
            about,
            arms,
            " ".join(one.assumed.split()),
        ]
        lines.append(f"| {' | '.join(cell.replace('|', ' ') for cell in cells)} |")
    return "\n".join(lines)


def _left_out_table(judged: pd.DataFrame, summary: dict[str, object]) -> str:
    lines = [
        "| study | arm | outcome | observed | predicted without it, 90% | inside | log score |",
        "|---|---|---|---|---|---|---|",
    ]
    for row in judged.to_dict("records"):
        of = f" of {row['sites']}" if row["is_share"] else ""
        low, high = row["observed_low"], row["observed_high"]
        seen = f"{low:g}" if low == high else f"{low:g} to {high:g}"
        lines.append(
            f"| {row['label']} | {row['arm'].replace('_', ' ')} | {row['outcome']}, month "
            f"{row['month']} | {seen}{of} | {row['q05']:.3g} to {row['q95']:.3g} | "
            f"{'yes' if row['in_band'] else 'no'} | {row['log_score']:.2f} |"
        )
    mean, low, high = summary["log_score_minus_meta_analysis"]  # type: ignore[misc]
    lines.append(
        f"\nInside the 90% band: {summary['in_90_band']:.0%} of {summary['verdicts']} verdicts; "
        f"median width of the bands of shares {summary['median_width']}. Mean log score "
        f"{summary['mean_log_score']}, which is {mean:+} [{low:+}, {high:+}] against a plain "
        "random-effects meta-analysis of the same rows."
    )
    return "\n".join(lines)


def _levers_table(levers: pd.DataFrame) -> str:
    lines = [
        "| quantity | unit | prior, mean (sd) | fitted | contraction | overlap | verdict |",
        "|---|---|---|---|---|---|---|",
    ]
    for row in levers.to_dict("records"):
        if str(row["parameter"]).startswith("study: "):
            continue
        lines.append(
            f"| `{row['parameter']}` | {row['unit']} | {row['prior_mean']:.2f} "
            f"({row['prior_sd']:.2f}) | {row['posterior_mean']:.2f} ({row['posterior_sd']:.2f}) | "
            f"{row['contraction']:.2f} | {row['overlap']:.2f} | {row['verdict']} |"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    main()
