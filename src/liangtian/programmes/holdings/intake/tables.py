"""A ledger as rows of text: a sheet with its header somewhere below a title, or the attributes of a layer."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from liangtian.geo.formats import VectorLayer
from liangtian.platform.cell_values import text_of
from liangtian.platform.errors import Refused
from liangtian.platform.sheets import Sheet, csv_rows, placed_sheets
from liangtian.programmes.holdings.intake.targets import TARGETS, plain

WORKBOOKS = (".xlsx", ".xls", ".xlsm", ".et", ".ods")
TEXTS = (".csv",)
HEADER_WITHIN = 30  # rows in which the header is looked for
MOST_HEADER_ROWS = 3
_NAMES = {plain(a) for t in TARGETS for a in (t.label, *t.aliases)}
_NOT_DATA = re.compile(r"(合计|小计|总计|总数|填表|制表|审核|说明[:：]|注[:：]|备注[:：])")
_FARTHEST_EXACT = 10**15  # a longer whole number was rounded when the spreadsheet made it a number


@dataclass
class Table:
    """Rows of text under named columns.

    `numbers`: where each row stands, as a person counts; `places`: number of each column in the sheet, from 0.
    `rounded`: cells (row, column) whose digits a spreadsheet lost.
    """

    labels: list[str]
    rows: list[list[str]]
    numbers: list[int]
    places: list[int]
    rounded: set[tuple[int, int]] = field(default_factory=set)
    skipped: int = 0

    def column(self, label: str | None) -> list[str]:
        """The texts of a column; "" in every row without one."""
        if label is None:
            return [""] * len(self.rows)
        at = self.labels.index(label)
        return [row[at] for row in self.rows]


def is_table(path: Path) -> bool:
    """Whether the file is a workbook or a list, by its name."""
    return path.suffix.lower() in (*WORKBOOKS, *TEXTS)


def opened(path: Path) -> list[Sheet]:
    """Every sheet of the file that holds anything. Refused when there is none."""
    if path.suffix.lower() in TEXTS:
        found = [Sheet(path.stem, csv_rows(path), [])]
    else:
        found = placed_sheets(path)
    found = [one for one in found if any(any(text_of(v) for v in row) for row in one.rows)]
    if not found:
        raise Refused(f"文件“{path.name}”是空表，请检查后重新上传。")
    return found


def best_sheet(found: Sequence[Sheet]) -> Sheet:
    """The sheet whose header names most of what a ledger says."""
    return max(found, key=lambda one: known_names(one, header_of(one)))


def header_of(sheet: Sheet) -> tuple[int, int]:
    """First and last row of the header, as a person counts; (1, 1) when none is recognised."""
    best, at = 0, 0
    for i, row in enumerate(sheet.rows[:HEADER_WITHIN]):
        known = sum(plain(text_of(v)) in _NAMES for v in row)
        if known > best:
            best, at = known, i
    first = last = at
    for top, left, bottom, right in sheet.merged:
        if top == at and right > left and bottom == top:  # 合同 over 起 and 止
            last = max(last, at + 1)
        if top <= at <= bottom and bottom > top:  # the known names stand beside cells of two rows
            first, last = min(first, top), max(last, bottom)
    if last - first >= MOST_HEADER_ROWS:
        first = last = at
    return first + 1, last + 1


def known_names(sheet: Sheet, header: tuple[int, int]) -> int:
    """How many cells of the header name something a ledger says."""
    return sum(
        plain(text_of(v)) in _NAMES for row in sheet.rows[header[0] - 1 : header[1]] for v in row
    )


def table_of(sheet: Sheet, header: tuple[int, int]) -> Table:
    """The rows below the header. Refused for a header that names nothing, or a sheet without rows."""
    first, last = header
    if not 1 <= first <= last <= len(sheet.rows) or last - first >= MOST_HEADER_ROWS:
        raise Refused("表头的行号不对，请重新选择。", fields={"header": "行号不对"})
    filled = _filled(sheet)
    labels, places = _labels(filled[first - 1 : last])
    if not labels:
        raise Refused("所选的表头行是空的，请重新选择。", fields={"header": "没有列名"})
    table = Table(labels, [], [], places)
    for i, row in enumerate(filled[last:], start=last):
        cells = [row[at] if at < len(row) else None for at in places]
        texts = [text_of(v) for v in cells]
        own = [text_of(v) for v in sheet.rows[i]]
        if not any(own):
            continue
        if _NOT_DATA.match(next(t for t in own if t)) and sum(map(bool, own)) <= len(own) // 2 + 1:
            table.skipped += 1
            continue
        for at, value in enumerate(cells):
            if isinstance(value, (int, float)) and abs(value) >= _FARTHEST_EXACT:
                table.rounded.add((len(table.rows), at))
        table.rows.append(texts)
        table.numbers.append(i + 1)
    if not table.rows:
        raise Refused("表头下面没有数据行，请核对工作表和表头行。", fields={"header": "没有数据行"})
    return table


def _filled(sheet: Sheet) -> list[list[Any]]:
    """The rows with what a merged cell says in each of the cells it covers."""
    if not sheet.merged:
        return sheet.rows
    rows = [list(row) for row in sheet.rows]
    for top, left, bottom, right in sheet.merged:
        if top >= len(rows) or left >= len(rows[top]):
            continue
        value = rows[top][left]
        for r in range(top, min(bottom + 1, len(rows))):
            for c in range(left, min(right + 1, len(rows[r]))):
                rows[r][c] = value
    return rows


def _labels(header: Sequence[Sequence[Any]]) -> tuple[list[str], list[int]]:
    """Names of the columns, each once; lines of a header of several rows joined by "/"."""
    width = max(len(row) for row in header)
    labels: list[str] = []
    places: list[int] = []
    for at in range(width):
        lines = [text_of(row[at]).replace("\n", "") for row in header if at < len(row)]
        label = "/".join(dict.fromkeys(line for line in lines if line))
        if not label:
            continue
        seen = sum(one == label or one.startswith(f"{label}（") for one in labels)
        labels.append(label if not seen else f"{label}（{seen + 1}）")
        places.append(at)
    return labels, places


def table_of_layer(layer: VectorLayer) -> Table:
    """The attributes of a layer; rows count from 1."""
    labels = [f.name for f in layer.fields]
    columns = [[text_of(v) for v in layer.columns[name]] for name in labels]
    rows = [list(row) for row in zip(*columns, strict=True)]
    return Table(labels, rows, list(range(1, len(rows) + 1)), list(range(len(labels))))
