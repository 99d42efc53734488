"""One history as a Mesa model."""

from __future__ import annotations

from dataclasses import replace
from itertools import count
from pathlib import Path

import numpy as np
import pandas as pd
from mesa import Agent, Model

from imr_sim import limits
from imr_sim.checks import whole_number
from imr_sim.errors import RequestError
from imr_sim.experiment.driver import Driver
from imr_sim.experiment.run import Run
from imr_sim.mesa_model.live import Live
from imr_sim.mesa_model.staff import Staff
from imr_sim.mesa_model.vamc import VAMC
from imr_sim.model.batch import Batch
from imr_sim.model.history import History, read_factors
from imr_sim.model.parameters import Parameters, ParameterSet, as_set
from imr_sim.model.state import RECORD
from imr_sim.months import Dates, later, month_index
from imr_sim.practice import Practice, load_practice
from imr_sim.strategies import Strategy, load_strategy
from imr_sim.system import ROLES, System, load_system


class IMRModel(Model):
    """One history of a system, month by month.

    ``step()`` runs the compiled rules, so a history is the same as that of `imr_sim.simulate` for
    the same system, parameters, strategy, seed, draw and replicate, unless agents are changed
    between steps. ``model.random`` and ``model.rng`` are seeded for a user's own agents; the rules
    never touch them.

    Parameters
    ----------
    system : System or None
        None for the 139 VAMCs.
    parameters : Parameters, ParameterSet or None
        None for the defaults. Of a ParameterSet, row `draw` is used.
    strategy : str or Strategy
        A name of the library, the path of a YAML file, or an object.
    practice : str, Path or Practice
        What spreads: a name that ships, the path of a YAML file, or an object.
    start : str or None
        First month, ``"YYYY-MM"``; None for the practice's own.
    policy_start : str or None
        First month in which the strategy acts; None for the first month of the history, or the
        first after the practice's own support.
    seed : int or None
        0 to 2**64 - 1; None for one that nobody chose, as everywhere in Mesa: the attribute `seed`
        says which, so that the history can be had again.
    replicate, draw : int
        Which of `imr_sim.simulate`'s histories of that seed: both are part of its luck.
    budget : float or None
        Most that the strategy may spend, US$.

    Attributes
    ----------
    system : System
    parameters : ParameterSet
        Of one draw.
    strategy : Strategy
    practice : Practice
    dates : Dates
    seed : int
    live : Live
        The engine's arrays of this history.

    Raises
    ------
    RequestError
        When an argument cannot work.
    """

    def __init__(
        self,
        system: System | None = None,
        parameters: Parameters | ParameterSet | None = None,
        strategy: str | Strategy = "none",
        *,
        practice: str | Path | Practice = "imr",
        start: str | None = None,
        policy_start: str | None = None,
        seed: int | None = None,
        replicate: int = 0,
        draw: int = 0,
        budget: float | None = None,
    ) -> None:
        if seed is None:
            seed = int(np.random.SeedSequence().generate_state(1, np.uint64)[0])
        self.seed = whole_number("seed", seed, *limits.SEED)
        self._agent_ids = count(1)
        super().__init__(rng=self.seed)
        whole_number("replicate", replicate, *limits.IDENTITY)
        whole_number("draw", draw, *limits.IDENTITY)
        self.system = load_system() if system is None else system
        self.practice = load_practice(practice)
        self.parameters = self.practice.adapt(_one_draw(parameters, draw))
        self.strategy = load_strategy(strategy)
        start = self.practice.start if start is None else start
        if policy_start is None:
            policy_start = later(start, self.practice.support_end)
        run = Run(
            system=self.system,
            practice=self.practice,
            dates=Dates.within(start, policy_start, limits.MONTHS.high, where="IMRModel"),
            strategies=(self.strategy,),
            budget=budget,
            seed=self.seed,
        )
        self.dates = run.dates
        setting = Driver(run, threads=1).setting
        batch = Batch(setting, self.parameters.values, np.array([draw]), np.array([replicate]))
        self.live = Live(batch, (*run.past, run.policy(self.strategy)))
        self._records = [np.empty((0, self.system.n_sites), RECORD)]
        self._staff_in = self._create_agents(setting.slot)

    def _create_agents(self, slot: np.ndarray) -> dict[int, Staff]:
        rows = self.system.sites.to_dict("records")
        vamcs = [VAMC(self, i, row) for i, row in enumerate(rows)]
        posts = zip(
            self.system.site.tolist(),
            slot.tolist(),
            self.system.staff_ids(),
            self.system.role.tolist(),
            self.system.smi.tolist(),
            strict=True,
        )
        return {
            post: Staff(self, vamcs[site], post, staff_id, ROLES[role], smi)
            for site, post, staff_id, role, smi in posts
        }

    def register_agent(self, agent: Agent) -> None:
        """Take in an agent, as Mesa does, and have Mesa let go of the model.

        Mesa counts the agents of every model in a dictionary that keeps the models for as long as
        Python runs. Here the model counts its own.
        """
        agent.unique_id = next(self._agent_ids)
        Agent._ids.pop(self, None)
        super().register_agent(agent)

    @property
    def months_run(self) -> int:
        """Months run so far."""
        return self.live.months_run

    @property
    def month(self) -> pd.Timestamp:
        """The month whose end the agents show; before the first step, that before `start`."""
        return month_index(self.live.batch.month - 1, 1)[0]

    def step(self) -> None:
        """Run one month.

        Raises
        ------
        RequestError
            After 2,400 months.
        """
        if self.months_run >= self.dates.months:
            raise RequestError(
                f"month {self.months_run + 1:,}",
                where="IMRModel.step",
                why=f"a history has at most {self.dates.months:,} months",
                write="Stop when model.running is False.",
            )
        self._records.append(self.live.advance())
        self.running = self.months_run < self.dates.months

    def history(self) -> History:
        """All months so far, as `imr_sim.simulate` returns them.

        One draw and one replicate, counted from 0 whichever they are.
        """
        record = np.concatenate(self._records)
        months = len(record)
        cost_usd, support_usd = np.zeros((2, months))
        for period, campaign in self.live.campaigns:
            spent = cost_usd if period.first >= self.dates.before else support_usd
            stop = min(period.stop, months)
            spent[period.first : stop] = campaign.spent_usd[0, : stop - period.first]
        return History(
            system=self.system,
            parameters=self.parameters,
            strategy=self.strategy.name,
            seed=self.seed,
            months=month_index(self.dates.first, months),
            record=record[None, None],
            factors=read_factors(self.live.batch.state.sites)[None],
            cost_usd=cost_usd[None, None],
            practice=self.practice.name,
            invented_practice=self.practice.invented,
            support_usd=support_usd[None, None] if self.practice.support else None,
        )

    def staff_in(self, post: int) -> Staff:
        """Whoever holds a post, by its place in the engine's arrays."""
        return self._staff_in[post]


def _one_draw(parameters: Parameters | ParameterSet | None, draw: int) -> ParameterSet:
    """Row `draw` of a set of draws; one set of values serves under any draw's luck."""
    if not isinstance(parameters, ParameterSet):
        return as_set(Parameters() if parameters is None else parameters)
    if draw >= len(parameters):
        raise RequestError(
            f"draw={draw}",
            where="IMRModel",
            why=f"the {parameters.status} set holds {len(parameters)} draws, counted from 0",
            write=f"Write a whole number from 0 to {len(parameters) - 1}.",
        )
    return replace(parameters, values=parameters.values[draw : draw + 1])
