"""How long the first call takes in a fresh process: nothing compiled before, or all of it kept."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile

FIRST_CALL = """
import json, time
begin = time.process_time()
import imr_sim as imr
system, parameters = imr.load_system("small"), imr.Parameters()
loaded = time.process_time()
imr.simulate(system, parameters, months=2, seed=1)
called = time.process_time()
imr.simulate(system, parameters, months=2, seed=1)
again = time.process_time()
print(json.dumps({"import_and_load": loaded - begin, "first_call": called - loaded,
                  "second_call": again - called}))
"""


def start_times(cold: bool) -> dict[str, dict[str, float]]:
    """Seconds of processor time to import and load a small system, of a first and a second call.

    ``cold``: fresh process, empty cache folder (only if asked for: it compiles everything).
    ``cached``: another fresh process, with what the first one kept.
    """
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        if cold:
            found["cold"] = _fresh_process(folder)
        else:
            folder = os.environ.get("IMR_SIM_CACHE", "")
        found["cached"] = _fresh_process(folder)
    return found


def _fresh_process(cache: str) -> dict[str, float]:
    done = subprocess.run(
        [sys.executable, "-c", FIRST_CALL],
        env={**os.environ, "IMR_SIM_CACHE": cache},
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)
