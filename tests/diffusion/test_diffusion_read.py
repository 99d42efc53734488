"""Files as people have them: read right, or refused in one message.

Four people: 1 names 2 and 3, 2 names 3, 4 is alone. They adopt in months 1, 2, 3, never.
"""

from __future__ import annotations

from pathlib import Path

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from imr_sim.diffusion import diffusion_network, read_diffusion
from imr_sim.errors import RequestError

NODES = "id,toa,role\n1,1,nurse\n2,2,chief\n3,3,nurse\n4,,nurse\n"
EDGES = "source,target,weight\n1,2,2\n1,3,1\n2,3,1\n"
WEIGHTS = {("1", "2"): 2.0, ("1", "3"): 1.0, ("2", "3"): 1.0}
ONES = dict.fromkeys(WEIGHTS, 1.0)
TIMES = [1.0, 2.0, 3.0, np.nan]


def write(folder: Path, name: str, text: str, encoding: str = "utf-8") -> Path:
    path = folder / name
    path.write_text(text, encoding=encoding, newline="")
    return path


def ties_of(network) -> dict[tuple[str, str], float]:
    names = network.names
    return {(names[t.ego], names[t.alter]): t.weight for t in network.ties.itertuples() if t.weight}


def check(network, weights=WEIGHTS, directed=True):
    assert network.directed == directed
    both = weights if directed else {**weights, **{(b, a): w for (a, b), w in weights.items()}}
    assert ties_of(network) == both
    assert network.times == pytest.approx(TIMES, nan_ok=True)
    assert network.names.tolist() == ["1", "2", "3", "4"]


@pytest.fixture
def nodes(tmp_path):
    return write(tmp_path, "nodes.csv", NODES)


EDGE_FILES = {
    "plain CSV": ("e.csv", EDGES, "utf-8"),
    "Excel, semicolons, decimal commas, byte-order mark": (
        "e.csv",
        EDGES.replace(",", ";").replace(";2\n", ";2,0\n"),
        "utf-8-sig",
    ),
    "Excel, sep= line, CRLF": (
        "e.csv",
        ("sep=;\n" + EDGES.replace(",", ";")).replace("\n", "\r\n"),
        "cp1252",
    ),
    "Excel, Unicode text": ("e.txt", EDGES.replace(",", "\t"), "utf-16"),
    "tabs": ("e.tsv", EDGES.replace(",", "\t"), "utf-8"),
    "Excel ids with .0": ("e.csv", "source,target,weight\n1.0,2,2\n1,3.0,1\n2.0,3,1\n", "utf-8"),
    "quoted, spaces": (
        "e.csv",
        '"source", "target", "weight"\n"1","2",2\n" 1 ","3",1\n2,3,1\n',
        "utf-8",
    ),
    "NetworkX weighted edge list": ("e.edgelist", "1 2 2.0\n1 3 1.0\n2 3 1.0\n", "utf-8"),
    "blank lines": ("e.csv", EDGES.replace("\n", "\n\n"), "utf-8"),
    "trailing separator": ("e.csv", EDGES.replace("\n", ",\n"), "utf-8"),
    "ego and alter": ("e.csv", EDGES.replace("source", "alter").replace("target", "ego").replace(
        "1,2,2", "2,1,2").replace("1,3,1", "3,1,1").replace("2,3,1", "3,2,1"), "utf-8"),
    "Gephi edges": (
        "e.csv",
        "Source,Target,Type,Id,Label,Weight\n1,2,Directed,0,,2.0\n1,3,Directed,1,,1.0\n2,3,Directed,2,,1.0\n",
        "utf-8",
    ),
    "repeated ties add up": ("e.csv", "source,target\n1,2\n1,2\n1,3\n2,3\n", "utf-8"),
    "self ties and zeros left out": ("e.csv", EDGES + "3,3,5\n4,1,0\n", "utf-8"),
    "ties to people outside left out": ("e.csv", EDGES + "3,99,1\n98,99,1\n", "utf-8"),
}  # fmt: skip


