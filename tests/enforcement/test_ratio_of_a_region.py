"""The accountability ratio of the register: the worked county year, its townships, what if, and on paper."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import python_calamine
from django.db import transaction
from django.test import Client
from django.utils import timezone

from liangtian.platform.cases.models import Case, CaseStep
from liangtian.platform.files.services import store
from liangtian.platform.people.models import Office
from liangtian.policy.accountability import Accountability, _Rules
from liangtian.policy.accountability_forecast import DatedPatch, forecast
from liangtian.programmes.enforcement import ratio
from liangtian.programmes.enforcement.models import (
    Disposition,
    InfrastructureProject,
    Patch,
    PatchPart,
)
from liangtian.programmes.enforcement.ratio_alike import alike
from liangtian.programmes.enforcement.ratio_parts import Side, page_of, what_if
from liangtian.programmes.enforcement.ratio_sums import sums, to_the_years_end
from liangtian.programmes.enforcement.rules import pack_in_use
from tests.conftest import County, People, SignedIn
from tests.enforcement.ground import box, make_batch

pytestmark = pytest.mark.django_db
API = "/api/enforcement"
# mu of farmland, township, then what is known: the worked figures of the county year.
YEAR: dict[str, tuple[str, str, str, dict[str, Any]]] = {
    "P1": ("60", "a", "illegal", {}),
    "P2": ("40", "a", "illegal", {"regularised_mu": Decimal(40)}),
    "P3": ("30", "b", "illegal", {"restored_mu": Decimal(30)}),
    "P4": ("50", "b", "illegal", {"project": True}),
    "P5": ("20", "b", "illegal", {"old_construction": True}),
    "P6": ("5", "a", "illegal", {"homestead": True}),
    "L": ("400", "b", "legal", {}),
}
Judged = Callable[..., dict[str, PatchPart]]


@pytest.fixture
def judged(people: People, county: County, files_root: Path) -> Judged:
    def go(period: str = "2026-03", **changes: dict[str, Any]) -> dict[str, PatchPart]:
        villages = {"a": county.village_a, "b": county.village_b}
        rows = [
            (name, box(3000 + 500 * n, 950, 200, 200), villages[place])
            for n, (name, (_, place, _, _)) in enumerate(YEAR.items())
        ]
        batch = make_batch(people, county, rows, period=period, title=f"{period}卫片图斑")
        found = {}
        for patch in Patch.objects.filter(batch=batch):
            mu, _, legality, known = YEAR[patch.number]
            known = changes.get(patch.number, known)
            found[patch.number] = settle(people, county, patch, Decimal(mu), legality, **known)
        return found

    return go


def settle(
    people: People, county: County, patch: Patch, mu: Decimal, legality: str, **known: Any
) -> PatchPart:
    """Judge a patch and confirm it, straight in the tables."""
    m2 = (mu * 2000 / 3).quantize(Decimal("0.01"))
    if known.pop("project", False):
        known["project"] = highway(people, county)
    measured = known.pop("farmland_m2", m2)
    Patch.objects.filter(pk=patch.pk).update(area_m2=m2, farmland_m2=measured)
    part = PatchPart.objects.create(
        patch=patch,
        order=1,
        m2=m2,
        farmland_m2=measured,
        farmland_mu=mu,
        judgement=legality,
        **known,
    )
    Patch.objects.filter(pk=patch.pk).update(
        judgement_outcome=legality, judgement_reason="示例", judged_by=people.clerk,
        judged_at="2026-04-01T00:00Z", confirmed_by=people.reviewer,
        confirmed_at="2026-04-02T00:00Z",
    )  # fmt: skip
    for step, before, after in (
        ("submit", "received", "judged"),
        ("review", "judged", "confirmed"),
    ):
        CaseStep.objects.create(
            case_id=patch.case_id, by=people.clerk, step=step, from_stage=before, to_stage=after
        )
        Case.objects.filter(pk=patch.case_id).update(stage=after)
    return part


def highway(people: People, county: County) -> InfrastructureProject:
    file = store(
        ["履职材料".encode()], "履职.txt", user=people.clerk, region=county.county, kind="document"
    )
    return InfrastructureProject.objects.create(
        region=county.county, name="示例高速", sector="traffic", listing="national",
        listing_document="示例清单", listing_number="示例〔2025〕1号", listing_on=date(2025, 1, 1),
        duty_done=True, duty_on=date(2026, 3, 1), duty_note="已督促", duty_file=file,
        entered_by=people.clerk,
    )  # fmt: skip


def asked(client: Client, **query: Any) -> Any:
    more = "".join(f"&{name}={value}" for name, value in query.items())
    answer = client.get(f"{API}/ratio?year=2026{more}")
    assert answer.status_code == 200, answer.content
    return answer.json()


def test_the_worked_county_year_is_not_in_scope(
    judged: Judged, people: People, signed_in: SignedIn
) -> None:
    judged()
    found = asked(signed_in(people.clerk))
    assert (found["numerator_mu"], found["denominator_mu"]) == ("65.00", "505.00")
    assert (found["ratio"][:6], found["in_scope"], found["counted"]) == ("0.1287", False, 7)
    assert found["to_restore"] == []


def test_without_the_papers_it_is_in_scope_and_the_fewest_patches_are_named(
    judged: Judged, people: People, signed_in: SignedIn
) -> None:
    parts = judged(P2={})
    client = signed_in(people.clerk)
    found = asked(client)
    assert (found["numerator_mu"], found["denominator_mu"]) == ("105.00", "505.00")
    assert (found["ratio"][:6], found["in_scope"]) == ("0.2079", True)
    (named,) = found["to_restore"]
    assert (
        named["number"] == "P2"
    )  # the 5 mu of P6 leave exactly 100, which is enough to be in scope
    body = {"year": 2026, "restored": [parts["P6"].pk]}
    after = client.post(f"{API}/ratio/what-if", body, "application/json").json()
    assert (after["numerator_mu"], after["in_scope"]) == ("100.00", True)


def test_every_part_says_how_it_counts_and_sides_can_be_picked(
    judged: Judged, people: People, signed_in: SignedIn
) -> None:
    judged()
    client = signed_in(people.clerk)

    def numbers(side: str) -> list[str]:
        page = client.get(f"{API}/ratio/parts?year=2026&side={side}").json()
        assert all(part["reasons"][0]["clause"] for part in page["parts"])
        return [part["number"] for part in page["parts"]]

    assert numbers("numerator") == ["P1", "P6"]
    assert numbers("denominator") == ["L", "P1", "P2", "P6"]
    assert numbers("neither") == ["P3", "P4", "P5"]
    assert numbers("all") == sorted(YEAR)


def test_a_township_sees_its_own_share_and_no_threshold(
    judged: Judged, people: People, county: County, signed_in: SignedIn
) -> None:
    judged()
    found = asked(signed_in(people.township_a))
    assert (found["numerator_mu"], found["denominator_mu"]) == ("65.00", "105.00")
    assert (found["in_scope"], found["threshold_mu"]) == (None, None)
    other = signed_in(people.township_a).get(
        f"{API}/ratio", {"year": 2026, "region": county.township_b.code}
    )
    assert other.status_code == 404


def test_the_townships_add_up_to_the_county(
    judged: Judged, people: People, signed_in: SignedIn
) -> None:
    judged()
    found = asked(signed_in(people.clerk))
    places = {place["name"]: place for place in found["places"]}
    assert sum(Decimal(p["numerator_mu"]) for p in places.values()) == Decimal(65)
    assert sum(Decimal(p["denominator_mu"]) for p in places.values()) == Decimal(505)
    assert (
        found["places"][0]["open_mu"] == "70.00"
    )  # P4 and P5 are open too, though they don't count


def test_what_is_not_judged_is_told_beside_and_another_year_is_empty(
    judged: Judged, people: People, county: County, signed_in: SignedIn
) -> None:
    judged()
    make_batch(people, county, [("U1", box(9000, 950, 100, 100), county.village_a)], title="四月",
               period="2026-04", farmland_m2=Decimal("1000.00"))  # fmt: skip
    client = signed_in(people.clerk)
    found = asked(client)
    assert (found["unsettled"], found["unsettled_mu"], found["numerator_mu"]) == (
        1,
        "1.50",
        "65.00",
    )
    assert client.get(f"{API}/ratio", {"year": 2025}).json()["counted"] == 0


def test_the_workbook_holds_the_same_figures_and_is_recorded(
    judged: Judged, people: People, signed_in: SignedIn
) -> None:
    from liangtian.platform.audit.models import AuditEntry

    judged()
    answer = signed_in(people.clerk).get(f"{API}/ratio.xlsx", {"year": 2026})
    assert answer.status_code == 200, answer.content
    book = python_calamine.CalamineWorkbook.from_filelike(BytesIO(answer.content))
    assert book.sheet_names == ["汇总", "明细"]
    rows = book.get_sheet_by_name("明细").to_python()
    cells = [str(cell) for row in rows for cell in row if cell]
    assert any("补办手续40.00亩，从分子中扣减" in cell for cell in cells)
    assert AuditEntry.objects.filter(act="enforcement.ratio.export").count() == 1


def test_the_number_of_queries_does_not_follow_the_number_of_parts(
    judged: Judged, people: People, django_assert_max_num_queries: Any
) -> None:
    judged()
    with transaction.atomic():
        wanted = ratio.asked_for(people.clerk, "", 2026)
        with django_assert_max_num_queries(3):
            found = ratio.counted(people.clerk, wanted)
            assert len(found.patches) == len(YEAR)


@pytest.mark.parametrize("whole_only", [False, True], ids=["by area", "wholly restored only"])
def test_sums_give_what_part_by_part_gives_in_the_county_and_each_township(
    judged: Judged,
    people: People,
    county: County,
    monkeypatch: pytest.MonkeyPatch,
    whole_only: bool,
) -> None:
    judged(
        P1={"restored_mu": Decimal("12.34")},
        P3={"restored_mu": Decimal("10.10"), "regularised_mu": Decimal("19.90")},
    )
    if whole_only:
        monkeypatch.setattr(_Rules, "flag", _without_partial_restoration(_Rules.flag))
    where = ratio.asked_for(people.clerk, "", 2026)
    found = sums(people.clerk, where)
    kept = ratio.counted(people.clerk, where, "patch__region_id")
    _same(found.whole, ratio.assessment(kept.patches, where))
    assert set(found.below) == {county.township_a.code, county.township_b.code}
    for code, result in found.below.items():
        mine = [
            patch
            for (place,), patch in zip(kept.beside, kept.patches, strict=True)
            if place.startswith(code)
        ]
        _same(result, ratio.assessment(mine, where))


@pytest.mark.parametrize("whole_only", [False, True], ids=["by area", "wholly restored only"])
def test_lists_and_what_if_give_what_part_by_part_gives(
    judged: Judged, people: People, monkeypatch: pytest.MonkeyPatch, whole_only: bool
) -> None:
    parts = judged(
        P1={"restored_mu": Decimal("12.34")},
        P2={"regularised_mu": Decimal(40)},
        P3={"restored_mu": Decimal("10.10"), "regularised_mu": Decimal("19.90")},
    )
    if whole_only:
        monkeypatch.setattr(_Rules, "flag", _without_partial_restoration(_Rules.flag))
    where = ratio.asked_for(people.clerk, "", 2026)
    kept = ratio.counted(people.clerk, where, "pk")
    treated = ratio.assessment(kept.patches, where).treatments
    wanted: dict[Side, list[str]] = {
        "all": [one.patch.id for one in treated],
        "numerator": [one.patch.id for one in treated if one.numerator_mu],
        "denominator": [one.patch.id for one in treated if one.denominator_mu],
        "neither": [o.patch.id for o in treated if not o.numerator_mu and not o.denominator_mu],
        "open": [o.patch.id for o in treated if o.patch.legality == "illegal" and o.patch.open_mu],
    }
    for side, numbers in wanted.items():
        count, rows = page_of(people.clerk, where, side, 0, 50)
        assert (side, count, [one.patch.id for _, one in rows]) == (side, len(numbers), numbers)
    assert page_of(people.clerk, where, "all", 2, 2)[0] == len(YEAR)
    restored = [parts["P1"].pk, parts["P4"].pk, parts["L"].pk]
    after = [
        replace(one, restored_mu=one.farmland_mu - one.regularised_mu)
        if pk in restored and one.legality == "illegal" else one
        for (pk,), one in zip(kept.beside, kept.patches, strict=True)
    ]  # fmt: skip
    _same(what_if(people.clerk, where, restored), ratio.assessment(after, where))


def test_the_year_month_by_month_is_the_same_from_sums(judged: Judged, people: People) -> None:
    parts = judged("2026-02", P2={"regularised_mu": Decimal(40)}, P1={"restored_mu": Decimal(9)})
    office = Office.objects.create(name="示例镇政府", kind="township", region=people.clerk.region)
    accepted = {
        "accepted_on": date(2026, 5, 1), "accepted_by": people.clerk, "reported_by": people.township_b,
        "reported_at": "2026-04-30T00:00Z",
    }  # fmt: skip
    for name, days in (("P2", {"papers_on": date(2026, 4, 30)}), ("P3", accepted)):
        Disposition.objects.create(
            part=parts[name], handling="no_case", no_case_reason="示例", owner=office,
            due_on=date(2026, 6, 1), entered_by=people.clerk, **days,
        )  # fmt: skip
    where = ratio.asked_for(people.clerk, "", 2026)
    found = to_the_years_end(alike(people.clerk, where), where)
    kept = ratio.counted(people.clerk, where)
    known = {"P2": {"regularised_on": date(2026, 4, 30)}, "P3": {"restored_on": date(2026, 5, 1)}}
    dated = [DatedPatch(one, date(2026, 2, 1), **known.get(one.id, {})) for one in kept.patches]
    wanted = forecast(dated, "county", pack_in_use(), 2026, timezone.localdate())
    assert found is not None
    assert found.courses == wanted.courses
    assert [
        (m.month, m.state.numerator_mu, m.state.denominator_mu, m.off_numerator_mu)
        for m in found.months
    ] == [
        (m.month, m.state.numerator_mu, m.state.denominator_mu, m.off_numerator_mu)
        for m in wanted.months
    ]


def _same(found: Accountability, wanted: Accountability) -> None:
    assert found.numerator_mu == wanted.numerator_mu
    assert found.denominator_mu == wanted.denominator_mu
    assert found.ratio == wanted.ratio


def _without_partial_restoration(flag: Any) -> Any:
    def changed(self: Any, name: str) -> bool:
        return name != "partial_restoration_by_area" and bool(flag(self, name))

    return changed


def test_the_board_shows_the_ratio_of_its_own_page(
    judged: Judged, people: People, signed_in: SignedIn
) -> None:
    judged()
    client = signed_in(people.clerk)
    board = client.get("/api/dashboards/enforcement?period=2026").json()
    shown = {one["name"]: one for one in board["figures"]}
    page = asked(client)
    assert shown["ratio"]["value"] == float(page["ratio"][:6]) == 0.1287
    assert shown["ratio"]["to"].startswith("/ratio?year=2026")
    (chart,) = [one for one in board["charts"] if one["name"] == "ratio"]
    assert chart["mark"] == 0.15
    places = {p["name"]: float((p["ratio"] or "0")[:6]) for p in page["places"]}
    assert dict(zip(chart["categories"], chart["series"][0]["values"], strict=True)) == places


def test_a_year_without_rules_leaves_the_rest_of_the_board(
    judged: Judged, people: People, signed_in: SignedIn
) -> None:
    judged()
    answer = signed_in(people.clerk).get("/api/dashboards/enforcement?period=2015")
    assert answer.status_code == 200, answer.content
    shown = {one["name"]: one["value"] for one in answer.json()["figures"]}
    assert (shown["ratio"], shown["received"]) == (None, 0)
    (chart,) = [one for one in answer.json()["charts"] if one["name"] == "ratio"]
    assert (chart["categories"], chart["mark"]) == ([], None)
