"""What flattening took can be read, changed ground can be taken along, and old files go."""

from __future__ import annotations

import io
import zipfile
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyogrio
import pytest
import python_calamine
from django.conf import settings
from django.utils import timezone

from liangtian.platform.layers.derived import drop_old_exports, start_comparison, start_export
from liangtian.platform.layers.exporting import export_path
from liangtian.platform.layers.models import LayerChange, LayerExport
from liangtian.platform.layers.services import flatten
from tests.conftest import plane_box
from tests.layers.deliveries import delivery, imported, survey_plots


def test_every_cut_is_on_the_page_with_its_shape_and_in_the_workbook(
    people: Any, signed_in: Any, tmp_path: Path, run_jobs: Any
) -> None:
    plots, columns = survey_plots()
    columns = {key: [*values, values[2]] for key, values in columns.items()}
    path = delivery(tmp_path, "DLTB", [*plots, plane_box(9650, 5050, 200, 100)], columns)
    version = imported(people.clerk, path, run_jobs)
    flatten(people.clerk, version, "row")
    run_jobs()
    client = signed_in(people.clerk)
    shown = client.get(f"/api/layers/versions/{version.pk}/cuts").json()
    assert shown["total"] == 2
    for row in shown["rows"]:
        assert "Polygon" in row["geometry"]["type"]
        assert Decimal(row["area_mu"]) == round(Decimal(row["area_m2"]) * 3 / 2000, 2)
    book = client.get(f"/api/layers/versions/{version.pk}/findings.xlsx")
    workbook = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(book.content))
    cells = {cell for line in workbook.get_sheet_by_name("压平扣除").to_python() for cell in line}
    figures = {cell for cell in cells if isinstance(cell, float)}
    assert {float(row["area_m2"]) for row in shown["rows"]} <= figures


def test_a_long_report_is_written_by_a_job_and_says_the_same(
    people: Any, signed_in: Any, tmp_path: Path, run_jobs: Any, settings: Any
) -> None:
    plots, columns = survey_plots()
    before = imported(people.clerk, delivery(tmp_path, "DLTB", plots, columns), run_jobs)
    (tmp_path / "later").mkdir()
    changed = {**columns, "DLBM": ["0702", *columns["DLBM"][1:]]}
    path = delivery(tmp_path / "later", "DLTB", plots, changed)
    after = imported(people.clerk, path, run_jobs, label="2026年度", valid_from=date(2026, 12, 31))
    made = start_comparison(people.clerk, before, after)
    run_jobs()
    client = signed_in(people.clerk)
    for short, later in (
        (f"/api/layers/comparisons/{made.pk}/report.xlsx", f"/api/layers/comparisons/{made.pk}/report"),
        (f"/api/layers/versions/{after.pk}/findings.xlsx", f"/api/layers/versions/{after.pk}/report"),
    ):  # fmt: skip
        settings.EXPORT_ROWS_AT_ONCE = 5000
        at_once = sheets_of(client.get(short).content)
        assert sum(map(len, at_once.values())) > 5
        settings.EXPORT_ROWS_AT_ONCE = -1
        refused = client.get(short)
        assert (refused.status_code, refused.json()["error"]["code"]) == (422, "too_long")
        export = client.post(later).json()
        run_jobs()
        answer = client.get(f"/api/layers/exports/{export['id']}/file")
        assert ".xlsx" in answer.headers["Content-Disposition"]
        assert sheets_of(b"".join(answer.streaming_content)) == at_once
    stranger = signed_in(people.township_b)
    assert stranger.get(f"/api/layers/exports/{export['id']}/file").status_code == 403


def sheets_of(content: bytes) -> dict[str, list[list[Any]]]:
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def test_the_changed_ground_of_a_comparison_comes_as_a_geopackage(
    people: Any, signed_in: Any, tmp_path: Path, run_jobs: Any
) -> None:
    plots, columns = survey_plots()
    before = imported(people.clerk, delivery(tmp_path, "DLTB", plots, columns), run_jobs)
    (tmp_path / "later").mkdir()
    changed = {**columns, "DLBM": ["0702", *columns["DLBM"][1:]]}
    path = delivery(tmp_path / "later", "DLTB", plots, changed)
    after = imported(people.clerk, path, run_jobs, label="2026年度", valid_from=date(2026, 12, 31))
    made = start_comparison(people.clerk, before, after)
    run_jobs()
    client = signed_in(people.clerk)
    started = client.post(f"/api/layers/comparisons/{made.pk}/exports")
    assert started.status_code == 200, started.content
    run_jobs()
    (listed,) = client.get("/api/layers/exports").json()
    assert listed["version_label"] == "变化图形(2025年度 → 2026年度)"
    answer = client.get(f"/api/layers/exports/{listed['id']}/file")
    assert answer.status_code == 200
    with zipfile.ZipFile(io.BytesIO(answer.getvalue())) as archive:
        archive.extractall(tmp_path / "out")
    (source,) = (tmp_path / "out").glob("*.gpkg")
    meta, _, wkb, data = pyogrio.raw.read(source)
    row = dict(zip(meta["fields"], (column.tolist() for column in data), strict=True))
    assert len(wkb) == LayerChange.objects.filter(comparison=made).count() == 1
    assert (row["变化前"], row["变化后"], row["变化前名称"]) == (["0101"], ["0702"], ["水田"])


@pytest.mark.parametrize("late", [False, True])
def test_an_exported_file_goes_after_the_kept_days_and_the_page_says_so(
    people: Any, signed_in: Any, tmp_path: Path, run_jobs: Any, late: bool
) -> None:
    path = delivery(tmp_path, "DLTB", *survey_plots())
    version = imported(people.clerk, path, run_jobs, publish=True)
    made = start_export(people.clerk, version, "geojson")
    run_jobs()
    age = timedelta(days=settings.EXPORT_DAYS, hours=1 if late else -1)
    LayerExport.objects.filter(pk=made.pk).update(created_at=timezone.now() - age)
    drop_old_exports()
    assert export_path(made).is_file() is not late
    client = signed_in(people.clerk)
    (row,) = client.get("/api/layers/exports").json()
    assert row["gone"] is late
    answer = client.get(f"/api/layers/exports/{made.pk}/file")
    assert answer.status_code == (404 if late else 200)
