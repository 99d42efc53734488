"""Another practice: same rules, its own name, start, parameters, and support in its history."""

from __future__ import annotations

import numpy as np
import pytest

import imr_sim as imr
from imr_sim.model.batch import Batch, Setting, identities
from imr_sim.model.parameters import INDEX
from imr_sim.practice import Move, Practice, Support, load_practice, practice_names
from imr_sim.strategies import LEVERS, Component, ComposedStrategy, SiteFacts, Strategy, Wish

X = "invented_training_small"
TRAINED = ["X02", "X04", "X07", "X11"]


@pytest.fixture(scope="module")
def small():
    return imr.load_system("small")


@pytest.fixture(scope="module")
def draws():
    return imr.prior(6, seed=3)


def supported(strategy: Strategy, start: int = 0, months: int = 24) -> Practice:
    return Practice("Y", "2010-01", support=Support(strategy, months, start))


def training(*stations: str) -> ComposedStrategy:
    who = {"rule": "list", "stations": stations} if stations else {}
    parts = tuple(Component(lever, who=who) for lever in ("meetings", "training"))
    return ComposedStrategy("national", parts, label="National training")


class Watcher(Strategy):
    """Does nothing, and tells `SHOWN` what a planner is shown in its first month.

    Each history asks a copy of its own, one after the other in one thread.
    """

    name = label = "watcher"

    def __init__(self, called):
        self.called, self.looked = called, False

    def wish(self, view, delivered):
        if not self.looked:
            self.looked = True
            shown = {"leadership": view.leadership_survey, "awareness": view.awareness_survey}
            shown |= {"luck": view.luck, "month": np.array([view.month])}
            for name, values in shown.items():
                SHOWN.setdefault((self.called, name), []).append(values)
        return Wish.nothing(view)


SHOWN: dict[tuple[str, str], list[np.ndarray]] = {}


def shown(called, name):
    """What all histories of a watcher showed it."""
    return np.concatenate(SHOWN[called, name])


def test_imr_is_the_model_as_it_stands(small, draws):
    """Bit by bit what the engine gives by itself."""
    draw, replicate, values = identities(draws, 1)
    plain = Batch(Setting.of(small, 5, "2004-01"), values, draw, replicate).advance(120)
    for practice in ("imr", load_practice("imr"), Practice("IMR", "2004-01")):
        history = imr.simulate(small, draws, practice=practice, months=120, seed=5)
        assert (history.record[:, 0] == plain).all()
    assert load_practice("imr").adapt(draws) is draws
    assert (history.practice, history.support_usd) == ("IMR", None)


def test_every_practice_that_ships_loads_and_fits_its_system(small):
    assert practice_names()[0] == "imr"
    whole = SiteFacts.of(imr.load_system())
    for name in practice_names():
        practice = load_practice(name)
        practice.check(SiteFacts.of(small) if name.endswith("small") else whole)
        assert practice.invented == name.startswith("invented")
        practice.adapt(imr.posterior())
        practice.adapt(imr.prior(2000, seed=1))


def test_parameters_move_in_every_draw_and_keep_their_spread(draws):
    moves = {"media": Move(scale=0.5), "a0": Move(shift=0.5), "caseload": Move(value=7)}
    moved = Practice("Y", "2010-01", parameters=moves).adapt(draws)
    np.testing.assert_array_equal(moved.column("media"), draws.column("media") * 0.5)
    np.testing.assert_array_equal(moved.column("a0"), draws.column("a0") + 0.5)
    np.testing.assert_array_equal(moved.column("caseload"), 7)
    others = [i for name, i in INDEX.items() if name not in moves]
    np.testing.assert_array_equal(moved.values[:, others], draws.values[:, others])
    assert "moved for Y: media x 0.5, a0 + 0.5, caseload = 7" in moved.note


def test_draws_for_imr_are_said_to_be_transferred():
    shipped = imr.posterior()
    for parameters in ({}, {"media": Move(scale=0.5)}):
        moved = Practice("Y", "2010-01", parameters=parameters).adapt(shipped)
        assert moved.status == "transferred"
        assert "for IMR, not for Y" in moved.note and shipped.note in moved.note
    assert load_practice("imr").adapt(shipped).status == shipped.status


