"""Files for the tests of cells: a patchwork of plots and a layer over it, in degrees."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import shapely
from numpy.typing import NDArray

Shapes = NDArray[np.object_]
WEST, SOUTH = 113.6, 34.1
STEP = 0.002


def patchwork(number: int, seed: int, step: float = STEP) -> Shapes:
    """`number`² figures without gaps, their corners moved at random."""
    dice = np.random.default_rng(seed)
    corners = np.stack(np.meshgrid(np.arange(number + 1.0), np.arange(number + 1.0)), axis=-1)
    corners += dice.uniform(-0.3, 0.3, corners.shape)
    corners = corners * step + np.array([WEST, SOUTH])
    around = [corners[:-1, :-1], corners[:-1, 1:], corners[1:, 1:], corners[1:, :-1]]
    rings = np.stack([*around, around[0]], axis=2).reshape(-1, 5, 2)
    out: Shapes = shapely.polygons(rings)
    return out


def layer_over(number: int, seed: int) -> tuple[Shapes, list[str]]:
    """Another patchwork over the same ground in classes, one figure of many vertices, and one beyond."""
    figures = list(patchwork(number * 2 // 3, seed, STEP * 1.4))
    kinds = [("0101", "0301", "0702", "1202")[k % 4] for k in range(len(figures))]
    middle = WEST + number * STEP / 2, SOUTH + number * STEP / 2
    star = shapely.Point(*middle).buffer(number * STEP / 2, quad_segs=300)
    holes = shapely.MultiPoint([(x, middle[1]) for x in middle[0] + STEP * np.arange(-4, 5)])
    red = shapely.difference(star, holes.buffer(STEP / 3))
    far = shapely.box(WEST - 1, SOUTH - 1, WEST - 0.9, SOUTH - 0.9)
    there = shapely.difference(np.array(figures, dtype=object), red)
    keep = [k for k, one in enumerate(there) if not one.is_empty]
    shapes = np.empty(len(keep) + 2, dtype=object)
    shapes[:] = [*(there[k] for k in keep), red, far]
    return shapes, [*(kinds[k] for k in keep), "红线", "界外"]


def write(path: Path, geoms: Shapes, **columns: list[str]) -> Path:
    """A GeoPackage in EPSG:4490."""
    pyogrio.raw.write(
        path,
        geometry=np.array([None if g is None else shapely.to_wkb(g) for g in geoms], dtype=object),
        field_data=[np.array(values, dtype=object) for values in columns.values()],
        fields=list(columns),
        geometry_type="Unknown",
        crs="EPSG:4490",
    )
    return path


def dies_at_first(item: dict[str, Any]) -> dict[str, Any]:
    """A step whose process is killed when the item comes for the first time, or always."""
    mark = Path(item["folder"]) / str(item["number"])
    if item["always"] or not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return {"number": item["number"]}
