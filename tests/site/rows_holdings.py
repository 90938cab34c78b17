"""Rows of the matrix: the register of holdings."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from shapely.geometry import mapping

from tests.holdings.land import FORM, SPRING, contract, ground, person
from tests.layers.deliveries import tile_of
from tests.site.matrix import Row, holding
from tests.site.world import ABROAD, PLACES, World

WHERE = tuple(PLACES)
COUNTY_ONLY = tuple(p for p in PLACES if p != "next")
SEE, EDIT = holding("holdings.view"), holding("holdings.edit")
CONTRACT, MANAGE = holding("holdings.contract"), holding("holdings.manage")
OPEN = SEE & holding("personal.unmask")
PARCEL = "/api/holdings/parcels/{parcel_id}"
HOLDER = "/api/holdings/holders/{holder_id}"
PARCEL_IN = {
    "ownership": "collective", "way": "承包", "source_paper": "承包协议", "actual_use": "园地",
}  # fmt: skip
ON = {"on": "2024-09-01", "reason": "外业核查后更正"}


def _clerk(w: World, place: str) -> Any:
    return w.users["clerk_abroad" if place == ABROAD else "county_clerk"]


def _parcel(w: World, place: str, east: int = 0) -> Any:
    """A parcel of the place, 100 m by 100 m, `east` of its south-west corner; made once."""
    from liangtian.programmes.holdings import parcels
    from liangtian.programmes.holdings.models import Parcel

    code = f"{place}-{east}"
    found = Parcel.objects.filter(code=code).first()
    if found is None:
        figure = ground(PLACES[place][4] + 3_000 + east, 3_000)
        found = parcels.register(_clerk(w, place), FORM, figure, SPRING, code).parcel
    return found


def _holder(w: World, place: str, serial: int = 1) -> Any:
    from liangtian.programmes.holdings.models import Holder

    found = Holder.objects.filter(region=PLACES[place][2], name=f"拟户{serial}").first()
    own = serial + 10 * list(PLACES).index(place)
    return found or person(_clerk(w, place), f"拟户{serial}", own, PLACES[place][2])


def _on_parcel(**body: Any) -> Any:
    return lambda w, place: {"path": {"parcel_id": _parcel(w, place).pk}, "json": body}


def _on_holder(**body: Any) -> Any:
    return lambda w, place: {"path": {"holder_id": _holder(w, place).pk}, "json": body}


def _new_parcel(w: World, place: str) -> Mapping[str, Any]:
    figure = ground(PLACES[place][4] + 5_000, 5_000)
    return {"json": {"parcel": PARCEL_IN, "geometry": mapping(figure), "on": "2024-03-01"}}


def _boundary(w: World, place: str) -> Mapping[str, Any]:
    figure = ground(PLACES[place][4] + 3_000, 3_000, 90, 100)
    found: Mapping[str, Any] = _on_parcel(geometry=mapping(figure), **ON)(w, place)
    return found


def _split(w: World, place: str) -> Mapping[str, Any]:
    west, south, east, north = _parcel(w, place).versions.get(valid_to=None).geom.bounds
    middle = (west + east) / 2
    line = {"type": "LineString", "coordinates": [[middle, south - 0.001], [middle, north + 0.001]]}
    found: Mapping[str, Any] = _on_parcel(line=line, **ON)(w, place)
    return found


def _merge(w: World, place: str) -> Mapping[str, Any]:
    keys = [_parcel(w, place).pk, _parcel(w, place, 100).pk]
    return {"json": {"parcels": keys, **ON}}


def _tile(w: World, place: str) -> Mapping[str, Any]:
    lon, lat = _parcel(w, place).versions.first().geom.centroid.coords[0]
    z, x, y = tile_of(lon, lat, 15)
    return {"path": {"z": z, "x": x, "y": y}}


def _new_holder(w: World, place: str) -> Mapping[str, Any]:
    return {"json": {"kind": "person", "name": "新拟户", "region": PLACES[place][2]}}


def _same_holder(w: World, place: str) -> Mapping[str, Any]:
    return {
        "path": {"holder_id": _holder(w, place).pk},
        "json": {"kind": "person", "name": "改拟户", "region": PLACES[place][2]},
    }


def _twins(w: World, place: str) -> Mapping[str, Any]:
    from liangtian.programmes.holdings import holders
    from liangtian.programmes.holdings.models import Holder

    rows = Holder.objects.filter(region=PLACES[place][2], name="孪拟户")
    form = holders.HolderForm("person", "孪拟户", PLACES[place][2])
    twin = rows.first() or holders.save_holder(_clerk(w, place), form)
    found: Mapping[str, Any] = _on_holder(away=twin.pk, reason="核对户口本为同一人")(w, place)
    return found


def _paper(w: World, place: str) -> Mapping[str, Any]:
    return {
        "path": {"holder_id": _holder(w, place).pk},
        "json": {"kind": "身份证", "file_id": w.photos[place].file_id},
    }


def _new_contract(w: World, place: str) -> Mapping[str, Any]:
    return {"json": {
        "kind": "lease", "number": "新-1", "grantor": "村民委员会",
        "holder_id": _holder(w, place).pk, "starts_on": "2024-04-01", "ends_on": "2026-03-31",
        "price_kind": "per_mu", "price_yuan": "80.00",
        "lines": [{"parcel_id": _parcel(w, place).pk, "area_mu": "10.00"}],
    }}  # fmt: skip


def _contract(w: World, place: str) -> Mapping[str, Any]:
    from liangtian.programmes.holdings.models import Contract

    number = f"约-{place}"
    made = Contract.objects.filter(number=number).first()
    if made is None:
        land = _parcel(w, place, 200).versions.get()
        given = {"number": number, "area_mu": Decimal(5), "ends_on": date(2030, 1, 1)}
        made = contract(_clerk(w, place), land, _holder(w, place), **given)
    return {"path": {"contract_id": made.pk}, "json": ON}


def _company(w: World, place: str) -> Mapping[str, Any]:
    from liangtian.programmes.holdings import units
    from liangtian.programmes.holdings.models import SurveyUnit

    row = SurveyUnit.objects.filter(kind="company", region=PLACES[place][0]).first()
    row = row or units.save_company(_clerk(w, place), "拟农业公司")
    return {"path": {"unit_id": row.pk}, "json": {"name": "改名农业公司"}}


ROWS: tuple[Row, ...] = (
    Row("GET", "/api/holdings/options", SEE),
    Row("POST", "/api/holdings/units", MANAGE, lambda w, p: {"json": {"name": "示例农业公司"}}),
    Row("PUT", "/api/holdings/units/{unit_id}", MANAGE, _company, COUNTY_ONLY),
    Row("GET", "/api/holdings/tiles/{z}/{x}/{y}.mvt", SEE, _tile, WHERE, elsewhere=204),
    Row("POST", "/api/holdings/parcels", EDIT, _new_parcel, WHERE),
    Row("GET", PARCEL, SEE, _on_parcel(), WHERE),
    Row("POST", f"{PARCEL}/change", EDIT, _on_parcel(parcel=PARCEL_IN, **ON), WHERE),
    Row("POST", f"{PARCEL}/boundary", EDIT, _boundary, WHERE),
    Row("POST", f"{PARCEL}/split", EDIT, _split, WHERE),
    Row("POST", "/api/holdings/merging", EDIT, _merge, WHERE),
    Row("PUT", f"{PARCEL}/crops", EDIT,
        _on_parcel(year=2024, season="春播", sown=[{"crop": "棉花", "area_mu": "3.00"}]), WHERE),
    Row("GET", "/api/holdings/years", SEE),
    Row("POST", "/api/holdings/years", MANAGE,
        lambda w, p: {"json": {"year": 2023, "as_of": "2023-12-31"}}),
    Row("POST", "/api/holdings/holders", EDIT, _new_holder, WHERE),
    Row("POST", "/api/holdings/holders/seek", SEE,
        lambda w, p: {"json": {"number": "990121197001010019"}}),
    Row("GET", HOLDER, SEE, _on_holder(), WHERE),
    Row("PUT", HOLDER, EDIT, _same_holder, WHERE),
    Row("POST", f"{HOLDER}/identity", OPEN, _on_holder(reason="核对来访农户的身份"), WHERE),
    Row("POST", f"{HOLDER}/merge", MANAGE, _twins, WHERE),
    Row("POST", f"{HOLDER}/papers", EDIT, _paper, WHERE),
    Row("POST", "/api/holdings/contracts", CONTRACT, _new_contract, WHERE),
    Row("POST", "/api/holdings/contracts/{contract_id}/end", CONTRACT, _contract, WHERE),
)  # fmt: skip