def test_draws_are_adapted_once_and_to_one_practice(small, draws):
    practice = Practice("Y", "2010-01", parameters={"media": Move(scale=0.5)})
    moved = practice.adapt(draws)
    assert practice.adapt(moved) is moved
    assert (
        practice.adapt(moved.take(3).replace(a0=-4)).column("media")[0]
        == moved.values[0, INDEX["media"]]
    )
    with pytest.raises(imr.RequestError, match="one practice only"):
        imr.simulate(small, moved, months=12)


def test_what_the_user_fixes_wins(small, draws):
    practice = load_practice(X)
    fixed = practice.adapt(draws).replace(media=0.0)
    history = imr.simulate(small, fixed, practice=X, months=25)
    assert (history.parameters.column("media") == 0).all()


def test_a_move_out_of_range_names_draw_and_range(draws):
    practice = Practice("Y", "2010-01", parameters={"media": Move(scale=1000)})
    with pytest.raises(imr.RequestError, match=r"in draw 0 .* The range is 0 to 5"):
        practice.adapt(draws)
    whole = Practice("Y", "2010-01", parameters={"team_size": Move(scale=1.1)})
    with pytest.raises(imr.RequestError, match="whole people"):
        whole.adapt(draws)


def test_the_history_begins_where_the_practice_does(small, draws):
    history = imr.simulate(small, draws, practice=X, months=30)
    assert str(history.months[0].date()) == "2010-01-01"
    later = imr.simulate(small, draws, practice=X, months=30, start="2012-05")
    assert str(later.months[0].date()) == "2012-05-01"


def test_support_acts_at_its_sites_in_its_months(small, draws):
    """Before it the histories are those without it, and its own sites are the first to differ."""
    with_it = imr.simulate(small, draws, practice=supported(training(*TRAINED), 6), months=48)
    without = imr.simulate(small, draws, practice=Practice("Y", "2010-01"), months=48)
    assert (with_it.record[:, :, :6] == without.record[:, :, :6]).all()
    assert (with_it.record[:, :, 6:] != without.record[:, :, 6:]).any()
    at_once = with_it.aware[:, :, 6] != without.aware[:, :, 6]
    theirs = np.isin(small.sites["station"], TRAINED)
    assert at_once[..., theirs].any() and not at_once[..., ~theirs].any()
    paid = with_it.support_usd.sum(axis=(0, 1)) > 0
    assert paid.nonzero()[0].tolist() == list(range(6, 30))
    assert (with_it.cost_usd == 0).all()
    assert without.support_usd is None


@pytest.mark.parametrize("lever", ["materials", "facilitation", "mandate"])
def test_support_is_the_same_strategy_at_work(small, draws, lever):
    """A rule that looks at nothing but the list gives the same doses in either place."""
    who = {"rule": "list", "stations": TRAINED}
    strategy = ComposedStrategy("same", (Component(lever, who=who),), label="same")
    as_support = imr.simulate(small, draws, practice=supported(strategy, months=36), months=37)
    plain = Practice("Y", "2010-01")
    as_strategy = imr.simulate(small, draws, strategy, practice=plain, months=36)
    assert (as_support.record[:, :, :36] == as_strategy.record).all()
    assert (as_support.support_usd[:, :, :36] == as_strategy.cost_usd).all()


def test_support_does_nothing_where_its_doses_are_zero(small, draws):
    nothing = ComposedStrategy("nothing", tuple(Component(x, dose=0.0) for x in LEVERS), label="n")
    quiet = imr.simulate(small, draws, practice=supported(nothing), months=40)
    without = imr.simulate(small, draws, practice=Practice("Y", "2010-01"), months=40)
    assert (quiet.record == without.record).all()


