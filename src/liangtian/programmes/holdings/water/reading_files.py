"""The monthly file of the power company (用电量文件): looked at, matched by meter number, entered, written back."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from io import BytesIO
from typing import TYPE_CHECKING, Any

import xlsxwriter
from django.db import IntegrityError, transaction
from django.utils import timezone

from liangtian.platform.audit.services import record
from liangtian.platform.errors import Conflict, Refused
from liangtian.platform.files.models import StoredFile
from liangtian.platform.files.services import named_copy
from liangtian.platform.people.scope import require
from liangtian.platform.regions.models import Region
from liangtian.platform.sheets import csv_rows, sheets
from liangtian.programmes.holdings.ground import county_of
from liangtian.programmes.holdings.models import Fitting, Meter, Reading, ReadingFile, WaterSource
from liangtian.programmes.holdings.water.checking import check_reading
from liangtian.programmes.holdings.water.context import Context, context_of
from liangtian.programmes.holdings.water.months import end_of
from liangtian.programmes.holdings.water.readings import Seen, day_wrong, kept

if TYPE_CHECKING:
    from liangtian.platform.people.models import User

State = ReadingFile.State
FIELDS: dict[str, tuple[str, ...]] = {
    "number": ("表号", "电表号", "水表号", "电能表编号", "资产编号", "表计编号"),
    "value": ("本月示数", "本期示数", "止码", "止度", "本次示数", "示数", "读数"),
    "on": ("抄表日期", "抄表日", "抄表时间"),
    "told": ("用电量", "电量", "抄见电量", "用水量", "用量"),
}
LABELS = {"number": "表号", "value": "本月示数", "on": "抄表日期", "told": "用量（核对用）"}
NEEDED = ("number", "value")
MOST_ROWS = 20_000
_HEADER_WITHIN = 20
_THOUSANDS = re.compile(r"-?\d{1,3}(,\d{3})+(\.\d+)?")
READY, SAME, WRONG = "ready", "same", "wrong"


@dataclass(frozen=True)
class _Line:
    """One row of the file as it is judged: its state, what it says, and in which column a fault lies."""

    state: str
    said: str = ""
    column: str = ""
    seen: Seen | None = None


def start(
    user: User,
    file_id: int,
    kind: str,
    month: date,
    *,
    mapping: Mapping[str, str] | None = None,
    again: ReadingFile | None = None,
) -> ReadingFile:
    """Read a file and match every row; nothing is entered yet.

    The columns are matched as they were the last time a file had these headings, unless told.
    Raises Forbidden, NotFound, Refused for a file that is no table or lacks the meter number or reading.
    """
    require(user, "holdings.view", "water.edit")
    if kind not in Meter.Kind.values:
        raise Refused("请选择水表或电表。", fields={"kind": "请选择"})
    county_of(user.region_id or "")
    file = StoredFile.objects.fetch_for(user, pk=file_id)
    region = Region.objects.get(code=user.region_id)
    county = Region.objects.get(code=county_of(region.code))
    rows = _table(file)
    header = _header(rows)
    headings = [_text(cell) for cell in rows[header]]
    chosen = dict(mapping) if mapping else _remembered(county, headings)
    if missing := [LABELS[name] for name in NEEDED if chosen.get(name) not in headings]:
        raise Refused(
            f"文件中没有找到“{'”“'.join(missing)}”列，请指明对应的列。表头为：{'、'.join(filter(None, headings))}。",
            fields={"mapping": "缺少必需的列"},
        )
    lines = _judged(_known(user, county, kind, month), rows[header + 1 :], headings, chosen)
    with transaction.atomic():
        made = again or ReadingFile(region=region, file=file, kind=kind, month=month, made_by=user)
        made.header, made.headings, made.mapping = header, headings, chosen
        made.rows = [_kept(line) for line in lines]
        made.save()
        record(user, "holdings.water.file", made, after={"file": file.sha256, **counts(made)})
    return made


def rematch(user: User, pk: int, mapping: Mapping[str, str]) -> ReadingFile:
    """Match a waiting file again with other columns. Raises as `start`, Conflict for one that is entered."""
    row = _open(user, pk)
    return start(user, row.file_id, row.kind, row.month, mapping=mapping, again=row)


def accept(user: User, pk: int) -> ReadingFile:
    """Enter the good rows of a file; judged anew, so that what was entered meanwhile is not entered twice.

    Raises Forbidden, NotFound, Conflict for one that is entered, Refused without a good row.
    """
    require(user, "holdings.view", "water.edit")
    try:
        return _accepted(user, pk)
    except IntegrityError as error:  # the same month came from elsewhere at this moment
        raise Conflict("本月读数刚由他人录入，请重新核对后再入库。") from error


def _accepted(user: User, pk: int) -> ReadingFile:
    with transaction.atomic():
        row = _open(user, pk, lock=True)
        rows = _table(row.file)[row.header + 1 :]
        county = Region.objects.get(code=county_of(row.region_id))
        known = _known(user, county, row.kind, row.month)
        lines = _judged(known, rows, row.headings, row.mapping)
        seen = [line.seen for line in lines if line.state == READY and line.seen]
        if not seen:
            raise Refused("文件中没有可以入库的行，请下载标注后的表格核对。")
        kept(user, row.month, seen, known.context, row.file)
        row.rows, row.state = [_kept(line) for line in lines], State.ACCEPTED
        row.save(update_fields=["rows", "state"])
        record(user, "holdings.water.file.accept", row, after=counts(row))
    return row


def discard(user: User, pk: int) -> ReadingFile:
    """Give a file up. Raises Forbidden, NotFound, Conflict."""
    require(user, "holdings.view", "water.edit")
    with transaction.atomic():
        row = _open(user, pk, lock=True)
        row.state = State.DISCARDED
        row.save(update_fields=["state"])
        record(user, "holdings.water.file.discard", row)
    return row


def marked(user: User, pk: int) -> tuple[ReadingFile, bytes]:
    """The same table with a column that says what became of each row; faults in red with a note."""
    require(user, "holdings.view", "water.edit")
    row: ReadingFile = ReadingFile.objects.select_related("file").fetch_for(user, pk=pk)
    out = BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False})
    page, red = book.add_worksheet("标注"), book.add_format({"bg_color": "#F8CBAD"})
    bold = book.add_format({"bold": True, "border": 1})
    table, wide = _table(row.file), len(row.headings)
    for r, cells in enumerate(table):
        for c, cell in enumerate(cells):
            _write(page, r, c, cell, bold if r == row.header else None)
        if r == row.header:
            page.write_string(r, wide, "导入结果", bold)
        elif r > row.header and r - row.header <= len(row.rows):
            _mark(page, r, cells, row, red)
    page.set_column(0, wide - 1, 16)
    page.set_column(wide, wide, 46)
    book.close()
    return row, out.getvalue()


def counts(row: ReadingFile) -> dict[str, int]:
    """How many rows are ready (or entered), there already, and wrong."""
    found = [one["state"] for one in row.rows]
    return {state: found.count(state) for state in (READY, SAME, WRONG)}


def _mark(page: Any, r: int, cells: Sequence[Any], row: ReadingFile, red: Any) -> None:
    told = row.rows[r - row.header - 1]
    page.write_string(r, len(row.headings), told["said"] or "正常",
                      red if told["state"] == WRONG else None)  # fmt: skip
    heading = row.mapping.get(told["column"] or "number", "")
    if told["state"] == WRONG and heading in row.headings:
        c = row.headings.index(heading)
        _write(page, r, c, cells[c] if c < len(cells) else "", red)
        page.write_comment(r, c, told["said"])


def _write(page: Any, r: int, c: int, cell: Any, style: Any) -> None:
    if isinstance(cell, (int, float)) and not isinstance(cell, bool):
        page.write_number(r, c, cell, style)
    else:
        page.write_string(r, c, _text(cell), style)


def _table(file: StoredFile) -> list[list[Any]]:
    with named_copy(file) as path:
        if path.suffix.lower() == ".csv":
            rows = csv_rows(path)
        else:
            rows = next((sheet for sheet in sheets(path) if sheet), [])
    if not 1 < len(rows) <= MOST_ROWS:
        raise Refused(f"文件应有表头和 1 至 {MOST_ROWS} 行数据，现为 {len(rows)} 行。")
    return rows


def _header(rows: Sequence[Sequence[Any]]) -> int:
    """The first row with a heading of the meter number; else the first row."""
    for number, cells in enumerate(rows[:_HEADER_WITHIN]):
        if any(_text(cell) in FIELDS["number"] for cell in cells):
            return number
    return 0


def _remembered(county: Region, headings: Sequence[str]) -> dict[str, str]:
    known = ReadingFile.objects.within(county.code).filter(state=State.ACCEPTED)
    for row in known.order_by("-made_at")[:50]:
        if row.headings == list(headings):
            return dict(row.mapping)
    return {
        name: found
        for name, words in FIELDS.items()
        if (found := next((h for word in words for h in headings if h == word), ""))
    }


@dataclass(frozen=True)
class _Known:
    """Of each meter number in the user's scope where it hung in the month, and what readings are judged by."""

    month: date
    by_number: Mapping[str, list[Fitting]]
    context: Context


