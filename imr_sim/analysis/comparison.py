"""What a comparison of strategies is: labelled arrays of histories that met the same luck."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd

from imr_sim.analysis.curves import tidy_curves
from imr_sim.analysis.sites import site_outcomes
from imr_sim.analysis.table import comparison_table
from imr_sim.errors import RequestError


@dataclass(frozen=True)
class Arm:
    """One strategy: D parameter draws, R replicates, M months in all, S sites.

    Attributes
    ----------
    name, label : str
        The name one writes, and the one people read.
    curves : dict of ndarray of float64, each of shape (D, R, M)
        Whole months axis, the shared history included: ``vamcs_providing``, ``aware_staff``,
        ``champions``, ``importer_champions``, ``trained_staff``, ``delivering_staff``,
        ``fidelity`` (IMR Fidelity Scale 1 to 5, mean over providing sites, NaN if none),
        ``starts``, ``stops``, ``restarts``, ``veterans_reached`` (in the month), ``cost_usd``
        (in the month), ``hours`` (in the month), and, where the practice had support of its own in
        the shared history, ``support_usd`` (in the month; charged to no strategy).
    providing_end : ndarray of bool, shape (D, R, S)
        Providing in the last month.
    site_months : ndarray of int16, shape (D, R, S)
        Months of providing after the policy date.
    supported : ndarray of bool, shape (D, R, S)
        Got any dose of the strategy.
    twice : ndarray of float64, shape (K, 2), or None
        VAMCs providing in the last month of the first K draws, each run with two replicates: what
        tells luck from parameters when R is 1.
    limits : dict of ndarray, each of shape (D, R)
        What kept the strategy from doing more: ``wished``, ``acted`` (bool), ``hours``, ``seats``,
        ``money`` (months in which they turned a site away), ``left_usd`` (of the budget; NaN
        without one), ``lowest_dose``, ``highest_dose`` (wished for outside 0 to 2, and clipped;
        NaN where none was). Empty where nobody kept them.
    """

    name: str
    label: str
    curves: dict[str, np.ndarray]
    providing_end: np.ndarray
    site_months: np.ndarray
    supported: np.ndarray
    twice: np.ndarray | None = None
    limits: dict[str, np.ndarray] = field(default_factory=dict)

    @property
    def vamc_years(self) -> np.ndarray:
        """VAMC-years of providing after the policy date, shape (D, R)."""
        return self.site_months.sum(axis=-1) / 12


@dataclass(frozen=True)
class Comparison:
    """Strategies compared from one policy date; element [d, r] of two arms met the same luck.

    Attributes
    ----------
    arms : tuple of Arm
        One a strategy, the reference among them.
    reference : str
        Name of the arm the others are compared with.
    months : DatetimeIndex
        First day of every month, M of them.
    policy_index : int
        Index of the policy date in `months`: the first month a strategy can act in.
    sites : DataFrame
        The system's site table, S rows.
    parameters_status, parameters_note : str
        What the parameter draws are ("posterior", "prior", "user", ...), and whence.
    seed : int
        Seed of the histories; the bootstrap uses it too.
    budget_usd : float or None
        Most a strategy may spend after the policy date, US$; None for no limit.
    invented : bool
        True when the sites are not real ones.
    practice : str
        Name of the practice that spreads.
    invented_practice : bool
        True when there is no such practice.
    by_study : mapping of str to ndarray, shape (D,)
        Log likelihood of each trial that levers were fitted to, in these draws; none where they
        were not.

    Raises
    ------
    RequestError
        When the reference is not among the arms, or is the only one.
    """

    arms: tuple[Arm, ...]
    reference: str
    months: pd.DatetimeIndex
    policy_index: int
    sites: pd.DataFrame
    parameters_status: str
    parameters_note: str
    seed: int
    budget_usd: float | None
    invented: bool = False
    practice: str = "IMR"
    invented_practice: bool = False
    by_study: Mapping[str, np.ndarray] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.arm(self.reference, where="reference")
        if len(self.arms) < 2:
            raise RequestError(
                f"only {self.reference!r}",
                where="strategies",
                why="a comparison needs a strategy besides the reference",
                write="Add one or more strategies.",
            )

    @property
    def horizon(self) -> int:
        """Months after the policy date."""
        return len(self.months) - self.policy_index

    @property
    def shape(self) -> tuple[int, int]:
        """Parameter draws, and replicates of each."""
        draws, replicates = self.arms[0].providing_end.shape[:2]
        return draws, replicates

    def arm(self, name: str, *, where: str = "strategy") -> Arm:
        """The arm called `name`, or RequestError."""
        for arm in self.arms:
            if arm.name == name:
                return arm
        raise RequestError(
            repr(name),
            where=where,
            why="this comparison has no such strategy",
            write=f"Write one of {', '.join(arm.name for arm in self.arms)}.",
        )

    def table(self) -> pd.DataFrame:
        """One row a strategy: see `imr_sim.analysis.table.comparison_table`."""
        return self._table.copy()

    @cached_property
    def _table(self) -> pd.DataFrame:
        return comparison_table(self)

    def curves_frame(self) -> pd.DataFrame:
        """Outcomes by month.

        Returns
        -------
        DataFrame
            ``strategy``, ``month`` (from the policy date, negative before it), ``date``,
            ``quantity``, ``mean`` and the quantiles ``q05`` to ``q95`` over single histories.
        """
        frames = [tidy_curves(a.name, a.curves, self.months, self.policy_index) for a in self.arms]
        return pd.concat(frames, ignore_index=True)

    def sites_frame(self) -> pd.DataFrame:
        """Outcomes by site.

        Returns
        -------
        DataFrame
            ``strategy``, ``station``, ``name``, ``visn``, then the columns of
            `imr_sim.analysis.sites.site_outcomes`.
        """
        twin = self.arm(self.reference)
        frames = []
        for arm in self.arms:
            outcomes = site_outcomes(
                arm.providing_end,
                twin.providing_end,
                arm.site_months,
                twin.site_months,
                arm.supported,
            )
            who = self.sites[["station", "name", "visn"]].reset_index(drop=True)
            who.insert(0, "strategy", arm.name)
            frames.append(pd.concat([who, outcomes], axis=1))
        return pd.concat(frames, ignore_index=True)
