"""Patches of earlier batches on the same ground (往期图斑)."""

from __future__ import annotations

from decimal import Decimal
from io import BytesIO
from typing import Any

import pypdfium2
import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from liangtian.programmes.enforcement.judging import judge
from liangtian.programmes.enforcement.measuring import measure_patches, replay
from liangtian.programmes.enforcement.models import Batch, EarlierOverlap, Patch
from tests.conftest import County, People, SignedIn
from tests.enforcement.ground import box, make_batch, publish_usual

pytestmark = pytest.mark.django_db
LEDGER = "/api/ledgers/enforcement.patches/rows"


def enter(
    people: People, county: County, period: str, *rows: tuple[str, Any], region: Any = None
) -> Batch:
    """A measured batch of a month; rows are (number, plane figure)."""
    batch = make_batch(
        people, county, [(n, plane, region or county.village_a) for n, plane in rows],
        period=period, title=f"{period}批次{rows[0][0]}",
    )  # fmt: skip
    measure_patches(batch)
    return batch


def overlaps(number: str) -> list[tuple[str, Decimal]]:
    """(number of the earlier patch, m²) of a patch."""
    rows = EarlierOverlap.objects.filter(patch__number=number).order_by("earlier__number")
    return [(row.earlier.number, row.m2) for row in rows]


def page(client: Client, number: str) -> Any:
    patch = Patch.objects.get(number=number)
    return client.get(f"/api/enforcement/patches/{patch.pk}").json()


def test_what_a_patch_shares_with_earlier_months_is_measured(
    people: People, county: County
) -> None:
    enter(people, county, "2026-01", ("A1", box(3000, 1000, 100, 100)), ("A2", box(6000, 0, 9, 9)))
    enter(people, county, "2026-02", ("B1", box(3080, 1000, 100, 100)))
    enter(people, county, "2026-03", ("C1", box(3050, 1000, 100, 100)))
    assert overlaps("A1") == overlaps("A2") == []
    ((number, m2),) = overlaps("B1")
    assert number == "A1"
    assert abs(m2 - 2000) < 3
    (first, second) = overlaps("C1")
    assert (first[0], second[0]) == ("A1", "B1")
    assert abs(first[1] - 5000) < 6
    assert abs(second[1] - 7000) < 8


def test_of_two_batches_of_a_month_the_one_entered_first_is_the_earlier(
    people: People, county: County
) -> None:
    enter(
        people, county, "2026-03", ("A1", box(3000, 1000, 100, 100)), ("A2", box(3000, 1000, 9, 9))
    )
    enter(people, county, "2026-03", ("B1", box(3000, 1000, 100, 100)))
    assert [number for number, _ in overlaps("B1")] == ["A1", "A2"]
    assert overlaps("A1") == overlaps("A2") == []  # patches of one batch are not each other's past


def test_a_later_month_entered_first_is_not_the_past(people: People, county: County) -> None:
    enter(people, county, "2026-03", ("C1", box(3000, 1000, 100, 100)))
    enter(people, county, "2026-01", ("A1", box(3000, 1000, 100, 100)))
    assert overlaps("A1") == overlaps("C1") == []
    measure_patches(Patch.objects.get(number="C1").batch, again=True)
    assert [number for number, _ in overlaps("C1")] == ["A1"]


def test_the_same_outline_is_the_whole_patch_and_a_common_edge_is_nothing(
    people: People, county: County
) -> None:
    enter(
        people, county, "2026-01",
        ("A1", box(3000, 1000, 100, 100)), ("A2", box(3100, 1000, 50, 100)),
        ("A3", box(2990, 1000, 10.005, 100)),
    )  # fmt: skip
    enter(people, county, "2026-02", ("B1", box(3000, 1000, 100, 100)))
    whole = Patch.objects.get(number="B1").area_m2
    assert overlaps("B1") == [("A1", whole)]  # A3 shares half a square metre, within the tolerance


def test_it_is_reached_again_from_what_is_on_record(people: People, county: County) -> None:
    publish_usual(people, county)
    enter(people, county, "2026-01", ("A1", box(3000, 1000, 100, 100)))
    enter(people, county, "2026-03", ("C1", box(3050, 1000, 100, 100)))
    enter(people, county, "2026-02", ("B1", box(3050, 1000, 100, 100)))  # after C1 was measured
    patch = Patch.objects.get(number="C1")
    assert replay(patch).equal
    patch.earlier_overlaps.update(m2=Decimal("1.23"))
    assert replay(patch).differences == ["往期图斑"]


