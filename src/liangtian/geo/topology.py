"""Overlaps and gaps (拓扑检查) of a layer that should cover its ground once, at any number of figures.

The figures lie in a file and are taken up cell by cell, so that memory does not grow with the layer. All
work is done in the coordinate system the layer was delivered in, where shared borders are shared exactly.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from typing import IO, Any

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS

from liangtian.geo.area import single_polygons, survey_areas
from liangtian.geo.outline import outline

CELL = 8_000  # figures of one cell
Shapes = NDArray[np.object_]
Indices = NDArray[np.int64]
Told = Callable[[float], None]


class FigureFile:
    """Valid polygons put aside in a temporary file, with their bounds in memory."""

    def __init__(self) -> None:
        self._file: IO[bytes] = tempfile.TemporaryFile(prefix="liangtian-")  # noqa: SIM115
        self._sizes: list[NDArray[np.int64]] = []
        self._bounds: list[NDArray[np.float64]] = []
        self._starts: NDArray[np.int64] | None = None

    def __enter__(self) -> FigureFile:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def add(self, geoms: Shapes) -> None:
        """Append figures; they are numbered from 0 in the order they come."""
        wkb = shapely.to_wkb(geoms).tolist()
        self._file.seek(0, 2)
        self._file.writelines(wkb)
        self._sizes.append(np.array([len(one) for one in wkb], np.int64))
        self._bounds.append(shapely.bounds(geoms))
        self._starts = None

    @property
    def bounds(self) -> NDArray[np.float64]:
        """(n, 4) minx, miny, maxx, maxy."""
        return np.concatenate(self._bounds) if self._bounds else np.empty((0, 4))

    def take(self, indices: Indices) -> Shapes:
        """Some figures, in the order asked for."""
        if self._starts is None:
            self._file.flush()
            sizes = np.concatenate(self._sizes) if self._sizes else np.empty(0, np.int64)
            self._starts = np.r_[0, np.cumsum(sizes)]
        found = []
        for start, end in zip(self._starts[indices], self._starts[indices + 1], strict=True):
            self._file.seek(int(start))
            found.append(self._file.read(int(end - start)))
        return np.asarray(shapely.from_wkb(np.array(found, dtype=object)), dtype=object)


@dataclass(frozen=True)
class Overlaps:
    """Pairs of figures (`first` < `second`) that share ground, its shape and its survey area in m²."""

    first: Indices
    second: Indices
    shared: Shapes
    m2: NDArray[np.float64]

    def of(self, which: NDArray[Any]) -> Overlaps:
        """Some of them, by mask or index."""
        return Overlaps(self.first[which], self.second[which], self.shared[which], self.m2[which])


def overlaps(
    figures: FigureFile, crs: CRS, *, least_m2: float, told: Told = lambda _: None
) -> Overlaps:
    """Every pair of figures that overlaps by `least_m2` or more.

    Figures that fit together edge by edge cannot overlap; elsewhere only those whose edges do not match their
    neighbours' are intersected. `told` hears the share done.
    """
    bounds = figures.bounds
    found: list[tuple[Indices, Indices, Shapes, NDArray[np.float64]]] = []
    parts = _cells(bounds)
    for number, (members, _) in enumerate(parts):
        near = np.flatnonzero(_meet(bounds, _hull(bounds[members])))
        geoms = figures.take(near)
        own = np.isin(near, members)
        suspect = _suspect(geoms) if outline(geoms) is None else np.zeros(len(geoms), np.bool_)
        if suspect.any():
            i, j = shapely.STRtree(geoms).query(geoms, predicate="intersects")
            keep = (i < j) & (suspect[i] | suspect[j]) & own[i]
            i, j = i[keep], j[keep]
            shared = shapely.intersection(geoms[i], geoms[j])
            area = survey_areas(shared, crs) if len(shared) else np.empty(0)
            real = area >= least_m2
            found.append((near[i[real]], near[j[real]], shared[real], area[real]))
        told((number + 1) / len(parts))
    if not found:
        none = np.empty(0, np.int64)
        return Overlaps(none, none, np.empty(0, dtype=object), np.empty(0))
    first, second, shapes, m2 = (np.concatenate(column) for column in zip(*found, strict=True))
    return Overlaps(first, second, shapes, m2)


@dataclass(frozen=True)
class Gaps:
    """Polygons that no figure covers, and their survey areas in m²."""

    shapes: Shapes
    m2: NDArray[np.float64]


def gaps(
    figures: FigureFile,
    crs: CRS,
    *,
    least_m2: float,
    least_width_m: float,
    boundary: shapely.Geometry | None = None,
    told: Told = lambda _: None,
) -> Gaps:
    """Holes between the figures, and what they leave free of `boundary` (in `crs`) when there is one.

    Left out is what has less than `least_m2`, or is narrower on average than `least_width_m` (in the unit
    of `crs`): there two borders were drawn apart, nothing was forgotten.
    """
    bounds = figures.bounds
    parts = _cells(bounds, () if boundary is None else boundary.bounds)
    free: list[Shapes] = []
    for number, (_, box) in enumerate(parts):
        near = np.flatnonzero(_meet(bounds, np.array(box.bounds)))
        covered = _united(figures.take(near))
        left, _owner = single_polygons(np.array([shapely.difference(box, covered)], dtype=object))
        free.append(left)
        told((number + 1) / len(parts))
    pieces = np.concatenate(free) if free else np.empty(0, dtype=object)
    whole = shapely.union_all(pieces)
    if boundary is not None:
        whole = shapely.intersection(whole, boundary)
    polygons, _ = single_polygons(np.array([whole], dtype=object))
    if boundary is None and len(polygons):
        frame = shapely.box(*shapely.total_bounds(pieces)).exterior
        polygons = polygons[~shapely.intersects(polygons, frame)]
    area = survey_areas(polygons, crs)
    width = 2 * shapely.area(polygons) / np.maximum(shapely.length(polygons), 1e-12)
    real = (area >= least_m2) & (width >= least_width_m)
    return Gaps(polygons[real], area[real])


def _united(geoms: Shapes) -> shapely.Geometry:
    if (fitting := outline(geoms)) is not None:
        return fitting
    suspect = _suspect(geoms)
    return shapely.union_all([shapely.coverage_union_all(geoms[~suspect]), *geoms[suspect]])


def _suspect(geoms: Shapes) -> NDArray[np.bool_]:
    """Figures with an edge that does not match the neighbours'."""
    found: NDArray[np.bool_] = ~shapely.is_empty(shapely.coverage_invalid_edges(geoms))
    return found


