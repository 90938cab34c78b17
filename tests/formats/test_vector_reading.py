import json
import sqlite3
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyogrio.raw
import pytest
import shapely

from liangtian.geo.formats import FormatRefused, VectorLayer, preview, read, write_vector

SQUARES = np.array([shapely.box(x, 0, x + 1, 1) for x in (0, 10, 20)], dtype=object)
SQUARES = shapely.transform(SQUARES, lambda xy: xy + np.array([38_377_800, 2_578_900]))
NAMES = ["旱地", "水田", None]


def shapefile(folder: Path, encoding: str = "GBK", name: str = "图斑") -> Path:
    path = folder / f"{name}.shp"
    columns = {"地类名称": NAMES, "面积": [1.5, 2.5, None], "数量": [7, None, 9]}
    write_vector(path, "ESRI Shapefile", SQUARES, arrays(columns), 4526, encoding=encoding)
    return path


def arrays(columns: dict[str, list[object]]) -> dict[str, np.ndarray]:
    return {name: np.array(values, dtype=object) for name, values in columns.items()}


def only(path: Path, **options: str) -> VectorLayer:
    layers = read(path, **options).layers
    assert len(layers) == 1
    return layers[0]


def said(layer: VectorLayer, words: str) -> bool:
    return any(words in note for note in layer.notes)


def zip_of(path: Path, *files: Path, base: Path) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for file in files:
            archive.write(file, file.relative_to(base))
    return path


@pytest.mark.parametrize("encoding", ["GBK", "UTF-8"])
@pytest.mark.parametrize("with_cpg", [True, False])
def test_shapefile_text_is_read_in_its_encoding(
    tmp_path: Path, encoding: str, with_cpg: bool
) -> None:
    path = shapefile(tmp_path, encoding)
    if not with_cpg:
        path.with_suffix(".cpg").unlink()
    layer = only(path)
    assert layer.columns["地类名称" if encoding == "GBK" else "地类名"].tolist() == NAMES
    assert layer.encoding == (encoding if with_cpg or encoding == "UTF-8" else "GB18030")
    assert said(layer, ".cpg 文件")
    assert layer.crs is not None
    assert layer.crs.to_epsg() == 4526


def test_a_cpg_the_bytes_contradict_is_not_followed(tmp_path: Path) -> None:
    path = shapefile(tmp_path)
    path.with_suffix(".cpg").write_text("UTF-8")
    layer = only(path)
    assert layer.encoding == "GB18030"
    assert said(layer, ".cpg 写的是 UTF-8")


def test_the_encoding_can_be_overridden_and_previewed(tmp_path: Path) -> None:
    path = shapefile(tmp_path)
    assert preview(path, "GBK", rows=2) == [
        {"地类名称": "旱地", "面积": "1.5", "数量": "7"},
        {"地类名称": "水田", "面积": "2.5", "数量": ""},
    ]
    wrong = only(path, encoding="Big5")
    assert wrong.encoding == "Big5"
    assert said(wrong, "使用者指定")
    assert wrong.columns[wrong.fields[0].name].tolist() != NAMES
    with pytest.raises(FormatRefused, match="火星文"):
        read(path, encoding="火星文")


def test_nulls_stay_null_and_integers_stay_integers(tmp_path: Path) -> None:
    layer = only(shapefile(tmp_path))
    assert layer.columns["数量"].tolist() == [7, None, 9]
    assert np.isnan(layer.columns["面积"][2])
    assert [f.type for f in layer.fields] == ["text", "real", "integer"]


def test_a_value_cut_in_half_a_character_is_said(tmp_path: Path) -> None:
    path = tmp_path / "a.shp"
    write_vector(
        path, "ESRI Shapefile", SQUARES, arrays({"MC": ["耕地甲", "耕地乙", "耕地丙"]}), 4526
    )
    table = path.with_suffix(".dbf")
    table.write_bytes(table.read_bytes().replace("丙".encode(), "丙".encode()[:2] + b" "))
    path.with_suffix(".cpg").unlink()
    layer = only(path)
    assert layer.encoding == "UTF-8"
    assert layer.columns["MC"].tolist() == ["耕地甲", "耕地乙", "耕地"]
    assert said(layer, "被字段宽度截断")


@pytest.mark.parametrize("missing", [".shx", ".dbf", ".prj"])
def test_a_missing_companion_is_said(tmp_path: Path, missing: str) -> None:
    path = shapefile(tmp_path)
    path.with_suffix(missing).unlink()
    layer = only(path)
    assert said(layer, f"缺少 {missing}")
    assert len(layer.geometry) == 3
    assert layer.geometry[1].equals(SQUARES[1])
    assert (layer.crs is None) == (missing == ".prj")
    assert not path.with_suffix(missing).exists()


