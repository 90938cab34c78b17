"""Paging shows every row exactly once, whatever it is sorted by."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.conftest import People, SignedIn

pytestmark = pytest.mark.django_db
ROWS = "/api/ledgers/enforcement.patches/rows"
SORTS = ["number", "-area_mu", "farmland_mu", "-farmland_mu", "period_after", "judged_at",
         "-judged_at", "judgement", "township_name"]  # fmt: skip


@pytest.mark.parametrize("sort", SORTS)
def test_cursors_and_page_numbers_walk_the_same_way_through_all_rows(
    patches: list[Any], people: People, signed_in: SignedIn, sort: str
) -> None:
    client = signed_in(people.clerk)
    by_number, by_cursor = [], []
    cursor = ""
    for page in (1, 2, 3):
        plain = client.get(f"{ROWS}?sort={sort}&size=20&page={page}").json()
        by_number += [row["id"] for row in plain["rows"]]
        followed = client.get(
            ROWS, {"sort": sort, "size": "20", "after": cursor, "totals": "0"}
        ).json()
        by_cursor += [row["id"] for row in followed["rows"]]
        assert (plain["next"] is None) == (page == 3)
        assert followed["total"] is None
        cursor = followed["next"]
    assert by_cursor == by_number
    assert sorted(by_number) == sorted(patch.pk for patch in patches)


@pytest.mark.parametrize("sort", SORTS)
def test_pages_behind_the_middle_are_the_same_read_from_the_end(
    patches: list[Any], people: People, signed_in: SignedIn, sort: str
) -> None:
    client = signed_in(people.clerk)

    def pages(**more: str) -> list[list[int]]:
        query = {"sort": sort, "size": "20", "stage": "received", **more}
        answers = [client.get(ROWS, {**query, "page": str(n)}).json() for n in (1, 2, 3, 4)]
        assert [answer["next"] is None for answer in answers] == [False, False, True, True]
        return [[row["id"] for row in answer["rows"]] for answer in answers]

    from_the_start = pages()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("liangtian.platform.ledgers.pages.DEEP", 0)
        assert pages() == pages(totals="0") == from_the_start


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL keeps statistics by itself")
def test_the_order_of_numbers_is_read_from_its_index_without_statistics(
    patches: list[Any], people: People
) -> None:
    from liangtian.platform.ledgers.query import filtered, ordered
    from liangtian.programmes.enforcement.ledgers import PATCHES

    rows = ordered(PATCHES, people.clerk, filtered(PATCHES, people.clerk, {}), "number")
    plan = rows.values_list("pk", "ledger_number")[:20].explain()
    assert "COVERING INDEX patch_numbers" in plan
    assert "TEMP B-TREE" not in plan


def test_a_condition_on_another_table_joins_nothing_to_the_count(
    patches: list[Any], people: People
) -> None:
    from liangtian.platform.ledgers.query import filtered, totals
    from liangtian.programmes.enforcement.ledgers import PATCHES

    asked = {"stage": "received", "batch_title": "批次", "judged_by": people.clerk.name}
    query = {**asked, "sort": "township_name"}
    with CaptureQueriesContext(connection) as ran:
        count, _ = totals(PATCHES, people.clerk, filtered(PATCHES, people.clerk, query))
    assert count == 45
    assert "JOIN" not in ran[-1]["sql"]


def test_a_cursor_of_another_order_is_refused(
    patches: list[Any], people: People, signed_in: SignedIn
) -> None:
    client = signed_in(people.clerk)
    cursor = client.get(f"{ROWS}?sort=number&size=20").json()["next"]
    for query in ({"sort": "area_mu", "after": cursor}, {"after": "%%%"}, {"after": "W10="}):
        answer = client.get(ROWS, query)
        assert answer.status_code == 422
        assert "重新查询" in answer.json()["error"]["message"]


def test_empty_and_filled_values_part_the_rows(
    patches: list[Any], people: People, signed_in: SignedIn
) -> None:
    client = signed_in(people.clerk)

    def total(query: str) -> int:
        return int(client.get(f"{ROWS}?{query}").json()["total"])

    for name, empty in (("judgement", 15), ("farmland_mu", 12), ("pbf_mu", 60), ("number", 0)):
        assert total(f"{name}__empty=1") == empty, name
        assert total(f"{name}__empty=0") == 60 - empty, name
    assert total("region__is=990121100") == 20
    assert total("region=990121100") == 40
    assert total("number__is=2026-03-00007") == 1


def test_the_extent_is_that_of_the_filtered_rows(
    patches: list[Any], people: People, signed_in: SignedIn
) -> None:
    client = signed_in(people.clerk)
    url = "/api/ledgers/enforcement.patches/extent"
    one = patches[7]
    found = client.get(url, {"number__is": one.number}).json()["bounds"]
    assert found == pytest.approx(list(one.geom.bounds), abs=1e-4)
    assert client.get(url, {"number": "none"}).json()["bounds"] is None
