"""Files as a county receives them, and the shortest way to a version made from one."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyproj

from liangtian.geo.formats.writer import write_vector
from liangtian.platform.files.services import read_chunks, store
from liangtian.platform.layers.models import Layer, LayerVersion
from liangtian.platform.layers.services import ensure_catalogue, start_import
from tests.conftest import EAST, NORTH, SIDE, ZONE_38, plane_box

START = date(2025, 12, 31)


def survey_plots() -> tuple[list[Any], dict[str, list[str]]]:
    """Four plots in a row: two in township A, one on its border with B, one in B. 100 m deep."""
    edges = [SIDE - 400, SIDE - 250, SIDE - 100, SIDE + 50, SIDE + 300]
    plots = [plane_box(west, 5000, east - west, 100) for west, east in itertools.pairwise(edges)]
    columns = {
        "DLBM": ["0101", "0702", "0103", "0301"],
        "DLMC": ["水田", "农村宅基地", "旱地", "乔木林地"],
        "TBBH": ["1", "2", "3", "4"],
        "TBMJ": ["15000.00"] * 4,
    }
    return plots, columns


def delivery(
    folder: Path,
    name: str,
    geoms: Sequence[Any],
    columns: Mapping[str, Sequence[Any]],
    *,
    crs: int = ZONE_38,
    encoding: str = "GBK",
) -> Path:
    """A zipped Shapefile."""
    path = folder / f"{name}.zip"
    array = np.empty(len(geoms), dtype=object)
    array[:] = geoms
    values = {key: np.array(column, dtype=object) for key, column in columns.items()}
    write_vector(
        path, "ESRI Shapefile", array, values, pyproj.CRS.from_epsg(crs), encoding=encoding,
        layer_name=name,
    )  # fmt: skip
    return path


def handed_in(user: Any, path: Path) -> Any:
    """The file as uploaded by a user."""
    return store(read_chunks(path), path.name, user=user, region=user.region, kind="layer")


def imported(
    user: Any,
    path: Path,
    run_jobs: Callable[[], list[Any]],
    *,
    code: str = "dltb",
    label: str = "2025年度",
    **options: Any,
) -> LayerVersion:
    """The version after its import job ran."""
    ensure_catalogue()
    layer = Layer.objects.get(code=code)
    valid_from = options.pop("valid_from", START)
    version, _ = start_import(user, handed_in(user, path), layer, label, valid_from, **options)
    run_jobs()
    version.refresh_from_db()
    return version


def point_at(east: float, north: float) -> tuple[float, float]:
    """Longitude and latitude of a place, metres from the county's south-west corner."""
    change = pyproj.Transformer.from_crs(ZONE_38, 4490, always_xy=True)
    lon, lat = change.transform(EAST + east, NORTH + north)
    return float(lon), float(lat)


def tile_of(lon: float, lat: float, z: int) -> tuple[int, int, int]:
    """The tile a place lies in."""
    x = int((lon + 180) / 360 * 2**z)
    y = int((0.5 - np.arcsinh(np.tan(np.radians(lat))) / (2 * np.pi)) * 2**z)
    return z, x, y
