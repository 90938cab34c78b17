"""`liangtian check --dengbao`: clause by clause, what is set and whether it will do.

A check is a function without arguments that answers `Finding`s; each module of checks stands in CHECKS.
"""

from __future__ import annotations

import json
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from importlib import import_module

from liangtian.site import runtime
from liangtian.site.finding import Finding

NAME = "check"
HELP = "逐条核对安全设置(GB/T 22239-2019)，有一条不合格即返回 1"
# Modules with a tuple `CHECKS` of functions.
MODULES = ("liangtian.site.checks_people", "liangtian.site.checks_operation")


def configure(parser: ArgumentParser) -> None:
    parser.add_argument("--dengbao", action="store_true", required=True, help="核对等级保护条款")
    parser.add_argument("--level", type=int, choices=(2, 3), default=2, help="按二级或三级核对")
    parser.add_argument("--json", action="store_true", help="输出 JSON，供留存或比对")


def findings(level: int = 2) -> list[Finding]:
    """What every registered check of that level finds, in their order."""
    found: list[Finding] = []
    for name in MODULES:
        checks: tuple[Callable[[], list[Finding]], ...] = import_module(name).CHECKS
        for check in checks:
            found += [finding for finding in check() if finding.level <= level]
    return found


def run(args: Namespace) -> int:
    runtime.start_django()
    found = findings(args.level)
    failed = [finding for finding in found if not finding.passed]
    if args.json:
        print(json.dumps([vars(finding) for finding in found], ensure_ascii=False, indent=1))
        return 1 if failed else 0
    for finding in found:
        mark = "合格  " if finding.passed else "不合格"
        print(f"[{mark}] {finding.clause}  {finding.item}：{finding.setting}")
        if not finding.passed:
            print(f"         → {finding.advice}")
    print(f"\n共 {len(found)} 项，不合格 {len(failed)} 项。")
    return 1 if failed else 0
