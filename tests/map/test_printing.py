"""Printed maps: true to scale, legend of what is in view, cut to the region, fonts inside, refusals."""

from __future__ import annotations

import os
import time
from datetime import date
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium
import pytest
from django.conf import settings
from django.test import override_settings

from liangtian.platform.audit.models import AuditEntry
from liangtian.platform.layers.catalogue import land_classes
from liangtian.platform.maps.printing import drop_old_prints, printed_path
from tests.conftest import SIDE, plane_box
from tests.layers.deliveries import delivery, imported, survey_plots
from tests.map.drawing import plot, post, sketch

MM = 72 / 25.4


@pytest.fixture
def survey(people: Any, tmp_path: Path, run_jobs: Any) -> Any:
    return imported(
        people.clerk, delivery(tmp_path, "DLTB", *survey_plots()), run_jobs, publish=True
    )


def printed(client: Any, **order: Any) -> Any:
    body = {"title": "柳塘镇核查图", "bounds": plot(SIDE - 300, 5_000).bounds, **order}
    return post(client, "/api/maps/print", body)


@pytest.fixture
def pdf_of(run_jobs: Any) -> Any:
    def made(client: Any, response: Any) -> Any:
        assert response.status_code == 200, response.content
        run_jobs()
        kept = client.get(f"/api/maps/prints/{response.json()['id']}/file")
        assert kept.status_code == 200, client.get(f"/api/jobs/{response.json()['id']}").json()
        return pdfium.PdfDocument(b"".join(kept.streaming_content))

    return made


def text_of(pdf: Any) -> str:
    return str(pdf[0].get_textpage().get_text_range()).replace("\r\n", "")


@pytest.mark.parametrize("paper", ["a4", "a3"])
@pytest.mark.parametrize("portrait", [False, True])
@pytest.mark.parametrize("scale", [500, 2_000, 10_000])
def test_a_plot_has_on_paper_the_size_the_scale_says(  # noqa: PLR0917
    people: Any, signed_in: Any, pdf_of: Any, paper: str, portrait: bool, scale: int
) -> None:
    client = signed_in(people.clerk)
    west, south, width, height = 1_000.0, 1_000.0, 80.0, 60.0
    geom = plot(west, south, width, height)
    sketch(client, geom, "样地", colour="#0a64c8")
    response = printed(
        client, bounds=geom.bounds, scale=scale, paper=paper, portrait=portrait,
        sources=["sketches"], grid=False,
    )  # fmt: skip
    page = pdf_of(client, response)[0]
    size = (round(page.get_width() / MM), round(page.get_height() / MM))
    upright = {"a4": (210, 297), "a3": (297, 420)}[paper]
    assert size == (upright if portrait else upright[::-1])
    wanted = (width * 1000 / scale, height * 1000 / scale)
    stroke = 0.5  # mm; the bounds told by the reader hold it whole on either side
    found = [
        (round((right - left) / MM, 2), round((top - bottom) / MM, 2))
        for left, bottom, right, top in (o.get_bounds() for o in page.get_objects())
    ]
    assert any(
        abs(w - wanted[0] - 2 * stroke) <= 0.1 and abs(h - wanted[1] - 2 * stroke) <= 0.1
        for w, h in found
    ), (wanted, found)  # fmt: skip


def test_the_sheet_names_scale_system_versions_and_the_classes_in_view(
    people: Any, signed_in: Any, pdf_of: Any, survey: Any
) -> None:
    client = signed_in(people.clerk)
    pdf = pdf_of(client, printed(client, scale=5_000, versions=[survey.pk], prefixed=True))
    text = text_of(pdf)
    for words in (
        "柳塘镇核查图",
        "1:5000",
        "第38带",
        "带带号",
        "0101 水田",
        "0702 农村宅基地",
        str(survey),
    ):
        assert words.replace(" ", "") in text.replace(" ", ""), words
    assert "0201" not in text


