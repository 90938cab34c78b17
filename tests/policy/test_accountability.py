"""The worked cases of docs/algorithms/accountability.md, and what must hold for any set of patches."""

from __future__ import annotations

from datetime import date
from decimal import ROUND_DOWN, Decimal
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from liangtian.policy.accountability import (
    Accountability,
    AssessedPatch,
    Level,
    PatchRefused,
    assess,
    fewest_to_restore,
)
from liangtian.policy.pack import Pack, load_pack
from tests.policy.worked_tables import table

PACK = load_pack("county-enforcement-2022")
ON = date(2023, 1, 31)
_LEVELS: dict[str, Level] = {"county": "county", "prefecture": "prefecture", "province": "province"}
_HEADINGS = ("case", "level", "patches", "numerator")
_CASES = [row for row in table("accountability.md", *_HEADINGS) if "setting" not in row]
_READINGS = table("accountability.md", *_HEADINGS, "setting")
_RESTORE = table("accountability.md", "case", "level", "patches", "restore")
_FLAGS: dict[str, dict[str, object]] = {
    "stock": {"old_construction": True},
    "farm": {"farm_damage": True},
    "nat": {"infrastructure": "national"},
    "prov": {"infrastructure": "provincial"},
    "duty": {"duty_done": True},
    "home": {"homestead": True},
    "house": {"affordable_housing": True},
}


def patches_of(text: str) -> list[AssessedPatch]:
    found = []
    for number, part in enumerate(text.split("；")):
        legality, area, *more = part.split()
        known: dict[str, object] = {}
        for word in more:
            name, _, amount = word.partition("=")
            key = {"r": "regularised_mu", "d": "restored_mu"}.get(name)
            known |= {key: Decimal(amount)} if key else _FLAGS[word]
        found.append(AssessedPatch(f"P{number}", Decimal(area), legality, **known))  # type: ignore[arg-type]
    return found


def percent(result: Accountability) -> str:
    if result.ratio is None:
        return "–"
    return str((result.ratio * 100).quantize(Decimal("0.01"), ROUND_DOWN))


def check(case: dict[str, str], pack: Pack) -> None:
    got = assess(patches_of(case["patches"]), _LEVELS[case["level"]], pack, ON)
    assert (
        got.numerator_mu,
        got.denominator_mu,
        percent(got),
        "yes" if got.in_scope else "no",
    ) == (Decimal(case["numerator"]), Decimal(case["denominator"]), case["ratio"], case["in scope"])
    assert all(treated.reasons and treated.reasons[0].clause for treated in got.treatments)


@pytest.mark.parametrize("case", _CASES, ids=lambda case: case["case"])
def test_a_worked_case_comes_out_as_written(case: dict[str, str]) -> None:
    check(case, PACK)


@pytest.mark.parametrize("case", _READINGS, ids=lambda case: case["case"])
def test_another_reading_is_a_setting_of_the_county(case: dict[str, str], tmp_path: Path) -> None:
    lines = ['[override]\npack = "county-enforcement-2022"\ncounty = "示例县"']
    for word in case["setting"].split():
        name, _, amount = word.partition("=")
        lines.append(f'[[values."enforcement.{name}"]]\ntype = "bool"\namount = {amount}')
        lines.append('label = "本县理解"\nclause = "四.(一)"')
    own = tmp_path / "示例县.toml"
    own.write_text("\n".join(lines), encoding="utf-8")
    check(case, load_pack("county-enforcement-2022", own))


@pytest.mark.parametrize("case", _RESTORE, ids=lambda case: case["case"])
def test_the_fewest_patches_to_restore_are_found(case: dict[str, str]) -> None:
    found = fewest_to_restore(patches_of(case["patches"]), _LEVELS[case["level"]], PACK, ON)
    assert found is not None
    wanted = [] if case["restore"] == "–" else case["restore"].split("；")
    assert [str(patch.farmland_mu) for patch in found] == wanted


_AREAS = st.decimals(0, 300, places=2)


@st.composite
def _patches(draw: st.DrawFn) -> list[AssessedPatch]:
    found = []
    for number in range(draw(st.integers(1, 7))):
        area = draw(_AREAS)
        legality = draw(st.sampled_from(("legal", "illegal", "illegal", "other")))
        restored = papers = Decimal(0)
        if legality == "illegal":
            restored = min(area, draw(st.one_of(st.just(Decimal(0)), _AREAS)))
            papers = min(area - restored, draw(st.one_of(st.just(Decimal(0)), _AREAS)))
        found.append(
            AssessedPatch(
                f"P{number}",
                area,
                legality,  # type: ignore[arg-type]
                old_construction=draw(st.booleans()) and draw(st.booleans()),
                infrastructure=draw(st.sampled_from(("none", "none", "provincial", "national"))),
                duty_done=draw(st.booleans()),
                regularised_mu=papers,
                restored_mu=restored,
            )
        )
    return found


@settings(max_examples=60, deadline=None)
@given(_patches(), st.sampled_from(tuple(_LEVELS.values())))
def test_the_sides_are_the_sums_of_the_treatments_and_the_order_does_not_matter(
    patches: list[AssessedPatch], level: Level
) -> None:
    got = assess(patches, level, PACK, ON)
    assert got.numerator_mu == sum(t.numerator_mu for t in got.treatments)
    assert got.denominator_mu == sum(t.denominator_mu for t in got.treatments)
    assert all(
        0 <= t.numerator_mu <= t.denominator_mu <= t.patch.farmland_mu for t in got.treatments
    )
    back = assess(reversed(patches), level, PACK, ON)
    assert (back.numerator_mu, back.denominator_mu, back.in_scope) == (
        got.numerator_mu,
        got.denominator_mu,
        got.in_scope,
    )


@settings(max_examples=60, deadline=None)
@given(_patches())
def test_no_smaller_set_would_do(patches: list[AssessedPatch]) -> None:
    found = fewest_to_restore(patches, "county", PACK, ON)
    assert found is not None

    def in_scope(chosen: tuple[AssessedPatch, ...]) -> bool:
        after = [
            AssessedPatch(
                p.id, p.farmland_mu, p.legality, p.old_construction, p.farm_damage, p.infrastructure,
                p.duty_done, p.regularised_mu, p.farmland_mu - p.regularised_mu,
            )
            if p in chosen else p
            for p in patches
        ]  # fmt: skip
        return assess(after, "county", PACK, ON).in_scope

    assert not in_scope(found)
    illegal = [patch for patch in patches if patch.legality == "illegal"]
    for count in range(len(found)):
        assert all(in_scope(chosen) for chosen in combinations(illegal, count))


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("illegal 10 r=6 d=5", "restored_mu"),
        ("illegal -1", "farmland_mu"),
        ("legal 10 r=1", "legality"),
    ],
)
def test_entries_that_cannot_be_are_refused_by_field(text: str, field: str) -> None:
    with pytest.raises(PatchRefused) as refused:
        assess(patches_of(text), "county", PACK, ON)
    assert refused.value.field == field
