"""One layer from GDAL into a VectorLayer: types, nulls, exact integers, 2D, straight edges.

Only absolute local paths that `sniff` has accepted come here.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyproj
import shapely
from numpy.typing import NDArray

from liangtian.geo.formats.gdal import gdal
from liangtian.geo.formats.model import (
    FieldInfo,
    FieldType,
    FormatRefused,
    VectorLayer,
    crs_label,
)

_TYPES: dict[str, FieldType] = {
    "OFTInteger": "integer",
    "OFTInteger64": "integer",
    "OFTReal": "real",
    "OFTDate": "date",
    "OFTDateTime": "datetime",
}
_CURVES = {
    "CIRCULARSTRING",
    "COMPOUNDCURVE",
    "CURVEPOLYGON",
    "MULTICURVE",
    "MULTISURFACE",
    "CURVE",
    "SURFACE",
}
_SKIPPED = re.compile(r"[Ss]kipping field (.+?):? (?:because of|due to)?\s*unsupported OGR type")
_EXACT_DOUBLE = 2**53
_EXACT_SINGLE = 2**24
_SHOWN_FIDS = 5
MEASURES_DROPPED = "图层带测量值(M)，测量值已舍去。"


def layer_names(path: Path) -> list[str]:
    """The names of all layers of a data source; FormatRefused when GDAL cannot open it."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # said again, and noted, when the layer is read
            return [str(name) for name, _ in gdal().list_layers(path)]
    except Exception as fault:
        raise refused(path, fault) from fault


def refused(path: Path, fault: Exception) -> FormatRefused:
    """GDAL's failure as a Chinese refusal, with its words as detail."""
    return FormatRefused(
        f"“{path.name}”读不出来，内容可能已损坏或不完整。请从原软件重新导出后再上传。",
        detail=str(fault),
    )


def read_layer(
    path: Path,
    layer: str,
    *,
    limit: int | None = None,
    skip: int = 0,
    where: str | None = None,
    **options: str,
) -> VectorLayer:
    """Read one layer, or `limit` features of it after the first `skip` of those that meet `where`.

    `options` go to GDAL as open options. Raises FormatRefused when GDAL fails.
    """
    try:
        with warnings.catch_warnings(record=True) as heard:
            warnings.simplefilter("always")
            meta, fids, wkb, data = gdal().raw.read(
                path,
                layer=layer,
                return_fids=True,
                datetime_as_string=True,
                max_features=limit,
                skip_features=skip,
                where=where,
                **options,
            )
    except Exception as fault:
        raise refused(path, fault) from fault
    notes = [_heard(str(w.message)) for w in heard]
    names = _distinct([str(n) for n in meta["fields"]], notes)
    columns: dict[str, NDArray[Any]] = {}
    fields: list[FieldInfo] = []
    for index, name in enumerate(names):
        kind = _field_type(meta["ogr_types"][index], meta["ogr_subtypes"][index])
        column = data[index]
        if kind == "integer" and column.dtype.kind == "f":
            column = _exact_integers(
                path, layer, str(meta["fields"][index]), fids, column, options=options
            )
        columns[name] = _column(kind, column)
        fields.append(FieldInfo(name, kind))
    labels = [str(fid) for fid in fids]
    geometry = geometries(wkb, labels, notes)
    crs = _crs(meta["crs"], notes)
    return VectorLayer(
        name=layer,
        crs=crs,
        crs_name=crs_label(crs),
        encoding="UTF-8",
        fields=fields,
        fids=labels,
        geometry=geometry,
        columns=columns,
        notes=list(dict.fromkeys(notes)),
        geometry_type=geometry_type(geometry, str(meta["geometry_type"] or "")),
    )


def table(path: Path, skip: int, rows: int, **options: str) -> Any:
    """Some records without their shapes, as pyogrio gives them: meta, ids, None, columns."""
    try:
        return gdal().raw.read(
            path, skip_features=skip, max_features=rows, read_geometry=False, **options
        )
    except Exception as fault:
        raise refused(path, fault) from fault


def _heard(message: str) -> str:
    if match := _SKIPPED.search(message):
        return f"字段“{match[1].strip()}”的类型不支持，没有读入。"
    if message.startswith("Measured (M)"):
        return MEASURES_DROPPED
    return f"读取程序提示：{message}"


def _distinct(names: Sequence[str], notes: list[str]) -> list[str]:
    seen: dict[str, int] = {}
    distinct = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        fresh = name if seen[name] == 1 else f"{name}_{seen[name]}"
        if fresh != name:
            notes.append(f"字段名“{name}”重复，第 {seen[name]} 个记作“{fresh}”。")
        distinct.append(fresh)
    return distinct


