"""`liangtian import-holdings FILE …`: a ledger of parcels, holders and contracts (台账), checked and entered in one go."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from liangtian.site import runtime
from liangtian.site.acting import acting_user, readable, told

if TYPE_CHECKING:
    from liangtian.programmes.holdings.models import Intake

NAME = "import-holdings"
HELP = "导入承包经营台账(表格、图形或两者)：检查、入库，并逐行列出问题"
SHOWN = 100
"""Problems listed one by one; the rest are counted."""


def configure(parser: ArgumentParser) -> None:
    """The arguments of the command."""
    parser.add_argument(
        "files",
        metavar="FILE",
        type=Path,
        nargs="+",
        help="表格(xlsx、csv)和图形(Shapefile、GeoPackage、GDB 的 zip)，各至多一个",
    )
    parser.add_argument("--title", required=True, help="名称，如 柳塘镇2026年台账")
    parser.add_argument(
        "--on",
        required=True,
        type=date.fromisoformat,
        metavar="日期",
        help="生效日期，如 2026-03-01",
    )
    parser.add_argument(
        "--user",
        required=True,
        metavar="LOGIN",
        help="以谁的名义导入(登录名)，只导入其辖区内的地块",
    )
    parser.add_argument(
        "--fixed", action="append", default=[], type=_fixed, metavar="项=值",
        help="文件里没有的一列，全部行用同一个值，如 ownership=集体",
    )  # fmt: skip
    parser.add_argument("--check-only", action="store_true", help="只检查，不入库")
    parser.add_argument("--json", action="store_true", help="以 JSON 输出结果")


def _fixed(text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not sign:
        raise ArgumentTypeError("写法应为 项=值")
    return name.strip(), value.strip()


def run(args: Namespace) -> int:
    """Check and enter; 0 when rows entered (or could, with --check-only), else 1."""
    runtime.start_django()
    from liangtian.platform.errors import Refused
    from liangtian.programmes.holdings.intake.services import import_files

    if len(args.files) > 2:
        print("最多一个表格和一个图形文件。", file=sys.stderr)
        return 2
    try:
        done = import_files(
            acting_user(args.user), [readable(path) for path in args.files], title=args.title,
            on=args.on, constants=dict(args.fixed), accept=not args.check_only,
        )  # fmt: skip
    except Refused as refusal:
        print(f"未导入：{told(refusal)}", file=sys.stderr)
        return 1
    if args.json:
        print(json.dumps(_plain(done), ensure_ascii=False))
    else:
        _report(done)
    could = args.check_only and done.ready > 0 and not done.error
    return 0 if done.entered or could else 1


def _plain(done: Intake) -> dict[str, object]:
    names = ("id", "status", "count", "ready", "errors", "warnings", "waiting", "entered", "error")
    listed = done.problems.order_by("row", "pk").values(
        "row", "field", "value", "severity", "reason", "advice"
    )
    return {**{name: getattr(done, name) for name in names}, "problems": list(listed)}


def _report(done: Intake) -> None:
    print(
        f"“{done.title}”：共 {done.count} 行，可入库 {done.ready}，有误 {done.errors}，提醒 {done.warnings} 条，"
        f"待判定同名 {done.waiting} 行"
    )
    listed = done.problems.order_by("row", "pk")
    for problem in listed[:SHOWN]:
        where = f"第 {problem.row} 行" if problem.row else "文件"
        value = f"“{problem.value}”" if problem.value else ""
        print(
            f"{where} [{problem.get_severity_display()}] {problem.field}{value}：{problem.reason}。{problem.advice}"
        )
    if (hidden := listed.count() - SHOWN) > 0:
        print(f"另有 {hidden} 条未列出(--json 列出全部)。")
    if done.error:
        print(f"未完成：{done.error}", file=sys.stderr)
    print(f"现为“{done.get_status_display()}”，已入库 {done.entered} 行。")
