"""How new boundaries fit: inside their parent, not over each other, without gaps. Areas in m², survey area."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from decimal import Decimal

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from liangtian.geo.area import round_m2, survey_areas
from liangtian.platform.regions.imports.checking import Checked, Found
from liangtian.platform.regions.register import parent_of


def check_boundaries(
    new: Mapping[str, Checked], standing: Mapping[str, BaseGeometry], sliver_m2: Decimal
) -> Iterator[Found]:
    """Warnings of everything over `sliver_m2`. `standing`: boundaries in the system by code."""
    after = {**standing, **{code: region.geom for code, region in new.items()}}
    siblings: dict[str, list[str]] = defaultdict(list)
    for code in after:
        siblings[parent_of(code) or ""].append(code)
    for parent in sorted({parent_of(code) or "" for code in new}):
        around = after.get(parent)
        codes = sorted(siblings[parent])
        if around is not None:
            yield from _outside(new, codes, around, sliver_m2)
        yield from _overlaps(new, codes, after, sliver_m2)
        if around is not None:
            yield from _gaps(parent, codes, after, around, sliver_m2)


def _area(geoms: list[BaseGeometry]) -> list[Decimal]:
    array = np.empty(len(geoms), dtype=object)
    array[:] = geoms
    return [round_m2(value) for value in survey_areas(array).tolist()]


def _outside(
    new: Mapping[str, Checked], codes: list[str], around: BaseGeometry, sliver: Decimal
) -> Iterator[Found]:
    mine = [new[code] for code in codes if code in new]
    left = [shapely.difference(region.geom, around) for region in mine]
    for region, area in zip(mine, _area(left), strict=True):
        if area > sliver:
            yield Found(region.row, region.code, "界线", region.name, f"超出上级界线 {area} 平方米",
                        "核对本级和上级界线；允许的，可以直接入库", error=False, area_m2=area)  # fmt: skip


def _overlaps(
    new: Mapping[str, Checked], codes: list[str], after: Mapping[str, BaseGeometry], sliver: Decimal
) -> Iterator[Found]:
    geoms = [after[code] for code in codes]
    left, right = shapely.STRtree(geoms).query(geoms, predicate="intersects")
    pairs = [
        (a, b) for a, b in zip(left.tolist(), right.tolist(), strict=True)
        if a < b and (codes[a] in new or codes[b] in new)
    ]  # fmt: skip
    common = [shapely.intersection(geoms[a], geoms[b]) for a, b in pairs]
    for (a, b), area in zip(pairs, _area(common), strict=True):
        if area > sliver:
            one, other = (codes[a], codes[b]) if codes[a] in new else (codes[b], codes[a])
            region = new[one]
            yield Found(region.row, one, "界线", region.name, f"与同级 {other} 重叠 {area} 平方米",
                        "核对两处界线，使其不重叠；入库后图斑归入占比大的一处", error=False, area_m2=area)  # fmt: skip


def _gaps(
    parent: str,
    codes: list[str],
    after: Mapping[str, BaseGeometry],
    around: BaseGeometry,
    sliver: Decimal,
) -> Iterator[Found]:
    rest = shapely.difference(around, shapely.union_all([after[code] for code in codes]))
    area, *_ = _area([rest])
    if area > sliver:
        yield Found(0, parent, "界线", parent, f"{parent} 之内有 {area} 平方米不属于任何下级界线",
                    "补上缺少的下级界线；空白处的图斑归上级", error=False, area_m2=area)  # fmt: skip
