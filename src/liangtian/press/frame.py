"""The drawn rectangle of a map on paper: its scale, where a point lies on it, its grid and scale bar."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

Point = tuple[float, float]
Ring = Sequence[Point]
Extent = tuple[float, float, float, float]


@dataclass(frozen=True)
class Frame:
    """The drawn rectangle on paper, millimetres."""

    width: float
    height: float


@dataclass(frozen=True)
class View:
    """From plane metres to millimetres from the frame's top left corner."""

    centre: Point
    scale: int
    frame: Frame

    def mm(self, point: Point) -> Point:
        """Where a point of the plane lies on the frame."""
        k = 1000.0 / self.scale
        x = self.frame.width / 2 + (point[0] - self.centre[0]) * k
        y = self.frame.height / 2 - (point[1] - self.centre[1]) * k
        return round(x, 3), round(y, 3)

    def shows(self, ring: Ring) -> bool:
        """False when the ring's box lies wholly outside the frame."""
        west, south, east, north = self.extent
        xs, ys = [p[0] for p in ring], [p[1] for p in ring]
        return max(xs) >= west and min(xs) <= east and max(ys) >= south and min(ys) <= north

    @property
    def extent(self) -> Extent:
        """What the frame shows of the plane."""
        w = self.frame.width * self.scale / 2000.0
        h = self.frame.height * self.scale / 2000.0
        x, y = self.centre
        return x - w, y - h, x + w, y + h


def round_scale(wanted: float) -> int:
    """The smallest usual denominator not below `wanted`, never larger a scale than 1:100."""
    power = 100
    while True:
        for step in (1, 1.5, 2, 2.5, 3, 4, 5):
            if power * step >= wanted:
                return int(power * step)
        power *= 10


def scale_bar(scale: int) -> dict[str, object]:
    """A bar of at most 33 mm over a round number of metres, in two equal parts."""
    longest = 33.0 * scale / 1000.0
    power = 10.0 ** math.floor(math.log10(longest))
    metres = max(step * power for step in (1, 2, 4) if step * power <= longest)
    unit, size = ("千米", 1000.0) if metres >= 2000 else ("米", 1.0)
    marks = [f"{metres * part / size:g}" for part in (0, 0.5, 1)]
    return {"length": round(metres * 1000.0 / scale, 3), "marks": marks, "unit": unit}


def corners(view: View) -> list[list[str]]:
    """Northing and easting of the frame's north-west and south-east corners."""
    west, south, east, north = view.extent
    return [[f"{north:.0f}", f"{west:.0f}"], [f"{south:.0f}", f"{east:.0f}"]]


_GRID_MM = 40.0  # grid lines lie at least so far apart


def grid_lines(view: View) -> dict[str, object]:
    """Lines of round coordinates inside the frame: paper millimetres and the figure at each."""
    step = _grid_step(view.scale)
    west, south, east, north = view.extent

    def lines(low: float, high: float) -> list[int]:
        return [k * step for k in range(math.ceil(low / step), math.floor(high / step) + 1)]

    return {
        "x": [[view.mm((x, south))[0], f"{x}"] for x in lines(west, east)],
        "y": [[view.mm((west, y))[1], f"{y}"] for y in lines(south, north)],
    }


def _grid_step(scale: int) -> int:
    """Metres between grid lines: 1, 2 or 5 times a power of ten."""
    least, power = _GRID_MM * scale / 1000.0, 1
    while True:
        for step in (1, 2, 5):
            if step * power >= least:
                return step * power
        power *= 10
