"""Splitting and merging parcels: the old ones end, the new ones begin, and which came out of which is kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from django.db import transaction
from shapely.geometry.base import BaseGeometry
from shapely.ops import split as cut

from liangtian.geo.area import distribute, survey_areas
from liangtian.platform.audit.services import record
from liangtian.platform.errors import Conflict, Refused
from liangtian.platform.people.scope import require
from liangtian.platform.reasons import reason_given
from liangtian.programmes.holdings.buildings.services import carry_buildings
from liangtian.programmes.holdings.contract_lines import carry_over
from liangtian.programmes.holdings.ground import polygons
from liangtian.programmes.holdings.models import Parcel, ParcelLineage, ParcelVersion
from liangtian.programmes.holdings.states import (
    Step,
    begin,
    end,
    lock_parcel,
    new_parcel,
    next_codes,
    refuse_day,
    state_of,
)

if TYPE_CHECKING:
    from liangtian.platform.people.models import User

MOST_PIECES = 50
_LABELS = {
    "unit_id": "调查单位", "corps": "兵团用地", "holder_id": "权利人", "cultivator_id": "实际经营者",
    "ownership": "权属性质", "way": "使用方式",
}  # fmt: skip

_OWN = {
    "source_paper": "来源材料", "paper_number": "材料编号", "land_kind": "承包地类别",
    "actual_use": "实际用途", "irrigation": "灌溉方式", "reclaimed_year": "开发年份",
    "place_name": "坐落", "note": "备注",
}  # fmt: skip


def split(
    user: User, parcel_id: int, line: BaseGeometry, on: date, reason: str
) -> list[ParcelVersion]:
    """Divide a parcel along a line (EPSG:4490) that crosses it; the pieces sum to it to 0.01 m².

    Each piece is a parcel of its own, held as the whole was, and takes its share of the contracts. Raises
    Forbidden, NotFound, Conflict, Refused for a line that does not divide it, a day or a reason.
    """
    require(user, "holdings.view", "holdings.edit")
    said = reason_given(reason, "分割地块")
    with transaction.atomic():
        parcel, now = lock_parcel(user, parcel_id)
        refuse_day(on, parcel.county_id, now)
        pieces = _pieces(now.geom, line)
        measured = survey_areas(np.array(pieces, dtype=object)).tolist()
        areas = distribute(now.area_m2, measured)
        end(now, on)
        step = Step(on, ParcelVersion.Change.SPLIT, said)
        made = []
        codes = next_codes(parcel.region, len(pieces))
        for code, figure, area in zip(codes, pieces, areas, strict=True):
            child = new_parcel(parcel.region, code)
            values = state_of(now) | {"geom": figure, "area_m2": area}
            made.append(begin(user, child, child.region, step, values))
            _descend(user, ParcelLineage.Kind.SPLIT, parcel, child, step)
        carry_over([parcel], [(v.parcel, v.area_m2) for v in made], on)
        carry_buildings([parcel], made)
        after = {v.code: str(v.area_m2) for v in made}
        record(user, "holdings.parcel.split", parcel, before={"area_m2": now.area_m2}, after=after,
               note=said)  # fmt: skip
    return made


def merge(
    user: User, parcel_ids: Sequence[int], on: date, reason: str,
    from_parcel: Mapping[str, int] | None = None,
) -> ParcelVersion:  # fmt: skip
    """Make one parcel of neighbours that are held alike; what else they differ in is of the parcel that is named.

    Raises Forbidden, NotFound, Conflict, Refused for parcels that do not touch or are held differently, and
    (`choose`) where they differ and nobody said whose value counts.
    """
    require(user, "holdings.view", "holdings.edit")
    said = reason_given(reason, "合并地块")
    wanted = list(dict.fromkeys(parcel_ids))
    if not 2 <= len(wanted) <= MOST_PIECES:
        raise Refused(f"请选择 2 至 {MOST_PIECES} 个地块合并。", fields={"parcels": "至少两个"})
    with transaction.atomic():
        found = [lock_parcel(user, key) for key in sorted(wanted)]
        versions = [now for _, now in found]
        _alike(versions)
        for parcel, now in found:
            refuse_day(on, parcel.county_id, now)
        first = next(now for now in versions if now.parcel_id == wanted[0])
        figure = _joined(versions)
        chosen = _chosen(versions, from_parcel or {})
        area = sum((v.area_m2 for v in versions), Decimal(0))
        for now in versions:
            end(now, on)
        region = first.region
        child = new_parcel(region, next_codes(region, 1)[0])
        step = Step(on, ParcelVersion.Change.MERGE, said)
        values = state_of(first) | chosen | {"geom": figure, "area_m2": area}
        made = begin(user, child, region, step, values)
        for parcel, _ in found:
            _descend(user, ParcelLineage.Kind.MERGE, parcel, child, step)
        carry_over([parcel for parcel, _ in found], [(child, area)], on)
        carry_buildings([parcel for parcel, _ in found], [made])
        record(user, "holdings.parcel.merge", child, before={v.code: str(v.area_m2) for v in versions},
               after={"area_m2": area}, note=said)  # fmt: skip
    return made


def _pieces(geom: BaseGeometry, line: BaseGeometry) -> list[BaseGeometry]:
    if line.geom_type != "LineString" or not line.is_valid or line.length == 0:
        raise Refused("分割线应为一条折线。", fields={"line": "应为折线"})
    pieces = [piece for part in polygons(geom) for piece in polygons(cut(part, line))]
    if len(pieces) == len(polygons(geom)):
        raise Refused(
            "分割线没有把地块分开。请让分割线从地块的一侧界线外画到另一侧界线外。",
            fields={"line": "没有穿过地块"},
        )
    if len(pieces) > MOST_PIECES:
        raise Refused(
            f"一次最多分成 {MOST_PIECES} 块。", fields={"line": f"分成了 {len(pieces)} 块"}
        )
    return pieces


def _alike(versions: Sequence[ParcelVersion]) -> None:
    differing = [
        label for name, label in _LABELS.items() if len({getattr(v, name) for v in versions}) > 1
    ]
    if differing:
        raise Conflict(
            f"所选地块的{'、'.join(differing)}不同，不能合并。请先把这些地块变更一致，再办理合并。"
        )


def _chosen(versions: Sequence[ParcelVersion], from_parcel: Mapping[str, int]) -> dict[str, Any]:
    """What the merged parcel says of itself where the parcels differ."""
    by_parcel = {v.parcel_id: v for v in versions}
    differing = [n for n in _OWN if len({getattr(v, n) for v in versions}) > 1]
    if open_ := [name for name in differing if from_parcel.get(name) not in by_parcel]:
        named = "、".join(_OWN[name] for name in open_)
        raise Refused(
            f"所选地块的{named}不同，请选择合并后取哪一个地块的。", code="choose", status=409,
            fields={name: "各地块不同，请选择" for name in open_},
        )  # fmt: skip
    return {name: getattr(by_parcel[from_parcel[name]], name) for name in differing}


def _joined(versions: Sequence[ParcelVersion]) -> BaseGeometry:
    figure = shapely.union_all([v.geom for v in versions])
    if len(polygons(figure)) != 1:
        raise Refused(
            "所选地块没有公共边，合并后不是一个整块。请只选择相邻的地块。",
            fields={"parcels": "不相邻"},
        )
    return figure


def _descend(user: User, kind: str, parent: Parcel, child: Parcel, step: Step) -> None:
    ParcelLineage.objects.create(
        kind=kind, parent=parent, child=child, on=step.on, reason=step.reason, made_by=user
    )
