"""What the map tells of a parcel, a well, a canal or a building that was clicked: a few facts and the way to its page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import shapely
from django.db.models import Count, Q, Sum

from liangtian.geo.area import to_mu
from liangtian.platform.errors import NotFound
from liangtian.platform.people.scope import require
from liangtian.programmes.holdings.colouring import ARREARS, JUDGEMENT, coloured, may
from liangtian.programmes.holdings.fees.arrears import outstanding
from liangtian.programmes.holdings.models import Bill, Building, ParcelVersion, WaterSource
from liangtian.programmes.holdings.naming import shown_name
from liangtian.programmes.holdings.parcels import area_mu

if TYPE_CHECKING:
    from liangtian.platform.people.models import User

MOST = 20  # of each sort: more do not lie under one click


@dataclass(frozen=True)
class Clicked:
    """Keys of what lies under the pointer."""

    parcels: Sequence[int] = ()
    sources: Sequence[int] = ()
    buildings: Sequence[int] = ()


def summaries(user: User, clicked: Clicked) -> list[dict[str, Any]]:
    """The facts of each thing in the user's scope. Raises Forbidden, NotFound when none of them is."""
    require(user, "holdings.view")
    found = [
        *_buildings(user, clicked.buildings[:MOST]),
        *_sources(user, clicked.sources[:MOST]),
        *_parcels(user, clicked.parcels[:MOST]),
    ]
    if not found:
        raise NotFound("这里的地块或设施已变更，或不在您的管辖范围内。请刷新地图。")
    return found


def _parcels(user: User, keys: Sequence[int]) -> list[dict[str, Any]]:
    if not keys:
        return []
    rows = ParcelVersion.objects.visible_to(user).filter(valid_to=None, parcel__in=keys)
    rows = coloured(user, rows, JUDGEMENT).select_related("region", "holder", "unit")
    owed = _owed(user, keys) if may(user, ARREARS) else None
    standing = dict(
        Building.objects.visible_to(user)
        .filter(parcel__in=keys, valid_to=None)
        .order_by()
        .values_list("parcel")
        .annotate(Count("pk"))
    )
    return [_parcel(v, owed, standing.get(v.parcel_id, 0)) for v in rows.order_by("code")]


def _parcel(v: ParcelVersion, owed: dict[int, int] | None, standing: int) -> dict[str, Any]:
    facts = [
        ("坐落", f"{v.region.name}{v.place_name}"),
        ("权利人", shown_name(v.holder) if v.holder else "未登记"),
        ("面积", f"{area_mu(v)} 亩"),
        ("权属性质", v.get_ownership_display()),
        ("使用方式", v.way),
        ("实际用途", v.actual_use),
    ]
    if v.corps:
        facts.insert(0, ("兵团用地", "不计入合计，另列"))
    else:
        facts.append(("研判", v.colour))  # type: ignore[attr-defined]
    if owed is not None and not v.corps:
        fen = owed.get(v.parcel_id, 0)
        facts.append(("欠费", f"{fen // 100}.{fen % 100:02d} 元" if fen else "无"))
    if standing:
        facts.append(("地头建筑物", f"{standing} 处"))
    return _item(
        ("parcel", v.parcel_id), ("地块", v.code), f"/parcels/{v.parcel_id}", facts, v.geom
    )


def _owed(user: User, keys: Sequence[int]) -> dict[int, int]:
    """What is left of the bills in sight of these parcels, fen."""
    rows = outstanding(Bill.objects.visible_to(user).filter(parcel__in=keys))
    return dict(rows.order_by().values_list("parcel").annotate(Sum("left")))


def _sources(user: User, keys: Sequence[int]) -> list[dict[str, Any]]:
    if not keys:
        return []
    serving = Count("servings", filter=Q(servings__valid_to=None), distinct=True)
    rows = WaterSource.objects.visible_to(user).filter(pk__in=keys).annotate(serving=serving)
    found = []
    for row in rows.select_related("region", "holder").order_by("kind", "code"):
        facts = [("所在", row.region.name)]
        if row.kind == WaterSource.Kind.CANAL:
            facts.append(("渠系级别", row.get_level_display()))
        else:
            facts.append(("取水许可证", row.permit or "无"))
        facts.append(("管理使用人", shown_name(row.holder) if row.holder else "未登记"))
        facts.append(("供水地块", f"{row.serving} 个"))
        if row.closed_on:
            facts.append(("封停日期", str(row.closed_on)))
        label = str(row.get_kind_display())
        found.append(
            _item(
                (row.kind, row.pk), (label, str(row)), f"/water/sources/{row.pk}", facts, row.geom
            )
        )
    return found


def _buildings(user: User, keys: Sequence[int]) -> list[dict[str, Any]]:
    if not keys:
        return []
    rows = Building.objects.visible_to(user).filter(pk__in=keys).select_related("parcel", "region")
    return [
        _item(
            ("building", b.pk), ("地头建筑物", f"{b.kind}（{b.code}）"), f"/parcels/{b.parcel_id}",
            [
                ("所属地块", b.parcel.code),
                ("占地面积", f"{b.area_m2} 平方米（{to_mu(b.area_m2):.2f} 亩）"),
                ("建成年份", str(b.built_year or "未登记")),
            ],
            b.geom,
        )
        for b in rows.order_by("code")
    ]  # fmt: skip


def _item(
    thing: tuple[str, int], names: tuple[str, str], to: str, facts: list[tuple[str, str]], geom: Any
) -> dict[str, Any]:
    return {
        "kind": thing[0], "id": thing[1], "label": names[0], "title": names[1], "to": to,
        "facts": [{"label": name, "value": value} for name, value in facts],
        "geometry": None if geom is None else shapely.geometry.mapping(geom),
    }  # fmt: skip
