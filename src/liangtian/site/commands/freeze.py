"""`liangtian freeze`: the freezes linked to violations of a county, as a preview or carried out."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace

from liangtian.site import runtime

NAME = "freeze"
HELP = "按增违挂钩核对违法占用耕地应冻结的补充耕地指标；加 --run 才入账"


def configure(parser: ArgumentParser) -> None:
    parser.add_argument("--user", required=True, help="以谁的权限和辖区办理(登录名)")
    parser.add_argument("--year", required=True, type=int, metavar="YYYY", help="卫片年度")
    parser.add_argument("--region", default="", metavar="CODE", help="县代码(默认本人所在县)")
    parser.add_argument("--run", action="store_true", help="办理入账；不加只预览")


def run(args: Namespace) -> int:
    runtime.start_django()
    from liangtian.platform.books.commodities import COMMODITIES
    from liangtian.platform.errors import Conflict, Forbidden, NotFound, Refused
    from liangtian.programmes.enforcement import freezing
    from liangtian.site.acting import acting_user, told

    try:
        user = acting_user(args.user)
        county = freezing.county_of(user, args.region)
        plan = freezing.preview(user, county, args.year)
        made = freezing.run(user, county, args.year) if args.run else None
    except (Refused, Forbidden, NotFound, Conflict) as refusal:
        print(told(refusal), file=sys.stderr)
        return 1
    parts = freezing.parts_of(plan.steps)
    for step in plan.steps:
        part, kind = parts.get(step.freeze.part_id or 0), COMMODITIES[step.freeze.commodity]
        print(
            f"{part.patch.number if part else '已撤销的图斑'}  {freezing.Act(step.act).label}  {kind.name}  "
            f"冻结 {kind.amount(step.frozen)}  核减 {kind.amount(step.spent)}  记欠 {kind.amount(step.owed)}"
        )
    for message in plan.messages:
        print(f"提示：{message}", file=sys.stderr)
    done = "已入账" if made else "没有入账" if args.run else "仅预览，没有入账"
    print(f"{county.name}{args.year}年度：{len(plan.steps)} 处变动，{done}。")
    return 0
