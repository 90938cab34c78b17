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
from liangtian.geo.formats import read
from liangtian.site.demo.generate import Size, generate

Shapes = NDArray[np.object_]

PATCHES = {"T": 500, "S": 5_000, "M": 20_000, "L": 100_000}
SEED = 20_260_101
_FILES = {
    "survey": ("survey/DLTB_2025.gdb.zip", "DLBM"),
    "survey before": ("survey/DLTB_2023.gpkg", "DLBM"),
    "red lines": ("layers/STBHHX.shp.zip", "HXLX"),
}
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


def county(folder: Path, size: Size) -> County:
    """The county written to `folder` (once) and read back."""
    if not (folder / _FILES["survey"][0]).exists():
        generate(folder, size)
    layers = {name: _layer(folder / path, field) for name, (path, field) in _FILES.items()}
    return County(_patches(layers["survey"].shapes, PATCHES[size]), layers)


def _layer(path: Path, field: str) -> Ground:
    layer = read(path).layers[0]
    west, south, east, north = shapely.total_bounds(layer.geometry).tolist()
    crs = resolve_crs(layer.crs, (west, south, east, north)).crs
    shapes = to_4490(densified(layer.geometry, crs), crs)
    broken = ~shapely.is_valid(shapes)
    shapes[broken] = shapely.make_valid(shapes[broken], method="structure", keep_collapsed=False)
    names, codes = np.unique(layer.columns[field].astype(str), return_inverse=True)
    return Ground(shapes, codes.astype(np.int64), len(names))


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
