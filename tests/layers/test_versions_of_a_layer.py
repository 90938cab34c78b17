"""Flattening, taking over, owners, comparison and export of versions, with real files and jobs."""

from __future__ import annotations

import zipfile
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyogrio
import pytest
import shapely
from django.db import connection

from liangtian.geo.area import survey_area
from liangtian.geo.formats.field_names import file_fields
from liangtian.platform.audit.models import AuditEntry
from liangtian.platform.audit.services import record
from liangtian.platform.errors import Conflict, Forbidden
from liangtian.platform.layers import services
from liangtian.platform.layers.derived import start_comparison, start_export
from liangtian.platform.layers.exporting import export_path
from liangtian.platform.layers.models import (
    Feature,
    LayerChange,
    LayerComparison,
    LayerCut,
    LayerExport,
    OriginalFigure,
)
from liangtian.platform.layers.queries import published_version
from liangtian.platform.layers.services import assign_owner, flatten, publish
from liangtian.platform.people.models import Office
from tests.conftest import ZONE_38, plane_box
from tests.layers.deliveries import delivery, imported, survey_plots


def with_overlap(folder: Path, name: str = "DLTB") -> tuple[Path, Any]:
    """Four plots and a fifth that lies half on the first two."""
    plots, columns = survey_plots()
    extra = plane_box(9650, 5050, 200, 100)
    return delivery(
        folder, name, [*plots, extra], {k: [*v, v[2]] for k, v in columns.items()}
    ), extra


@pytest.mark.parametrize("rule", ["row", "category"])
def test_flattening_gives_shared_ground_to_one_figure_and_closes(
    people: Any, tmp_path: Path, run_jobs: Any, rule: str
) -> None:
    path, extra = with_overlap(tmp_path)
    version = imported(people.clerk, path, run_jobs)
    before = version.area_m2
    with pytest.raises(Conflict, match="2 处图形重叠"):
        publish(people.clerk, version)
    flatten(people.clerk, version, rule)
    run_jobs()
    version.refresh_from_db()
    assert version.status == "published"
    cuts = list(LayerCut.objects.filter(version=version))
    assert len(cuts) == 2
    assert sum(cut.area_m2 for cut in cuts) == before - version.area_m2
    figures = list(Feature.objects.filter(version=version))
    assert sum(one.area_m2 for one in figures) == version.area_m2
    for one in figures:
        assert survey_area(one.geom) == pytest.approx(one.area_m2, abs=Decimal("0.02"))
        for other in figures:
            if one.row < other.row:
                assert shapely.intersection(one.geom, other.geom).area < 1e-13
    whole = OriginalFigure.objects.filter(version=version)
    assert {one.row for one in whole} == {cut.row for cut in cuts}
    # The homestead 0702 stands behind dry land 0103 in the classification, so it gives way to it.
    assert {cut.row for cut in cuts} == ({5} if rule == "row" else {5, 2})
    acts = AuditEntry.objects.filter(act__in=["layers.flatten", "layers.flattened"])
    assert acts.count() == 2
    del extra


