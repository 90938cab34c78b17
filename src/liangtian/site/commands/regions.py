"""`liangtian regions`: look codes up, enter a real county, bring in its villages and boundaries."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace

from liangtian.site import runtime

NAME = "regions"
HELP = "行政区划：查代码、装入本县区划"


def configure(parser: ArgumentParser) -> None:
    """The arguments of the command."""
    acts = parser.add_subparsers(dest="act", required=True, metavar="ACT")
    find = acts.add_parser("find", help="按名称、代码或拼音查全国区划代码(到乡镇)")
    find.add_argument("text", metavar="TEXT", help="如 库尔勒、652801、kuerle、kel")
    find.add_argument("--limit", type=int, default=50, metavar="N", help="最多列出几条")
    install = acts.add_parser("install", help="装入一个县：省、市、县和全部乡镇")
    install.add_argument("--county", required=True, metavar="CODE", help="县级代码，6位")


def run(args: Namespace) -> int:
    """0 when done, 1 when refused or nothing was found."""
    from liangtian.platform.errors import Refused

    acts = {"find": _find, "install": _install}
    try:
        return acts[args.act](args)
    except Refused as refusal:
        print(f"未完成：{refusal}", file=sys.stderr)
        return 1


def _find(args: Namespace) -> int:
    from liangtian.platform.regions import register

    found = register.find(args.text, args.limit + 1)
    if not found:
        print(f"没有找到“{args.text}”。请换一个说法，或只输入名称的一部分。", file=sys.stderr)
        return 1
    for place in found[: args.limit]:
        print(f"{place.code:<10}{register.path_of(place.code)}")
    if len(found) > args.limit:
        print(f"还有更多，只列出 {args.limit} 条；请写得更具体，或加 --limit。")
    return 0


def _install(args: Namespace) -> int:
    runtime.start_django()
    from liangtian.platform.regions import register
    from liangtian.platform.regions.installing import install_county

    done = install_county(None, args.county)
    county = done.county
    print(f"{register.path_of(county.code)}({county.code})，全国区划代码表 {register.AS_OF}：")
    print(f"  新装入 {len(done.created)} 个，已有 {len(done.present)} 个")
    for row, listed in done.differing:
        print(f"  {row.code} 本系统名称“{row.name}”，代码表为“{listed}”，保留本系统名称")
    for row in done.retired:
        print(f"  {row.code} {row.name} 已于 {row.valid_to} 停用，未重新启用")
    for row in done.own:
        print(f"  {row.code} {row.name} 不在代码表中(本县自行增加)，未改动")
    if done.created:
        print("界线和村、组请用 liangtian regions import 导入。")
    return 0
