"""From a delivered file, part by part, to features ready to be stored, with all that is wrong in them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS

from liangtian.geo.area import densified, round_m2, survey_areas
from liangtian.geo.clean import GeometryRefused, check, repair
from liangtian.geo.crs import Resolved, require_holdable, resolve_crs, to_4490
from liangtian.geo.formats import VectorLayer, VectorStream, open_vector
from liangtian.platform.errors import Refused
from liangtian.platform.files.models import StoredFile
from liangtian.platform.files.services import named_copy
from liangtian.platform.layers.checks.engine import Checker
from liangtian.platform.layers.checks.table import Table
from liangtian.platform.layers.columns import ColumnReader, Columns
from liangtian.platform.layers.found import ERROR, WARNING, Found
from liangtian.platform.layers.models import Layer

CGCS2000 = CRS.from_epsg(4490)


@dataclass
class Prepared:
    """Usable features of one part, in row order; `plane` in the file's system, `geoms` in EPSG:4490."""

    rows: NDArray[np.int64]
    fids: list[str]
    plane: NDArray[np.object_]
    geoms: NDArray[np.object_]
    areas: list[Decimal]
    columns: Columns


@contextmanager
def open_layer(
    file: StoredFile, layer: Layer, encoding: str | None, source_layer: str | None
) -> Iterator[VectorStream]:
    """The layer of the stored file that is meant.

    Files lie under their hash, so readers, which judge by content and name, get a copy under its own
    name. Raises FormatRefused or Refused (both Chinese).
    """
    with (
        named_copy(file) as copy,
        open_vector(copy, encoding=encoding or None, layer=source_layer or None) as found,
    ):
        yield choose(found, layer)


def choose(layers: list[VectorStream], layer: Layer) -> VectorStream:
    """The one layer that can be meant; Refused when there is none or more than one."""
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


class Preparer:
    """Checks, repairs, measures and converts the parts of one layer; findings gather in `problems`.

    Raises CrsRefused for a coordinate system the register cannot hold, Refused for missing fields.
    """

    def __init__(
        self, source: VectorStream, layer: Layer, category_field: str | None, checker: Checker
    ) -> None:
        self.resolved: Resolved = resolve_crs(source.crs, source.bounds)
        require_holdable(self.resolved)
        self.columns = ColumnReader(source, layer, category_field)
        self.checker = checker
        self.problems = checker.begin()

    def part(self, part: VectorLayer, start: int) -> Prepared:
        """The usable features of a part whose first one is row `start` + 1."""
        crs, problems = self.resolved.crs, list[Found]()
        columns, said = self.columns.read(part, start)
        geoms, usable = _repaired(part, start, crs, problems)
        keep = np.flatnonzero(usable)
        prepared = self._measured(
            keep + start + 1, [part.fids[i][:60] for i in keep.tolist()], geoms[keep],
            columns.of_rows(keep), problems,
        )  # fmt: skip
        self.problems += self.checker.report([*said, *problems])
        table = Table(
            prepared.rows, prepared.fids, prepared.columns.values,
            np.array([float(m2) for m2 in prepared.areas]), prepared.geoms,
        )  # fmt: skip
        found, refused = self.checker.part(table)
        self.problems += found
        return _without(prepared, refused) if refused.any() else prepared

    def finish(self) -> list[Found]:
        """All findings once the last part is through."""
        self.problems += self.checker.report(self.columns.finish())
        self.problems += self.checker.finish()
        return self.problems

    def _measured(
        self,
        rows: NDArray[np.int64],
        fids: list[str],
        plane: NDArray[np.object_],
        columns: Columns,
        problems: list[Found],
    ) -> Prepared:
        crs = self.resolved.crs
        degrees = to_4490(densified(plane, crs), crs)
        # Degrees of the densified figure have the survey area of the plane figure.
        areas = [round_m2(m2) for m2 in survey_areas(degrees).tolist()]
        valid = _valid_in_degrees(degrees, rows, fids, problems)
        return Prepared(rows, fids, plane, valid, areas, columns)


def _without(prepared: Prepared, refused: NDArray[np.bool_]) -> Prepared:
    keep = np.flatnonzero(~refused)
    return Prepared(
        prepared.rows[keep],
        [prepared.fids[i] for i in keep.tolist()],
        prepared.plane[keep],
        prepared.geoms[keep],
        [prepared.areas[i] for i in keep.tolist()],
        prepared.columns.of_rows(keep),
    )


def _repaired(
    source: VectorLayer, start: int, crs: CRS, problems: list[Found]
) -> tuple[NDArray[np.object_], NDArray[np.bool_]]:
    """Valid geometries in the file's CRS and which rows can be used; every repair is a problem."""
    geoms = source.geometry.copy()
    usable = np.ones(len(geoms), dtype=bool)
    for fault in check(geoms, source.fids):
        place, row = _in_degrees(fault.location, crs), start + fault.index + 1
        try:
            made = repair(geoms[fault.index], crs)
        except GeometryRefused as refusal:
            usable[fault.index] = False
            reason = f"{fault.reason}。该图形未入库：{refusal}"
            problems.append(Found(row, fault.fid, ERROR, reason, place, rule="G01", field="图形"))
            continue
        geoms[fault.index] = made.geom
        reason = f"图形无效，已修复后入库。{made.note}"
        problems.append(
            Found(row, fault.fid, WARNING, reason, place, "G02", "图形", m2=made.changed_m2)
        )
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
        row = int(rows[fault.index])
        problems.append(Found(row, fault.fid, WARNING, reason, fault.location, "G02", "图形"))
    return geoms


def _in_degrees(place: tuple[float, float] | None, crs: CRS) -> tuple[float, float] | None:
    if place is None or not np.isfinite(place).all():
        return None
    ((lon, lat),) = shapely.get_coordinates(
        to_4490(np.array([shapely.Point(place)], dtype=object), crs)
    ).tolist()
    return lon, lat
