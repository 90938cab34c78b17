"""Finding places for permits and satellite patches on the made-up county."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
import shapely

from .county import County
from .landuse import NAMES
from .mosaic import Bools, Floats, Ints, Shapes
from .survey import SurveyYear


class NoPlaceError(RuntimeError):
    """The county is too small for what was asked to be put on it."""


@dataclass
class Ground:
    """The latest survey with the farmland protection over it, and what is already taken."""

    county: County
    survey: SurveyYear
    whole: shapely.Geometry
    pbf: Shapes
    red: Shapes
    pools: dict[str, Ints]
    rng: np.random.Generator
    taken: list[tuple[float, float, float]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._plots = shapely.STRtree(self.survey.shapes)
        self._pbf = shapely.STRtree(self.pbf)
        self._red = shapely.STRtree(self.red)
        self._at = dict.fromkeys(self.pools, 0)
        shapely.prepare(self.whole)

    def spot(self, pool: str, reach: float) -> int:
        """The next free plot of a pool with nothing else within `reach` metres around it."""
        plots = self.pools[pool]
        for _ in range(len(plots)):
            k = int(plots[self._at[pool] % len(plots)])
            self._at[pool] += 1
            x, y = self.middle(k)
            if all(math.hypot(x - a, y - b) > reach + r for a, b, r in self.taken):
                return k
        raise NoPlaceError(f"no free place in {pool}")

    def take(self, shape: shapely.Geometry) -> None:
        """Keep later spots away from a shape."""
        box = shapely.bounds(shape)
        x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
        self.taken.append((x, y, math.hypot(box[2] - box[0], box[3] - box[1]) / 2))

    def free(self, shape: shapely.Geometry, gap: float) -> bool:
        """Whether a shape keeps `gap` metres from everything taken."""
        box = shapely.bounds(shape)
        x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
        own = math.hypot(box[2] - box[0], box[3] - box[1]) / 2 + gap
        return all(math.hypot(x - a, y - b) > own + r for a, b, r in self.taken)

    def middle(self, plot: int) -> tuple[float, float]:
        """A point well inside a plot."""
        p = shapely.point_on_surface(self.survey.shapes[plot])
        return float(p.x), float(p.y)

    def heading(self, plot: int) -> float:
        """Direction of a plot's longest side, radians."""
        ring = shapely.get_coordinates(shapely.minimum_rotated_rectangle(self.survey.shapes[plot]))
        d = np.diff(ring, axis=0)
        k = int(np.argmax(np.hypot(d[:, 0], d[:, 1])))
        return math.atan2(d[k, 1], d[k, 0])

    def farmland(self, shape: shapely.Geometry) -> float:
        """Planar farmland under a shape, m²."""
        return sum(a for c, a in self.classes(shape).items() if c.startswith("01"))

    def basic(self, shape: shapely.Geometry) -> float:
        """Planar permanent basic farmland under a shape, m²."""
        return _under(shape, self.pbf, self._pbf)

    def red_line(self, shape: shapely.Geometry) -> float:
        """Planar ecological red line under a shape, m²."""
        return _under(shape, self.red, self._red)

    def classes(self, shape: shapely.Geometry) -> dict[str, float]:
        """Planar area of each land class under a shape, m²."""
        out: dict[str, float] = {}
        for k in np.sort(self._plots.query(shape, predicate="intersects")).tolist():
            c = str(self.survey.code[k])
            part = shapely.area(shapely.intersection(shape, self.survey.shapes[k]))
            out[c] = out.get(c, 0.0) + float(part)
        return out

    def main_class(self, shape: shapely.Geometry) -> tuple[str, str]:
        """Code and name of the class with the largest share."""
        found = self.classes(shape)
        code = max(found, key=lambda c: found[c]) if found else ""
        return code, NAMES.get(code, "")


def _under(shape: shapely.Geometry, layer: Shapes, tree: shapely.STRtree) -> float:
    hit = tree.query(shape, predicate="intersects")
    return float(shapely.area(shapely.intersection(layer[hit], shape)).sum()) if len(hit) else 0.0


