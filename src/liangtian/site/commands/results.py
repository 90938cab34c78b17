"""`liangtian results`: the files of a half-year or annual result into a folder."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path

from liangtian.site import runtime

NAME = "results"
HELP = "把半年或年度卫片执法成果(工作报告、附表、上级字段明细表、清单)写到文件夹"


def configure(parser: ArgumentParser) -> None:
    parser.add_argument("folder", type=Path, metavar="DIR", help="存放成果文件的文件夹")
    parser.add_argument("--user", required=True, help="以谁的权限和辖区生成(登录名)")
    parser.add_argument(
        "--period", required=True, metavar="2026-H1|2026", help="上半年 2026-H1，全年 2026"
    )
    parser.add_argument("--region", default="", metavar="CODE", help="区划代码(默认本人所在区划)")


def run(args: Namespace) -> int:
    runtime.start_django()
    from liangtian.platform.errors import Forbidden, Refused
    from liangtian.programmes.enforcement.results.writing import write_result
    from liangtian.site.acting import acting_user, told

    try:
        user = acting_user(args.user)
        written = write_result(user, args.region, args.period, args.folder)
    except (Refused, Forbidden) as refusal:
        print(told(refusal), file=sys.stderr)
        return 1
    for lack in written.lacking:
        print(f"提示：{lack}，这些文件不能作为正式成果报送。", file=sys.stderr)
    print(f"{written.title}：{len(written.names)} 个文件，位于 {args.folder}。")
    return 0
