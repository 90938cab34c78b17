"""`liangtian overlay PLOTS LAYER --by FIELD`: the m² of each category of a layer in each plot, as CSV."""

from __future__ import annotations

import argparse
import csv
import sys
from collections import Counter
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from liangtian.site import overlay_cells
from liangtian.site.overlay_source import BLANK, Refused, listed, read_source

if TYPE_CHECKING:
    from liangtian.geo.overlay import Areas

NAME = "overlay"
HELP = "套合分析：每个地块内各类别的椭球面积，输出 CSV"

Row = tuple[str, str, Decimal]
_HEADER = ("plot", "category", "area_m2")


def configure(parser: argparse.ArgumentParser) -> None:
    """The arguments of the command."""
    parser.add_argument("plots", metavar="PLOTS", help="地块文件(面)，或库中的 db:CODE[@版本]")
    parser.add_argument(
        "layer", metavar="LAYER", help="参照图层文件(面，不得自身重叠)，或库中的 db:CODE[@版本]"
    )
    parser.add_argument("--by", metavar="FIELD", required=True, help="参照图层中作为类别的字段")
    parser.add_argument("--user", metavar="LOGIN", help="以谁的名义读取库中的图层(登录名)")
    parser.add_argument("--plots-id", metavar="FIELD", help="地块编号字段(默认用要素编号)")
    parser.add_argument("--plots-layer", metavar="L", help="地块文件有多个图层时，用这个图层")
    parser.add_argument("--layer-name", metavar="L", help="参照文件有多个图层时，用这个图层")
    parser.add_argument("--encoding", metavar="E", help="两个文件的文字编码(如 GBK)，不用自动判断")
    parser.add_argument("--repair", action="store_true", help="修复无效图形，并逐个说明改动")
    parser.add_argument("--out", metavar="CSV", help="结果文件(默认写到屏幕)")
    overlay_cells.configure(parser)


def run(args: argparse.Namespace) -> int:
    """Write the areas; 1 when an input is refused."""
    from liangtian.geo.clean import GeometryRefused
    from liangtian.geo.crs import CrsRefused
    from liangtian.geo.formats import FormatRefused

    try:
        if overlay_cells.wanted(args):
            _store(args.out, overlay_cells.measured_rows(args, _say))
        else:
            _here(args)
    except (CrsRefused, FormatRefused, GeometryRefused, Refused) as refusal:
        _say(f"拒绝：{refusal}")
        return 1
    return 0


def _here(args: argparse.Namespace) -> None:
    """All in this process."""
    from liangtian.geo.overlay import areas

    plots = read_source(
        "地块", Path(args.plots), _say,
        layer=args.plots_layer, encoding=args.encoding, mend=args.repair,
    )  # fmt: skip
    layer = read_source(
        "图层", Path(args.layer), _say,
        layer=args.layer_name, encoding=args.encoding, mend=args.repair,
    )  # fmt: skip
    ids = plots.texts(args.plots_id) if args.plots_id else plots.fids
    categories = layer.texts(args.by)
    found = areas(plots.geometry, layer.geometry, categories)
    names = [ids[plot] for plot in found.plot.tolist()]
    _store(args.out, zip(names, found.category.tolist(), found.m2, strict=True))
    _summarise(found, ids, categories)


def _store(path: str | None, rows: Iterable[Row]) -> None:
    """The rows on the screen, or in a file (UTF-8 with the mark that spreadsheets look for)."""
    if path is None:
        _write(sys.stdout, rows)
        return
    try:
        with open(path, "w", encoding="utf-8-sig", newline="") as stream:
            _write(stream, rows)
    except OSError as error:
        raise Refused(f"结果不能写入“{path}”：{error.strerror}。请检查路径和权限。") from error


def _write(stream: TextIO, rows: Iterable[Row]) -> None:
    out = csv.writer(stream, lineterminator="\n")
    out.writerow(_HEADER)
    for plot, category, m2 in rows:
        out.writerow((plot, category, f"{m2:.2f}"))


def _summarise(found: Areas, ids: list[str], categories: list[str]) -> None:
    inside, outside = Decimal(0), Decimal(0)
    for category, m2 in zip(found.category, found.m2, strict=True):
        inside, outside = (inside + m2, outside) if category else (inside, outside + m2)
    _say(
        f"共{len(ids)}个地块，合计{inside + outside:.2f}平方米：图层内{inside:.2f}，图层外{outside:.2f}。"
        "每个地块各行之和等于该地块的椭球面积。"
    )
    if blank := categories.count(BLANK):
        _say(f"图层有{blank}个图形的类别为空，记为“{BLANK}”。")
    repeated = [plot for plot, times in Counter(ids).items() if times > 1]
    if repeated:
        shown = "、".join(repeated[:5])
        _say(f"有{len(repeated)}个地块编号重复(如{shown})，各自单独计算，未合并。")
    over = [
        f"地块{ids[plot]}内各类别合计超出地块{excess}平方米，已按比例缩减"
        for plot, excess in found.excess_m2.items()
    ]
    listed("图层自身重叠", over, _say)


def _say(text: str) -> None:
    print(text, file=sys.stderr)
