"""A plain-text portrait of a system: what it holds, and how much of that is assumed."""

from __future__ import annotations

import textwrap

import numpy as np
import pandas as pd

from imr_sim.system.assumptions import BETWEEN_DEGREE, PHYSICIANS, SAME_VISN_SHARE, WARD
from imr_sim.system.statistics import network_statistics
from imr_sim.system.system import ROLES, System

ASSUMED = """\
Staff in proportion to workload, shares of roles and of serious-mental-illness programmes, team
size, bridges, how ties divide between the VISN and the nation, ties between coordinators: all
assumptions where they were generated (docs/system.md lists each). That VA staff are tied like the
measured ward and physicians is an assumption too. PRRCs marked unknown are drawn anew in each
history; their site is not a fact."""


def describe_system(system: System) -> str:
    """Describe a system in plain text.

    Parameters
    ----------
    system : System
        Any system.

    Returns
    -------
    str
        Several paragraphs and small tables, at most 100 characters wide, ending in a line break.
    """
    title = f"System {system.name}" + (" (INVENTED: no real places)" if system.invented else "")
    sections = {
        title: [system.note, f"digest {system.digest}"],
        "Sites": _sites(system),
        "Staff": _staff(system),
        "Ties (mean number a person, with its spread)": _ties(system),
        "What became of what was given": ["\n".join(system.account.lines())],
        "What is assumed": [ASSUMED],
    }
    lines: list[str] = []
    for heading, body in sections.items():
        lines += [heading, "=" * len(heading)]
        for part in body:
            lines.append(textwrap.fill(part, 100) if "\n" not in part or part is ASSUMED else part)
        lines.append("")
    return "\n".join(lines)


def _sites(system: System) -> list[str]:
    sites = system.sites
    known = sites["prrc"]
    opened, never = (known.str[:1].isin(["1", "2"])).sum(), (known == "never").sum()
    imputed = sites["imputed"].str.split().explode().dropna().value_counts()
    return [
        f"{system.n_sites} sites in {sites['visn'].nunique()} VISNs and "
        f"{sites['state'].nunique()} states or territories",
        f"patients a site: {_spread(sites['patients'])}",
        f"rurality: {_counts(sites['rurality'])}",
        f"complexity: {_counts(sites['complexity'])}",
        f"inpatient mental-health unit: {sites['inpatient'].sum()}; "
        f"residential: {sites['residential'].sum()}",
        f"PRRC: opening month known at {opened}, never one at {never}, "
        f"unknown at {(known == 'unknown').sum()}",
        "imputed cells: " + (", ".join(f"{k} {n}" for k, n in imputed.items()) or "none"),
    ]


def _staff(system: System) -> list[str]:
    role = pd.Categorical(np.array(ROLES)[system.role], categories=list(ROLES))
    table = pd.DataFrame({"role": role, "smi": system.smi}).groupby("role", observed=False)["smi"]
    rows = pd.DataFrame(
        {
            "staff": table.size(),
            "share": table.size() / system.n_staff,
            "in SMI programmes": table.mean(),
        }
    )
    a_site = pd.Series(np.bincount(system.site, minlength=system.n_sites))
    return [
        f"{system.n_staff:,} posts; a site: {_spread(a_site)}",
        f"{system.smi.mean():.1%} in serious-mental-illness (SMI) programmes",
        rows.to_string(formatters={"share": "{:.1%}".format, "in SMI programmes": "{:.1%}".format}),
    ]


def _ties(system: System) -> list[str]:
    table = network_statistics(system)
    shown = table.round(
        {"mean_degree": 2, "sd_degree": 2, "clustering": 3, "same_visn": 3}
    ).to_string()
    return [
        shown,
        f"Measured elsewhere (E48): a ward of 46 staff, mean {WARD['mean_degree']:.1f} "
        f"(sd {WARD['sd_degree']:.1f}), clustering {WARD['clustering']:.2f} - compare 'within'; "
        f"advice among 246 physicians, mean {PHYSICIANS['mean_degree']:.1f} "
        f"(sd {PHYSICIANS['sd_degree']:.1f}), clustering {PHYSICIANS['clustering']:.2f} - compare "
        f"'between'. Generated ties aim at a mean of about 9 and clustering about .5 within, at "
        f"{BETWEEN_DEGREE:g} and less than .16 between, {SAME_VISN_SHARE:.0%} in the VISN.",
    ]


def _spread(values: pd.Series) -> str:
    low, mid, high = values.quantile([0, 0.5, 1])
    return f"median {mid:,.0f} (from {low:,.0f} to {high:,.0f})"


def _counts(values: pd.Series) -> str:
    return ", ".join(f"{name}: {n}" for name, n in values.value_counts().items())
