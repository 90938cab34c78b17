"""Maps and forms of a village: every parcel is labelled, in as many sheets as it takes."""

from __future__ import annotations

from datetime import date
from io import BytesIO
from typing import Any

import pypdfium2
import pytest

from liangtian.platform.audit.models import AuditEntry
from liangtian.platform.errors import Forbidden, NotFound, Refused
from liangtian.press.map import hidden_labels
from liangtian.programmes.holdings.field_papers import field_paper, villages
from liangtian.programmes.holdings.notices import drafting, papers
from liangtian.programmes.holdings.village_maps import DrawnParcel, VillageMap, village_sheets
from tests.conftest import People
from tests.holdings import land
from tests.holdings.notices import FORM, VILLAGE

MADE = date(2025, 3, 3)


def drawn(
    people: People, places: list[tuple[float, float]], size: tuple[float, float]
) -> VillageMap:
    """Parcels of one size at metres from the county's corner."""
    parcels = [
        DrawnParcel(land.ground(west, south, *size), "承包", f"{n} 王*示\n0.30亩", str(n))
        for n, (west, south) in enumerate(places, start=1)
    ]
    region = people.township_a.region
    return VillageMap("柳塘村公示图", region, parcels, "示例县", MADE)


def test_a_village_whose_labels_fit_is_one_sheet(people: People) -> None:
    (sheet,) = village_sheets(drawn(people, [(1_000, 1_000), (1_300, 1_000)], (200, 150)))
    assert sheet.title == "柳塘村公示图"
    assert hidden_labels(sheet, "a3") == 0


def test_a_crowded_village_is_cut_until_every_parcel_is_labelled(people: People) -> None:
    row = [(1_000 + 12.0 * n, 1_000.0) for n in range(40)]  # strips of 11 m, and one far away
    wanted = drawn(people, [*row, (4_000.0, 3_000.0)], (11, 120))
    index, *sheets = village_sheets(wanted)
    assert "接合图表" in index.title
    assert len(sheets) > 1
    assert sum(hidden_labels(sheet, "a3") for sheet in sheets) == 0
    labels = [
        p.label.split()[0] for s in sheets for layer in s.layers for p in layer.polygons if p.label
    ]
    assert sorted(labels, key=int) == [str(n) for n in range(1, 42)]  # each once
    assert len({sheet.scale for sheet in sheets}) == 1
    around = [name for name in sheets[0].neighbours if name]
    assert sheets[0].title.split("　")[1] in around


def test_a_notice_map_is_made_of_those_sheets(people: People) -> None:
    holder = land.person(people.clerk, "王演示")
    for n in range(24):
        land.parcel(people.clerk, 1_000 + 14 * n, 1_000, holder_id=holder.pk, size=(13, 90))
    land.parcel(people.clerk, 6_000, 4_000, holder_id=holder.pk)
    notice = drafting.draft(people.township_a, FORM)
    sheets = papers.map_sheets(notice)
    assert len(sheets) > 1
    assert sum(hidden_labels(sheet, "a3") for sheet in sheets) == 0
    text = _text(papers.map_pdf(notice))
    assert "图面拥挤" not in text
    assert "接合图表" in text


def test_form_and_map_number_the_parcels_alike_and_leave_xpcc_land_out(people: People) -> None:
    holder = land.person(people.clerk, "王演示")
    made = [
        land.parcel(people.clerk, 1_000 + 200 * n, 1_000, holder_id=holder.pk) for n in range(3)
    ]
    land.parcel(people.clerk, 2_000, 1_000, corps=True, ownership="state", code="兵团-1")
    assert villages(people.township_a) == [{"code": VILLAGE, "name": "柳塘镇柳塘村", "parcels": 4}]
    name, content = field_paper(people.township_a, VILLAGE, "form")
    assert name == "柳塘镇柳塘村外业核查表.pdf"
    text = _text(content)
    for one in made:
        assert one.code in text
    assert "兵团-1" not in text
    assert "王*示" in text
    assert "王演示" not in text
    drawing = _text(field_paper(people.township_a, VILLAGE, "map")[1])
    assert "调查工作底图" in drawing
    assert "3 王*示" in drawing
    assert AuditEntry.objects.filter(act="holdings.field_papers").count() == 2


def test_who_may_not_print_or_asks_for_nothing_gets_no_paper(people: People, settings: Any) -> None:
    with pytest.raises(Refused, match="没有登记的地块"):
        field_paper(people.township_a, VILLAGE, "map")
    land.parcel(people.clerk, 1_000, 1_000)
    with pytest.raises(NotFound):
        field_paper(people.township_b, VILLAGE, "map")
    with pytest.raises(Forbidden):
        field_paper(people.auditor, VILLAGE, "map")
    settings.FIELD_PAPER_PARCELS = 0
    with pytest.raises(Refused, match="一次最多打印 0 个"):
        field_paper(people.township_a, VILLAGE, "map")


def _text(content: bytes) -> str:
    pages = pypdfium2.PdfDocument(BytesIO(content))
    return "\n".join(page.get_textpage().get_text_bounded() for page in pages)


def test_sheets_of_a_very_long_village_stay_within_the_limit(people: People, settings: Any) -> None:
    settings.ATLAS_SHEETS = 2
    places = [(float(100 + 9_000 * far + 12 * n), 1_000.0) for far in (0, 1) for n in range(12)]
    sheets = village_sheets(drawn(people, places, (11, 60)))
    assert len(sheets) <= 3
