"""The worked cases of docs/algorithms/legality.md."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from liangtian.policy.legality import Cover, Flags, LegalityProposal, PatchFacts, propose
from liangtian.policy.legality_table import PatchKind
from liangtian.policy.pack import Pack, load_pack
from liangtian.policy.pack_errors import PackRefused
from tests.policy.worked_tables import tables

_NONE = "–"
_CASES, _TOLERANT = (t for t in tables("legality.md") if "例" in t[0])
_ALL = [*_CASES, *_TOLERANT]
_KINDS: dict[str, PatchKind] = {"land": "land", "mineral": "mineral"}
_FLAG_LETTERS = {
    "N": "non_agricultural",
    "H": "new_house_on_farmland",
    "K": "key_patch",
    "P": "pbf_touched",
}
TOLERANT = """
[override]
pack = "county-enforcement-2022"
county = "示例县"
[[values."enforcement.share_tolerance_on"]]
type = "bool"
amount = true
label = "启用覆盖比例容差"
clause = "出入口"
"""


def _text(cell: str) -> str:
    return "" if cell == _NONE else cell


def _day(cell: str) -> date | None:
    return date.fromisoformat(cell) if _text(cell) else None


def _cover(text: str) -> Cover:
    source, number, area, period, *more = text.split()
    start, end = period.split("..")
    width = Decimal(more[0].removeprefix("w=")) if more else None
    return Cover(source, _text(number), Decimal(area), _day(start or _NONE), _day(end or _NONE),
                 width_m=width)  # fmt: skip


def facts_of(case: dict[str, str]) -> PatchFacts:
    covers = [] if case["依据"] == _NONE else case["依据"].split("；")
    return PatchFacts(
        area_m2=Decimal(case["图斑"]),
        farmland_m2=Decimal(case["耕地"]),
        pbf_m2=Decimal(case["永农"]),
        construction_before_m2=Decimal(case["原建设"]),
        kind=_KINDS[case["类别"]],
        monitoring_type=case["类型"],
        change_date=_day(case["后时相"]),
        suspected_building=case["建房"] == "是",
        covers=tuple(_cover(c) for c in covers),
        covers_overlap_m2=Decimal(case["重叠"]),
        before_date=_day(case["前时相"]),
    )


def judged(case: dict[str, str], pack: Pack) -> LegalityProposal:
    return propose(facts_of(case), pack, date.fromisoformat(case["判定日"]))


@pytest.fixture(scope="module")
def strict_pack() -> Pack:
    return load_pack("county-enforcement-2022")


@pytest.fixture(scope="module")
def tolerant_pack(tmp_path_factory: pytest.TempPathFactory) -> Pack:
    own = tmp_path_factory.mktemp("own") / "示例县.toml"
    own.write_text(TOLERANT, encoding="utf-8")
    return load_pack("county-enforcement-2022", own)


def check(case: dict[str, str], pack: Pack) -> None:
    got = judged(case, pack)
    parts = " + ".join(
        f"{'/'.join(filter(None, (p.outcome, p.subclass)))} {p.area_m2}" for p in got.parts
    )
    flags = "".join(k for k, name in _FLAG_LETTERS.items() if getattr(got.flags, name))
    assert (
        got.row,
        got.decision.outcome,
        got.subclass or _NONE,
        parts or _NONE,
        flags,
    ) == (
        case["行"],
        case["结论"],
        case["子类"],
        case["分块"],
        _text(case["标识"]).replace(" ", ""),
    )
    expected = [case["提示"]] if _text(case["提示"]) else []
    assert len(got.decision.warnings) == len(expected), got.decision.warnings
    assert all(
        said in warning for said, warning in zip(expected, got.decision.warnings, strict=True)
    )


@pytest.mark.parametrize("case", _CASES, ids=lambda c: c["例"])
def test_a_worked_case_comes_out_as_written(case: dict[str, str], strict_pack: Pack) -> None:
    check(case, strict_pack)


@pytest.mark.parametrize("case", _TOLERANT, ids=lambda c: c["例"])
def test_a_worked_case_with_share_tolerance_comes_out_as_written(
    case: dict[str, str], tolerant_pack: Pack
) -> None:
    check(case, tolerant_pack)


def test_every_row_of_the_table_has_a_worked_case(strict_pack: Pack) -> None:
    assert strict_pack.legality is not None
    # L10 only decides remainders, which the split of the patch reports as its own row
    shown = {case["行"] for case in _ALL} | {"L10"}
    assert shown == {row.id for row in strict_pack.legality.row}
    assert any("illegal/mining_beyond" in case["分块"] for case in _ALL)


def test_every_source_of_the_table_has_a_worked_case(strict_pack: Pack) -> None:
    assert strict_pack.legality is not None
    shown = {c.source for case in _ALL for c in facts_of(case).covers}
    untested = {s.id for s in strict_pack.legality.source} - shown
    # these three are the same row of data as construction_approval but for their names
    assert untested <= {"land_supply", "registration", "other_approval"}


@pytest.mark.parametrize("case", _ALL, ids=lambda c: c["例"])
def test_every_reason_names_a_figure_and_a_clause(case: dict[str, str], strict_pack: Pack) -> None:
    got = judged(case, strict_pack)
    assert got.decision.reasons
    for reason in got.decision.reasons:
        assert any(ch.isdigit() for ch in reason.text), reason.text
        assert reason.clause.startswith("《")
        assert "{" not in reason.text
    assert set(got.decision.clauses) == {r.clause for r in got.decision.reasons}


@pytest.mark.parametrize("case", _ALL, ids=lambda c: c["例"])
def test_a_proposal_survives_storage_and_is_replayed(
    case: dict[str, str], strict_pack: Pack
) -> None:
    got = judged(case, strict_pack)
    stored = LegalityProposal.from_dict(got.to_dict())
    assert stored == got
    again = propose(PatchFacts.from_dict(facts_of(case).to_dict()), strict_pack, got.decision.on)
    assert again == got
    assert again.decision.replayed_equal(stored.decision)


def test_flag_names_are_those_of_the_table(strict_pack: Pack) -> None:
    assert strict_pack.legality is not None
    assert {f.flag for f in strict_pack.legality.flag} == set(Flags.__dataclass_fields__)


def test_a_refused_approval_is_explained_with_both_dates(strict_pack: Pack) -> None:
    case = next(c for c in _CASES if c["例"] == "G03")
    texts = [r.text for r in judged(case, strict_pack).decision.reasons]
    assert any("2022-06-11" in t and "2022-06-10" in t and "1000.00" in t for t in texts)


def test_an_overdue_temporary_permit_is_explained_with_the_day_of_judgement(
    strict_pack: Pack,
) -> None:
    case = next(c for c in _CASES if c["例"] == "G17")
    texts = [r.text for r in judged(case, strict_pack).decision.reasons]
    assert any("2022-06-30" in t and "2022-07-01" in t and "逾期" in t for t in texts)


def test_the_key_patch_limit_can_be_set_by_the_county(tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text(
        """
