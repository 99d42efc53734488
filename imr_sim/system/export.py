"""Writing a system as files that `load_system` reads back."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import networkx as nx
import numpy as np
import pandas as pd

from imr_sim.csv_files import write_csv
from imr_sim.errors import RequestError
from imr_sim.system.system import LAYERS, ROLES, System

README = """{note}

sites.csv        one row a medical center
staff.csv        one row a staff post; smi: in a serious-mental-illness programme
ties.csv         one row a tie; layer: within, between or coordinators; directed: only `to` hears
network.graphml  the same posts and ties for network software; read only where ties.csv is missing
"""


def save_system(system: System, folder: str | Path) -> Path:
    """Write a system into a new folder: the whole of it, or nothing.

    ``load_system(folder)`` gives a system with the same digest. Posts keep the names of a user's
    staff file; others are named ``<station>-<number>``. Ties keep their direction where they have
    one.

    Parameters
    ----------
    system : System
        What to write.
    folder : str or Path
        A folder that does not exist yet; its parents are made.

    Returns
    -------
    Path
        The folder, with sites.csv, staff.csv, ties.csv, network.graphml and README.txt.

    Raises
    ------
    RequestError
        When the folder exists or cannot be written.
    """
    folder = Path(folder)
    if folder.exists() or folder.is_symlink():
        raise RequestError(
            str(folder),
            where="save_system",
            why="it exists already, and nothing is overwritten",
            write="Give the name of a new folder.",
        )
    temporary = None
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
        half = temporary / folder.name
        half.mkdir()
        _write(system, half)
        half.rename(folder)
    except OSError as error:
        raise RequestError(
            str(folder),
            where="save_system",
            why=f"it cannot be written ({error.strerror})",
            write="Give a folder in a place where you may write.",
        ) from None
    finally:
        if temporary is not None:
            shutil.rmtree(temporary, ignore_errors=True)
    return folder


def _write(system: System, folder: Path) -> None:
    ids = np.array(system.staff_ids(), dtype=object)
    staff = pd.DataFrame(
        {
            "staff_id": ids,
            "station": system.sites["station"].to_numpy()[system.site],
            "role": np.array(ROLES, dtype=object)[system.role],
            "smi": system.smi,
        }
    )
    frames = []
    for layer in LAYERS:
        ties = system.ties[layer]
        for found, directed in ((ties.pairs(), False), (ties.one_way(), True)):
            frame = pd.DataFrame(ids[found], columns=["from", "to"])
            frames.append(frame.assign(layer=layer, directed=directed))
    ties_frame = pd.concat(frames, ignore_index=True)
    if not ties_frame["directed"].any():
        ties_frame = ties_frame.drop(columns="directed")
    sites = system.sites.assign(invented=system.invented)
    for name, frame in (("sites", sites), ("staff", staff), ("ties", ties_frame)):
        write_csv(frame, folder / f"{name}.csv")
    nx.write_graphml_xml(_graph(staff, ties_frame), folder / "network.graphml", prettyprint=False)
    (folder / "README.txt").write_text(README.format(note=system.note), encoding="utf-8")


def _graph(staff: pd.DataFrame, ties: pd.DataFrame) -> nx.MultiGraph:
    # Two people may be tied in more than one layer. A graph with arrows keeps from and to apart.
    graph = nx.MultiDiGraph() if "directed" in ties else nx.MultiGraph()
    for staff_id, *facts in staff.itertuples(index=False, name=None):
        graph.add_node(staff_id, **dict(zip(("station", "role", "smi"), facts, strict=True)))
    facts_of_ties = ties.columns[2:]
    for one, other, *facts in ties.itertuples(index=False, name=None):
        graph.add_edge(one, other, **dict(zip(facts_of_ties, facts, strict=True)))
    return graph
