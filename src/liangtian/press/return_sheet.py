"""A return (报表) on A4 landscape: title, unit, table with its total, signatures, version and hash."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from liangtian.press.typeset import typeset


@dataclass(frozen=True)
class ReturnPaper:
    """What is printed. `measures` (label, unit) repeat under each of `groups`; figures stand in that order.

    `signers` (post, name) from the head down; an empty name is a line to sign on."""

    title: str
    unit: str
    unit_note: str
    first: str
    groups: Sequence[str]
    measures: Sequence[tuple[str, str]]
    lines: Sequence[tuple[str, Sequence[int | Decimal]]]
    total: Sequence[int | Decimal]
    signers: Sequence[tuple[str, str]]
    maker: str
    on: date
    notes: Sequence[str]
    version: str
    sha256: str
    watermark: str = ""


def return_pdf(paper: ReturnPaper) -> bytes:
    """One return as PDF; equal input gives equal bytes. Raises PressError."""
    data = {
        "title": paper.title, "unit": paper.unit, "unit_note": paper.unit_note, "first": paper.first,
        "groups": list(paper.groups),
        "measures": [{"label": label, "unit": unit} for label, unit in paper.measures],
        "lines": [{"label": label, "figures": _texts(figures)} for label, figures in paper.lines],
        "total": _texts(paper.total),
        "signers": [{"label": label, "name": name} for label, name in paper.signers], "maker": paper.maker, "version": paper.version, "sha256": paper.sha256,
        "on": f"{paper.on.year}年{paper.on.month}月{paper.on.day}日",
        "notes": list(paper.notes), "watermark": paper.watermark,
    }  # fmt: skip
    return typeset("return.typ", data, {}, paper.on)


def _texts(figures: Sequence[int | Decimal]) -> list[str]:
    """Figures as printed; a zero as a dash, so that what there is stands out."""
    return [f"{n:,}" if n else "—" for n in figures]
