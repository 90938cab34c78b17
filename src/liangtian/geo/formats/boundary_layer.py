"""A boundary-point file as a layer like any other."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import numpy as np
import pyproj

from liangtian.geo.formats.boundary_txt import BoundaryBlock, decode, read_txt
from liangtian.geo.formats.model import (
    FieldInfo,
    FieldType,
    FormatRefused,
    VectorLayer,
    crs_label,
)
from liangtian.geo.formats.ogr import geometry_type, objects

_HEAD_CHARACTERS = 4_000


def looks_like(path: Path) -> bool:
    """True when a text file has the sections of 报部坐标 TXT."""
    try:
        content, _, _ = decode(path.read_bytes())
    except FormatRefused:
        return False
    return "地块坐标" in content or "属性描述" in content[:_HEAD_CHARACTERS]


def read_layer(path: Path, encoding: str | None = None) -> VectorLayer:
    """The plots of a boundary-point file; fids are their 1-based order.

    Columns: 地块编号 地块名称 图幅号 地块用途 地类编码 (text), 点数 (integer), 声明面积_m2
    (real, NaN when empty), 面积读法 (text), 行号 (integer) and whatever longer header variants add.
    """
    if encoding is None and not looks_like(path):
        raise FormatRefused(
            f"“{path.name}”是文本,但没有 [属性描述]、[地块坐标] 段,不是报部坐标 TXT。"
            "请核对文件,或导出为 Shapefile、GeoPackage。"
        )
    held = read_txt(path, encoding)
    texts = {
        "地块编号": [b.number for b in held.blocks],
        "地块名称": [b.name for b in held.blocks],
        "图幅号": [b.sheet for b in held.blocks],
        "地块用途": [b.use for b in held.blocks],
        "地类编码": [b.code for b in held.blocks],
        "面积读法": [b.area_note for b in held.blocks],
    }
    for label in dict.fromkeys(label for b in held.blocks for label, _ in b.extras):
        texts[label] = [dict(b.extras).get(label, "") for b in held.blocks]
    columns = {name: objects([v or None for v in values]) for name, values in texts.items()}
    columns["声明面积_m2"] = np.array([_area(b) for b in held.blocks], dtype=np.float64)
    counts = [b.declared_points for b in held.blocks]
    columns["点数"] = objects(counts) if None in counts else np.array(counts, dtype=np.int64)
    columns["行号"] = np.array([b.line for b in held.blocks], dtype=np.int64)
    kinds: dict[str, FieldType] = {"声明面积_m2": "real", "点数": "integer", "行号": "integer"}
    crs = pyproj.CRS.from_epsg(held.zone.epsg)
    geometry = objects([b.geometry for b in held.blocks])
    return VectorLayer(
        name=path.stem,
        crs=crs,
        crs_name=crs_label(crs),
        encoding=held.encoding,
        fields=[FieldInfo(name, kinds.get(name, "text")) for name in columns],
        fids=[str(i) for i in range(1, len(held.blocks) + 1)],
        geometry=geometry,
        columns=columns,
        notes=list(held.notes),
        geometry_type=geometry_type(geometry),
    )


def _area(block: BoundaryBlock) -> float:
    return float(block.declared_area_m2 if block.declared_area_m2 is not None else Decimal("NaN"))
