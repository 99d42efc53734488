"""Make the picture of the README from the main job, as `imr-sim compare` draws it.

python experiments/readme_picture.py
"""

from __future__ import annotations

from pathlib import Path

import imr_sim as imr
from imr_sim.plots import plot_adoption

TARGET = Path(__file__).parents[1] / "docs" / "images" / "adoption.png"


def main() -> None:
    """Run the comparison with its defaults and save the adoption curves."""
    result = imr.compare(imr.load_system(), imr.posterior())
    TARGET.parent.mkdir(exist_ok=True)
    plot_adoption(result).savefig(TARGET, dpi=120)
    print(f"wrote {TARGET}")


if __name__ == "__main__":
    main()
