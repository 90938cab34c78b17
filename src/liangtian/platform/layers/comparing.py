"""What changed between two versions of a layer (变化分析): a matrix of areas and the changed ground.

Figures that are the same in both versions count at once; only the others go through the overlay engine. A
column of the matrix sums to the area its category has afterwards, a row to what it had before, both to
0.01 m²: what a row lacks is ground the later version does not show (category "") or rounding.
"""

from __future__ import annotations

import hashlib
import math
from collections import defaultdict
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any, NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from liangtian.geo.area import round_m2, single_polygons, to_mu
from liangtian.geo.overlay import REMAINDER, areas, pieces
from liangtian.platform.layers.models import (
    Feature,
    LayerChange,
    LayerComparison,
    LayerVersion,
)
from liangtian.platform.layers.queries import features_in
from liangtian.platform.layers.storing import as_multi, insert_rows

PART = 5_000
PLOTS = 1_000  # changed figures overlaid together
NEAR = 20_000  # earlier figures held at a time, about
SHOWN_M2 = Decimal("1.00")  # changes smaller than this count but are not drawn: rounding of borders
Matrix = dict[tuple[str, str], Decimal]
Told = Callable[[float], None]


class _Changes:
    """Changed figures on their way into the table, some at a time; unseen until the comparison is done."""

    def __init__(self, comparison: LayerComparison) -> None:
        self.comparison = comparison
        self.count = 0
        self._rows: list[tuple[int, str, str, str, Decimal]] = []
        self._shapes: list[shapely.Geometry] = []
        LayerChange.objects.filter(comparison=comparison).delete()  # of an attempt broken off

    def add(self, plot: Feature, before: str, m2: Decimal, shape: shapely.Geometry) -> None:
        self._rows.append((plot.row, plot.fid, before, plot.category, m2))
        self._shapes.append(shape)
        if len(self._rows) >= PART:
            self.store()

    def store(self) -> None:
        """Write what has gathered."""
        if not self._rows:
            return
        row, fid, before, after, m2 = (list(c) for c in zip(*self._rows, strict=True))
        insert_rows(
            LayerChange,
            {
                "comparison_id": [self.comparison.pk] * len(row), "row": row, "fid": fid,
                "before": before, "after": after, "area_m2": m2,
            },
            as_multi(_array(self._shapes)),
        )  # fmt: skip
        self.count += len(row)
        self._rows, self._shapes = [], []


def compare(comparison: LayerComparison, told: Told = lambda _: None) -> None:
    """Fill the comparison: matrix, totals, changed figures. It counts as done only when all is there."""
    before, after = comparison.before, comparison.after
    known = {one.key: (one.pk, one.category) for one in _fingerprints(before)}
    told(0.1)
    matrix: Matrix = defaultdict(Decimal)
    kept: set[int] = set()
    changed: list[_Print] = []
    renamed: list[tuple[int, str]] = []  # same shape, another category; and which it was
    for one in _fingerprints(after):
        same = known.get(one.key)
        if same is None or same[0] in kept:
            changed.append(one)
            continue
        kept.add(same[0])
        matrix[same[1], one.category] += one.m2
        if same[1] != one.category:
            renamed.append((one.pk, same[1]))
    known.clear()
    told(0.2)
    shown = _Changes(comparison)
    _drawn(renamed, shown)
    done = 0
    for ids in _tiles(changed, len(kept) + len(changed)):
        _overlaid(before, ids, kept, matrix, shown)
        done += len(ids)
        told(0.2 + 0.75 * done / len(changed))
    shown.store()
    _finish(comparison, _closed(before, matrix), shown.count)


class _Print(NamedTuple):
    """A figure known by a digest of its shape; and the middle of its bounds."""

    key: bytes
    pk: int
    category: str
    m2: Decimal
    x: float
    y: float


def _fingerprints(version: LayerVersion) -> Iterator[_Print]:
    rows = Feature.objects.filter(version=version).order_by("pk")
    names = ("pk", "category", "area_m2", "geom")
    for pk, category, m2, geom in rows.values_list(*names).iterator(PART):
        digest = hashlib.blake2b(shapely.to_wkb(shapely.normalize(geom)), digest_size=12).digest()
        west, south, east, north = geom.bounds
        yield _Print(digest, pk, category, m2, (west + east) / 2, (south + north) / 2)


