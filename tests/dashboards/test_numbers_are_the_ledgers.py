"""Every number of a dashboard is what the ledger shows under the same filters, to whoever asks."""

from __future__ import annotations

import random
from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pypdfium2
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from python_calamine import CalamineWorkbook

from liangtian.platform.triggers import lifted
from tests.conftest import County, People, SignedIn
from tests.ledgers.conftest import add_patches

BOARD, LEDGER = "/api/dashboards/enforcement", "/api/ledgers/enforcement.patches/rows"
OUTCOMES = ("legal", "illegal", "other", "split", "undetermined", "")


@pytest.fixture
def strewn(county: County, people: People) -> list[Any]:
    """Patches with stages, conclusions, areas and days drawn by lot."""
    from liangtian.platform.cases.models import Case
    from liangtian.programmes.enforcement.models import Patch

    draw = random.Random(20260331)
    rows = add_patches(county, people.clerk, 70)
    for patch in rows:
        patch.proposal_outcome = draw.choice(OUTCOMES)
        patch.area_m2 = Decimal(draw.randint(60_000, 90_000)) / 100
        patch.farmland_m2 = draw.choice([None, patch.area_m2 * Decimal("0.37")])
        patch.pbf_m2 = patch.farmland_m2
        patch.period_after = draw.choice(
            [None, date(draw.choice((2025, 2026)), draw.randint(1, 12), 9)]
        )
        patch.case = Case.objects.create(
            region=patch.region, kind="enforcement.patch", title=patch.number,
            stage=draw.choice(("received", "checking", "judged", "confirmed")),
        )  # fmt: skip
    with lifted("enforcement_patch"):  # these are judged and have no parts
        Patch.objects.bulk_update(
            rows, ["case", "proposal_outcome", "area_m2", "farmland_m2", "pbf_m2", "period_after"]
        )
    return rows


def _shown(client: Any, to: str) -> dict[str, Any]:
    found: dict[str, Any] = client.get(LEDGER, dict(parse_qsl(urlsplit(to).query))).json()
    return found


@pytest.mark.parametrize("period", ["all", "2026", "2025-Q2", "2026-03"])
@pytest.mark.parametrize("who", ["clerk", "township_a"])
def test_each_figure_is_what_its_link_shows(
    strewn: list[Any], people: People, signed_in: SignedIn, who: str, period: str
) -> None:
    client = signed_in(getattr(people, who))
    board = client.get(BOARD, {"period": period}).json()
    measures = {
        "farmland": "farmland_mu",
        "illegal_farmland": "farmland_mu",
        "illegal_pbf": "pbf_mu",
    }
    checked = 0
    for figure in board["figures"]:
        if figure["to"].startswith("/patches"):
            shown = _shown(client, figure["to"])
            measure = measures.get(figure["name"])
            wanted = shown["sums"][measure] if measure else shown["total"]
            assert figure["value"] == pytest.approx(wanted), figure
            checked += 1
    assert checked == 10


def test_places_and_charts_add_up_to_the_figures(
    strewn: list[Any], people: People, signed_in: SignedIn
) -> None:
    board = signed_in(people.clerk).get(BOARD, {"period": "all"}).json()
    figures = {f["name"]: f for f in board["figures"]}
    assert figures["received"]["value"] == 70
    for name, figure in figures.items():
        if figure["regional"] and figure["kind"] != "percent":
            added = sum(place["values"][name] for place in board["places"])
            assert added == pytest.approx(figure["value"]), name
    charts = {c["name"]: c for c in board["charts"]}
    for name in ("months", "conclusions", "stages"):
        assert sum(sum(s["values"]) for s in charts[name]["series"]) == 70, name
    months = sum(charts["illegal_months"]["series"][0]["values"])
    assert months == pytest.approx(figures["illegal_farmland"]["value"])


def test_a_part_of_a_chart_leads_to_its_rows(
    strewn: list[Any], people: People, signed_in: SignedIn
) -> None:
    client = signed_in(people.clerk)
    chart = client.get(BOARD, {"period": "2026"}).json()["charts"][1]
    for series in chart["series"]:
        for n, value in enumerate(series["values"]):
            query = chart["query"] | chart["narrow"][n] | series["narrow"]
            assert client.get(LEDGER, query).json()["total"] == value


def test_the_period_before_is_compared_with(
    strewn: list[Any], people: People, signed_in: SignedIn
) -> None:
    client = signed_in(people.clerk)
    now = client.get(BOARD, {"period": "2026-Q1"}).json()
    then = client.get(BOARD, {"period": "2025-Q4"}).json()
    assert now["previous"] == then["period"]["label"]
    earlier = {f["name"]: f["value"] for f in then["figures"]}
    of_today = {"overdue", "month_clear", "ratio"}
    compared = [f for f in now["figures"] if f["name"] not in of_today]
    assert {f["name"]: f["previous"] for f in compared} == {
        f["name"]: earlier[f["name"]] for f in compared
    }