def test_every_entry_about_flattening_is_written_in_a_transaction_of_its_own(
    people: Any, tmp_path: Path, run_jobs: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    version = imported(people.clerk, with_overlap(tmp_path)[0], run_jobs)
    around, depths = len(connection.savepoint_ids), []

    def seen(*args: Any, **kwargs: Any) -> Any:
        depths.append(len(connection.savepoint_ids))
        return record(*args, **kwargs)

    monkeypatch.setattr(services, "record", seen)
    flatten(people.clerk, version, "row")
    run_jobs()
    assert len(depths) == 3  # asked for, done, published
    assert min(depths) > around, "outside a test there would be no transaction"


def test_red_lines_of_one_kind_may_not_count_twice(
    people: Any, tmp_path: Path, run_jobs: Any
) -> None:
    shapes = [plane_box(0, 0, 500, 500), plane_box(400, 0, 500, 500), plane_box(420, 20, 60, 60)]
    path = delivery(tmp_path, "STBHHX", shapes, {"HXMC": ["一", "二", "三"]})
    version = imported(people.clerk, path, run_jobs, code="redline")
    flatten(people.clerk, version, "row")
    run_jobs()
    version.refresh_from_db()
    union = survey_area(shapely.union_all(shapes), ZONE_38)
    assert version.area_m2 == pytest.approx(union, abs=Decimal("0.02"))
    assert version.feature_count == 2  # the third lay in the others altogether
    assert version.flattened is not None
    assert version.flattened["gone"] == 1


def test_a_later_version_takes_over_only_when_that_is_agreed(
    people: Any, tmp_path: Path, run_jobs: Any
) -> None:
    path = delivery(tmp_path, "DLTB", *survey_plots())
    imported(
        people.clerk, path, run_jobs, label="2024年度", valid_from=date(2024, 12, 31), publish=True
    )
    later = imported(people.clerk, path, run_jobs)
    with pytest.raises(Conflict, match="2024年度"):
        publish(people.clerk, later)
    publish(people.clerk, later, take_over=True)
    assert published_version("dltb", date(2026, 1, 1)) == later
    same_day = imported(people.clerk, path, run_jobs, label="又一版")
    with pytest.raises(Conflict, match="启用的版本在用"):
        publish(people.clerk, same_day, take_over=True)


def test_only_people_of_the_owner_office_publish(
    people: Any, tmp_path: Path, run_jobs: Any, county: Any
) -> None:
    version = imported(people.clerk, delivery(tmp_path, "DLTB", *survey_plots()), run_jobs)
    own = people.clerk.office
    other = Office.objects.create(code="990121-GH", name="规划股", region=county.county)
    assign_owner(people.clerk, version.layer, other)
    version.refresh_from_db()
    with pytest.raises(Forbidden, match="规划股"):
        publish(people.clerk, version)
    with pytest.raises(Forbidden):
        assign_owner(people.clerk, version.layer, own)


def test_a_comparison_closes_on_both_sides(people: Any, tmp_path: Path, run_jobs: Any) -> None:
    plots, columns = survey_plots()
    before = imported(people.clerk, delivery(tmp_path, "DLTB", plots, columns), run_jobs)
    west, south, east, north = plots[0].bounds
    middle = (west + east) / 2
    later = [
        shapely.box(west, south, middle, north), shapely.box(middle, south, east, north),
        plots[1], plots[2], plane_box(12_000, 5000, 50, 50),
    ]  # fmt: skip
    kinds = {**columns, "DLBM": ["0101", "0702", "0702", "0301", "0101"]}
    kinds = {k: (v if len(v) == 5 else [*v, v[0]]) for k, v in kinds.items()}
    (tmp_path / "later").mkdir()
    path = delivery(tmp_path / "later", "DLTB", later, kinds)
    after = imported(people.clerk, path, run_jobs, label="2026年度", valid_from=date(2026, 12, 31))
    made = start_comparison(people.clerk, before, after)
    run_jobs()
    made = LayerComparison.objects.get(pk=made.pk)
    assert made.done
    cells = {(c["before"], c["after"]): Decimal(c["area_m2"]) for c in made.matrix}
    half = survey_area(later[1], ZONE_38)
    assert cells["0101", "0702"] == pytest.approx(half, abs=Decimal("0.02"))
    assert cells["0103", "0301"] == survey_area(plots[2], ZONE_38)  # same shape, another class
    assert cells["", "0101"] == survey_area(later[4], ZONE_38)
    assert cells["0301", ""] == survey_area(plots[3], ZONE_38)
    for version, side in ((before, 0), (after, 1)):
        for entry in version.classes:
            total = sum(m2 for key, m2 in cells.items() if key[side] == entry["category"])
            assert total == Decimal(entry["area_m2"])
    changes = LayerChange.objects.filter(comparison=made)
    assert {(c.before, c.after) for c in changes} == {
        ("0101", "0702"),
        ("0103", "0301"),
        ("", "0101"),
    }
    assert start_comparison(people.clerk, before, after).pk == made.pk


@pytest.mark.parametrize("kind", ["gpkg", "shp", "gdb", "geojson", "kml"])
def test_an_export_can_be_read_back(
    people: Any, tmp_path: Path, run_jobs: Any, kind: str, monkeypatch: Any
) -> None:
    monkeypatch.setattr("liangtian.platform.layers.exporting.PART", 3)  # written in two parts
    path = delivery(tmp_path, "DLTB", *survey_plots())
    version = imported(people.clerk, path, run_jobs, publish=True)
    made = start_export(people.clerk, version, kind)
    run_jobs()
    made = LayerExport.objects.get(pk=made.pk)
    assert made.features == 4
    folder = tmp_path / "out"
    with zipfile.ZipFile(export_path(made)) as archive:
        archive.extractall(folder)
    names = {one.name for one in folder.iterdir()}
    assert {"说明.txt", "字段说明.txt"} <= names
    (source,) = [one for one in folder.iterdir() if one.suffix == f".{kind}"]
    meta, _, wkb, _ = pyogrio.raw.read(source)
    assert len(wkb) == 4
    shapes = shapely.from_wkb(wkb)
    assert float(shapely.area(shapes).sum()) == pytest.approx(
        sum(one.geom.area for one in Feature.objects.filter(version=version)), rel=1e-6
    )
    if kind == "shp":
        assert all(len(str(name).encode("gbk")) <= 10 for name in meta["fields"])
        assert "LT_MJ" in list(meta["fields"])
        assert "面积平方米" in (folder / "字段说明.txt").read_text("utf-8-sig")


def test_an_export_holds_the_ground_of_the_region_only(
    people: Any, tmp_path: Path, run_jobs: Any, county: Any
) -> None:
    path = delivery(tmp_path, "DLTB", *survey_plots())
    version = imported(people.clerk, path, run_jobs, publish=True)
    made = start_export(people.clerk, version, "gpkg", county.township_b.code)
    run_jobs()
    made.refresh_from_db()
    assert made.features == 2
    with zipfile.ZipFile(export_path(made)) as archive:
        archive.extractall(tmp_path / "out")
    (source,) = (tmp_path / "out").glob("*.gpkg")
    meta, _, _, data = pyogrio.raw.read(source)
    row = dict(zip(meta["fields"], (column.tolist() for column in data), strict=True))
    assert row["是否裁切"] == ["是", "否"]
    assert row["面积平方米"][0] == pytest.approx(5000, abs=1)
    assert row["TBMJ"][0] is None  # the area of the whole plot is not this township's to know
    with pytest.raises(Forbidden):
        start_export(people.township_a, version, "gpkg")


def test_names_in_a_shapefile_are_never_two_the_same() -> None:
    long = ["永久基本农田图斑编号", "永久基本农田图斑面积", "类别", "LT_LB", "lt_lb"]
    short = [one.short for one in file_fields(long)]
    assert len({name.casefold() for name in short}) == len(long)
    assert all(len(name.encode("gbk")) <= 10 for name in short)
