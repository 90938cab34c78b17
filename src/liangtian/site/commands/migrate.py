"""`liangtian migrate`: create the tables, or bring them up to date."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace

from liangtian.site import runtime

NAME = "migrate"
HELP = "建立或升级数据库"
RUNNING = (
    "本次升级中有旧程序不能适应的步骤，而仍有服务在运行：{names}。"
    "请先停止网页服务和后台进程，再运行；步骤见 liangtian migrate --plan。"
)


def configure(parser: ArgumentParser) -> None:
    parser.add_argument("--quiet", action="store_true", help="不显示过程")
    parser.add_argument("--plan", action="store_true", help="只列出将要执行的步骤，不改动数据库")


def run(args: Namespace) -> int:
    runtime.start_django()
    if args.plan:
        return _plan()
    if names := _in_the_way():
        print(RUNNING.format(names="、".join(names)), file=sys.stderr)
        return 1
    runtime.migrate(verbosity=0 if args.quiet else 1)
    from liangtian.geo.overlay import warm_up

    if not args.quiet:
        print("编译套合分析程序(首次约需十几秒)……", flush=True)
    warm_up()
    return 0


def _plan() -> int:
    from liangtian.platform.operation import schema

    steps = schema.pending()
    for step in steps:
        print(f"{'可不停机' if step.compatible else '须停机　'}  {step}  {step.why}".rstrip())
    stop = sum(not step.compatible for step in steps)
    if not steps:
        print("数据库已是最新，没有要执行的步骤。")
    elif stop:
        print(f"共 {len(steps)} 步，其中 {stop} 步须先停止网页服务和后台进程。请先备份。")
    else:
        print(f"共 {len(steps)} 步，旧程序可继续运行，升级后逐个重启即可。请先备份。")
    return 0


def _in_the_way() -> list[str]:
    """Running processes, if there is a step they cannot live with."""
    from django.db import DatabaseError

    from liangtian.platform.operation import processes, schema

    if all(step.compatible for step in schema.pending()):
        return []
    try:
        return [str(process) for process in processes.alive()]
    except DatabaseError:  # a database of before there was such a list
        return []
