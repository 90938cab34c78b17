"""OGC API – Features as the standard asks, and under the rights of who reads."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import shapely
from django.db import connection
from django.test.utils import CaptureQueriesContext
from shapely.geometry import shape

from liangtian.geo.area import survey_areas
from liangtian.platform.audit.models import AuditEntry
from tests.conftest import SIDE, County, People, SignedIn, lonlat
from tests.enforcement.ground import box, make_batch, publish

ROOT = "/api/ogc"
EPSG = "http://www.opengis.net/def/crs/EPSG/0/"
ACROSS = box(SIDE - 600, 100, 1_000, 1_000)  # 600 m of it in township A, 400 m in B


@pytest.fixture
def survey(people: People, county: County) -> str:
    """Nine plots of A, one across the border, two of B: the id of their collection."""
    plots = [(box(100 + 200 * i, 5_000, 100, 100), {"category": "0101"}) for i in range(9)]
    plots.append((ACROSS, {"category": "0103", "title": "边界地块"}))
    plots += [(box(SIDE + 500 + 200 * i, 5_000, 100, 100), {"category": "0301"}) for i in range(2)]
    version = publish(people, county, "dltb", plots)
    version.bounds = list(lonlat(shapely.union_all([p for p, _ in plots])).bounds)
    version.save()
    return f"dltb-{version.pk}"


def items(client: Any, name: str, **query: Any) -> Any:
    answer = client.get(f"{ROOT}/collections/{name}/items", query)
    assert answer.status_code == 200, answer.content
    return answer


def test_every_link_of_the_landing_page_leads_somewhere(
    people: People, signed_in: SignedIn, survey: str
) -> None:
    client = signed_in(people.clerk)
    todo, seen = [ROOT], set()
    while todo:
        here = todo.pop().replace("http://testserver", "")
        if here in seen:
            continue
        seen.add(here)
        answer = client.get(here)
        assert answer.status_code == 200, here
        body = answer.json()
        for found in (body, *body.get("collections", ())):
            todo += [link["href"] for link in found.get("links", ())]
    assert f"{ROOT}/conformance" in seen
    assert f"{ROOT}/collections/{survey}/items" in seen
    assert f"{ROOT}/collections/enforcement.patches/schema" in seen


def test_pages_follow_each_other_without_loss_or_repetition(
    people: People, signed_in: SignedIn, survey: str
) -> None:
    client, found = signed_in(people.clerk), []
    href: str | None = f"{ROOT}/collections/{survey}/items?limit=5"
    sizes: list[int] = []
    while href:
        page = client.get(href).json()
        assert page["numberReturned"] == len(page["features"])
        # Counted once: a client that goes on has been told.
        assert page.get("numberMatched") == (None if sizes else 12)
        sizes.append(page["numberReturned"])
        found += [one["id"] for one in page["features"]]
        nexts = [link["href"] for link in page["links"] if link["rel"] == "next"]
        href = nexts[0].replace("http://testserver", "") if nexts else None
    assert sizes == [5, 5, 2]
    assert len(set(found)) == 12


def test_only_the_first_page_of_a_ledger_counts_its_rows(
    people: People, county: County, signed_in: SignedIn
) -> None:
    make_batch(
        people, county,
        [(f"A-{n}", box(100 + 200 * n, 100, 100, 100), county.village_a) for n in range(3)],
    )  # fmt: skip
    client = signed_in(people.clerk)
    first = items(client, "enforcement.patches", limit=2).json()
    assert first["numberMatched"] == 3
    (following,) = (link["href"] for link in first["links"] if link["rel"] == "next")
    with CaptureQueriesContext(connection) as asked:
        second = client.get(following).json()
    assert second["numberReturned"] == 1
    assert "numberMatched" not in second
    assert not [one["sql"] for one in asked if 'COUNT("enforcement_patch".' in one["sql"]]


def test_a_collection_goes_by_its_exact_id(
    people: People, signed_in: SignedIn, survey: str
) -> None:
    client = signed_in(people.clerk)
    code, key = survey.split("-")
    for name in (f"{code}-0{key}", f"other-{key}", code, f"-{key}", f"{code}-{2**70}", "audit"):
        assert client.get(f"{ROOT}/collections/{name}").status_code == 404, name


def test_a_township_reads_its_own_side_of_the_border(
    people: People, signed_in: SignedIn, survey: str
) -> None:
    page = items(signed_in(people.township_a), survey).json()
    assert page["numberReturned"] == 10
    across = next(one for one in page["features"] if one["properties"]["cut"])
    assert across["properties"]["title"] == "边界地块"
    side = float(survey_areas(np.array([shape(across["geometry"])], dtype=object))[0])
    assert side == pytest.approx(600_000, rel=2e-3)
    bbox = page_extent(signed_in(people.township_a), survey)
    whole = page_extent(signed_in(people.clerk), survey)
    assert bbox[2] < whole[2]


def page_extent(client: Any, name: str) -> Any:
    return client.get(f"{ROOT}/collections/{name}").json()["extent"]["spatial"]["bbox"][0]


def test_pages_of_a_cut_layer_end_though_features_are_left_out(
    people: People, signed_in: SignedIn, survey: str
) -> None:
    client, total = signed_in(people.township_b), 0
    href: str | None = f"{ROOT}/collections/{survey}/items?limit=1"
    while href:
        page = client.get(href).json()
        total += page["numberReturned"]
        nexts = [link["href"] for link in page["links"] if link["rel"] == "next"]
        href = nexts[0] if nexts else None
    assert total == 3


DEGREES_EAST, DEGREES_NORTH = (113, 115), (34, 35)
NORTHINGS, EASTINGS = (3_800_000, 3_810_000), (440_000, 460_000)


@pytest.mark.parametrize(
    ("crs", "axes"),
    [
        (EPSG + "4490", (DEGREES_NORTH, DEGREES_EAST)),  # latitude comes first
        (EPSG + "4526", (NORTHINGS, (38_440_000, 38_460_000))),  # northing comes first
        (EPSG + "4547", (NORTHINGS, EASTINGS)),
        (EPSG + "3857", ((12e6, 13e6), (4.0e6, 4.2e6))),
        ("http://www.opengis.net/def/crs/OGC/1.3/CRS84", (DEGREES_EAST, DEGREES_NORTH)),
    ],
)
def test_coordinates_come_in_the_system_asked_for_and_its_order_of_axes(
    people: People, signed_in: SignedIn, survey: str, crs: str, axes: Any
) -> None:
    answer = items(signed_in(people.clerk), survey, crs=crs, limit=1)
    assert answer["Content-Crs"] == f"<{crs}>"
    centre = shape(answer.json()["features"][0]["geometry"]).centroid.coords[0]
    for value, (least, most) in zip(centre, axes, strict=True):
        assert least < value < most


def test_a_box_means_the_same_ground_in_every_system(
    people: People, signed_in: SignedIn, survey: str
) -> None:
    client = signed_in(people.clerk)
    plane = box(50, 4_950, 400, 200)  # the first two plots
    w, s, e, n = lonlat(plane).bounds
    west, south, east, north = plane.bounds
    for crs, corners in (
        ("http://www.opengis.net/def/crs/OGC/1.3/CRS84", (w, s, e, n)),
        (EPSG + "4490", (s, w, n, e)),
        (EPSG + "4526", (south, west, north, east)),
    ):
        page = items(
            client, survey, bbox=",".join(map(str, corners)), **{"bbox-crs": crs}
        ).json()  # fmt: skip
        assert (page["numberReturned"], page["numberMatched"]) == (2, 2), crs


def test_a_filter_by_value_narrows_and_counts(
    people: People, signed_in: SignedIn, survey: str
) -> None:
    page = items(signed_in(people.clerk), survey, category="0301").json()
    assert page["numberMatched"] == 2
    assert {one["properties"]["category"] for one in page["features"]} == {"0301"}


@pytest.mark.parametrize(
    "query",
    [
        {"colour": "red"}, {"limit": "0"}, {"limit": "x"}, {"bbox": "1,2,3"}, {"bbox": "a,b,c,d"},
        {"bbox": "1,5,2,4"}, {"crs": EPSG + "28992"}, {"bbox-crs": "x", "bbox": "1,1,2,2"},
        {"datetime": "yesterday"}, {"datetime": "2026-01-01/2026-02-01/2026-03-01"}, {"f": "html"},
        {"after": "-1"}, {"after": str(2**70)}, {"bbox": "nan,nan,nan,nan"},
    ],
)  # fmt: skip
def test_a_parameter_that_means_nothing_is_refused(
    people: People, signed_in: SignedIn, survey: str, query: dict[str, str]
) -> None:
    answer = signed_in(people.clerk).get(f"{ROOT}/collections/{survey}/items", query)
    assert answer.status_code == 400
    assert set(answer.json()["error"]["fields"]) <= set(query)


def test_a_time_asks_for_what_held_then(
    people: People, county: County, signed_in: SignedIn
) -> None:
    from datetime import date

    rows = [
        (box(0, 0, 50, 50), {"title": "甲", "date_from": date(2024, 1, 1)}),
        (box(60, 0, 50, 50), {"title": "乙", "date_from": date(2026, 1, 1)}),
    ]
    version = publish(people, county, "construction_approval", rows)
    name, client = f"construction_approval-{version.pk}", signed_in(people.clerk)
    for asked, expected in (
        ("2025-06-01", {"甲"}), ("2025-06-01/..", {"甲", "乙"}), ("../2023-01-01", set()),
        ("2026-05-01T00:00:00Z", {"甲", "乙"}),
    ):  # fmt: skip
        page = items(client, name, datetime=asked).json()
        assert {one["properties"]["title"] for one in page["features"]} == expected, asked


def test_a_ledger_gives_the_figures_of_its_page(
    people: People, county: County, signed_in: SignedIn
) -> None:
    make_batch(
        people, county,
        [("A-1", box(100, 100, 100, 100), county.village_a),
         ("B-1", box(SIDE + 100, 100, 100, 100), county.village_b)],
    )  # fmt: skip
    client = signed_in(people.clerk)
    rows = client.get("/api/ledgers/enforcement.patches/rows").json()["rows"]
    page = items(client, "enforcement.patches").json()
    assert [(one["id"], one["properties"]["area_mu"]) for one in page["features"]] == sorted(
        (row["id"], row["area_mu"]) for row in rows
    )
    own = items(signed_in(people.township_a), "enforcement.patches").json()
    assert [one["properties"]["number"] for one in own["features"]] == ["A-1"]
    other = next(one["id"] for one in page["features"] if one["properties"]["number"] == "B-1")
    path = f"{ROOT}/collections/enforcement.patches/items/{other}"
    assert client.get(path).json()["properties"]["number"] == "B-1"
    assert signed_in(people.township_a).get(path).status_code == 404


def test_the_schema_names_columns_in_chinese_with_their_units(
    people: People, signed_in: SignedIn
) -> None:
    path = f"{ROOT}/collections/enforcement.patches/schema"
    described = signed_in(people.clerk).get(path).json()["properties"]
    assert described["area_mu"]["type"] == "number"
    assert "亩" in described["area_mu"]["title"]


def test_who_sees_no_layers_finds_no_collection(
    people: People, signed_in: SignedIn, survey: str
) -> None:
    client = signed_in(people.auditor)
    assert client.get(f"{ROOT}/collections").json()["collections"] == []
    assert client.get(f"{ROOT}/collections/{survey}/items").status_code == 404
    assert client.get(f"{ROOT}/collections/enforcement.patches").status_code == 404


def test_who_read_what_is_in_the_audit_trail_once(
    people: People, signed_in: SignedIn, survey: str
) -> None:
    for _ in range(3):
        items(signed_in(people.township_a), survey, limit=1)
    (entry,) = AuditEntry.objects.filter(act="features.read")
    assert (entry.actor, entry.after) == (people.township_a, {"collection": survey})
    assert entry.region == people.township_a.region