def build_ground(
    county: County,
    first: SurveyYear,
    last: SurveyYear,
    *,
    whole: shapely.Geometry,
    pbf: Shapes,
    red: Shapes,
) -> Ground:
    """Sort the plots of the last survey into pools of places, each in random order."""
    rng = np.random.default_rng([county.seed, 41])
    n = len(first.code)
    code, area = last.code, last.area
    point = shapely.point_on_surface(last.shapes)
    in_pbf = np.zeros(len(code), bool)
    in_pbf[shapely.STRtree(pbf).query(point, predicate="within")[0]] = True
    farm = np.char.startswith(code, "01")
    farm &= ~np.isin(np.arange(len(code)), np.arange(n, len(code)))
    xy = shapely.get_coordinates(point) - county.offset
    far, who = county.land.tree.query(xy)
    room = far - county.land.settlement_radius[who]
    same = np.zeros(len(code), bool)
    same[:n] = first.code == code[:n]
    built = np.isin(code, ["0702", "0601", "05H1", "08H2", "0701", "0508"])
    new_built = ~same & np.isin(code, ["0702", "0601", "0809", "05H1"])
    pools: dict[str, Bools] = {
        "farm": farm & ~in_pbf & (area > 2500),
        "pbf": farm & in_pbf & (area > 3500),
        "home": farm & ~in_pbf & (room < 260) & (area > 1200),
        "open": np.isin(code, ["0404", "0305", "0307", "0301", "0201", "0204"]) & (area > 3000),
        "built": same & built & (area > 800) & (area < 15000),
        "new": new_built & (area > 300),
    }
    return Ground(
        county, last, whole, pbf, red,
        {k: rng.permutation(np.nonzero(v)[0]) for k, v in pools.items()}, rng,
    )  # fmt: skip


def turned(points: Floats, x: float, y: float, angle: float) -> shapely.Polygon:
    """A polygon given around the origin, turned and moved to a place, rounded to 0.1 mm."""
    c, s = math.cos(angle), math.sin(angle)
    xy = points @ np.array([[c, s], [-s, c]]) + [x, y]
    return shapely.Polygon(np.round(xy, 4))


def building(rng: np.random.Generator, area: float) -> Floats:
    """Ground plan of a building or yard of about `area` m²: a rectangle, an L or a U."""
    ratio = rng.uniform(0.45, 0.95)
    kind = int(rng.integers(3))
    p: list[tuple[float, float]]
    if kind == 0:
        p = [(0, 0), (1, 0), (1, ratio), (0, ratio)]
    elif kind == 1:
        a, b = rng.uniform(0.4, 0.7), rng.uniform(0.4, 0.7) * ratio
        p = [(0, 0), (1, 0), (1, b), (a, b), (a, ratio), (0, ratio)]
    else:
        b = 0.45 * ratio
        p = [(0, 0), (1, 0), (1, ratio), (0.7, ratio), (0.7, b), (0.3, b), (0.3, ratio), (0, ratio)]
    return _sized(np.array(p, dtype=np.float64), area)


def yard(rng: np.random.Generator, area: float) -> Floats:
    """Irregular outline of about `area` m², like piled soil or a pit."""
    n = int(rng.integers(14, 30))
    t = (np.arange(n) + rng.uniform(-0.3, 0.3, n)) / n * 2 * np.pi
    r = np.ones(n)
    for k in range(2, 6):
        r += 0.28 * k**-1.1 * rng.standard_normal() * np.sin(k * t + rng.uniform(0, 6.28))
    r = np.clip(r, 0.45, 1.7)
    return _sized(np.c_[r * np.cos(t) * 1.25, r * np.sin(t)], area)


def lane(rng: np.random.Generator, length: float, width: float) -> Floats:
    """Outline of a slightly winding road."""
    t = np.linspace(-length / 2, length / 2, 9)
    mid = np.c_[t, 0.03 * length * np.sin(t / length * rng.uniform(2, 5) + rng.uniform(0, 6))]
    shape = shapely.buffer(shapely.LineString(mid), width / 2, cap_style="flat", join_style="mitre")
    return np.asarray(shapely.get_coordinates(shape)[:-1])


def _sized(p: Floats, area: float) -> Floats:
    x, y = p[:, 0], p[:, 1]
    now = 0.5 * abs(float(np.sum(x * np.roll(y, -1) - np.roll(x, -1) * y)))
    p = p * math.sqrt(area / now)
    return np.asarray(p - (p.max(axis=0) + p.min(axis=0)) / 2)
