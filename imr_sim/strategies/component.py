"""Levers x who x when x how much: the parts that a strategy is composed of."""

from __future__ import annotations

from typing import Annotated, Literal, get_args

from pydantic import BeforeValidator, Field, Strict, model_validator

from imr_sim.strategies.checked import checked, wrong
from imr_sim.strategies.levers import LEVERS

Rule = Literal[
    "all",
    "random",
    "prrc_first",
    "most_autonomy_supporting",
    "least_aware",
    "most_central",
    "largest",
    "rural_first",
    "visn_by_visn",
    "list",
]
RULES: tuple[str, ...] = get_args(Rule)
Filter = Literal["not_providing", "providing", "prrc", "no_prrc"]
LeverName = Literal[LEVERS]  # type: ignore[valid-type]
Whole = Annotated[int, Strict(), Field(ge=1)]
Month = Annotated[int, Strict(), Field(ge=0)]
Dose = Annotated[float, Strict(), Field(ge=0, le=2)]
Amount = Annotated[float, Strict(), Field(ge=0)]
# Station numbers look like numbers in YAML (402) but are names (436A4).
Station = Annotated[
    str, BeforeValidator(lambda v: str(v) if isinstance(v, int) and not isinstance(v, bool) else v)
]


@checked
class Capacity:
    """What a strategy can do in a month over all sites; None = no limit.

    Attributes
    ----------
    facilitator_hours_per_month : float or None
        Hours of facilitation and outreach visits.
    training_seats_per_month : float or None
        Seats for sites that begin training, train the trainer or a learning collaborative.
    """

    facilitator_hours_per_month: Amount | None = None
    training_seats_per_month: Amount | None = None


@checked
class Who:
    """Which sites, and in which order when not all can be served at once.

    Attributes
    ----------
    rule : str
        One of `RULES`. ``visn_by_visn`` is a stepped wedge: one VISN after the other, in an order
        drawn in each history, or in that of `visns`. ``list`` takes `stations` in their order.
    sites : int or None
        At most so many sites.
    share : float or None
        At most this share of all sites, instead of `sites`.
    stations : tuple of str
        Only these stations.
    visns : tuple of int
        Only these VISNs.
    only : tuple of str
        Only sites that are ``not_providing`` (nor preparing), ``providing``, that have a PRRC
        (``prrc``) or none (``no_prrc``); all that is named must hold.
    """

    rule: Rule = "all"
    sites: Whole | None = None
    share: Annotated[float, Strict(), Field(gt=0, le=1)] | None = None
    stations: tuple[Station, ...] = ()
    visns: tuple[Whole, ...] = ()
    only: tuple[Filter, ...] = ()

    @model_validator(mode="after")
    def _fits_together(self) -> Who:
        if self.sites is not None and self.share is not None:
            raise wrong("sites and share both say how many", "Write one of them.")
        if self.rule == "all" and (self.sites is not None or self.share is not None):
            raise wrong("rule all with a number of sites does not say which", "Write rule: random.")
        if self.rule == "list" and not self.stations:
            raise wrong("rule list names no stations", "Write stations: [...].")
        for name in ("stations", "visns"):
            values = getattr(self, name)
            if len(set(values)) < len(values):
                raise wrong(f"{name} names one twice", "Write each once.")
        for pair in (("not_providing", "providing"), ("prrc", "no_prrc")):
            if set(pair) <= set(self.only):
                raise wrong(f"no site is both {' and '.join(pair)}", "Write one of them.")
        return self


@checked
class When:
    """From when, how long for a site, in which waves, and upon what.

    Attributes
    ----------
    start : int
        Month after the policy date in which the first sites can join; 0 = at once.
    months : int or None
        Months that a site gets the lever once it has joined, whatever happens there; a site joins
        once. None: for as long as `Who.only` and the triggers below hold.
    wave_sites : int or None
        At most so many sites join in each wave.
    wave_months : int or None
        Months from one wave, or one VISN, to the next.
    sensitive_period : int or None
        Only within so many months of a PRRC opening, a leadership or a programme change: those are
        what a planner sees of a sensitive period.
    no_start_after : int or None
        Only where the strategy's support began at least so many months ago and IMR was not
        provided in any month since (stepped support, E42).
    after : str or None
        Only where the strategy has delivered this other lever in an earlier month.
    """

    start: Month = 0
    months: Whole | None = None
    wave_sites: Whole | None = None
    wave_months: Whole | None = None
    sensitive_period: Whole | None = None
    no_start_after: Whole | None = None
    after: LeverName | None = None

    @model_validator(mode="after")
    def _fits_together(self) -> When:
        if self.wave_sites is not None and self.wave_months is None:
            raise wrong("wave_sites without the time between waves", "Write wave_months, e.g. 6.")
        return self


@checked
class Component:
    """One lever for some sites at some time.

    Attributes
    ----------
    lever : str
        One of `imr_sim.strategies.levers.LEVERS`.
    dose : float
        1 = the standard dose of the cited studies; 0 = nothing; 2 = the most.
    who, when : Who, When
    """

    lever: LeverName
    dose: Dose = 1.0
    who: Who = Who()
    when: When = When()

    @model_validator(mode="after")
    def _fits_together(self) -> Component:
        wedge = self.who.rule == "visn_by_visn"
        if wedge and self.when.wave_months is None:
            why = "rule visn_by_visn without the time between VISNs"
            raise wrong(why, "Write when: {wave_months: 3} or another number.")
        if wedge and self.when.wave_sites is not None:
            raise wrong("with visn_by_visn a wave is a VISN", "Leave out wave_sites.")
        if self.when.wave_months and not (wedge or self.when.wave_sites):
            why = "wave_months without the size of a wave"
            raise wrong(why, "Write wave_sites, or the rule visn_by_visn.")
        if self.when.after == self.lever:
            raise wrong("a lever cannot wait for itself", "Name another lever in after.")
        return self
