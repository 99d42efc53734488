"""Histories as labelled data: what every VAMC was in every month."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr

from imr_sim.model import state as st
from imr_sim.model.parameters import ParameterSet
from imr_sim.system import System

EVENTS = {
    "started": st.STARTED,
    "stopped": st.STOPPED,
    "restarted": st.RESTARTED,
    "sensitive": st.SENSITIVE,
    "prrc": st.HAS_PRRC,
    "leader_changed": st.LEADER_CHANGED,
    "programme_changed": st.PROGRAMME_CHANGED,
    "gave_up": st.GAVE_UP,
}
FACTORS = ("veteran", "recovery", "ebp", "fit", "time")  # as drawn at the start, then fixed
DIMS = ("draw", "replicate", "month", "site")


def read_factors(sites: np.ndarray) -> np.ndarray:
    """The fixed latent factors of SITE records (B, S): float32, shape (B, `FACTORS`, S)."""
    return np.stack([sites[name].astype(np.float32) for name in FACTORS], axis=1)


def read_record(record: np.ndarray, name: str) -> np.ndarray:
    """One quantity of the site-months of `record`, of the same shape; see `FIELDS`."""
    if name == "providing":
        return record["status"] == st.PROVIDING
    if name == "fidelity":
        return np.where(record["status"] == st.PROVIDING, record["fidelity"], np.float32(np.nan))
    if name in EVENTS:
        return (record["events"] & EVENTS[name]) != 0
    return record[name]


class Quantity:
    """An attribute that reads the quantity of its own name out of the record."""

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, history: SiteMonths, owner: type | None = None) -> np.ndarray:
        if history is None:
            raise AttributeError(f"{self.name} is known of a history, not of their class")
        return read_record(history.record, self.name)


class SiteMonths:
    """What a history knows of every site at the end of every month.

    Each attribute is an ndarray of shape (draw, replicate, month, site).
    """

    record: np.ndarray

    providing = Quantity()  # bool
    status = Quantity()  # uint8: 0 not providing, 1 preparing, 2 providing
    fidelity = Quantity()  # float32, IMR Fidelity Scale, 1 to 5; NaN while not providing
    leadership = Quantity()  # float32: autonomy-supporting, as felt, standard-normal units
    # Head counts, uint16.
    aware = Quantity()
    key_aware = Quantity()  # of members of SMI programmes and the chief
    supportive = Quantity()
    champions = Quantity()
    importer_champions = Quantity()
    trained = Quantity()  # of the delivering staff
    delivering = Quantity()
    # Whether it happened, or was so, in the month; bool.
    started = Quantity()
    stopped = Quantity()
    restarted = Quantity()
    sensitive = Quantity()
    prrc = Quantity()
    leader_changed = Quantity()
    programme_changed = Quantity()


FIELDS = tuple(name for name, q in vars(SiteMonths).items() if isinstance(q, Quantity))


@dataclass(frozen=True)
class History(SiteMonths):
    """Site-months of many histories of one system under one strategy.

    Attributes
    ----------
    record : ndarray of RECORD, shape (draw, replicate, month, site)
        As the engine wrote it; read it through the attributes of `SiteMonths`.
    factors : ndarray of float32, shape (draw, replicate, 5, site)
        The latent factors named in `FACTORS`, standard-normal units; fixed in a history.
    months : DatetimeIndex
        First day of each month; values are those at its end.
    cost_usd : ndarray of float64, shape (draw, replicate, month)
        What the strategy spent.
    events : DataFrame or None
        The event log, when it was asked for.
    practice : str
        Name of the practice that spreads.
    invented_practice : bool
        True when there is no such practice.
    support_usd : ndarray of float64, shape (draw, replicate, month), or None
        What the practice's own support cost, when it had any; charged to no strategy.
    """

    system: System
    parameters: ParameterSet
    strategy: str
    seed: int
    months: pd.DatetimeIndex
    record: np.ndarray
    factors: np.ndarray
    cost_usd: np.ndarray
    events: pd.DataFrame | None = None
    practice: str = "IMR"
    invented_practice: bool = False
    support_usd: np.ndarray | None = None

    @property
    def sites(self) -> Mapping[str, np.ndarray]:
        """All quantities by name, each of shape (draw, replicate, month, site)."""
        return {name: read_record(self.record, name) for name in FIELDS}

    @property
    def shape(self) -> tuple[int, int, int, int]:
        """Draws, replicates, months, sites."""
        return self.record.shape

    def to_xarray(self) -> xr.Dataset:
        """All quantities with coordinates draw, replicate, month, site (station)."""
        draws, replicates = self.shape[:2]
        coordinates = {
            "draw": np.arange(draws),
            "replicate": np.arange(replicates),
            "month": self.months,
            "site": self.system.sites["station"].to_numpy(str),
            "factor": list(FACTORS),
        }
        data: dict[str, tuple] = {name: (DIMS, values) for name, values in self.sites.items()}
        data["factors"] = ((*DIMS[:2], "factor", "site"), self.factors)
        data["cost_usd"] = (DIMS[:3], self.cost_usd)
        if self.support_usd is not None:
            data["support_usd"] = (DIMS[:3], self.support_usd)
        attributes = {
            "practice": self.practice,
            "strategy": self.strategy,
            "seed": self.seed,
            "parameters": self.parameters.status,
            "parameters_note": self.parameters.note,
            "system": self.system.name,
        }
        return xr.Dataset(data, coordinates, attributes)

    def to_frame(self) -> pd.DataFrame:
        """One row a history, month and site: draw, replicate, month (date), station, `FIELDS`."""
        index = np.indices(self.shape, dtype=np.int32).reshape(4, -1)
        columns = {
            "draw": index[0],
            "replicate": index[1],
            "month": self.months.to_numpy()[index[2]],
            "station": self.system.sites["station"].to_numpy(str)[index[3]],
        }
        columns.update({name: values.reshape(-1) for name, values in self.sites.items()})
        return pd.DataFrame(columns)