@pytest.mark.parametrize("kind", EDGE_FILES)
def test_edge_lists_are_read_right(tmp_path, nodes, kind):
    name, text, encoding = EDGE_FILES[kind]
    check(read_diffusion(write(tmp_path, name, text, encoding), nodes))


def test_what_was_left_out_is_said(tmp_path, nodes):
    text = (
        EDGES.replace("weight", "weight,colour")
        .replace("\n", ",red\n")
        .replace("colour,red", "colour")
    )
    text += "3,3,5,red\n3,99,1,red\n1,2,1,red\n"
    words = read_diffusion(write(tmp_path, "e.csv", text), nodes).described()
    for part in ("1 self ties", "1 ties to 1 names outside", "'99'", "1 repeated", "colour"):
        assert part in words


def test_an_undirected_list_may_name_each_tie_once_or_twice(tmp_path, nodes):
    once = write(tmp_path, "a.csv", EDGES)
    twice = write(tmp_path, "b.csv", EDGES + "2,1,2\n3,1,1\n3,2,1\n")
    check(read_diffusion(once, nodes, directed=False), directed=False)
    check(read_diffusion(twice, nodes), directed=False)
    check(read_diffusion(twice, nodes, directed=False), directed=False)
    kind = "Source,Target,Type,Weight\n1,2,Undirected,2\n1,3,Undirected,1\n2,3,Undirected,1\n"
    check(read_diffusion(write(tmp_path, "c.csv", kind), nodes), directed=False)


def test_ties_from_teller_to_hearer_are_turned(tmp_path, nodes):
    turned = write(tmp_path, "e.csv", "from,to,weight\n2,1,2\n3,1,1\n3,2,1\n")
    check(read_diffusion(turned, nodes, tells=True))


def test_layers_and_time_windows_are_kept(tmp_path, nodes):
    text = "source,target,relation,start,end\n1,2,advice,1,2\n1,2,friend,,\n2,3,advice,2,\n"
    network = read_diffusion(write(tmp_path, "e.csv", text), nodes)
    assert network.layers == ("advice", "friend")
    assert network.matrix(period=3).toarray()[0, 1] == 1
    assert network.matrix(period=1).toarray()[0, 1] == 2
    assert network.matrix(period=1).toarray()[1, 2] == 0


MATRIX = np.array([[0, 2, 1, 0], [0, 0, 1, 0], [0, 0, 0, 0], [0, 0, 0, 0]])
MATRICES = {
    "UCINET-like, names on both sides": ",1,2,3,4\n1,0,2,1,0\n2,0,0,1,0\n3,0,0,0,0\n4,0,0,0,0\n",
    "names above only": "1,2,3,4\n0,2,1,0\n0,0,1,0\n0,0,0,0\n0,0,0,0\n",
    "R's write.table": "1 2 3 4\n1 0 2 1 0\n2 0 0 1 0\n3 0 0 0 0\n4 0 0 0 0\n",
    "columns in another order": ",2,1,3,4\n1,2,0,1,0\n2,0,0,1,0\n3,0,0,0,0\n4,0,0,0,0\n",
    "numbers only": "0 2 1 0\n0 0 1 0\n0 0 0 0\n0 0 0 0\n",
    "blank cells": ",1,2,3,4\n1,,2,1,\n2,,,1,\n3,,,,\n4,,,,\n",
    "UCINET DL": (
        "dl n=4 format=fullmatrix\nlabels:\n1,2,3,4\ndata:\n"
        "0 2 1 0\n0 0 1 0\n0 0 0 0\n0 0 0 0\n"
    ),
    "UCINET edge list": "DL N=4 FORMAT=EDGELIST1\nLABELS:\n1 2 3 4\nDATA:\n1 2 2\n1 3 1\n2 3 1\n",
}  # fmt: skip


@pytest.mark.parametrize("kind", MATRICES)
def test_matrices_are_read_right(tmp_path, nodes, kind):
    check(read_diffusion(write(tmp_path, "m.txt", MATRICES[kind]), nodes))


