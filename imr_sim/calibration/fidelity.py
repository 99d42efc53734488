"""P7: do supported sites reach high fidelity within a year, and unsupported ones mostly not?"""

from __future__ import annotations

import numpy as np
import pandas as pd

from imr_sim.experiment.driver import Course, Driver
from imr_sim.experiment.run import Histories, Run
from imr_sim.model.parameters import ParameterSet
from imr_sim.months import Dates
from imr_sim.practice import load_practice
from imr_sim.strategies import load_strategy
from imr_sim.studies.observer import provides
from imr_sim.system import System

HIGH = 4.0  # on the scale of 1 to 5: high fidelity (E8, E9)
START = "2004-01"
BEGIN, MONTHS, LATEST = "2008-01", 48, 24  # support begins; months run; latest start that counts
AFTER = (6, 12, 18, 24)  # months after the start
PROGRAMMES = ("none", "full_rollout")
# Months after the start, quantity, value or interval, source.
PUBLISHED = (
    (12, "share at high fidelity, supported", "5 of 6 sites", 5 / 6, None, None, "E8"),
    (24, "share at high fidelity, supported", "29 of 53, 5 practices", 29 / 53, None, None, "E9"),
    (18, "difference in mean fidelity", ".86 (95% CI .21 to 1.50)", 0.86, 0.21, 1.50, "E12"),
)


def fidelity_pattern(
    system: System, parameters: ParameterSet, seed: int, threads: int | None = None
) -> pd.DataFrame:
    """Fidelity after the start of IMR, with support and without.

    Sites that start within two years under a full roll-out (training, consultation, facilitation,
    monitoring) from 2008 on, and the same histories without it. Those that stop drop out.

    Returns
    -------
    DataFrame
        One row a number of months after the start and quantity (share at high fidelity and mean
        fidelity, by support, and their difference): mean over histories, 90% band, and what was
        published, which is about other places and practices.
    """
    by_arm = _by_programme(system, parameters, seed, threads)
    rows = []
    for i, months in enumerate(AFTER):
        found = {}
        for name, words in zip(PROGRAMMES, ("unsupported", "supported"), strict=True):
            high, mean = by_arm[name]
            found[f"share at high fidelity, {words}"] = high[:, i]
            found[f"mean fidelity, {words}"] = mean[:, i]
        found["difference in mean fidelity"] = (
            by_arm["full_rollout"][1][:, i] - by_arm["none"][1][:, i]
        )
        for quantity, values in found.items():
            lo, hi = np.nanquantile(values, (0.05, 0.95))
            row = {
                "months": months,
                "quantity": quantity,
                "mean": np.nanmean(values),
                "lo": lo,
                "hi": hi,
            }
            row |= {
                "published": "",
                "value": np.nan,
                "value_lo": np.nan,
                "value_hi": np.nan,
                "source": "",
            }
            for when, what, words, value, low, high_end, source in PUBLISHED:
                if (when, what) == (months, quantity):
                    row |= {"published": words, "value": value, "value_lo": low}
                    row |= {"value_hi": high_end, "source": source}
            rows.append(row)
    return pd.DataFrame(rows)


def _by_programme(
    system: System, parameters: ParameterSet, seed: int, threads: int | None
) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Share at high fidelity and mean fidelity of each history, each (draws, months after)."""
    run = Run(
        system=system,
        practice=load_practice("imr"),
        dates=Dates.of(START, BEGIN, MONTHS, where="fidelity"),
        strategies=tuple(load_strategy(name) for name in PROGRAMMES),
        seed=seed,
    )

    def keep(place: slice, programme: int, course: Course) -> tuple[np.ndarray, np.ndarray]:
        return _after_start(course.record)

    histories = Histories.of(parameters, 1)
    chunks = list(Driver(run, threads).chunks(histories, lambda place, past: None, keep))
    found = {}
    for i, name in enumerate(PROGRAMMES):
        high, mean = zip(*(chunk.courses[i] for chunk in chunks), strict=True)
        found[name] = (np.concatenate(high), np.concatenate(mean))
    return found


def _after_start(record: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    imr = provides(record)
    begins = imr[:, 1:LATEST] & ~imr[:, : LATEST - 1]
    high = np.full((len(record), len(AFTER)), np.nan)
    mean = high.copy()
    for h in range(len(record)):
        month, site = np.nonzero(begins[h])
        month = month + 1
        for i, after in enumerate(AFTER):
            going_on = np.array(
                [imr[h, m : m + after + 1, s].all() for m, s in zip(month, site, strict=True)], bool
            )
            fidelity = record["fidelity"][h, month[going_on] + after, site[going_on]]
            if len(fidelity):
                high[h, i] = (fidelity >= HIGH).mean()
                mean[h, i] = fidelity.mean()
    return high, mean
