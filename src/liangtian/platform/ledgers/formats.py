"""The file formats a ledger is exported to: sheets for everyone, vector files where rows have a place."""

from __future__ import annotations

import csv
import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from liangtian.geo.formats.bulk_writer import BulkWriter, zip_folder
from liangtian.geo.formats.field_names import FileField
from liangtian.geo.formats.model import FormatRefused
from liangtian.platform.errors import Refused
from liangtian.platform.ledgers.export import CHUNK, Extract, Report, as_text, sheet
from liangtian.press.errors import SheetRefused
from liangtian.press.workbook import write_ledger

_VECTOR = ("gpkg", "shp", "gdb", "geojson", "kml")
_KINDS = {"integer": "integer", "area_mu": "real", "area_m2": "real", "yuan": "real", "m3": "real"}
SUFFIXES = {"xlsx": ".xlsx", "csv": ".csv", "gpkg": ".gpkg", "shp": ".shp.zip", "gdb": ".gdb.zip",
            "geojson": ".geojson", "kml": ".kml"}  # fmt: skip
TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv",
    "gpkg": "application/geopackage+sqlite3",
    "shp": "application/zip",
    "gdb": "application/zip",
    "geojson": "application/geo+json",
    "kml": "application/vnd.google-earth.kml+xml",
}
LEGEND = "字段说明.csv"


def check_format(has_map: bool, file_format: str) -> None:
    """Raise Refused for a format there is not, or a vector format of a ledger without geometry."""
    if file_format not in SUFFIXES:
        wanted = "、".join(SUFFIXES)
        raise Refused(
            f"不支持导出为“{file_format}”，可选：{wanted}。", fields={"format": f"可选：{wanted}"}
        )
    if file_format in _VECTOR and not has_map:
        raise Refused(
            "本台账没有图形，只能导出 Excel 或 CSV。", fields={"format": "可选：xlsx、csv"}
        )


def write_file(wanted: Extract, file_format: str, path: Path, report: Report) -> int:
    """Write the extract to `path`, which must not exist; returns the number of rows written.

    Raises Refused naming row and column when a value does not fit the format.
    """
    check_format(wanted.ledger.geometry is not None, file_format)
    counted = _Counted(report)
    try:
        if file_format == "xlsx":
            write_ledger(path, sheet(wanted, counted))
        elif file_format == "csv":
            _write_csv(wanted, path, counted)
        else:
            _write_vector(wanted, file_format, path, counted)
    except (SheetRefused, FormatRefused) as refusal:
        raise Refused(str(refusal)) from refusal
    return counted.done


class _Counted:
    """Passes the number of rows on and keeps the last."""

    def __init__(self, report: Report) -> None:
        self.report, self.done = report, 0

    def __call__(self, done: int) -> None:
        self.done = done
        self.report(done)


def _write_csv(wanted: Extract, path: Path, report: Report) -> None:
    """UTF-8 with a mark at the start, without which a spreadsheet of the office shows nonsense."""
    with path.open("w", encoding="utf-8-sig", newline="") as out:
        writer = csv.writer(out)
        writer.writerow([_heading(c.label, c.unit) for c in wanted.columns])
        for cells in wanted.rows(report):
            writer.writerow([_harmless(as_text(cell), cell) for cell in cells])


def _harmless(text: str, value: object) -> str:
    """Text that a spreadsheet would take for a formula gets an apostrophe before it."""
    risky = isinstance(value, str) and text.startswith(("=", "+", "-", "@", "\t", "\r"))
    return f"'{text}" if risky else text


def _heading(label: str, unit: str | None) -> str:
    return f"{label}（{unit}）" if unit else label


def _write_vector(wanted: Extract, kind: str, path: Path, report: Report) -> None:
    """Part by part, in a folder beside the file: a vector file of a whole county does not fit memory."""
    labels = [c.label for c in wanted.columns]
    with tempfile.TemporaryDirectory(prefix=".parts-", dir=path.parent) as folder:
        writer = BulkWriter(
            Path(folder), kind, path.name.split(".")[0],
            {c.label: _KINDS.get(c.kind, "text") for c in wanted.columns},
            declared={label: label for label in labels},
        )  # fmt: skip
        for shapes, rows in _parts(wanted, report):
            columns = zip(*rows, strict=True)
            writer.add(shapes, dict(zip(labels, columns, strict=True)))
        if not writer.count:
            raise Refused("没有符合条件的记录，不能导出图形文件。请放宽查询条件。")
        writer.close()
        if path.suffix == ".zip":
            _add_legend(Path(folder), writer.fields, {c.label: c.unit for c in wanted.columns})
            zip_folder(Path(folder), path)
        else:
            os.replace(writer.path, path)


def _parts(wanted: Extract, report: Report) -> Iterator[tuple[Any, list[list[Any]]]]:
    rows = wanted.shaped(report)
    while part := list(islice(rows, CHUNK)):
        shapes = np.empty(len(part), dtype=object)
        shapes[:] = [shape for shape, _ in part]
        yield shapes, [[_attribute(cell) for cell in cells] for _, cells in part]


def _attribute(value: Any) -> Any:
    if isinstance(value, Decimal):
        return float(value)
    return value.isoformat() if isinstance(value, date) else value


def _add_legend(folder: Path, fields: Sequence[FileField], units: Mapping[str, str | None]) -> None:
    """What each cut field name stands for, beside the file it is in."""
    lines = ["文件中的字段名,台账列名,单位"]
    lines += [f"{one.short},{one.name},{units[one.name] or ''}" for one in fields]
    (folder / LEGEND).write_text("\r\n".join(lines) + "\r\n", "utf-8-sig", newline="")