def test_arrays_and_tables_in_memory_are_read_right(nodes):
    check(read_diffusion(MATRIX, nodes))
    check(read_diffusion(sparse.csr_array(MATRIX), nodes))
    check(diffusion_network([1, 2, 3, None], MATRIX, names=["1", "2", "3", "4"]))
    frame = pd.DataFrame({"ego": [1, 1, 2], "alter": [2, 3, 3], "weight": [2, 1, 1]})
    table = pd.DataFrame({"id": [1, 2, 3, 4], "toa": [1.0, 2.0, 3.0, np.nan]})
    check(read_diffusion(frame, table))


def graph() -> nx.DiGraph:
    made = nx.DiGraph()
    for name, toa in zip("1234", (1, 2, 3, None), strict=True):
        made.add_node(name, **({"toa": toa} if toa else {}), role="nurse")
    made.add_weighted_edges_from([("1", "2", 2.0), ("1", "3", 1.0), ("2", "3", 1.0)])
    return made


@pytest.mark.parametrize("ending", ["graphml", "gexf", "gml"])
def test_graph_files_of_networkx_are_read_right(tmp_path, ending):
    path = tmp_path / f"g.{ending}"
    getattr(nx, f"write_{ending}")(graph(), path)
    network = read_diffusion(path)
    check(network)
    assert network.attribute("role").tolist() == ["nurse"] * 4
    check(read_diffusion(graph()))


def test_gephi_graphml_is_read_without_its_drawing(tmp_path):
    """Gephi writes colours, sizes and places as attributes of nodes."""
    made = graph()
    for node in made:
        made.nodes[node].update(r=10, g=20, b=30, x=0.5, y=1.5, size=4.0, label=f"{node}")
    nx.write_graphml(made, tmp_path / "g.graphml")
    network = read_diffusion(tmp_path / "g.graphml")
    check(network)
    assert {"r", "x", "size"}.isdisjoint(network.nodes.columns)


def test_igraph_graphml_takes_the_names_of_its_attribute(tmp_path):
    made = nx.relabel_nodes(graph(), {name: f"n{int(name) - 1}" for name in "1234"})
    for node in made:
        made.nodes[node]["name"] = str(int(node[1:]) + 1)
    nx.write_graphml(made, tmp_path / "g.graphml")
    network = read_diffusion(tmp_path / "g.graphml")
    check(network)
    assert "attribute 'name'" in network.described()


def test_a_survey_of_nominations_is_read_right(tmp_path):
    text = "id,toa,advice_1,advice_2,friend_1\n1,1,2,3,2\n2,2,3,,\n3,3,77,,\n4,,,,NA\n"
    path = write(tmp_path, "survey.csv", text)
    network = read_diffusion(path, nominations=["advice_*", "friend_*"])
    assert network.layers == ("advice", "friend")
    matrix = network.matrix().toarray()
    assert (matrix == MATRIX).all()
    assert "1 ties to 1 names outside" in network.described()
    assert network.times == pytest.approx(TIMES, nan_ok=True)


TIMES_AS_WRITTEN = {
    "nothing": ("1,2,3,", {}),
    "NA": ("1,2,3,NA", {}),
    "R's NA in floats": ("1.0,2.0,3.0,NA", {}),
    "one past the end": ("1,2,3,4", {"never": 4}),
    "99": ("1,2,3,99", {"never": 99}),
    "-9 and 0": ("1,2,3,-9", {"never": [-9, 0]}),
    "a word of one's own": ("1,2,3,refused", {"never": "refused"}),
    "adopted 0/1": ("1,2,3,17", {"adopted": "did"}),
}


@pytest.mark.parametrize("kind", TIMES_AS_WRITTEN)
def test_codes_for_never_are_never_when_named(tmp_path, kind):
    given, options = TIMES_AS_WRITTEN[kind]
    rows = zip("1234", given.split(","), "1110", strict=True)
    flag = ",did" if "adopted" in options else ""
    text = f"id,toa{flag}\n" + "".join(
        ",".join((a, b, c)[: 3 if flag else 2]) + "\n" for a, b, c in rows
    )
    nodes = write(tmp_path, "n.csv", text)
    check(read_diffusion(write(tmp_path, "e.csv", EDGES), nodes, **options))


