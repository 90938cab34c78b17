"""A dashboard (统计看板) on paper: its figures, its regions, and each chart as bars beside its numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from liangtian.press.typeset import typeset


@dataclass(frozen=True)
class BoardTable:
    """A table: the first column is text, the others are figures as printed."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True)
class BoardBars:
    """A chart: for each category the number of each series, as printed and as a length (0 or more)."""

    title: str
    unit: str
    series: Sequence[str]
    rows: Sequence[tuple[str, Sequence[str], Sequence[float]]]


@dataclass(frozen=True)
class Board:
    """What is printed; `figures` are label, number with unit, and what it was before (empty: unknown)."""

    title: str
    unit: str  # who made it
    maker: str
    on: date
    notes: Sequence[str]
    figures: Sequence[tuple[str, str, str]]
    before: str  # name of the period before
    tables: Sequence[BoardTable]
    charts: Sequence[BoardBars]


def board_pdf(board: Board) -> bytes:
    """The dashboard as PDF; equal input gives equal bytes. Raises PressError."""
    data = {
        "title": board.title, "unit": board.unit, "maker": board.maker, "before": board.before,
        "on": f"{board.on.year}年{board.on.month}月{board.on.day}日",
        "notes": list(board.notes),
        "figures": [{"label": a, "value": b, "before": c} for a, b, c in board.figures],
        "tables": [
            {"title": t.title, "columns": list(t.columns), "rows": [list(r) for r in t.rows]}
            for t in board.tables
        ],
        "charts": [_chart(chart) for chart in board.charts],
    }  # fmt: skip
    return typeset("board.typ", data, {}, board.on)


def _chart(chart: BoardBars) -> dict[str, object]:
    longest = max((sum(lengths) for _, _, lengths in chart.rows), default=0) or 1
    return {
        "title": chart.title,
        "unit": chart.unit,
        "series": list(chart.series),
        "rows": [
            {"label": label, "texts": list(texts), "shares": [n / longest for n in lengths]}
            for label, texts, lengths in chart.rows
        ],
    }
