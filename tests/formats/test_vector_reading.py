import json
import sqlite3
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio.raw
import pytest
import shapely

from liangtian.geo.formats import FormatRefused, read, write_vector
from tests.formats.vector_files import NAMES, SQUARES, arrays, only, said, zip_of


def gpkg(folder: Path) -> Path:
    path = folder / "图斑.gpkg"
    columns = {
        "地类名称": np.array(NAMES, dtype=object),
        "大数": np.array([2**60 + 1, None, -3], dtype=object),
        "日期": np.array(["2026-01-02", "NaT", "2026-01-03"], dtype="datetime64[D]"),
        "时刻": np.array(["2026-01-02T03:04:05", "NaT", "2026-01-03T00:00:00"], "datetime64[ms]"),
        "是否": np.array([True, None, False], dtype=object),
    }
    write_vector(path, "GPKG", SQUARES, columns, 4526, layer_name="耕地图斑")
    return path


def test_geopackage_keeps_names_types_nulls_and_large_integers(tmp_path: Path) -> None:
    layer = only(gpkg(tmp_path))
    assert (layer.name, layer.encoding, layer.fids) == ("耕地图斑", "UTF-8", ["1", "2", "3"])
    assert layer.columns["大数"].tolist() == [2**60 + 1, None, -3]
    assert layer.columns["日期"].tolist() == ["2026-01-02", None, "2026-01-03"]
    assert layer.columns["时刻"][0].startswith("2026-01-02T03:04:05")
    assert layer.columns["是否"].tolist() == [True, None, False]
    assert {f.name: f.type for f in layer.fields} == {
        "地类名称": "text", "大数": "integer", "日期": "date", "时刻": "datetime", "是否": "boolean",
    }  # fmt: skip


def test_a_cut_geopackage_is_refused(tmp_path: Path) -> None:
    path = gpkg(tmp_path)
    path.write_bytes(path.read_bytes()[:-5000])
    with pytest.raises(FormatRefused, match="没有传完整"):
        read(path)


def test_an_overwritten_geopackage_is_refused_in_chinese_first(tmp_path: Path) -> None:
    path = gpkg(tmp_path)
    raw = bytearray(path.read_bytes())
    raw[4096:] = b"\xff" * (len(raw) - 4096)
    path.write_bytes(bytes(raw))
    with pytest.raises(FormatRefused, match="已损坏"):
        read(path)


def test_a_plain_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.gpkg"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE t (a)")
    with pytest.raises(FormatRefused, match="gpkg_contents"):
        read(path)


def curved() -> bytes:
    """WKB of a disc: one CURVEPOLYGON with one CIRCULARSTRING."""
    points = [(0.0, 0.0), (1.0, 1.0), (2.0, 0.0), (1.0, -1.0), (0.0, 0.0)]
    body = b"".join(struct.pack("<dd", *p) for p in points)
    return struct.pack("<BII", 1, 10, 1) + struct.pack("<BII", 1, 8, len(points)) + body


@pytest.mark.parametrize(("suffix", "driver"), [("gpkg", "GPKG"), ("gdb", "OpenFileGDB")])
def test_curves_are_straightened_and_said(tmp_path: Path, suffix: str, driver: str) -> None:
    path = tmp_path / f"圆.{suffix}"
    pyogrio.raw.write(
        path, np.array([curved()], dtype=object), [np.array(["a"], dtype=object)], ["a"],
        driver=driver, geometry_type="Unknown" if suffix == "gpkg" else "MultiPolygon",
        crs="EPSG:4526", layer="圆",
    )  # fmt: skip
    layer = only(path)
    assert said(layer, "1 个要素含曲线")
    assert layer.geometry[0].area == pytest.approx(np.pi, rel=0.01)