def test_planners_of_support_and_of_strategies_have_errors_and_luck_of_their_own(small, draws):
    """Support that changes nothing changes no later survey, and shares no error with it."""
    same = Practice("Y", "2010-01")
    SHOWN.clear()
    early, late, alone = (Watcher(called) for called in ("early", "late", "alone"))
    dates = {"policy_start": "2012-01", "months": 25, "threads": 1}  # one batch
    imr.simulate(small, draws, late, practice=supported(early, 0, 24), **dates)
    imr.simulate(small, draws, alone, practice=same, **dates)
    for name in ("leadership", "awareness", "luck", "month"):
        np.testing.assert_array_equal(shown("late", name), shown("alone", name))
    first = Watcher("first")
    imr.simulate(small, draws, first, practice=same, months=1, threads=1)
    for name in ("leadership", "awareness", "luck"):
        assert (shown("early", name) != shown("first", name)).all()
    luck = shown("early", "luck").ravel(), shown("first", "luck").ravel()
    assert abs(np.corrcoef(*luck)[0, 1]) < 0.4


def test_every_arm_shares_the_support_and_none_pays_for_it(small, draws):
    result = imr.compare(
        small,
        draws,
        ["mandate", "facilitation"],
        practice=X,
        policy_start="2013-01",
        horizon=12,
        seed=2,
    )
    reference = result.arm("none").curves
    assert (result.practice, result.invented_practice) == ("Practice X", True)
    assert reference["support_usd"][..., :24].all() and not reference["support_usd"][..., 24:].any()
    for arm in result.arms:
        assert (arm.curves["support_usd"] == reference["support_usd"]).all()
        assert not arm.curves["cost_usd"][..., : result.policy_index].any()
        past = slice(result.policy_index)
        for name, curve in arm.curves.items():
            np.testing.assert_array_equal(curve[..., past], reference[name][..., past])
    assert set(result.table()["strategy"]) == {"none", "mandate", "facilitation"}
    history = imr.simulate(
        small, draws, "mandate", practice=X, policy_start="2013-01", months=48, seed=2
    )
    providing = history.providing.sum(axis=-1)
    assert (result.arm("mandate").curves["vamcs_providing"] == providing).all()


def test_same_seed_same_result_for_any_threads(small, draws):
    ask = {"practice": X, "months": 60, "replicates": 2, "strategy": "webinars"}
    one, two = (imr.simulate(small, draws, threads=t, **ask) for t in (1, 2))
    assert (one.record == two.record).all()
    assert (one.record != imr.simulate(small, draws, seed=2, **ask).record).any()


def test_the_event_log_disturbs_no_supported_history(small, draws):
    ask = {"practice": X, "months": 30}
    logged = imr.simulate(small, draws, events=True, **ask)
    assert (logged.record == imr.simulate(small, draws, **ask).record).all()
    assert logged.events["month"].min() < logged.months[24]


def test_the_mesa_model_runs_the_same_practice(small, draws):
    expected = imr.simulate(small, draws, "webinars", practice=X, months=30, seed=4)
    model = imr.IMRModel(small, draws, "webinars", practice=X, seed=4, draw=2)
    for _ in range(30):
        model.step()
    history = model.history()
    assert (history.record[0, 0] == expected.record[2, 0]).all()
    assert (history.support_usd[0, 0] == expected.support_usd[2, 0]).all()
    assert (history.cost_usd[0, 0] == expected.cost_usd[2, 0]).all()
    assert history.practice == "Practice X"


def test_strategies_begin_after_the_support(small, draws):
    for run, given in ((imr.simulate, "mandate"), (imr.compare, ["mandate"])):
        with pytest.raises(imr.RequestError, match="first 24 months"):
            run(small, draws, given, practice=X, policy_start="2011-12")
    with pytest.raises(imr.RequestError, match="first 24 months"):
        imr.IMRModel(small, practice=X, policy_start="2011-12")
    with pytest.raises(imr.RequestError, match="2012-01: it is not within the 12 months"):
        imr.simulate(small, draws, practice=X, months=12)
    begun = imr.simulate(small, draws, "mandate", practice=X, months=36)
    assert begun.cost_usd[..., 24].all() and not begun.cost_usd[..., :24].any()


def test_a_station_that_the_system_lacks_is_refused_before_anything_runs(small, draws):
    for run, given in ((imr.simulate, "none"), (imr.compare, ["mandate"])):
        with pytest.raises(imr.RequestError, match="402: the system has no such station"):
            run(small, draws, given, practice="invented_training")