def test_a_township_prints_its_own_ground_only(
    people: Any, signed_in: Any, pdf_of: Any, survey: Any
) -> None:
    client = signed_in(people.township_b)
    text = text_of(pdf_of(client, printed(client, scale=5_000, versions=[survey.pk])))
    assert "0301" in text, "lies in township B"
    assert "0101" not in text, "lies in township A"


def test_too_much_to_draw_is_refused(people: Any, signed_in: Any, survey: Any) -> None:
    with override_settings(PRINT_FEATURES=2):
        refused = printed(signed_in(people.clerk), scale=5_000, versions=[survey.pk])
    assert refused.status_code == 422
    assert "更大的比例尺" in refused.json()["error"]["message"]


def test_nothing_to_draw_is_told_by_the_job(people: Any, signed_in: Any, run_jobs: Any) -> None:
    far = plot(SIDE * 40, 5_000).bounds
    assert printed(signed_in(people.clerk), bounds=far, scale=500).status_code == 200
    (job,) = run_jobs()
    assert job.status == "failed"
    assert "没有可画的图形" in job.error


@pytest.mark.parametrize("late", [False, True])
def test_a_printed_map_is_its_makers_and_goes_after_the_kept_days(
    people: Any, signed_in: Any, survey: Any, run_jobs: Any, late: bool
) -> None:
    client = signed_in(people.clerk)
    number = printed(client, scale=5_000, versions=[survey.pk]).json()["id"]
    assert client.get(f"/api/maps/prints/{number}/file").status_code == 404
    (job,) = run_jobs()
    path = printed_path(job)
    age = settings.EXPORT_DAYS * 24 * 3600 + (3600 if late else -3600)
    os.utime(path, (time.time() - age,) * 2)
    drop_old_prints()
    assert path.is_file() is not late
    assert AuditEntry.objects.filter(act="maps.print").count() == 1
    answer = client.get(f"/api/maps/prints/{number}/file")
    assert answer.status_code == (404 if late else 200)
    if late:
        assert "重新出图" in answer.json()["error"]["message"]
    assert signed_in(people.reviewer).get(f"/api/maps/prints/{number}/file").status_code == 404


def test_two_years_of_the_county_fit_a_small_page(  # noqa: PLR0917
    people: Any, signed_in: Any, pdf_of: Any, survey: Any, tmp_path: Path, run_jobs: Any
) -> None:
    """A4 at 1:50 000, every class of the survey in both years."""
    years = [survey]
    codes = list(land_classes())
    shapes = [plane_box(200 * n, 200, 150, 150) for n in range(len(codes))]
    columns = {"DLBM": codes, "TBBH": [str(n) for n in range(len(codes))]}
    for year in (2027, 2028):
        (tmp_path / str(year)).mkdir()
        path = delivery(tmp_path / str(year), "DLTB", shapes, columns)
        years.append(
            imported(
                people.clerk, path, run_jobs, label=f"{year}年度", valid_from=date(year, 12, 31)
            )
        )
    client = signed_in(people.clerk)
    whole = plot(0, 0, SIDE, 600).bounds
    for portrait in (False, True):
        order = {"bounds": whole, "scale": 50_000, "portrait": portrait}
        pdf = pdf_of(client, printed(client, versions=[v.pk for v in years], **order))
        assert "1:50000" in text_of(pdf)


@pytest.mark.parametrize(
    ("order", "said"),
    [
        ({"title": " "}, "图名"),
        ({"scale": 1234}, "比例尺"),
        ({"bounds": (10, 10, 11, 11)}, "中国"),
    ],
)
def test_an_order_that_makes_no_map_is_refused(
    people: Any, signed_in: Any, order: dict[str, Any], said: str
) -> None:
    refused = printed(signed_in(people.clerk), **order)
    assert refused.status_code == 422
    assert said in refused.json()["error"]["message"]
