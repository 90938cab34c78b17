"""The file formats a ledger is exported to: sheets for everyone, vector files where rows have a place."""

from __future__ import annotations

import csv
import zipfile
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np

from liangtian.geo.formats.model import FormatRefused
from liangtian.geo.formats.writer import Driver, write_vector
from liangtian.platform.errors import Refused
from liangtian.platform.ledgers.export import Extract, Report, as_text, sheet
from liangtian.press.errors import SheetRefused
from liangtian.press.workbook import write_ledger

GEODETIC = 4490  # CGCS2000 longitude and latitude, as stored
_DRIVERS: dict[str, Driver] = {
    "gpkg": "GPKG",
    "shp": "ESRI Shapefile",
    "gdb": "OpenFileGDB",
    "geojson": "GeoJSON",
    "kml": "KML",
}
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
    if file_format in _DRIVERS and not has_map:
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
            _write_vector(wanted, _DRIVERS[file_format], path, counted)
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


def _write_vector(wanted: Extract, driver: Driver, path: Path, report: Report) -> None:
    shapes: list[Any] = []
    values: list[list[Any]] = [[] for _ in wanted.columns]
    for shape, cells in wanted.shaped(report):
        shapes.append(shape)
        for column, cell in zip(values, cells, strict=True):
            column.append(_attribute(cell))
    if not shapes:
        raise Refused("没有符合条件的记录，不能导出图形文件。请放宽查询条件。")
    geometry = np.empty(len(shapes), dtype=object)
    geometry[:] = shapes
    columns = {c.label: _array(v) for c, v in zip(wanted.columns, values, strict=True)}
    encoding = "GBK" if driver == "ESRI Shapefile" else "UTF-8"
    names = write_vector(
        path, driver, geometry, columns, 4326 if driver in ("GeoJSON", "KML") else GEODETIC,
        encoding=encoding, layer_name=wanted.ledger.title,
    )  # fmt: skip
    if path.suffix == ".zip":
        _add_legend(path, names, {c.label: c.unit or "" for c in wanted.columns})


def _attribute(value: Any) -> Any:
    if isinstance(value, Decimal):
        return float(value)
    return value.isoformat() if isinstance(value, date) else value


def _array(values: Sequence[Any]) -> Any:
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array


def _add_legend(path: Path, names: Mapping[str, str], units: Mapping[str, str]) -> None:
    """What each cut field name stands for, beside the file it is in."""
    lines = ["文件中的字段名,台账列名,单位"]
    lines += [f"{short},{label},{units[label]}" for label, short in names.items()]
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(LEGEND, "\ufeff" + "\r\n".join(lines) + "\r\n")
