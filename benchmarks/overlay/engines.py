"""The ways of measuring that are raced. Another engine is one more class with `prepare` and `run`, in ENGINES.

All but the last get the same equal-area plane, so that they differ in how they measure and not in what.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

import numpy as np
import shapely
from county import LARGE, County, Ground, Shapes
from numpy.typing import NDArray

from liangtian.geo.area import survey_areas
from liangtian.geo.overlay.chains import chains_of
from liangtian.geo.overlay.equal_area import Plane, plane_around, projected
from liangtian.geo.overlay.kernel import Indexed, Looked, indexed, looked_at, shared_areas

Sums = NDArray[np.float64]
"""m² by patch (row) and category (column)."""

PIECE_VERTICES = 256


class Engine(Protocol):
    """`prepare` is done once and timed apart; `run` measures all patches with one layer."""

    name: str

    def prepare(self, county: County) -> None: ...

    def run(self, layer: str) -> Sums: ...


class Kernel:
    """Ours: integration along the borders."""

    def __init__(self, threads: int) -> None:
        self.name, self.threads = f"kernel, {threads} thread{'s' * (threads > 1)}", threads

    def prepare(self, county: County) -> None:
        plane = plane_around(county.patches)
        self.patches: Looked = looked_at(projected(chains_of(county.patches), plane))
        self.ready: dict[str, tuple[Indexed, Ground]] = {
            name: (indexed(projected(chains_of(ground.shapes), plane)), ground)
            for name, ground in county.layers.items()
        }

    def run(self, layer: str) -> Sums:
        figures, ground = self.ready[layer]
        found = shared_areas(self.patches, figures, threads=self.threads)
        return summed(found.plot, ground.codes[found.source], found.m2, len(found.whole), ground)


class Pieces:
    """An STR tree, the intersection of every pair, and its area by shapely; large polygons cut before."""

    def __init__(self, threads: int, which: str) -> None:
        self.threads, self.which = threads, which
        self.name = f"shapely, {which} cut up, {threads} thread{'s' * (threads > 1)}"

    def prepare(self, county: County) -> None:
        plane = plane_around(county.patches)
        self.patches = in_plane(county.patches, plane)
        self.ready = {}
        for name, ground in county.layers.items():
            shapes, owner = in_plane(ground.shapes, plane), np.arange(len(ground.shapes))
            if self.which == "every layer" or name in LARGE:
                shapes, owner = cut(shapes, PIECE_VERTICES)
            self.ready[name] = (shapes, ground.codes[owner], shapely.STRtree(shapes), ground)

    def run(self, layer: str) -> Sums:
        shapes, codes, tree, ground = self.ready[layer]

        def part(rows: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64], Sums]:
            i, j = tree.query(self.patches[rows], predicate="intersects")
            return rows[i], j, self.size(self.patches[rows[i]], shapes[j])

        parts = in_threads(part, len(self.patches), self.threads)
        plot, hit, m2 = (np.concatenate(column) for column in zip(*parts, strict=True))
        return summed(plot, codes[hit], m2, len(self.patches), ground)

    def size(self, patches: Shapes, pieces: Shapes) -> Sums:
        """m² that each pair shares."""
        return np.asarray(shapely.area(shapely.intersection(patches, pieces)))


class OfficialPieces(Pieces):
    """As offices do it: intersection in degrees, and the survey's formula on every piece."""

    def __init__(self) -> None:
        super().__init__(1, "large figures")
        self.name = "shapely in degrees, official formula on every piece, 1 thread"

    def prepare(self, county: County) -> None:
        self.patches, self.ready = county.patches, {}
        for name, ground in county.layers.items():
            shapes, owner = ground.shapes, np.arange(len(ground.shapes))
            if name in LARGE:
                shapes, owner = cut(shapes, PIECE_VERTICES)
            self.ready[name] = (shapes, ground.codes[owner], shapely.STRtree(shapes), ground)

    def size(self, patches: Shapes, pieces: Shapes) -> Sums:
        """m² that each pair shares."""
        return survey_areas(shapely.intersection(patches, pieces))


ENGINES: tuple[Engine, ...] = (
    Kernel(1),
    Kernel(2),
    Pieces(1, "large figures"),
    Pieces(2, "large figures"),
    Pieces(1, "every layer"),
    Pieces(2, "every layer"),
    OfficialPieces(),
)


def summed(
    plot: NDArray[np.int64], code: NDArray[np.int64], m2: Sums, plots: int, ground: Ground
) -> Sums:
    """Areas added up by patch and category."""
    keys = plot * ground.categories + code
    flat = np.bincount(keys, m2, plots * ground.categories).astype(np.float64)
    return flat.reshape(plots, ground.categories)


def in_threads(
    part: Callable[[NDArray[np.int64]], tuple[NDArray[np.int64], NDArray[np.int64], Sums]],
    number: int,
    threads: int,
) -> list[tuple[NDArray[np.int64], NDArray[np.int64], Sums]]:
    """`part` on all rows, in as many threads (shapely lets go of Python's lock)."""
    rows = np.arange(number)
    if threads == 1:
        return [part(rows)]
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(part, np.array_split(rows, 8 * threads)))


def in_plane(shapes: Shapes, plane: Plane) -> Shapes:
    """The figures that the kernel measures, as geometries in its plane."""
    chains = projected(chains_of(shapes), plane)
    rings = shapely.linearrings(
        np.column_stack([chains.x, chains.y]),
        indices=np.repeat(np.arange(len(chains.ring) - 1), np.diff(chains.ring)),
    )
    out = np.empty(chains.number, dtype=object)
    for f, (first, last) in enumerate(zip(chains.figure, chains.figure[1:], strict=False)):
        out[f] = _polygon(rings[first:last])
    return out


def _polygon(rings: Shapes) -> shapely.Geometry:
    """Shells run counter-clockwise; each has the holes that follow it."""
    shells = np.flatnonzero(shapely.is_ccw(rings))
    parts = [
        shapely.Polygon(rings[first], rings[first + 1 : last])
        for first, last in zip(shells, [*shells[1:], len(rings)], strict=True)
    ]
    made = parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)
    return made if made.is_valid else shapely.make_valid(made, method="structure")


def cut(shapes: Shapes, most: int) -> tuple[Shapes, NDArray[np.int64]]:
    """Polygons of more than `most` vertices halved by boxes until they have fewer, and where each comes from."""
    done, owners, owner = [], [], np.arange(len(shapes))
    while len(shapes):
        small = shapely.get_num_coordinates(shapes) <= most
        done.append(shapes[small])
        owners.append(owner[small])
        shapes, owner = shapes[~small], owner[~small]
        west, south, east, north = shapely.bounds(shapes).T
        wide = east - west >= north - south
        x = np.where(wide, (west + east) / 2, east)
        y = np.where(wide, north, (south + north) / 2)
        low = shapely.box(west, south, x, y)
        high = shapely.box(np.where(wide, x, west), np.where(wide, south, y), east, north)
        halves = shapely.intersection(np.r_[shapes, shapes], np.r_[low, high])
        shapes, part_of = shapely.get_parts(halves, return_index=True)
        areal = (shapely.get_type_id(shapes) == 3) & ~shapely.is_empty(shapes)
        shapes, owner = shapes[areal], np.r_[owner, owner][part_of[areal]]
    return np.concatenate(done), np.concatenate(owners)
