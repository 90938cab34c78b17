"""Finding parcels and holders: by code, place, name, whole number, rectangle or drawn figure, with sums of what is found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from django.db.models import Q
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from liangtian.geo.area import survey_areas, to_mu
from liangtian.geo.clean import check
from liangtian.platform.audit.services import saw
from liangtian.platform.errors import Refused
from liangtian.platform.geofield import AsWkb
from liangtian.platform.people.scope import require
from liangtian.platform.reasons import reason_given
from liangtian.programmes.holdings.holders import found_by_number
from liangtian.programmes.holdings.models import Holder, ParcelVersion
from liangtian.programmes.holdings.naming import shown_name
from liangtian.programmes.holdings.parcels import area_mu

if TYPE_CHECKING:
    from liangtian.platform.people.models import User
    from liangtian.programmes.holdings.models.parcels import VersionQuerySet

MOST_HITS = 8
SHOWN = 200  # parcels of a selection told one by one; the sums are of all
MOST_SELECTED = 50_000
CENT = Decimal("0.01")


@dataclass(frozen=True)
class Wanted:
    """What is looked for; everything that is given must hold."""

    code: str = ""
    place: str = ""
    name: str = ""
    number: str = ""
    reason: str = ""
    geometry: BaseGeometry | None = None
    as_of: date | None = None


def search(user: User, text: str) -> list[dict[str, Any]]:
    """Hits of the search box: parcels by the beginning of their code or by place, holders by whole name."""
    if not user.may("holdings.view"):
        return []
    rows = ParcelVersion.objects.visible_to(user).filter(valid_to=None)
    rows = rows.filter(Q(code__startswith=text) | Q(place_name=text)).select_related("region")
    parcels = [
        {
            "kind": "parcel", "title": version.code,
            "subtitle": f"{version.region.name}{version.place_name} · {area_mu(version)} 亩",
            "to": f"/parcels/{version.parcel_id}", "bounds": list(version.geom.bounds),
        }
        for version in rows.order_by("code")[:MOST_HITS]
    ]  # fmt: skip
    holders = [
        {
            "kind": "holder", "title": shown_name(holder),
            "subtitle": f"{holder.region.name} · {holder.get_kind_display()} · 户档号 {holder.pk}",
            "to": f"/holders/{holder.pk}", "bounds": None,
        }
        for holder in _named(user, text).select_related("region").order_by("pk")[:MOST_HITS]
    ]  # fmt: skip
    return [*parcels, *holders]


def _named(user: User, text: str) -> Any:
    """A person by the whole name only, so that nobody leafs through names; an organisation by any part."""
    rows = Holder.objects.visible_to(user).filter(merged_into=None)
    organisation = ~Q(kind=Holder.Kind.PERSON) & Q(name__contains=text)
    return rows.filter(Q(name=text) | organisation)


def select(user: User, wanted: Wanted) -> dict[str, Any]:
    """The parcels in sight for which all that is given holds, and their sums; XPCC land apart.

    A number needs the right to see identities and a reason, which the trail keeps. Raises Forbidden, Refused.
    """
    require(user, "holdings.view")
    rows: VersionQuerySet = ParcelVersion.objects.visible_to(user).at(wanted.as_of)
    if not any((wanted.code, wanted.place, wanted.name, wanted.number, wanted.geometry)):
        raise Refused("请至少给出一个条件：编码、坐落、权利人，或在地图上画范围。")
    if wanted.code.strip():
        rows = rows.filter(code__startswith=wanted.code.strip())
    if wanted.place.strip():
        text = wanted.place.strip()
        rows = rows.filter(Q(place_name__contains=text) | Q(region__name__contains=text))
    if wanted.name.strip():
        rows = _of(rows, _named(user, wanted.name.strip()).values("pk"))
    if wanted.number.strip():
        rows = _of(rows, [h.pk for h in _numbered(user, wanted)])
    if wanted.geometry is not None:
        return _within(rows, wanted.geometry)
    return _summed(list(rows.order_by("code").values_list(*_COLUMNS)[: MOST_SELECTED + 1]), None)


def _of(rows: VersionQuerySet, holders: Any) -> VersionQuerySet:
    return rows.filter(Q(holder__in=holders) | Q(cultivator__in=holders))


def _numbered(user: User, wanted: Wanted) -> Sequence[Holder]:
    require(user, "personal.unmask")
    said = reason_given(wanted.reason, "按证件号码查找")
    found = found_by_number(user, wanted.number)
    saw(user, "holdings.find.number", found[0] if found else "按证件号码查找", note=said)
    return found


_COLUMNS = (
    "parcel_id", "code", "area_m2", "corps", "ownership", "actual_use", "way", "place_name",
    "region__name", "holder__kind", "holder__name",
)  # fmt: skip


def _within(rows: VersionQuerySet, geometry: BaseGeometry) -> dict[str, Any]:
    """Those that share ground with the figure, and how much of them lies in it."""
    one = np.empty(1, dtype=object)
    one[0] = shapely.force_2d(geometry)
    if problems := check(one):
        raise Refused(
            f"所画的范围无效：{problems[0].reason}。请重新画。", fields={"geometry": "无效"}
        )
    area: BaseGeometry = one[0]
    near = rows.filter(geom__bbox=area.bounds).order_by("code")
    found = list(near.values_list(*_COLUMNS, AsWkb("geom"))[: MOST_SELECTED + 1])
    _refuse_too_many(found)
    shapes = np.empty(len(found), dtype=object)
    shapes[:] = [bytes(row[-1]) for row in found]
    geoms = shapely.from_wkb(shapes)
    shapely.prepare(area)
    touching = shapely.intersects(area, geoms) & ~shapely.touches(area, geoms)
    kept = [row[:-1] for row, hit in zip(found, touching, strict=True) if hit]
    return _summed(kept, survey_areas(shapely.intersection(geoms[touching], area)))


def _refuse_too_many(found: Sequence[Any]) -> None:
    if len(found) > MOST_SELECTED:
        raise Refused(f"找到的地块多于 {MOST_SELECTED} 个，请缩小范围或在台账中用筛选。")


def _summed(found: Sequence[tuple[Any, ...]], inside: NDArray[np.float64] | None) -> dict[str, Any]:
    _refuse_too_many(found)
    own = [row for row in found if not row[3]]
    corps = [row for row in found if row[3]]
    labels = dict(ParcelVersion.Ownership.choices)
    shares = [None] * len(found) if inside is None else [_mu(Decimal(m2)) for m2 in inside.tolist()]
    free = [s for row, s in zip(found, shares, strict=True) if s is not None and not row[3]]
    return {
        "count": len(own), "area_mu": _total(own),
        "inside_mu": None if inside is None else sum(free, Decimal(0)),
        "corps_count": len(corps), "corps_mu": _total(corps),
        "by_ownership": _grouped(own, lambda row: str(labels[row[4]])),
        "by_use": _grouped(own, lambda row: row[5]),
        "by_way": _grouped(own, lambda row: row[6]),
        "parcels": [
            _parcel(row, share, labels)
            for row, share in list(zip(found, shares, strict=True))[:SHOWN]
        ],
        "more": max(0, len(found) - SHOWN),
    }  # fmt: skip


def _parcel(row: tuple[Any, ...], share: Decimal | None, labels: dict[str, Any]) -> dict[str, Any]:
    parcel, code, m2, corps, ownership, use, way, place, village, kind, name = row
    return {
        "parcel_id": parcel, "code": code, "area_mu": _mu(m2), "inside_mu": share, "corps": corps,
        "ownership_label": str(labels[ownership]), "actual_use": use, "way": way,
        "place": f"{village}{place}", "holder": shown_name(Holder(kind=kind, name=name)) if name else "",
    }  # fmt: skip


def _mu(m2: Decimal) -> Decimal:
    return to_mu(m2).quantize(CENT, ROUND_HALF_UP)


def _total(rows: Sequence[tuple[Any, ...]]) -> Decimal:
    return sum((_mu(row[2]) for row in rows), Decimal(0))


def _grouped(rows: Sequence[tuple[Any, ...]], of: Any) -> list[dict[str, Any]]:
    sums: dict[str, tuple[int, Decimal]] = {}
    for row in rows:
        count, mu = sums.get(of(row), (0, Decimal(0)))
        sums[of(row)] = (count + 1, mu + _mu(row[2]))
    ordered = sorted(sums.items(), key=lambda one: (-one[1][1], one[0]))
    return [{"label": label, "count": count, "area_mu": mu} for label, (count, mu) in ordered]
