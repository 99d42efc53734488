"""Run a trial in the model: for each draw, what share of the sites of each arm gets where."""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from imr_sim.errors import RequestError
from imr_sim.experiment.driver import advance
from imr_sim.model.batch import Batch, Setting
from imr_sim.model.given import give_start
from imr_sim.model.parameters import INDEX, NAMES, SPECS
from imr_sim.model.rng import SUPPORT_OF_PRACTICE, uniform_table
from imr_sim.model.state import NOT_PROVIDING, PROVIDING, RECORD
from imr_sim.trials.effects import DIFFICULTY, SETTING, Effects
from imr_sim.trials.form import RunIn, Trial, TrialArm
from imr_sim.trials.outcomes import Item, Sums, add_up, items_of
from imr_sim.trials.schedule import ArmCampaign, stretches
from imr_sim.trials.world import system_of

SITES = 200
"""Sites simulated for each arm and draw, by repeating an arm that has fewer (*assumption*: the
error that is left, .035 for a share of .5, is small beside the effect of a study)."""
SITES_AT_ONCE = 3000  # of the histories that one thread holds
CHOSEN = 52  # decision: which sites of a system take part; a key of luck beside those of the model
BRIEFING = "briefing"
SURE = 1e-6  # a share that reports make 0 or 1 stays this far from it


@dataclass(frozen=True)
class Shares:
    """What each draw of a trial shows, item by item.

    Attributes
    ----------
    items : tuple of Item
    value : ndarray, shape (D, items)
        Share of sites (smoothed by half a site, so that never 0 or 1), mean, or difference.
    sd : ndarray, shape (D, items)
        Between single sites, measurement included; of a difference, of the two arms' sites with
        one site each.
    reach : ndarray, shape (D, items)
        Share of the arm's sites that the outcome looks at.
    """

    items: tuple[Item, ...]
    value: np.ndarray
    sd: np.ndarray
    reach: np.ndarray


def run_trial(
    trial: Trial,
    values: np.ndarray,
    effects: Effects,
    keys: np.ndarray,
    seed: int,
    *,
    sites: int = SITES,
    threads: int | None = None,
) -> Shares:
    """Run all arms of a trial for D draws.

    Arms of one draw meet the same luck, and so do the trials.

    Parameters
    ----------
    trial : Trial
    values : ndarray, shape (D, parameters)
        Draws for IMR; the practice's own parameters and the effects are put into them here.
    effects : Effects
    keys : ndarray of uint32, shape (D,)
        Key of each draw's luck.
    seed : int
    sites : int
        Sites to simulate for each arm and draw.
    threads : int or None
        Results do not depend on it.

    Raises
    ------
    RequestError
        When the sites do not exist, or a parameter of the practice leaves its range.
    """
    rows = _adapted(trial, values, effects)
    jobs = [
        (setting, arms, histories, slice(first, first + step))
        for setting, arms, histories, step in _groups(trial, seed, sites)
        for first in range(0, len(rows), step)
    ]

    def work(job: tuple) -> dict[tuple[str, str, int], Sums]:
        setting, arms, histories, some = job
        study = _Study(trial, setting, arms, histories)
        return study.run(rows[some], effects.take(some), keys[some])

    workers = threads or os.cpu_count() or 1
    found: dict[tuple[str, str, int], list[Sums]] = {}
    with ThreadPoolExecutor(workers) as pool:
        for part in pool.map(work, jobs):
            for key, sums in part.items():
                found.setdefault(key, []).append(sums)
    whole = {key: _joined(parts) for key, parts in found.items()}
    return _shares(trial, whole, effects)


def _adapted(trial: Trial, values: np.ndarray, effects: Effects) -> np.ndarray:
    """Rows of parameters for the practice and the study."""
    rows = values.copy()
    for name, move in trial.practice.parameters.items():
        spec, moved = SPECS[name], move.of(values[:, INDEX[name]])
        outside = (moved < spec.low) | (moved > spec.high)
        if outside.any():
            raise RequestError(
                f"{name} {move}",
                where=f"{trial.where}, practice.parameters",
                why=f"it gives {moved[outside][0]:g} in some draws, outside its range",
                write=f"The range is {spec.low:g} to {spec.high:g}: write a smaller change.",
            )
        rows[:, INDEX[name]] = moved
    for name, effect in ((SETTING, effects.offer), (DIFFICULTY, effects.difficulty)):
        rows[:, INDEX[name]] = np.clip(effect, SPECS[name].low, SPECS[name].high)
    if trial.sites.source == "invented":
        rows[:, INDEX["transfer_share"]] = 0.0  # nobody moves from one site of a study to another
    return rows


