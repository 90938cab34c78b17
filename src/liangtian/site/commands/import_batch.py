"""`liangtian import-batch FILE`: a month's satellite patches (卫片图斑), checked and entered in one go."""

from __future__ import annotations

import sys
import unicodedata
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from liangtian.site import runtime
from liangtian.site.acting import acting_user, readable, told

if TYPE_CHECKING:
    from liangtian.programmes.enforcement.models import BatchImport

NAME = "import-batch"
HELP = "导入一个月的卫片图斑：检查、入库、套合，并逐行列出问题"
SHOWN = 100
"""Problems listed one by one; the rest are counted."""

_HEADER = ("行号", "监测编号", "程度", "字段", "值", "原因", "如何处理")


def configure(parser: ArgumentParser) -> None:
    """The arguments of the command."""
    parser.add_argument("file", metavar="FILE", type=Path, help="图斑文件(矢量文件或其 zip)")
    parser.add_argument("--period", required=True, metavar="YYYY-MM", help="月份，如 2026-03")
    parser.add_argument("--title", required=True, help="批次名称")
    parser.add_argument("--user", required=True, metavar="LOGIN", help="以谁的名义导入(登录名)")
    parser.add_argument("--layer", default="", help="文件有多个面状图层时，导入这一个")
    parser.add_argument(
        "--kind", choices=("land", "mineral"), default="land", help="土地(默认)或矿产图斑"
    )
    parser.add_argument("--check-only", action="store_true", help="只检查，不入库")
    parser.add_argument("--all", action="store_true", help=f"列出全部问题(默认前 {SHOWN} 条)")


def run(args: Namespace) -> int:
    """Check and enter; 0 when patches entered (or could, with --check-only), else 1."""
    runtime.start_django()
    from liangtian.platform.errors import Refused
    from liangtian.programmes.enforcement.imports.services import import_file

    try:
        done = import_file(
            acting_user(args.user), readable(args.file), period=args.period, title=args.title,
            accept=not args.check_only, layer=args.layer, kind=args.kind,
        )  # fmt: skip
    except Refused as refusal:
        print(f"未导入：{told(refusal)}", file=sys.stderr)
        return 1
    _report(done, None if args.all else SHOWN)
    return _conclude(done, args.check_only)


def _report(done: BatchImport, limit: int | None) -> None:
    read = f"{done.file.name}，图层“{done.layer}”，{done.crs_label}"
    print(f"批次“{done.title}”({done.period}):{read}，文字编码 {done.encoding}")
    for note in done.contents["notes"]:
        print(f"  {note}")
    print(
        f"共 {done.count} 行：可入库 {done.ready}，有误 {done.errors}，重复 {done.duplicates};"
        f"提醒 {done.warnings} 条"
    )
    rows = [
        (str(p.row), p.number, p.get_severity_display(), p.field, p.value, p.reason, p.advice)
        for p in done.problems.order_by("row", "pk")[:limit]
    ]
    if rows:
        print("\n".join(_table([_HEADER, *rows])))
    hidden = done.problems.count() - len(rows)
    if hidden:
        print(f"另有 {hidden} 条问题未列出(--all 列出全部)。")


def _conclude(done: BatchImport, check_only: bool) -> int:
    if done.status == done.Status.DONE:
        print(f"已入库 {done.ready} 个图斑并完成套合。")
        return 0
    if done.error:
        print(f"未完成：{done.error}", file=sys.stderr)
        return 1
    if not done.ready:
        print("没有可以入库的图斑。请按上列问题改正源文件后重新导入。", file=sys.stderr)
        return 1
    print("检查完毕，尚未入库。" if check_only else f"现为“{done.get_status_display()}”。")
    return 0 if check_only else 1


def _table(rows: Sequence[Sequence[str]]) -> list[str]:
    """Columns of equal width on a terminal, where a Chinese character takes two places."""
    widths = [max(_width(cell) for cell in column) for column in zip(*rows, strict=True)]
    return [
        "  ".join(
            cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True)
        ).rstrip()
        for row in rows
    ]


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(c) in "WFA" else 1 for c in text)