def test_the_page_shows_the_judgement_and_before_that_the_proposal(
    people: People, county: County, signed_in: SignedIn
) -> None:
    publish_usual(people, county)
    enter(people, county, "2026-01", ("A1", box(3000, 1000, 100, 100)))
    enter(people, county, "2026-02", ("B1", box(3000, 1000, 100, 100)))
    client = signed_in(people.clerk)
    (shown,) = page(client, "B1")["earlier"]
    assert (shown["number"], shown["period"], shown["label"]) == ("A1", "2026-01", "违法")
    assert (shown["outcome"], shown["judged"]) == ("illegal", False)
    assert shown["mu"] == pytest.approx(shown["m2"] * 0.0015, abs=0.005)
    earlier = Patch.objects.get(number="A1")
    judge(people.clerk, earlier.pk, "other", "现场核实，为设施农业用地")
    (shown,) = page(client, "B1")["earlier"]
    assert (shown["id"], shown["label"], shown["judged"]) == (earlier.pk, "其他用地", True)
    assert page(client, "A1")["earlier"] == []


def test_a_township_learns_nothing_of_earlier_patches_of_another(
    people: People, county: County, signed_in: SignedIn
) -> None:
    enter(people, county, "2026-01", ("B-1", box(9950, 1000, 100, 100)), region=county.village_b)
    enter(people, county, "2026-02", ("A-1", box(9920, 1000, 100, 100)))
    assert [row["number"] for row in page(signed_in(people.clerk), "A-1")["earlier"]] == ["B-1"]
    own = signed_in(people.township_a)
    assert page(own, "A-1")["earlier"] == []
    assert own.get(f"{LEDGER}?earlier=yes").json()["total"] == 0
    assert own.get(f"{LEDGER}?earlier=no").json()["total"] == 1
    dossier = own.get(
        f"/api/enforcement/patches/{Patch.objects.get(number='A-1').pk}/dossier.pdf"
    ).content
    assert "B-1" not in text_of(dossier)


def test_the_ledger_filters_by_it_and_leaves_the_unmeasured_open(
    people: People, county: County, signed_in: SignedIn
) -> None:
    enter(people, county, "2026-01", ("A1", box(3000, 1000, 100, 100)))
    enter(people, county, "2026-02", ("B1", box(3000, 1000, 50, 50)), ("B2", box(5000, 1000, 9, 9)))
    make_batch(people, county, [("C1", box(3000, 1000, 9, 9), county.village_a)], title="未套合")
    client = signed_in(people.clerk)

    def rows(query: str) -> list[str]:
        return [r["number"] for r in client.get(f"{LEDGER}?{query}").json()["rows"]]

    assert rows("earlier=yes") == ["B1"]
    assert rows("earlier=no") == ["A1", "B2"]
    shown = {r["number"]: r["earlier"] for r in client.get(LEDGER).json()["rows"]}
    assert shown == {"A1": "no", "B1": "yes", "B2": "no", "C1": None}


def test_the_dossier_lists_earlier_patches_with_what_they_were(
    people: People, county: County, signed_in: SignedIn
) -> None:
    publish_usual(people, county)
    enter(people, county, "2026-01", ("990121202601007", box(3000, 1000, 100, 100)))
    batch = enter(people, county, "2026-02", ("990121202602001", box(3000, 1000, 100, 100)))
    address = f"/api/enforcement/patches/{batch.patches.get().pk}/dossier.pdf"
    text = text_of(signed_in(people.clerk).get(address).content)
    assert "往期图斑" in text
    assert "990121202601007" in text
    assert "拟判定违法" in text


def text_of(pdf: bytes) -> str:
    """The words of a PDF without blanks."""
    document = pypdfium2.PdfDocument(BytesIO(pdf))
    words = "".join(p.get_textpage().get_text_range() for p in document)
    return "".join(words.split())


def test_measuring_asks_one_question_however_many_patches(people: People, county: County) -> None:
    places = [box(3000 + 50 * n, 1000, 60, 60) for n in range(6)]
    enter(people, county, "2026-01", *[(f"A{n}", p) for n, p in enumerate(places)])

    def questions(period: str, count: int) -> int:
        batch = make_batch(
            people, county,
            [(f"{period}-{n}", places[n], county.village_a) for n in range(count)],
            period=period, title=period,
        )  # fmt: skip
        with CaptureQueriesContext(
            connection,
        ) as asked:
            measure_patches(batch)
        return len(asked)

    assert questions("2026-02", 1) == questions("2026-03", 6)


def test_the_database_refuses_a_patch_as_its_own_past_and_no_ground(
    people: People, county: County
) -> None:
    patch = enter(people, county, "2026-01", ("A1", box(3000, 1000, 100, 100))).patches.get()
    other = enter(people, county, "2026-02", ("B1", box(4000, 1000, 9, 9))).patches.get()
    for earlier, m2 in ((patch, 1), (other, 0)):
        with pytest.raises(IntegrityError), transaction.atomic():
            EarlierOverlap.objects.create(patch=patch, earlier=earlier, m2=m2)
