"""A world that is known exactly: two axes of a model, one of an observer, all seen with noise."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.stats import norm

NOISE = 0.5


@dataclass(frozen=True)
class ToySpace:
    """Axes a and b of the model, c of the observer; values are points."""

    model: tuple[str, ...] = ("a", "b")
    observation: tuple[str, ...] = ("c",)

    @property
    def names(self):
        return self.model + self.observation

    def observers(self, z):
        return {"c": z[:, 2]}


@dataclass(frozen=True)
class ToyLikelihood:
    """Sees a + c and b, each with noise; `claimed` is the noise that the likelihood believes in."""

    claimed: float = NOISE

    def predict(self, features, observation):
        return {"ac": features["a"] + observation["c"], "b": features["b"]}

    def compare(self, predicted, data):
        return {k: norm.logpdf(data[k], predicted[k], self.claimed) for k in predicted}

    def draw(self, features, observation, rng):
        predicted = self.predict(features, observation)
        n = len(features["a"])
        return [
            {k: v[i] + NOISE * rng.standard_normal() for k, v in predicted.items()}
            for i in range(n)
        ]


@dataclass(frozen=True)
class ToyWatched:
    """What a bank asks of a world."""

    space: ToySpace = ToySpace()
    likelihood: ToyLikelihood = ToyLikelihood()
    threads: int = 1

    def simulate(self, z, luck):
        return {"a": z[:, 0], "b": z[:, 1]}

    def believing(self, claimed: float) -> ToyWatched:
        return replace(self, likelihood=ToyLikelihood(claimed))


# Exact: a + c ~ N(0, 2), b ~ N(0, 1), both seen with NOISE.
def exact_evidence(data) -> float:
    s = NOISE**2
    return float(
        norm.logpdf(data["ac"], 0, np.sqrt(2 + s)) + norm.logpdf(data["b"], 0, np.sqrt(1 + s))
    )
