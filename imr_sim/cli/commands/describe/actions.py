"""`imr-sim describe`: the system, the parameters, practices, strategies, the model's schedule."""

from __future__ import annotations

from collections.abc import Callable
from textwrap import fill

from imr_sim.cli.request.keys import wrong
from imr_sim.cli.request.read import read_request
from imr_sim.cli.run_folder import free_path
from imr_sim.cli.terminal import say

WIDTH = 100


def system(argv: list[str]) -> int:
    """Print a system, and export it where asked to; returns the exit code."""
    from imr_sim.system import describe_system, load_system, save_system

    request = read_request("describe", argv)
    path = None if request.out is None else free_path(request.out, "describe")
    system = load_system(request.system)
    text = describe_system(system)
    if path is not None:
        save_system(system, path)
        text += f"\n\nWritten to {path}: " + ", ".join(sorted(p.name for p in path.iterdir()))
    say(text)
    return 0


def parameters(argv: list[str]) -> int:
    """Print the parameters."""
    return _print("parameters", argv, _parameters)


def practices(argv: list[str]) -> int:
    """Print the practices."""
    return _print("practices", argv, _practices)


def strategies(argv: list[str]) -> int:
    """Print the strategies."""
    return _print("strategies", argv, _strategies)


def trials(argv: list[str]) -> int:
    """Print the trials."""
    return _print("trials", argv, _trials)


def schedule(argv: list[str]) -> int:
    """Print the phases of a month."""
    return _print("schedule", argv, _schedule)


def _print(topic: str, argv: list[str], text: Callable[[], str]) -> int:
    if argv:
        why, write = f"describe {topic} takes no keys", f"Write imr-sim describe {topic}."
        raise wrong(" ".join(argv), why, write)
    say(text())
    return 0


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


def _trials() -> str:
    from imr_sim.trials import load_trial, trial_names

    blocks = ["Trials: imr-sim trial <name>. Your own: see docs/trials.md."]
    for name in trial_names():
        trial = load_trial(name)
        arms = ", ".join(f"{arm.name} ({arm.sites} sites)" for arm in trial.arms)
        blocks.append(f"\n  {name}: {trial.title}")
        blocks.append(_indented(f"{arms}; followed for {trial.months} months"))
        blocks.append(_indented(f"Assumed: {' '.join(trial.assumed.split())}"))
        blocks.append(_indented(f"Sources: {', '.join(trial.evidence)}; {trial.source}"))
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
