"""An atlas of a region: an index, sheets that join at the edge and name each other, and its bounds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pypdfium2 as pdfium
import pytest
import shapely
from django.test import override_settings

from liangtian.platform.audit.models import AuditEntry
from liangtian.platform.jobs.models import Job
from liangtian.platform.jobs.registry import Cancelled, JobRun
from liangtian.platform.maps.atlas import cut_into_sheets, make_atlas
from tests.conftest import SIDE, lonlat, plane_box
from tests.layers.deliveries import delivery, imported, survey_plots
from tests.map.drawing import post


@pytest.fixture
def survey(people: Any, tmp_path: Path, run_jobs: Any) -> Any:
    return imported(
        people.clerk, delivery(tmp_path, "DLTB", *survey_plots()), run_jobs, publish=True
    )


def ordered(client: Any, survey: Any, **order: Any) -> Any:
    body = {"title": "青禾县图册", "scale": 25_000, "versions": [survey.pk], **order}
    return post(client, "/api/maps/atlas", body)


def pages_of(client: Any, run_jobs: Any, response: Any) -> list[str]:
    """The text of each page of the atlas that was ordered."""
    assert response.status_code == 200, response.content
    run_jobs()
    kept = client.get(f"/api/maps/prints/{response.json()['id']}/file")
    assert kept.status_code == 200, client.get(f"/api/jobs/{response.json()['id']}").json()
    document = pdfium.PdfDocument(b"".join(kept.streaming_content))
    return [str(p.get_textpage().get_text_range()).replace("\r\n", "\n") for p in document]


@pytest.mark.parametrize("scale", [10_000, 25_000, 50_000])
def test_the_sheets_cover_the_region_without_overlap_and_none_lies_outside(scale: int) -> None:
    ground = shapely.union(
        lonlat(plane_box(0, 0, SIDE, SIDE)), lonlat(plane_box(SIDE, 0, SIDE, SIDE / 3))
    )
    cut = cut_into_sheets(ground, "a4", scale, prefixed=True)
    boxes = [cut.box(*key) for key in cut.sheets]
    whole = shapely.union_all(boxes)
    plane = shapely.union(plane_box(0, 0, SIDE, SIDE), plane_box(SIDE, 0, SIDE, SIDE / 3))
    assert whole.buffer(0.5).covers(plane)
    assert whole.area == pytest.approx(sum(box.area for box in boxes))
    assert all(box.intersects(plane.buffer(0.5)) for box in boxes)


def test_an_index_comes_first_and_each_sheet_names_those_around_it(
    people: Any, signed_in: Any, survey: Any, run_jobs: Any
) -> None:
    client = signed_in(people.clerk)
    index, *sheets = pages_of(client, run_jobs, ordered(client, survey))
    assert "接合图表" in index
    assert f"{len(sheets)} 幅" in index
    names = [page.split("青禾县图册　", 1)[1][:5] for page in sheets]
    assert sorted(names) == names
    assert len(set(names)) == len(names) > 4
    assert all(name in index for name in names)
    first = sheets[0]
    assert "1:25000" in first
    assert {"01-01", "01-02", "02-01", "02-02"} <= set(first.split())
    assert "01-03" not in first, "two sheets away"
    assert "接图表" in first
    assert AuditEntry.objects.filter(act="maps.atlas").count() == 1


def test_a_township_gets_its_own_ground_and_no_other(
    people: Any, county: Any, signed_in: Any, survey: Any, run_jobs: Any
) -> None:
    client = signed_in(people.township_a)
    mine = pages_of(client, run_jobs, ordered(client, survey, scale=50_000))
    clerk = signed_in(people.clerk)
    same = ordered(clerk, survey, scale=50_000, region=county.township_a.code)
    assert len(pages_of(clerk, run_jobs, same)) == len(mine)
    assert len(pages_of(clerk, run_jobs, ordered(clerk, survey, scale=50_000))) > len(mine)
    other = ordered(client, survey, scale=50_000, region=county.township_b.code)
    assert other.status_code == 404


def test_an_atlas_too_thick_is_refused_with_a_scale_that_fits(
    people: Any, signed_in: Any, survey: Any
) -> None:
    client = signed_in(people.clerk)
    refused = ordered(client, survey, scale=500)
    assert refused.status_code == 422
    assert "比例尺最大可用 1:" in refused.json()["error"]["message"]
    assert ordered(client, survey, versions=[]).status_code == 422
    with override_settings(ATLAS_FEATURES=0):
        assert "最多画 0 个" in ordered(client, survey).json()["error"]["message"]


def test_an_atlas_stops_between_two_sheets_when_told_to(
    people: Any, signed_in: Any, survey: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = ordered(signed_in(people.clerk), survey).json()["id"]
    made = Job.objects.get(pk=number)
    said: list[str] = []

    def progress(run: JobRun, share: float, note: str = "") -> None:
        said.append(note)
        if len(said) == 3:
            raise Cancelled

    monkeypatch.setattr(JobRun, "progress", progress)
    with pytest.raises(Cancelled):
        make_atlas(JobRun(made), **made.args)
    assert said[-1].startswith("第 3 幅")
