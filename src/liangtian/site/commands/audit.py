"""`liangtian audit`: seal, verify, archive, and the rights of the database role."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path

from liangtian.site import runtime

NAME = "audit"
HELP = "审计记录：封存、核验、归档、数据库授权"


def configure(parser: ArgumentParser) -> None:
    verbs = parser.add_subparsers(dest="what", required=True, metavar="ACTION")
    verbs.add_parser("seal", help="封存尚未封存的记录(后台进程每分钟自动做一次)")
    check = verbs.add_parser("verify", help="核验封存链，指出第一处不符；不符时退出码为 1")
    check.add_argument("--archive", type=Path, metavar="FILE", help="改为核验一个归档文件")
    move = verbs.add_parser("archive", help="把超过保留期的记录写入文件后移出数据库")
    move.add_argument("folder", type=Path, help="归档文件存放的文件夹")
    rights = verbs.add_parser("grants", help="给应用所用的数据库角色授权(PostgreSQL)")
    rights.add_argument("role", help="数据库角色名")
    rights.add_argument("--apply", action="store_true", help="直接执行，不只是打印")


def run(args: Namespace) -> int:
    runtime.start_django()
    from liangtian.platform.errors import Refused

    actions = {"seal": _seal, "verify": _verify, "archive": _archive, "grants": _grants}
    try:
        return actions[args.what](args)
    except Refused as refusal:
        print(str(refusal), file=sys.stderr)
        return 1


def _seal(args: Namespace) -> int:
    from liangtian.platform.audit.chain import seal_all

    print(f"已封存 {seal_all()} 条审计记录。")
    return 0


def _verify(args: Namespace) -> int:
    if args.archive:
        from liangtian.platform.audit.archiving import check

        print(f"归档文件完好，共 {check(args.archive)} 条审计记录。")
        return 0
    from liangtian.platform.audit.jobs import verified

    verdict = verified(None)
    if verdict.problem:
        print(f"核验未通过：{verdict.problem}", file=sys.stderr)
        return 1
    print(f"核验通过：{verdict.seals} 个封存，{verdict.entries} 条审计记录，未发现改动。")
    return 0


def _archive(args: Namespace) -> int:
    from django.db import DatabaseError

    from liangtian.platform.audit.archiving import archive, keep_days

    args.folder.mkdir(parents=True, exist_ok=True)
    try:
        made = archive(args.folder)
    except DatabaseError as error:
        print(f"未归档：数据库拒绝({error})。请用数据表属主的数据库账号运行。", file=sys.stderr)
        return 1
    if made is None:
        print(f"没有超过 {keep_days()} 天的审计记录，无需归档。")
    else:
        print(f"已归档 {made.count} 条审计记录到 {args.folder / made.file}，并已移出数据库。")
    return 0


def _grants(args: Namespace) -> int:
    from django.db import connection

    from liangtian.platform.audit.grants import grants

    if connection.vendor != "postgresql":
        print("SQLite 没有数据库角色，审计记录由触发器和封存链保护。", file=sys.stderr)
        return 1
    statements = grants(args.role)
    for statement in statements:
        print(f"{statement};")
    if args.apply:
        with connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
        print("-- 已执行。每次 liangtian migrate 之后请再执行一次。")
    return 0
