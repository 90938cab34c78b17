"""A fee receipt (收费票据) on half an A4 page: number, payer, what it is for, amount in figures and capitals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from liangtian.press.typeset import typeset


@dataclass(frozen=True)
class PaperLine:
    """One line: what it is for, a note, the amount as printed."""

    label: str
    note: str
    amount: str


@dataclass(frozen=True)
class Paper:
    """What is printed; `capitals` is the amount in Chinese capitals. A void receipt says so across it."""

    title: str
    series: str
    number: str
    on: date
    payer: str
    account: str
    method: str
    reference: str
    lines: Sequence[PaperLine]
    amount: str
    capitals: str
    unit: str
    clerk: str
    printed: str
    void: bool = False
    handed: str = ""  # who brought the money, where that was another


def paper_pdf(paper: Paper) -> bytes:
    """The receipt as PDF; equal input gives equal bytes. Raises PressError."""
    plain = ("title", "series", "number", "payer", "account", "method", "reference", "amount",
             "capitals", "unit", "clerk", "printed", "void", "handed")  # fmt: skip
    data = {
        **{name: getattr(paper, name) for name in plain},
        "on": f"{paper.on.year}年{paper.on.month}月{paper.on.day}日",
        "lines": [{"label": a.label, "note": a.note, "amount": a.amount} for a in paper.lines],
    }
    return typeset("receipt.typ", data, {}, paper.on)