def _groups(
    trial: Trial, seed: int, sites: int
) -> list[tuple[Setting, tuple[TrialArm, ...], int, int]]:
    """Arms that are run together: setting, arms, histories a draw, draws at once."""
    if trial.sites.source == "invented":
        sizes: dict[int, list[TrialArm]] = {}
        for arm in trial.arms:
            plain = arm.strategy is None and (trial.run_in is None or not trial.run_in.strategy)
            size = min(arm.sites, sites) if plain else arm.sites
            sizes.setdefault(size, []).append(arm)
        together = list(sizes.items())
    else:
        together = [(sum(arm.sites for arm in trial.arms), list(trial.arms))]
    groups = []
    for size, arms in together:
        system = system_of(trial, size)
        setting = Setting.of(system, seed, trial.start, threads=1)
        fewest = min(min(arm.sites, size) for arm in arms)
        histories = math.ceil(sites / fewest)
        step = max(1, SITES_AT_ONCE // (system.n_sites * histories))
        groups.append((setting, tuple(arms), histories, step))
    return groups


def _joined(parts: Sequence[Sums]) -> Sums:
    return Sums(
        *(
            np.concatenate([getattr(part, name) for part in parts])
            for name in ("sites", "total", "squares", "of")
        )
    )


def _shares(trial: Trial, whole: dict[tuple[str, str, int], Sums], effects: Effects) -> Shares:
    items = items_of(trial)
    columns = []
    for item in items:
        value, sd, reach = _of(whole[item.arm, item.outcome.name, item.month], item, effects)
        if item.outcome.minus is not None:
            other = whole[item.outcome.minus, item.outcome.name, item.month]
            value_there, sd_there, _ = _of(other, item, effects)
            value, sd = value - value_there, np.hypot(sd, sd_there)
        columns.append((value, sd, reach))
    value, sd, reach = (np.stack(c, axis=1) for c in zip(*columns, strict=True))
    return Shares(items, value, sd, reach)


def _of(sums: Sums, item: Item, effects: Effects) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    n = np.maximum(sums.sites, 1.0)
    reach = (sums.sites + 0.5) / (sums.of + 1.0)
    if item.outcome.kind not in ("mean_fidelity", "veterans_reached"):
        value = (sums.total + 0.5) / (sums.sites + 1.0)
        if (report := item.outcome.report) is not None:
            value = value * report.doing + (1.0 - value) * report.others
            value = np.clip(value, SURE, 1.0 - SURE)
        return value, np.sqrt(value * (1.0 - value)), reach
    # Where no site of a draw provides there is no fidelity: then the scale's lowest.
    value = np.where(sums.sites > 0, sums.total / n, 1.0)
    variance = np.maximum(sums.squares / n - (sums.total / n) ** 2, 0.0)
    if item.outcome.kind == "mean_fidelity":
        variance = variance + effects.fidelity_spread**2
    return value, np.sqrt(variance), reach


@dataclass(frozen=True)
class _Study:
    """Some arms of a trial in one system."""

    trial: Trial
    setting: Setting
    arms: tuple[TrialArm, ...]
    histories: int

    def run(
        self, rows: np.ndarray, effects: Effects, keys: np.ndarray
    ) -> dict[tuple[str, str, int], Sums]:
        """Sums of every arm, outcome and month for some draws."""
        trial, n = self.trial, len(rows)
        batch = Batch(
            self.setting,
            np.repeat(rows, self.histories, axis=0),
            np.tile(np.arange(self.histories), n),
            np.repeat(keys, self.histories),
        )
        if trial.passive:
            batch.advance(trial.passive.months)
        by_arm = self._start(batch)
        if trial.run_in:
            batch.begin_policy(SUPPORT_OF_PRACTICE)
            everywhere = np.any(list(by_arm.values()), axis=0)
            _followed(batch, trial.run_in, everywhere, trial.run_in.months)
        batch.begin_policy()
        status = batch.state.sites["status"].copy()
        kept = _KEEP[trial.run_in.keep if trial.run_in else "all"](status)
        spread = np.repeat(effects.fidelity_spread, self.histories)
        entering = batch.params["caseload"] / batch.params["course_months"]
        found = {}
        for arm in self.arms:
            sites = by_arm[arm.name] & kept
            record = _followed(batch.branch(), arm, sites, trial.months)
            for outcome in trial.outcomes:
                for month in outcome.months:
                    found[arm.name, outcome.name, month] = add_up(
                        record, status, sites, outcome, month, spread, entering, n
                    )
        return found

    def _start(self, batch: Batch) -> dict[str, np.ndarray]:
        """Choose the sites of each arm, and put them where the trial finds them; bool (B, S)."""
        given, world = self.trial.sites, self.setting.world
        shape = (len(batch), world.n_sites)
        state = batch.state
        luck = uniform_table(
            self.setting.key, state.replicate, state.draw, batch.month, CHOSEN, 2 * world.n_sites
        )
        order, second = luck[:, : world.n_sites], luck[:, world.n_sites :]
        if given.chosen == "largest":
            order = np.broadcast_to(-self.setting.facts.patients.astype(float), shape)
        fits = _KEEP[given.chosen](state.sites["status"]) if given.chosen in _KEEP else True
        rank = np.where(fits, order, np.inf).argsort(axis=1, kind="stable").argsort(axis=1)
        engaged, providing = np.zeros(shape, bool), np.zeros(shape, bool)
        by_arm, first = {}, 0
        apart = given.source == "invented"  # then each arm has a world to itself
        for arm in self.arms:
            n = world.n_sites if apart else arm.sites
            sites = (rank >= first) & (rank < first + n) & fits
            place = np.where(sites, second, np.inf).argsort(axis=1).argsort(axis=1)
            provide, engage = round(given.providing * n), round(given.engaged * n)
            providing |= sites & (place < provide)
            engaged |= sites & (place >= provide) & (place < provide + engage)
            by_arm[arm.name] = sites
            first += 0 if apart else n
        self._give(batch, np.any(list(by_arm.values()), axis=0), engaged, providing)
        return by_arm

    def _give(
        self, batch: Batch, sites: np.ndarray, engaged: np.ndarray, providing: np.ndarray
    ) -> None:
        given = self.trial.sites
        aware = np.where(sites, given.aware, 0.0)
        # A site that has accepted has told its people.
        told = np.broadcast_to(batch.params[BRIEFING][:, None], sites.shape)
        aware = np.where(engaged | providing, np.maximum(aware, told), aware)
        fidelity = np.broadcast_to(batch.params["f_floor"][:, None], sites.shape)
        fidelity = fidelity - batch.params[DIFFICULTY][:, None]
        if given.fidelity is not None:
            fidelity = np.full(sites.shape, given.fidelity)
        give_start(
            batch,
            aware=aware,
            engaged=engaged,
            providing=providing,
            fidelity=np.clip(fidelity, 1.0, 5.0),
        )


def _followed(
    batch: Batch, treated: TrialArm | RunIn, sites: np.ndarray, months: int
) -> np.ndarray:
    """Run `months` months of what some sites get; RECORD, shape (B, months, S)."""
    if treated.strategy is None:
        record = np.empty((len(batch), months, batch.setting.world.n_sites), RECORD)
        for first, n, doses in stretches(treated.components, sites, batch.params, months):
            batch.advance(n, doses, into=record, row=first)
        return record
    values = {name: batch.params[name] for name in NAMES}
    campaign = ArmCampaign(treated.strategy, batch.setting.facts, values, months, sites)
    return advance(batch, months, campaign)


_KEEP = {
    "all": lambda status: np.ones(status.shape, bool),
    "not_started": lambda status: status == NOT_PROVIDING,
    "not_providing": lambda status: status != PROVIDING,
    "providing": lambda status: status == PROVIDING,
}