def _known(user: User, county: Region, kind: str, month: date) -> _Known:
    rows = Fitting.objects.filter(
        meter__region=county, meter__kind=kind, source__in=WaterSource.objects.visible_to(user),
        fitted_on__lte=end_of(month),
    ).exclude(removed_on__lt=month)  # fmt: skip
    fittings = list(rows.select_related("meter", "source__region").order_by("-fitted_on"))
    by_number: dict[str, list[Fitting]] = {}
    for fitting in fittings:
        by_number.setdefault(fitting.meter.number, []).append(fitting)
    return _Known(month, by_number, context_of(fittings, month))


def _judged(
    known: _Known,
    rows: Sequence[Sequence[Any]],
    headings: Sequence[str],
    mapping: Mapping[str, str],
) -> list[_Line]:
    place = {name: headings.index(h) for name, h in mapping.items() if h in headings}
    told = [{n: cells[i] if i < len(cells) else "" for n, i in place.items()} for cells in rows]
    numbers = [_text(one.get("number")) for one in told]
    often = Counter(numbers)
    return [
        _Line(WRONG, f"表号 {number} 在文件中出现 {often[number]} 次，请只留一行", "number")
        if number and often[number] > 1
        else _line(one, number, known)
        for one, number in zip(told, numbers, strict=True)
    ]  # fmt: skip


