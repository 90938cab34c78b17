"""`liangtian inspect FILE`: what a vector file holds, feature by feature, before anything is imported."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from liangtian.geo.formats import FormatRefused, VectorLayer

NAME = "inspect"
HELP = "查看矢量文件：格式、编码、坐标系、字段、图形检查和椭球面积"
SHOWN = 20

_TYPES = {
    "text": "文本",
    "integer": "整数",
    "real": "小数",
    "date": "日期",
    "datetime": "日期时间",
    "boolean": "是否",
}
_SHAPES = {
    "Polygon": "面",
    "MultiPolygon": "面(含多部分)",
    "LineString": "线",
    "MultiLineString": "线(含多部分)",
    "Point": "点",
    "MultiPoint": "点(含多部分)",
    "None": "无图形",
}


def configure(parser: argparse.ArgumentParser) -> None:
    """The arguments of the command."""
    parser.add_argument(
        "file",
        metavar="FILE",
        help="Shapefile、FileGDB、GeoPackage、GeoJSON、KML/KMZ、报部坐标 TXT，或它们的 zip",
    )
    parser.add_argument("--json", action="store_true", help="输出 JSON")
    parser.add_argument("--encoding", metavar="E", help="指定文字编码(如 GBK)，不用自动判断")
    parser.add_argument("--layer", metavar="L", help="只看这个图层")
    parser.add_argument("--all", action="store_true", help=f"列出全部要素(默认前 {SHOWN} 个)")


def run(args: argparse.Namespace) -> int:
    """Print the report; 1 when the file is refused."""
    from liangtian.geo.formats import FormatRefused, read

    try:
        held = read(Path(args.file), encoding=args.encoding, layer=args.layer)
    except FormatRefused as refusal:
        return _refuse(args, refusal)
    layers = [_describe(layer) for layer in held.layers]
    first = layers[0]
    report = {
        "file": str(args.file),
        "format": held.format,
        "encoding": first["encoding"],
        "crs": first["crs"],
        "fields": first["fields"],
        "count": first["count"],
        "layers": layers,
    }
    if args.json:
        print(json.dumps(report, ensure_ascii=False, indent=2))
    else:
        print("\n".join(_text(report, None if args.all else SHOWN)))
    return 0


def _refuse(args: argparse.Namespace, refusal: FormatRefused) -> int:
    print(f"拒收：{refusal.message}", file=sys.stderr)
    if refusal.detail:
        print(f"读取程序原文：{refusal.detail}", file=sys.stderr)
    if args.json:
        problems = [
            {"line": p.line, "value": p.value, "message": p.message} for p in refusal.problems
        ]
        error = {"message": refusal.message, "detail": refusal.detail, "problems": problems}
        print(json.dumps({"file": str(args.file), "error": error}, ensure_ascii=False, indent=2))
    return 1


def _describe(layer: VectorLayer) -> dict[str, Any]:
    from liangtian.geo.clean import check

    notes = list(layer.notes)
    areas = _areas(layer, notes)
    problems = {p.index: p for p in check(layer.geometry, layer.fids)} if layer.fids else {}
    features = []
    for index, fid in enumerate(layer.fids):
        problem = problems.get(index)
        features.append(
            {
                "id": fid,
                "area_m2": areas[index],
                "valid": problem is None,
                "reason": problem.reason if problem else "",
                "location": list(problem.location) if problem and problem.location else None,
            }
        )
    return {
        "name": layer.name,
        "encoding": layer.encoding,
        "crs": {
            "name": layer.crs.name if layer.crs else layer.crs_name,
            "epsg": layer.crs.to_epsg() if layer.crs else None,
        },
        "geometry_type": layer.geometry_type,
        "fields": [{"name": f.name, "type": f.type} for f in layer.fields],
        "count": len(layer.fids),
        "notes": notes,
        "features": features,
    }


def _areas(layer: VectorLayer, notes: list[str]) -> list[float | None]:
    """Survey area of each polygon in m² to 0.01; None where there is none to give."""
    import shapely

    from liangtian.geo.area import round_m2, survey_areas
    from liangtian.geo.crs import CrsRefused

    unknown: list[float | None] = [None] * len(layer.fids)
    polygonal = [
        g is not None and not g.is_empty and g.geom_type in ("Polygon", "MultiPolygon")
        for g in layer.geometry
    ]
    if not any(polygonal):
        return unknown
    if layer.crs is None:
        notes.append("坐标系未说明，不能计算面积。")
        return unknown
    try:
        areas = survey_areas(layer.geometry, layer.crs)
    except (CrsRefused, shapely.errors.GEOSException) as refusal:
        notes.append(f"面积未计算：{refusal}")
        return unknown
    return [float(round_m2(a)) if p else None for a, p in zip(areas, polygonal, strict=True)]


def _text(report: dict[str, Any], limit: int | None) -> list[str]:
    lines = [f"文件：{report['file']}", f"格式：{report['format']}"]
    if len(report["layers"]) > 1:
        lines.append(f"图层：{len(report['layers'])} 个")
    for layer in report["layers"]:
        lines += ["", *_layer_text(layer, limit)]
    return lines


def _layer_text(layer: dict[str, Any], limit: int | None) -> list[str]:
    crs = layer["crs"]
    code = f"(EPSG:{crs['epsg']})" if crs["epsg"] else ""
    invalid = sum(1 for f in layer["features"] if not f["valid"])
    areas = [f["area_m2"] for f in layer["features"] if f["area_m2"] is not None]
    total = f",椭球面积合计 {sum(areas):,.2f} 平方米" if areas else ""
    lines = [
        f"图层：{layer['name']}",
        f"  编码：{layer['encoding']}",
        f"  坐标系：{crs['name']}{code}",
        f"  图形：{_SHAPES.get(layer['geometry_type'], layer['geometry_type'])}",
        f"  要素：{layer['count']} 个{total}",
        f"  图形检查：{f'{invalid} 个有问题' if invalid else '全部合格'}"
        if layer["count"]
        else "  图形检查：没有要素",
        f"  字段：{len(layer['fields'])} 个",
    ]
    lines += [f"    {f['name']}：{_TYPES[f['type']]}" for f in layer["fields"]]
    if layer["notes"]:
        lines += ["  说明：", *(f"    {note}" for note in layer["notes"])]
    return lines + _feature_text(layer["features"], limit)


def _feature_text(features: list[dict[str, Any]], limit: int | None) -> list[str]:
    shown = features if limit is None else features[:limit]
    if not shown:
        return []
    width = max(len(f["id"]) for f in shown)
    lines = ["  要素明细(编号  椭球面积/平方米  检查):"]
    for feature in shown:
        area = "—" if feature["area_m2"] is None else f"{feature['area_m2']:,.2f}"
        lines.append(f"    {feature['id']:>{width}}  {area:>16}  {_verdict(feature)}")
    if len(features) > len(shown):
        hidden = [f for f in features[len(shown) :] if not f["valid"]]
        lines.append(f"    其余 {len(features) - len(shown)} 个(--all 列出全部)")
        lines += [f"    {f['id']:>{width}}  {_verdict(f)}" for f in hidden[:SHOWN]]
        if len(hidden) > SHOWN:
            lines.append(f"    另有 {len(hidden) - SHOWN} 个有问题的要素未列出")
    return lines


def _verdict(feature: dict[str, Any]) -> str:
    if feature["valid"]:
        return "合格"
    where = feature["location"]
    place = f",位置 x={where[0]:.6f} y={where[1]:.6f}" if where else ""
    return f"{feature['reason']}{place}"
