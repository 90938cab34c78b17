"""Layers written part by part read back as if they had been written at once."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import pytest
import shapely

from liangtian.geo.formats import FormatRefused
from liangtian.geo.formats.bulk_writer import BulkWriter, zip_folder

KINDS = ["gpkg", "shp", "gdb", "geojson", "kml"]
COLUMNS = {"名称": "text", "耕地面积": "real", "照片数": "integer"}
PARTS = 3, 4
NAMES: list[Any] = [
    "甲",
    None,
    "乙" * 120,
    "丙",
    "丁",
    "戊",
    "己" * 127,
]  # far longer ones come later
AREAS: list[Any] = [1.25, None, 3.5, 0.01, None, 123456789.87, 7.0]
COUNTS: list[Any] = [None, 2, 0, 4, 5, 6, 7]


def squares(count: int) -> Any:
    return shapely.box(112 + 0.01 * np.arange(count), 23, 112.005 + 0.01 * np.arange(count), 23.005)


def written(folder: Path, kind: str, shapes: Any) -> BulkWriter:
    """Seven features, handed over in two parts."""
    writer = BulkWriter(folder, kind, "图斑台账", COLUMNS, declared={n: n for n in COLUMNS})
    start = 0
    for size in PARTS:
        part = slice(start, start + size)
        values = zip(COLUMNS, (NAMES, AREAS, COUNTS), strict=True)
        writer.add(shapes[part], {name: column[part] for name, column in values})
        start += size
    writer.close()
    return writer


def read(path: Path) -> tuple[dict[str, list[Any]], Any]:
    meta, _, shapes, fields = pyogrio.raw.read(path)
    columns = dict(zip(meta["fields"], (f.tolist() for f in fields), strict=True))
    return columns, shapely.force_2d(shapely.from_wkb(shapes))


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_written_in_parts_reads_back_whole(tmp_path: Path, kind: str) -> None:
    shapes = squares(7)
    shapes[5] = shapely.union(shapes[5], shapely.box(113, 24, 113.1, 24.1))  # of two parts
    writer = written(tmp_path, kind, shapes)
    columns, found = read(writer.path)
    assert [name or None for name in columns["名称"]] == NAMES
    areas = np.array(columns["耕地面积"], dtype=float)
    assert areas[[0, 2, 3, 5, 6]].tolist() == [1.25, 3.5, 0.01, 123456789.87, 7.0]
    assert np.isnan(areas[[1, 4]]).all()
    counts = np.array(columns["照片数"], dtype=float)
    assert counts[1:].tolist() == [2, 0, 4, 5, 6, 7]
    assert np.isnan(counts[0])
    grid = 1e-8
    assert shapely.hausdorff_distance(found, shapes).max() <= grid
    assert shapely.area(found) == pytest.approx(shapely.area(shapes))


@pytest.mark.parametrize("kind", KINDS)
def test_points_are_written_as_points(tmp_path: Path, kind: str) -> None:
    writer = written(tmp_path, kind, shapely.centroid(squares(7)))
    _, found = read(writer.path)
    assert {one.geom_type for one in found} == {"Point"}


def test_geojson_after_the_standard(tmp_path: Path) -> None:
    shapes = squares(7)
    shapes[2] = None
    path = written(tmp_path, "geojson", shapes).path
    features = json.loads(path.read_text("utf-8"))["features"]
    assert features[2]["geometry"] is None
    ring = shapely.linearrings(features[0]["geometry"]["coordinates"][0])
    assert shapely.is_ccw(ring)


def test_a_text_too_long_for_a_shapefile_is_refused(tmp_path: Path) -> None:
    writer = BulkWriter(tmp_path, "shp", "a", {"名称": "text"})
    with pytest.raises(FormatRefused, match="Shapefile 装不下"):
        writer.add(squares(1), {"名称": ["长" * 128]})


def test_columns_the_format_keeps_for_itself_get_another_name(tmp_path: Path) -> None:
    writer = BulkWriter(tmp_path, "gdb", "a", {"Shape": "text", "面积(亩)": "real"})
    writer.add(squares(1), {"Shape": ["甲"], "面积(亩)": [1.5]})
    assert [one.short for one in writer.fields] == ["Shape_2", "面积_亩_"]
    assert {"Shape_2", "面积_亩_"} <= set(read(writer.path)[0])


def test_a_packed_folder_holds_every_file(tmp_path: Path) -> None:
    folder = tmp_path / "parts"
    folder.mkdir()
    written(folder, "shp", squares(7))
    zip_folder(folder, tmp_path / "a.zip")
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        suffixes = {Path(name).suffix for name in archive.namelist()}
    assert {".shp", ".shx", ".dbf", ".prj", ".cpg"} == suffixes
