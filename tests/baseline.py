"""Key outcomes of the model as it is: `python tests/baseline.py` writes tests/baseline.json anew.

A change of the file is a change of numbers: see "When numbers change" in CONTRIBUTING.md.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np

import imr_sim as imr
from imr_sim.strategies import strategy_names

FILE = Path(__file__).with_name("baseline.json")
# Name, system, parameter draws, and months before and after the policy date.
CASES = (
    ("small system, prior", "small", lambda: imr.prior(3, seed=1), 96, 60),
    ("nation, shipped parameters", "va", lambda: imr.posterior().take(1), 72, 24),
)


def outcomes(history) -> dict:
    """Whole numbers and (fidelity, cost) floats that sum up one draw after another."""
    last = {
        name: history.sites[name][:, 0, -1].sum(axis=1, dtype=int).tolist()
        for name in (
            "providing",
            "aware",
            "supportive",
            "champions",
            "importer_champions",
            "delivering",
            "trained",
            "prrc",
            "sensitive",
        )
    }
    whole = {
        name: history.sites[name][:, 0].sum(axis=(1, 2), dtype=int).tolist()
        for name in (
            "providing",
            "started",
            "stopped",
            "restarted",
            "leader_changed",
            "programme_changed",
        )
    }
    fidelity = np.nansum(history.fidelity[:, 0, -1], axis=1, dtype=float)
    return {
        **{f"{name}, last month": value for name, value in last.items()},
        **{f"{name}, all months": value for name, value in whole.items()},
        "fidelity, sum over sites, last month": fidelity.tolist(),
        "cost, US$": history.cost_usd[:, 0].sum(axis=1).tolist(),
    }


def measure() -> dict:
    """Outcomes of every named strategy, by case, with seed 1."""
    found = {}
    for case, name, draws, before, after in CASES:
        system, parameters = imr.load_system(name), draws()
        year, month = divmod(2004 * 12 + before, 12)
        found[case] = {
            strategy: outcomes(
                imr.simulate(
                    system,
                    parameters,
                    strategy,
                    months=before + after,
                    policy_start=f"{year}-{month + 1:02d}",
                )
            )
            for strategy in strategy_names()
        }
    return found


def digest() -> str:
    """Short name of the stored outcomes, which the changelog gives."""
    return hashlib.sha256(FILE.read_bytes()).hexdigest()[:12]


def main() -> None:
    """Write the file, say what differs from before, and name the digest for the changelog."""
    before = json.loads(FILE.read_text(encoding="utf-8")) if FILE.exists() else {}
    now = measure()
    for case, arms in now.items():
        for strategy, values in arms.items():
            old = before.get(case, {}).get(strategy, {})
            for name, value in values.items():
                if old.get(name) != value:
                    print(f"{case}; {strategy}; {name}: {old.get(name)} -> {value}")
    text = json.dumps(now, indent=1)
    FILE.write_text(_one_line_lists(text) + "\n", encoding="utf-8")
    print(f"baseline {digest()}: name it in a line of CHANGELOG.md that begins **changes numbers**")


def _one_line_lists(text: str) -> str:
    parts = text.split("[")
    return parts[0] + "".join(
        "[" + " ".join(inside.split()) + "]" + rest
        for inside, rest in (part.split("]", 1) for part in parts[1:])
    )


if __name__ == "__main__":
    main()