DATES = {
    "months": ("2012-01,2012-02,2012-03,", "month", [0, 1, 2]),
    "days": ("2012-01-31,2012-02-01,2012-03-15,", "month", [0, 1, 2]),
    "years of dates": ("2010-05-01,2011-01-01,2012-12-31,", "year", [0, 1, 2]),
    "with time of day": ("2012-01-31T10:00,2012-02-01 00:00,2012-03-15,", "month", [0, 1, 2]),
    "years as numbers": ("2010,2011,2012,", None, [2010, 2011, 2012]),
}


@pytest.mark.parametrize("kind", DATES)
def test_dates_become_periods(tmp_path, kind):
    given, unit, expected = DATES[kind]
    rows = "".join(f"{n},{t}\n" for n, t in zip("1234", given.split(","), strict=True))
    nodes = write(tmp_path, "n.csv", "id,toa\n" + rows)
    network = read_diffusion(write(tmp_path, "e.csv", EDGES), nodes, unit=unit)
    assert network.times[:3].tolist() == expected
    assert network.last - network.first == 2


def test_dates_may_be_observed_from_before_to_after_them(tmp_path):
    nodes = write(tmp_path, "n.csv", "id,toa\n1,2012-01\n2,2012-02\n3,2012-03\n4,\n")
    edges = write(tmp_path, "e.csv", EDGES)
    network = read_diffusion(edges, nodes, first="2011-12", last="2012-12")
    assert network.times[:3].tolist() == [1, 2, 3]
    assert (network.first, network.last, network.origin) == (0, 12, "2011-12-01")


def test_stops_and_restarts_keep_their_reasons(tmp_path, nodes):
    text = "node,start,stop,reason,stop_reason\n1,1,3,trained,left\n1,5,,hired,\n"
    text += "2,2,,,\n3,3,4,,funding\n"
    network = read_diffusion(
        write(tmp_path, "e.csv", EDGES), nodes, spells=write(tmp_path, "s.csv", text), last=6
    )
    assert network.states()[0].tolist() == [True, True, False, False, True, True]
    assert network.spells["stop_reason"].tolist() == ["left", "", "", "funding"]
    assert network.times == pytest.approx(TIMES, nan_ok=True)
    text = "id,toa,gave_up,why\n1,1,3,left\n2,2,,\n3,3,,\n4,,,\n"
    single = read_diffusion(
        write(tmp_path, "e.csv", EDGES),
        write(tmp_path, "n2.csv", text),
        stop="gave_up",
        stop_reason="why",
    )
    assert single.states()[0].tolist() == [True, True, False]
    assert single.spells["stop_reason"].tolist() == ["left", "", ""]


def toa(*values: object) -> str:
    return "id,toa\n" + "".join(f"{i + 1},{v}\n" for i, v in enumerate(values))


REFUSED = {
    "counted from 0 here and from 1 there": (
        "source,target\n0,1\n0,2\n1,2\n",
        NODES,
        "counting from 0 or 1",
    ),
    "other names altogether": ("source,target\na,b\n", NODES, "no tie is between nodes"),
    "a weight below 0": ("source,target,weight\n1,2,-1\n", NODES, "not below 0"),
    "a weight that is a word": ("source,target,weight\n1,2,strong\n", NODES, "not a number"),
    "ragged rows": ("source,target,weight\n1,2,1\n1,2\n", NODES, "row 3 has 2 cells"),
    "a node twice": (EDGES, NODES + "2,5,nurse\n", "stands in two rows"),
    "a column twice": (EDGES, "id,toa,toa\n1,1,1\n", "two columns"),
    "an empty file": ("", NODES, "it is empty"),
    "one column": ("source\n1\n", NODES, "a tie has two ends"),
    "no times": (EDGES, "id,role\n1,nurse\n2,chief\n3,nurse\n4,nurse\n", "time="),
    "no title for times": (EDGES, "id,whenever\n1,1\n2,2\n3,3\n4,\n", "time="),
    "-1 for never": (EDGES, toa(1, 2, 3, -1), "looks like a code for never"),
    "99 for never": (EDGES, toa(1, 2, 3, 99), "looks like a code for never"),
    "9999 for never, years": (EDGES, toa(2010, 2011, 2012, 9999), "looks like a code for never"),
    "0 for never, years": (EDGES, toa(2010, 2011, 2012, 0), "looks like a code for never"),
    "one past the end, and common": (
        EDGES,
        toa(1, 1, 2, 2, 3, 3, 4, *[5] * 6),
        "looks like a code for never",
    ),
    "infinity": (EDGES, toa(1, 2, 3, "inf"), "whole period"),
    "half months": (EDGES, toa(1, 2, 2.5, ""), "whole period"),
    "day and month in doubt": (EDGES, toa("03/04/2012", "05/06/2012", "", ""), "ISO date"),
    "a word": (EDGES, toa(1, 2, "soon", ""), "ISO date"),
    "dates and numbers mixed": (EDGES, toa("2012-01", "2012-02", 3, ""), "ISO date"),
    "two weights of an undirected tie": (
        "Source,Target,Type,Weight\n1,2,Undirected,2\n2,1,Undirected,5\n1,3,Undirected,1\n",
        NODES,
        "differ by direction|repeated",
    ),
    "both types": ("Source,Target,Type\n1,2,Undirected\n2,1,Directed\n", NODES, "directed or not"),
}  # fmt: skip


