"""The worked courses of docs/algorithms/accountability.md, and what must hold for any year."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from liangtian.policy.accountability import AssessedPatch, assess
from liangtian.policy.accountability_forecast import DatedPatch, YearEnd, forecast
from liangtian.policy.pack import load_pack
from tests.policy.worked_tables import table

PACK = load_pack("county-enforcement-2022")
_CASES = table("accountability.md", "case", "on", "patches", "course")
_CENT = Decimal("0.01")


def dated(text: str) -> list[DatedPatch]:
    found = []
    for number, part in enumerate(text.split("；")):
        month, legality, area, *more = part.split()
        known: dict[str, Decimal] = {}
        days: dict[str, date] = {}
        for word in more:
            name, _, rest = word.partition("=")
            amount, _, when = rest.partition("@")
            kind = {"r": "regularised", "d": "restored"}[name]
            known[f"{kind}_mu"] = Decimal(amount)
            days[f"{kind}_on"] = date(2022, int(when), 20)
        patch = AssessedPatch(f"P{number}", Decimal(area), legality, **known)  # type: ignore[arg-type]
        found.append(DatedPatch(patch, date(2022, int(month), 5), **days))
    return found


def course(ends: tuple[YearEnd, ...], name: str) -> YearEnd:
    return next(end for end in ends if end.course == name)


@pytest.mark.parametrize("case", _CASES, ids=lambda case: f"{case['case']} {case['course']}")
def test_a_worked_course_comes_out_as_written(case: dict[str, str]) -> None:
    got = forecast(dated(case["patches"]), "county", PACK, 2022, date.fromisoformat(case["on"]))
    end = course(got.courses, case["course"])
    assert (
        end.numerator_mu,
        end.denominator_mu.quantize(_CENT),
        "yes" if end.in_scope else "no",
        end.to_restore_mu,
    ) == (
        Decimal(case["numerator"]),
        Decimal(case["denominator"]).quantize(_CENT),
        case["in scope"],
        Decimal(case["restore"]),
    )


def test_a_day_before_the_year_is_refused() -> None:
    with pytest.raises(ValueError, match="2022 卫片年度之前"):
        forecast([], "county", PACK, 2022, date(2021, 12, 31))


_AREAS = st.decimals(0, 200, places=2)
_PATCHES = st.lists(
    st.builds(
        lambda area, legality, month, share, later, papers: (
            area, legality, month, share, min(12, month + later), papers,
        ),
        _AREAS, st.sampled_from(["legal", "illegal", "other"]), st.integers(1, 12),
        st.sampled_from([Decimal(0), Decimal("0.5"), Decimal(1)]), st.integers(0, 5), st.booleans(),
    ),
    max_size=12,
)  # fmt: skip


def built(rows: list[tuple[Decimal, str, int, Decimal, int, bool]]) -> list[DatedPatch]:
    found = []
    for number, (area, legality, month, share, later, papers) in enumerate(rows):
        done = (area * share).quantize(_CENT, "ROUND_DOWN") if legality == "illegal" else Decimal(0)
        kind = "regularised" if papers else "restored"
        patch = AssessedPatch(f"P{number}", area, legality, **{f"{kind}_mu": done})  # type: ignore[arg-type]
        days = {f"{kind}_on": date(2022, later, 28)} if done else {}
        found.append(DatedPatch(patch, date(2022, month, 1), **days))
    return found


@settings(max_examples=60, deadline=None)
@given(_PATCHES, st.integers(1, 12))
def test_months_add_up_to_the_present_and_the_least_restoration_is_just_enough(
    rows: list[tuple[Decimal, str, int, Decimal, int, bool]], month: int
) -> None:
    on = date(2022, month, 28)
    patches = built(rows)
    got = forecast(patches, "county", PACK, 2022, on)
    state = got.months[-1].state
    assert sum(m.new_illegal_mu - m.off_numerator_mu for m in got.months) == state.numerator_mu
    assert (
        sum(m.new_illegal_mu + m.new_legal_mu - m.off_denominator_mu for m in got.months)
        == state.denominator_mu
    )
    if month == 12:
        assert (
            state.numerator_mu
            == assess([d.patch for d in patches], "county", PACK, on).numerator_mu
        )
    for end in got.courses:
        assert end.denominator_mu >= end.numerator_mu >= 0
        if not end.in_scope:
            assert end.to_restore_mu == 0
            continue
        assert not _in_scope(end, end.to_restore_mu)
        assert _in_scope(end, end.to_restore_mu - _CENT)


def _in_scope(end: YearEnd, restored: Decimal) -> bool:
    above, below = end.numerator_mu - restored, end.denominator_mu - restored
    return above >= 100 and below > 0 and above * 100 >= 15 * below
