"""`liangtian import-layer FILE`: a version of a reference layer (参考图层), imported and published."""

from __future__ import annotations

import argparse
import sys
import time
from argparse import ArgumentParser, Namespace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from liangtian.site import runtime
from liangtian.site.acting import acting_user, readable, told

if TYPE_CHECKING:
    from liangtian.platform.jobs.models import Job
    from liangtian.platform.layers.models import Layer, LayerVersion

NAME = "import-layer"
HELP = "导入参考图层(地类图斑、永久基本农田、审批红线等)的一个版本"
SHOWN = 20
"""Problems listed one by one; the rest are counted."""


def configure(parser: ArgumentParser) -> None:
    """The arguments of the command."""
    parser.add_argument("file", metavar="FILE", type=Path, help="图层文件(矢量文件或其 zip)")
    parser.add_argument("--layer", required=True, metavar="CODE", help="图层代码，如 dltb")
    parser.add_argument("--label", required=True, help="版本名，如 2026年度")
    parser.add_argument("--valid-from", required=True, type=_day, metavar="日期", help="启用日期")
    parser.add_argument("--valid-to", type=_day, metavar="日期", help="停用日期")
    parser.add_argument("--user", required=True, metavar="LOGIN", help="以谁的名义导入(登录名)")
    parser.add_argument("--source-layer", metavar="L", help="文件有多个图层时，导入这一个")
    parser.add_argument("--encoding", metavar="E", help="指定文字编码(如 GBK)，不用自动判断")
    parser.add_argument("--category-field", metavar="FIELD", help="作为类别的字段，不用自动判断")
    parser.add_argument("--publish", action="store_true", help="导入后即发布使用")


def run(args: Namespace) -> int:
    """Import, and publish when asked; 0 when the version is ready, 1 when it is refused or failed."""
    runtime.start_django()
    from liangtian.platform.errors import Refused
    from liangtian.platform.files.services import read_chunks, store
    from liangtian.platform.layers.services import start_import

    try:
        user, path, layer = acting_user(args.user), readable(args.file), _layer(args.layer)
        if user.region is None:
            raise Refused("该账号未设置管辖区划，不能导入图层。")
        file = store(read_chunks(path), path.name, user=user, region=user.region, kind="layer")
        version, job = start_import(
            user, file, layer, args.label, args.valid_from, valid_to=args.valid_to,
            encoding=args.encoding, category_field=args.category_field,
            source_layer=args.source_layer, publish=args.publish,
        )  # fmt: skip
        _finish(job)
    except Refused as refusal:
        print(f"未导入：{told(refusal)}", file=sys.stderr)
        return 1
    return _report(version, args.publish)


def _finish(job: Job) -> None:
    """Run the job here, or, where a worker was quicker, wait for its end."""
    runtime.drain()
    job.refresh_from_db()
    while not job.finished:
        time.sleep(1)
        job.refresh_from_db()


def _layer(code: str) -> Layer:
    from liangtian.platform.errors import Refused
    from liangtian.platform.layers.models import Layer

    layer: Layer | None = Layer.objects.filter(code=code).first()
    if layer is None:
        known = "、".join(f"{one.code}({one.name})" for one in Layer.objects.order_by("pk"))
        raise Refused(f"没有代码为“{code}”的图层。现有：{known}。")
    return layer


def _report(version: LayerVersion, publish: bool) -> int:
    version.refresh_from_db()
    print(
        f"{version}：{version.get_status_display()}，{version.feature_count} 个图形，"
        f"面积合计 {version.area_m2} 平方米，{version.crs_label}，文字编码 {version.encoding}"
    )
    for note in version.notes:
        print(f"  {note}")
    problems = version.problems.order_by("row", "pk")
    for problem in problems[:SHOWN]:
        row = f"第 {problem.row} 行" if problem.row else "整个图层"
        print(f"  {row} {problem.get_severity_display()}：{problem.reason}")
    hidden = problems.count() - SHOWN
    if hidden > 0:
        print(f"  另有 {hidden} 条问题，请在图层页面查看。")
    wanted = version.Status.PUBLISHED if publish else version.Status.CHECKED
    if version.status == wanted:
        return 0
    if version.job is not None and version.job.error:
        print(f"未完成：{version.job.error}", file=sys.stderr)
    return 1


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"“{text}”不是日期，请按 2026-12-31 的写法填写") from error
