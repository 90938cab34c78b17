import json
import zipfile
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from liangtian.geo.formats import FormatRefused, read, shapefile_names, write_vector
from liangtian.geo.formats.writer import Driver

BOX = np.array([shapely.box(112.80, 23.30, 112.81, 23.31)], dtype=object)
LETTERS = st.text("耕地图斑面积编号abAB12_", max_size=14)


def one(value: object) -> np.ndarray:
    return np.array([value], dtype=object)


@settings(max_examples=60, deadline=None)
@given(st.lists(LETTERS, unique=True, max_size=12), st.sampled_from(["UTF-8", "GBK"]))
def test_shapefile_names_fit_ten_bytes_and_never_clash(names: list[str], encoding: str) -> None:
    chosen = shapefile_names(names, encoding)
    assert list(chosen) == names
    assert all(0 < len(short.encode(encoding)) <= 10 for short in chosen.values())
    assert len({short.casefold() for short in chosen.values()}) == len(names)


@pytest.mark.parametrize(
    ("encoding", "expected"),
    [
        ("GBK", {"耕地图斑面积": "耕地图斑面", "耕地图斑面积二": "耕地图斑_2"}),
        ("UTF-8", {"耕地图斑面积": "耕地图", "耕地图斑面积二": "耕地_2"}),
    ],
)
def test_the_mapping_of_names_is_what_the_file_holds(
    tmp_path: Path, encoding: str, expected: dict[str, str]
) -> None:
    path = tmp_path / "图斑.zip"
    columns = {name: one("旱地") for name in expected}
    assert write_vector(path, "ESRI Shapefile", BOX, columns, 4490, encoding=encoding) == expected
    layer = read(path).layers[0]
    assert [f.name for f in layer.fields] == list(expected.values())
    assert layer.encoding == encoding
    with zipfile.ZipFile(path) as archive:
        suffixes = {Path(n).suffix for n in archive.namelist()}
    assert {".shp", ".shx", ".dbf", ".prj", ".cpg"} <= suffixes


@pytest.mark.parametrize("crs", [4490, 4526, 4547])
@pytest.mark.parametrize(
    ("name", "driver"),
    [("a.shp", "ESRI Shapefile"), ("a.gpkg", "GPKG"), ("a.gdb", "OpenFileGDB"), ("b.zip", "OpenFileGDB")],
)  # fmt: skip
def test_the_reference_system_comes_back(
    tmp_path: Path, name: str, driver: Driver, crs: int
) -> None:
    write_vector(tmp_path / name, driver, BOX, {"名称": one("甲")}, crs)
    layer = read(tmp_path / name).layers[0]
    assert layer.crs is not None
    assert layer.crs.to_epsg() == crs
    grid = 1e-4 if driver == "OpenFileGDB" else 0.0
    assert shapely.hausdorff_distance(layer.geometry[0], BOX[0]) <= grid


def test_geojson_is_lon_lat_after_the_standard(tmp_path: Path) -> None:
    path = tmp_path / "a.geojson"
    write_vector(path, "GeoJSON", BOX, {"名称": one("甲"), "数": one(None)}, 4490)
    document = json.loads(path.read_text("utf-8"))
    assert "crs" not in document
    feature = document["features"][0]
    assert feature["properties"] == {"名称": "甲", "数": None}
    assert min(p[0] for p in feature["geometry"]["coordinates"][0]) == 112.8


def test_geojson_in_metres_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FormatRefused, match="经纬度"):
        write_vector(tmp_path / "a.geojson", "GeoJSON", BOX, {}, 4526)


def test_polygons_and_multipolygons_live_in_one_file(tmp_path: Path) -> None:
    shapes = np.array([BOX[0], shapely.MultiPolygon([BOX[0]]), None], dtype=object)
    drivers: dict[str, Driver] = {
        "a.gpkg": "GPKG", "a.gdb": "OpenFileGDB", "a.zip": "ESRI Shapefile"
    }  # fmt: skip
    for name, driver in drivers.items():
        write_vector(tmp_path / name, driver, shapes, {"n": [1, 2, 3]}, 4490)
        layer = read(tmp_path / name).layers[0]
        assert layer.columns["n"].tolist() == [1, 2, 3]
        assert layer.geometry[2] is None
        assert layer.geometry[1].area == pytest.approx(BOX[0].area)


def test_a_character_the_encoding_lacks_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FormatRefused, match="𬭩"):
        write_vector(
            tmp_path / "a.shp", "ESRI Shapefile", BOX, {"名称": one("𬭩")}, 4490, encoding="GBK"
        )
    assert list(tmp_path.iterdir()) == []


def test_a_text_too_long_for_dbf_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FormatRefused, match="300 字节"):
        write_vector(tmp_path / "a.shp", "ESRI Shapefile", BOX, {"名称": one("长" * 100)}, 4490)


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "a.gpkg"
    path.write_bytes(b"kept")
    with pytest.raises(FormatRefused, match="已经存在"):
        write_vector(path, "GPKG", BOX, {}, 4490)
    assert path.read_bytes() == b"kept"


def test_the_ending_must_fit_the_format(tmp_path: Path) -> None:
    with pytest.raises(FormatRefused, match=r"\.gpkg"):
        write_vector(tmp_path / "a.shp", "GPKG", BOX, {}, 4490)


@pytest.mark.parametrize(
    ("name", "driver", "expected"),
    [
        ("a.gpkg", "GPKG", {"fid": "fid_2", "面积(亩)": "面积(亩)", "Geom": "Geom_2"}),
        ("a.gdb", "OpenFileGDB", {"OBJECTID": "OBJECTID_2", "面积(亩)": "面积_亩_", "1级": "_1级"}),
    ],
)
def test_names_the_database_keeps_for_itself_are_changed_and_told(
    tmp_path: Path, name: str, driver: Driver, expected: dict[str, str]
) -> None:
    columns = {column: one("甲") for column in expected}
    assert write_vector(tmp_path / name, driver, BOX, columns, 4490) == expected
    assert [f.name for f in read(tmp_path / name).layers[0].fields] == list(expected.values())