def _hull(bounds: NDArray[np.float64]) -> NDArray[np.float64]:
    hull: NDArray[np.float64] = np.r_[bounds[:, :2].min(axis=0), bounds[:, 2:].max(axis=0)]
    return hull


def _meet(bounds: NDArray[np.float64], box: NDArray[np.float64]) -> NDArray[np.bool_]:
    met: NDArray[np.bool_] = (
        (bounds[:, 0] <= box[2])
        & (bounds[:, 2] >= box[0])
        & (bounds[:, 1] <= box[3])
        & (bounds[:, 3] >= box[1])
    )
    return met


def _cells(
    bounds: NDArray[np.float64], beyond: tuple[float, ...] = ()
) -> list[tuple[Indices, shapely.Polygon]]:
    """Figures by place, at most CELL in each, and the boxes, which tile the ground (and what lies `beyond`)
    and a rim round it."""
    if not len(bounds):
        return []
    hull = _hull(np.vstack([bounds, [beyond]]) if beyond else bounds)
    rim = max(hull[2] - hull[0], hull[3] - hull[1]) * 1e-3
    centre = (bounds[:, :2] + bounds[:, 2:]) / 2
    todo = [(np.arange(len(bounds)), hull + rim * np.array([-1, -1, 1, 1]))]
    done: list[tuple[Indices, shapely.Polygon]] = []
    while todo:
        members, box = todo.pop()
        axis = 0 if box[2] - box[0] >= box[3] - box[1] else 1
        middle = float(np.median(centre[members, axis])) if len(members) > CELL else 0.0
        low = centre[members, axis] <= middle
        if len(members) <= CELL or low.all():
            done.append((members, shapely.box(*box)))
            continue
        lower, upper = box.copy(), box.copy()
        lower[axis + 2] = upper[axis] = middle
        todo += [(members[low], lower), (members[~low], upper)]
    return done
