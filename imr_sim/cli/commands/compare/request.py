"""What `imr-sim compare` may be asked."""

from __future__ import annotations

from typing import Literal

from imr_sim import limits
from imr_sim.cli.request.keys import LITERAL, key
from imr_sim.cli.request.shared import HORIZON, POLICY_START, STRATEGIES, Month, RunRequest


class CompareRequest(RunRequest):
    """A comparison of strategies from one policy date on."""

    strategies: list[str] | Literal["default", "all"] = STRATEGIES
    reference: str = key(
        "strategy that the others are compared with; it joins them by itself",
        "Write the name of a strategy, e.g. none.",
        LITERAL,
        min_length=1,
    )
    policy_start: Month = POLICY_START
    luck_draws: int = key(
        "with one replicate, draws that are run a second time to tell luck from parameters",
        f"Write {limits.LUCK_DRAWS}.",
        within=limits.LUCK_DRAWS,
    )
    horizon: int = HORIZON

    def check(self) -> None:
        """Raise RequestError unless a history comes before the policy."""
        self.check_dates(self.policy_start, self.horizon, least=1)
