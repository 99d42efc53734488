"""What the ties of a system look like, to be held against networks that were measured."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import sparse

from imr_sim.system.system import COORDINATOR, LAYERS, System, Ties


def network_statistics(system: System) -> pd.DataFrame:
    """Statistics of each tie layer.

    Parameters
    ----------
    system : System
        Any system.

    Returns
    -------
    DataFrame
        Index: the layer. Columns: ``people`` who could have such ties (all staff; coordinators),
        ``ties``, ``mean_degree``, ``sd_degree`` and ``max_degree`` (ties a person),
        ``isolates`` (people without any), ``clustering`` (mean local clustering coefficient,
        Watts and Strogatz 1998, doi 10.1038/30918, people with fewer than two ties counting as 0;
        for ``within`` first a site's mean, then the mean over sites), ``same_visn`` (share of
        the ties that join two people of one VISN; NaN without ties).
    """
    visn = system.sites["visn"].to_numpy()[system.site]
    rows = {}
    for layer in LAYERS:
        ties = system.ties[layer]
        people = np.ones(system.n_staff, dtype=bool)
        if layer == "coordinators":
            people = system.role == COORDINATOR
        degree, local, pairs = ties.degree[people], _local_clustering(ties)[people], ties.pairs()
        group = system.site[people] if layer == "within" else np.zeros(len(local), dtype=int)
        rows[layer] = {
            "people": int(people.sum()),
            "ties": ties.n_ties,
            "mean_degree": float(degree.mean()),
            "sd_degree": float(degree.std()),
            "max_degree": int(degree.max()),
            "isolates": int((degree == 0).sum()),
            "clustering": float(pd.Series(local).groupby(group).mean().mean()),
            "same_visn": float(np.mean(visn[pairs[:, 0]] == visn[pairs[:, 1]]))
            if len(pairs)
            else float("nan"),
        }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("layer")


def _local_clustering(ties: Ties) -> np.ndarray:
    n = len(ties.indptr) - 1
    ones = np.ones(len(ties.indices), dtype=np.int32)
    matrix = sparse.csr_array((ones, ties.indices, ties.indptr), shape=(n, n))
    closed = (matrix @ matrix).multiply(matrix).sum(axis=1)  # two a triangle
    possible = ties.degree * (ties.degree - 1)
    return np.divide(closed, possible, out=np.zeros(n), where=possible > 0)
