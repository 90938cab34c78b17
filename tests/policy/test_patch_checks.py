"""Every data check is tripped by a record that is wrong in that one thing, and by none that is sound."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from liangtian.policy.pack import load_pack
from liangtian.policy.pack_errors import PackRefused
from liangtian.policy.patch_checks.places import FIELDS, basis_of, value_of
from liangtian.policy.patch_checks.record import (
    Disposition,
    Flags,
    Judgement,
    Part,
    PatchRecord,
    Photo,
)
from liangtian.policy.patch_checks.running import TESTS, findings_of
from tests.policy.worked_tables import table

PACK = load_pack("county-enforcement-2022")
_D = Decimal
_SIDES = ("东", "南", "西", "北")


def photo(day: date, side: str = "东", away: str = "10", *doubts: str) -> Photo:
    return Photo(day, side, _D(away), doubts)


LEGAL = PatchRecord(
    number="示例-1", stage="judged", on=date(2022, 9, 1), received_on=date(2022, 3, 10),
    area_m2=_D("2000.00"), period_before=date(2021, 9, 1), period_after=date(2022, 2, 1),
    verified_on=date(2022, 3, 20), declared_m2=_D("2010"), farmland_m2=_D("1500.00"),
    pbf_m2=_D("100.00"), classes_m2={"0103": _D("1500.00"), "1001": _D("500.00")},
    photos=tuple(photo(date(2022, 3, 20), side) for side in _SIDES),
    judgement=Judgement(
        outcome="legal", proposed="legal", subclass="conversion", document="示例政地〔2021〕1号",
        document_on=date(2021, 5, 1), legal_m2=_D("2000.00"), by=1, on=date(2022, 3, 25),
    ),
)  # fmt: skip
ILLEGAL = replace(
    LEGAL, number="示例-2", stage="accepted",
    photos=(*LEGAL.photos, photo(date(2022, 7, 2))),
    judgement=Judgement(
        outcome="illegal", proposed="illegal", subclass="stacking", by=1, on=date(2022, 3, 25),
        reviewed_by=2, reviewed_on=date(2022, 3, 26),
    ),
    flags=Flags(non_agricultural=True),
    disposition=Disposition(
        measures=frozenset({"restore", "case"}), owner="示例镇", due=date(2022, 8, 1),
        decided_by=1, decided_on=date(2022, 4, 1), case_number="示例立〔2022〕1号",
        case_on=date(2022, 4, 2), penalty_number="示例罚〔2022〕1号", penalty_on=date(2022, 5, 1),
        fine_yuan=_D("100.00"), demolished_on=date(2022, 7, 1), restored_mu=_D("2.25"),
        accepted_by=3, accepted_on=date(2022, 7, 20),
    ),
)  # fmt: skip
OTHER = replace(
    LEGAL, number="示例-3",
    judgement=replace(LEGAL.judgement, outcome="other", proposed="other", subclass="facility"),
)  # fmt: skip
LARGE = replace(
    ILLEGAL, stage="judged", building=True, area_m2=_D("40000.00"), farmland_m2=_D("34000.00"),
    classes_m2=None, declared_m2=None,
    judgement=replace(ILLEGAL.judgement, meeting_on=date(2022, 4, 1), on_site_on=date(2022, 3, 30)),
    flags=Flags(), disposition=Disposition(),
)  # fmt: skip


def judged(base: PatchRecord, **changes: Any) -> PatchRecord:
    return replace(base, judgement=replace(base.judgement, **changes))


def marked(base: PatchRecord, **changes: Any) -> PatchRecord:
    return replace(base, flags=replace(base.flags, **changes))


def put_right(base: PatchRecord, **changes: Any) -> PatchRecord:
    return replace(base, disposition=replace(base.disposition, **changes))


PAPERS = put_right(
    ILLEGAL, measures=frozenset({"papers", "case"}), restored_mu=_D(0), demolished_on=None,
    regularised_mu=_D("2.25"), papers_number="示例政地〔2022〕9号", papers_on=date(2022, 7, 1),
)  # fmt: skip
SOUND = {"legal": LEGAL, "illegal": ILLEGAL, "other": OTHER, "large": LARGE, "papers": PAPERS}

WRONG: dict[str, Callable[[], PatchRecord]] = {
    "A01": lambda: replace(LEGAL, farmland_m2=None),
    "A02": lambda: replace(LEGAL, farmland_m2=_D("2000.01")),
    "A03": lambda: replace(LEGAL, pbf_m2=_D("2000.01")),
    "A04": lambda: replace(LEGAL, parts=(Part(_D("1999.98"), "legal"),)),
    "A05": lambda: replace(LEGAL, classes_m2={"0103": _D("1999.98")}),
    "A06": lambda: replace(LEGAL, declared_m2=_D("2067")),
    "T01": lambda: replace(LEGAL, period_before=date(2022, 2, 2)),
    "T02": lambda: replace(LEGAL, received_on=date(2022, 1, 31)),
    "T03": lambda: judged(LEGAL, on=date(2022, 3, 9)),
    "T04": lambda: replace(LEGAL, verified_on=date(2022, 9, 2)),
    "T05": lambda: put_right(ILLEGAL, penalty_on=date(2022, 4, 1)),
    "T06": lambda: put_right(ILLEGAL, demolished_on=date(2022, 1, 31)),
    "T07": lambda: put_right(ILLEGAL, accepted_on=date(2022, 6, 30)),
    "E01": lambda: replace(LEGAL, photos=(photo(date(2022, 3, 20)),)),
    "E02": lambda: replace(LEGAL, photos=(*LEGAL.photos[1:], photo(date(2022, 3, 20), "南"))),
    "E03": lambda: replace(LEGAL, photos=(*LEGAL.photos, photo(date(2022, 3, 20), "东", "50.1"))),
    "E04": lambda: replace(LEGAL, photos=(*LEGAL.photos, photo(date(2022, 1, 31)))),
    "E05": lambda: replace(
        LEGAL, photos=(*LEGAL.photos, photo(date(2022, 3, 20), "东", "1", "与另一图斑的照片相同"))
    ),
    "J01": lambda: judged(LEGAL, outcome="", proposed="", on=None),
    "J02": lambda: judged(LEGAL, outcome="undetermined", reason="待查"),
    "J03": lambda: judged(LEGAL, document=" "),
    "J04": lambda: judged(LEGAL, document_on=date(2022, 2, 2)),
    "J05": lambda: judged(OTHER, document_until=date(2022, 1, 31)),
    "J06": lambda: judged(LEGAL, legal_m2=_D("1998.99")),
    "J07": lambda: judged(OTHER, subclass="", document="示例备〔2021〕1号"),
    "J08": lambda: replace(judged(OTHER, subclass="unchanged"), photos=()),
    "J09": lambda: judged(LEGAL, proposed="illegal"),
    "J10": lambda: judged(LEGAL, outcome="split", proposed="split"),
    "J11": lambda: judged(LEGAL, disputed=True),
    "J12": lambda: judged(LARGE, on_site_on=None),
    "J13": lambda: judged(ILLEGAL, reviewed_by=1),
    "F01": lambda: marked(ILLEGAL, homestead=True),
    "F02": lambda: marked(ILLEGAL, farm_damage=True),
    "F03": lambda: marked(ILLEGAL, old_construction=True),
    "F04": lambda: replace(
        ILLEGAL, stage="judged", farmland_m2=_D(0), flags=Flags(farm_damage=True),
        disposition=Disposition(),
    ),
    "F05": lambda: marked(LEGAL, homestead=True, new_house_on_farmland=True),
    "F06": lambda: marked(ILLEGAL, infrastructure="national"),
    "F07": lambda: marked(ILLEGAL, duty_done=True),
    "D01": lambda: replace(ILLEGAL, stage="disposed", disposition=Disposition()),
    "D02": lambda: put_right(ILLEGAL, owner=""),
    "D03": lambda: replace(ILLEGAL, photos=LEGAL.photos),
    "D04": lambda: put_right(ILLEGAL, restored_mu=_D("2.26")),
    "D05": lambda: put_right(PAPERS, papers_number=""),
    "D06": lambda: put_right(PAPERS, papers_on=date(2022, 4, 1)),
    "D07": lambda: put_right(ILLEGAL, case_number=""),
    "D08": lambda: put_right(ILLEGAL, measures=frozenset({"restore", "no_case"})),
    "D09": lambda: put_right(
        ILLEGAL, measures=frozenset({"restore", "case", "no_case"}), no_case_reason="轻微并已改正"
    ),
    "D10": lambda: put_right(ILLEGAL, penalty_number=""),
    "D11": lambda: replace(
        LEGAL, stage="disposed",
        disposition=Disposition(measures=frozenset({"restore"}), owner="示例镇", due=date(2022, 12, 1)),
    ),
    "D12": lambda: put_right(ILLEGAL, restored_mu=_D(0)),
    "D13": lambda: put_right(ILLEGAL, accepted_by=1),
    "D14": lambda: replace(
        put_right(ILLEGAL, accepted_on=None, accepted_by=None), stage="rectified"
    ),
    "M01": lambda: replace(LEGAL, military=True),
}  # fmt: skip


@pytest.mark.parametrize("name", SOUND)
def test_a_sound_record_trips_no_check(name: str) -> None:
    assert findings_of(SOUND[name], PACK) == ()


@pytest.mark.parametrize("code", [check.code for check in PACK.checks])
def test_a_check_is_tripped_by_what_it_is_for_and_says_so(code: str) -> None:
    found = findings_of(WRONG[code](), PACK)
    companions = {"E01": {"E02"}, "J08": {"E01", "E02"}, "E04": set(), "T06": set()}.get(
        code, set()
    )
    assert {finding.code for finding in found} == {code} | companions
    finding = next(f for f in found if f.code == code)
    assert finding.message
    assert finding.advice
    assert finding.clause.startswith("《")


def test_nothing_is_asked_of_a_patch_before_its_stage() -> None:
    fresh = PatchRecord(
        "示例-4", "received", date(2022, 4, 1), date(2022, 3, 10), _D("2000.00"), farmland_m2=_D(0)
    )
    assert findings_of(fresh, PACK) == ()


def test_the_page_lists_every_check_as_the_pack_has_it() -> None:
    listed = [
        (row["code"], row["label"], row["severity"], row["from"], row["office"], row["clause"])
        for row in table("data-checks.md", "code", "label", "severity", "clause")
    ]
    assert listed == [
        (c.code, c.label, c.severity, c.stage, c.office, c.clause) for c in PACK.checks
    ]
    assert {check.code for check in PACK.checks} == set(TESTS)
    assert len(listed) >= 25


def test_a_county_sets_how_severe_a_check_is(tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    head = '[override]\npack = "county-enforcement-2022"\ncounty = "示例县"\n'
    own.write_text(head + '[[check]]\ncode = "J04"\nseverity = "off"\n', encoding="utf-8")
    pack = load_pack("county-enforcement-2022", own)
    assert findings_of(WRONG["J04"](), pack) == ()
    own.write_text(head + '[[check]]\ncode = "Z99"\nseverity = "off"\n', encoding="utf-8")
    with pytest.raises(PackRefused, match="没有数据检查 Z99"):
        load_pack("county-enforcement-2022", own)


def test_what_is_judged_on_papers_alone_needs_no_photos() -> None:
    assert not findings_of(replace(LEGAL, photos=(), verified_on=None), PACK)


def test_every_check_has_its_place_on_the_page_and_its_value() -> None:
    assert set(FIELDS) == set(TESTS)
    assert {FIELDS[code][0] for code in FIELDS} <= {
        "judgement", "stages", "overlay", "basic", "photos",
    }  # fmt: skip
    assert all(value_of(code, ILLEGAL) is not None for code in FIELDS)


def test_a_reason_holds_while_what_the_check_rests_on_stays() -> None:
    before = basis_of("J03", LEGAL)
    assert basis_of("J03", replace(LEGAL, on=date(2023, 1, 1), stage="accepted")) == before
    assert basis_of("J03", judged(LEGAL, reviewed_by=9, reviewed_on=date(2022, 4, 1))) == before
    assert basis_of("J03", judged(LEGAL, document="示例政地〔2021〕2号")) != before
    assert basis_of("D07", put_right(ILLEGAL, case_number="")) != basis_of("D07", ILLEGAL)
    assert basis_of("E01", replace(LEGAL, photos=LEGAL.photos[1:])) != basis_of("E01", LEGAL)


def test_the_illegal_parts_of_a_divided_patch_count_for_the_leading_group() -> None:
    half = Part(_D("40000"), "illegal", farmland_m2=_D("33333.33"))
    rest = Part(_D("10000"), "legal", "示例政地〔2021〕1号", _D("9000"))
    divided = replace(
        LARGE, area_m2=_D("50000"), farmland_m2=_D("42333.34"), parts=(half, rest),
        judgement=replace(LARGE.judgement, outcome="split", proposed="split", on_site_on=None),
    )  # fmt: skip
    assert "J12" in {f.code for f in findings_of(divided, PACK)}
    less = replace(divided, parts=(replace(half, farmland_m2=_D("33326.66")), rest))
    assert "J12" not in {f.code for f in findings_of(less, PACK)}
