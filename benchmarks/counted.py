"""Count the calls of the generator in one month, with compilation off; used by `roofline.py`.

NUMBA_DISABLE_JIT=1 python benchmarks/counted.py FILE.npz

The file holds the state of one history before and after a month. The rules run as plain Python,
so that each call can be counted as it is made. Prints, as JSON, the calls for leading digits and
for own draws by decision, and whether the month ended as it did in the compiled engine.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path

import numpy as np
from histories import histories, lay_out

from imr_sim.model import rng
from imr_sim.model.state import State
from imr_sim.system import load_system


def count_calls() -> tuple[Counter[int], Counter[int]]:
    """Calls for leading digits and for own draws, by decision, from now on."""
    digits: Counter[int] = Counter()
    own: Counter[int] = Counter()
    philox = rng.philox

    def counting(c0, code, *rest):
        made = own if int(code) >> 24 == 0 else digits
        made[int(code) >> 16 & 255] += 1
        return philox(c0, code, *rest)

    rng.philox = counting
    return digits, own


def main(path: Path) -> None:
    """Run the month again and count."""
    with np.load(path, allow_pickle=False) as file:
        before, after = (
            State(**{name: file[f"{when}_{name}"] for name in State._fields})
            for when in ("before", "after")
        )
        month, system = int(file["month"]), str(file["system"])
    batch = histories(lay_out(load_system(system)), 1)
    batch.state, batch.month = before, batch.month + month
    digits, own = count_calls()
    batch.advance(1)
    equal = all(np.array_equal(a, b) for a, b in zip(batch.state, after, strict=True))
    print(json.dumps({"as_compiled": equal, "digits": digits, "own": own}))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
