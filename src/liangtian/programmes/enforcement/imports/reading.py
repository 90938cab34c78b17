"""Opening the file of an import: its layers, its coordinate system, its first rows."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from liangtian.geo.crs import CrsRefused, Resolved, require_holdable, resolve_crs
from liangtian.geo.formats import FormatRefused, VectorLayer, read
from liangtian.geo.magnitude import Bounds
from liangtian.platform.cell_values import text_of
from liangtian.platform.errors import Refused
from liangtian.platform.files.models import StoredFile
from liangtian.platform.files.services import named_copy

PREVIEW_ROWS = 20
ENCODINGS = ("UTF-8", "GB18030")
_NAMED_ROWS = 10


@dataclass(frozen=True)
class Source:
    """The layer that is meant, all layers there are, and what its coordinates are."""

    format: str
    layers: list[VectorLayer]
    layer: VectorLayer
    resolved: Resolved

    @property
    def crs_label(self) -> str:
        """Name and EPSG code of the coordinate system."""
        return self.resolved.title

    @property
    def field_names(self) -> list[str]:
        """Names of the layer's fields."""
        return [field.name for field in self.layer.fields]

    @property
    def areal(self) -> list[str]:
        """Names of the layers that hold polygons, any of which could be meant."""
        return [one.name for one in self.layers if _areal(one)]


def open_source(file: StoredFile, layer: str = "", encoding: str = "") -> Source:
    """Read the stored file; without `layer` the first that holds polygons is meant.

    Raises Refused like `source_of`.
    """
    with named_copy(file) as path:
        return source_of(path, layer, encoding)


def source_of(path: Path, layer: str = "", encoding: str = "") -> Source:
    """Read a file that lies under its own name.

    Raises Refused (Chinese) for anything that cannot become a batch of patches: a file without a polygon
    layer, without fields, with a coordinate system a county cannot hold, or with one that its
    coordinates contradict is refused as a whole, by name.
    """
    try:
        found = read(path, encoding=encoding or None)
        chosen = _choose(found.layers, layer)
        resolved = _resolve(chosen)
        require_holdable(resolved)
    except (FormatRefused, CrsRefused) as refusal:
        raise Refused(str(refusal), fields={"file": str(refusal)}) from refusal
    return Source(found.format, found.layers, chosen, resolved)


def _areal(layer: VectorLayer) -> bool:
    return any(g is not None and "Polygon" in g.geom_type for g in layer.geometry)


def _choose(layers: list[VectorLayer], wanted: str) -> VectorLayer:
    asked = [one for one in layers if one.name == wanted] if wanted else layers
    areal = [one for one in asked if _areal(one)]
    if not areal:
        listed = "、".join(
            f"“{one.name}”({_shape_name(one.geometry_type)}，{len(one.fids)} 行)" for one in layers
        )
        missing = f"名为“{wanted}”的面状图层" if wanted else "可用的面状图层"
        raise Refused(f"文件里没有{missing}，图斑必须是面。现有：{listed}。请核对导出的内容。")
    chosen = areal[0]
    if not chosen.fields:
        raise Refused(
            f"图层“{chosen.name}”只有图形，没有属性字段，无法取得监测编号。请核对导出的内容。"
        )
    return chosen


def _shape_name(geometry_type: str) -> str:
    names = {"Point": "点", "LineString": "线", "Polygon": "面", "None": "无图形"}
    return names.get(geometry_type.removeprefix("Multi"), geometry_type)


def _resolve(layer: VectorLayer) -> Resolved:
    west, south, east, north = shapely.total_bounds(layer.geometry).tolist()
    try:
        return resolve_crs(layer.crs, (west, south, east, north))
    except CrsRefused as refusal:
        odd = _odd_rows(layer)
        if not odd:
            raise
        named = "、".join(str(row) for row in odd[:_NAMED_ROWS])
        raise CrsRefused(
            f"{refusal}只有第 {named} 行等 {len(odd)} 行与其余各行不合，请先改正或删去这些行。"
        ) from refusal


def _odd_rows(layer: VectorLayer) -> list[int]:
    """The rows (1-based) whose own coordinates are refused, if most others are not."""
    bounds = shapely.bounds(layer.geometry)
    drawn = np.flatnonzero(~np.isnan(bounds).any(axis=1)).tolist()
    odd = [i + 1 for i in drawn if _refused(layer, tuple(bounds[i].tolist()))]
    return odd if len(odd) * 2 < len(drawn) else []


def _refused(layer: VectorLayer, bounds: Bounds) -> bool:
    try:
        resolve_crs(layer.crs, bounds)
    except CrsRefused:
        return True
    return False


def contents_of(source: Source) -> dict[str, Any]:
    """What an import shows of its file, so that showing it again need not read the file again."""
    return {
        "format": source.format,
        "layers": [
            {"name": one.name, "count": len(one.fids), "geometry_type": one.geometry_type}
            for one in source.layers
        ],
        "areal": source.areal,
        "crs_note": source.resolved.note,
        "notes": source.layer.notes,
        "fields": [{"name": field.name, "type": field.type} for field in source.layer.fields],
        "preview": preview_rows(source.layer),
    }


def preview_rows(layer: VectorLayer) -> list[dict[str, str]]:
    """The first rows as text, for a person to judge fields and encoding."""
    shown = range(min(PREVIEW_ROWS, len(layer.fids)))
    return [{name: text_of(column[i]) for name, column in layer.columns.items()} for i in shown]
