"""Runs of a sweep: what each row holds, what fails, and what makes no difference."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import imr_sim as imr
from imr_sim.errors import RequestError
from imr_sim.experiment import Design, RunId, Scenario, Store, sweep
from imr_sim.experiment.store import SHARDS
from imr_sim.strategies import Strategy, Wish

DATES = {"start": "2010-01", "policy_start": "2012-01", "horizon": 12}
RANGES = {"media": [0.05, 0.3], "a0": [-6.0, -3.0]}


@pytest.fixture(scope="module")
def small():
    return imr.load_system("small")


def scenario(small, **changes):
    design = Design.sample("lhs", 7, RANGES, seed=3)
    usual = {"design": design, "strategies": ["champions"], "reference": "none", "replicates": 3}
    return Scenario(**{"system": small, **usual, **DATES, **changes})


def rows(scenario, folder, **how):
    return sweep(scenario, folder, **{"executor": "serial", **how}).frame()


class Fails(Strategy):
    """Raises in the histories whose first site drew a number below a bound."""

    name, label = "fails", "fails"

    def __init__(self, bound: float) -> None:
        self.bound = bound

    def wish(self, view, delivered):
        if (view.luck[:, 0] < self.bound).any():
            raise ZeroDivisionError("no planner at hand")
        return Wish.nothing(view)


def test_rows_stand_in_the_order_of_runs_and_strategies(small, tmp_path):
    frame = rows(scenario(small), tmp_path / "s", chunk=4)
    assert frame[["point", "replicate"]].to_numpy()[::2].tolist() == [
        [p, r] for p in range(7) for r in range(3)
    ]
    assert frame["strategy"].tolist() == ["none", "champions"] * 21
    assert frame["error"].isna().all()


def test_a_row_is_the_history_that_simulate_gives(small, tmp_path):
    """With luck of its own, point i is draw i of `simulate`."""
    draws = imr.prior(4, seed=5)
    own = scenario(
        small, design=Design.draws(draws), at=["2011-06"], common_luck=False, replicates=2
    )
    frame = rows(own, tmp_path / "s")
    history = imr.simulate(
        small, draws, "champions", start="2010-01", months=36, policy_start="2012-01", replicates=2
    )
    arm = frame[frame.strategy == "champions"]
    providing, aware = history.providing, history.aware
    prrc = history.prrc[:, :, -1]

    def column(name):
        return arm[name].to_numpy(np.float64).reshape(4, 2)

    np.testing.assert_array_equal(column("vamcs_providing"), providing[:, :, -1].sum(-1))
    np.testing.assert_array_equal(column("vamcs_providing_2011_06"), providing[:, :, 17].sum(-1))
    np.testing.assert_array_equal(column("aware_staff"), aware[:, :, -1].sum(-1))
    np.testing.assert_array_equal(column("starts"), history.started.sum((-1, -2)))
    np.testing.assert_array_equal(column("stops"), history.stopped.sum((-1, -2)))
    np.testing.assert_array_equal(column("restarts"), history.restarted.sum((-1, -2)))
    np.testing.assert_array_equal(column("champions"), history.champions[:, :, -1].sum(-1))
    np.testing.assert_allclose(column("vamc_years"), providing.sum((-1, -2)) / 12, rtol=1e-6)
    np.testing.assert_array_equal(column("cost_usd"), history.cost_usd.sum(-1))
    np.testing.assert_array_equal(column("cost_usd_2011_06"), 0)
    with np.errstate(invalid="ignore"):
        share = (providing[:, :, -1] & prrc).sum(-1) / prrc.sum(-1)
    np.testing.assert_allclose(column("share_with_prrc"), share, rtol=1e-6)
    fidelity = history.fidelity[:, :, -1]
    mean = [np.nanmean(f) if np.isfinite(f).any() else np.nan for f in fidelity.reshape(8, -1)]
    np.testing.assert_allclose(column("fidelity").reshape(-1), mean, rtol=1e-5)
    assert (arm["veterans_reached"] >= arm["veterans_reached_2011_06"]).all()


def test_what_is_added_is_the_difference_to_the_reference_in_the_same_run(small, tmp_path):
    frame = rows(scenario(small, strategies=["facilitation"]), tmp_path / "s")
    none, arm = (
        frame[frame.strategy == s].reset_index(drop=True) for s in ("none", "facilitation")
    )
    np.testing.assert_array_equal(
        arm["added_vamcs"], arm["vamcs_providing"] - none["vamcs_providing"]
    )
    years = arm["vamc_years"] - none["vamc_years"]
    np.testing.assert_allclose(arm["added_vamc_years"], years, atol=1e-5)
    gained = arm["added_vamc_years"] > 0
    assert gained.any()
    ratio = arm["added_cost_usd"] / arm["added_vamc_years"]
    np.testing.assert_allclose(arm["cost_per_added_vamc_year"][gained], ratio[gained], rtol=1e-5)
    assert arm["cost_per_added_vamc_year"][~gained].isna().all()
    assert (none[["added_vamcs", "added_vamc_years", "added_cost_usd"]] == 0).all().all()


def test_points_share_their_luck_unless_told_otherwise(small, tmp_path):
    same = Design(("media",), np.full((3, 1), 0.2), "one point three times")
    shared = rows(scenario(small, design=same), tmp_path / "shared")
    columns = ["replicate", "strategy", "aware_staff", "vamcs_providing"]
    each = [shared[shared.point == p][columns].reset_index(drop=True) for p in range(3)]
    pd.testing.assert_frame_equal(each[0], each[1])
    pd.testing.assert_frame_equal(each[0], each[2])
    assert each[0]["aware_staff"].nunique() > 1, "replicates differ in luck"
    own = rows(scenario(small, design=same, common_luck=False), tmp_path / "own")
    assert (
        own[own.point == 0]["aware_staff"].tolist() != own[own.point == 1]["aware_staff"].tolist()
    )


def test_replicates_take_the_draws_of_a_set_one_each(small, tmp_path):
    draws = imr.prior(3, seed=1)
    crossed = scenario(small, parameters=draws)
    values = crossed.values(np.array([2, 5]), np.array([0, 1]))
    expected = draws.replace(media=crossed.design.values[2, 0], a0=crossed.design.values[2, 1])
    np.testing.assert_array_equal(values[0], expected.values[0])
    with pytest.raises(RequestError, match="there are 2"):
        scenario(small, parameters=draws.take(2))


@pytest.mark.parametrize("chunk", [1, 5, 100])
@pytest.mark.parametrize("batch", [1, 3, 64])
def test_chunks_and_batches_change_no_row(small, tmp_path, monkeypatch, chunk, batch):
    before = rows(scenario(small), tmp_path / "usual")
    if batch == 1:  # as where a single history is too large for company
        monkeypatch.setattr("imr_sim.experiment.driver.MEMORY_BYTES", 1)
    else:
        monkeypatch.setattr("imr_sim.experiment.driver.CHUNK_HISTORIES", batch)
    pd.testing.assert_frame_equal(rows(scenario(small), tmp_path / "s", chunk=chunk), before)


def test_impossible_points_become_rows_and_the_others_go_on(small, tmp_path):
    values = np.tile([[0.1, -4.0]], (6, 1))
    values[1, 0], values[4] = np.nan, [99, np.inf]
    poisoned = Design(("media", "a0"), values, "two of six are impossible")
    store = sweep(scenario(small, design=poisoned), tmp_path / "s", executor="serial", chunk=4)
    failed = list(store.failures())
    assert [(run.point, run.replicate) for run, _, _ in failed] == [
        (p, r) for p in (1, 4) for r in range(3)
    ]
    assert {strategy for _, strategy, _ in failed} == {None}
    assert failed[0][2] == "media=nan: it is not a finite number"
    assert "media=99.0" in failed[-1][2] and "a0=inf" in failed[-1][2]
    assert isinstance(failed[0][0], RunId)
    frame = store.frame()
    assert len(frame) == 4 * 3 * 2 + 6
    good = frame[frame.error.isna()]
    assert good["vamcs_providing"].notna().all()
    assert np.isnan(store.array("vamcs_providing", "none")[[1, 4]]).all()
    assert np.isfinite(store.array("vamcs_providing", "none")[[0, 2, 3, 5]]).all()


def test_a_strategy_that_raises_fails_alone(small, tmp_path):
    both = scenario(small, strategies=[Fails(0.3), "champions"])
    frame = rows(both, tmp_path / "s")
    fails = frame[frame.strategy == "fails"]
    bad = fails["error"].notna()
    assert 0 < bad.sum() < len(fails)
    message = fails["error"][bad].iloc[0]
    assert message.startswith("strategy fails: ZeroDivisionError: no planner at hand (test_sweep")
    assert frame[frame.strategy != "fails"]["error"].isna().all()
    # Histories in which it works are untouched by those in which it does not.
    fine = rows(scenario(small, strategies=[Fails(-1), "champions"]), tmp_path / "fine")
    columns = ["vamcs_providing", "aware_staff", "added_vamcs"]
    twin = fine[fine.strategy == "fails"]
    np.testing.assert_array_equal(fails[columns][~bad], twin[columns][~bad])
    assert fails[columns][bad].isna().all().all()


def test_when_the_reference_raises_nothing_is_added_to_it(small, tmp_path):
    frame = rows(
        scenario(small, strategies=["champions", Fails(2.0)], reference="fails"), tmp_path / "s"
    )
    arm = frame[frame.strategy == "champions"]
    assert arm["vamcs_providing"].notna().all()
    assert arm["added_vamcs"].isna().all()


def test_a_sweep_that_was_stopped_goes_on_to_the_same_rows(small, tmp_path, monkeypatch):
    """Stopped after two of its chunks, with half a shard written and another one damaged."""
    whole = sweep(scenario(small), tmp_path / "whole", executor="serial", chunk=4)

    def stop(done, message):
        if done > 0.3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        sweep(scenario(small), tmp_path / "part", executor="serial", chunk=4, progress=stop)
    shards = tmp_path / "part" / SHARDS
    first, second = sorted(shards.iterdir())
    (shards / (first.name + ".tmp")).write_bytes(first.read_bytes()[:100])
    second.write_bytes(second.read_bytes()[:200])
    ran = []
    again = sweep(
        scenario(small),
        tmp_path / "part",
        executor="serial",
        chunk=3,
        progress=lambda done, _: ran.append(done),
    )
    assert len(ran) == 6  # runs 4 to 20 in threes
    assert not list(shards.glob("*.tmp"))
    pd.testing.assert_frame_equal(again.frame(), whole.frame())
    assert whole.merge(tmp_path / "a.parquet") == again.merge(tmp_path / "b.parquet") == 42
    assert (tmp_path / "a.parquet").read_bytes() == (tmp_path / "b.parquet").read_bytes()


def test_a_finished_sweep_runs_nothing_again(small, tmp_path):
    sweep(scenario(small), tmp_path / "s", executor="serial")
    ran = []
    sweep(scenario(small), tmp_path / "s", executor="serial", progress=lambda *a: ran.append(a))
    assert ran == []


def test_another_scenario_is_not_mixed_in(small, tmp_path):
    sweep(scenario(small), tmp_path / "s", executor="serial")
    with pytest.raises(RequestError, match="would be mixed"):
        sweep(scenario(small, seed=2), tmp_path / "s", executor="serial")


def test_two_sweeps_never_work_in_one_folder(small, tmp_path):
    store = sweep(scenario(small), tmp_path / "s", executor="serial")
    with store.locked():
        assert store.busy
        with pytest.raises(RequestError, match="another process"):
            sweep(scenario(small), tmp_path / "s", executor="serial")
    assert not store.busy


def test_whatever_decides_results_is_part_of_the_identity(small):
    base = scenario(small)
    assert base.digest == scenario(small).digest
    changes = [
        {"seed": 0},
        {"horizon": 13},
        {"replicates": 2},
        {"budget": 1e6},
        {"common_luck": False},
        {"at": ["2011-01"]},
        {"start": "2009-12"},
        {"strategies": ["mandate"]},
        {"parameters": imr.Parameters(visibility=0.2)},
        {"design": Design.sample("lhs", 7, RANGES, seed=4)},
        {"outcomes": ["champions"]},
    ]
    digests = {scenario(small, **change).digest for change in changes} | {base.digest}
    assert len(digests) == len(changes) + 1


def test_only_the_outcomes_asked_for_are_kept(small, tmp_path):
    few = scenario(small, outcomes=["fidelity", "added_vamcs"], at=["2011-01"])
    frame = rows(few, tmp_path / "s")
    assert list(frame.columns) == [
        "point", "replicate", "strategy",
        "fidelity", "added_vamcs", "fidelity_2011_01", "added_vamcs_2011_01",
        "error",
    ]  # fmt: skip


def test_a_history_may_end_at_the_policy_date(small, tmp_path):
    frame = rows(scenario(small, horizon=0, strategies=["none"], reference=None), tmp_path / "s")
    assert frame["vamcs_providing"].notna().all()
    assert (frame["cost_usd"] == 0).all()


def test_the_merged_table_holds_the_varied_parameters(small, tmp_path):
    store = sweep(scenario(small), tmp_path / "s", executor="serial")
    store.merge(tmp_path / "m.parquet")
    merged = pd.read_parquet(tmp_path / "m.parquet")
    values = store.points().set_index("point").loc[merged["point"]]
    np.testing.assert_array_equal(merged[["media", "a0"]], values[["media", "a0"]])
    columns = store.frame().columns
    pd.testing.assert_frame_equal(merged[columns], store.frame())


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"strategies": []}, "nothing to run|nothing to compare"),
        ({"strategies": ["none"]}, "nothing to compare"),
        ({"strategies": ["mandate", "mandate"]}, "twice"),
        ({"outcomes": ["adoption"]}, "no such outcome"),
        ({"outcomes": []}, "nothing would be kept"),
        ({"at": ["2030-01"]}, "not within"),
        ({"at": ["soon"]}, "no year and month"),
        ({"horizon": -1}, "out of range"),
        ({"replicates": 0}, "out of range"),
        ({"policy_start": "2009-01"}, "before"),
        ({"budget": -1}, "no amount"),
    ],
)
def test_impossible_scenarios_are_refused(small, changes, words):
    with pytest.raises(RequestError, match=words):
        scenario(small, **changes)


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ({"executor": "thread"}, "no such executor"),
        ({"executor": "serial", "workers": 2}, "one process"),
        ({"executor": "serial", "scheduler": "tcp://x"}, "no scheduler"),
        ({"executor": "dask", "workers": 2, "scheduler": "tcp://x"}, "its own workers"),
        ({"workers": 0}, "out of range"),
        ({"chunk": 0}, "out of range"),
    ],
)
def test_impossible_ways_of_working_are_refused(small, tmp_path, how, words):
    with pytest.raises(RequestError, match=words):
        rows(scenario(small), tmp_path / "s", **how)
    assert not (tmp_path / "s").exists()


def test_a_folder_that_holds_no_sweep_is_refused(tmp_path):
    with pytest.raises(RequestError, match="no sweep"):
        Store(tmp_path)
