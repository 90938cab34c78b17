"""`liangtian regions`: look codes up, enter a real county, bring in its villages and boundaries."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path

from liangtian.site import runtime
from liangtian.site.acting import acting_user, readable, told

NAME = "regions"
HELP = "行政区划：查代码、装入本县区划、导入村组和界线"
SHOWN = 30
"""Problems listed one by one; the rest are counted."""


def configure(parser: ArgumentParser) -> None:
    """The arguments of the command."""
    acts = parser.add_subparsers(dest="act", required=True, metavar="ACT")
    find = acts.add_parser("find", help="按名称、代码或拼音查全国区划代码(到乡镇)")
    find.add_argument("text", metavar="TEXT", help="如 库尔勒、652801、kuerle、kel")
    find.add_argument("--limit", type=int, default=50, metavar="N", help="最多列出几条")
    install = acts.add_parser("install", help="装入一个县：省、市、县和全部乡镇")
    install.add_argument("--county", required=True, metavar="CODE", help="县级代码，6位")
    load = acts.add_parser("import", help="导入本县的村、组清单(Excel、CSV)或界线(矢量文件)")
    load.add_argument("file", metavar="FILE", type=Path, help="清单或矢量文件(或其 zip)")
    load.add_argument("--user", required=True, metavar="LOGIN", help="以谁的名义导入(登录名)")
    load.add_argument("--layer", default="", metavar="L", help="矢量文件中只导入这一个图层")
    load.add_argument("--accept", action="store_true", help="检查后把合格的行入库；不写则只检查")
    form = acts.add_parser("template", help="写出清单模板(Excel，含填写说明)")
    form.add_argument("file", metavar="FILE", type=Path, help="写到哪个文件")
    form.add_argument("--county", required=True, metavar="CODE", help="县级代码，6位")


def run(args: Namespace) -> int:
    """0 when done, 1 when refused or nothing was found."""
    from liangtian.platform.errors import Refused

    acts = {"find": _find, "install": _install, "import": _import, "template": _template}
    try:
        return acts[args.act](args)
    except Refused as refusal:
        print(f"未完成：{told(refusal)}", file=sys.stderr)
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


def _import(args: Namespace) -> int:
    runtime.start_django()
    from liangtian.platform.regions.imports.services import counts, import_file
    from liangtian.platform.regions.models import RegionImportRow

    current = import_file(
        acting_user(args.user), readable(args.file), layer=args.layer, accept=args.accept
    )
    if current.error:
        print(f"未完成：{current.error}", file=sys.stderr)
        return 1
    totals = counts(current)
    acts = "，".join(f"{label} {totals[act]} 个" for act, label in RegionImportRow.Act.choices)
    print(f"{current.file.name}：{current.get_status_display()}。{acts}")
    problems = current.problems.all()
    for problem in problems[:SHOWN]:
        where = f"第 {problem.row} 行" if problem.row else "整个文件"
        print(
            f"  {where} {problem.code} {problem.get_severity_display()}：{problem.field}"
            f"{f'“{problem.value}”' if problem.value else ''}{problem.reason}。{problem.advice}。"
        )
    if problems.count() > SHOWN:
        print(f"  另有 {problems.count() - SHOWN} 条，请在“行政区划”页面查看。")
    return 0 if totals["refused"] == 0 else 1


def _template(args: Namespace) -> int:
    runtime.start_django()
    from liangtian.platform.errors import Refused
    from liangtian.platform.regions.imports.template import template_xlsx
    from liangtian.platform.regions.models import Region

    county = Region.objects.current().filter(code=args.county, level="county").first()
    if county is None:
        raise Refused(f"系统中没有县 {args.county}，请先运行 liangtian regions install。")
    args.file.write_bytes(template_xlsx(county))
    print(f"已写出模板：{args.file}")
    return 0
