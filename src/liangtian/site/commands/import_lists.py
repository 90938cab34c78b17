"""`liangtian import-lists FILE`: a list of wells, canals, buildings or crops (表册), checked and entered in one go."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser, Namespace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from liangtian.site import runtime
from liangtian.site.acting import acting_user, readable, told
from liangtian.site.commands.import_holdings import _fixed

if TYPE_CHECKING:
    from liangtian.programmes.holdings.models import ListFile

NAME = "import-lists"
HELP = "导入机电井、渠道、地头建筑物、种植情况表册：检查、入库，并逐行列出问题"
SHOWN = 100
"""Rows listed one by one; the rest are counted."""


def configure(parser: ArgumentParser) -> None:
    """The arguments of the command."""
    parser.add_argument(
        "file", metavar="FILE", type=Path, help="xlsx、csv，或 Shapefile、GeoPackage 的 zip"
    )
    parser.add_argument(
        "--kind", required=True, choices=("well", "canal", "building", "crop"),
        help="well 机电井，canal 渠道，building 地头建筑物，crop 种植情况",
    )  # fmt: skip
    parser.add_argument(
        "--on",
        required=True,
        type=date.fromisoformat,
        metavar="日期",
        help="生效日期，如 2026-03-01",
    )
    parser.add_argument("--user", required=True, metavar="LOGIN", help="以谁的名义导入(登录名)")
    parser.add_argument(
        "--fixed", action="append", default=[], type=_fixed, metavar="项=值",
        help="空格用同一个值，如 power_rollover=1000000",
    )  # fmt: skip
    parser.add_argument("--check-only", action="store_true", help="只检查，不入库")
    parser.add_argument("--json", action="store_true", help="以 JSON 输出结果")


def run(args: Namespace) -> int:
    """Check and enter; 0 when rows entered (or could, with --check-only), else 1."""
    runtime.start_django()
    from liangtian.platform.errors import Refused
    from liangtian.programmes.holdings.lists.services import counts, import_file

    try:
        done = import_file(
            acting_user(args.user), readable(args.file), kind=args.kind, on=args.on,
            fixed=dict(args.fixed), enter=not args.check_only,
        )  # fmt: skip
    except Refused as refusal:
        print(f"未导入：{told(refusal)}", file=sys.stderr)
        return 1
    found = counts(done)
    if args.json:
        print(json.dumps({"id": done.pk, "state": done.state, **found, "rows": done.rows},
                         ensure_ascii=False))  # fmt: skip
    else:
        _report(done, found)
    return 0 if found["done"] or (args.check_only and found["ready"]) else 1


def _report(done: ListFile, found: dict[str, int]) -> None:
    print(
        f"“{done.file.name}”：已入库 {found['done']} 行，可入库 {found['ready']} 行，已登记 {found['same']} 行，"
        f"有误 {found['wrong']} 行"
    )
    told_rows = [row for row in done.rows if row["said"]]
    for row in told_rows[:SHOWN]:
        print(f"第 {row['row']} 行 {row['title']} {row['said']}")
    if len(told_rows) > SHOWN:
        print(f"另有 {len(told_rows) - SHOWN} 行未列出(--json 列出全部)。")
