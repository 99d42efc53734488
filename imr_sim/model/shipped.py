"""The parameter draws that ship with the package, and draws that users bring.

The shipped set is the posterior that ``experiments/posterior.py`` made (docs/calibration.md).
"""

from __future__ import annotations

import hashlib
import json
import warnings
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from imr_sim.errors import OtherModelWarning, RequestError, RequestErrors
from imr_sim.model.parameters import NAMES, SPECS, ParameterSet, check_column, prior_column

FOLDER = Path(__file__).parent / "data"
DRAWS = FOLDER / "parameters.parquet"
MANIFEST = FOLDER / "parameters.json"
STUDIES = FOLDER / "studies.parquet"  # the same rows: log likelihood of each trial, ll_<trial>
BY_STUDY = "by_study"
FILL_SEED = 2012  # of prior draws for parameters that a set of draws lacks; any number would do


def posterior() -> ParameterSet:
    """The shipped parameter draws, with their status.

    Returns
    -------
    ParameterSet
        With status ``"posterior"``. Its note names the parameters that are younger than the draws
        and are filled in from their priors, and what the draws hold of parameters that are gone.
        An OtherModelWarning says when the draws belong to another version of the model than the
        one that runs: then calibrate again.
    """
    found = read_posterior(DRAWS, MANIFEST)
    return replace(found, extra={**found.extra, BY_STUDY: by_study(found.extra)})


def by_study(manifest: Mapping[str, object], path: Path = STUDIES) -> dict[str, np.ndarray]:
    """Log likelihood of each trial in each of the draws of a manifest; none for other draws."""
    if not path.exists() or manifest.get("studies_sha256") != _sha256(path):
        return {}
    frame = pq.read_table(path).to_pandas()
    return {name.removeprefix("ll_"): frame[name].to_numpy(float) for name in frame}


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def read_posterior(draws: Path, about: Path) -> ParameterSet:
    """Draws that belong to a manifest; see `posterior`."""
    from imr_sim.model.version import model_version  # compiles the model, or loads it

    manifest = json.loads(about.read_text(encoding="utf-8"))
    frame = pq.read_table(draws).to_pandas()
    gone = [str(name) for name in frame.columns if name not in SPECS]
    values, filled = _complete(frame)
    if manifest["model_version"] != model_version():
        warnings.warn(
            f"the shipped draws belong to model {manifest['model_version']}, not to this one "
            f"({model_version()}): calibrate again with experiments/posterior.py",
            OtherModelWarning,
            stacklevel=2,
        )
    note = manifest["note"] + _filled_note(filled)
    if gone:
        note += f"; not used, as no parameter has this name any more: {', '.join(gone)}"
    return ParameterSet(values, manifest["status"], note, manifest | _filled_entry(filled))


def _complete(frame: pd.DataFrame) -> tuple[np.ndarray, list[str]]:
    """Values in the order of `NAMES`, with prior draws for missing columns, and their names."""
    n = len(frame)
    filled = [name for name in NAMES if name not in frame]
    columns = [
        prior_column(name, n, FILL_SEED) if name in filled else frame[name].to_numpy(np.float64)
        for name in NAMES
    ]
    return np.column_stack(columns), filled


def _filled_note(filled: list[str]) -> str:
    if not filled:
        return ""
    return f"; not among the draws, filled in from their priors (judgements): {', '.join(filled)}"


def _filled_entry(filled: list[str]) -> dict[str, object]:
    return {"filled_from_prior": filled} if filled else {}


def read_draws(path: str | Path) -> ParameterSet:
    """Parameter draws from a user's Parquet file: one row a draw, one column a parameter.

    Parameters that the file leaves out are filled in from their priors, the same every time; the
    note of the draws names them.

    Raises
    ------
    RequestError
        When the file is missing, truncated, has no rows or no parameter, has a column that is no
        parameter, or holds a value that is not finite or out of range.
    """
    path = Path(path)
    where = f"parameters file {path}"
    try:
        table = pq.read_table(path)
        frame, origin = _of_sweep(table.to_pandas(), table.schema.metadata or {})
    except FileNotFoundError:
        raise RequestError(
            str(path), where="parameters", why="there is no such file", write="Write its path."
        ) from None
    except RequestError:
        raise
    except Exception as error:
        raise RequestError(
            f"{type(error).__name__}",
            where=where,
            why="it cannot be read as Parquet; it may be truncated",
            write="Write the file again, with one column a parameter.",
        ) from None
    unknown = [str(c) for c in frame.columns if c not in SPECS]
    missing = [n for n in NAMES if n not in frame]
    if unknown or frame.empty or len(missing) == len(NAMES):
        named = [f"unknown {', '.join(unknown[:5])}"] if unknown else []
        named += [f"missing {', '.join(missing[:5])}"] if unknown and missing else []
        raise RequestError(
            "; ".join(named) or ("no rows" if len(frame.columns) else "no columns"),
            where=where,
            why="a draw is a row with values of parameters, a column each, and nothing else",
            write="Start from imr.prior(100).frame().to_parquet(...) for the columns.",
        )
    errors = []
    for name in frame.columns:
        try:
            frame[name] = check_column(name, frame[name], where)
        except RequestError as error:
            errors.append(error)
    if errors:
        raise RequestErrors(errors[:10])
    digest = _sha256(path)
    values, filled = _complete(frame)
    note = f"{len(frame)} draws from {path.name}{origin.note}" + _filled_note(filled)
    entry: dict[str, object] = {"sha256": digest}
    return ParameterSet(values, "user", note, entry | _filled_entry(filled), origin.practice)


class _Origin(NamedTuple):
    """What is known of draws that were the points of a sweep."""

    note: str = ""
    practice: str | None = None


def _of_sweep(frame: pd.DataFrame, metadata: Mapping[bytes, bytes]) -> tuple[pd.DataFrame, _Origin]:
    """Points of a sweep as whole draws: the sweep says what it did not vary."""
    if "point" not in frame or b"imr_sim" not in metadata:
        return frame, _Origin()
    about = json.loads(metadata[b"imr_sim"])
    frame = frame.drop(columns=["point", "draw"], errors="ignore")
    if "base" not in about:
        raise RequestError(
            "the points of a sweep",
            where="parameters",
            why="replicates differed in what it did not vary, so a point is no set of parameters",
            write="Sweep over one set of parameters, or write the draws that were used.",
        )
    same = [name for name, value in about["base"].items() if name in NAMES and name not in frame]
    frame = frame.assign(**{name: about["base"][name] for name in same})
    luck = "each draw has luck of its own"
    if not about.get("own_luck"):
        luck += ", while in the sweep all points shared theirs"
    practice = None if about["practice"] == "IMR" else about["practice"]
    note = f", the points of a sweep, with what it did not vary as it was there; {luck}"
    return frame, _Origin(note, practice)
