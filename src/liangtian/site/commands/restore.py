"""`liangtian restore`: put a backup back, and compare what came out with what went in."""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path

from liangtian.site import runtime
from liangtian.site.progress import shown, table

NAME = "restore"
HELP = "从备份恢复数据库与文件"
RUNNING = "网页服务或后台进程仍在运行({names})。请先停止，再恢复。"


def configure(parser: ArgumentParser) -> None:
    parser.add_argument(
        "archive", type=Path, metavar="ARCHIVE", help="备份文件，文件夹 files 须在其旁边"
    )
    parser.add_argument(
        "--into", type=Path, metavar="DIR", help="目标数据目录(默认 LIANGTIAN_DATA)"
    )
    parser.add_argument("--database", metavar="URL", help="目标数据库(默认 LIANGTIAN_DATABASE_URL)")
    parser.add_argument("--replace", action="store_true", help="覆盖已有数据的目标")
    parser.add_argument("--passphrase-file", type=Path, metavar="FILE", help="加密备份的口令文件")


def run(args: Namespace) -> int:
    if args.database:
        os.environ["LIANGTIAN_DATABASE_URL"] = args.database
    elif args.into:
        os.environ.pop("LIANGTIAN_DATABASE_URL", None)
    runtime.start_django(args.into)
    from django.conf import settings

    from liangtian.platform.errors import Refused
    from liangtian.platform.files.stores import store_in_use
    from liangtian.platform.operation.backups.choices import chosen_seal
    from liangtian.platform.operation.backups.places import place_of
    from liangtian.platform.operation.backups.restoring import Target, restore

    try:
        if not args.archive.is_file():
            raise Refused(f"没有备份文件“{args.archive}”。请核对路径。")
        if args.replace and (alive := _alive()):
            raise Refused(RUNNING.format(names="、".join(alive)))
        target = Target(
            place_of(settings.DATABASES["default"]), Path(settings.DATA), store_in_use()
        )
        done = restore(
            args.archive.resolve(), target, replace=args.replace,
            seal=chosen_seal(args.passphrase_file), tell=shown,
        )  # fmt: skip
    except Refused as refusal:
        print(refusal.message, file=sys.stderr)
        return 1
    table(done.lines)
    if not done.equal:
        print("恢复后的内容与备份清单不一致，请勿使用，换另一份备份重试。", file=sys.stderr)
        return 1
    _end_sessions()
    print("恢复完成，内容与备份清单一致。请运行 liangtian migrate，再启动服务。")
    return 0


def _alive() -> list[str]:
    from django.db import DatabaseError, connection

    from liangtian.platform.operation.processes import alive

    try:
        return [str(process) for process in alive()]
    except DatabaseError:  # a damaged database, or one without tables
        return []
    finally:
        connection.close()  # or this very command would stand in the way


def _end_sessions() -> None:
    """Whoever was signed in when the backup was taken has to sign in again."""
    from django.contrib.sessions.models import Session
    from django.db import connection

    Session.objects.all().delete()
    connection.close()
