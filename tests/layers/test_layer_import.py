"""Taking layers in from real files: what is stored, what is refused, what is listed."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from django.db import IntegrityError, transaction

from liangtian.geo.area import survey_area, survey_areas
from liangtian.platform.audit.models import AuditEntry
from liangtian.platform.errors import Conflict, Forbidden, Refused
from liangtian.platform.jobs.models import Job
from liangtian.platform.jobs.registry import JobRun
from liangtian.platform.jobs.services import cancel, run_job
from liangtian.platform.layers import importing
from liangtian.platform.layers.models import Feature, Layer, LayerProblem, LayerVersion
from liangtian.platform.layers.queries import features_in, published_version
from liangtian.platform.layers.services import (
    ensure_catalogue,
    publish,
    settle_abandoned,
    start_import,
    withdraw,
)
from tests.conftest import ZONE_38, lonlat, plane_box
from tests.layers.deliveries import START, delivery, handed_in, imported, survey_plots


def problems(version: LayerVersion, *rules: str) -> list[str]:
    found = LayerProblem.objects.filter(version=version, rule__in=rules)
    return list(found.values_list("reason", flat=True))


@pytest.fixture
def survey(tmp_path: Path) -> Path:
    return delivery(tmp_path, "DLTB", *survey_plots())


def test_a_gbk_shapefile_with_zone_prefix_is_taken_in(
    people: Any, survey: Path, run_jobs: Any
) -> None:
    version = imported(people.clerk, survey, run_jobs)
    assert version.status == "checked", version.notes
    assert version.feature_count == 4
    assert "4526" in version.crs_label
    assert version.encoding.startswith("GB")
    first = Feature.objects.get(version=version, row=1)
    assert (first.category, first.title) == ("0101", "1")
    assert first.attributes["DLMC"] == "水田"
    plots, _ = survey_plots()
    assert first.area_m2 == survey_area(plots[0], ZONE_38)
    assert version.area_m2 == sum(survey_area(plot, ZONE_38) for plot in plots)


def test_stored_geometry_has_the_area_that_was_measured_in_the_plane(
    people: Any, tmp_path: Path, run_jobs: Any
) -> None:
    big = plane_box(1000, 1000, 5000, 3000)  # edges long enough for the curvature to show
    path = delivery(tmp_path, "CZKFBJ", [big], {"BJMC": ["示例边界"]})
    version = imported(people.clerk, path, run_jobs, code="town_boundary")
    stored = Feature.objects.get(version=version)
    assert stored.area_m2 == survey_area(big, ZONE_38)
    assert float(survey_areas(np.array([stored.geom]))[0]) == pytest.approx(
        float(stored.area_m2), abs=0.02
    )


def test_a_file_with_a_foreign_zone_is_refused_and_leaves_no_features(
    people: Any, tmp_path: Path, run_jobs: Any
) -> None:
    path = delivery(tmp_path, "DLTB", *survey_plots(), crs=4525)  # says zone 37, numbers say 38
    version = imported(people.clerk, path, run_jobs)
    assert version.status == "failed"
    job = Job.objects.get()
    assert job.status == "failed"
    assert "37" in job.error
    assert "38" in job.error
    assert not Feature.objects.exists()


def test_a_system_the_register_cannot_hold_is_refused(
    people: Any, tmp_path: Path, run_jobs: Any
) -> None:
    path = delivery(
        tmp_path, "DLTB", [shapely.box(5e5, 4e6, 5.01e5, 4.001e6)], {"DLBM": ["0101"]}, crs=32650
    )
    version = imported(people.clerk, path, run_jobs)
    assert version.status == "failed"
    assert "32650" in " ".join(version.notes)


def test_a_survey_without_land_classes_is_refused_naming_what_it_has(
    people: Any, tmp_path: Path, run_jobs: Any
) -> None:
    plots, _ = survey_plots()
    path = delivery(tmp_path, "DLTB", plots, {"LEIBIE": ["0101"] * 4})
    version = imported(people.clerk, path, run_jobs)
    assert version.status == "failed"
    assert "DLBM" in version.notes[-1]
    assert "LEIBIE" in version.notes[-1]
    again = imported(people.clerk, path, run_jobs, category_field="leibie")
    assert again.status == "checked"
    assert set(features_in(again).categories) == {"0101"}


def test_points_are_refused(people: Any, tmp_path: Path, run_jobs: Any) -> None:
    path = delivery(tmp_path, "DLTB", [shapely.Point(38_440_100, 3_800_100)], {"DLBM": ["0101"]})
    version = imported(people.clerk, path, run_jobs)
    assert version.status == "failed"
    assert "面" in version.notes[-1]


def test_a_bow_tie_is_repaired_and_said_with_its_areas(
    people: Any, tmp_path: Path, run_jobs: Any
) -> None:
    plots, columns = survey_plots()
    west, south, east, north = plots[1].bounds
    plots[1] = shapely.Polygon([(west, south), (east, north), (east, south), (west, north)])
    path = delivery(tmp_path, "DLTB", plots, columns)
    version = imported(people.clerk, path, run_jobs)
    assert version.feature_count == 4
    found = LayerProblem.objects.get(version=version, rule="G02")
    assert found.row == 2
    assert "自相交" in found.reason
    assert "修复前面积" in found.reason
    assert found.lon is not None
    assert 113 < found.lon < 115
    assert Feature.objects.get(version=version, row=2).geom.is_valid


def test_rows_without_a_figure_are_listed_as_left_out(
    people: Any, tmp_path: Path, run_jobs: Any
) -> None:
    plots, columns = survey_plots()
    plots[2] = None
    version = imported(people.clerk, delivery(tmp_path, "DLTB", plots, columns), run_jobs)
    assert version.feature_count == 3
    assert list(features_in(version).titles) == ["1", "2", "4"]
    found = LayerProblem.objects.get(version=version, severity="error")
    assert found.row == 3
    assert "未入库" in found.reason


def test_empty_and_unknown_land_classes_are_listed_and_kept(
    people: Any, tmp_path: Path, run_jobs: Any
) -> None:
    plots, columns = survey_plots()
    columns["DLBM"] = ["", "9999", "9999", "0101"]
    version = imported(people.clerk, delivery(tmp_path, "DLTB", plots, columns), run_jobs)
    assert list(features_in(version).categories) == ["未填", "9999", "9999", "0101"]
    said = problems(version, "C01", "C02")
    assert len(said) == 2
    assert any("9999" in text and "2 个图形" in text for text in said)


def test_overlapping_plots_of_a_survey_are_counted_and_measured(
    people: Any, tmp_path: Path, run_jobs: Any
) -> None:
    plots, columns = survey_plots()
    extra = plane_box(9600, 5000, 50, 20)  # inside the first plot
    path = delivery(tmp_path, "DLTB", [*plots, extra], {k: [*v, v[0]] for k, v in columns.items()})
    version = imported(people.clerk, path, run_jobs)
    summary = LayerProblem.objects.get(version=version, rule="G03", row=0)
    shared = survey_area(extra, ZONE_38)
    assert "重叠 1 处" in summary.reason
    assert str(shared) in summary.reason
    pair = LayerProblem.objects.get(version=version, rule="G03", row=1)
    assert (pair.other_row, pair.area_m2) == (5, shared)
    assert survey_area(pair.geom) == pytest.approx(shared, abs=Decimal("0.02"))


def test_neighbours_that_share_a_border_do_not_overlap(
    people: Any, survey: Path, run_jobs: Any
) -> None:
    assert problems(imported(people.clerk, survey, run_jobs), "G03") == []


def test_dates_of_approvals_are_read_and_bad_ones_listed(
    people: Any, tmp_path: Path, run_jobs: Any
) -> None:
    plots, _ = survey_plots()
    columns = {
        "PZWH": ["示自然资(2024)1号", "示自然资(2024)2号", "示自然资(2024)3号", ""],
        "PZRQ": ["2024-03-05", "20240306", "去年", ""],
        "YXQZ": ["2026/3/5", "2026年3月6日", "", ""],
    }
    path = delivery(tmp_path, "JSYDPZ", plots, columns)
    version = imported(people.clerk, path, run_jobs, code="construction_approval")
    rows = features_in(version)
    assert [str(day) for day in rows.date_from] == ["2024-03-05", "2024-03-06", "None", "None"]
    assert [str(day) for day in rows.date_to[:2]] == ["2026-03-05", "2026-03-06"]
    assert set(rows.categories) == {"construction_approval"}
    (said,) = LayerProblem.objects.filter(version=version)
    assert "去年" in said.reason


def test_an_import_killed_half_way_starts_again_without_duplicates(
    people: Any, survey: Path, run_jobs: Any, monkeypatch: Any
) -> None:
    ensure_catalogue()
    layer = Layer.objects.get(code="dltb")
    version, job = start_import(
        people.clerk, handed_in(people.clerk, survey), layer, "2025年度", START
    )

    class Killed(BaseException):
        """Stands for kill -9: nothing of the program runs after it."""

    monkeypatch.setattr(importing, "CHUNK", 3)
    reports: list[str] = []

    def die_late(self: JobRun, share: float, note: str = "") -> None:
        reports.append(note)
        if "第 4" in note:
            raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(JobRun, "progress", die_late)
        with pytest.raises(Killed):
            run_job.call(str(job.pk))
    assert Feature.objects.filter(version=version).count() == 3
    version.refresh_from_db()
    assert version.status == "importing"
    Job.objects.filter(pk=job.pk).update(status="queued")
    run_jobs()
    version.refresh_from_db()
    assert (version.status, version.feature_count) == ("checked", 4)
    assert Feature.objects.filter(version=version).count() == 4


def test_a_cancelled_import_leaves_nothing_and_frees_its_label(
    people: Any, survey: Path, run_jobs: Any
) -> None:
    ensure_catalogue()
    layer = Layer.objects.get(code="dltb")
    file = handed_in(people.clerk, survey)
    version, job = start_import(people.clerk, file, layer, "2025年度", START)
    cancel(people.clerk, job)
    settle_abandoned()
    version.refresh_from_db()
    assert version.status == "failed"
    again, _ = start_import(people.clerk, file, layer, "2025年度", START)
    assert again.pk != version.pk


def test_publishing_twice_is_refused_and_each_act_is_recorded(
    people: Any, survey: Path, run_jobs: Any
) -> None:
    version = imported(people.clerk, survey, run_jobs)
    assert published_version("dltb", START) is None
    publish(people.clerk, version)
    with pytest.raises(Conflict, match="已发布"):
        publish(people.clerk, version)
    acts = list(AuditEntry.objects.filter(act__startswith="layers.").values_list("act", flat=True))
    assert sorted(acts) == ["layers.checked", "layers.import", "layers.publish"]


def test_a_second_version_of_the_same_name_is_refused(
    people: Any, survey: Path, run_jobs: Any
) -> None:
    imported(people.clerk, survey, run_jobs)
    with pytest.raises(Conflict, match="2025年度"):
        imported(people.clerk, survey, run_jobs)


def test_the_newest_version_in_force_on_the_day_is_the_one(
    people: Any, survey: Path, run_jobs: Any
) -> None:
    from datetime import date

    old = imported(
        people.clerk,
        survey,
        run_jobs,
        label="2024年度",
        valid_from=date(2024, 12, 31),
        publish=True,
    )
    new = imported(
        people.clerk, survey, run_jobs, label="2025年度", valid_to=date(2026, 6, 30), publish=True
    )
    assert old.status == new.status == "published"
    assert published_version("dltb", date(2024, 1, 1)) is None
    assert published_version("dltb", date(2025, 12, 30)) == old
    assert published_version("dltb", date(2026, 6, 30)) == new
    assert published_version("dltb", date(2026, 7, 1)) == old
    withdraw(people.clerk, new, "数据来源有误")
    assert published_version("dltb", date(2026, 6, 30)) == old


def test_withdrawing_needs_a_reason_and_a_version_in_use(
    people: Any, survey: Path, run_jobs: Any
) -> None:
    version = imported(people.clerk, survey, run_jobs, publish=True)
    with pytest.raises(Refused, match="理由"):
        withdraw(people.clerk, version, "错")
    withdraw(people.clerk, version, "数据来源有误")
    with pytest.raises(Conflict):
        withdraw(people.clerk, version, "数据来源有误")
    assert Feature.objects.filter(version=version).count() == 4


def test_only_who_may_import_imports_and_who_may_publish_publishes(
    people: Any, survey: Path, run_jobs: Any
) -> None:
    version = imported(people.clerk, survey, run_jobs)
    file = version.source_file
    for user in (people.reviewer, people.township_a):
        with pytest.raises(Forbidden):
            start_import(user, file, version.layer, "另一版", START)
        with pytest.raises(Forbidden):
            publish(user, version)
        with pytest.raises(Forbidden):
            withdraw(user, version, "数据来源有误")


def test_a_file_of_several_layers_needs_to_be_told_which(
    people: Any, tmp_path: Path, run_jobs: Any
) -> None:
    import pyogrio

    plots, columns = survey_plots()
    path = tmp_path / "all.gpkg"
    for number, name in enumerate(("甲", "乙", "DLTB")):
        pyogrio.raw.write(
            path, shapely.to_wkb(np.array(plots[: number + 1], dtype=object)),
            [np.array(columns["DLBM"][: number + 1], dtype=object)], ["DLBM"],
            layer=name, driver="GPKG", geometry_type="Polygon", crs="EPSG:4526",
            append=path.exists(),
        )  # fmt: skip
    assert imported(people.clerk, path, run_jobs).feature_count == 3  # by its standard name
    chosen = imported(people.clerk, path, run_jobs, label="乙版", source_layer="乙")
    assert chosen.feature_count == 2
    unclear = imported(people.clerk, path, run_jobs, code="redline")
    assert unclear.status == "failed"
    assert "甲" in unclear.notes[-1]


def test_totals_are_the_sum_of_the_rounded_areas(people: Any, survey: Path, run_jobs: Any) -> None:
    version = imported(people.clerk, survey, run_jobs)
    assert version.area_m2 == sum(features_in(version).areas_m2, Decimal(0))


def test_the_database_refuses_to_change_a_published_version(
    people: Any, survey: Path, run_jobs: Any
) -> None:
    version = imported(people.clerk, survey, run_jobs)
    Feature.objects.filter(version=version, row=1).update(title="甲")  # still free
    publish(people.clerk, version)
    changes: list[tuple[Any, dict[str, Any]]] = [
        (Feature.objects.filter(version=version), {"category": "0701"}),
        (LayerVersion.objects.filter(pk=version.pk), {"label": "改名"}),
        (LayerVersion.objects.filter(pk=version.pk), {"valid_to": START}),
    ]
    for gone in (
        Feature.objects.filter(version=version),
        LayerVersion.objects.filter(pk=version.pk),
    ):
        with pytest.raises(IntegrityError, match="不能改动"), transaction.atomic():
            gone.delete()
    with pytest.raises(IntegrityError, match="不能改动"), transaction.atomic():
        Feature.objects.create(
            version=version,
            row=99,
            fid="99",
            category="0101",
            area_m2=1,
            geom=lonlat(plane_box(0, 0, 1, 1)),
        )
    for rows, values in changes:
        with pytest.raises(IntegrityError, match="不能改动"), transaction.atomic():
            rows.update(**values)
    assert withdraw(people.clerk, version, "数据来源有误").status == "withdrawn"