[override]
pack = "county-enforcement-2022"
county = "示例县"
[[values."enforcement.key_patch_farmland_mu"]]
type = "decimal"
amount = "40"
unit = "亩"
label = "重点图斑耕地面积（以上）"
clause = "二.(八)"
""",
        encoding="utf-8",
    )
    case = next(c for c in _CASES if c["例"] == "G39")
    assert judged(case, load_pack("county-enforcement-2022", own)).flags.key_patch


_OWN_TYPE = """
[override]
pack = "county-enforcement-2022"
county = "示例县"
[[patch_type]]
code = "ZZ"
label = "养殖棚房"
subclass = "{subclass}"
construction = true
"""


def test_the_county_can_add_the_type_codes_of_its_producer(tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text(_OWN_TYPE.format(subclass="stacking"), encoding="utf-8")
    case = next(c for c in _CASES if c["例"] == "G45")
    got = judged(case, load_pack("county-enforcement-2022", own))
    assert (got.subclass, got.flags.non_agricultural) == ("stacking", True)
    assert got.decision.warnings == ()


def test_a_type_code_with_an_unknown_subclass_is_refused(tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text(_OWN_TYPE.format(subclass="conversion"), encoding="utf-8")
    with pytest.raises(PackRefused, match="子类"):
        load_pack("county-enforcement-2022", own)