@pytest.mark.parametrize("suffix", ["shp", "gpkg"])
def test_heights_are_dropped_and_said(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a.{suffix}"
    pyogrio.raw.write(
        path, shapely.to_wkb(shapely.force_3d(SQUARES, 5.0)), [np.array([1, 2, 3])], ["a"],
        driver="GPKG" if suffix == "gpkg" else "ESRI Shapefile",
        geometry_type="2.5D Polygon", crs="EPSG:4526",
    )  # fmt: skip
    layer = only(path)
    assert said(layer, "3 个要素带高程")
    assert not shapely.has_z(layer.geometry).any()


def geodatabase(folder: Path) -> Path:
    path = folder / "县库.gdb"
    write_vector(
        path, "OpenFileGDB", SQUARES,
        arrays({"地类名称": NAMES, "大数": [2**60 + 1, 2, 3]}), 4526, layer_name="耕地图斑",
    )  # fmt: skip
    return path


def test_a_geodatabase_keeps_chinese_names_and_large_integers(tmp_path: Path) -> None:
    layer = only(geodatabase(tmp_path))
    assert layer.name == "耕地图斑"
    assert layer.columns["地类名称"].tolist() == NAMES
    assert layer.columns["大数"].tolist() == [2**60 + 1, 2, 3]


@pytest.mark.parametrize("inside", [True, False])
def test_a_geodatabase_may_be_zipped_with_or_without_its_folder(
    tmp_path: Path, inside: bool
) -> None:
    folder = geodatabase(tmp_path)
    base = folder if inside else tmp_path
    path = zip_of(tmp_path / "县库.gdb.zip", *folder.iterdir(), base=base)
    held = read(path)
    assert (held.format, held.layers[0].name) == ("FileGDB", "耕地图斑")


@pytest.mark.parametrize("lost", ["a00000001.gdbtable", "a00000004.gdbtablx"])
@pytest.mark.parametrize("packed", [True, False])
def test_a_geodatabase_with_a_lost_table_is_refused(
    tmp_path: Path, lost: str, packed: bool
) -> None:
    path = geodatabase(tmp_path)
    (path / lost).unlink()
    if packed:
        path = zip_of(tmp_path / "库.zip", *path.iterdir(), base=tmp_path)
    with pytest.raises(FormatRefused, match="缺少"):
        read(path)


def geojson(folder: Path, change: Callable[[dict[str, Any]], None] = lambda _: None) -> Path:
    feature = {
        "type": "Feature",
        "properties": {"名称": "示例", "n": None},
        "geometry": shapely.geometry.mapping(shapely.box(112.80, 23.30, 112.81, 23.31)),
    }
    document: dict[str, Any] = {"type": "FeatureCollection", "features": [feature]}
    change(document)
    path = folder / "图.json"
    path.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
    return path


def test_geojson_without_a_system_is_lon_lat_and_said(tmp_path: Path) -> None:
    layer = only(geojson(tmp_path))
    assert layer.crs is not None
    assert layer.crs.to_epsg() == 4326
    assert said(layer, "RFC 7946")
    assert layer.columns["名称"].tolist() == ["示例"]
    assert layer.geometry[0].bounds[:2] == (112.80, 23.30)


def test_geojson_in_metres_without_a_system_has_none(tmp_path: Path) -> None:
    def plane(document: dict[str, Any]) -> None:
        document["features"][0]["geometry"] = shapely.geometry.mapping(SQUARES[0])

    layer = only(geojson(tmp_path, plane))
    assert layer.crs is None
    assert said(layer, "超出经纬度范围")


def test_geojson_in_gbk_is_read_and_said(tmp_path: Path) -> None:
    path = geojson(tmp_path)
    path.write_bytes(path.read_text("utf-8").encode("gbk"))
    layer = only(path)
    assert layer.encoding == "GB18030"
    assert layer.columns["名称"].tolist() == ["示例"]


def test_an_open_ring_is_not_repaired_in_silence(tmp_path: Path) -> None:
    def opened(document: dict[str, Any]) -> None:
        ring = [[112.8, 23.3], [112.9, 23.3]]
        document["features"][0]["geometry"] = {"type": "Polygon", "coordinates": [ring]}

    layer = only(geojson(tmp_path, opened))
    assert layer.geometry[0] is None
    assert said(layer, "没有闭合或不足 4 点")


KML = """<?xml version="1.0" encoding="UTF-8"?>
<kml xmlns="http://www.opengis.net/kml/2.2"><Document><name>图</name><Folder><name>耕地</name>
<Placemark><name>示例地</name><ExtendedData><Data name="地类"><value>旱地</value></Data>
<Data name="权属"><value>集体</value></Data></ExtendedData>
<Polygon><outerBoundaryIs><LinearRing><coordinates>
112.80,23.30,0 112.81,23.30,0 112.81,23.31,0 112.80,23.30,0
</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark></Folder></Document></kml>
"""


@pytest.mark.parametrize("packed", [True, False])
def test_kml_and_kmz_are_read(tmp_path: Path, packed: bool) -> None:
    path = tmp_path / "doc.kml"
    path.write_text(KML, encoding="utf-8")
    if packed:
        path = zip_of(tmp_path / "图.kmz", path, base=tmp_path)
    layer = next(one for one in read(path).layers if one.fids)
    assert layer.crs is not None
    assert layer.crs.to_epsg() == 4326
    assert {n: c.tolist() for n, c in layer.columns.items()} == {
        "name": ["示例地"],
        "description": [None],
        "地类": ["旱地"],
        "权属": ["集体"],
    }
    assert layer.name == "耕地"
    assert layer.geometry_type == "Polygon"


def test_kml_holes_parts_and_heights(tmp_path: Path) -> None:
    ring = "112.802,23.302,9 112.804,23.302,9 112.804,23.304,9 112.802,23.302,9"
    hole = f"<LinearRing><coordinates>{ring}</coordinates></LinearRing>"
    inner = f"</outerBoundaryIs><innerBoundaryIs>{hole}</innerBoundaryIs>"
    text = KML.replace("</outerBoundaryIs>", inner)
    start, end = text.index("<Polygon>"), text.index("</Polygon>") + len("</Polygon>")
    text = f"{text[:start]}<MultiGeometry>{text[start:end]}</MultiGeometry>{text[end:]}"
    path = tmp_path / "a.kml"
    path.write_text(text.replace("</Document>", "<NetworkLink/></Document>"), encoding="utf-8")
    layer = only(path)
    assert layer.geometry_type == "MultiPolygon"
    assert len(layer.geometry[0].geoms[0].interiors) == 1
    assert said(layer, "高程已舍去")
    assert said(layer, "网络链接")


def test_kml_in_gb2312_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.kml"
    path.write_bytes(KML.replace("UTF-8", "GB2312").encode("gbk"))
    assert only(path).columns["地类"].tolist() == ["旱地"]


def test_kml_coordinates_that_are_none_are_refused_with_the_placemark(tmp_path: Path) -> None:
    path = tmp_path / "a.kml"
    path.write_text(KML.replace("112.81,23.31", "38377800,2578900"), encoding="utf-8")
    with pytest.raises(FormatRefused, match=r"“示例地”.*38377800"):
        read(path)


def test_a_layer_of_lines_is_read_and_named_as_lines(tmp_path: Path) -> None:
    path = tmp_path / "a.gpkg"
    line = np.array([shapely.LineString([(0, 0), (1, 1)])], dtype=object)
    write_vector(path, "GPKG", line, arrays({"a": ["1"]}), 4526)
    layer = only(path)
    assert layer.geometry_type == "LineString"
    assert not layer.polygonal


def test_a_zip_without_vector_data_lists_what_is_inside(tmp_path: Path) -> None:
    note = tmp_path / "说明.txt"
    note.write_text("只是说明", encoding="utf-8")
    with pytest.raises(FormatRefused, match=r"说明\.txt"):
        read(zip_of(tmp_path / "包.zip", note, base=tmp_path))


def test_a_zip_of_two_formats_is_refused(tmp_path: Path) -> None:
    files = [geojson(tmp_path), gpkg(tmp_path)]
    with pytest.raises(FormatRefused, match="混有多种格式"):
        read(zip_of(tmp_path / "包.zip", *files, base=tmp_path))
