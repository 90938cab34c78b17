"""The trail as a file: CSV or Excel, exactly what the query finds, written in the background."""

from __future__ import annotations

import csv
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import xlsxwriter
from django.conf import settings
from django.utils import timezone

from liangtian.platform.audit.search import (
    EntryQuery,
    found,
    in_chunks,
    is_hidden,
    readable_by,
    row_of,
)
from liangtian.platform.audit.wording import changes_of
from liangtian.platform.errors import Refused
from liangtian.platform.jobs.registry import JobRun, job

if TYPE_CHECKING:
    from liangtian.platform.jobs.models import Job

KIND = "audit.export"
TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
MOST_ROWS = {"csv": 10_000_000, "xlsx": 500_000}
KEPT = timedelta(days=7)
COLUMNS = {
    "编号": 10, "时间": 20, "操作人": 12, "账号": 14, "类型": 8, "行为": 22, "结果": 6, "对象类型": 12,
    "对象": 32, "区划": 14, "来源地址": 16, "说明": 32, "变更前": 40, "变更后": 40,
}  # fmt: skip
Write = Callable[[list[Any]], object]


def export_path(job: Job) -> Path:
    """Where the file of an export lies; it is removed after a week."""
    return Path(settings.DATA) / "exports" / f"audit-{job.pk}.{job.args['format']}"


def remove_old() -> None:
    """Delete the files of exports whose time is over."""
    limit = (timezone.now() - KEPT).timestamp()
    for path in (Path(settings.DATA) / "exports").glob("audit-*"):
        if path.stat().st_mtime < limit:
            path.unlink(missing_ok=True)


@job(KIND, "导出审计记录", retry=True)
def export(run: JobRun, format: str, query: dict[str, Any]) -> dict[str, Any]:
    """Write to a name of its own and put it in place when it is whole."""
    entries = found(readable_by(run.job.created_by), EntryQuery(**query))
    total = entries.count()
    if total > MOST_ROWS[format]:
        raise Refused(
            f"符合条件的记录有 {total} 条，{format} 最多 {MOST_ROWS[format]} 条。"
            "请缩小时间范围，或改用 CSV。"
        )
    path = export_path(run.job)
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(path.name + ".partial")
    written = 0
    with _sheet(partial, format) as write:
        for entry in in_chunks(entries):
            write(_line(entry))
            written += 1
            run.progress(min(written / max(total, 1), 0.99), f"已写 {written} 条，共 {total} 条")
    os.replace(partial, path)
    return {"rows": written, "download": f"/api/audit/exports/{run.job.pk}"}


@contextmanager
def _sheet(path: Path, format: str) -> Iterator[Write]:
    """Writes lines under the heads of the columns, without holding them in memory."""
    if format == "csv":
        with path.open("w", encoding="utf-8-sig", newline="") as out:
            writer = csv.writer(out)
            writer.writerow(list(COLUMNS))
            yield lambda line: writer.writerow([_harmless(cell) for cell in line])
        return
    with xlsxwriter.Workbook(path, {"constant_memory": True, "strings_to_formulas": False,
                                    "strings_to_urls": False}) as book:  # fmt: skip
        sheet, bold = (
            book.add_worksheet("审计记录"),
            book.add_format({"bold": True, "bg_color": "#EEF3EE"}),
        )
        for column, (name, width) in enumerate(COLUMNS.items()):
            sheet.set_column(column, column, width)
            sheet.write_string(0, column, name, bold)
        sheet.freeze_panes(1, 0)
        row = iter(range(1, MOST_ROWS["xlsx"] + 1))
        yield lambda line: sheet.write_row(next(row), 0, line)


def _harmless(cell: Any) -> Any:
    """A text that a spreadsheet would take for a formula, made plain."""
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in "=+-@\t\r" and cell else cell


def _line(entry: Any) -> list[Any]:
    row = row_of(entry)
    changes = [] if is_hidden(entry) else changes_of(entry)
    return [
        row["id"], timezone.localtime(row["at"]).strftime("%Y-%m-%d %H:%M:%S"), row["actor_name"],
        row["username"], row["kind_label"], row["act_label"], "成功" if row["success"] else "未成功",
        row["target_type_label"], row["target_label"], row["region"], row["address"], row["note"],
        _told(changes, "before"), _told(changes, "after"),
    ]  # fmt: skip


def _told(changes: list[dict[str, Any]], side: str) -> str:
    """One side of the changes in one cell; a cell of Excel holds 32767 characters."""
    said = (f"{c['label']}：{c[f'{side}_text']}" for c in changes if c[side] is not None)
    return "\n".join(said)[:30_000]
