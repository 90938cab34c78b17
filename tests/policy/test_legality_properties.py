"""What holds for every patch, and what is refused as impossible."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from liangtian.policy.legality import (
    Cover,
    FactsRefused,
    LegalityProposal,
    PatchFacts,
    propose,
)
from liangtian.policy.pack import load_pack
from liangtian.policy.pack_errors import PackError

_PACK = load_pack("county-enforcement-2022")
_ON = date(2022, 7, 1)
_CHANGE = date(2022, 6, 10)
_TABLE = _PACK.legality
assert _TABLE is not None
_SOURCES = [s.id for s in _TABLE.source]
_TYPES = [*(t.code for t in _TABLE.type), "ZZ"]

_BARE = PatchFacts(
    area_m2=Decimal("1000.00"),
    farmland_m2=Decimal("400.00"),
    pbf_m2=Decimal("0.00"),
    construction_before_m2=Decimal("0.00"),
    kind="land",
    monitoring_type="20",
    change_date=_CHANGE,
    suspected_building=False,
)


def _area(low: int, high: int) -> st.SearchStrategy[Decimal]:
    return st.integers(low, max(low, high)).map(lambda cents: Decimal(cents) / 100)


_DAYS = st.none() | st.dates(date(2020, 1, 1), date(2023, 12, 31))


@st.composite
def covers(draw: st.DrawFn, cents: int) -> Cover:
    start = draw(_DAYS)
    length = draw(st.none() | st.integers(0, 900))
    return Cover(
        source=draw(st.sampled_from(_SOURCES)),
        number=draw(st.sampled_from(["", "A1", "B2"])),
        area_m2=draw(_area(0, cents)),
        valid_from=start,
        valid_to=start + timedelta(days=length) if start and length is not None else None,
        width_m=draw(st.none() | st.sampled_from([Decimal(6), Decimal(8), Decimal(9)])),
    )


@st.composite
def patches(draw: st.DrawFn) -> PatchFacts:
    cents = draw(st.integers(1, 6_000_000))
    farmland = draw(st.integers(0, cents))
    left, chosen = cents, []
    for _ in range(draw(st.integers(0, 3))):
        cover = draw(covers(left))
        left -= int(cover.area_m2 * 100)
        chosen.append(cover)
    return PatchFacts(
        area_m2=Decimal(cents) / 100,
        farmland_m2=Decimal(farmland) / 100,
        pbf_m2=draw(_area(0, farmland)),
        construction_before_m2=draw(_area(0, cents - farmland)),
        kind=draw(st.sampled_from(["land", "mineral"])),
        monitoring_type=draw(st.sampled_from(_TYPES)),
        change_date=draw(_DAYS),
        suspected_building=draw(st.booleans()),
        covers=tuple(chosen),
    )


@settings(max_examples=60, deadline=None)
@given(patches())
def test_parts_sum_to_the_patch_or_nothing_is_proposed(facts: PatchFacts) -> None:
    got = propose(facts, _PACK, _ON)
    if got.decision.outcome == "undetermined":
        assert got.parts == ()
    else:
        assert sum(p.area_m2 for p in got.parts) == facts.area_m2
        assert all(p.area_m2 > 0 for p in got.parts)


@settings(max_examples=60, deadline=None)
@given(patches())
def test_a_proposal_depends_on_nothing_but_its_arguments(facts: PatchFacts) -> None:
    got = propose(facts, _PACK, _ON)
    assert propose(PatchFacts.from_dict(facts.to_dict()), _PACK, _ON) == got
    assert LegalityProposal.from_dict(got.to_dict()) == got


@settings(max_examples=60, deadline=None)
@given(patches())
def test_without_a_paper_nothing_is_legal(facts: PatchFacts) -> None:
    got = propose(replace(facts, covers=()), _PACK, _ON)
    assert got.decision.outcome in ("illegal", "undetermined")


@settings(max_examples=60, deadline=None)
@given(patches())
def test_a_missing_change_date_never_makes_a_dated_paper_count(facts: PatchFacts) -> None:
    assert _TABLE is not None
    dated = {s.id for s in _TABLE.source if s.dated}
    assume(facts.covers and all(c.source in dated for c in facts.covers))
    got = propose(replace(facts, change_date=None), _PACK, _ON)
    assert got.decision.outcome == "undetermined"


@settings(max_examples=60, deadline=None)
@given(patches())
def test_a_key_patch_is_a_suspected_house_with_farmland_enough(facts: PatchFacts) -> None:
    flags = propose(facts, _PACK, _ON).flags
    if flags.key_patch:
        assert flags.new_house_on_farmland
        assert facts.suspected_building
        assert facts.farmland_m2 * Decimal("0.0015") >= 50
    assert flags.pbf_touched == (facts.pbf_m2 > 0)


@settings(max_examples=60, deadline=None)
@given(patches())
def test_every_paper_is_spoken_of(facts: PatchFacts) -> None:
    got = propose(facts, _PACK, _ON)
    assert len(got.decision.reasons) >= len(facts.covers) + 1
    for cover, reason in zip(facts.covers, got.decision.reasons, strict=False):
        assert f"{cover.area_m2:.2f}" in reason.text


_APPROVAL = Cover("construction_approval", "A1", Decimal("600"), date(2021, 1, 1))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"area_m2": Decimal(0)}, "图斑面积应大于 0"),
        ({"area_m2": Decimal("NaN")}, "图斑面积应大于 0"),
        ({"farmland_m2": Decimal("1000.02")}, "耕地面积 1000.02"),
        ({"farmland_m2": Decimal("-0.01")}, "耕地面积 -0.01"),
        ({"pbf_m2": Decimal(2000)}, "永久基本农田面积 2000"),
        ({"construction_before_m2": Decimal(700)}, "之和超过图斑面积"),
        ({"before_date": date(2022, 6, 11)}, "前时相 2022-06-11 晚于后时相 2022-06-10"),
        ({"covers": (replace(_APPROVAL, source="promise"),)}, "依据类型 promise 不在"),
        ({"covers": (replace(_APPROVAL, area_m2=Decimal(1001)),)}, "重叠面积 1001"),
        ({"covers": (replace(_APPROVAL, valid_to=date(2020, 1, 1)),)}, "晚于截止日 2020-01-01"),
        ({"covers": (_APPROVAL, replace(_APPROVAL, number="A2"))}, "合计 1200 平方米，超过"),
        ({"covers": (_APPROVAL,), "covers_overlap_m2": Decimal(100)}, "重叠面积 100"),
        ({"covers_overlap_m2": Decimal(-1)}, "重叠面积 -1"),
    ],
)
def test_impossible_figures_are_refused(change: dict[str, object], said: str) -> None:
    with pytest.raises(FactsRefused, match=said):
        propose(replace(_BARE, **change), _PACK, _ON)  # type: ignore[arg-type]


def test_rounding_of_a_hundredth_is_let_pass() -> None:
    facts = replace(_BARE, covers=(replace(_APPROVAL, area_m2=Decimal("1000.01")),))
    got = propose(facts, _PACK, _ON)
    assert got.decision.outcome == "legal"
    assert [p.area_m2 for p in got.parts] == [Decimal("1000.00")]


def test_a_pack_without_a_table_is_refused() -> None:
    with pytest.raises(PackError, match="没有图斑合法性判定表"):
        propose(_BARE, load_pack("wuzhou-2022"), _ON)


def test_a_date_before_the_pack_is_refused() -> None:
    with pytest.raises(PackError, match="没有生效的取值"):
        propose(_BARE, _PACK, date(2021, 12, 31))
