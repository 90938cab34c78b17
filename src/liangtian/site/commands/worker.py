"""`liangtian worker`: the process that does the long work."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace

from liangtian.site import runtime

NAME = "worker"
HELP = "启动后台任务进程(导入、套合分析等)"


def configure(parser: ArgumentParser) -> None:
    parser.add_argument("--once", action="store_true", help="做完排队的任务即退出")


def run(args: Namespace) -> int:
    runtime.start_django()
    from liangtian.platform.errors import Refused

    try:
        runtime.drain() if args.once else runtime.work()
    except KeyboardInterrupt:
        return 0
    except Refused as refusal:
        print(refusal.message, file=sys.stderr)
        return 1
    return 0
