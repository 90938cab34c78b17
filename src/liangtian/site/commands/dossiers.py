"""`liangtian dossiers`: the dossiers of a year or of a filtered list into a folder."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import Any

from liangtian.site import runtime
from liangtian.site.progress import shown

NAME = "dossiers"
HELP = "把一个年度(或按条件筛选)的图斑卷宗逐个生成到文件夹，中断后可接着做"


def configure(parser: ArgumentParser) -> None:
    parser.add_argument(
        "folder", type=Path, metavar="DIR", help="存放卷宗的文件夹，每个图斑一个子文件夹"
    )
    parser.add_argument("--user", required=True, help="以谁的权限和辖区生成(登录名)")
    parser.add_argument("--year", default="", metavar="YYYY", help="只要该年度各批次的图斑")
    parser.add_argument(
        "--where", action="append", default=[], metavar="NAME=VALUE",
        help="图斑台账的查询条件，可写多个，如 judgement=illegal、dossier=whole、region=990121100",
    )  # fmt: skip
    parser.add_argument("--originals", action="store_true", help="同时生成原件包")


def run(args: Namespace) -> int:
    runtime.start_django()
    from liangtian.platform.errors import Refused
    from liangtian.platform.people.models import User

    user = User.objects.filter(username=args.user, is_active=True).first()
    if user is None:
        print(f"没有登录名为“{args.user}”的在用账号。", file=sys.stderr)
        return 1
    query = dict(pair.partition("=")[::2] for pair in args.where)
    if args.year:
        query["year"] = args.year
    try:
        return _make(user, query, args)
    except Refused as refusal:
        print(refusal.message, file=sys.stderr)
        return 1


def _make(user: Any, query: dict[str, str], args: Namespace) -> int:
    from liangtian.programmes.enforcement.dossiers.running import make_here

    lines = make_here(
        user, query, args.folder, originals=args.originals,
        report=lambda done, whole: shown(f"已生成 {done} / {whole} 卷"),
    )  # fmt: skip
    failed = [line for line in lines if line.problem]
    for line in failed:
        print(f"图斑 {line.number} 的卷宗未能生成：{line.problem}", file=sys.stderr)
    print(f"共 {len(lines)} 个图斑，生成 {len(lines) - len(failed)} 卷，位于 {args.folder}。")
    return 1 if failed else 0
