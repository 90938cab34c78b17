"""Letters of one kind printed together (批量打印), each on a page of its own with its receipt (送达回证)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from liangtian.press.typeset import typeset


@dataclass(frozen=True)
class LetterTable:
    """A table between two paragraphs."""

    head: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True)
class LetterPage:
    """One letter: to whom, under which number, and its paragraphs and tables in their order."""

    number: str
    addressee: str
    issued_on: str
    contact: str
    blocks: Sequence[str | LetterTable]


def letters_pdf(title: str, issuer: str, pages: Sequence[LetterPage], on: date) -> bytes:
    """All of them as one PDF; equal input gives equal bytes. Raises PressError."""
    data = {
        "title": title, "issuer": issuer,
        "letters": [
            {
                "number": p.number, "addressee": p.addressee, "issued_on": p.issued_on,
                "contact": p.contact,
                "blocks": [
                    b if isinstance(b, str)
                    else {"head": list(b.head), "rows": [list(row) for row in b.rows]}
                    for b in p.blocks
                ],
            }
            for p in pages
        ],
    }  # fmt: skip
    return typeset("letters.typ", data, {}, on)
