"""`liangtian patch-check`: the data checks of a batch, a month or a year, from the command line."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser, Namespace
from dataclasses import asdict
from typing import Any

from liangtian.site import runtime
from liangtian.site.progress import shown

NAME = "patch-check"
HELP = "对一个批次、月份或年度的图斑作数据检查，更新问题清单"


def configure(parser: ArgumentParser) -> None:
    parser.add_argument("--user", required=True, help="以谁的权限和辖区检查(登录名)")
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--batch", type=int, metavar="N", help="批次的编号")
    which.add_argument("--month", metavar="YYYY-MM", help="该月各批次")
    which.add_argument("--year", metavar="YYYY", help="该年度各批次")
    parser.add_argument("--json", action="store_true", help="以 JSON 输出结果")


def run(args: Namespace) -> int:
    runtime.start_django()
    from liangtian.platform.errors import Forbidden, Refused
    from liangtian.platform.people.models import User

    user = User.objects.filter(username=args.user, is_active=True).first()
    if user is None:
        print(f"没有登录名为“{args.user}”的在用账号。", file=sys.stderr)
        return 1
    try:
        return _check(user, args)
    except (Refused, Forbidden) as refusal:
        print(refusal.message, file=sys.stderr)
        return 1


def _check(user: Any, args: Namespace) -> int:
    from liangtian.platform.people.scope import require
    from liangtian.programmes.enforcement.data_checks.running import Range, check_all, patches_of
    from liangtian.programmes.enforcement.data_checks.services import counted_of

    require(user, "enforcement.judge")
    months = (f"{args.year}-01", f"{args.year}-12") if args.year else (args.month or "",) * 2
    rows = patches_of(user, Range(args.batch, *months))
    kept = check_all(rows, None if args.json else lambda _, note: shown(note))
    lines = counted_of(rows)
    if args.json:
        print(json.dumps({**asdict(kept), "by_code": lines}, ensure_ascii=False))
    else:
        for line in lines:
            print(
                f"{line['code']} {line['label']}：有误 {line['errors']}，提醒 {line['warnings']}，已放行 {line['passed']}"
            )
        print(
            f"检查图斑 {kept.patches} 个，有误 {kept.errors} 项，提醒 {kept.warnings} 项，本次消除 {kept.resolved} 项。"
        )
    return 0
