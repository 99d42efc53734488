"""`imr-sim describe`: the system, the parameters, practices, strategies, the model's schedule."""

from __future__ import annotations

from difflib import get_close_matches
from textwrap import fill

from imr_sim.cli.overrides import compose_request
from imr_sim.cli.requests import DescribeRequest, check_request
from imr_sim.cli.run_folder import free_path
from imr_sim.cli.session import Session
from imr_sim.errors import RequestError

TOPICS = ("system", "parameters", "practices", "strategies", "schedule")
WIDTH = 100


def describe(command: str, argv: list[str], session: Session) -> int:
    """Print one topic; returns the exit code."""
    topic = argv[0] if argv else ""
    if topic not in TOPICS:
        near = get_close_matches(topic, TOPICS, n=1)
        raise RequestError(
            f"describe {topic}".strip(),
            where="command line",
            why="it does not say what to describe",
            write=f"Write imr-sim describe {near[0] if near else '|'.join(TOPICS)}.",
        )
    rest = argv[1:]
    if topic != "system" and rest:
        raise RequestError(
            " ".join(rest),
            where="command line",
            why=f"describe {topic} takes no keys",
            write=f"Write imr-sim describe {topic}.",
        )
    print(_system(rest) if topic == "system" else _TEXTS[topic]())
    return 0


def _system(argv: list[str]) -> str:
    from imr_sim.system import describe_system, load_system, save_system

    fields = DescribeRequest.model_fields
    request = check_request(DescribeRequest, compose_request("describe", fields, argv))
    path = None if request.out is None else free_path(request.out, "describe")
    system = load_system(request.system)
    text = describe_system(system)
    if path is not None:
        save_system(system, path)
        text += f"\n\nWritten to {path}: " + ", ".join(sorted(p.name for p in path.iterdir()))
    return text


def _parameters() -> str:
    from imr_sim.model.parameters import parameter_frame

    blocks = [
        "Parameters: default [range] unit; prior (a judgement, never a finding); source.",
        "Fix one with parameters.<name>=value.",
    ]
    for group, rows in parameter_frame().groupby("group", sort=False):
        blocks.append(f"\n{str(group).upper()}")
        for row in rows.to_dict("records"):
            blocks.append(f"  {row['name']} = {row['default']:g} {row['unit']}: {row['meaning']}")
            span = f"[{row['low']:g}, {row['high']:g}]"
            blocks.append(f"      range {span}; prior {row['prior']}; source: {row['source']}")
    return "\n".join(blocks)


def _strategies() -> str:
    from imr_sim.strategies import DEFAULT_STRATEGIES, load_strategy, strategy_names

    blocks = ["Strategies (* compared by default). Your own: see docs/strategies.md."]
    for name in strategy_names():
        strategy = load_strategy(name)
        mark = "*" if name in DEFAULT_STRATEGIES else " "
        blocks.append(f"\n{mark} {name}: {strategy.label}")
        blocks.append(_indented(strategy.description))
        if strategy.eric:
            blocks.append(_indented(f"ERIC: {'; '.join(strategy.eric)}"))
        blocks.append(_indented(f"Sources: {'; '.join(strategy.sources)}"))
    return "\n".join(blocks)


def _practices() -> str:
    from imr_sim.practice import load_practice, practice_names

    blocks = ["Practices: practice=<name>. Your own: see docs/practices.md."]
    for name in practice_names():
        practice = load_practice(name)
        mark = "INVENTED: " if practice.invented else ""
        blocks.append(f"\n  {name}: {mark}{practice.full_name or practice.name}")
        if practice.description:
            blocks.append(_indented(practice.description))
        facts = [f"From {practice.start}", practice.moves_in_words or "parameters as drawn"]
        if own := practice.support:
            facts.append(f"support of its own in months {own.start + 1} to {own.end}")
        blocks.append(_indented("; ".join(facts)))
        blocks.append(_indented(f"Sources: {'; '.join(practice.sources) or 'none given'}"))
    return "\n".join(blocks)


def _schedule() -> str:
    from imr_sim.model.engine import PHASES

    width = max(len(name) for name, _ in PHASES)
    head = (
        "Phases of a month, in order. Each reads the state at the start of the month and writes\n"
        "the next one, so that the order among people and sites never matters.\n"
    )
    lines = [f"{i}. {name:<{width}}  {what}" for i, (name, what) in enumerate(PHASES, start=1)]
    return "\n".join([head, *lines])


def _indented(text: str) -> str:
    return fill(text, WIDTH, initial_indent="    ", subsequent_indent="    ")


_TEXTS = {
    "parameters": _parameters,
    "practices": _practices,
    "strategies": _strategies,
    "schedule": _schedule,
}