def test_a_township_sees_its_own_and_nothing_of_another(
    strewn: list[Any], county: County, people: People, signed_in: SignedIn
) -> None:
    client = signed_in(people.township_a)
    own = client.get(BOARD, {"period": "all"}).json()
    assert [c["code"] for c in own["crumbs"]] == [county.township_a.code]
    assert own["figures"][0]["value"] == sum(
        1 for p in strewn if p.region_id.startswith(county.township_a.code)
    )
    assert {p["code"] for p in own["places"]} <= {county.township_a.code, county.village_a.code}
    for region in (county.township_b.code, county.county.code):
        answer = client.get(BOARD, {"region": region, "period": "all"})
        assert answer.status_code == 404
        assert client.get(f"{BOARD}/export.xlsx", {"region": region}).status_code == 404
        assert client.get("/api/regions/boundaries", {"parent": region}).status_code == 404


def test_the_number_of_questions_does_not_grow_with_rows_and_regions(
    county: County, people: People, signed_in: SignedIn
) -> None:
    from liangtian.platform.regions.models import Region

    client = signed_in(people.clerk)

    def asked() -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert client.get(BOARD, {"period": "2026"}).status_code == 200
        return len(queries)

    add_patches(county, people.clerk, 6)
    few = asked()
    add_patches(county, people.clerk, 60, period="2026-04")
    for n in range(8):
        Region.objects.create(
            code=f"99012120{n}",
            name=f"新设{n}镇",
            level="township",
            parent=county.county,
            pinyin="",
        )
    assert asked() <= few <= 36


def test_the_workbook_holds_all_numbers_and_is_recorded(
    strewn: list[Any], people: People, signed_in: SignedIn
) -> None:
    from liangtian.platform.audit.models import AuditEntry

    client = signed_in(people.clerk)
    answer = client.get(f"{BOARD}/export.xlsx", {"period": "2026"})
    assert answer.status_code == 200
    book = CalamineWorkbook.from_filelike(BytesIO(answer.content))
    assert book.sheet_names[:2] == ["主要指标", "分区划"]
    assert len(book.sheet_names) == 8
    figures = client.get(BOARD, {"period": "2026"}).json()["figures"]
    cells = [row for row in book.get_sheet_by_index(0).to_python() if "2026年" in row[:3]]
    received = next(f["value"] for f in figures if f["name"] == "received")
    assert received in cells[0]
    assert AuditEntry.objects.filter(act="dashboard.export").count() == 1


def test_the_pdf_holds_the_same_numbers_and_is_recorded(
    strewn: list[Any], people: People, signed_in: SignedIn
) -> None:
    from liangtian.platform.audit.models import AuditEntry

    client = signed_in(people.clerk)
    answer = client.get(f"{BOARD}/export.pdf", {"period": "2026"})
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    document = pypdfium2.PdfDocument(answer.content)
    said = "".join(page.get_textpage().get_text_range() for page in document)
    board = client.get(BOARD, {"period": "2026"}).json()
    named = {f["name"]: f["value"] for f in board["figures"]}
    assert f"{named['received']:.0f}个" in said
    assert f"{named['farmland']:,.2f}亩" in said
    assert all(place["name"] in said for place in board["places"])
    assert all(chart["title"] in said for chart in board["charts"])
    assert AuditEntry.objects.filter(act="dashboard.export").count() == 1


def test_the_trend_by_quarter_is_of_all_years_and_leads_to_its_rows(
    strewn: list[Any], people: People, signed_in: SignedIn
) -> None:
    client = signed_in(people.clerk)
    charts = {
        period: next(
            c
            for c in client.get(BOARD, {"period": period}).json()["charts"]
            if c["name"] == "quarters"
        )
        for period in ("2026-03", "all")
    }
    chart = charts["2026-03"]
    assert chart == charts["all"]
    assert {"2025年一季度", "2026年四季度"} <= set(chart["categories"])
    assert sum(sum(series["values"]) for series in chart["series"]) == len(strewn)
    for n, narrow in enumerate(chart["narrow"]):
        rows = client.get(LEDGER, {**chart["query"], **narrow}).json()
        assert rows["total"] == sum(series["values"][n] for series in chart["series"])


def test_a_period_that_is_none_is_refused(people: People, signed_in: SignedIn) -> None:
    for wrong in ("2026-13", "26", "2026-Q5", "x"):
        answer = signed_in(people.clerk).get(BOARD, {"period": wrong})
        assert answer.status_code == 422, wrong


def test_officers_see_counts_of_their_own_office_only(people: People, signed_in: SignedIn) -> None:
    client = signed_in(people.auditor)
    assert [d["name"] for d in client.get("/api/dashboards").json()] == ["audit"]
    board = client.get("/api/dashboards/audit").json()
    assert board["places"] == []
    assert board["figures"][0]["value"] >= 0
    for name in ("enforcement", "land", "system", "security"):
        assert client.get(f"/api/dashboards/{name}").status_code == 403
