"""The `liangtian` command. Each module in `commands/` adds one verb.

A command module offers ``NAME``, ``HELP``, ``configure(parser)`` and ``run(args) -> int``; it imports
what it needs inside ``run``, so that `liangtian inspect` starts without Django or a database.
"""

from __future__ import annotations

import argparse
import importlib
import os
import pkgutil
import sys
from collections.abc import Sequence

from liangtian import __version__
from liangtian.site import commands


def build_parser() -> argparse.ArgumentParser:
    """The whole command line, one sub-command per module of `commands`."""
    parser = argparse.ArgumentParser(prog="liangtian", description="量田：县域耕地保护与管理")
    parser.add_argument("--version", action="version", version=f"liangtian {__version__}")
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="COMMAND")
    for info in pkgutil.iter_modules(commands.__path__):
        module = importlib.import_module(f"{commands.__name__}.{info.name}")
        sub = verbs.add_parser(module.NAME, help=module.HELP, description=module.HELP)
        module.configure(sub)
        sub.set_defaults(run=module.run)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; the exit code is 0 done, 1 refused or failed, 2 wrong usage."""
    args = build_parser().parse_args(argv)
    try:
        code: int = args.run(args)
        sys.stdout.flush()
    except BrokenPipeError:  # the reader (head, less) has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        if not _without_tables(error):
            raise
        print("数据库尚未建立或版本不符。请先运行 liangtian migrate。", file=sys.stderr)
        return 1
    return code


def _without_tables(error: Exception) -> bool:
    """Whether the database lacks the tables asked for; Django may not even be loaded here."""
    words = ("no such table", "no such column", "does not exist")
    return type(error).__module__ == "django.db.utils" and any(w in str(error) for w in words)


if __name__ == "__main__":
    sys.exit(main())