def _tiles(changed: list[_Print], figures: int) -> Iterator[list[int]]:
    """Changed figures lying together: strips from west to east, cut from south to north.

    So the ground around some of them holds a bounded number of earlier figures, in whatever order the
    file had them and however few changed.
    """
    if not changed:
        return
    strips = math.ceil(math.sqrt(max(len(changed) / PLOTS, figures / NEAR)))
    wide = math.ceil(len(changed) / strips)
    high = min(math.ceil(wide / strips), PLOTS)
    eastward = sorted(changed, key=lambda one: one.x)
    for start in range(0, len(eastward), wide):
        strip = sorted(eastward[start : start + wide], key=lambda one: one.y)
        for low in range(0, len(strip), high):
            yield [one.pk for one in strip[low : low + high]]


def _drawn(ids: list[tuple[int, str]], shown: _Changes) -> None:
    """Figures of the same shape and another category, which are drawn whole."""
    was = dict(ids)
    for start in range(0, len(ids), PLOTS):
        some = [pk for pk, _ in ids[start : start + PLOTS]]
        for plot in Feature.objects.filter(pk__in=some, area_m2__gte=SHOWN_M2).order_by("pk"):
            shown.add(plot, was[plot.pk], plot.area_m2, plot.geom)


def _overlaid(
    before: LayerVersion, ids: list[int], kept: set[int], matrix: Matrix, shown: _Changes
) -> None:
    plots = list(Feature.objects.filter(pk__in=ids).order_by("pk"))
    shapes = _array([plot.geom for plot in plots])
    west, south, east, north = shapely.total_bounds(shapes).tolist()
    near = features_in(before, (west, south, east, north))
    fresh = np.array([pk not in kept for pk in near.ids.tolist()], dtype=np.bool_)
    layer, categories = near.geoms[fresh], [str(c) for c in near.categories[fresh]]
    found = areas(shapes, layer, categories)
    tree = shapely.STRtree(layer)
    for plot, was, m2 in zip(found.plot.tolist(), found.category, found.m2, strict=True):
        one = plots[plot]
        if m2 == 0:
            continue
        matrix[was, one.category] += m2
        if was != one.category and m2 >= SHOWN_M2:
            hit = np.sort(tree.query(one.geom))
            shape = _ground(one.geom, layer[hit], [categories[k] for k in hit.tolist()], was)
            if shape is not None:
                shown.add(one, was, m2, shape)


def _ground(
    plot: shapely.Geometry, near: NDArray[np.object_], categories: list[str], was: str
) -> shapely.Geometry | None:
    """The part of a plot that was of one category, or that the earlier version did not show."""
    if was == REMAINDER:
        left = shapely.difference(plot, shapely.union_all(near)) if len(near) else plot
        parts, _ = single_polygons(_array([left]))
    else:
        same = _array([g for g, c in zip(near, categories, strict=True) if c == was])
        found = _array([shape for _, shape in pieces(plot, same)])
        parts, _ = single_polygons(found)
    return shapely.multipolygons(parts) if len(parts) else None


def _closed(before: LayerVersion, matrix: Matrix) -> Matrix:
    """With the ground that the later version does not show, so that every row sums to what was before."""
    had = {entry["category"]: Decimal(entry["area_m2"]) for entry in before.classes} or _summed(
        before
    )
    for category, m2 in had.items():
        placed = sum((v for (was, _), v in matrix.items() if was == category), Decimal(0))
        if m2 != placed:
            matrix[category, REMAINDER] = m2 - placed
    return matrix


def _summed(version: LayerVersion) -> dict[str, Decimal]:
    out: dict[str, Decimal] = defaultdict(Decimal)
    rows = Feature.objects.filter(version=version).values_list("category", "area_m2")
    for category, m2 in rows.iterator(PART):
        out[category] += m2
    return out


def _finish(comparison: LayerComparison, matrix: Matrix, changed: int) -> None:
    sums: dict[str, list[Decimal]] = defaultdict(lambda: [Decimal(0), Decimal(0)])
    for (was, now), m2 in matrix.items():
        sums[was][0] += m2
        sums[now][1] += m2
    comparison.matrix = [
        {"before": was, "after": now, **_figures(m2)}
        for (was, now), m2 in sorted(matrix.items())
        if m2
    ]
    comparison.totals = [
        {"category": c, "before_m2": str(b), "after_m2": str(a), "change_m2": str(a - b)}
        for c, (b, a) in sorted(sums.items())
    ]
    comparison.changed = changed
    comparison.done = True
    comparison.save()


def _figures(m2: Decimal) -> dict[str, Any]:
    return {"area_m2": str(m2), "area_mu": str(round_m2(to_mu(m2)))}


def _array(shapes: list[Any]) -> NDArray[np.object_]:
    out = np.empty(len(shapes), dtype=object)
    out[:] = shapes
    return out
