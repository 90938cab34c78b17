"""`liangtian migrate`: create the tables, or bring them up to date."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from liangtian.site import runtime

NAME = "migrate"
HELP = "建立或升级数据库"


def configure(parser: ArgumentParser) -> None:
    parser.add_argument("--quiet", action="store_true", help="不显示过程")


def run(args: Namespace) -> int:
    runtime.start_django()
    runtime.migrate(verbosity=0 if args.quiet else 1)
    return 0
