"""A calibration of the small system: the same whoever runs it, killed or not, and told whole."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from damage import flipped

from imr_sim.calibration import Likelihood, checkpoint
from imr_sim.calibration import files as fit_files
from imr_sim.calibration.calibrate import calibrate
from imr_sim.calibration.forecast import forecast
from imr_sim.calibration.identify import effective_without, identifiability, too_few_without
from imr_sim.calibration.mechanisms import MECHANISMS, compare_mechanisms
from imr_sim.calibration.predictive import EXACT, predictive_table, prior_worlds
from imr_sim.calibration.refit import AGAIN, refit
from imr_sim.calibration.simulator import Simulator
from imr_sim.calibration.smc import Cloud, Settings
from imr_sim.calibration.space import Space
from imr_sim.errors import RequestError
from imr_sim.evidence import GROUPS
from imr_sim.model.parameters import INDEX, NAMES, SPECS, Parameters
from imr_sim.model.shipped import read_draws
from imr_sim.system import load_system

SETTINGS = Settings(
    particles=24, replicates=2, ess=0.5, sweeps=1, last_sweeps=2, cheap=2, accept=0.25, seed=0
)
BANK = 60


def simulator(threads: int = 1, until: int | None = None) -> Simulator:
    system = load_system("small")
    return Simulator(system, Space.of(), Likelihood(system, until=until), "2004-01", 0, threads)


@pytest.fixture(scope="module")
def found():
    return calibrate(simulator(), SETTINGS, BANK)


def test_threads_do_not_matter(found):
    again = calibrate(simulator(threads=2), SETTINGS, BANK)
    np.testing.assert_array_equal(again.z, found.z)
    np.testing.assert_array_equal(again.luck, found.luck)
    assert again.evidence == found.evidence


@pytest.mark.parametrize("killed_after", [1, 70, 200])
def test_a_run_killed_at_any_moment_goes_on_to_the_same_draws(tmp_path, found, killed_after):
    class Killed(Exception):
        pass

    calls = 0

    def progress(done: float, message: str) -> None:
        nonlocal calls
        calls += 1
        if calls >= killed_after / 20:
            raise Killed

    file = tmp_path / "checkpoint.npz"
    with pytest.raises(Killed):
        calibrate(simulator(), SETTINGS, BANK, checkpoint=file, progress=progress)
    again = calibrate(simulator(), SETTINGS, BANK, checkpoint=file)
    np.testing.assert_array_equal(again.z, found.z)
    np.testing.assert_array_equal(again.luck, found.luck)
    assert again.trace == found.trace


def test_a_checkpoint_of_another_run_is_refused(tmp_path):
    file = tmp_path / "checkpoint.npz"
    calibrate(simulator(), replace(SETTINGS, last_sweeps=1), BANK, checkpoint=file)
    with pytest.raises(RequestError, match="belongs to another"):
        calibrate(simulator(), SETTINGS, BANK, checkpoint=file)


def test_a_damaged_checkpoint_is_found_and_the_run_begins_again(tmp_path, found):
    file = tmp_path / "checkpoint.npz"
    file.write_bytes(b"PK not really")
    said = []
    again = calibrate(
        simulator(),
        SETTINGS,
        BANK,
        checkpoint=file,
        progress=lambda _, message: said.append(message),
    )
    assert "damaged" in said[0]
    np.testing.assert_array_equal(again.z, found.z)


def test_no_flipped_bit_of_a_checkpoint_is_believed(tmp_path):
    file = tmp_path / "checkpoint.npz"
    ending = {"z": np.eye(3), "luck": np.arange(6), "ll": np.zeros(3), "mean": np.ones(2)}
    numbers = {"temper": 0.5, "stage": 2, "sweep": 1, "step": 0.2, "cheap_step": 0.1}
    cloud = Cloud(
        **ending,
        **numbers,
        cov=np.eye(2),
        origin=np.arange(3),
        evidence=-3.0,
        features={"vamcs": np.arange(8.0)},
        trace=({"stage": 1},),
    )
    checkpoint.save(cloud, file, "me")
    written = file.read_bytes()
    assert checkpoint.load(file, "me") is not None
    rng = np.random.default_rng(4)
    for _ in range(1000):
        file.write_bytes(flipped(written, rng))
        assert checkpoint.load(file, "me") is None
    for length in (0, 1, 31, 32, 100, len(written) - 1):
        file.write_bytes(written[:length])
        assert checkpoint.load(file, "me") is None


def test_draws_are_valid_parameters_and_what_nothing_speaks_of_is_prior(found):
    frame = fit_files.draws_frame(found)
    assert list(frame.columns) == list(NAMES)
    for row in frame.to_dict("records"):
        Parameters(**row)
    other = calibrate(simulator(), replace(SETTINGS, last_sweeps=1), BANK)
    same = fit_files.draws_frame(other)
    silent = [n for n in NAMES if n not in found.simulator.space.names]
    assert "prompt_facilitation" in silent
    np.testing.assert_array_equal(frame[silent], same[silent])


def test_a_kept_calibration_comes_back_whole(tmp_path, found):
    files = fit_files.Files.of(tmp_path)
    fit_files.write(found, files, fit_files.about(found, BANK, None))
    again, told = fit_files.read_calibration(files, load_system("small"))
    np.testing.assert_array_equal(again.z, found.z)
    for name, values in found.features.items():
        np.testing.assert_array_equal(again.features[name], values)
    for name, ll in found.by_target.items():
        np.testing.assert_array_equal(again.by_target[name], ll)
    assert told["status"] == "posterior"
    assert len(read_draws(files.draws)) == len(found)


@pytest.mark.parametrize(
    "spoil, says",
    [
        (lambda f: f.draws.write_bytes(b"x"), "is not what its manifest describes"),
        (lambda f: f.points.unlink(), "No such file"),
        (lambda f: f.manifest.write_text("{"), "not the result of a calibration"),
        (lambda f: f.manifest.write_text("[]"), "not the result of a calibration"),
        (lambda f: _edit(f, model_version="0"), "another model"),
        (lambda f: _edit(f, system_digest="0"), "another system"),
        (lambda f: _edit(f, status="provisional"), "status is provisional"),
    ],
)
def test_what_is_no_calibration_is_refused(tmp_path, found, spoil, says):
    files = fit_files.Files.of(tmp_path)
    fit_files.write(found, files, fit_files.about(found, BANK, None))
    spoil(files)
    with pytest.raises(RequestError, match=says):
        fit_files.read_calibration(files, load_system("small"))


def _edit(files, **changes):
    told = json.loads(files.manifest.read_text())
    files.manifest.write_text(json.dumps({**told, **changes}))


def test_points_of_the_space_are_values_within_ranges():
    space = Space.of({"b_sensitive": 0.0})
    assert "b_sensitive" not in space.names
    z = np.random.default_rng(0).normal(size=(200, len(space.names))) * 3
    rows = space.parameters(z)
    assert (rows[:, INDEX["b_sensitive"]] == 0).all()
    for i, name in enumerate(NAMES):
        assert (rows[:, i] >= SPECS[name].low).all() and (rows[:, i] <= SPECS[name].high).all()


def test_identifiability_has_a_verdict_for_every_parameter(found):
    table = identifiability(found)
    assert tuple(table["parameter"]) == found.simulator.space.names
    assert table["overlap"].between(0, 1 + 1e-9).all()
    for row in table.itertuples():
        assert row.parameter in row.verdict
    assert set(effective_without(found)) == set(found.simulator.likelihood.names)


def test_a_second_fit_must_bear_out_what_the_first_says(found):
    space = found.simulator.space.names
    informed = ~identifiability(found)["verdict"].str.contains("do not inform").to_numpy()
    same = pd.DataFrame(found.z, columns=list(space))
    table = identifiability(found, {AGAIN: same})
    assert (~table["verdict"].str.contains("do not inform")).tolist() == informed.tolist()
    assert (table["again"] == 0).all()
    prior = pd.DataFrame(np.random.default_rng(0).normal(size=(4000, len(space))), columns=space)
    table = identifiability(found, {AGAIN: prior, "sustainment": same})
    assert table["verdict"].str.contains("do not inform").all()
    assert table.loc[informed, "verdict"].str.contains("second fit").all()
    assert (table["without_sustainment"] == 0).all()


def test_a_fit_without_a_target_does_not_see_it(found):
    draws = refit(found, "census_by_kind", 10)
    assert tuple(draws.columns) == found.simulator.space.names and len(draws) == 10
    again = refit(found, AGAIN, 10)
    assert not np.array_equal(draws.to_numpy(), again.to_numpy())
    assert set(too_few_without(found)) <= set(found.simulator.likelihood.names)


def test_predictions_name_all_patterns_that_were_fitted(found):
    worlds = {
        "prior": prior_worlds(found.simulator, 40, 1),
        "posterior": (found.features, found.simulator.space.observers(found.z)),
    }
    table = predictive_table(found.simulator.likelihood, worlds, 1)
    assert set(table["pattern"]) == {"P1", "P2", "P3", "P4", "P5", "P6"}
    p1 = table[table["pattern"] == "P1"]
    assert p1["observed"].round(3).tolist() == [
        *[0.655, 0.725, 0.627, 0.672, 0.702],
        *[0.331, 0.304, 0.291, 0.323, 0.329],
    ]
    assert table.loc[table["quantity"] == EXACT, "posterior_mean"].between(0, 1).all()
    banded = table["posterior_lo"].notna()
    assert (table["posterior_lo"] <= table["posterior_hi"])[banded].all()
    assert (table["observed"].isna() == ~banded).all()


def test_a_forecast_knows_what_it_was_not_told():
    early = calibrate(simulator(until=2015), SETTINGS, BANK)
    made = forecast(early, range(2010, 2021), 2015, 0)
    table = made.table()
    assert list(table.columns[:8]) == [
        "year",
        "group",
        "mean",
        "lo",
        "hi",
        "observed",
        "n",
        "in_band",
    ]
    assert set(table["group"]) == set(GROUPS)
    assert table[table["year"] == 2012]["observed"].isna().all()
    assert table[table["year"] == 2017]["n"].tolist() == [104, 89, 15, 298, 62, 236]
    assert list(made.draws.columns) == [
        "draw",
        "replicate",
        "year",
        "group",
        "share",
        "reported_share",
    ]
    scores = made.scores()
    assert set(scores["year"]) == {2016, 2017}
    assert len(scores) == 6 * 2 * 3


def test_mechanisms_are_switched_off_one_at_a_time(found):
    table = compare_mechanisms(found, 60, 2, 2016, 0)
    assert table["variant"].tolist() == ["full", *MECHANISMS]
    assert (table.iloc[1:]["evidence_difference_se"] > 0).all()
    assert table.iloc[0]["evidence_difference"] == 0
    for mechanism in MECHANISMS.values():
        Parameters(**mechanism.off)
