"""What programmes have on the map beside the reference layers: they register it, the map draws it.

The platform knows no programme; a programme's app names its figures here when it starts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from liangtian.platform.people.models import User
from liangtian.platform.shapes import Bounds

MOST = 5_000  # figures of one source on one sheet


@dataclass(frozen=True)
class Figures:
    """Figures (EPSG:4490) drawn alike: one line of the legend, a label each (may be empty)."""

    name: str
    geoms: NDArray[np.object_]
    labels: list[str]
    fill: str
    stroke: str
    width_mm: float = 0.5


Draw = Callable[[User, Bounds], list[Figures]]
"""Figures a user may see inside bounds; an empty list when the user may see none."""

sources: dict[str, Draw] = {}


def source(code: str) -> Callable[[Draw], Draw]:
    """Register `def draw(user, bounds) -> list[Figures]` under a code the browser asks for."""

    def register(draw: Draw) -> Draw:
        sources[code] = draw
        return draw

    return register
