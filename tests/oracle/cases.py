"""Random small systems, parameters and doses on which engine and oracle must agree."""

import numpy as np
import pandas as pd

from imr_sim.model.parameters import SPECS, prior
from imr_sim.strategies import LEVERS
from imr_sim.system import System, load_system
from imr_sim.system.system import Ties

KINDS = ("prior", "lively", "extreme")
SMALL = 31  # the number of the shipped small system, beside the random ones
# What makes IMR spread, and be given up, within a few years: factors on the prior's draw.
LIVELIER = {
    "media": 10,
    "external_aware": 10,
    "external_experienced": 10,
    "support_rate": 3,
    "champion_rate": 10,
    "turnover_clinical": 8,
    "turnover_peer": 8,
    "turnover_other": 8,
    "training_rate": 10,
    "training_access": 5,
    "giveup_rate": 4,
}


def random_parameters(kind, seed):
    """Parameter values by name: as the prior has them, livelier, or at the ends of their range."""
    values = dict(prior(1, seed).draw(0))
    rng = np.random.default_rng([seed, 1])
    if kind == "lively":
        for name, factor in LIVELIER.items():
            values[name] = min(values[name] * factor, SPECS[name].high)
        values["a0"], values["d0"], values["startup_months"] = 0.0, -0.5, 2.0
        values["offer_setting"], values["asked_again"] = 2.0, 1.0
    if kind == "extreme":
        for name, spec in SPECS.items():
            where = rng.random()
            if where < 0.1:
                values[name] = spec.low
            elif where < 0.2:
                values[name] = spec.high
            elif where < 0.4:
                values[name] = rng.uniform(spec.low, spec.high)
        values["team_size"] = float(rng.integers(1, 13))
    return values


def random_system(seed, directed=False):
    """Three to eight sites of 8 to 90 staff in three VISNs; `directed`: not all ties are mutual."""
    rng = np.random.default_rng([seed, 2])
    n_sites = int(rng.integers(3, 9))
    counts = rng.integers(8, 91, n_sites)
    site = np.repeat(np.arange(n_sites), counts)
    role = rng.integers(2, 8, len(site))
    first = np.cumsum(counts) - counts
    role[first], role[first + 1] = 0, 1
    prrc = rng.choice(["unknown", "never", "2003-11", "2005-02", "2006-10", "2008-01"], n_sites)
    sites = pd.DataFrame(
        {
            "station": [f"X{i}" for i in range(n_sites)],
            "name": "Invented",
            "city": "Nowhere",
            "state": "KS",
            "visn": rng.choice([4, 11, 23], n_sites),
            "latitude": rng.uniform(31, 46, n_sites),
            "longitude": rng.uniform(-119, -78, n_sites),
            "rurality": rng.choice(["urban", "rural"], n_sites),
            "complexity": rng.choice(["1a", "2"], n_sites),
            "patients": rng.integers(5_000, 90_000, n_sites),
            "mh_users": 3_000,
            "prrc": prrc,
        }
    )
    n = len(site)
    pairs = rng.integers(0, n, (8 * n, 2))
    pairs = pairs[pairs[:, 0] != pairs[:, 1]]
    inside = site[pairs[:, 0]] == site[pairs[:, 1]]
    outside = np.flatnonzero(~inside)[:n]
    make = _one_way if directed else Ties.from_pairs
    layers = {
        "within": make(pairs[inside], n),
        "between": make(pairs[outside], n),
        "coordinators": make(pairs[outside[::7]], n),  # these ties stand in two layers
    }
    smi = rng.random(n) < rng.choice([0.1, 0.3, 0.7])
    return System("random", sites, site, role, smi, layers, True, "Invented for a test.")


def _one_way(pairs, n):
    """Ties that only the second of each pair hears by."""
    tellers, listeners = np.unique(pairs, axis=0).T
    indptr = np.concatenate([[0], np.cumsum(np.bincount(tellers, minlength=n))])
    return Ties(indptr, listeners.astype(np.int32))


def case(number):
    """System, parameter values and first month of one of the random cases."""
    kind = KINDS[number % 3]
    if number == SMALL:
        system = load_system("small")
    else:
        system = random_system(number, directed=number % 6 == 4)
    start = ("2004-01", "2006-11", "2012-06")[number // 3 % 3]
    return system, random_parameters(kind, number), start


def random_budget(number, arm):
    """US$ for a strategy in one of the cases; None (no limit) in about a third."""
    rng = np.random.default_rng([number, *arm.encode()])
    return None if rng.random() < 1 / 3 else round(10 ** rng.uniform(4, 6), 2)


def random_doses(rng, n_sites):
    """Doses of one month, shape (1, sites, levers): each lever at about a quarter of the sites."""
    shape = (1, n_sites, len(LEVERS))
    return rng.uniform(0, 2, shape).round(2) * (rng.random(shape) < 0.25)
