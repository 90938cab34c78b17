"""The arithmetic of water: every row of docs/algorithms/water.md, and what must hold of any figures."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from liangtian.programmes.holdings.water.checking import (
    Earlier,
    Limits,
    blocking,
    check_reading,
)
from liangtian.programmes.holdings.water.rules import (
    CUBIC,
    Mode,
    Tier,
    check_tiers,
    cost,
    cost_between,
    fen,
    rounded,
    slabs_between,
    split,
    used,
    water_of,
)

PAGE = Path(__file__).resolve().parents[2] / "docs/algorithms/water.md"


def rows_of(heading: str) -> list[list[str]]:
    """The rows of the table under a heading of the page."""
    section = PAGE.read_text("utf-8").split(f"## {heading}\n", 1)[1].split("\n## ", 1)[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def tiers_of(text: str) -> list[Tier]:
    """Tiers as the page writes them: `20% ×1.5; +0.4`."""
    return list(_tiers(text)) if text != "–" else []


def _tiers(text: str) -> Iterator[Tier]:
    for part in text.split(";"):
        found = re.fullmatch(r"(?:([\d.]+)% )?([×+])([\d.]+)", part.strip())
        assert found, part
        share, sign, value = found.groups()
        up_to = None if share is None else Decimal(share) / 100
        yield Tier(up_to, "multiply" if sign == "×" else "add", Decimal(value))


@pytest.mark.parametrize("row", rows_of("Power to water"), ids=lambda r: r[0])
def test_power_becomes_water_and_money(row: list[str]) -> None:
    kwh, factor, m3, price, resource, water, fee = (Decimal(cell) for cell in row)
    assert water_of(kwh, factor) == m3
    assert rounded(m3 * price) == water
    assert rounded(m3 * resource) == fee


@pytest.mark.parametrize("row", rows_of("Tiers"), ids=lambda r: r[0])
def test_a_volume_is_priced_tier_by_tier(row: list[str]) -> None:
    m3, quota, base, yuan = (Decimal(row[i]) for i in (1, 2, 3, 5))
    assert cost(m3, quota, base, tiers_of(row[4])) == yuan


@pytest.mark.parametrize("row", rows_of("Meters"), ids=lambda r: r[0])
def test_a_meter_counts_its_difference(row: list[str]) -> None:
    before, after, rollover, factor = (Decimal(row[i]) for i in (1, 2, 4, 5))
    rolled = row[3] == "yes"
    if row[6] == "refused":
        with pytest.raises(ValueError, match="rolled over"):
            used(before, after, rollover, factor, rolled=rolled)
    else:
        assert used(before, after, rollover, factor, rolled=rolled) == Decimal(row[6])


@pytest.mark.parametrize("row", rows_of("Doubtful readings"), ids=lambda r: r[0])
def test_what_is_doubtful_about_a_reading_is_found(row: list[str]) -> None:
    on = date(2024, 6, 30)
    earlier = Earlier(Decimal(row[1]), on - timedelta(days=int(row[2])), int(row[3]))
    limits = Limits(Decimal(10_000), Decimal(1), Decimal(100), 3)
    told = None if row[5] == "–" else Decimal(row[5])
    found = check_reading(Decimal(row[4]), on, earlier, limits, told)
    assert " ".join(one.code for one in found) == row[6].replace("–", "")
    assert blocking(found) == (row[7] == "yes")
    assert all(one.reason for one in found)


@pytest.mark.parametrize("row", rows_of("Shares"), ids=lambda r: r[0])
def test_a_volume_is_shared_by_area(row: list[str]) -> None:
    weights, shares = ([Decimal(x) for x in cell.split(";")] for cell in row[1:])
    assert split(Decimal(row[0]), weights) == shares


@pytest.mark.parametrize(
    ("tiers", "said"),
    [
        ([Tier(Decimal("0.2"), "multiply", Decimal(2))], "最后一档"),
        ([Tier(None, "add", Decimal(1)), Tier(None, "add", Decimal(2))], "只有最后一档"),
        ([Tier(Decimal("0.5"), "add", Decimal(1)), Tier(Decimal("0.2"), "add", Decimal(1)),
          Tier(None, "add", Decimal(2))], "逐档增加"),
        ([Tier(None, "multiply", Decimal("0.5"))], "不小于 1"),
        ([Tier(Decimal("0.2"), "multiply", Decimal("1.5")), Tier(None, "multiply", Decimal(2))], ""),
    ],
)  # fmt: skip
def test_a_table_of_tiers_that_cannot_be_is_refused(tiers: list[Tier], said: str) -> None:
    found = check_tiers(tiers)
    assert said in found if said else found == ""


VOLUMES = st.decimals(0, 20_000, places=2)
MODES: tuple[Mode, ...] = ("multiply", "add")
PRICES = st.decimals("0.01", 2, places=4)


@st.composite
def tables(draw: st.DrawFn) -> list[Tier]:
    bounds = sorted(draw(st.sets(st.decimals("0.01", 3, places=2), max_size=4)))
    mode = draw(st.sampled_from(MODES))
    values = sorted(
        draw(
            st.lists(
                st.decimals(1, 5, places=2), min_size=len(bounds) + 1, max_size=len(bounds) + 1
            )
        )
    )
    return [Tier(b, mode, v) for b, v in zip([*bounds, None], values, strict=True)]


@settings(max_examples=60)
@given(st.lists(VOLUMES, min_size=1, max_size=6), VOLUMES, PRICES, tables())
def test_months_add_up_to_the_season(
    months: list[Decimal], quota: Decimal, base: Decimal, tiers: list[Tier]
) -> None:
    so_far, total = Decimal(0), Decimal(0)
    for m3 in months:
        part = cost_between(so_far, so_far + m3, quota, base, tiers)
        assert part >= 0
        laid = slabs_between(so_far, so_far + m3, quota, base, tiers)
        assert sum((s.m3 for s in laid), Decimal(0)) == m3
        so_far, total = so_far + m3, total + part
    assert total == cost(so_far, quota, base, tiers)
    assert fen(total) == total * 100


@settings(max_examples=60)
@given(VOLUMES, VOLUMES, VOLUMES, PRICES, tables())
def test_more_water_never_costs_less_and_never_less_than_the_base(
    one: Decimal, more: Decimal, quota: Decimal, base: Decimal, tiers: list[Tier]
) -> None:
    less, all_of_it = cost(one, quota, base, tiers), cost(one + more, quota, base, tiers)
    assert less <= all_of_it
    assert rounded(one * base) <= less


@settings(max_examples=60)
@given(VOLUMES, st.lists(st.decimals("0.01", 900, places=2), min_size=1, max_size=12))
def test_shares_sum_to_the_volume_and_are_within_a_hundredth(
    total: Decimal, weights: list[Decimal]
) -> None:
    parts, whole = split(total, weights), sum(weights)
    assert sum(parts) == total
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part - total * weight / whole) <= CUBIC


@settings(max_examples=60)
@given(
    st.lists(st.decimals(0, 5_000, places=2), min_size=1, max_size=8), st.decimals(1, 80, places=1)
)
def test_splitting_a_use_over_readings_changes_nothing(
    steps: list[Decimal], factor: Decimal
) -> None:
    rollover, value, total = Decimal(9_999), Decimal(0), Decimal(0)
    kept = [min(step, rollover - 1) for step in steps]
    for step in kept:
        after = (value + step) % rollover
        total += used(value, after, rollover, factor, rolled=after < value)
        value = after
    assert total == sum(kept, Decimal(0)) * factor
