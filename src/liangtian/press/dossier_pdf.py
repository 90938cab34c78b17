"""The dossier as a PDF: blocks to what the template reads, pictures made small, pages counted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from liangtian.press.dossier import (
    Block,
    Content,
    Dossier,
    Facts,
    Notice,
    Part,
    Picture,
    Pictures,
    Scans,
    Sheets,
    Table,
    Text,
)
from liangtian.press.map import frame_for_dossier, sheet_data
from liangtian.press.picture import PHOTO_PIXELS, SCAN_PIXELS, for_print
from liangtian.press.typeset import typeset

Data = dict[str, object]


def dossier_pdf(dossier: Dossier) -> bytes:
    """The dossier as an A4 PDF/A with a bookmark for each part. Equal input gives equal bytes.

    Raises FontMissing, GlyphMissing, ImageRefused, MapRefused (all PressError).
    """
    setting = _Setting()
    cover = dossier.cover
    data = {
        "title": dossier.title,
        "subtitle": dossier.subtitle,
        "number_label": dossier.number_label,
        "number": dossier.number,
        "maker": dossier.maker,
        "date": _day(dossier.on),
        "watermark": dossier.watermark,
        "cover": {
            "county": cover.county,
            "title": cover.title,
            "fields": [list(pair) for pair in cover.fields],
            "archive": [list(pair) for pair in cover.archive],
        },
        "verdict": dossier.verdict,
        "checks": [[c.label, c.state, c.said, c.clause] for c in dossier.checks],
        "sections": [
            {"title": s.title, "parts": [setting.part(part) for part in s.parts]}
            for s in dossier.sections
        ],
        "notes": list(dossier.notes),
        "signers": list(dossier.signers),
    }
    return typeset("dossier.typ", data, setting.images, dossier.on)


@dataclass
class _Setting:
    """Turns blocks into the template's data and gathers the pictures under names."""

    images: dict[str, bytes] = field(default_factory=dict)
    parts: int = 0

    def part(self, part: Part) -> Data:
        self.parts += 1
        return {
            "id": f"part-{self.parts}",
            "title": part.title,
            "number": part.number,
            "responsible": part.responsible,
            "dated": part.dated,
            "remark": part.remark,
            "blocks": [self._block(block) for block in part.blocks],
        }

    def _block(self, block: Block) -> Data:
        ways: dict[type, Callable[..., Data]] = {
            Facts: self._facts, Text: self._text, Notice: self._notice, Table: self._table,
            Pictures: self._pictures, Sheets: self._sheets, Scans: self._scans,
        }  # fmt: skip
        return {"kind": type(block).__name__.lower(), **ways[type(block)](block)}

    def _facts(self, block: Facts) -> Data:
        rows = [{"label": f.label, "value": f.value, "wide": f.wide} for f in block.rows]
        return {"rows": rows}

    def _text(self, block: Text) -> Data:
        return {"paragraphs": list(block.paragraphs)}

    def _notice(self, block: Notice) -> Data:
        return {"text": block.text, "grave": block.grave}

    def _table(self, block: Table) -> Data:
        return {
            "title": block.title,
            "head": list(block.head),
            "rows": [list(row) for row in block.rows],
            "widths": list(block.widths),
            "total": list(block.total),
            "note": block.note,
            "numbers": list(block.numbers),
        }

    def _pictures(self, block: Pictures) -> Data:
        return {"height": block.height_mm, "items": [self._picture(p) for p in block.items]}

    def _picture(self, picture: Picture) -> Data:
        return {
            "title": picture.title,
            "file": self._stored(picture.content, PHOTO_PIXELS, picture.title),
            "lines": list(picture.lines),
            "missing": picture.missing,
            "azimuth": picture.azimuth_deg,
        }

    def _sheets(self, block: Sheets) -> Data:
        return {
            "sheets": [
                sheet_data(
                    sheet, frame_for_dossier(sheet), self.images, f"map-{len(self.images)}-{n}.jpg"
                )
                for n, sheet in enumerate(block.sheets)
            ]
        }

    def _scans(self, block: Scans) -> Data:
        files = [self._stored(page, SCAN_PIXELS, block.name) for page in block.pages]
        return {"name": block.name, "files": files}

    def _stored(self, content: Content | None, longest: int, name: str) -> str:
        if content is None:
            return ""
        file = f"picture-{len(self.images)}.jpg"
        self.images[file] = for_print(content, longest, name)
        return file


def _day(on: date) -> str:
    return f"{on.year}年{on.month}月{on.day}日"
