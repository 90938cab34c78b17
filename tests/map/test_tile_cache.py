"""Tiles of a crowded layer: made once, scoped, made ahead by a job; the cache keeps its limit."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from django.test import override_settings

from liangtian.platform import tilecache
from liangtian.platform.layers.models import LayerVersion
from liangtian.platform.layers.services import publish
from tests.conftest import SIDE
from tests.geo.mvt_reader import read_tile
from tests.layers.deliveries import delivery, imported, point_at, survey_plots, tile_of


@pytest.fixture
def crowded() -> Any:
    """A site for which four plots are too many for one tile."""
    with override_settings(TILE_FEATURES=1):
        yield


def classes(response: Any) -> set[str]:
    layers = read_tile(response.content) if response.content else {}
    return {row["category"] for layer in layers.values() for row in layer.properties().values()}


def test_after_publishing_a_job_makes_the_low_tiles_and_each_sees_his_own(
    people: Any, signed_in: Any, tmp_path: Path, run_jobs: Any, crowded: Any
) -> None:
    version = imported(people.clerk, delivery(tmp_path, "DLTB", *survey_plots()), run_jobs)
    publish(people.clerk, LayerVersion.objects.get(pk=version.pk))
    (job,) = [job for job in run_jobs() if job.kind == "layers.tiles"]
    assert job.status == "done", job.error
    assert job.result["tiles"] > 0
    url = "/api/layers/versions/{}/tiles/{}/{}/{}.mvt".format(
        version.pk, *tile_of(*point_at(SIDE, 5050), 12)
    )
    whole = signed_in(people.clerk).get(url)
    assert classes(whole) == {"0101", "0702", "0103", "0301"}
    assert classes(signed_in(people.township_b).get(url)) <= {"0103", "0301"}
    again = signed_in(people.clerk).get(url, headers={"If-None-Match": whole["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert signed_in(people.township_b).get(url)["ETag"] != whole["ETag"]


def test_the_longest_unused_tiles_go_first_when_the_cache_is_full(tmp_path: Path) -> None:
    for number in range(10):
        path = tilecache.folder() / f"1-x/all/{number}.mvt"
        tilecache.keep(path, b"x" * 100)
        os.utime(path, (1_700_000_000 + number, 1_700_000_000 + number))
    assert tilecache.look(tilecache.folder() / "1-x/all/0.mvt") is not None, "used again just now"
    gone = tilecache.clear_oldest(limit=500)
    left = {path.stem for path in tilecache.folder().rglob("*.mvt")}
    assert gone == 6
    assert left == {"0", "7", "8", "9"}
    assert tilecache.clear_oldest(limit=500) == 0
