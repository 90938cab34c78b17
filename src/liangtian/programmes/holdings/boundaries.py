"""Drawing a parcel's boundary anew: its neighbours to draw along, and what the drawing would make of it."""

from __future__ import annotations

from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any

import shapely
from shapely.geometry.base import BaseGeometry

from liangtian.geo.area import to_mu
from liangtian.platform.errors import NotFound, Refused
from liangtian.platform.people.scope import require
from liangtian.programmes.holdings.ground import overlaps, polygons, region_of, sound
from liangtian.programmes.holdings.models import Parcel, ParcelVersion
from liangtian.programmes.holdings.parcels import area_mu

if TYPE_CHECKING:
    from liangtian.platform.people.models import User

MOST = 300  # neighbours to draw along
ROUND_ABOUT = 0.0015  # degrees beyond the parcel, some 150 m


def neighbours(user: User, parcel_id: int) -> list[dict[str, Any]]:
    """The parcels in sight round about. Raises Forbidden, NotFound."""
    now = _now(user, parcel_id)
    west, south, east, north = now.geom.bounds
    window = (west - ROUND_ABOUT, south - ROUND_ABOUT, east + ROUND_ABOUT, north + ROUND_ABOUT)
    rows = ParcelVersion.objects.visible_to(user).filter(valid_to=None, geom__bbox=window)
    found = rows.exclude(parcel=parcel_id).order_by("pk").values_list("parcel_id", "code", "geom")
    return [
        {"parcel_id": key, "code": code, "geometry": shapely.geometry.mapping(geom)}
        for key, code, geom in found[:MOST]
    ]


def preview(user: User, parcel_id: int, geom: BaseGeometry, on: date) -> dict[str, Any]:
    """Area, change of area and overlaps of a drawing, nothing saved. Raises Forbidden, NotFound, Refused."""
    now = _now(user, parcel_id)
    figure, m2 = sound(geom)
    before = area_mu(now)
    area = to_mu(m2).quantize(Decimal("0.01"), ROUND_HALF_UP)
    found = overlaps(figure, now.region_id[:6], on, without=[parcel_id])
    problem, region = "", ""
    try:
        region = region_of(user, figure).name
    except NotFound as error:
        problem = error.message
    return {
        "area_mu": area, "before_mu": before, "difference_mu": area - before, "region": region,
        "problem": problem or (f"与 {len(found)} 个相邻地块重叠，不能保存。" if found else ""),
        "overlaps": [
            {
                "code": code, "shared_m2": round(shared, 2),
                "geometry": shapely.geometry.mapping(shapely.multipolygons(polygons(part))),
            }
            for code, shared, part in found
        ],
    }  # fmt: skip


def _now(user: User, parcel_id: int) -> ParcelVersion:
    require(user, "holdings.view", "holdings.edit")
    Parcel.objects.fetch_for(user, pk=parcel_id)
    now: ParcelVersion | None = ParcelVersion.objects.filter(
        parcel=parcel_id, valid_to=None
    ).first()
    if now is None:
        raise Refused("地块已分割或合并，不能再调整界线。")
    return now
