"""Fill docs/sensitivity.md with what finished runs found, and copy their tables and figures.

    imr-sim sensitivity outcomes=[vamcs_providing] out=outputs/sensitivity/page
    imr-sim discover out=outputs/discover/page
    python experiments/sensitivity_page.py outputs/sensitivity/page outputs/discover/page

Every number on the page between the markers comes from here. The tables are kept in docs/data.
"""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path

import pandas as pd

from imr_sim.sensitivity.analysis import Sensitivity
from imr_sim.sensitivity.words import report

DOCS = Path(__file__).resolve().parents[1] / "docs"
TABLES = {"indices": "sensitivity_indices", "luck": "sensitivity_luck"}
BOXES = {"boxes": "discovery_boxes", "limits": "discovery_limits"}
FIGURES = ("tornado", "heat_map", "screening", "convergence")
OWN_LUCK = "own"


def studied(folder: Path) -> str:
    """What `imr-sim sensitivity` printed of a folder, from its tables."""
    tables = {
        name: pd.read_csv(folder / f"{name}.csv")
        for name in ("indices", "convergence", "luck", "designs", "outcomes")
    }
    indices = tables["indices"]
    found = Sensitivity(
        indices,
        tables["convergence"],
        tables["luck"],
        tables["designs"],
        tables["outcomes"],
        tuple(indices[indices["method"] == "sobol"]["parameter"].unique()),
    )
    return f"{headline(folder)}\n\n{report(found, tables['outcomes']['outcome'].iloc[0], {})}"


def headline(folder: Path) -> str:
    """The first lines of a run's README.txt."""
    return (folder / "README.txt").read_text(encoding="utf-8").split("\n\n")[0]


def luck(folder: Path) -> str:
    """Share of luck of every outcome, as Markdown."""
    table = pd.read_csv(folder / "luck.csv")
    lines = ["| outcome | luck of one history | luck in the means of Sobol' |", "|---|---|---|"]
    for outcome, rows in table.groupby("outcome", sort=False):
        one = rows[(rows["luck"] == OWN_LUCK) & (rows["share_of"] == "one history")].iloc[0]
        means = rows[(rows["luck"] != OWN_LUCK) & (rows["share_of"] == "means")].iloc[0]
        lines.append(f"| `{outcome}` | {share(one)} | {share(means)} |")
    return "\n".join(lines)


def share(row: pd.Series) -> str:
    """A share with its interval, in percent."""
    return f"{row['value']:.1%} [{row['lo']:.1%}, {row['hi']:.1%}]"


def block(text: str) -> str:
    """Printed text on a page."""
    return f"```text\n{text.strip()}\n```"


def main(sensitivity: Path, discovery: Path) -> None:
    """Copy tables and figures, and write the page."""
    data, images = DOCS / "data", DOCS / "images" / "sensitivity"
    images.mkdir(parents=True, exist_ok=True)
    for folder, names in ((sensitivity, TABLES), (discovery, BOXES)):
        for name, kept in names.items():
            shutil.copy(folder / f"{name}.csv", data / f"{kept}.csv")
    for name in FIGURES:
        shutil.copy(sensitivity / f"{name}.png", images / f"{name}.png")
    shutil.copy(discovery / "discovery.png", images / "discovery.png")
    places = {
        "study": block(studied(sensitivity)),
        "luck": luck(sensitivity),
        "discovery": block((discovery / "conditions.txt").read_text(encoding="utf-8")),
    }
    page = DOCS / "sensitivity.md"
    text = page.read_text(encoding="utf-8")
    for name, content in places.items():
        begin, end = f"<!-- {name} -->", f"<!-- /{name} -->"
        pattern = re.compile(f"{re.escape(begin)}.*?{re.escape(end)}", re.DOTALL)
        if not pattern.search(text):
            raise SystemExit(f"docs/sensitivity.md has no place {begin}")
        text = pattern.sub(lambda _, c=content, b=begin, e=end: f"{b}\n{c}\n{e}", text)
    page.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        raise SystemExit(
            "python experiments/sensitivity_page.py SENSITIVITY_FOLDER DISCOVERY_FOLDER"
        )
    main(Path(sys.argv[1]), Path(sys.argv[2]))
