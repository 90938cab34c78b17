import struct
from pathlib import Path

import numpy as np
import pytest
import shapely

from liangtian.geo.formats import FormatRefused, preview, read, write_vector
from liangtian.geo.formats.encoding import named
from tests.formats.vector_files import NAMES, SQUARES, arrays, only, said, shapefile, zip_of


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


@pytest.mark.parametrize("content", [b"", b"PROJCS[", b"PROJCS\xff\xff", "坐标系".encode("gbk")])
def test_a_prj_that_says_nothing_leaves_the_system_unknown_and_said(
    tmp_path: Path, content: bytes
) -> None:
    path = shapefile(tmp_path)
    path.with_suffix(".prj").write_bytes(content)
    layer = only(path)
    assert layer.crs is None
    assert said(layer, ".prj 的坐标系定义无法识别")


def test_a_cpg_of_rubbish_is_said(tmp_path: Path) -> None:
    path = shapefile(tmp_path)
    path.with_suffix(".cpg").write_bytes(b"\x00\xff")
    layer = only(path)
    assert layer.encoding == "GB18030"
    assert said(layer, "无法识别")


@pytest.mark.parametrize("name", ["图;斑", "图#斑", "图!斑", "图 斑?"])
def test_odd_file_names_are_read(tmp_path: Path, name: str) -> None:
    path = shapefile(tmp_path, name=name)
    assert only(path).name == name
    write_vector(tmp_path / f"{name}.gpkg", "GPKG", SQUARES, {"n": [1, 2, 3]}, 4526)
    assert len(only(tmp_path / f"{name}.gpkg").fids) == 3
    lonlat = np.array([shapely.box(112, 23, 113, 24)], dtype=object)
    write_vector(tmp_path / f"{name}.geojson", "GeoJSON", lonlat, {"n": [1]}, 4490)
    assert only(tmp_path / f"{name}.geojson").name == name
    write_vector(tmp_path / f"{name}.gdb", "OpenFileGDB", SQUARES, {"n": [1, 2, 3]}, 4526)
    assert len(only(tmp_path / f"{name}.gdb").fids) == 3


def test_dead_records_between_live_ones_follow_the_index(tmp_path: Path) -> None:
    path = shapefile(tmp_path)
    index = path.with_suffix(".shx")
    shapes, entries = path.read_bytes(), index.read_bytes()
    moved = len(shapes)
    record = shapes[-(len(shapes) - 100) // 3 :]
    shapes += record
    path.write_bytes(shapes[:24] + struct.pack(">i", len(shapes) // 2) + shapes[28:])
    index.write_bytes(entries[:-8] + struct.pack(">i", moved // 2) + entries[-4:])
    layer = only(path)
    assert [g.equals(s) for g, s in zip(layer.geometry, SQUARES, strict=True)] == [True] * 3


def test_an_index_that_points_elsewhere_is_refused(tmp_path: Path) -> None:
    index = shapefile(tmp_path).with_suffix(".shx")
    entries = bytearray(index.read_bytes())
    entries[103] += 4
    index.write_bytes(bytes(entries))
    with pytest.raises(FormatRefused, match="对不上"):
        read(index.with_suffix(".shp"))


def test_deleted_records_are_left_out_and_said(tmp_path: Path) -> None:
    path = shapefile(tmp_path)
    table = path.with_suffix(".dbf")
    content = bytearray(table.read_bytes())
    content[struct.unpack("<H", content[8:10])[0]] = ord("*")
    table.write_bytes(bytes(content))
    layer = only(path)
    assert layer.fids == ["1", "2"]
    assert said(layer, "1 条已标记删除")


@pytest.mark.parametrize(
    ("written", "label"),
    [("936", "GBK"), ("GB2312", "GBK"), ("ANSI 936", "GBK"), ("65001", "UTF-8"), ("utf8", "UTF-8"), ("GB18030", "GB18030"), ("8859_1", "ISO-8859-1"), ("ISO 88591", "ISO-8859-1"), ("1252", "1252")],
)  # fmt: skip
def test_names_of_encodings_as_programs_write_them(written: str, label: str) -> None:
    assert named(written)[0] == label


@pytest.mark.parametrize("written", ["", "hex", "rot13", "ISO 8859-99", "火星文"])
def test_unknown_encodings_are_refused(written: str) -> None:
    with pytest.raises(FormatRefused, match="不认识"):
        named(written)
