"""Which files can become a batch, and with what words the others are refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely

from liangtian.geo.formats.writer import write_vector
from liangtian.platform.errors import Refused
from liangtian.platform.files.models import StoredFile
from liangtian.programmes.enforcement.imports.services import start_import
from liangtian.programmes.enforcement.models import BatchImport
from tests.conftest import ZONE_38, People, Run, lonlat
from tests.enforcement.files import (
    PERIOD,
    TITLE,
    Kind,
    Sent,
    batch_file,
    boundary_file,
    checked,
    handed_in,
    problems,
    sent,
)


def begin(people: People, path: Path) -> BatchImport:
    return start_import(people.clerk, handed_in(people.clerk, path), PERIOD, TITLE)


def refusal(people: People, path: Path) -> str:
    with pytest.raises(Refused) as caught:
        begin(people, path)
    assert not BatchImport.objects.exists()
    return caught.value.message


@pytest.mark.parametrize("kind", ["shp", "gdb", "gpkg"])
def test_the_same_patches_come_in_from_every_format(
    kind: Kind, tmp_path: Path, people: People, run_jobs: Run
) -> None:
    current = checked(people.clerk, batch_file(tmp_path, [sent(1), sent(2)], kind=kind), run_jobs)
    assert (current.status, current.ready, problems(current)) == ("checked", 2, [])
    assert "CGCS2000" in current.crs_label
    assert "EPSG:4526" in current.crs_label
    row = current.staged.first()
    assert row is not None
    assert row.attributes["XMC"] == "青禾县"
    assert abs(float(row.area_m2) - 2999.74) < 0.011  # a geodatabase keeps 0.0001 m


def test_degrees_come_in_from_geojson(tmp_path: Path, people: People, run_jobs: Run) -> None:
    rows = [Sent("X1", lonlat(sent(1).geom))]
    current = checked(people.clerk, batch_file(tmp_path, rows, kind="geojson", crs=4490), run_jobs)
    assert (current.ready, problems(current)) == (1, [])
    assert abs(float(current.staged.get().area_m2) - 2999.74) < 0.02


def test_boundary_points_come_in_with_the_fields_chosen_by_hand(
    tmp_path: Path, people: People, run_jobs: Run
) -> None:
    path = boundary_file(tmp_path, [sent(1), sent(2)])
    current = checked(people.clerk, path, run_jobs, mapping={"monitoring_type": "地块用途"})
    assert (current.ready, problems(current)) == (2, [])
    assert [row.number for row in current.staged.all()] == [sent(1).number, sent(2).number]
    first = current.staged.first()
    assert first is not None
    assert first.values["monitoring_type"] == "建筑"


def test_the_raw_file_is_kept_under_its_hash(tmp_path: Path, people: People) -> None:
    import hashlib

    path = batch_file(tmp_path, [sent(1)])
    current = begin(people, path)
    assert current.file.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert current.file.open().read() == path.read_bytes()
    assert current.file.name == "WPTB_202603.shp.zip"


def test_a_wrong_zone_refuses_the_whole_file_and_names_both(tmp_path: Path, people: People) -> None:
    path = batch_file(tmp_path, [sent(1)], crs=ZONE_38 + 1)  # declared 39, eastings say 38
    message = refusal(people, path)
    assert "39" in message
    assert "38440700" in message
    assert "带号是38" in message


def test_degrees_declared_as_metres_are_refused(tmp_path: Path, people: People) -> None:
    rows = [Sent("X1", lonlat(sent(1).geom))]
    message = refusal(people, batch_file(tmp_path, rows))
    assert "经纬度" in message
    assert "38" in message


def test_a_foreign_system_is_refused_by_name(tmp_path: Path, people: People) -> None:
    rows = [Sent("X1", shapely.box(120_000, 480_000, 120_100, 480_100))]
    message = refusal(people, batch_file(tmp_path, rows, kind="gpkg", crs=28992))
    assert "Amersfoort" in message
    assert "28992" in message
    assert "EPSG:4490" in message  # what could come in


def test_one_row_with_odd_coordinates_is_named_in_the_refusal(
    tmp_path: Path, people: People
) -> None:
    rows = [sent(1), sent(2), Sent("X1", shapely.box(0, 0, 100, 100)), sent(3)]
    message = refusal(people, batch_file(tmp_path, rows, kind="gpkg"))
    assert "只有第 3 行等 1 行与其余各行不合" in message


@pytest.mark.parametrize("shape", [shapely.Point(38_440_700, 3_800_100), None])
def test_a_file_without_polygons_is_refused(shape: Any, tmp_path: Path, people: People) -> None:
    message = refusal(people, batch_file(tmp_path, [Sent("X1", shape)], kind="gpkg"))
    assert "图斑必须是面" in message
    assert "“WPTB_202603”" in message


def test_an_empty_layer_is_refused(tmp_path: Path, people: People) -> None:
    path = tmp_path / "空.gpkg"
    write_vector(path, "GPKG", np.empty(0, dtype=object), {"JCBH": np.empty(0, dtype=object)}, 4526)
    assert "0 行" in refusal(people, path)


def test_a_layer_without_fields_is_refused(tmp_path: Path, people: People) -> None:
    path = tmp_path / "无字段.gpkg"
    geometry = np.empty(1, dtype=object)
    geometry[0] = sent(1).geom
    write_vector(path, "GPKG", geometry, {}, 4526)
    assert "没有属性字段" in refusal(people, path)


def test_what_is_no_vector_file_is_refused_and_yet_kept(tmp_path: Path, people: People) -> None:
    path = tmp_path / "说明.gpkg"
    path.write_bytes("不是数据".encode())
    assert "说明.gpkg" in refusal(people, path)
    assert StoredFile.objects.filter(name="说明.gpkg").exists()


def test_a_file_name_too_long_for_a_disk_label_is_no_obstacle(
    tmp_path: Path, people: People, run_jobs: Run
) -> None:
    name = "青" * 70  # 210 bytes, beyond what the layer name column once held
    features = [
        {
            "type": "Feature",
            "properties": {"JCBH": "X1", "TBLX": "20"},
            "geometry": json.loads(shapely.to_geojson(lonlat(sent(1).geom))),
        }
    ]
    path = tmp_path / f"{name}.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")
    current = checked(people.clerk, path, run_jobs)
    assert current.ready == 1
    current.full_clean(exclude=["job", "batch", "error", "forced_encoding"])


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"period": "2026-13"}, "period"),
        ({"period": "202603"}, "period"),
        ({"title": "  "}, "title"),
        ({"title": "长" * 101}, "title"),
        ({"kind": "water"}, "kind"),
    ],
)
def test_month_title_and_kind_are_checked_field_by_field(
    values: dict[str, str], field: str, tmp_path: Path, people: People
) -> None:
    file = handed_in(people.clerk, batch_file(tmp_path, [sent(1)]))
    with pytest.raises(Refused) as caught:
        start_import(people.clerk, file, **{"period": PERIOD, "title": TITLE, **values})
    assert list(caught.value.fields) == [field]
