"""Users bring their own sites, staff and ties; what is wrong with them is said clearly."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest

from imr_sim.errors import RequestError
from imr_sim.system import ROLES, load_system, save_system

SITES = """station,state,visn,latitude,longitude,rurality,complexity,patients
501,NM,18,35.1,-106.6,urban,1a,58651
436,MT,19,46.6,-112.1,rural,2,31864
"""
STAFF = """staff_id,station,role,smi
ann,436,coordinator,True
bob,436,chief,no
cyd,436,nurse,yes
dee,501,coordinator,1
eli,501,chief,False
"""
TIES = """from,to,layer
ann,cyd,within
cyd,ann,within
ann,dee,coordinators
cyd,eli,
bob,cyd,
"""


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


def test_a_folder_is_a_system(folder):
    system = load_system(folder)
    assert (system.name, system.n_sites, system.n_staff) == ("mine", 2, 5)
    assert system.sites["station"].tolist() == ["436", "501"]
    assert [ROLES[r] for r in system.role[:3]] == ["coordinator", "chief", "nurse"]
    assert system.smi.tolist() == [True, False, True, True, False]
    assert not system.invented


def test_ties_are_undirected_and_a_layer_left_open_follows_the_sites(folder):
    ties = load_system(folder).ties
    assert ties["within"].pairs().tolist() == [[0, 2], [1, 2]]
    assert ties["between"].pairs().tolist() == [[2, 4]]
    assert ties["coordinators"].pairs().tolist() == [[0, 3]]


def test_only_sites_are_needed_and_the_rest_is_generated_and_flagged(tmp_path):
    (tmp_path / "two.csv").write_text(SITES)
    system = load_system(sites=tmp_path / "two.csv")
    assert system.name == "two" and system.n_staff > 100
    assert system.sites["prrc"].tolist() == ["unknown", "unknown"]
    assert system.sites["name"].tolist() == ["436", "501"]
    assert system.sites["imputed"].tolist() == ["mh_users workload"] * 2
    assert "generated (assumption)" in system.note


def test_stated_staff_counts_are_kept(tmp_path):
    header, *rows = SITES.splitlines()
    text = "\n".join([f"{header},mh_staff", f"{rows[0]},2", f"{rows[1]},31"])
    (tmp_path / "s.csv").write_text(text)
    assert np.bincount(load_system(sites=tmp_path / "s.csv").site).tolist() == [31, 2]


def test_a_spreadsheets_byte_order_mark_and_line_ends_are_read(folder):
    (folder / "sites.csv").write_bytes(b"\xef\xbb\xbf" + SITES.replace("\n", "\r\n").encode())
    assert load_system(folder).n_sites == 2


def test_ties_for_a_shipped_system_name_its_generated_posts(tmp_path):
    (tmp_path / "ties.csv").write_text("from,to\nX01-001,X02-001\n")
    system = load_system("small", ties=tmp_path / "ties.csv")
    assert system.ties["between"].n_ties == 1 and system.ties["within"].n_ties == 0


def test_a_ties_file_with_only_a_header_is_a_system_without_ties(folder):
    (folder / "ties.csv").write_text("from,to\n")
    assert all(ties.n_ties == 0 for ties in load_system(folder).ties.values())


@pytest.mark.parametrize("ties", ["ties.csv", "network.graphml"])
@pytest.mark.parametrize("name", ["small", "mine"])
def test_what_is_saved_is_loaded_again_exactly(folder, tmp_path, name, ties):
    system = load_system("small" if name == "small" else folder)
    saved = save_system(system, tmp_path / "new" / "saved")
    assert load_system(saved).digest == system.digest
    assert load_system(saved, ties=saved / ties).digest == system.digest
    assert load_system(saved).invented == system.invented
    assert sorted(p.name for p in saved.parent.iterdir()) == ["saved"]


def test_an_existing_folder_is_not_overwritten(folder):
    before = sorted(folder.iterdir())
    with pytest.raises(RequestError, match="nothing is overwritten"):
        save_system(load_system("small"), folder)
    assert sorted(folder.iterdir()) == before


def test_a_folder_that_cannot_be_made_is_refused(folder):
    with pytest.raises(RequestError, match="cannot be written"):
        save_system(load_system("small"), folder / "sites.csv" / "deeper")


def test_a_save_that_fails_halfway_leaves_nothing(tmp_path, monkeypatch):
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(nx, "write_graphml_xml", full)
    (tmp_path / "here").mkdir()
    with pytest.raises(RequestError, match="No space left"):
        save_system(load_system("small"), tmp_path / "here" / "new")
    assert list((tmp_path / "here").iterdir()) == []


# file, text to replace (None: the whole file), replacement, what the message says
WRONG = {
    "latitude 400": ("sites", "35.1", "400", "row 2, column latitude.*-90 to 90"),
    "latitude text": ("sites", "35.1", "north", "row 2, column latitude: 'north'.*not a number"),
    "decimal comma": ("sites", "35.1", '"35,1"', "column latitude.*point for decimals"),
    "longitude nan": ("sites", "-112.1", "nan", "row 3, column longitude"),
    "duplicate station": ("sites", "436", "501", "row 3, column station.*row 2 has it already"),
    "no patients": ("sites", "58651", "0", "column patients.*from 1 to"),
    "half a patient": ("sites", "58651", "10.5", "not a whole number"),
    "blank cell": ("sites", "NM", "", "row 2, column state: an empty cell"),
    "long state": ("sites", "NM", "New Mexico", "two capital letters"),
    "visn": ("sites", ",18,", ",180,", "column visn"),
    "rurality": ("sites", "urban", "urbane", "Write 'urban'"),
    "complexity": ("sites", "1a", "4z", "Write one of 1a, 1b"),
    "missing column": ("sites", "longitude", "", "no column 'longitude'"),
    "unknown column": ("sites", "patients", "pateints", "column 'pateints'.*Write 'patients'"),
    "column twice": ("sites", "state", "visn", "column 'visn': it stands there twice"),
    "long row": ("sites", "58651", "58651,7", "row 2: 9 cells.*8 columns"),
    "open quote": ("sites", "NM", '"NM', "no CSV row"),
    "empty": ("sites", None, "", "an empty file"),
    "only a header": ("sites", None, SITES.splitlines()[0], "only a header"),
    "unknown station": ("staff", "cyd,436", "cyd,999", "row 4, column station: '999'"),
    "unknown role": ("staff", "nurse", "wizard", "column role: 'wizard'.*psychiatrist"),
    "smi": ("staff", "yes", "perhaps", "column smi: 'perhaps'"),
    "staff twice": ("staff", "bob", "ann", "row 3, column staff_id.*earlier row"),
    "no coordinator": ("staff", "coordinator,True", "nurse,True", "station 436: 0 staff"),
    "two chiefs": ("staff", "nurse", "chief", "station 436: 2 staff with role 'chief'"),
    "unknown staff": ("ties", "ann,dee", "ann,zoe", "row 4: to 'zoe'"),
    "self tie": ("ties", "ann,dee", "ann,ann", "row 4: 'ann' to itself"),
    "layer": ("ties", "coordinators", "friends", "layer 'friends'.*within, between"),
    "within two sites": ("ties", "cyd,eli,", "cyd,eli,within", "row 5.*at two sites"),
    "between one site": ("ties", "bob,cyd,", "bob,cyd,between", "row 6.*at one site"),
    "no coordinators": ("ties", "cyd,eli,", "cyd,eli,coordinators", "an end is no coordinator"),
}


@pytest.mark.parametrize(("file", "old", "new", "says"), WRONG.values(), ids=WRONG.keys())
def test_a_defect_is_named_with_file_row_and_column(folder, file, old, new, says):
    path = folder / f"{file}.csv"
    text = path.read_text()
    path.write_text(new if old is None else text.replace(old, new, 1))
    with pytest.raises(RequestError, match=says) as caught:
        load_system(folder)
    assert path.name in str(caught.value)


def test_optional_cells_are_checked_too(folder):
    header, first, second = SITES.splitlines()
    rows = [f"{header},prrc,inpatient,mh_staff", f"{first},2012-13,maybe,1", f"{second},never,no,"]
    (folder / "sites.csv").write_text("\n".join(rows))
    with pytest.raises(RequestError) as caught:
        load_system(folder)
    for column in ("prrc", "inpatient", "mh_staff"):
        assert f"row 2, column {column}" in str(caught.value)


def test_staff_counts_and_staff_file_must_agree(folder):
    header, first, second = SITES.splitlines()
    (folder / "sites.csv").write_text(f"{header},mh_staff\n{first},\n{second},9\n")
    with pytest.raises(RequestError, match=r"station 436: 3 staff.*mh_staff=9"):
        load_system(folder)


def test_defects_of_one_kind_are_one_message_with_a_count(folder):
    rows = [SITES.splitlines()[0]] + [f"{i},NM,18,400,0,urban,1a,x" for i in range(30)]
    (folder / "sites.csv").write_text("\n".join(rows))
    with pytest.raises(RequestError) as caught:
        load_system(folder)
    latitude, patients = str(caught.value).splitlines()
    assert "row 2, column latitude: '400' (30 alike: also row 3, row 4 and 27 more)" in latitude
    assert "column patients" in patients


def test_ten_kinds_of_defects_are_shown_and_the_others_counted(folder):
    bad = "!,NMX,x,x,x,x,x,x,x,x,x,x,x,x,x"
    header = (
        SITES.splitlines()[0] + ",visn_2019,mh_users,inpatient,residential,prrc,workload,mh_staff"
    )
    (folder / "sites.csv").write_text("\n".join([header, bad, bad]))
    with pytest.raises(RequestError) as caught:
        load_system(folder)
    lines = str(caught.value).splitlines()
    assert len(lines) == 11 and "10 more defects" in lines[-1]


def test_text_that_is_not_utf8_is_refused(folder):
    (folder / "sites.csv").write_bytes(SITES.replace("urban", "urbän").encode("latin-1"))
    with pytest.raises(RequestError, match="not UTF-8"):
        load_system(folder)


@pytest.mark.parametrize("name", ["vaa", "nowhere/at/all", ""])
def test_an_unknown_system_is_refused(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(RequestError, match=r"Write va, small|no sites\.csv"):
        load_system(name)


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(RequestError, match="there is no such file"):
        load_system(sites=tmp_path / "no.csv")
    with pytest.raises(RequestError, match="cannot be read"):
        load_system(sites=tmp_path)
    with pytest.raises(RequestError, match="neither CSV nor GraphML"):
        load_system("small", ties=tmp_path / "ties.xlsx")


def test_a_name_and_a_site_table_together_are_refused(folder):
    with pytest.raises(RequestError, match="not both"):
        load_system("small", sites=folder / "sites.csv")


GRAPHML = """<?xml version="1.0"?>{doctype}
<graphml xmlns="http://graphml.graphdrawing.org/xmlns">
<graph edgedefault="{kind}"><node id="ann"/><node id="cyd"/>
<edge source="ann" target="cyd"/><edge source="cyd" target="ann"/></graph></graphml>"""


@pytest.mark.parametrize("kind", ["directed", "undirected"])
def test_graphml_needs_no_layers(folder, kind):
    path = folder / "mine.graphml"
    path.write_text(GRAPHML.format(doctype="", kind=kind))
    assert load_system(folder, ties=path).ties["within"].pairs().tolist() == [[0, 2]]


BAD_GRAPHML = {
    "doctype": (
        GRAPHML.format(doctype='<!DOCTYPE g [<!ENTITY a "b">]>', kind="directed"),
        "DOCTYPE",
    ),
    "cut short": (GRAPHML.format(doctype="", kind="directed")[:200], "no well-formed GraphML"),
    "text": ("from,to\nann,cyd", "no well-formed GraphML"),
    "other xml": ("<a/>", "no well-formed GraphML"),
    "stranger": (
        GRAPHML.format(doctype="", kind="directed").replace("cyd", "zoe"),
        "'zoe'.*2 alike",
    ),
}


@pytest.mark.parametrize(("text", "says"), BAD_GRAPHML.values(), ids=BAD_GRAPHML.keys())
def test_bad_graphml_is_refused(folder, text, says):
    path = folder / "bad.graphml"
    path.write_text(text)
    with pytest.raises(RequestError, match=says):
        load_system(folder, ties=path)
