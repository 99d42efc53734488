"""Tests that look into the engine's draws: collected only with compilation off.

`tests/unit/test_uncompiled.py` runs them that way, as `NUMBA_DISABLE_JIT=1 pytest` does.
"""

import numba

collect_ignore_glob = [] if numba.config.DISABLE_JIT else ["test_*.py"]
