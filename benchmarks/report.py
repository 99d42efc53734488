"""Tables of what `engine.py` measured: as text, and in docs/performance.md between its markers.

python benchmarks/report.py benchmarks/results/engine.json
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

PAGE = Path(__file__).resolve().parents[1] / "docs" / "performance.md"


def rounded(value):
    """Floats to four significant digits, in whatever is nested in lists and dicts."""
    if isinstance(value, dict):
        return {key: rounded(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [rounded(item) for item in value]
    return float(f"{value:.4g}") if isinstance(value, float) else value


def text(found: dict) -> str:
    """All tables, one after the other."""
    return "\n\n".join(f"{name}\n{table}" for name, table in tables(found).items())


def tables(found: dict) -> dict[str, str]:
    """Markdown of each table by the name of its marker."""
    made = (machine, speed, ratios, memory, first_call, size, bound)
    return {make.__name__: make(found) for make in made}


def write(made: dict[str, str], page: str) -> str:
    """The page with each table between its markers."""
    for name, table in made.items():
        marked = rf"(<!-- {name} -->\n).*?(<!-- end -->)"
        page, times = re.subn(
            marked, lambda m, t=table: f"{m[1]}{t}\n{m[2]}", page, flags=re.DOTALL
        )
        assert times == 1, f"the page needs one place for {name}"
    return page


def machine(found: dict) -> str:
    """A sentence on what ran where."""
    on = found["machine"]
    caches = ", ".join(f"{name} {size}" for name, size in on["caches"].items())
    versions = ", ".join(f"{name} {v}" for name, v in on["versions"].items() if v)
    system = found["system"]
    return (
        f"Measured on {found['date']}: {on['processor']}, {on['cores']} cores, {caches}, "
        f"{on['memory_gib']} GiB, {on['system']}; Python {on['python']}, {versions}. "
        f"{system['staff']:,} staff in {system['sites']} sites; {found['months']} months, "
        f"{found['histories']} histories at a time; {found['rounds']} rounds. "
        f"Load average before: {number(found['busy_before'])}."
    )


def speed(found: dict) -> str:
    rows = [
        (
            ("simple contagion: " if name.startswith("contagion") else "") + entry["label"],
            *(number(entry[key]) for key in ("best", "median", "worst")),
        )
        for name, entry in found["speed"].items()
    ]
    return table(("ns a staff-month", "best", "median", "worst"), rows)


RATIO_LABELS = {
    "mesa / engine_1": "plain Mesa program, same histories, over engine, one thread",
    "mesa / engine_2": "plain Mesa program, same histories, over engine, two threads",
    "mesa_own_luck / engine_1": "plain Mesa program, own random numbers, over engine, one thread",
    "engine_1 / engine_2": "engine, one thread over two",
    "engine_by_month / engine_1": "engine, month by month under a strategy over run through",
    "contagion_starsim / contagion_engine": "Starsim over engine, simple contagion, one thread",
    "contagion_ndlib / contagion_engine": "NDlib over engine, simple contagion, one thread",
}


def ratios(found: dict) -> str:
    rows = [
        (
            RATIO_LABELS[name],
            number(entry["median"]),
            f"{number(entry['low'])} to {number(entry['high'])}",
        )
        for name, entry in found["ratios"].items()
    ]
    identical, know = found["identical"], found["contagion"]["know_at_the_end"]
    ends = "; ".join(
        f"{name} {number(end['mean'])} (sd {number(end['sd'])}, {end['runs']} runs)"
        for name, end in know.items()
    )
    return "\n\n".join(
        [
            table(("time over time, in one round", "median", "range"), rows),
            f"Same histories: {identical['compared']:,} values compared, "
            f"{identical['different']} differ. "
            f"Know at the end of the contagion, of {found['system']['staff']:,}: {ends}.",
        ]
    )


def memory(found: dict) -> str:
    labels = {
        "state": "state of a history",
        "scratch": "scratch of a thread",
        "ties": "ties",
        "layout": "rest of the layout",
        "total": "**sum**",
        "record": "output, each month",
        "system": "the health system as loaded (not read by histories)",
    }
    small, large = found["bytes"], found["size"][-1]
    rows = [
        (label, number(small[name]), number(large["bytes"][name])) for name, label in labels.items()
    ]
    rows.insert(5, ("share of the ties", percent(small), percent(large["bytes"])))
    heads = ("bytes a staff member", *(f"{s:,} staff" for s in staff_of(found)))
    return table(heads, rows)


def percent(entry: dict) -> str:
    return f"{100 * entry['ties_share']:.0f}%"


def staff_of(found: dict) -> tuple[int, int]:
    return found["system"]["staff"], found["size"][-1]["staff"]


def first_call(found: dict) -> str:
    names = {
        "cold": "fresh process, nothing compiled before",
        "cached": "fresh process, compiled before",
    }
    keys = ("import_and_load", "first_call", "second_call")
    rows = [
        (names[name], *(number(entry[key]) for key in keys))
        for name, entry in found["start"].items()
    ]
    heads = (
        "seconds of processor time",
        "import, load 12 sites",
        "first `simulate`",
        "second `simulate`",
    )
    return table(heads, rows)


def size(found: dict) -> str:
    rows = [
        (
            f"{entry['staff']:,}",
            f"{entry['sites']:,}",
            str(entry["histories"]),
            number(entry["ns"]),
            f"{number(min(entry['ns_slices']))} to {number(max(entry['ns_slices']))}",
            number(entry["bytes"]["total"]),
            number(entry["set_up_seconds"]),
        )
        for entry in found["size"]
    ]
    heads = (
        "staff",
        "sites",
        "histories",
        "ns a staff-month",
        "by year of the history",
        "bytes a staff member",
        "set up, s",
    )
    return table(heads, rows)


def bound(found: dict) -> str:
    roof = found["roofline"]
    labels = {
        "digits": "generator calls for leading digits",
        "own": "generator calls for own draws",
        "bytes": "bytes read or written in order",
        "listeners": "counters of listeners written",
    }
    rows = []
    for name, label in labels.items():
        count, each = roof["numbers"][name], roof["each_ns"][name]
        rows.append((label, number(count), number(each), number(count * each)))
    best = found["speed"]["engine_1"]["best"]
    rows += [
        ("sum", "", "", number(roof["ns"])),
        ("engine, one thread, best", "", "", number(best)),
        ("share reached", "", "", f"{100 * roof['ns'] / best:.0f}%"),
    ]
    heads = ("of a staff-month", "number", "ns each, at best", "ns")
    rates = f"Read in order: {number(roof['near_gb_s'])} GB/s from the second cache, "
    rates += f"{number(roof['far_gb_s'])} GB/s from memory. "
    rates += f"Changes of awareness or support: {number(roof['numbers']['changes'])} a staff-month."
    return f"{table(heads, rows)}\n\n{rates}"


def table(heads: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = [heads, ("---",) * len(heads), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def number(value: float) -> str:
    """Three significant digits, plainly written."""
    value = float(f"{value:.3g}")
    if abs(value) >= 100 or value == 0:
        return f"{value:,.0f}"
    return f"{value:.10f}".rstrip("0").rstrip(".")


def main() -> None:
    """Put the figures of a file into the page."""
    found = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    PAGE.write_text(write(tables(found), PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    print(f"wrote the tables of {PAGE.name}")


if __name__ == "__main__":
    main()
