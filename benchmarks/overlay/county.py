"""The ground of the races: the seeded demo county of a size, its layers, and patches made over it.

Coordinates are EPSG:4490, as the system stores them.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import shapely
from numpy.typing import NDArray

from liangtian.geo.area import densified
from liangtian.geo.crs import resolve_crs, to_4490
from liangtian.geo.densify import split_edges
from liangtian.geo.formats import read
from liangtian.site.demo.generate import Size, generate

Shapes = NDArray[np.object_]

PATCHES = {"T": 500, "S": 5_000, "M": 20_000, "L": 100_000}
SEED = 20_260_101
_FILES = {
    "survey": ("survey/DLTB_2025.gdb.zip", "DLBM"),
    "survey before": ("survey/DLTB_2023.gpkg", "DLBM"),
    "red lines": ("layers/STBHHX.shp.zip", "HXLX"),
    "farmland": ("layers/YJJBNTTB.gpkg", "DLBM"),
    "planning": ("layers/GHYDYH.gpkg", "YDYHFLDM"),
    "slope": ("layers/PDT.gpkg", "PDJB"),
    "towns": ("layers/CZKFBJ.shp.zip", "GHFQ"),
    "approvals": ("layers/JSYDPZ.shp.zip", "PZJG"),
    "facilities": ("layers/SSNYD.gpkg", "YT"),
}
LARGE = ("red lines", "planning", "slope", "towns")
"""Layers with figures of thousands of vertices, which anybody would cut up."""
_MANY = 1000
_GRID, _WOBBLE = 1e9, 0.05
_METRES_PER_DEGREE = 111_000.0


@dataclass(frozen=True)
class Ground:
    """Polygons and the category of each, as a number."""

    shapes: Shapes
    codes: NDArray[np.int64]
    categories: int


@dataclass(frozen=True)
class County:
    """Patches to be measured, and the layers by name."""

    patches: Shapes
    layers: dict[str, Ground]


def county(folder: Path, size: Size, vertices: int = 0) -> County:
    """The county written to `folder` (once) and read back.

    The generated survey has some 28 vertices per polygon. `vertices` gives layers of many polygons more, on average as
    many as that: real ones have about 53.
    """
    if not (folder / _FILES["survey"][0]).exists():
        generate(folder, size)
    layers = {
        name: _layer(folder / path, field, vertices) for name, (path, field) in _FILES.items()
    }
    return County(_patches(layers["survey"].shapes, PATCHES[size]), layers)


def _layer(path: Path, field: str, vertices: int) -> Ground:
    layer = read(path).layers[0]
    west, south, east, north = shapely.total_bounds(layer.geometry).tolist()
    crs = resolve_crs(layer.crs, (west, south, east, north)).crs
    shapes = to_4490(densified(layer.geometry, crs), crs)
    if len(shapes) > _MANY and shapely.get_num_coordinates(shapes).mean() < vertices:
        shapes = _denser(shapes, vertices)
    broken = ~shapely.is_valid(shapes)
    shapes[broken] = shapely.make_valid(shapes[broken], method="structure", keep_collapsed=False)
    names, codes = np.unique(layer.columns[field].astype(str), return_inverse=True)
    return Ground(shapes, codes.astype(np.int64), len(names))


def _denser(shapes: Shapes, vertices: int) -> Shapes:
    """Longer edges split until polygons have so many vertices on average, and all vertices moved a little.

    Where a vertex goes depends on where it is alone, so that neighbours keep their common borders.
    """
    corners, ring = shapely.get_coordinates(
        shapely.get_parts(shapely.boundary(shapes)), return_index=True
    )
    steps = np.hypot(*np.diff(corners, axis=0).T)[np.diff(ring) == 0]
    low, high = 1e-7, float(steps.max())
    while high / low > 1.001:
        limit = (low * high) ** 0.5
        if np.ceil(steps / limit).sum() + ring[-1] + 1 > vertices * len(shapes):
            low = limit
        else:
            high = limit
    dense = split_edges(shapes, high)
    places = shapely.get_coordinates(dense)
    cells = np.rint(places * _GRID).astype(np.int64).astype(np.uint64)
    mixed = cells[:, 0] * np.uint64(0x9E3779B97F4A7C15) ^ cells[:, 1] * np.uint64(
        0xC2B2AE3D27D4EB4F
    )
    mixed = (mixed ^ mixed >> np.uint64(31)) * np.uint64(0xBF58476D1CE4E5B9)
    angle = (mixed >> np.uint64(11)).astype(np.float64) * (2 * np.pi / 2**53)
    moved = places + _WOBBLE * high * np.column_stack([np.cos(angle), np.sin(angle)])
    return np.asarray(shapely.set_coordinates(dense, moved))


def _patches(survey: Shapes, number: int) -> Shapes:
    """Figures as an image interpreter draws them, around places all over the county: 0.02 to 5 hectares."""
    rng = np.random.default_rng(SEED)
    centres = shapely.get_coordinates(shapely.point_on_surface(survey))
    made = []
    for lon, lat in centres[rng.integers(0, len(centres), number)].tolist():
        corners = int(rng.integers(6, 60))
        angles = np.linspace(0, 2 * np.pi, corners, endpoint=False) + rng.uniform(0, 1)
        wave = 1 + 0.35 * np.sin(angles * rng.integers(1, 5)) + rng.uniform(-0.03, 0.03, corners)
        radius = rng.lognormal(3.1, 0.7) / _METRES_PER_DEGREE * wave
        east = radius * np.cos(angles) / np.cos(np.radians(lat))
        made.append(shapely.Polygon(np.column_stack([lon + east, lat + radius * np.sin(angles)])))
    out: Shapes = np.array(made, dtype=object)
    return np.asarray(out[shapely.is_valid(out)])
