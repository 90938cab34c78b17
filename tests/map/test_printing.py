"""Printed maps: true to scale, legend of what is in view, cut to the region, fonts inside, refusals."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pypdfium2 as pdfium
import pytest
from django.test import override_settings

from tests.conftest import SIDE
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


def pdf_of(client: Any, response: Any) -> Any:
    assert response.status_code == 200, response.content
    kept = client.get(f"/api/files/{response.json()['file']['id']}")
    return pdfium.PdfDocument(b"".join(kept.streaming_content))


def text_of(pdf: Any) -> str:
    return str(pdf[0].get_textpage().get_text_range()).replace("\r\n", "")


@pytest.mark.parametrize("paper", ["a4", "a3"])
@pytest.mark.parametrize("portrait", [False, True])
@pytest.mark.parametrize("scale", [500, 2_000, 10_000])
def test_a_plot_has_on_paper_the_size_the_scale_says(
    people: Any, signed_in: Any, paper: str, portrait: bool, scale: int
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
    people: Any, signed_in: Any, survey: Any
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


def test_a_township_prints_its_own_ground_only(people: Any, signed_in: Any, survey: Any) -> None:
    client = signed_in(people.township_b)
    text = text_of(pdf_of(client, printed(client, scale=5_000, versions=[survey.pk])))
    assert "0301" in text, "lies in township B"
    assert "0101" not in text, "lies in township A"


def test_much_to_draw_is_a_job_and_too_much_is_refused(
    people: Any, signed_in: Any, survey: Any, run_jobs: Any
) -> None:
    client = signed_in(people.clerk)
    with override_settings(PRINT_FEATURES_AT_ONCE=2):
        answer = printed(client, scale=5_000, versions=[survey.pk]).json()
    assert answer["file"] is None
    assert answer["job"]["status"] == "queued"
    (job,) = run_jobs()
    assert job.status == "done", job.error
    kept = client.get(f"/api/files/{job.result['file']}")
    assert b"".join(kept.streaming_content)[:5] == b"%PDF-"
    with override_settings(PRINT_FEATURES=2):
        refused = printed(client, scale=5_000, versions=[survey.pk])
    assert refused.status_code == 422
    assert "更大的比例尺" in refused.json()["error"]["message"]


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
