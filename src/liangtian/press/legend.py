"""How much room the legend (图例) of a map sheet takes, and which of it goes on to a page of its own."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from liangtian.press.map import MapLayer, MapSheet

DENSEST = 2  # how small the legend beside a map may become: 0 as usual, 1 small, 2 in two columns
NEIGHBOURS_MM = 26.0  # the table of the sheets around (接图表)
LINE_CHARS = 14  # Chinese characters on one line of a legend entry


def entries(sheet: MapSheet) -> list[MapLayer]:
    """Layers that look different: those of one name drawn alike (two years of one survey) share a line."""
    found = {
        (one.name, one.fill, one.stroke, one.stroke_width_mm, one.hatch): one
        for one in reversed(sheet.layers)
    }
    return list(found.values())[::-1]


def names(sheet: MapSheet, kept: int | None = None) -> list[str]:
    """Texts of the legend's first `kept` lines (None: of all), and of the line that explains photos."""
    return [one.name for one in entries(sheet)[:kept]] + ["照片位置及拍摄方向"] * bool(sheet.points)


def side_height(sheet: MapSheet, density: int, kept: int | None = None) -> float:
    """Millimetres that the column beside the map takes with `kept` lines of legend (None: all)."""
    shown = names(sheet, kept)
    if density == 2:
        rows = [max(map(len, shown[n : n + 2])) for n in range(0, len(shown), 2)]
        legend = sum(max(3.0, 2.7 * math.ceil(row / 8)) + 1.0 for row in rows)
    elif density == 1:
        legend = sum(3.0 * math.ceil(len(name) / 17) + 1.1 for name in shown)
    else:
        legend = sum(max(4.4, 3.6 * math.ceil(len(name) / LINE_CHARS)) + 2.0 for name in shown)
    texts = [f"坐标系：{sheet.crs_label}", f"制图单位：{sheet.maker}", "制图日期", *sheet.notes]
    small = sum(3.8 * math.ceil((len(text) + 2) / 17) + 0.8 for text in texts)
    more = 0.0 if kept is None or kept >= len(entries(sheet)) else 5.0
    return (
        45.0
        + NEIGHBOURS_MM * bool(sheet.neighbours)
        + legend
        + more
        + 5.6 * len(sheet.numbers)
        + small
    )


def below_height(sheet: MapSheet, width: float, beside_mm: float, kept: int | None = None) -> float:
    """Millimetres that legend, figures and notes take below a map of that width, beyond the smallest
    legend; `beside_mm` of the notes find place beside the scale bar."""
    chars = int(30 * width / 160)
    lines = [math.ceil(len(name) / LINE_CHARS) for name in names(sheet, kept)]
    legend = sum(max(lines[n : n + 3]) * 3.5 + 2.8 for n in range(0, len(lines), 3))
    figures = "；".join(f"{name}：{value}" for name, value in sheet.numbers)
    notes = sum(math.ceil(len(note) / chars) for note in (figures, *sheet.notes)) * 3.8
    notes += 4.0 * math.ceil(len(sheet.crs_label) / chars)
    return legend + max(notes - beside_mm, 0.0)


def beside(sheet: MapSheet, height: float) -> int | None:
    """How many lines find place in a column so high; None when not even the notes do."""
    for kept in range(len(entries(sheet)), -1, -1):
        if side_height(sheet, DENSEST, kept) <= height:
            return kept
    return None


def parted(
    drawn: Sequence[dict[str, object]], sheet: MapSheet, kept: int | None
) -> tuple[list[dict[str, object]], list[dict[str, object]]]:
    """The legend's lines on the sheet and those on the page after it, as the template draws swatches.

    `drawn` are the sheet's layers as the template gets them, in order.
    """
    wanted = set(map(id, entries(sheet)))
    swatches = [
        {name: one[name] for name in ("name", "fill", "stroke", "width", "hatch")}
        for one, layer in zip(drawn, sheet.layers, strict=True)
        if id(layer) in wanted
    ]
    return swatches[:kept], swatches[len(swatches) if kept is None else kept :]
