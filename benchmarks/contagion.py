"""Simple contagion (SI) in three programs: this engine, Starsim and NDlib.

The same people and ties (all layers of a health system), the same few people who know at the
start, the same probability a month that a tie passes the news on, the same number of months.
Whoever has heard never forgets. What each does in a month:

* the engine: everything, turnover, persuasion, sites and records included, since it has no smaller
  version; parameters make all of it but hearing from ties come to nothing. Draws for each person.
* Starsim (SI as the smallest subclass of its `Infection`, on a fixed network): looks at each tie
  in both directions, draws for those that can pass the news on, with its own draw for each
  person and purpose; keeps its usual results.
* NDlib (`SIModel`): looks at each person in plain Python, and at their neighbours; draws for each.

Not the same: the engine and NDlib draw once for a person against 1 - (1 - p)^n, with n informed
neighbours, Starsim once for a tie; the law is one. The engine runs a batch of histories, the others
one. Not timed, for any: building the network, setting the model up, informing the first people.
"""

from __future__ import annotations

import importlib.util
from contextlib import contextmanager
from dataclasses import dataclass, field

import networkx as nx
import numpy as np
import worlds
from histories import histories
from interleave import Program

from imr_sim.model.batch import Setting

INFORMED = 20  # people who know at the start
BETA = 0.2  # hazard per year of a tie: from these few to nearly everybody in the 60 months


@dataclass
class Contagion:
    """What all three programs are given, and how many knew at the end of each run."""

    setting: Setting
    months: int
    histories: int
    pairs: np.ndarray = field(init=False)
    informed: np.ndarray = field(init=False)
    ends: dict[str, list[float]] = field(default_factory=dict)

    def __post_init__(self):
        system = self.setting.system
        layers = [ties.pairs() for ties in system.ties.values()]
        self.pairs = np.unique(np.concatenate(layers), axis=0)
        rng = np.random.default_rng(1)
        self.informed = rng.choice(system.n_staff, min(INFORMED, system.n_staff // 10), False)

    @property
    def probability(self) -> float:
        """Probability a month that a tie passes the news on."""
        return float(-np.expm1(-BETA / 12))

    def programs(self) -> dict[str, Program]:
        """What to time; Starsim and NDlib where they are installed."""
        made = {"engine": self._engine()}
        if importlib.util.find_spec("starsim"):
            made["starsim"] = self._starsim()
        if importlib.util.find_spec("ndlib"):
            made["ndlib"] = self._ndlib()
        return {f"contagion_{name}": program for name, program in made.items()}

    def agreement(self) -> dict[str, dict[str, float]]:
        """Mean and spread of the number who know at the end, and distance from the engine in SE."""
        out = {}
        ours = np.array(self.ends["engine"])
        for name, counts in self.ends.items():
            these = np.array(counts)
            error = np.sqrt(these.var(ddof=1) / len(these) + ours.var(ddof=1) / len(ours))
            out[name] = {
                "runs": len(these),
                "mean": float(these.mean()),
                "sd": float(these.std(ddof=1)),
                "difference_se": float((these.mean() - ours.mean()) / error),
            }
        return out

    def _program(self, name, label, runs, prepare, run, know) -> Program:
        self.ends[name] = []
        staff_months = runs * self.months * self.setting.system.n_staff

        def check(prepared, result):
            self.ends[name].extend(np.atleast_1d(know(prepared, result)).tolist())

        return Program(label, staff_months, prepare, run, check)

    def _engine(self) -> Program:
        parameters = worlds.silent(beta_within=BETA, beta_between=BETA)

        def prepare(number):
            batch = histories(self.setting, self.histories, parameters)
            batch.state.draw[:] = number + 1
            worlds.inform(batch, self.informed)
            return batch

        return self._program(
            "engine",
            "engine, one thread",
            self.histories,
            prepare,
            lambda batch: batch.advance(self.months),
            lambda _, record: record["aware"][:, -1].sum(axis=1),
        )

    def _starsim(self) -> Program:
        import starsim as ss

        pairs, informed, probability = self.pairs, self.informed, self.probability

        class Hearsay(ss.Infection):
            """Starsim's infection without an end to it."""

            def __init__(self):
                super().__init__()
                self.define_pars(beta=probability)

            def init_post(self):
                super().init_post()
                self.set_prognoses(ss.uids(informed))

            def set_prognoses(self, uids, sources=None):
                super().set_prognoses(uids, sources)
                self.infected[uids] = True

        class Fixed(ss.Network):
            """The ties of the health system."""

            def init_post(self):
                super().init_post(add_pairs=False)
                self.append(p1=pairs[:, 0], p2=pairs[:, 1], beta=np.ones(len(pairs)))

            def step(self):
                pass

        def prepare(number):
            sim = ss.Sim(
                n_agents=self.setting.system.n_staff,
                diseases=Hearsay(),
                networks=Fixed(),
                dt=ss.month,
                dur=ss.months(self.months - 1),  # its first step is at time 0
                rand_seed=number + 2,
                verbose=0,
            )
            sim.init()
            assert len(sim.t.timevec) == self.months
            return sim

        return self._program(
            "starsim",
            f"Starsim {ss.__version__}",
            1,
            prepare,
            lambda sim: sim.run(),
            lambda sim, _: sim.diseases[0].infected.sum(),
        )

    def _ndlib(self) -> Program:
        from ndlib.models.epidemics import SIModel
        from ndlib.models.ModelConfig import Configuration

        graph = nx.Graph()
        graph.add_nodes_from(range(self.setting.system.n_staff))
        graph.add_edges_from(self.pairs.tolist())
        settings = Configuration()
        settings.add_model_parameter("beta", self.probability)
        settings.add_model_initial_configuration("Infected", self.informed.tolist())

        def prepare(number):
            model = SIModel(graph)
            model.set_initial_status(settings)
            return model, number + 2

        def run(prepared):
            model, seed = prepared
            with global_luck(seed):  # the first iteration only reports the start
                return model.iteration_bunch(self.months + 1, node_status=False)

        return self._program(
            "ndlib", "NDlib", 1, prepare, run, lambda _, steps: steps[-1]["node_count"][1]
        )


@contextmanager
def global_luck(seed):
    """NDlib draws from NumPy's global state; leave it afterwards as it was."""
    before = np.random.get_state()  # noqa: NPY002
    np.random.seed(seed)  # noqa: NPY002
    yield
    np.random.set_state(before)  # noqa: NPY002
