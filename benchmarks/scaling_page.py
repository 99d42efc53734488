"""Tables of docs/scaling.md: what sweeps cost here, and on paper elsewhere.

python benchmarks/scaling_page.py benchmarks/results/sweep.json benchmarks/results/engine.json
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from report import number, table, write

PAGE = Path(__file__).resolve().parents[1] / "docs" / "scaling.md"
NODE = 64  # cores of a node on paper; each taken to be as fast as a core here: assumption
RUNS = 10**6
PROCESSES = 3  # that share the memory measured: two workers and the one that writes
MONTHS = 204  # January 2004 to December 2020


def measured(sweep: dict) -> str:
    """What the parts of `sweep.py` printed."""
    over, two, kept = sweep["overhead"], sweep["workers"], sweep["memory"]
    killed, bad = sweep["kill"], sweep["poison"]
    same = "same bytes" if killed["same_bytes_merged"] else "**other content**"
    rows = [
        (
            f"runner over the bare engine, {over['histories']} national histories",
            f"{100 * over['overhead']:+.1f}% processor time",
        ),
        (
            "two worker processes over one; two Dask workers over one",
            f"{two['processes_two_over_one']:.2f}; {two['dask_two_over_one']:.2f} times the runs",
        ),
        (
            f"{kept['runs']:,} runs of the small system, two processes",
            f"{number(kept['runs_a_second'])} runs a second",
        ),
        (
            "resident memory, all processes: after a tenth of the runs; least and most later",
            f"{number(kept['rss_mb_at_a_tenth'])} MB; {number(kept['rss_mb_least_after'])} to "
            f"{number(kept['rss_mb_most_after'])} MB",
        ),
        (
            "stored for a run, all outcomes at two dates: rows; whole folder",
            f"{number(kept['bytes_a_run_in_shards'])}; {number(kept['bytes_a_run_in_all'])} bytes",
        ),
        (
            f"{killed['histories']:,} national histories killed {killed['killed']} times (SIGKILL)",
            f"{same} as unkilled; {killed['runs_twice']} runs twice, "
            f"{killed['runs_missing']} missing",
        ),
        (
            f"bad points among {bad['points']:,}",
            f"{bad['failure_rows']} rows with a message, {bad['results']:,} results",
        ),
    ]
    return table(("measured", "found"), rows)


def where(sweep: dict) -> str:
    """Where and when it was measured."""
    on = sweep["machine"]
    return (
        f"Measured on {sweep['date']}: {on['processor']}, {on['cores']} cores, "
        f"{on['memory_gib']} GiB; `python benchmarks/sweep.py --json "
        "benchmarks/results/sweep.json`."
    )


def paper(sweep: dict, engine: dict) -> str:
    """A million national histories, and a million of the largest system measured, on paper."""
    kept, largest = sweep["memory"], engine["size"][-1]
    lost = 1 + max(sweep["overhead"]["overhead"], 0.0)
    process = kept["rss_mb_at_a_tenth"] / PROCESSES / 1000
    national = sweep["overhead"]["engine_ms_a_history"] / 1000
    large = largest["ns"] * 1e-9 * largest["staff"] * MONTHS
    sizes = [
        ("the nation", engine["system"]["sites"], engine["system"]["staff"], national),
        ("the largest measured", largest["sites"], largest["staff"], large),
        ("6,000 hospitals", 6000, 5_000_000, largest["ns"] * 1e-9 * 5e6 * MONTHS),
    ]
    rows = []
    for name, sites, staff, seconds in sizes:
        hours = RUNS * seconds * lost / 3600
        rows.append(
            (
                name,
                f"{sites:,}",
                f"{staff:,}",
                number(seconds),
                number(hours),
                number(hours / NODE),
                number(NODE * (process + largest["bytes"]["total"] * staff / 1e9)),
                number(RUNS * kept["bytes_a_run_in_shards"] / 1e9),
            )
        )
    heads = (
        "system",
        "sites",
        "staff",
        "core-seconds a history",
        f"core-hours for {RUNS:,}",
        f"hours on one node of {NODE} cores",
        "GB of memory a node",
        "GB stored",
    )
    return table(heads, rows)


def main() -> None:
    """Put the figures of both files into the page."""
    sweep, engine = (json.loads(Path(p).read_text(encoding="utf-8")) for p in sys.argv[1:3])
    made = {"where": where(sweep), "measured": measured(sweep), "paper": paper(sweep, engine)}
    PAGE.write_text(write(made, PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    print(f"wrote the tables of {PAGE.name}")


if __name__ == "__main__":
    main()
