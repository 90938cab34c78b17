"""One patch, one dossier (一图斑一卷宗): what is printed, as sections of parts made of blocks.

The caller gives the parts in their order; a part that has nothing is still given, with a notice that
says so, so that a reader never has to guess whether a page was lost. `dossier_pdf` prints it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Literal

from liangtian.press.map import MapSheet

Content = bytes | Path  # a picture, or the file it lies in
State = Literal["there", "missing", "later", "not_needed"]


@dataclass(frozen=True)
class Fact:
    """One labelled value; `wide` takes the whole row."""

    label: str
    value: str
    wide: bool = False


@dataclass(frozen=True)
class OverlayRow:
    """Area of the patch in one category of a layer; code "" for what lies outside the layer."""

    code: str
    name: str
    m2: Decimal


@dataclass(frozen=True)
class OverlayTable:
    """One layer's result of the overlay (套合分析)."""

    layer: str
    version: str
    rows: Sequence[OverlayRow]


@dataclass(frozen=True)
class Picture:
    """A picture in a half-page slot; content None prints an empty slot with `missing`.

    `azimuth_deg`: where the camera looked, clockwise from north, drawn as an arrow on a small compass.
    """

    title: str
    content: Content | None
    lines: Sequence[str] = ()
    missing: str = ""
    azimuth_deg: float | None = None


@dataclass(frozen=True)
class Facts:
    """Labelled values, two to a row."""

    rows: Sequence[Fact]


@dataclass(frozen=True)
class Text:
    """Running text."""

    paragraphs: Sequence[str]


@dataclass(frozen=True)
class Notice:
    """What a reader must not miss: that something is absent, or (`grave`) that it contradicts."""

    text: str
    grave: bool = False


@dataclass(frozen=True)
class Table:
    """A ruled table. `widths` in millimetres, 0 for what shares the rest; `numbers` are the columns
    set to the right. Under the head the rows, then the total; `note` in small print below."""

    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    widths: Sequence[float]
    title: str = ""
    total: Sequence[str] = ()
    note: str = ""
    numbers: Sequence[int] = ()


@dataclass(frozen=True)
class Pictures:
    """Pictures two to a row, each `height_mm` high."""

    items: Sequence[Picture]
    height_mm: float = 51.0


@dataclass(frozen=True)
class Sheets:
    """Map sheets, a page each."""

    sheets: Sequence[MapSheet]


@dataclass(frozen=True)
class Scans:
    """Pages of an original (原件), a page each."""

    name: str
    pages: Sequence[Content]


Block = Facts | Text | Notice | Table | Pictures | Sheets | Scans


@dataclass(frozen=True)
class Part:
    """One entry of the index (卷内文件目录): its number (文号), who made it, its title, its day."""

    title: str
    blocks: Sequence[Block]
    number: str = ""
    responsible: str = ""
    dated: str = ""
    remark: str = ""


@dataclass(frozen=True)
class Section:
    """One of the contents that the rules ask for (卷宗内容), with its parts."""

    title: str
    parts: Sequence[Part]


@dataclass(frozen=True)
class Check:
    """One line of the list of what a whole dossier holds (卷宗材料检查)."""

    label: str
    state: State
    said: str
    clause: str


@dataclass(frozen=True)
class Cover:
    """The cover (卷皮). `archive`: labels and values of the archive's own fields; an empty value leaves
    a blank line to write on."""

    county: str
    title: str
    fields: Sequence[tuple[str, str]]
    archive: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Dossier:
    """Everything printed. `verdict` sums up the checks; `notes` go on the last page (备考表).

    watermark: e.g. 草稿 or 内部资料.
    """

    cover: Cover
    number: str
    maker: str
    on: date
    verdict: str = ""
    checks: Sequence[Check] = ()
    sections: Sequence[Section] = ()
    notes: Sequence[str] = ()
    signers: Sequence[str] = ("立卷人", "检查人", "负责人")
    watermark: str = ""
    title: str = "卫片执法图斑卷宗"
    subtitle: str = "（一图斑一卷宗）"
    number_label: str = "图斑编号"


_CENT = Decimal("0.01")
_MU_PER_M2 = Decimal("0.0015")
_WINDS = ("北", "东北", "东", "东南", "南", "西南", "西", "西北")


def overlay_data(table: OverlayTable) -> dict[str, object]:
    """Printed rows and totals. A total is the sum of the figures printed above it; when the sum
    in mu differs from the total m² × 0.0015 by rounding row by row, `remark` says so."""
    m2 = [row.m2.quantize(_CENT, ROUND_HALF_UP) for row in table.rows]
    mu = [(area * _MU_PER_M2).quantize(_CENT, ROUND_HALF_UP) for area in m2]
    total_m2, total_mu = sum(m2, Decimal(0)), sum(mu, Decimal(0))
    whole = (total_m2 * _MU_PER_M2).quantize(_CENT, ROUND_HALF_UP)
    remark = ""
    if whole != total_mu:
        remark = (
            f"亩数逐行保留两位小数，合计为各行之和；按合计平方米直接换算为 {whole:,.2f} 亩，"
            f"相差 {abs(whole - total_mu):.2f} 亩。"
        )
    return {
        "layer": table.layer,
        "version": table.version,
        "rows": [
            [row.code or "—", row.name, f"{a:,.2f}", f"{b:,.2f}"]
            for row, a, b in zip(table.rows, m2, mu, strict=True)
        ],
        "total": [f"{total_m2:,.2f}", f"{total_mu:,.2f}"],
        "remark": remark,
    }


def overlay_block(table: OverlayTable) -> Table:
    """One layer's result as a table of the dossier."""
    data = overlay_data(table)
    rows, total, remark = data["rows"], data["total"], data["remark"]
    assert isinstance(rows, list)
    assert isinstance(total, list)
    return Table(
        ("编码", "类别", "面积（平方米）", "面积（亩）"),
        rows,
        (24, 0, 34, 26),
        title=f"{table.layer}（版本：{table.version}）",
        total=("合　计", "", *total),
        note=f"注：{remark}" if remark else "",
        numbers=(2, 3),
    )


def wind(azimuth_deg: float) -> str:
    """Degrees clockwise from north -> one of the eight winds (八方位)."""
    return _WINDS[round(azimuth_deg % 360 / 45) % 8]
