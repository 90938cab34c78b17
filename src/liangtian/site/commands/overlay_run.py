"""`liangtian overlay-run`: plots of a published version against many layers (多图层套合), and making one again."""

from __future__ import annotations

import argparse
import sys
import time
from argparse import ArgumentParser, Namespace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from liangtian.site import runtime
from liangtian.site.acting import acting_user, told

if TYPE_CHECKING:
    from liangtian.platform.layers.models import LayerVersion
    from liangtian.platform.overlays.models import Run
    from liangtian.platform.people.models import User

NAME = "overlay-run"
HELP = "多图层套合：把一个图层版本的全部地块与多个参考图层比对，结果入库，可写 CSV；--replay 按记录重放核对"
SHOWN = 20


def configure(parser: ArgumentParser) -> None:
    """The arguments of the command."""
    parser.add_argument("--user", required=True, metavar="LOGIN", help="以谁的名义(登录名)")
    parser.add_argument(
        "--replay", type=int, metavar="编号", help="重放一次已完成的套合，逐地块核对"
    )
    parser.add_argument(
        "--source", metavar="CODE[@版本]", help="地块来源：图层代码，如 dltb@2025年度"
    )
    parser.add_argument(
        "--layers", metavar="CODE[@版本],…", help="参考图层，按扣除顺序；all 为全部"
    )
    parser.add_argument(
        "--as-of", type=_day, metavar="日期", help="未写版本时用这一天有效的(默认今天)"
    )
    parser.add_argument("--region", default="", metavar="区划代码", help="只套合此区划内的地块")
    parser.add_argument("--ordered", action="store_true", help="同时按顺序扣除")
    parser.add_argument("--near", metavar="CODE[@版本]", help="另测到此图层最近图形的距离")
    parser.add_argument(
        "--within", type=int, default=1000, metavar="米", help="最远测到多少米(默认 1000)"
    )
    parser.add_argument("--title", default="", help="名称")
    parser.add_argument("--out", type=Path, metavar="CSV", help="明细另存为 CSV")


def run(args: Namespace) -> int:
    """Run or replay; 0 when it is done (and the replay agrees), 1 otherwise."""
    runtime.start_django()
    from liangtian.platform.errors import Refused

    try:
        user = acting_user(args.user)
        if args.replay is not None:
            return _replay(user, args.replay)
        return _run(user, args)
    except Refused as refusal:
        print(f"未完成：{told(refusal)}", file=sys.stderr)
        return 1


def _run(user: User, args: Namespace) -> int:
    from liangtian.platform.errors import Refused
    from liangtian.platform.overlays.services import Wanted, start

    if not args.source or not args.layers:
        raise Refused("请用 --source 指明地块来源，用 --layers 指明参考图层。")
    on = args.as_of or date.today()
    source = named_version(user, args.source, on)
    codes = _all_codes(user, source) if args.layers == "all" else args.layers.split(",")
    made = start(user, Wanted(
        "layer", source.pk, [named_version(user, code, on).pk for code in codes], on, args.title,
        args.region, args.ordered, named_version(user, args.near, on).pk if args.near else None,
        args.within if args.near else None,
    ))  # fmt: skip
    _finish(made)
    return _report(user, made, args.out)


def _finish(made: Run) -> None:
    """Run the job here, or, where a worker was quicker, wait for its end."""
    from liangtian.platform.jobs.models import Job

    runtime.drain()
    job = Job.objects.get(target=f"overlays.run:{made.pk}")
    while not job.finished:
        time.sleep(1)
        job.refresh_from_db()
    if job.error:
        print(f"未完成：{job.error}", file=sys.stderr)
    made.refresh_from_db()


def _report(user: User, made: Run, out: Path | None) -> int:
    from liangtian.platform.overlays.reading import sums

    if made.done_at is None:
        return 1
    print(f"套合 {made.pk} “{made.title}”：{made.plots} 个地块，引擎 {made.engine}")
    for layer in sums(user, made):
        print(f"{layer['layer_name']} {layer['version_label']}")
        for line in layer["categories"]:
            print(
                f"  {line['label']}\t{line['m2']} 平方米\t{line['mu']} 亩\t涉及 {line['touched']} 个"
            )
        if made.ordered:
            print(f"  按顺序扣除\t{layer['first']['m2']} 平方米\t{layer['first']['mu']} 亩")
    if out is not None:
        _write(user, made, out)
    return 0


def _write(user: User, made: Run, out: Path) -> None:
    from liangtian.platform.errors import Refused
    from liangtian.platform.ledgers.declaration import find_ledger
    from liangtian.platform.ledgers.export import extract
    from liangtian.platform.ledgers.formats import write_file

    ledger = find_ledger("overlays.parts")
    if ledger is None or out.exists():
        raise Refused(f"{out} 已存在，请换一个文件名。")
    rows = write_file(extract(ledger, user, {"run": str(made.pk), "sort": "number"}, []), "csv", out, lambda _: None)  # fmt: skip
    print(f"已写 {rows} 行到 {out}")


def _replay(user: User, run_id: int) -> int:
    from liangtian.platform.overlays.models import Run
    from liangtian.platform.overlays.replaying import replay
    from liangtian.platform.people.scope import require

    require(user, "layers.view", "overlays.run")
    found = replay(Run.objects.fetch_for(user, pk=run_id))
    if not found.different:
        print(f"重放 {found.plots} 个地块，与入库结果逐项相同。")
        return 0
    print(f"重放 {found.plots} 个地块，{len(found.different)} 个不同：", file=sys.stderr)
    for number in found.different[:SHOWN]:
        print(f"  {number}", file=sys.stderr)
    return 1


def named_version(user: User, text: str, on: date) -> LayerVersion:
    """`CODE` for the version in force on the day, `CODE@LABEL` for one by name."""
    from liangtian.platform.errors import Refused
    from liangtian.platform.layers.models import LayerVersion
    from liangtian.platform.layers.queries import published_version, versions_for

    code, _, label = text.strip().partition("@")
    if not label:
        found = published_version(code, on, user.scope[:6] if len(user.scope) >= 6 else None)
    else:
        rows = versions_for(user).filter(layer__code=code, label=label)
        found = rows.filter(status=LayerVersion.Status.PUBLISHED).first()
    if found is None:
        raise Refused(f"没有已发布的图层版本“{text}”({on})。请核对图层代码和版本名。")
    return found


def _all_codes(user: User, source: LayerVersion) -> list[str]:
    from liangtian.platform.layers.models import LayerVersion
    from liangtian.platform.layers.queries import versions_for

    rows = versions_for(user).filter(status=LayerVersion.Status.PUBLISHED).exclude(pk=source.pk)
    codes = rows.exclude(layer__code=source.layer.code).order_by("layer__position")
    return list(dict.fromkeys(codes.values_list("layer__code", flat=True)))


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"“{text}”不是日期，请按 2026-12-31 的写法填写") from error
