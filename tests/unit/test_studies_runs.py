"""Each study in experiments/, at a tiny size: it runs, resumes, and its page is its table."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import pytest
from hydra import compose, initialize_config_dir

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "experiments"))

from study import check_rests_on, make, page, read  # noqa: E402

SMALL = ["system=small", "seed=3", "executor=serial", "quiet=true"]
TINY = {
    "awareness_champions_leadership": ["draws=6", "horizon=12", "doses=[0.0,2.0]"],
    "timing": ["draws=6", "horizon=24", "sites=4", "months=6", "levers=[champions]"],
    "targeting": [
        "draws=5",
        "horizon=12",
        "budget=1.0e5",
        "strategies=[facilitation,leadership,full_rollout]",
        "rules=[random,largest,visn_by_visn]",
    ],
    "turnover_transfer": ["draws=5", "turnover=[1.0,2.0]", "transfer_share=[0.0,0.4]"],
    "network": ["draws=4", "networks=2", "density=[1.0,2.0]", "between_visn=[0.25]", "workers=2"],
    "facilitation_dose": ["draws=5", "horizon=12", "months=6", "sites=[2,4,8]", "effort=4"],
}


def study(name: str):
    return importlib.import_module(name).STUDY


def config(name: str, place: Path, *more: str):
    where = [f"docs={place / 'docs'}", f"folder={place / 'runs'}"]
    with initialize_config_dir(str(ROOT / "configs" / "experiment"), version_base="1.3"):
        return compose(name, [*SMALL, *where, *TINY[name], *more])


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Folder in which a study was made, by its name; each is run once."""
    places: dict[str, Path] = {}

    def place(name: str) -> Path:
        if name not in places:
            places[name] = tmp_path_factory.mktemp(name)
            make(study(name), config(name, places[name]))
        return places[name]

    return place


def shards(place: Path) -> dict[str, int]:
    return {str(p): p.stat().st_mtime_ns for p in (place / "runs").rglob("*.parquet")}


@pytest.mark.parametrize("name", TINY)
def test_a_study_makes_its_page_figure_and_table_and_each_is_of_the_table(name, made):
    docs = made(name) / "docs"
    table, about = read(docs / "data" / "studies", name)
    written = (docs / "studies" / f"{name}.md").read_text(encoding="utf-8")
    assert written == page(study(name), table, about)
    assert f"../images/studies/{name}.png" in written and "INVENTED" in written
    assert (docs / "images" / "studies" / f"{name}.png").stat().st_size > 20_000


@pytest.mark.parametrize("name", TINY)
def test_every_mean_of_a_study_has_its_intervals(name, made):
    table, _ = read(made(name) / "docs" / "data" / "studies", name)
    assert table["mean"].notna().all() and (table["lo"] <= table["hi"]).all()
    means = table[table["mean_lo"].notna()]
    assert len(means) and (means["mean_lo"] <= means["mean"]).all()
    assert (means["mean"] <= means["mean_hi"]).all()
    assert ((means["q25"] >= means["lo"]) & (means["q75"] <= means["hi"])).all()


@pytest.mark.parametrize("name", ["timing", "network"])
def test_given_again_a_study_runs_nothing_and_writes_the_same(name, made):
    place = made(name)
    before, kept = shards(place), (place / "docs" / "studies" / f"{name}.md").read_bytes()
    csv = (place / "docs" / "data" / "studies" / f"{name}.csv").read_bytes()
    make(study(name), config(name, place))
    assert shards(place) == before and before
    assert (place / "docs" / "studies" / f"{name}.md").read_bytes() == kept
    assert (place / "docs" / "data" / "studies" / f"{name}.csv").read_bytes() == csv


def test_other_settings_begin_other_runs_and_leave_the_first_alone(made):
    place = made("timing")
    before = shards(place)
    make(study("timing"), config("timing", place, "draws=3", f"docs={place / 'other'}"))
    after = shards(place)
    assert before.items() < after.items()


def test_a_wrong_setting_ends_a_study_with_one_clear_message(tmp_path, capsys):
    with pytest.raises(SystemExit) as ended:
        make(study("timing"), config("timing", tmp_path, "draws=100000"))
    assert ended.value.code == 2 and "draws=100000" in capsys.readouterr().err
    assert not list(tmp_path.rglob("*.md"))


@pytest.mark.parametrize("name", TINY)
def test_what_a_study_rests_on_are_parameters(name):
    assert study(name).rests_on and check_rests_on(study(name)) == []


def test_every_timing_spends_at_most_the_one_budget(made):
    table, about = read(made("timing") / "docs" / "data" / "studies", "timing")
    spent = table[(table["outcome"] == "cost_usd") & (table["month"] == 24)]
    budget = 4 * about["price"]["champions"]
    assert len(spent) == 4 and (spent["hi"] <= budget + 0.01).all()
    at_once = spent[spent["timing"] == "at_once"].iloc[0]
    assert at_once["lo"] == pytest.approx(budget)  # four VAMCs without IMR are always found


def test_at_one_budget_every_number_of_vamcs_costs_the_same(made):
    name = "facilitation_dose"
    table, _ = read(made(name) / "docs" / "data" / "studies", name)
    held = table[table["part"] == "budget"]
    assert len(held) == 3 and held["usd"].nunique() == 1
    assert (held["sites"] * held["dose"]).tolist() == [4.0] * 3


def test_the_reference_cell_of_a_study_differs_from_itself_by_nothing(made):
    table, _ = read(made("network") / "docs" / "data" / "studies", "network")
    usual = table[(table["part"] == "against usual") & (table["density"] == 1.0)]
    assert len(usual) and (usual["sd"] == 0).all()
    name = "awareness_champions_leadership"
    cells, _ = read(made(name) / "docs" / "data" / "studies", name)
    nothing = cells[(cells[["awareness", "champions", "leadership"]] == 0).all(axis=1)]
    assert (nothing[nothing["term"] == "added_vamcs"][["mean", "lo", "hi"]] == 0).all(axis=None)
