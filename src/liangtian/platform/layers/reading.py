"""From a delivered file to arrays ready to be stored, with everything that was found wrong."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS

from liangtian.geo.area import densified, round_m2, survey_areas
from liangtian.geo.clean import GeometryRefused, check, repair
from liangtian.geo.crs import require_holdable, resolve_crs, to_4490
from liangtian.geo.formats import VectorLayer, read
from liangtian.platform.errors import Refused
from liangtian.platform.files.models import StoredFile
from liangtian.platform.files.services import named_copy
from liangtian.platform.layers.columns import Columns, read_columns
from liangtian.platform.layers.found import ERROR, WARNING, Found
from liangtian.platform.layers.models import Layer
from liangtian.platform.layers.overlaps import self_overlaps

CGCS2000 = CRS.from_epsg(4490)


@dataclass
class Prepared:
    """The usable features of a delivery, in row order; geometries in EPSG:4490, areas in m²."""

    rows: NDArray[np.int64]
    fids: list[str]
    geoms: NDArray[np.object_]
    areas: list[Decimal]
    columns: Columns
    crs_label: str
    encoding: str
    notes: list[str]
    problems: list[Found] = field(default_factory=list)


def open_layer(
    file: StoredFile, layer: Layer, encoding: str | None, source_layer: str | None
) -> VectorLayer:
    """The layer of the stored file that is meant.

    Files lie under their hash, so readers, which judge by content and name, get a copy under its own
    name. Raises FormatRefused or Refused (both Chinese).
    """
    with named_copy(file) as copy:
        found = read(copy, encoding=encoding or None, layer=source_layer or None)
    return _choose(found.layers, layer)


def _choose(layers: list[VectorLayer], layer: Layer) -> VectorLayer:
    areal = [one for one in layers if one.polygonal]
    named = [one for one in areal if one.name.upper() in layer.source_names]
    for candidates in (named, areal):
        if len(candidates) == 1:
            return candidates[0]
    listed = "、".join(f"“{one.name}”({one.geometry_type})" for one in layers)
    if not areal:
        raise Refused(f"文件里没有面状图层，“{layer.name}”必须是面。现有：{listed}。")
    raise Refused(
        f"文件里有多个面状图层：{listed}。请指明哪一个是“{layer.name}”，或单独导出后上传。"
    )


def prepare(source: VectorLayer, layer: Layer, category_field: str | None) -> Prepared:
    """Check, repair, measure and convert one layer.

    Raises CrsRefused for a coordinate system the register cannot hold, Refused for missing fields.
    """
    bounds = tuple(shapely.total_bounds(source.geometry).tolist())
    resolved = resolve_crs(source.crs, bounds)
    require_holdable(resolved)
    columns = read_columns(source, layer, category_field)
    problems = list(columns.problems)
    geoms, usable = _repaired(source, resolved.crs, problems)
    if not usable.any():
        raise Refused("文件里没有一个可用的面状图形，未导入。请检查数据。")
    keep = np.flatnonzero(usable)
    geoms, rows, fids = geoms[keep], keep + 1, [source.fids[i][:60] for i in keep.tolist()]
    areas = survey_areas(geoms, resolved.crs)
    if layer.exclusive:
        problems += self_overlaps(geoms, rows, fids, resolved.crs)
    degrees = to_4490(densified(geoms, resolved.crs), resolved.crs)
    notes = [*source.notes, *([resolved.note] if resolved.note else [])]
    return Prepared(
        rows=rows,
        fids=fids,
        geoms=_valid_in_degrees(degrees, rows, fids, problems),
        areas=[round_m2(m2) for m2 in areas.tolist()],
        columns=columns.of_rows(keep),
        crs_label=resolved.title,
        encoding=source.encoding[:20],
        notes=notes,
        problems=problems,
    )


def _repaired(
    source: VectorLayer, crs: CRS, problems: list[Found]
) -> tuple[NDArray[np.object_], NDArray[np.bool_]]:
    """Valid geometries in the file's CRS and which rows can be used; every repair is a problem."""
    geoms = source.geometry.copy()
    usable = np.ones(len(geoms), dtype=bool)
    for fault in check(geoms, source.fids):
        place = _in_degrees(fault.location, crs)
        try:
            made = repair(geoms[fault.index], crs)
        except GeometryRefused as refusal:
            usable[fault.index] = False
            reason = f"{fault.reason}。该图形未入库：{refusal}"
            problems.append(Found(fault.index + 1, fault.fid, ERROR, reason, place))
            continue
        geoms[fault.index] = made.geom
        reason = f"图形无效，已修复后入库。{made.note}"
        problems.append(Found(fault.index + 1, fault.fid, WARNING, reason, place))
    return geoms, usable


def _valid_in_degrees(
    geoms: NDArray[np.object_],
    rows: NDArray[np.int64],
    fids: list[str],
    problems: list[Found],
) -> NDArray[np.object_]:
    """Conversion may make a hair-thin figure touch itself; such a one is repaired once more."""
    for fault in check(geoms, fids):
        made = repair(geoms[fault.index], CGCS2000)
        geoms[fault.index] = made.geom
        reason = f"换算为经纬度后图形无效，已修复。{made.note}"
        problems.append(Found(int(rows[fault.index]), fault.fid, WARNING, reason, fault.location))
    return geoms


def _in_degrees(place: tuple[float, float] | None, crs: CRS) -> tuple[float, float] | None:
    if place is None or not np.isfinite(place).all():
        return None
    ((lon, lat),) = shapely.get_coordinates(
        to_4490(np.array([shapely.Point(place)], dtype=object), crs)
    ).tolist()
    return lon, lat
