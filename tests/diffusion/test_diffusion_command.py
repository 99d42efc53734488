"""`imr-sim diffusion`, on data and on a simulated history; and exports that come back."""

from __future__ import annotations

import json

import networkx as nx
import numpy as np
import pandas as pd
import physicians as ph
import pytest

from imr_sim.cli.main import main
from imr_sim.diffusion import (
    hazard,
    person_periods,
    read_diffusion,
    thresholds,
    to_networkx,
    write_graphml,
    write_person_periods,
    write_r,
)
from imr_sim.plots import (
    plot_adopters,
    plot_cascade,
    plot_infectiousness,
    plot_network,
    plot_thresholds,
)

QUICK = ["rewirings=20", "permutations=20", "quiet=true"]


@pytest.fixture(scope="module")
def network():
    return ph.physicians()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A run on the physicians' advice ties."""
    place = tmp_path_factory.mktemp("run")
    advice = ph.tie_table().query("layer == 'advice'")
    advice.to_csv(place / "ties.csv", index=False)
    asked = [f"ties={place}/ties.csv", f"nodes={ph.DATA}/physicians.csv", "id=physician",
             "time=month_adopted", "never=[]", "first=1", "last=17", "directed=true"]  # fmt: skip
    terms = ["terms=[exposure,city]", "cluster=city"]
    assert main(["diffusion", *asked, *terms, *QUICK, f"out={place}/out"]) == 0
    return place / "out"


def test_a_run_on_data_holds_what_was_measured(folder):
    measured = pd.read_csv(folder / "measures.csv", dtype={"name": str}).set_index("name")
    assert len(measured) == 125
    assert measured["adoption_time"].isna().sum() == 16
    assert measured["threshold_censored"].sum() == 16
    assert pd.read_csv(folder / "hazard.csv")["adopters"].sum() == 109
    assert pd.read_csv(folder / "categories.csv").drop(columns="adoption").to_numpy().sum() == 125
    tests = pd.read_csv(folder / "tests.csv")
    assert set(tests["test"]) == {
        "structure test", "Moran's I of adoption", "nominations and time", "Bass curve",
    }  # fmt: skip
    assert {"exposure", "city"} <= set(pd.read_csv(folder / "regression.csv")["term"])
    assert "16 never do" in (folder / "account.txt").read_text(encoding="utf-8")
    assert all((folder / f"{name}.png").exists() for name in ("adopters", "thresholds", "network"))


def test_a_run_on_data_claims_no_model(folder):
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["status"] == "done"
    assert set(manifest["inputs"]) == {"nodes", "account", "files"}
    assert set(manifest["inputs"]["files"]) == {"ties", "nodes"}


def test_what_was_written_can_be_read_again(folder):
    again = read_diffusion(folder / "network.graphml", last=17)
    assert np.isfinite(again.times).sum() == 109
    same = read_diffusion(folder / "ties.csv", folder / "nodes.csv", id="name", last=17)
    assert same.times[np.isfinite(same.times)].sum() == again.times[np.isfinite(again.times)].sum()


def test_a_run_on_a_history_tells_who_heard_from_whom(tmp_path, capsys):
    asked = ["system=small", "months=60", "strategy=champions", "policy_start=2005-01", "of=staff"]
    assert main(["diffusion", *asked, *QUICK, "figures=false", f"out={tmp_path}/out"]) == 0
    assert "News came by" in capsys.readouterr().out
    news = pd.read_csv(tmp_path / "out" / "transmissions.csv")
    assert pd.read_csv(tmp_path / "out" / "cascades.csv")["size"].sum() == len(news)


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (["ties=nowhere.csv"], "cannot be read"),
        (["nodes=people.csv"], "there are none"),
        (["never=[9]"], "there are none"),
        (["of=veterans"], "none of these"),
        (["policy_start=1990-01"], "1990-01"),
        (["lag=-1"], "below 0"),
        (["link=probit"], "none of these"),
    ],
)
def test_a_wrong_request_is_one_message_and_writes_nothing(asked, words, tmp_path, capsys):
    assert main(["diffusion", *asked, f"out={tmp_path}/out"]) == 2
    assert words in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_graphml_comes_back_as_it_was(network, tmp_path):
    path = write_graphml(network, tmp_path / "g.graphml")
    again = read_diffusion(path, last=17)
    assert again.names.tolist() == network.names.tolist()
    assert again.times == pytest.approx(network.times, nan_ok=True)
    assert again.layers == network.layers
    for layer in network.layers:
        gap = again.matrix(layer=layer) - network.matrix(layer=layer)
        assert abs(gap).sum() == 0
    graph = to_networkx(network)
    assert isinstance(graph, nx.MultiDiGraph)
    assert sum("adoption_time" in data for _, data in graph.nodes(data=True)) == 109


def test_person_periods_give_the_hazard_again(network, tmp_path):
    rows = pd.read_csv(write_person_periods(network, tmp_path / "rows.csv"))
    assert len(rows) == len(person_periods(network))
    by_period = rows.groupby("period")["adopts"].agg(["size", "sum"])
    table = hazard(network).set_index("period").loc[2:]
    assert (by_period["size"] == table["at_risk"]).all()
    assert (by_period["sum"] == table["adopters"]).all()


def test_the_script_for_r_comes_with_all_it_reads(network, tmp_path):
    script = write_r(network, tmp_path).read_text(encoding="utf-8")
    for name in ("nodes.csv", "ties.csv", "spells.csv"):
        assert f'read.csv("{name}"' in script
        assert (tmp_path / name).exists()
    assert "== 109L" in script
    assert pd.read_csv(tmp_path / "ties.csv")["weight"].sum() == 450
    assert not list(tmp_path.glob("*.part"))


def words_of(figure) -> str:
    texts = [t.get_text() for t in figure.findobj(lambda a: hasattr(a, "get_text"))]
    return " ".join(texts)


def test_figures_say_what_they_show(network):
    assert "109 ever" in words_of(plot_adopters(network))
    bounds = int(thresholds(network).query("censored")["threshold"].notna().sum())
    assert f"{bounds} that never adopted" in words_of(plot_thresholds(network))
    assert "nothing is simulated" in words_of(plot_infectiousness(network))
    assert "period 9: 86 adopted" in words_of(plot_network(network, [3, 9]))


def test_a_cascade_is_drawn_from_its_root():
    news = pd.DataFrame(
        {
            "month": pd.to_datetime(["2004-01", "2004-03", "2004-04", "2004-02"]),
            "staff": list("abcd"), "cause": ["media", "tie inside", "hire", "media"],
            "parent": [-1, 0, 1, -1], "root": [0, 0, 0, 3],
        }
    )  # fmt: skip
    assert "3 learned" in words_of(plot_cascade(news))
    assert "1 learned" in words_of(plot_cascade(news, root=3))