def _line(told: Mapping[str, Any], number: str, known: _Known) -> _Line:
    """A row as it is judged on its own: first what it says, then what is known of its meter."""
    value, on, use = _number(told.get("value")), _day(told.get("on"), known.month), None
    if _text(told.get("told")):
        use = _number(told.get("told"))
        if use is None:
            return _Line(WRONG, "用量不是数字，或多于两位小数", "told")
    if not number:
        return _Line(WRONG, "没有表号", "number")
    if value is None or value < 0:
        return _Line(WRONG, "示数不是数字，或多于两位小数", "value")
    if on is None:
        return _Line(WRONG, "抄表日期不能识别，应写作 2024-05-31", "on")
    return _matched(number, on, value, use, known)


def _matched(number: str, on: date, value: Decimal, use: Decimal | None, known: _Known) -> _Line:
    if number not in known.by_number:
        return _Line(WRONG, "没有登记该表号，或不在管辖范围内", "number")
    fittings = known.by_number[number]
    fitting = next((f for f in fittings if not day_wrong(f, on, known.month)), None)
    if fitting is None:
        return _Line(WRONG, day_wrong(fittings[0], on, known.month), "on")
    seen, context = Seen(fitting.pk, on, value, use), known.context
    if (there := context.current.get(fitting.pk)) is not None:
        return _again(there, seen)
    limits = context.limits(fitting, on)
    found = check_reading(value, on, context.earlier[fitting.pk], limits, use)
    return _Line(READY, "；".join(one.reason for one in found), "value", seen)


def _again(there: Reading, seen: Seen) -> _Line:
    if there.value == seen.value:
        return _Line(SAME, "本月已有相同读数")
    return _Line(WRONG, f"本月已有读数 {there.value}，与文件不同，如有误请更正原读数", "value")


def _kept(line: _Line) -> dict[str, Any]:
    doubtful = line.state == READY and bool(line.said)
    return {
        "state": line.state, "said": f"待核实：{line.said}" if doubtful else line.said,
        "column": line.column,
    }  # fmt: skip


def _open(user: User, pk: int, *, lock: bool = False) -> ReadingFile:
    rows = ReadingFile.objects.select_related("file", "region")
    if lock:
        rows = rows.select_for_update(of=("self",))
    row: ReadingFile = rows.fetch_for(user, pk=pk)
    if row.state != State.CHECKED:
        raise Conflict(f"该文件{row.get_state_display()}，不能再办理。")
    return row


def _text(cell: Any) -> str:
    """A cell as text; a whole number without its point, so that a meter number keeps its digits."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, (date, datetime)):
        return f"{cell:%Y-%m-%d}"
    return str(cell).strip()


def _number(cell: Any) -> Decimal | None:
    """The number exactly as it is written, of two decimals at most; None for anything else: nothing is rounded."""
    text = _text(cell)
    if _THOUSANDS.fullmatch(text):
        text = text.replace(",", "")
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    if not number.is_finite() or abs(number) >= Decimal(10) ** 12:
        return None
    kept = number.quantize(Decimal("0.01"))
    return kept if kept == number else None


def _day(cell: Any, month: date) -> date | None:
    """The day of a cell; without one the last of the month, or today where that is to come."""
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    text = _text(cell).replace("/", "-").replace(".", "-")
    if not text:
        return min(end_of(month), timezone.localdate())
    for pattern in ("%Y-%m-%d", "%Y%m%d", "%Y年%m月%d日"):
        try:
            return datetime.strptime(text, pattern).date()
        except ValueError:
            continue
    return None
