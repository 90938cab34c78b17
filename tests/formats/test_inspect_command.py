import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely

from liangtian.geo.area import survey_area
from liangtian.geo.formats import write_vector
from liangtian.site.cli import main
from tests.formats.boundary_files import document, plain, point_lines, saved, square


def zone_boxes(count: int) -> np.ndarray:
    east, north = 38_377_800, 2_578_900
    boxes = [
        shapely.box(east + 20 * i, north, east + 20 * i + 10, north + 10) for i in range(count)
    ]
    return np.array(boxes, dtype=object)


def inspected(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    assert main(["inspect", "--json", *arguments]) == 0
    report: dict[str, Any] = json.loads(capsys.readouterr().out)
    return report


def test_json_says_what_the_file_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "图斑.zip"
    boxes = zone_boxes(2)
    columns = {"地类": np.array(["旱地", None], dtype=object), "数": np.array([1, 2])}
    write_vector(path, "ESRI Shapefile", boxes, columns, 4526, encoding="GBK")
    report = inspected(capsys, str(path))
    assert (report["format"], report["encoding"], report["count"]) == ("ESRI Shapefile", "GBK", 2)
    assert report["crs"]["epsg"] == 4526
    assert report["fields"] == [{"name": "地类", "type": "text"}, {"name": "数", "type": "integer"}]
    layer = report["layers"][0]
    assert layer["geometry_type"] == "Polygon"
    assert [f["area_m2"] for f in layer["features"]] == [
        float(survey_area(box, 4526)) for box in boxes
    ]
    assert layer["features"][0] == {
        "id": "0", "area_m2": pytest.approx(99.9, abs=0.1), "valid": True, "reason": "", "location": None,
    }  # fmt: skip


def test_an_invalid_figure_is_told_with_its_place(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    a, b, c, d, _ = square(10)
    lines = ["5,0.01,DK1,示例,面,,,,@", *point_lines([a, c, b, d, a])]
    feature = inspected(capsys, str(saved(tmp_path, document(lines))))["layers"][0]["features"][0]
    assert not feature["valid"]
    assert "自相交" in feature["reason"]
    assert feature["location"] == pytest.approx([38_377_805, 2_578_905], abs=1)


def test_text_shows_twenty_and_counts_the_rest(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "a.gpkg"
    write_vector(path, "GPKG", zone_boxes(23), {"n": np.arange(23)}, 4526)
    assert main(["inspect", str(path)]) == 0
    short = capsys.readouterr().out
    assert "其余 3 个" in short
    assert short.count("合格") == 21
    assert main(["inspect", "--all", str(path)]) == 0
    assert "其余" not in capsys.readouterr().out


def test_a_refused_file_exits_one_and_says_why(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = saved(tmp_path, plain(带号="39"))
    assert main(["inspect", str(path)]) == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert "39" in told.err
    assert main(["inspect", "--json", str(path)]) == 1
    told = capsys.readouterr()
    assert "39" in json.loads(told.out)["error"]["message"]
    assert "39" in told.err


def test_line_faults_are_listed_in_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = saved(tmp_path, plain().replace("J2,1,", "J2,一,"))
    assert main(["inspect", "--json", str(path)]) == 1
    problems = json.loads(capsys.readouterr().out)["error"]["problems"]
    assert problems[0]["line"] == 12
    assert problems[0]["value"] == "一"


@pytest.mark.parametrize("crs", [4326, 32649, 28992, 3857, 2414])
def test_any_system_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str], crs: int) -> None:
    path = tmp_path / "a.gpkg"
    box = np.array([shapely.box(10, 10, 11, 11)], dtype=object)
    write_vector(path, "GPKG", box, {"n": [1]}, crs)
    report = inspected(capsys, str(path))
    assert report["crs"]["epsg"] == crs
    assert report["crs"]["name"]


def test_without_a_system_there_is_no_area(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "a.shp"
    write_vector(path, "ESRI Shapefile", zone_boxes(1), {"n": [1]}, 4526)
    path.with_suffix(".prj").unlink()
    layer = inspected(capsys, str(path))["layers"][0]
    assert layer["features"][0]["area_m2"] is None
    assert any("不能计算面积" in note for note in layer["notes"])


def test_the_encoding_and_layer_can_be_chosen(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "a.gpkg"
    write_vector(path, "GPKG", zone_boxes(1), {"n": [1]}, 4526, layer_name="耕地")
    assert inspected(capsys, str(path), "--layer", "耕地")["layers"][0]["name"] == "耕地"
    assert main(["inspect", str(path), "--layer", "林地"]) == 1
    assert "耕地" in capsys.readouterr().err
