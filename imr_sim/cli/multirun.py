"""`imr-sim COMMAND --multirun key=a,b`: a handful of runs, one for each combination of values."""

from __future__ import annotations

from itertools import islice, product
from math import prod

from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.errors import HydraException

from imr_sim.cli.commands import COMMANDS, request_class
from imr_sim.cli.request.keys import WHERE, fields_of
from imr_sim.cli.run_folder import free_path
from imr_sim.cli.runner import prepare, run_job
from imr_sim.cli.session import Session
from imr_sim.cli.terminal import say
from imr_sim.errors import RequestError

FLAGS = ("--multirun", "-m")
MOST_RUNS = 100


def multirun(command: str, argv: list[str], session: Session) -> int:
    """Run a command once for each combination of values; returns the exit code.

    The runs write to folders 0, 1, ... of `out`.

    Several values of a key are written as Hydra writes them: ``a,b``, ``range(1,5)``,
    ``choice(a,b)``. All that the requests name is loaded and checked before the first
    run begins.
    """
    argv = [argument for argument in argv if argument not in FLAGS]
    if not COMMANDS[command].runs or "resume" in fields_of(request_class(command)):
        raise RequestError(
            f"{command} --multirun",
            where=WHERE,
            why=f"{command} is not a run of its own",
            write="Use it with compare or simulate; imr-sim sweep runs many by itself.",
        )
    outs = [argument.split("=", 1)[1] for argument in argv if argument.startswith("out=")]
    each = [_values(argument) for argument in argv if not argument.startswith("out=")]
    if prod(map(len, each)) > MOST_RUNS:
        raise RequestError(
            f"more than {MOST_RUNS} runs",
            where=WHERE,
            why=f"--multirun is for a handful of runs, {MOST_RUNS} at most",
            write="Use imr-sim sweep, which keeps a few numbers of each run.",
        )
    runs = list(product(*each))
    parent = free_path(outs[-1].strip("'\"") if outs else None, f"{command}_multirun")
    jobs = [prepare(command, [*run, f"out={parent / str(n)}"]) for n, run in enumerate(runs)]
    varied = [i for i, values in enumerate(each) if len(values) > 1]
    for n, (run, job) in enumerate(zip(runs, jobs, strict=True)):
        session.nothing_open = f"interrupted after {n} of {len(runs)} runs, see {parent}"
        what = " ".join(run[i] for i in varied)
        say(f"[{n + 1} of {len(runs)}] {what}".rstrip())
        code = run_job(job, session)
        if code:
            return code
        session.folder = None
        say()
    return 0


def _values(argument: str) -> list[str]:
    """The argument once for each of its values; as it stands when it has but one."""
    try:
        override = OverridesParser.create().parse_override(argument)
    except HydraException:  # composing says what is wrong, or reads it as a path
        return [argument]
    if not override.is_sweep_override():
        return [argument]
    values = islice(override.sweep_string_iterator(), MOST_RUNS + 1)
    return [f"{override.get_key_element()}={value}" for value in values]