def _field_type(ogr_type: str, subtype: str) -> FieldType:
    if subtype == "OFSTBoolean":
        return "boolean"
    return _TYPES.get(ogr_type, "text")


def _exact_integers(
    path: Path,
    layer: str,
    name: str,
    fids: NDArray[Any],
    column: NDArray[Any],
    *,
    options: dict[str, str],
) -> NDArray[Any]:
    """An integer column with nulls arrives as floats; values too big for that are read again."""
    present = ~np.isnan(column)
    limit = _EXACT_DOUBLE if column.dtype == np.float64 else _EXACT_SINGLE
    if not present.any() or np.abs(column[present]).max() < limit:
        return column
    _, again, _, data = gdal().raw.read(
        path,
        layer=layer,
        columns=[name],
        fids=fids[present],
        read_geometry=False,
        return_fids=True,
        **options,
    )
    exact = {int(fid): int(value) for fid, value in zip(again, data[0], strict=True)}
    return objects([exact[int(f)] if p else None for f, p in zip(fids, present, strict=True)])


def _column(kind: FieldType, column: NDArray[Any]) -> NDArray[Any]:
    if kind == "real":
        return column.astype(np.float64)
    if kind in ("integer", "boolean"):
        convert = int if kind == "integer" else bool
        if column.dtype.kind == "f":
            values = [None if np.isnan(v) else convert(v) for v in column]
            if None not in values:
                return np.array(values, dtype=np.int64 if kind == "integer" else np.bool_)
            return objects(values)
        if column.dtype.kind == "O":
            return objects(list(column))
        return column.astype(np.int64 if kind == "integer" else np.bool_)
    return objects([_text(v) for v in column])


def _text(value: object) -> str | None:
    if value is None or (isinstance(value, float) and np.isnan(value)):
        return None
    if isinstance(value, np.ndarray | list):
        return ",".join(str(v) for v in value)
    return str(value)


def objects(values: Sequence[object]) -> NDArray[np.object_]:
    """A one-dimensional object array, whatever the values are."""
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array


def geometries(
    wkb: NDArray[Any] | None, fids: Sequence[str], notes: list[str]
) -> NDArray[np.object_]:
    """2D shapely geometries; Z dropped and rings that close on nothing left out, both noted."""
    if wkb is None:
        return np.full(len(fids), None, dtype=object)
    array = shapely.from_wkb(wkb, on_invalid="ignore")
    broken = [
        f for f, raw, g in zip(fids, wkb, array, strict=True) if raw is not None and g is None
    ]
    if broken:
        shown = "、".join(broken[:_SHOWN_FIDS])
        notes.append(
            f"{len(broken)} 个要素的环没有闭合或不足 4 点，图形未读入(按无图形处理)，要素号：{shown}"
            f"{' 等' if len(broken) > _SHOWN_FIDS else ''}。"
        )
    lifted = int(shapely.has_z(array).sum())
    if lifted:
        notes.append(f"{lifted} 个要素带高程(Z)，高程已舍去，只保留平面坐标。")
        array = shapely.force_2d(array)
    return np.asarray(array, dtype=object)


def geometry_type(geometry: NDArray[np.object_], declared: str = "") -> str:
    """The OGC type that describes every geometry present; several are joined by "/"."""
    kinds = {g.geom_type for g in geometry if g is not None}
    if not kinds:
        return declared.removesuffix(" Z").removeprefix("2.5D ") or "None"
    for single in ("Polygon", "LineString", "Point"):
        if kinds == {single, f"Multi{single}"}:
            return f"Multi{single}"
    return "/".join(sorted(kinds))


def note_curves(path: Path, layer: VectorLayer) -> None:
    """Say which features were curves before GDAL turned them into short straight edges."""
    name = layer.name.replace('"', '""')
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            _, _, _, data = gdal().raw.read(
                path,
                sql=f'SELECT OGR_GEOMETRY FROM "{name}"',
                sql_dialect="OGRSQL",
                read_geometry=False,
            )
    except Exception as fault:
        layer.notes.append(f"未能判断图形里是否有曲线(读取程序原文：{fault})。")
        return
    curved = sum(1 for kind in data[0] if kind in _CURVES) if data else 0
    if curved:
        layer.notes.append(f"{curved} 个要素含曲线(圆弧等)，已用短直线逼近，面积有微小差异。")


def _crs(declared: str | None, notes: list[str]) -> pyproj.CRS | None:
    if not declared:
        return None
    try:
        return pyproj.CRS.from_user_input(declared)
    except pyproj.exceptions.CRSError as fault:
        notes.append(f"坐标系定义无法识别(读取程序原文：{fault})。")
        return None