def test_companions_are_found_whatever_their_case(tmp_path: Path) -> None:
    path = shapefile(tmp_path)
    for suffix in (".shx", ".dbf", ".prj", ".cpg"):
        path.with_suffix(suffix).rename(path.with_suffix(suffix.upper()))
    layer = only(path.rename(path.with_suffix(".Shp")))
    assert layer.columns["地类名称"].tolist() == NAMES
    assert not said(layer, "缺少")


def test_a_zip_may_hold_several_shapefiles(tmp_path: Path) -> None:
    (tmp_path / "里").mkdir()
    shapefile(tmp_path / "里", name="甲")
    shapefile(tmp_path / "里", name="乙")
    path = zip_of(tmp_path / "包.zip", *(tmp_path / "里").iterdir(), base=tmp_path)
    held = read(path)
    assert {layer.name for layer in held.layers} == {"甲", "乙"}
    assert [layer.name for layer in read(path, layer="乙").layers] == ["乙"]
    with pytest.raises(FormatRefused, match="“甲”"):
        read(path, layer="丙")


def test_tables_that_do_not_match_their_shapes_are_refused(tmp_path: Path) -> None:
    path = shapefile(tmp_path)
    other = tmp_path / "别.shp"
    write_vector(other, "ESRI Shapefile", SQUARES[:1], arrays({"a": ["1"]}), 4526)
    path.with_suffix(".dbf").write_bytes(other.with_suffix(".dbf").read_bytes())
    with pytest.raises(FormatRefused, match=r"属性 1 条.*图形 3 个"):
        read(path)


@pytest.mark.parametrize(
    ("suffix", "words"), [(".shp", "没有传完整"), (".dbf", "没有传完整"), (".shx", "对不上")]
)
def test_a_cut_shapefile_is_refused(tmp_path: Path, suffix: str, words: str) -> None:
    path = shapefile(tmp_path)
    part = path.with_suffix(suffix)
    part.write_bytes(part.read_bytes()[:-9])
    with pytest.raises(FormatRefused, match=words):
        read(path)


@pytest.mark.parametrize(
    ("name", "content", "found"),
    [
        ("a.shp", b"\x89PNG\r\n\x1a\n" + bytes(200), "PNG"),
        ("a.zip", b"MZ" + bytes(200), "exe"),
        ("a.gpkg", b"PK\x03\x04" + bytes(200), "zip"),
        ("a.json", b"not json at all", "认不出"),
        ("a.rar", b"Rar!\x1a\x07\x00", "RAR"),
        ("a.dwg", b"AC1032" + bytes(100), "DWG"),
        ("a.shp", b"", "空的"),
        ("a.geojson", b'{"type": "Topology"}', "Topology"),
        ("a.geojson", b'{"type": "FeatureCollection", "feat', "不是完整的 JSON"),
        ("a.kml", b"<kml><Document>", "没有传完整"),
        ("a.kml", b'<!DOCTYPE k [<!ENTITY a "b">]><kml></kml>', "实体"),
        ("a.gml", b"<OGRWFSDataSource><URL>http://127.0.0.1</URL></OGRWFSDataSource>", "认不出"),
    ],
)
def test_a_disguised_or_broken_file_is_refused(
    tmp_path: Path, name: str, content: bytes, found: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(FormatRefused, match=found) as caught:
        read(path)
    assert "请" in caught.value.message or "可接收" in caught.value.message


@pytest.mark.parametrize(
    "name",
    [
        "/vsicurl/http://127.0.0.1/a.shp",
        "http://127.0.0.1/a.geojson",
        "/vsizip/a.zip",
        "s3://a/b.shp",
    ],
)
def test_nothing_is_read_from_the_network(name: str) -> None:
    with pytest.raises(FormatRefused, match="本机文件"):
        read(Path(name))


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FormatRefused, match="找不到"):
        read(tmp_path / "无.shp")


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


def geojson(folder: Path, change: Callable[[dict[str, object]], None] = lambda _: None) -> Path:
    feature = {
        "type": "Feature",
        "properties": {"名称": "示例", "n": None},
        "geometry": shapely.geometry.mapping(shapely.box(112.80, 23.30, 112.81, 23.31)),
    }
    document: dict[str, object] = {"type": "FeatureCollection", "features": [feature]}
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
    def plane(document: dict[str, object]) -> None:
        document["features"][0]["geometry"] = shapely.geometry.mapping(SQUARES[0])  # type: ignore[index]

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
    def opened(document: dict[str, object]) -> None:
        ring = [[112.8, 23.3], [112.9, 23.3]]
        document["features"][0]["geometry"] = {"type": "Polygon", "coordinates": [ring]}  # type: ignore[index]

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
