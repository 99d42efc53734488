"""Under which conditions a cheaper strategy is as good as a dearer one (scenario discovery)."""

from imr_sim.sensitivity.discovery.cases import Cases, read_cases
from imr_sim.sensitivity.discovery.find import Discovery, discover

__all__ = ["Cases", "Discovery", "discover", "read_cases"]
