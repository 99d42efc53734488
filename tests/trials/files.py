"""Small trials for tests."""

import copy

PLAN = {
    "name": "plan",
    "practice": {"name": "IMR"},
    "sites": {"from": "invented", "staff": 20, "aware": 0.5},
    "arms": [
        {"name": "helped", "sites": 12, "components": [{"lever": "facilitation"}]},
        {"name": "usual", "sites": 12},
    ],
    "outcomes": [
        {"name": "started", "kind": "started", "months": [6, 12]},
        {"name": "providing", "kind": "providing", "months": [12]},
    ],
}


def plan(**changes):
    """The plan with some keys changed; a value of None leaves the key out."""
    made = copy.deepcopy(PLAN)
    made.update(copy.deepcopy(changes))
    return {key: value for key, value in made.items() if value is not None}


def one_arm(**changes):
    """The plan with one arm, some of whose keys differ."""
    return plan(arms=[{"name": "helped", "sites": 12, **changes}])


def outcome(**changes):
    """The plan with one outcome, some of whose keys differ."""
    made = {"name": "started", "kind": "started", "months": [6], **changes}
    return plan(outcomes=[{k: v for k, v in made.items() if v is not None}])
