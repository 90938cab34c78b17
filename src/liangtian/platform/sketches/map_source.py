"""Sketches on printed maps: those the user may see, one line of the legend each."""

from __future__ import annotations

import numpy as np

from liangtian.platform.maps.sources import MOST, Figures, source
from liangtian.platform.people.models import User
from liangtian.platform.shapes import Bounds
from liangtian.platform.sketches.models import Sketch


@source("sketches")
def sketch_figures(user: User, bounds: Bounds) -> list[Figures]:
    """Sketches of one colour are drawn alike, each with its name beside it."""
    if not user.may("sketches.draw"):
        return []
    rows = Sketch.objects.visible_to(user).filter(geom__bbox=bounds).order_by("pk")[:MOST]
    grouped: dict[str, list[Sketch]] = {}
    for sketch in rows:
        grouped.setdefault(sketch.colour, []).append(sketch)
    return [
        Figures(_name(found), _array(found), [s.name for s in found], "", colour, 0.5)
        for colour, found in grouped.items()
    ]


def _name(found: list[Sketch]) -> str:
    return f"标绘 {found[0].name}" + (f"等 {len(found)} 个" if len(found) > 1 else "")


def _array(found: list[Sketch]) -> np.ndarray[tuple[int], np.dtype[np.object_]]:
    out = np.empty(len(found), dtype=object)
    out[:] = [sketch.geom for sketch in found]
    return out
