"""Cells of producers' files: read surely or not at all."""

from __future__ import annotations

from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from liangtian.platform.cell_values import parse_date, parse_figure, text_of

WRITTEN = ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d", "%Y年%m月%d日")


@settings(max_examples=60)
@given(st.dates(min_value=date(1950, 1, 1), max_value=date(2100, 1, 1)), st.sampled_from(WRITTEN))
def test_a_written_day_is_read_back(day: date, pattern: str) -> None:
    assert parse_date(day.strftime(pattern)) == day
    assert parse_date(day.strftime(pattern) + " 23:59:59") == day


@settings(max_examples=60)
@given(st.text(alphabet="0123456789-/.年月日 :TZ三", max_size=20))
def test_what_is_read_as_a_day_holds_its_digits(text: str) -> None:
    day = parse_date(text)
    if day is not None:
        assert text.startswith(f"{day.year:04d}")
        rest = text[4:]
        assert str(day.month) in rest
        assert str(day.day) in rest


@pytest.mark.parametrize("text", ["202611", "2026111", "2026-11", "2026", "2026-1/31", "26-01-31"])
def test_half_a_day_is_no_day(text: str) -> None:
    assert parse_date(text) is None


@settings(max_examples=60)
@given(st.decimals(min_value=0, max_value=10**10, places=6))
def test_a_figure_is_kept_to_four_places(figure: Decimal) -> None:
    expected = figure.quantize(Decimal("0.0001"), ROUND_HALF_EVEN)
    assert parse_figure(f"{figure:f}") == expected


@settings(max_examples=60)
@given(st.floats(min_value=0, max_value=1e9))
def test_a_number_field_is_a_figure(value: float) -> None:
    read = parse_figure(text_of(np.float64(value)))
    assert read is not None
    assert abs(float(read) - value) < 0.0001


@settings(max_examples=60)
@given(st.text(max_size=12))
def test_no_text_stops_the_reading(text: str) -> None:
    figure = parse_figure(text)
    assert figure is None or 0 <= figure < 10**11
    parse_date(text)


@pytest.mark.parametrize("text", ["", "1,234.5", "1_000", "+3", "-3", "1e99", "Infinity", "3 亩"])
def test_what_is_not_plainly_a_figure_is_none(text: str) -> None:
    assert parse_figure(text) is None


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""), (float("nan"), ""), (20260310.0, "20260310"), (4.5, "4.5"), (" a\x00\x00", "a"),
        (np.True_, "是"), (False, "否"), (np.int64(7), "7"), (-0.0, "0"),
    ],
)  # fmt: skip
def test_cells_as_text(value: object, text: str) -> None:
    assert text_of(value) == text
