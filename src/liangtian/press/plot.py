"""The overlay of one drawn plot as a report: what it measures, one table per layer, a map."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from liangtian.press.dossier import OverlayTable, overlay_data
from liangtian.press.map import MapSheet, frame_for_dossier, sheet_data
from liangtian.press.typeset import typeset


@dataclass(frozen=True)
class PlotReport:
    """facts are (name, value) pairs; tables print in order; the sheet fills the last page."""

    title: str
    facts: Sequence[tuple[str, str]]
    tables: Sequence[OverlayTable]
    notes: Sequence[str]
    sheet: MapSheet
    maker: str
    on: date


def plot_pdf(report: PlotReport) -> bytes:
    """The report as PDF. Raises MapRefused, GlyphMissing."""
    images: dict[str, bytes] = {}
    frame = frame_for_dossier(report.sheet)
    data = {
        "title": report.title,
        "maker": report.maker,
        "facts": [list(pair) for pair in report.facts],
        "tables": [overlay_data(table) for table in report.tables],
        "notes": list(report.notes),
        "sheet": sheet_data(report.sheet, frame, images, "base.jpg"),
    }
    return typeset("plot.typ", data, images, report.on)
