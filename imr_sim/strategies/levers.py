"""The sixteen levers a strategy can pull: what each acts on, its ERIC name, its evidence.

ERIC is the Expert Recommendations for Implementing Change compilation (Powell et al. 2015, doi
10.1186/s13012-015-0209-1). E-numbers refer to docs/evidence.md. How strong each lever is, and what
it costs, stands in `imr_sim/model/lever_table.py`.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Lever:
    """One thing that a dissemination strategy can do at a site.

    Attributes
    ----------
    name, label : str
        Key in strategy files and parameter names; words for people.
    eric : tuple of str
        Names in the ERIC compilation (nearest ones where ERIC has none of its own).
    acts_on : str
        Where in the model it works.
    sources : tuple of str
        E-numbers, or ``"assumption"``.
    """

    name: str
    label: str
    eric: tuple[str, ...]
    acts_on: str
    sources: tuple[str, ...]


LEVER_TABLE = (
    Lever(
        "materials",
        "Educational materials",
        ("Distribute educational materials",),
        "awareness of all staff of the site; puts the question to the site",
        ("E24", "E43", "E53"),
    ),
    Lever(
        "meetings",
        "Educational meetings, webinars",
        ("Conduct educational meetings",),
        "awareness of serious-mental-illness programmes; puts the question to the site",
        ("E25", "E43", "E53"),
    ),
    Lever(
        "simplify",
        "Adapted and simplified materials",
        ("Promote adaptability", "Develop educational materials"),
        "the burden of the workbook, which keeps the untrained from supporting and delivering IMR",
        ("E4", "assumption"),
    ),
    Lever(
        "consensus",
        "Local consensus, coalition",
        ("Conduct local consensus discussions", "Build a coalition"),
        "support for IMR among aware staff outside the delivery team",
        ("E4", "assumption"),
    ),
    Lever(
        "outreach",
        "Educational outreach visits",
        ("Conduct educational outreach visits",),
        "awareness of all staff of the site visited; puts the question to the site",
        ("E26", "E53", "E59"),
    ),
    Lever(
        "champions",
        "Prepared champions",
        ("Identify and prepare champions", "Inform local opinion leaders"),
        "makes champions of aware, well-connected staff; puts the question to the site",
        ("E27", "E31", "E43"),
    ),
    Lever(
        "leadership",
        "Engaged leadership",
        ("Recruit, designate, and train for leadership",),
        "autonomy-supporting leadership, while supported and partly afterwards; puts the question",
        ("E1", "assumption"),
    ),
    Lever(
        "mandate",
        "Mandate",
        ("Mandate change",),
        "awareness of service chiefs; puts the question; lowers autonomy-supporting leadership",
        ("E57", "E60", "assumption"),
    ),
    Lever(
        "training",
        "Training and consultation",
        ("Conduct ongoing training", "Provide ongoing consultation"),
        "trains a team where IMR is not provided; puts the question; trained providers, who stay",
        ("E4", "E34", "E41", "E58", "E64"),
    ),
    Lever(
        "audit",
        "Audit and feedback",
        ("Audit and provide feedback",),
        "fidelity, the stop hazard, and turnover of providers",
        ("E28", "E36"),
    ),
    Lever(
        "facilitation",
        "Facilitation",
        ("Facilitation",),
        "puts the question; start-up time, giving up, fidelity; loses strength when run at scale",
        ("E29", "E30", "E37"),
    ),
    Lever(
        "collaborative",
        "Learning collaborative",
        ("Create a learning collaborative",),
        "enrols; contacts between participating teams (hence awareness), and fidelity",
        ("E33", "E40", "E54", "E61"),
    ),
    Lever(
        "train_trainer",
        "Train the trainer",
        ("Use train-the-trainer strategies",),
        "training at a discount of strength, passed on by those trained",
        ("E32", "E34", "E41"),
    ),
    Lever(
        "exchange",
        "Experienced staff, staff exchange",
        ("Visit other sites", "Promote network weaving"),
        "hires into serious-mental-illness programmes who have delivered IMR elsewhere",
        ("E1", "assumption"),
    ),
    Lever(
        "open_prrc",
        "Open a PRRC",
        ("Create new clinical teams", "Change service sites"),
        "a psychosocial rehabilitation and recovery center, and the sensitive period it opens",
        ("E1", "E4", "E22"),
    ),
    Lever(
        "funding",
        "Funding",
        ("Fund and contract for the clinical innovation",),
        "puts the question; staff time, giving up and the stop hazard while it lasts",
        ("E52", "E58", "E63", "E72"),
    ),
)
LEVERS: tuple[str, ...] = tuple(lever.name for lever in LEVER_TABLE)
LEVER_INDEX: dict[str, int] = {name: i for i, name in enumerate(LEVERS)}
