"""`liangtian backup`: a consistent backup while the site runs, or the drill of restoring one."""

from __future__ import annotations

import getpass
import signal
import sys
import threading
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from liangtian.site import runtime
from liangtian.site.progress import shown

if TYPE_CHECKING:
    from liangtian.platform.operation.backups.sealing import Seal

NAME = "backup"
HELP = "备份数据库与文件(不必停机)，或做恢复测试"
LOOK_SECONDS = 10.0  # between two looks whether something is due
MOST_HOURS = 24 * 31


def configure(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--to", type=Path, metavar="DIR", help="备份文件夹(默认 LIANGTIAN_BACKUP_DIR)"
    )
    parser.add_argument(
        "--keep", type=int, metavar="N", help="只保留最近 N 份(默认 LIANGTIAN_BACKUP_KEEP)"
    )
    parser.add_argument(
        "--every", type=_hours, metavar="HOURS",
        help="一直运行，每隔若干小时备份一次(可用小数)，每月做一次恢复测试",
    )  # fmt: skip
    parser.add_argument(
        "--with-keys", action="store_true", help="连同密钥文件一起备份，须另行妥善保管"
    )
    parser.add_argument("--passphrase-file", type=Path, metavar="FILE", help="用文件中的口令加密")
    parser.add_argument(
        "--drill", action="store_true", help="恢复测试：把最近一份备份恢复到临时库并比对"
    )
    parser.add_argument(
        "--by", default=getpass.getuser(), help="执行人，写入记录(默认操作系统用户)"
    )


def run(args: Namespace) -> int:
    runtime.start_django()
    from liangtian.platform.errors import Refused
    from liangtian.platform.operation.backups.choices import chosen_folder, chosen_seal

    try:
        folder, seal = chosen_folder(args.to), chosen_seal(args.passphrase_file)
        if args.every:
            return _again_and_again(args, folder, seal)
        return _drill(folder, args.by, seal) if args.drill else _backup(args, folder, seal)
    except Refused as refusal:
        print(refusal.message, file=sys.stderr)
        return 1


def _backup(args: Namespace, folder: Path, seal: Seal | None) -> int:
    from django.conf import settings

    from liangtian.platform.operation.backups.taking import take_backup

    keep = settings.BACKUP_KEEP if args.keep is None else args.keep
    done = take_backup(
        folder, by=args.by, tell=shown, keep=keep, seal=seal, with_keys=args.with_keys
    )
    print(f"备份完成：{folder / done.archive}")
    print(f"  {done.rows} 行，{done.files} 个文件(新增 {done.files_copied})，SHA-256 {done.sha256}")
    if not seal:
        print("  备份未加密，请限制该文件夹的访问权限。")
    return 0


def _again_and_again(args: Namespace, folder: Path, seal: Seal | None) -> int:
    """Until told to stop. A failure is told, and tried again; it ends nothing."""
    from django.db import DatabaseError, close_old_connections
    from django.utils import timezone

    from liangtian.platform.errors import Refused
    from liangtian.platform.operation.jobs import drill_due, due_after

    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    while not stopping.is_set():
        close_old_connections()
        try:
            if due_after(args.every, timezone.now()):
                _backup(args, folder, seal)
            if drill_due(timezone.now()):
                _drill(folder, args.by, seal)
        except Refused as refusal:
            print(refusal.message, file=sys.stderr)
        except DatabaseError as error:
            print(f"数据库暂时不可用，稍后再试：{error}", file=sys.stderr)
        sys.stdout.flush()
        stopping.wait(LOOK_SECONDS)
    return 0


def _hours(text: str) -> float:
    """Raises ArgumentTypeError (Chinese) for what is no number of hours above nought."""
    try:
        hours = float(text)
    except ValueError:
        hours = 0.0
    if not 0 < hours <= MOST_HOURS:
        raise ArgumentTypeError(f"“{text}”应为大于 0、不超过 {MOST_HOURS} 的小时数。")
    return hours


def _drill(folder: Path, by: str, seal: Seal | None) -> int:
    from liangtian.platform.operation.backups.drills import drill
    from liangtian.platform.operation.backups.manifest import Compared
    from liangtian.site.progress import table

    done = drill(folder, by=by, tell=shown, seal=seal)
    table([Compared(r["item"], r["expected"], r["found"]) for r in done.comparison])
    print(f"恢复测试{'通过' if done.passed else '未通过'}：{done.archive}  {done.error}")
    return 0 if done.passed else 1
