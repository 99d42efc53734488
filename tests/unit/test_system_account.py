"""An account of every load: what was read, ignored, folded together and made up."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_system_files import SITES, STAFF, TIES

from imr_sim.errors import RequestError
from imr_sim.system import Ties, account_lines, describe_system, load_system, save_system


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("IMR_SIM_CACHE", str(tmp_path / "cache"))


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "mine"
    folder.mkdir()
    for name, text in (("sites", SITES), ("staff", STAFF), ("ties", TIES)):
        (folder / f"{name}.csv").write_text(text)
    return folder


def said(system) -> str:
    return "\n".join(account_lines(system.account, width=10_000))


def test_what_was_read_is_counted_by_file(folder):
    system = load_system(folder)
    assert system.account.read == (
        "sites.csv: 2 sites",
        "staff.csv: 5 staff members",
        "ties.csv: 5 ties",
    )
    assert system.account.folded == (
        "ties.csv: 1 tie given before, in the same or the other direction",
    )
    assert any("mh_users of 2 sites" in entry for entry in system.account.invented)
    assert "ties.csv: 1 tie given before" in describe_system(system)


def test_what_is_made_up_is_said(folder):
    for name in ("staff", "ties"):
        (folder / f"{name}.csv").unlink()
    made_up = "\n".join(load_system(folder).account.invented)
    assert "staff posts" in made_up and "drawn with seed 2012" in made_up
    assert said(load_system("small")) == ""


MISNAMED = {
    "Ties.csv": "ties.csv",
    "ties.txt": "ties.csv",
    "edges.csv": "ties.csv",
    "edgelist.tsv": "ties.csv",
    "staffs.csv": "staff.csv",
    "STAFF.CSV": "staff.csv",
    "people.csv": "staff.csv",
    "site.csv": "sites.csv",
    "nodes.csv": "sites.csv",
    "ties.xlsx": "ties.csv",
    "net.graphml": "network.graphml",
}


@pytest.mark.parametrize(("name", "near"), MISNAMED.items())
def test_a_file_of_another_name_is_said_to_be_passed_over(folder, name, near):
    (folder / name).write_text("x")
    assert f"{name}: not read; if it was meant, call it {near}" in said(load_system(folder))


@given(st.lists(st.text("abcxyz", min_size=1, max_size=6), unique=True, max_size=14))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=15)
def test_whatever_else_lies_in_the_folder_is_said(folder, names):
    for old in folder.glob("*.dat"):
        old.unlink()
    for name in names:
        (folder / f"{name}.dat").write_text("x")
    ignored = load_system(folder).account.ignored
    assert len(ignored) == min(len(names), 11)
    if len(names) > 10:
        assert ignored[-1] == f"{len(names) - 10} more files: not read"


@pytest.mark.parametrize("name", ["a\x1b[31m.csv", "b\x07", "c\u202etxt.csv", "d\re"])
def test_names_of_files_do_not_steer_the_terminal(folder, name):
    (folder / name).write_text("x")
    text = said(load_system(folder))
    assert "not read" in text and text.replace("\n", "").isprintable()


def test_of_two_networks_one_is_said_to_be_passed_over(tmp_path):
    saved = save_system(load_system("small"), tmp_path / "saved")
    assert load_system(saved).account.ignored == ("network.graphml: ties.csv is read instead",)


def test_a_file_that_another_stands_in_for_is_said_to_be_passed_over(folder, tmp_path):
    (tmp_path / "other.csv").write_text("from,to\n")
    assert "ties.csv of mine: ties= names another" in said(
        load_system(folder, ties=tmp_path / "other.csv")
    )


EDGES = [("ann", "cyd", 5), ("cyd", "eli", 0.1), ("bob", "cyd", 2)]
HEAD = '<graphml xmlns="http://graphml.graphdrawing.org/xmlns">'
WEIGHT = '<key id="d0" for="edge" attr.name="weight" attr.type="double"/>'
NAME = '<key id="v" for="node" attr.name="name" attr.type="string"/>'


def graph(ids, direction, named=False):
    nodes = "".join(
        f'<node id="{i}">' + (f'<data key="v">{name}</data>' if named else "") + "</node>"
        for name, i in ids.items()
    )
    edges = "".join(
        f'<edge source="{ids[a]}" target="{ids[b]}"><data key="d0">{w}</data></edge>'
        for a, b, w in EDGES
    )
    return f'{HEAD}{WEIGHT}{NAME}<graph edgedefault="{direction}">{nodes}{edges}</graph></graphml>'


@pytest.mark.parametrize("direction", ["directed", "undirected"])
@pytest.mark.parametrize("named", [True, False])
def test_weights_direction_and_names_of_a_graph_are_accounted_for(folder, direction, named):
    staff = ("ann", "bob", "cyd", "dee", "eli")
    ids = {name: f"n{i}" if named else name for i, name in enumerate(staff)}
    path = folder / "other.graphml"
    path.write_text(graph(ids, direction, named))
    system = load_system(folder, ties=path)
    assert "attribute weight of 3 edges: ties have no strength" in said(system)
    assert ("direction of 3 edges" in said(system)) == (direction == "directed")
    assert ("staff are named by name" in said(system)) == named
    assert system.ties["within"].pairs().tolist() == [[0, 2], [1, 2]]


@given(st.sets(st.tuples(st.integers(0, 11), st.integers(0, 11)).filter(lambda p: p[0] != p[1])))
def test_ties_keep_their_direction_pair_by_pair(pairs):
    array = np.array(sorted(pairs)).reshape(-1, 2)
    ties = Ties.from_pairs(array, 12, directed=True)
    mutual = {(a, b) for a, b in pairs if (b, a) in pairs}
    assert {tuple(p) for p in ties.one_way().tolist()} == pairs - mutual
    assert {tuple(p) for p in ties.pairs().tolist()} == {(a, b) for a, b in mutual if a < b}
    assert ties.n_ties == len(pairs) - len(mutual) // 2 and ties.degree.sum() == len(pairs)
    both = np.concatenate([ties.pairs(), ties.one_way()])
    arrows = np.arange(len(both)) >= len(ties.pairs())
    again = Ties.from_pairs(both, 12, directed=arrows)
    assert (again.indices == ties.indices).all() and (again.indptr == ties.indptr).all()


@pytest.mark.parametrize("ties", ["ties.csv", "network.graphml"])
def test_directed_ties_and_own_ids_are_saved_and_loaded_again(folder, tmp_path, ties):
    rows = "from,to,directed\ncyd,ann,True\nann,dee,\neli,cyd,yes\nbob,cyd,False\n"
    (folder / "ties.csv").write_text(rows)
    system = load_system(folder)
    assert system.ties["within"].one_way().tolist() == [[2, 0]]
    saved = save_system(system, tmp_path / "saved")
    again = load_system(saved, ties=saved / ties)
    assert again.digest == system.digest
    assert again.staff_ids() == ["ann", "bob", "cyd", "dee", "eli"]


def shuffled(text, seed):
    header, *rows = text.splitlines()
    return "\n".join([header, *np.random.default_rng(seed).permutation(rows)])


@given(st.integers(0, 10**6))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
def test_no_order_of_rows_or_columns_makes_another_system(folder, seed):
    whole = load_system(folder)
    for name, text in (("sites", SITES), ("staff", STAFF), ("ties", TIES)):
        (folder / f"{name}.csv").write_text(shuffled(text, seed))
        frame = pd.read_csv(folder / f"{name}.csv", dtype=str, keep_default_na=False)
        columns = np.random.default_rng(seed).permutation(frame.columns)
        frame[list(columns)].to_csv(folder / f"{name}.csv", index=False)
    again = load_system(folder)
    assert again.digest == whole.digest and again.staff_ids() == whole.staff_ids()
    for name, text in (("sites", SITES), ("staff", STAFF), ("ties", TIES)):
        (folder / f"{name}.csv").write_text(text)


def test_generated_names_keep_their_order_beyond_a_thousand():
    from imr_sim.system.staff_file import _natural

    names = [f"A-{i:03d}" for i in range(1, 1200)]
    assert sorted(names, key=_natural) == names
    assert sorted(["x" + "9" * 6000, "x2"], key=_natural)[0] == "x2"


def test_ties_alone_get_the_next_step(tmp_path):
    (tmp_path / "ties.csv").write_text("ego,alter\n1,2\n")
    with pytest.raises(RequestError, match=r"sites\.csv.*staff\.csv.*staff_id,station,role,smi"):
        load_system(tmp_path)


def test_a_site_table_of_another_name_is_named(tmp_path):
    (tmp_path / "nodes.csv").write_text(SITES)
    with pytest.raises(RequestError, match=r"Call nodes\.csv sites\.csv"):
        load_system(tmp_path)


def test_strangers_without_a_staff_file_are_told_of_it_once(folder):
    (folder / "staff.csv").unlink()
    rows = "\n".join(f"{i},{i + 1}" for i in range(2000))
    (folder / "ties.csv").write_text(f"from,to\n{rows}\n")
    with pytest.raises(RequestError, match=r"4,000 alike.*no staff\.csv.*436-001") as caught:
        load_system(folder)
    assert len(str(caught.value)) < 700


@pytest.mark.parametrize(("sign", "word"), [(";", "semicolons"), ("\t", "tabs"), ("|", "bars")])
@pytest.mark.parametrize("name", ["sites", "staff", "ties"])
def test_another_separator_is_named(folder, name, sign, word):
    path = folder / f"{name}.csv"
    path.write_text(path.read_text().replace(",", sign))
    with pytest.raises(RequestError, match=f"separated by {word}"):
        load_system(folder)


@pytest.mark.parametrize("content", [b"PK\x03\x04 a sheet"])
def test_a_spreadsheet_is_named(folder, content):
    (folder / "sites.csv").write_bytes(content)
    with pytest.raises(RequestError, match="Save the sheet as"):
        load_system(folder)


@pytest.mark.parametrize("name", ["x" * 300, "a\0b", "/" + "y" * 5000])
def test_a_name_that_cannot_be_one_is_refused_shortly(name):
    for given_ in ({"name_or_folder": name}, {"sites": name}, {"ties": f"{name}.csv"}):
        with pytest.raises(RequestError) as caught:
            load_system(**given_)
        assert "\0" not in str(caught.value)


def test_a_site_table_that_is_changed_in_place_is_another_system():
    system = load_system("small")
    before = system.digest
    system.sites["prrc"] = "never"
    assert system.digest != before


def test_the_arrays_of_a_system_cannot_be_changed():
    system = load_system("small")
    for array in (system.site, system.role, system.smi, system.ties["within"].indices):
        with pytest.raises(ValueError, match="WRITEABLE"):
            array.setflags(write=True)
