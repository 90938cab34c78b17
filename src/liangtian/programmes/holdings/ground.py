"""Where a parcel lies, whether its figure is sound, and whether it lies on its neighbours' ground."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from liangtian.geo.area import survey_area, survey_areas
from liangtian.geo.clean import check
from liangtian.platform.errors import NotFound, Refused
from liangtian.platform.people.scope import COUNTY_DIGITS
from liangtian.platform.regions.models import Region
from liangtian.programmes.holdings.codes import overlap_tolerance_m2
from liangtian.programmes.holdings.models import ParcelVersion

if TYPE_CHECKING:
    from liangtian.platform.people.models import User

_SMALLEST_FIRST = ("village", "township")
_NAMED = 5  # neighbours named in a refusal


def sound(geom: BaseGeometry, what: str = "地块") -> tuple[BaseGeometry, Decimal]:
    """The figure (EPSG:4490) and its ellipsoidal area in m². Refused for one that is not a sound polygon."""
    one = np.empty(1, dtype=object)
    one[0] = shapely.force_2d(geom)
    if problems := check(one):
        raise Refused(
            f"{what}图形无效：{problems[0].reason}。请改正图形后重新提交。",
            fields={"geometry": problems[0].reason},
        )
    return one[0], survey_area(one[0])


def region_of(user: User, geom: BaseGeometry) -> Region:
    """The village (else township) with the largest share of the figure.

    Raises NotFound for a figure that lies outside the user's scope, or for the larger part.
    """
    code = user.region_id or "-"
    rows = Region.objects.current().within(code[:COUNTY_DIGITS]).filter(geom__bbox=geom.bounds)
    for level in _SMALLEST_FIRST:
        found = [r for r in rows if r.level == level and r.geom.intersects(geom)]
        if found:
            best = max(found, key=lambda r: (r.geom.intersection(geom).area, r.code))
            if not best.code.startswith(code):
                break
            return best
    raise NotFound("地块不在您的管辖范围内，或所在村镇尚未导入界线。")


def county_of(code: str) -> str:
    """Code of the county that a region of at least its level lies in. Refused for a wider one."""
    if len(code) < COUNTY_DIGITS:
        raise Refused("承包经营台账按县登记，您的账号管辖范围大于一个县。请用县级账号办理。")
    return code[:COUNTY_DIGITS]


def figure(geometry: dict[str, Any]) -> BaseGeometry:
    """A GeoJSON geometry as a figure. Refused for one that cannot be read."""
    try:
        return shapely.geometry.shape(geometry)
    except (
        ValueError,
        TypeError,
        KeyError,
        IndexError,
        AttributeError,
        shapely.errors.GEOSException,
    ):
        said = "图形数据无法读取"
        raise Refused(f"{said}，请重新绘制后提交。", fields={"geometry": said}) from None


def overlaps(
    geom: BaseGeometry, county: str, on: date, without: Collection[int] = ()
) -> list[tuple[str, float, BaseGeometry]]:
    """Whose ground the figure would lie on from that day on by more than the tolerance: code, m², the shared part.

    Neighbours count as they are on the day and as they became later; `without`: parcels that make way.
    """
    rows = ParcelVersion.objects.within(county).since(on).filter(geom__bbox=geom.bounds)
    tolerance = float(overlap_tolerance_m2())
    found: dict[str, tuple[str, float, BaseGeometry]] = {}
    for code, other in (
        rows.exclude(parcel__in=without).order_by("code").values_list("code", "geom")
    ):
        m2 = shared_m2(geom, other)
        if m2 > max(tolerance, found[code][1] if code in found else 0.0):
            found[code] = (code, m2, geom.intersection(other))
    return list(found.values())


def refuse_overlap(
    geom: BaseGeometry, county: str, on: date, without: Collection[int] = ()
) -> None:
    """Refused where the figure lies on more of a neighbour's ground than the tolerance, on the day or later."""
    found = [(code, m2) for code, m2, _ in overlaps(geom, county, on, without)]
    tolerance = overlap_tolerance_m2()
    if found:
        named = "、".join(f"{code}（{m2:.2f} 平方米）" for code, m2 in found[:_NAMED])
        raise Refused(
            f"地块与已登记的相邻地块重叠，超过容差 {tolerance:.2f} 平方米：{named}。请调整界线后重新提交。",
            fields={"geometry": f"与 {len(found)} 个地块重叠"},
        )


def shared_m2(one: BaseGeometry, other: BaseGeometry) -> float:
    """Ground two figures share, m²."""
    if not one.intersects(other):
        return 0.0
    parts = [p for p in shapely.get_parts(one.intersection(other)) if p.geom_type == "Polygon"]
    if not parts:
        return 0.0
    return float(survey_areas(np.array(parts, dtype=object)).sum())


def polygons(geom: BaseGeometry) -> Sequence[BaseGeometry]:
    """The single polygons of a figure."""
    return [part for part in shapely.get_parts(geom) if part.geom_type == "Polygon"]
