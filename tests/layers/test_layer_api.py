"""The layer endpoints over HTTP, as a county clerk and as township clerks see them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import shapely
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile

from liangtian.geo.area import survey_area
from liangtian.platform.layers.models import LayerVersion
from liangtian.platform.layers.services import ensure_catalogue
from tests.conftest import SIDE, ZONE_38, plane_box
from tests.geo.mvt_reader import read_tile
from tests.layers.deliveries import delivery, imported, point_at, survey_plots, tile_of

BORDER_PLOT = "3"  # from 100 m west to 50 m east of the border between A and B


@pytest.fixture
def survey(people: Any, tmp_path: Path, run_jobs: Any) -> LayerVersion:
    path = delivery(tmp_path, "DLTB", *survey_plots())
    return imported(people.clerk, path, run_jobs, publish=True)


def tile_url(version: LayerVersion, z: int, x: int, y: int) -> str:
    return f"/api/layers/versions/{version.pk}/tiles/{z}/{x}/{y}.mvt"


def titles_in(response: Any) -> set[str]:
    assert response.status_code == 200, response.content
    found = read_tile(response.content)["features"].properties().values()
    return {row["title"] for row in found}


def identify(client: Any, version: LayerVersion, east: float, north: float = 5050) -> Any:
    lon, lat = point_at(east, north)
    url = f"/api/layers/identify?lon={lon}&lat={lat}&versions={version.pk}"
    response = client.get(url)
    assert response.status_code == 200, response.content
    return response.json()


def test_from_upload_to_the_map(people: Any, signed_in: Any, tmp_path: Path, run_jobs: Any) -> None:
    ensure_catalogue()
    path = delivery(tmp_path, "DLTB", *survey_plots())
    client = signed_in(people.clerk)
    upload = SimpleUploadedFile(path.name, path.read_bytes())
    file = client.post("/api/files", {"file": upload, "kind": "layer"}).json()
    body = {
        "file_id": file["id"],
        "layer_code": "dltb",
        "label": "2025年度",
        "valid_from": "2025-12-31",
    }
    started = client.post("/api/layers/imports", body, content_type="application/json")
    assert started.status_code == 200, started.content
    number = started.json()["version"]["id"]
    assert started.json()["version"]["status"] == "importing"
    assert started.json()["job"]["status"] == "queued"
    (job,) = run_jobs()
    assert job.result["features"] == 4
    shown = client.get(f"/api/layers/versions/{number}").json()
    assert (shown["status"], shown["feature_count"]) == ("checked", 4)
    published = client.post(f"/api/layers/versions/{number}/publish")
    assert published.json()["status"] == "published"
    twice = client.post(f"/api/layers/versions/{number}/publish")
    assert twice.status_code == 409
    assert twice.json()["error"]["code"] == "conflict"

    lon, lat = point_at(SIDE - 300, 5050)
    tile = client.get(f"/api/layers/versions/{number}/tiles/%d/%d/%d.mvt" % tile_of(lon, lat, 15))
    assert tile["Content-Type"] == "application/vnd.mapbox-vector-tile"
    assert "1" in titles_in(tile)
    (hit,) = client.get(f"/api/layers/identify?lon={lon}&lat={lat}&versions={number}").json()
    assert (hit["title"], hit["category"], hit["category_label"]) == ("1", "0101", "水田")
    assert {"name": "DLMC", "label": "地类名称", "value": "水田"} in hit["attributes"]
    plots, _ = survey_plots()
    assert hit["area_m2"] == float(survey_area(plots[0], ZONE_38))
    assert hit["area_mu"] == round(hit["area_m2"] * 0.0015, 2)


def test_the_list_names_layers_with_their_legends(
    people: Any, signed_in: Any, survey: LayerVersion
) -> None:
    rows = signed_in(people.clerk).get("/api/layers").json()
    by_code = {row["code"]: row for row in rows}
    assert rows[0]["code"] == "dltb"
    assert len(by_code["dltb"]["legend"]) == 69
    assert by_code["redline"]["legend"][0]["hatch"] is True
    (version,) = by_code["dltb"]["versions"]
    assert version["area_m2"] == float(survey.area_m2)
    assert version["source_file"]["name"] == "DLTB.zip"


def test_a_township_sees_no_county_figures(
    people: Any, signed_in: Any, survey: LayerVersion
) -> None:
    response = signed_in(people.township_a).get("/api/layers")
    (version,) = next(row for row in response.json() if row["code"] == "dltb")["versions"]
    for name in ("feature_count", "area_m2", "problems", "source_file"):
        assert version[name] is None, name
    assert survey.bounds is not None
    whole = shapely.box(*survey.bounds)
    assert shapely.box(*version["bounds"]).area < 0.7 * whole.area
    county_area = f"{survey.area_m2}"
    assert county_area not in response.content.decode()


def test_each_township_sees_the_tile_inside_its_own_boundary_only(
    people: Any, signed_in: Any, survey: LayerVersion
) -> None:
    lon, lat = point_at(SIDE, 5050)
    place = tile_of(lon, lat, 13)
    seen = {
        name: titles_in(signed_in(user).get(tile_url(survey, *place)))
        for name, user in (
            ("county", people.clerk), ("a", people.township_a), ("b", people.township_b)
        )
    }  # fmt: skip
    assert seen == {"county": {"1", "2", "3", "4"}, "a": {"1", "2", "3"}, "b": {"3", "4"}}


def test_a_plot_across_the_boundary_is_cut_in_the_tile(
    people: Any, signed_in: Any, survey: LayerVersion
) -> None:
    place = tile_of(*point_at(SIDE - 1, 5050), 16)
    area = {}
    for name, user in (("county", people.clerk), ("a", people.township_a)):
        response = signed_in(user).get(tile_url(survey, *place))
        layer = read_tile(response.content)["features"]
        key = next(k for k, row in layer.properties().items() if row["title"] == BORDER_PLOT)
        area[name] = layer.polygons()[key].area
    assert area["a"] < 0.95 * area["county"]


def test_identify_is_cut_at_the_boundary(people: Any, signed_in: Any, survey: LayerVersion) -> None:
    outsider, insider = signed_in(people.township_b), signed_in(people.township_a)
    assert identify(outsider, survey, SIDE - 300) == []
    assert identify(insider, survey, SIDE + 25) == []
    (hit,) = identify(insider, survey, SIDE - 50)
    assert hit["title"] == BORDER_PLOT
    assert hit["cut"] is True
    part = plane_box(SIDE - 100, 5000, 100, 100)
    assert hit["area_m2"] == pytest.approx(float(survey_area(part, ZONE_38)), abs=0.5)
    assert "TBMJ" not in {row["name"] for row in hit["attributes"]}
    east = shapely.from_geojson(str(hit["geometry"]).replace("'", '"')).bounds[2]
    assert east <= point_at(SIDE, 5000)[0] + 1e-6
    (whole,) = identify(insider, survey, SIDE - 300)
    assert whole["cut"] is False
    assert "TBMJ" in {row["name"] for row in whole["attributes"]}


def test_a_tile_is_kept_and_answered_by_its_tag(
    people: Any, signed_in: Any, survey: LayerVersion
) -> None:
    place = tile_of(*point_at(SIDE, 5050), 13)
    client = signed_in(people.clerk)
    first = client.get(tile_url(survey, *place))
    assert list((Path(settings.DATA) / "tiles").rglob("*.mvt"))
    again = client.get(tile_url(survey, *place), headers={"If-None-Match": first["ETag"]})
    assert again.status_code == 304
    other = signed_in(people.township_a)
    third = other.get(tile_url(survey, *place), headers={"If-None-Match": first["ETag"]})
    assert third.status_code == 200
    assert third["ETag"] != first["ETag"]
    assert client.get(tile_url(survey, *place)).content == first.content


def test_tiles_where_there_is_nothing_or_no_tile(
    people: Any, signed_in: Any, survey: LayerVersion
) -> None:
    client = signed_in(people.clerk)
    empty = client.get(tile_url(survey, 13, 0, 0))
    assert (empty.status_code, empty.content) == (200, b"")
    assert client.get(tile_url(survey, 3, 9, 0)).status_code == 404
    assert client.get(tile_url(survey, 23, 0, 0)).status_code == 404
    assert client.get("/api/layers/versions/99999/tiles/1/0/0.mvt").status_code == 404


def test_an_unpublished_version_is_seen_by_importers_only(
    people: Any, signed_in: Any, tmp_path: Path, run_jobs: Any
) -> None:
    path = delivery(tmp_path, "DLTB", *survey_plots())
    version = imported(people.clerk, path, run_jobs)
    place = tile_of(*point_at(SIDE, 5050), 13)
    assert signed_in(people.clerk).get(tile_url(version, *place)).status_code == 200
    for user in (people.reviewer, people.township_a):
        client = signed_in(user)
        assert client.get(tile_url(version, *place)).status_code == 404
        assert identify(client, version, SIDE - 300) == []
        versions = [row["versions"] for row in client.get("/api/layers").json()]
        assert not any(versions)


def test_problems_are_for_importers_and_come_in_pages(
    people: Any, signed_in: Any, tmp_path: Path, run_jobs: Any
) -> None:
    plots, columns = survey_plots()
    plots[3] = None
    columns["DLBM"][0] = "9999"
    version = imported(people.clerk, delivery(tmp_path, "DLTB", plots, columns), run_jobs)
    url = f"/api/layers/versions/{version.pk}/problems"
    body = signed_in(people.clerk).get(url).json()
    assert body["total"] == 6
    assert [row["row"] for row in body["rows"]] == [
        4,
        0,
        0,
        0,
        1,
        1,
    ]  # what was left out comes first
    assert signed_in(people.clerk).get(f"{url}?page=2").json() == {"rows": [], "total": 6}
    for user in (people.reviewer, people.township_a):
        assert signed_in(user).get(url).status_code == 403


def test_who_may_not_is_told_so_and_who_is_not_signed_in_too(
    people: Any, signed_in: Any, survey: LayerVersion, client: Any
) -> None:
    township = signed_in(people.township_a)
    for path, body in (("publish", {}), ("withdraw", {"reason": "数据来源有误"})):
        url = f"/api/layers/versions/{survey.pk}/{path}"
        assert township.post(url, body, content_type="application/json").status_code == 403
    assert signed_in(people.auditor).get("/api/layers").status_code == 403
    assert client.get("/api/layers").status_code == 401
    assert client.get(tile_url(survey, 1, 0, 0)).status_code == 401


def test_withdrawing_over_http(people: Any, signed_in: Any, survey: LayerVersion) -> None:
    client, url = signed_in(people.clerk), f"/api/layers/versions/{survey.pk}/withdraw"
    short = client.post(url, {"reason": ""}, content_type="application/json")
    assert short.status_code == 422
    assert "reason" in short.json()["error"]["fields"]
    done = client.post(url, {"reason": "数据来源有误"}, content_type="application/json")
    assert done.json()["status"] == "withdrawn"
    assert signed_in(people.township_a).get(tile_url(survey, 13, 0, 0)).status_code == 404


def test_wrong_requests_are_explained(people: Any, signed_in: Any, survey: LayerVersion) -> None:
    client = signed_in(people.clerk)
    assert client.get("/api/layers/identify?lon=114&lat=34&versions=a").status_code == 422
    assert client.get("/api/layers/identify?lon=400&lat=34&versions=1").status_code == 422
    body = {"file_id": 1, "layer_code": "nix", "label": "x", "valid_from": "2025-12-31"}
    response = client.post("/api/layers/imports", body, content_type="application/json")
    assert response.status_code == 422
    assert "layer_code" in response.json()["error"]["fields"]


def test_the_search_box_finds_an_approval_only_where_the_user_may_look(
    people: Any, signed_in: Any, tmp_path: Path, run_jobs: Any
) -> None:
    plots, _ = survey_plots()
    path = delivery(
        tmp_path, "JSYDPZ", [plots[0], plots[3]], {"PZWH": ["示地(2025)11号", "示地(2025)12号"]}
    )
    imported(people.clerk, path, run_jobs, code="construction_approval", publish=True)
    found = {
        user.username: [hit["title"] for hit in signed_in(user).get("/api/search?q=示地").json()]
        for user in (people.clerk, people.township_a, people.township_b, people.auditor)
    }
    assert found == {
        "clerk": ["示地(2025)11号", "示地(2025)12号"],
        "liutang": ["示地(2025)11号"],
        "shiqiao": ["示地(2025)12号"],
        "auditor": [],
    }
