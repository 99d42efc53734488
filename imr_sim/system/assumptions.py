"""Every number that shapes the system, once: its unit, and its source or the word assumption."""

from __future__ import annotations

from typing import Final

# Staffing
NATIONAL_STAFF: Final = 20_590  # mental-health staff of VHA, April 2012 (E17)
NATIONAL_WORKLOAD: Final = 20_705_413  # encounters a year at the 139 sites (NEPEC, FY2015)
STAFF_PER_ENCOUNTER: Final = NATIONAL_STAFF / NATIONAL_WORKLOAD  # staff in proportion: assumption
ENCOUNTERS_PER_USER: Final = NATIONAL_WORKLOAD / 1_698_999  # per mental-health user (NEPEC, FY2015)
USERS_PER_PATIENT: Final = 1_698_999 / 5_918_494  # users FY2015 over patients 2012, the 139 sites
MIN_STAFF: Final = 8  # staff; the smallest generated site. Assumption, not reached by the 139

# Share of the staff who are neither coordinator nor chief. Assumption, but for peer specialists:
# 815 hired by 2013 among 20,590 + 1,600 + 815 (E17), there being few before.
ROLE_SHARES: Final = {
    "psychiatrist": 0.13,
    "psychologist": 0.22,
    "social worker": 0.27,
    "nurse": 0.21,
    "peer specialist": 0.035,
    "other": 0.135,
}

# Share of a role in serious-mental-illness programmes. Assumption. The coordinator always is a
# member, since recovery in these programmes is the post's purpose; the chief never (assumption).
SMI_SHARES: Final = {
    "coordinator": 1.0,
    "chief": 0.0,
    "psychiatrist": 0.10,
    "psychologist": 0.08,
    "social worker": 0.14,
    "nurse": 0.14,
    "peer specialist": 0.40,
    "other": 0.10,
}
SMI_UNITS_RATIO: Final = 1.3  # times these shares where there are inpatient or residential units

# Ties inside a site. Together they meet E48 (a ward: mean degree 9.6, clustering .59).
TEAM_SIZE: Final = 10  # staff a team, on average. Assumption
TEAM_DENSITY: Final = 0.75  # probability that two of a team work together. Set to meet E48
BRIDGE_DEGREE: Final = 2.4  # mean ties a person to other teams (drawn). Set to meet E48
BRIDGE_SPREAD: Final = 1.0  # sd of log propensity to bridge: skewed. Assumption
SITE_WIDE_RATIO: Final = 3.0  # coordinator and chief bridge this many times as much. Assumption

# Ties between sites, after physicians' advice (E48: mean degree 3.9, sd 3.3, clustering .16).
BETWEEN_DEGREE: Final = 4.0  # mean ties a person
BETWEEN_SPREAD: Final = 0.6  # sd of log propensity: gives the sd of E48
SAME_VISN_SHARE: Final = 0.75  # share of these ties that stay in the VISN. Assumption
SAME_ROLE_RATIO: Final = 2.0  # a tie within a role is this many times as likely. Assumption

# Local recovery coordinators: all tied in their VISN, sparsely beyond it.
COORDINATOR_NATIONAL_DEGREE: Final = 2.0  # mean ties beyond the VISN. Assumption

# What was measured in real networks (E48: Vanhems 2013; Coleman, Katz, Menzel 1957)
WARD: Final = {"mean_degree": 9.57, "sd_degree": 7.06, "clustering": 0.592}
PHYSICIANS: Final = {"mean_degree": 3.90, "sd_degree": 3.32, "clustering": 0.159}
