"""Sketches: who sees whose, exact figures, refusals with the place of the fault, and the audit trail."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
import shapely

from liangtian.geo.area import survey_area
from liangtian.platform.audit.models import AuditEntry
from tests.conftest import SIDE
from tests.map.drawing import drawn, plot, post, put, sketch


def test_the_area_kept_is_the_survey_area_of_what_was_drawn(people: Any, signed_in: Any) -> None:
    client = signed_in(people.clerk)
    geom = plot()
    kept = sketch(client, geom, colour="#00695c", note="现场核实")
    rounded = shapely.transform(geom, lambda xy: xy.round(9))
    assert Decimal(str(kept["area_m2"])) == survey_area(rounded)
    assert kept["area_mu"] == round(kept["area_m2"] * 0.0015, 2)
    assert kept["length_m"] == pytest.approx(600, rel=0.001)
    assert (kept["kind"], kept["mine"], kept["revision"]) == ("polygon", True, 1)


def test_a_colleague_sees_a_shared_sketch_and_nobody_else_does(people: Any, signed_in: Any) -> None:
    people.reviewer.office = people.clerk.office
    people.reviewer.save()
    own, colleague, outsider = map(signed_in, (people.clerk, people.reviewer, people.township_a))
    private = sketch(own, plot(), "私有")
    shared = sketch(own, plot(3_000), "共享", shared=True)

    def names(client: Any) -> set[str]:
        return {row["name"] for row in client.get("/api/sketches").json()["rows"]}

    assert names(own) == {"私有", "共享"}
    assert names(colleague) == {"共享"}
    assert names(outsider) == set()
    assert colleague.get(f"/api/sketches/{private['id']}").status_code == 404
    assert outsider.get(f"/api/sketches/{shared['id']}").status_code == 404
    body = {"name": "改名", "geometry": drawn(plot()), "revision": 1}
    refused = put(colleague, f"/api/sketches/{shared['id']}", body)
    assert refused.status_code == 403
    assert "只能由本人修改" in refused.json()["error"]["message"]
    assert outsider.delete(f"/api/sketches/{shared['id']}").status_code == 404


def test_a_change_made_from_an_old_copy_is_refused(people: Any, signed_in: Any) -> None:
    client = signed_in(people.clerk)
    kept = sketch(client, plot())
    path = f"/api/sketches/{kept['id']}"
    body = {"name": "改过", "geometry": drawn(plot(width=300)), "revision": 1}
    changed = put(client, path, body).json()
    assert (changed["revision"], changed["name"]) == (2, "改过")
    assert changed["area_m2"] > kept["area_m2"]
    assert put(client, path, body).status_code == 409
    assert client.delete(path).status_code == 200
    assert client.get(path).status_code == 404
    acts = AuditEntry.objects.filter(target_type="sketches.sketch").order_by("pk")
    assert [e.act for e in acts] == ["sketches.create", "sketches.change", "sketches.delete"]
    assert acts[1].before
    assert acts[1].after
    assert acts[1].before["area_m2"] != acts[1].after["area_m2"]


@pytest.mark.parametrize(
    ("geom", "said"),
    [
        (shapely.Polygon([(110, 34), (110.01, 34.01), (110.01, 34), (110, 34.01)]), "自相交"),
        (shapely.Point(34, 110), "不在中国"),
        (shapely.LineString([(110, 34), (110, 34)]), "长度不足"),
        (shapely.GeometryCollection(), "空的"),
    ],
)
def test_what_cannot_be_kept_is_refused_in_words(
    people: Any, signed_in: Any, geom: Any, said: str
) -> None:
    response = post(signed_in(people.clerk), "/api/sketches/check", {"geometry": drawn(geom)})
    assert response.status_code == 422
    assert said in response.json()["error"]["message"]


def test_the_place_where_an_outline_crosses_itself_is_told(people: Any, signed_in: Any) -> None:
    bow = shapely.Polygon([(110, 34), (110.01, 34.01), (110.01, 34), (110, 34.01)])
    response = post(signed_in(people.clerk), "/api/sketches/check", {"geometry": drawn(bow)})
    fields = response.json()["error"]["fields"]
    assert (float(fields["lon"]), float(fields["lat"])) == pytest.approx((110.005, 34.005))


def shaped(client: Any, act: str, geoms: list[Any], tool: Any = None) -> Any:
    body: dict[str, Any] = {"act": act, "geometries": [drawn(g) for g in geoms]}
    if tool is not None:
        body["tool"] = drawn(tool)
    return post(client, "/api/sketches/shape", body)


def test_splitting_joining_and_cutting_holes_keep_the_ground(people: Any, signed_in: Any) -> None:
    client = signed_in(people.clerk)
    geom = plot()
    west, south, east, north = geom.bounds
    middle = (west + east) / 2
    line = shapely.LineString([(middle, south - 0.001), (middle, north + 0.001)])
    parts = shaped(client, "split", [geom], line).json()
    assert len(parts) == 2
    whole = float(survey_area(geom))
    assert sum(p["area_m2"] for p in parts) == pytest.approx(whole, abs=0.02)
    halves = [shapely.geometry.shape(p["geometry"]) for p in parts]
    (joined,) = shaped(client, "merge", halves).json()
    assert joined["area_m2"] == pytest.approx(whole, abs=0.02)
    hole = shapely.box(middle - 1e-4, south + 2e-4, middle + 1e-4, south + 4e-4)
    (holed,) = shaped(client, "hole", [geom], hole).json()
    assert len(holed["geometry"]["coordinates"]) == 2
    assert holed["area_m2"] == pytest.approx(whole - float(survey_area(hole)), abs=0.02)


def test_a_line_that_does_not_cut_through_and_a_hole_beyond_the_edge_are_refused(
    people: Any, signed_in: Any
) -> None:
    client = signed_in(people.clerk)
    geom = plot()
    west, south, *_ = geom.bounds
    stub = shapely.LineString([(west - 0.001, south + 2e-4), (west + 2e-4, south + 2e-4)])
    refused = shaped(client, "split", [geom], stub)
    assert refused.status_code == 422
    assert "没有穿过" in refused.json()["error"]["message"]
    beyond = shapely.box(west - 1e-4, south + 1e-4, west + 1e-4, south + 2e-4)
    assert "完全在面以内" in shaped(client, "hole", [geom], beyond).json()["error"]["message"]
    assert shaped(client, "merge", [geom]).status_code == 422


def test_one_without_the_right_draws_nothing(people: Any, signed_in: Any) -> None:
    client = signed_in(people.auditor)
    assert client.get("/api/sketches").status_code == 403
    body = {"name": "名", "geometry": drawn(plot(SIDE))}
    assert post(client, "/api/sketches", body).status_code == 403
