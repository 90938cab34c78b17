"""What the pages of a parcel and of a holder show."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any

import shapely
from django.db.models import Max, Q

from liangtian.geo.area import to_mu
from liangtian.platform.errors import NotFound
from liangtian.platform.layers.catalogue import land_classes
from liangtian.platform.people.scope import require
from liangtian.platform.personal import masked
from liangtian.platform.regions.models import Region
from liangtian.platform.regions.queries import names_above
from liangtian.programmes.holdings.buildings.services import building_out
from liangtian.programmes.holdings.contract_lines import held_now, in_sight
from liangtian.programmes.holdings.holders import same_holders
from liangtian.programmes.holdings.models import (
    BaseYear,
    Building,
    Contract,
    Holder,
    Parcel,
    ParcelClasses,
    ParcelLineage,
    ParcelVersion,
    SurveyUnit,
)
from liangtian.programmes.holdings.naming import shown_name, shown_number
from liangtian.programmes.holdings.parcels import area_mu

if TYPE_CHECKING:
    from liangtian.platform.people.models import User

SHOWN_M2 = Decimal("3.34")  # of a class: less is 0.00 mu
_WITH = ("unit", "holder", "cultivator", "changed_by")


def fetch_parcel(user: User, parcel_id: int) -> Parcel:
    """The parcel. Raises Forbidden, NotFound outside the scope."""
    require(user, "holdings.view")
    found: Parcel = Parcel.objects.select_related("region").fetch_for(user, pk=parcel_id)
    return found


def parcel_out(user: User, parcel: Parcel, as_of: date | None = None) -> dict[str, Any]:
    """The parcel as of a day (None: now, or its last state). NotFound for a day before it was registered."""
    states = list(parcel.versions.select_related(*_WITH).defer("geom").order_by("-valid_from"))
    shown = _on(states, as_of)
    geom = ParcelVersion.objects.values_list("geom", flat=True).get(pk=shown.pk)
    frozen = BaseYear.objects.filter(region=parcel.county_id).aggregate(day=Max("as_of"))["day"]
    return {
        "id": parcel.pk,
        "code": parcel.code,
        "region": place_out(parcel.region),
        "as_of": as_of,
        "state": state_out(shown),
        "geometry": shapely.geometry.mapping(geom),
        "bounds": geom.bounds,
        "classes": _classes(shown),
        "gone": states[0].valid_to is not None,
        "states": [state_out(one) for one in states],
        "parents": _relatives(user, parcel.parents.select_related("parent__region"), "parent"),
        "children": _relatives(user, parcel.children.select_related("child__region"), "child"),
        "contracts": [
            contract_out(one) for one in _contracts(user).filter(lines__parcel=parcel).distinct()
        ],
        "crops": [
            {"year": c.year, "season": c.season, "crop": c.crop, "area_mu": c.area_mu}
            for c in parcel.crops.all()
        ],
        "buildings": [
            building_out(b)
            for b in Building.objects.filter(parcel=parcel)
            .select_related("parcel")
            .order_by("valid_to", "code")
        ],
        "frozen_until": frozen,
    }


def _classes(version: ParcelVersion) -> dict[str, Any] | None:
    """The areas by land class in mu, the largest first; None before the overlay."""
    found = ParcelClasses.objects.filter(version=version).select_related("layer__layer").first()
    if found is None:
        return None
    rows = sorted(((Decimal(m2), code) for code, m2 in found.classes.items()), reverse=True)
    return {
        "layer": str(found.layer), "measured_at": found.measured_at,
        "stale": found.measured_at < version.changed_at,
        "rows": [
            {
                "code": code, "name": (land_classes().get(code) or {}).get("name", "") if code else "图层以外",
                "area_mu": to_mu(m2).quantize(Decimal("0.01"), ROUND_HALF_UP),
            }
            for m2, code in rows
            if m2 >= SHOWN_M2
        ],
    }  # fmt: skip


def _on(states: list[ParcelVersion], as_of: date | None) -> ParcelVersion:
    if as_of is None:
        return states[0]
    for one in states:
        if one.valid_from <= as_of and (one.valid_to is None or as_of < one.valid_to):
            return one
    first, last = states[-1], states[0]
    said = f"该地块登记于 {first.valid_from}" + (
        f"，{last.valid_to} 起已不存在" if last.valid_to else ""
    )
    raise NotFound(f"{as_of} 没有这个地块：{said}。")


def state_out(version: ParcelVersion) -> dict[str, Any]:
    """One state of a parcel."""
    plain = (
        "valid_from", "valid_to", "corps", "area_m2", "ownership", "way", "source_paper",
        "paper_number", "land_kind", "actual_use", "irrigation", "reclaimed_year", "place_name",
        "note", "change", "reason", "changed_at",
    )  # fmt: skip
    return {
        **{name: getattr(version, name) for name in plain},
        "id": version.pk,
        "unit": unit_out(version.unit),
        "area_mu": area_mu(version),
        "holder": holder_ref(version.holder),
        "cultivator": holder_ref(version.cultivator),
        "ownership_label": version.get_ownership_display(),
        "change_label": version.get_change_display(),
        "changed_by": version.changed_by.name,
    }


def unit_out(unit: SurveyUnit) -> dict[str, Any]:
    """A survey unit."""
    return {
        "id": unit.pk, "kind": unit.kind, "kind_label": unit.get_kind_display(), "name": unit.name,
    }  # fmt: skip


def holder_ref(holder: Holder | None) -> dict[str, Any] | None:
    """A holder as everybody sees it."""
    if holder is None:
        return None
    return {
        "id": holder.pk, "name": shown_name(holder), "kind": holder.kind,
        "kind_label": holder.get_kind_display(),
    }  # fmt: skip


def place_out(region: Region) -> dict[str, str]:
    """A region with the way down to it, from the county."""
    above = names_above([region])
    path = "".join(above[c] for c in sorted(above, key=len) if len(c) > 4)
    return {"code": region.code, "name": region.name, "path": f"{path}{region.name}"}


def _relatives(user: User, rows: Iterable[ParcelLineage], end: str) -> list[dict[str, Any]]:
    """Those in the user's scope: one that was moved to another township is that township's to show."""
    code = user.region_id or "-"
    found = [row for row in rows if getattr(row, end).region_id.startswith(code)]
    keys = [getattr(row, f"{end}_id") for row in found]
    last: dict[int, Decimal] = {}
    for version in (
        ParcelVersion.objects.filter(parcel__in=keys).defer("geom").order_by("valid_from")
    ):
        last[version.parcel_id] = area_mu(version)
    return [
        {
            "parcel_id": getattr(row, f"{end}_id"), "code": getattr(row, end).code,
            "kind": row.kind, "kind_label": row.get_kind_display(), "on": row.on,
            "reason": row.reason, "area_mu": last[getattr(row, f"{end}_id")],
        }
        for row in found
    ]  # fmt: skip


def _contracts(user: User) -> Any:
    return in_sight(user).select_related("holder", "under__holder")


def contract_seen(user: User, contract_id: int) -> dict[str, Any]:
    """A contract as its user sees it."""
    return contract_out(_contracts(user).get(pk=contract_id))


def contract_out(contract: Contract) -> dict[str, Any]:
    """A contract of `in_sight` with its parcels; of a transfer the grantor is the holder of what it rests on."""
    under = contract.under
    now = held_now(contract)
    return {
        "id": contract.pk, "number": contract.number, "kind": contract.kind,
        "kind_label": contract.get_kind_display(),
        "grantor": shown_name(under.holder) if under else contract.grantor,
        "holder": holder_ref(contract.holder), "starts_on": contract.starts_on,
        "ends_on": contract.ends_on, "ended_on": contract.ended_on,
        "end_reason": contract.end_reason, "price_label": contract.get_price_kind_display(),
        "price_yuan": None if contract.price_yuan is None else str(contract.price_yuan),
        "terms": contract.terms, "area_mu": sum((x.area_mu for x in now), Decimal(0)),
        "parcels": [line.parcel.code for line in now], "file_id": contract.file_id,
        "under": under.number if under else None, "beyond": contract.beyond,  # type: ignore[attr-defined]
    }  # fmt: skip


def fetch_holder(user: User, holder_id: int) -> Holder:
    """The holder. Raises Forbidden, NotFound outside the scope."""
    require(user, "holdings.view")
    rows = Holder.objects.select_related("region", "merged_into", "entered_by")
    found: Holder = rows.fetch_for(user, pk=holder_id)
    return found


def holder_out(user: User, holder: Holder) -> dict[str, Any]:
    """One household, one file: what of it lies in the reader's scope, identity masked."""
    held = _held(user, holder)
    everyone = [holder, *holder.merged.all()]
    contracts = _contracts(user).filter(holder__in=everyone)
    papers = holder.papers.model.objects.visible_to(user).filter(holder__in=everyone)
    total = {
        corps: sum(
            (h["area_mu"] for h in held if h["corps"] is corps and h["role"] == "holder"),
            Decimal(0),
        )
        for corps in (False, True)
    }
    return {
        "id": holder.pk, "name": shown_name(holder), "kind": holder.kind,
        "kind_label": holder.get_kind_display(), "region": place_out(holder.region),
        "paper": holder.paper, "paper_label": holder.get_paper_display() if holder.paper else "",
        "id_number": shown_number(holder), "phone": str(masked("phone", holder.phone)),
        "note": holder.note, "entered_by": holder.entered_by.name,
        "entered_at": holder.entered_at, "merged_into": holder_ref(holder.merged_into),
        "merged": [holder_ref(one) for one in everyone[1:]],
        "namesakes": [] if holder.merged_into_id else [holder_ref(h) for h in same_holders(holder)],
        "parcels": held, "area_mu": total[False], "corps_mu": total[True],
        "contracts": [contract_out(one) for one in contracts],
        "buildings": [building_out(b) for b in _standing(user, held)],
        "papers": [
            {
                "id": p.pk, "kind": p.kind, "number": p.number,
                "parcel": p.parcel.code if p.parcel else None, "file_id": p.file_id,
                "file_name": p.file.name, "added_at": p.added_at, "added_by": p.added_by.name,
            }
            for p in papers.select_related("parcel", "file", "added_by")
        ],
    }  # fmt: skip


def _standing(user: User, held: list[dict[str, Any]]) -> Any:
    """The buildings that stand on the parcels of a holder."""
    keys = [h["parcel_id"] for h in held if h["role"] == "holder"]
    rows = Building.objects.visible_to(user).filter(parcel__in=keys, valid_to=None)
    return rows.select_related("parcel").order_by("code")


def _held(user: User, holder: Holder) -> list[dict[str, Any]]:
    rows = ParcelVersion.objects.visible_to(user).filter(valid_to=None)
    rows = rows.filter(Q(holder=holder) | Q(cultivator=holder)).select_related("region")
    return [
        {
            "parcel_id": v.parcel_id, "code": v.code, "place": v.place_name or v.region.name,
            "corps": v.corps, "role": "holder" if v.holder_id == holder.pk else "cultivator",
            "area_mu": area_mu(v), "ownership_label": v.get_ownership_display(), "way": v.way,
            "actual_use": v.actual_use, "source_paper": v.source_paper, "since": v.valid_from,
        }
        for v in rows.defer("geom").order_by("code")
    ]  # fmt: skip
