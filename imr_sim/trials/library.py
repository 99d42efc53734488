"""Trials in files: those that ship, and users' own."""

from __future__ import annotations

from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from imr_sim.errors import RequestError
from imr_sim.model.parameters import NAMES
from imr_sim.paths import configs
from imr_sim.practice import load_practice, practice_names
from imr_sim.practice.move import Move
from imr_sim.strategies import Strategy, load_strategy, strategy_from, strategy_names
from imr_sim.strategies.checked import keys_of, nearest, request_errors, shown
from imr_sim.strategies.yaml_file import read_yaml
from imr_sim.trials.form import Outcome, Passive, Report, RunIn, Trial, TrialArm
from imr_sim.trials.observed import Observed
from imr_sim.trials.setting import Difficulty, Part, StudyPractice, TrialSites

SUFFIXES = (".yaml", ".yml")
PAGE = "docs/trials.md"
FROM = "from"  # what a file calls `TrialSites.source`, which Python keeps for itself


def _written(cls: type) -> tuple[str, ...]:
    return tuple(FROM if key == "source" else key for key in keys_of(cls))


KEYS = {
    **dict.fromkeys(NAMES, keys_of(Move)),
    "": tuple(key for key in keys_of(Trial) if key != "where"),
    "practice": keys_of(StudyPractice),
    "difficulty": keys_of(Difficulty),
    "sites": _written(TrialSites),
    "passive": keys_of(Passive),
    "run_in": keys_of(RunIn),
    "arms": keys_of(TrialArm),
    "components": keys_of(Part),
    "outcomes": keys_of(Outcome),
    "observed": keys_of(Observed),
    "report": keys_of(Report),
}


def trial_names() -> tuple[str, ...]:
    """Names of the trials that ship."""
    return tuple(sorted(path.stem for path in (configs() / "trial").glob("*.yaml")))


def load_trial(given: str | Path | Trial) -> Trial:
    """Return a trial by its name, from a YAML file, or as it is.

    Parameters
    ----------
    given : str, Path or Trial
        A name (`imr-sim describe trials`), the path of a file that ends in .yaml, or an object.

    Raises
    ------
    RequestError
        When there is no such trial, or its file says what cannot be.
    """
    if isinstance(given, Trial):
        return given
    if isinstance(given, str) and given in trial_names():
        path, where = configs() / "trial" / f"{given}.yaml", f"trial {given}"
    elif str(given).endswith(SUFFIXES):
        path, where = Path(given), str(given)
    else:
        raise RequestError(
            repr(str(given)),
            where="trial",
            why="no trial has this name",
            write=f"{nearest(given, trial_names())} Or give the path of a .yaml file.",
        )
    return trial_from(read_yaml(path, where, "trial", PAGE), where)


def trial_from(content: object, where: str) -> Trial:
    """A trial from the plain values of a file; `where` says which, for messages.

    Raises
    ------
    RequestError
        When they say what cannot be.
    """
    if not isinstance(content, dict):
        raise RequestError(
            shown(content),
            where=where,
            why="a trial file holds keys and values",
            write=f"Begin with name: my_trial; see {PAGE}.",
        )
    filled = {key: value for key, value in content.items() if key != "where"}
    if "where" in content:
        raise RequestError(
            "where", where=where, why="there is no such key", write=nearest("where", KEYS[""])
        )
    filled["practice"] = _practice(content.get("practice"), where)
    if "practice" not in content:
        del filled["practice"]
    if isinstance(sites := content.get("sites"), dict):
        filled["sites"] = _renamed(sites, where)
    if isinstance(arms := content.get("arms"), list):
        filled["arms"] = [_with_strategy(a, f"{where}, arms[{i}]") for i, a in enumerate(arms)]
    if isinstance(content.get("run_in"), dict):
        filled["run_in"] = _with_strategy(content["run_in"], f"{where}, run_in")
    try:
        return TypeAdapter(Trial).validate_python({**filled, "where": where})
    except ValidationError as error:
        raise request_errors(error, where, KEYS) from None


def _practice(given: object, where: str) -> object:
    """The practice as written, or a shipped one by its name."""
    if not isinstance(given, str):
        return given
    if given not in practice_names() and not given.endswith(SUFFIXES):
        raise RequestError(
            f"practice={given!r}",
            where=where,
            why="no practice has this name",
            write=f"{nearest(given, practice_names())} Or write practice: {{name: ...}}.",
        )
    practice = load_practice(given)
    return {"name": practice.name, "parameters": dict(practice.parameters)}


def _renamed(sites: dict, where: str) -> dict:
    if "source" in sites:
        raise RequestError(
            "sites.source", where=where, why="there is no such key", write=f"Write {FROM}."
        )
    return {("source" if key == FROM else key): value for key, value in sites.items()}


def _with_strategy(given: object, where: str) -> object:
    if not isinstance(given, dict) or given.get("strategy") is None:
        return given
    return {**given, "strategy": _strategy(given["strategy"], f"{where}.strategy")}


def _strategy(given: object, where: str) -> Strategy:
    """A strategy of the library or of a file, or one whose keys stand in the trial file itself."""
    if isinstance(given, Strategy):
        return given
    if isinstance(given, dict):
        return strategy_from({"name": "arm", **given}, where)
    if isinstance(given, str) and (given in strategy_names() or given.endswith(SUFFIXES)):
        return load_strategy(given)
    raise RequestError(
        shown(given),
        where=where,
        why="it is neither a strategy of the library, nor a file, nor the keys of one",
        write=nearest(given, strategy_names()),
    )
