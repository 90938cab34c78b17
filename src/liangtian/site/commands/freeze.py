"""`liangtian freeze`: the freezes linked to violations of a county: preview, propose, confirm."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace

from liangtian.site import runtime

NAME = "freeze"
HELP = "按增违挂钩核对违法占用耕地应冻结的补充耕地指标；一人提请、另一人确认才入账"


def configure(parser: ArgumentParser) -> None:
    parser.add_argument("--user", required=True, help="以谁的权限和辖区办理(登录名)")
    parser.add_argument("--year", required=True, type=int, metavar="YYYY", help="卫片年度")
    parser.add_argument("--region", default="", metavar="CODE", help="县代码(默认本人所在县)")
    act = parser.add_mutually_exclusive_group()
    act.add_argument("--propose", action="store_true", help="按预览提请办理；不加只预览")
    act.add_argument("--confirm", action="store_true", help="确认另一人的提请并入账")


def run(args: Namespace) -> int:
    runtime.start_django()
    from liangtian.platform.books.commodities import COMMODITIES
    from liangtian.platform.books.reserve import shown_mu
    from liangtian.platform.errors import Conflict, Forbidden, NotFound, Refused
    from liangtian.programmes.enforcement import freeze_proposals, freezing
    from liangtian.site.acting import acting_user, told

    try:
        user = acting_user(args.user)
        county = freezing.county_of(user, args.region)
        plan = freezing.preview(user, county, args.year)
        if args.propose:
            freeze_proposals.propose_run(user, county, args.year)
        elif args.confirm:
            freeze_proposals.confirm(user, freeze_proposals.waiting(county, args.year).pk)
    except (Refused, Forbidden, NotFound, Conflict) as refusal:
        print(told(refusal), file=sys.stderr)
        return 1
    parts = freezing.parts_of(plan.steps)
    for step in plan.steps:
        part, commodity = parts.get(step.freeze.part_id or 0), step.freeze.commodity
        frozen, spent, owed = (shown_mu(n, commodity) for n in (step.frozen, step.spent, step.owed))
        print(
            f"{part.patch.number if part else '已撤销的图斑'}  {freezing.Act(step.act).label}  "
            f"{COMMODITIES[commodity].name}  冻结 {frozen} 亩  核减 {spent} 亩  记欠 {owed} 亩"
        )
    for message in plan.messages:
        print(f"提示：{message}", file=sys.stderr)
    done = (
        "已入账" if args.confirm else "已提请，待另一人确认" if args.propose else "仅预览，没有入账"
    )
    print(f"{county.name}{args.year}年度：{len(plan.steps)} 处变动，{done}。")
    return 0
