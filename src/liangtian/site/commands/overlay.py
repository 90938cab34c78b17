"""`liangtian overlay PLOTS LAYER --by FIELD`: the m² of each category of a layer in each plot, as CSV."""

from __future__ import annotations

import argparse
import csv
import math
import sys
from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from liangtian.geo.clean import Problem
    from liangtian.geo.formats import VectorLayer
    from liangtian.geo.overlay import Areas

NAME = "overlay"
HELP = "套合分析：每个地块内各类别的椭球面积，输出 CSV"
BLANK = "(空)"
SHOWN = 50
"""Problems listed one by one; the rest are counted."""

_HEADER = ("plot", "category", "area_m2")


class Refused(Exception):  # noqa: N818
    """The command stops; the message is Chinese."""


@dataclass(frozen=True)
class Source:
    """One input: its figures in EPSG:4490 (None where there is no area), ids and columns."""

    name: str
    fids: list[str]
    geometry: NDArray[np.object_]
    columns: dict[str, NDArray[Any]]

    def texts(self, field: str) -> list[str]:
        """The field's values as text, a missing one as "(空)"."""
        if field not in self.columns:
            known = "、".join(self.columns) or "无"
            raise Refused(f"{self.name}没有字段“{field}”。现有字段：{known}。")
        return [_text(value) for value in self.columns[field].tolist()]


def configure(parser: argparse.ArgumentParser) -> None:
    """The arguments of the command."""
    parser.add_argument("plots", metavar="PLOTS", help="地块文件(面)")
    parser.add_argument("layer", metavar="LAYER", help="参照图层文件(面，不得自身重叠)")
    parser.add_argument("--by", metavar="FIELD", required=True, help="参照图层中作为类别的字段")
    parser.add_argument("--plots-id", metavar="FIELD", help="地块编号字段(默认用要素编号)")
    parser.add_argument("--plots-layer", metavar="L", help="地块文件有多个图层时，用这个图层")
    parser.add_argument("--layer-name", metavar="L", help="参照文件有多个图层时，用这个图层")
    parser.add_argument("--encoding", metavar="E", help="两个文件的文字编码(如 GBK)，不用自动判断")
    parser.add_argument("--repair", action="store_true", help="修复无效图形，并逐个说明改动")
    parser.add_argument("--out", metavar="CSV", help="结果文件(默认写到屏幕)")


def run(args: argparse.Namespace) -> int:
    """Write the areas; 1 when an input is refused."""
    from liangtian.geo.clean import GeometryRefused
    from liangtian.geo.crs import CrsRefused
    from liangtian.geo.formats import FormatRefused
    from liangtian.geo.overlay import areas

    try:
        plots = _source("地块", args.plots, args.plots_layer, args)
        layer = _source("图层", args.layer, args.layer_name, args)
        ids = plots.texts(args.plots_id) if args.plots_id else plots.fids
        categories = layer.texts(args.by)
        found = areas(plots.geometry, layer.geometry, categories)
        _store(args.out, found, ids)
    except (CrsRefused, FormatRefused, GeometryRefused, Refused) as refusal:
        _say(f"拒绝：{refusal}")
        return 1
    _summarise(found, ids, categories)
    return 0