@pytest.mark.parametrize("kind", REFUSED)
def test_what_cannot_be_read_right_is_refused_in_one_message(tmp_path, kind):
    edges, table, words = REFUSED[kind]
    with pytest.raises(RequestError, match=words) as caught:
        read_diffusion(write(tmp_path, "e.csv", edges), write(tmp_path, "n.csv", table))
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 500


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("g.graphml", "<graphml", "cannot read it"),
        ("g.gexf", "nonsense", "cannot read it"),
        ("g.xlsx", "PK", "spreadsheet"),
        ("g.rda", "RDX3", "another program"),
        ("g.pkl", "x", "another program"),
        ("g.dl", "dl n=3\ndata:\n0 1 1\n", "a full matrix of 3 nodes has 9"),
        ("g.dl", "dl format=fullmatrix\ndata:\n0\n", "N="),
        ("g.dl", "dl n=2 format=nodelist1\ndata:\n1 2\n", "only fullmatrix"),
        ("g.csv", ",1,2,3\n1,0,1,0\n2,1,0,0\n9,0,0,0\n", "different nodes"),
    ],
)
def test_files_that_are_broken_or_foreign_are_refused(tmp_path, name, text, words):
    with pytest.raises(RequestError, match=words):
        read_diffusion(write(tmp_path, name, text), write(tmp_path, "n.csv", NODES))


def test_what_is_not_there_is_refused(tmp_path, nodes):
    with pytest.raises(RequestError, match="cannot be read"):
        read_diffusion(tmp_path / "none.csv", nodes)
    with pytest.raises(RequestError, match="folder"):
        read_diffusion(tmp_path, nodes)
    with pytest.raises(RequestError, match="neither a file nor a table"):
        read_diffusion(7, nodes)
    with pytest.raises(RequestError, match="no such form"):
        read_diffusion(MATRIX, nodes, form="tree")
    with pytest.raises(RequestError, match="no column of this name"):
        read_diffusion(MATRIX, nodes, time="when")
    with pytest.raises(RequestError, match="not square"):
        read_diffusion(np.ones((3, 4)), nodes)


@pytest.mark.parametrize("code", [-1, np.inf, 2.5, 99, 999])
def test_codes_in_arrays_are_no_times(code):
    """Ten nodes, of whom four never adopted."""
    times = [0, 2, 2, 4, 6, 7, *[code] * 4]
    with pytest.raises(RequestError):
        diffusion_network(times, np.ones((10, 10)) - np.eye(10))
    if code in (-1, 99, 999):
        network = diffusion_network(times, np.ones((10, 10)) - np.eye(10), never=code)
        assert np.isnan(network.times).sum() == 4
        assert network.last == 7


def test_times_outside_the_observation_are_refused():
    with pytest.raises(RequestError, match="outside the observed periods 1 to 17"):
        diffusion_network([1, 5, 18, 18], np.zeros((4, 4)), first=1, last=17)
