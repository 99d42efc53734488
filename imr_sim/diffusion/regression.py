"""Discrete-time hazard regression of adoption on exposure and attributes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import norm

from imr_sim.diffusion.exposure import exposure
from imr_sim.diffusion.network import DiffusionNetwork, wrong_word
from imr_sim.errors import RequestError

LINKS = ("logit", "cloglog")
BASELINES = ("linear", "log", "periods")
CAUTION = (
    "A coefficient of exposure is not yet influence: tied people who are alike in readiness, or "
    "who share a site, give one as well (Shalizi and Thomas 2011, doi 10.1177/0049124111404820)."
)
FAR = 15.0
"""A coefficient this far from 0 on the logit scale means that a term separates the outcomes."""


def person_periods(
    network: DiffusionNetwork, *, lag: int = 1, direction: str = "out", valued: bool = True
) -> pd.DataFrame:
    """One row a node and period at risk: the data of a discrete-time hazard model.

    Parameters
    ----------
    network : DiffusionNetwork
    lag, direction, valued
        Of `exposure`.

    Returns
    -------
    DataFrame
        ``node`` (name), ``period``, ``adopts`` (0 or 1: its first adoption), ``exposure`` and
        ``no_alters`` (1 where there is nobody to be exposed to, and exposure is 0), and the
        attributes of the node. Rows end with adoption or the end of observation. The first `lag`
        periods, in which exposure is not known, are left out.
    """
    seen = exposure(network, lag=lag, direction=direction, valued=valued)
    times = np.nan_to_num(network.times, nan=np.inf)
    end = np.minimum(np.minimum(times, network.exit), network.last)
    begin = np.maximum(network.entry, network.first + lag)
    length = np.maximum(end - begin + 1, 0).astype(np.int64)
    node = np.repeat(np.arange(network.n), length)
    offset = np.arange(len(node)) - np.repeat(np.cumsum(length) - length, length)
    period = begin[node] + offset
    value = seen[node, period - network.first]
    table = pd.DataFrame(
        {
            "node": network.names[node],
            "period": period,
            "adopts": (times[node] == period).astype(np.int64),
            "exposure": np.nan_to_num(value),
            "no_alters": np.isnan(value).astype(np.int64),
        }
    )
    attributes = network.nodes.iloc[node].reset_index(drop=True)
    clash = [c for c in attributes if c in table]
    attributes = attributes.rename(columns={c: f"{c}_attribute" for c in clash})
    return pd.concat([table, attributes], axis=1)


@dataclass(frozen=True)
class HazardRegression:
    """A fitted discrete-time hazard model.

    Attributes
    ----------
    table : DataFrame
        One row a term: ``coefficient``, ``se``, ``lo`` and ``hi`` (90%), ``p``, ``ratio`` (its
        exponential: an odds ratio under logit, a hazard ratio under cloglog).
    link, baseline : str
    cluster : str or None
        Errors allow for dependence within its groups; None: rows count as independent.
    rows, adoptions, groups : int
    log_likelihood : float
    caution : str
        What the model cannot say.
    """

    table: pd.DataFrame
    link: str
    baseline: str
    cluster: str | None
    rows: int
    adoptions: int
    groups: int
    log_likelihood: float
    caution: str = CAUTION


def hazard_regression(
    data: DiffusionNetwork | pd.DataFrame,
    terms: list[str] | tuple[str, ...] = ("exposure",),
    *,
    link: str = "logit",
    baseline: str = "linear",
    cluster: str | None = "node",
    lag: int = 1,
) -> HazardRegression:
    """Fit the probability of adopting in a period, given not having adopted before.

    Allison 1982, doi 10.2307/270718 (logit); Prentice and Gloeckler 1978, doi 10.2307/2529588
    (cloglog). Maximum likelihood by statsmodels (extra ``diffusion``); errors by the sandwich
    estimator over groups.

    Parameters
    ----------
    data : DiffusionNetwork or DataFrame
        A network, or its `person_periods` with columns of your own added.
    terms : sequence of str
        Columns; those that are not numbers become one indicator a category but the first. Where
        some rows have no alters and exposure is a term, ``no_alters`` joins.
    link : {"logit", "cloglog"}
    baseline : {"linear", "log", "periods"}
        Time as a straight line, its logarithm, or a level for each period with an adoption
        (periods without one are left out: they say nothing of the terms).
    cluster : str or None
        Column that names groups, e.g. the site.
    lag : int
        Of exposure, when a network is given.

    Returns
    -------
    HazardRegression

    Raises
    ------
    RequestError
        For an unknown column or word, missing values, nobody who adopts, fewer than two groups, a
        term that does not vary or that separates adopters from others.
    """
    for what, given, allowed in (("link", link, LINKS), ("baseline", baseline, BASELINES)):
        if given not in allowed:
            raise wrong_word(what, given, allowed)
    rows = person_periods(data, lag=lag) if isinstance(data, DiffusionNetwork) else data
    rows = _complete(rows, terms, cluster)
    if baseline == "periods":
        rows = rows[rows.groupby("period")["adopts"].transform("sum") > 0]
    design = _design(rows, terms, baseline)
    outcome = rows["adopts"].to_numpy(float)
    _check_design(design, outcome)
    groups = np.arange(len(rows)) if cluster is None else pd.factorize(rows[cluster])[0]
    if groups.max() < 1:
        raise _refused(f"cluster={cluster!r}", "there is one group only", "Name another column.")
    fit = _fit(design, outcome, link, None if cluster is None else groups)
    coefficient, se = np.asarray(fit.params), np.asarray(fit.bse)
    _check_separation(design, coefficient, se)
    z = norm.ppf(0.95)
    table = pd.DataFrame(
        {
            "coefficient": coefficient,
            "se": se,
            "lo": coefficient - z * se,
            "hi": coefficient + z * se,
            "p": 2 * norm.sf(np.abs(coefficient / se)),
            "ratio": np.exp(coefficient),
        },
        index=design.columns,
    )
    return HazardRegression(
        table=table,
        link=link,
        baseline=baseline,
        cluster=cluster,
        rows=len(rows),
        adoptions=int(outcome.sum()),
        groups=int(groups.max()) + 1,
        log_likelihood=float(fit.llf),
    )


def _fit(design: pd.DataFrame, outcome: np.ndarray, link: str, groups: np.ndarray | None) -> Any:
    try:
        import statsmodels.api as sm
    except ImportError as missing:
        raise _refused(
            "hazard_regression", "statsmodels is not installed", "pip install 'imr-sim[diffusion]'"
        ) from missing
    links = {"logit": sm.families.links.Logit, "cloglog": sm.families.links.CLogLog}
    model = sm.GLM(outcome, design.to_numpy(float), family=sm.families.Binomial(links[link]()))
    if groups is None:
        return model.fit(maxiter=100, tol=1e-12)
    return model.fit(
        maxiter=100, tol=1e-12, cov_type="cluster", cov_kwds={"groups": groups}, use_t=False
    )


def _complete(
    rows: pd.DataFrame, terms: list[str] | tuple[str, ...], cluster: str | None
) -> pd.DataFrame:
    needed = ["period", "adopts", *terms, *([cluster] if cluster else [])]
    for name in needed:
        if name not in rows:
            raise wrong_word("column", name, tuple(map(str, rows.columns)))
        if rows[name].isna().any():
            raise _refused(
                f"{int(rows[name].isna().sum())} rows without {name}",
                "a row without a value cannot be fitted",
                "Fill them in or leave these rows out, and say so.",
            )
    if not len(rows) or not rows["adopts"].any():
        raise _refused("rows in which nobody adopts", "there is nothing to explain", "Pass more.")
    return rows


def _design(rows: pd.DataFrame, terms: list[str] | tuple[str, ...], baseline: str) -> pd.DataFrame:
    columns: dict[str, np.ndarray] = {"constant": np.ones(len(rows))}
    period = rows["period"].to_numpy(float)
    since = period - period.min() + 1
    if baseline == "periods":
        for value in np.unique(period)[1:]:
            columns[f"period {value:g}"] = (period == value).astype(float)
    elif np.ptp(since) > 0:
        columns["period" if baseline == "linear" else "log period"] = (
            since if baseline == "linear" else np.log(since)
        )
    for name in terms:
        if pd.api.types.is_numeric_dtype(rows[name]) or pd.api.types.is_bool_dtype(rows[name]):
            columns[name] = rows[name].to_numpy(float)
        else:
            values = rows[name].astype(str)
            for category in sorted(values.unique())[1:]:
                columns[f"{name}: {category}"] = (values == category).to_numpy(float)
    if "exposure" in terms and "no_alters" in rows and "no_alters" not in terms:
        if 0 < rows["no_alters"].sum() < len(rows):
            columns["no_alters"] = rows["no_alters"].to_numpy(float)
    return pd.DataFrame(columns, index=rows.index)


def _check_design(design: pd.DataFrame, outcome: np.ndarray) -> None:
    for name in design.columns[1:]:
        if np.ptp(design[name].to_numpy()) == 0:
            raise _refused(f"term {name!r}", "it has one value only", "Leave it out.")
    values = design.to_numpy(float)
    scale = np.linalg.norm(values, axis=0)
    if np.linalg.matrix_rank(values / scale) < values.shape[1]:
        raise _refused(
            ", ".join(design.columns[1:]), "one term follows from the others", "Leave one out."
        )
    if outcome.min() == outcome.max():
        raise _refused("rows in which everybody adopts", "nothing differs", "Pass more periods.")


def _check_separation(design: pd.DataFrame, coefficient: np.ndarray, se: np.ndarray) -> None:
    spread = design.to_numpy(float).std(axis=0)
    wild = (np.abs(coefficient) * np.maximum(spread, 0.05) > FAR) | ~np.isfinite(se)
    wild |= (np.abs(coefficient) > FAR) & (spread > 0)
    if wild[1:].any():
        name = design.columns[1:][wild[1:]][0]
        raise _refused(
            f"term {name!r}",
            "it separates those who adopt from the others, so that no finite coefficient fits",
            "Leave it out, or join categories.",
        )


def _refused(given: str, why: str, write: str) -> RequestError:
    return RequestError(given, where="hazard_regression", why=why, write=write)