def _source(what: str, path: str, layer_name: str | None, args: argparse.Namespace) -> Source:
    """One file read, checked, and converted to EPSG:4490 with its long edges densified."""
    import shapely

    from liangtian.geo.area import densified
    from liangtian.geo.crs import resolve_crs, to_4490
    from liangtian.geo.formats import read

    held = read(Path(path), encoding=args.encoding, layer=layer_name)
    name = f"{what}“{Path(path).name}”"
    if len(held.layers) > 1:
        names = "、".join(f"“{one.name}”" for one in held.layers)
        option = "--plots-layer" if what == "地块" else "--layer-name"
        raise Refused(f"{name}有多个图层：{names}。请用 {option} 指明用哪一个。")
    layer = held.layers[0]
    for note in layer.notes:
        _say(f"{name}：{note}")
    _refuse_not_numbers(name, layer)
    resolved = resolve_crs(layer.crs, tuple(shapely.total_bounds(layer.geometry).tolist()))
    if resolved.note:
        _say(f"{name}：{resolved.note}")
    figures = _settled(name, layer.geometry, layer.fids, resolved.crs, args.repair)
    degrees = to_4490(densified(figures, resolved.crs), resolved.crs)
    # A vertex lying on another edge may cross it by the last digit once converted.
    there = ~shapely.is_missing(degrees)
    fids = [fid for fid, present in zip(layer.fids, there, strict=True) if present]
    degrees[there] = _settled(f"{name}换算后", degrees[there], fids, 4490, repair=True)
    return Source(name, layer.fids, degrees, layer.columns)


def _refuse_not_numbers(name: str, layer: VectorLayer) -> None:
    import numpy as np
    import shapely

    coords, index = shapely.get_coordinates(layer.geometry, return_index=True)
    bad = np.unique(index[~np.isfinite(coords).all(axis=1)])
    if len(bad):
        shown = "、".join(layer.fids[i] for i in bad[:SHOWN].tolist())
        raise Refused(f"{name}有{len(bad)}个图形的坐标不是数字(编号{shown})，请改正后重试。")


def _settled(
    name: str, geometry: NDArray[np.object_], fids: list[str], crs: Any, repair: bool
) -> NDArray[np.object_]:
    """The figures, valid or None: refuses invalid ones, or repairs them and says what was changed."""
    from liangtian.geo.clean import check

    problems = check(geometry, fids)
    if not problems:
        return geometry
    if not repair:
        _list(name, [str(p) for p in problems])
        raise Refused(f"{name}有{len(problems)}个无效图形，请先修复，或加 --repair 由程序修复。")
    out = geometry.copy()
    said = []
    for problem in problems:
        out[problem.index], told = _repaired(geometry[problem.index], problem, crs)
        said.append(told)
    _list(name, said)
    return out


def _repaired(geom: Any, problem: Problem, crs: Any) -> tuple[Any, str]:
    from liangtian.geo.clean import GeometryRefused, repair

    try:
        made = repair(geom, crs)
    except GeometryRefused as refusal:
        return None, f"{problem}；没有面积，不参与套合({refusal})"
    return made.geom, f"编号{problem.fid}已修复：{made.note}"


def _list(name: str, lines: list[str]) -> None:
    for line in lines[:SHOWN]:
        _say(f"{name}：{line}")
    if len(lines) > SHOWN:
        _say(f"{name}:另有{len(lines) - SHOWN}个同类情况未逐一列出。")


def _text(value: object) -> str:
    """A field value as a category or an id; whole numbers without a decimal point."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return BLANK
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip() or BLANK


def _store(path: str | None, found: Areas, ids: list[str]) -> None:
    """The rows on the screen, or in a file (UTF-8 with the mark that spreadsheets look for)."""
    if path is None:
        _write(sys.stdout, found, ids)
        return
    try:
        with open(path, "w", encoding="utf-8-sig", newline="") as stream:
            _write(stream, found, ids)
    except OSError as error:
        raise Refused(f"结果不能写入“{path}”：{error.strerror}。请检查路径和权限。") from error


def _write(stream: TextIO, found: Areas, ids: list[str]) -> None:
    rows = csv.writer(stream, lineterminator="\n")
    rows.writerow(_HEADER)
    for plot, category, m2 in zip(found.plot, found.category, found.m2, strict=True):
        rows.writerow((ids[plot], category, f"{m2:.2f}"))


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
    _list(
        "图层自身重叠",
        [
            f"地块{ids[plot]}内各类别合计超出地块{excess}平方米，已按比例缩减"
            for plot, excess in found.excess_m2.items()
        ],
    )


def _say(text: str) -> None:
    print(text, file=sys.stderr)
