"""Rows of the matrix: the register on the map, buildings, crops of a village, lists."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shapely.geometry import mapping

from tests.holdings.land import SPRING, ground
from tests.layers.deliveries import tile_of
from tests.site.matrix import Row
from tests.site.rows_holdings import EDIT, SEE, WHERE, _clerk, _parcel
from tests.site.rows_water import EDIT as WATER_EDIT
from tests.site.rows_water import _well
from tests.site.world import PLACES, World

MAP = "/api/holdings/map"
BUILDING, LIST = "/api/holdings/buildings", "/api/holdings/lists"
LISTED = {"kind": "well", "on": "2024-03-01"}


def _footprint(place: str, east: int = 0) -> Any:
    return ground(PLACES[place][4] + 3_010 + east, 3_010, 10, 8)


def _building(w: World, place: str) -> Any:
    from liangtian.programmes.holdings.buildings import services
    from liangtian.programmes.holdings.models import Building

    code = f"F-{place}"
    found = Building.objects.filter(code=code, valid_to=None).first()
    if found is None:
        parcel = _parcel(w, place).pk
        form = services.BuildingForm("泵房", SPRING, parcel, 2010, code=code)
        found = services.save_building(_clerk(w, place), form, _footprint(place))
    return found


def _new(w: World, place: str) -> Mapping[str, Any]:
    body = {"kind": "库房", "on": "2024-03-01", "parcel_id": _parcel(w, place).pk}
    return {"json": {**body, "geometry": mapping(_footprint(place, 40))}}


def _change(w: World, place: str) -> Mapping[str, Any]:
    body = {"kind": "库房", "on": "2024-03-01", "parcel_id": _parcel(w, place).pk}
    return {"path": {"building_id": _building(w, place).pk}, "json": body}


def _remove(w: World, place: str) -> Mapping[str, Any]:
    body = {"on": "2024-06-01", "reason": "泵房改建，旧房已拆除"}
    return {"path": {"building_id": _building(w, place).pk}, "json": body}


def _tile(made: Any) -> Any:
    def request(w: World, place: str) -> Mapping[str, Any]:
        lon, lat = made(w, place).geom.centroid.coords[0]
        z, x, y = tile_of(lon, lat, 16)
        return {"path": {"z": z, "x": x, "y": y}}

    return request


def _clicked(w: World, place: str) -> Mapping[str, Any]:
    return {"query": {"parcels": _parcel(w, place).pk, "sources": _well(w, place).pk}}


def _season(w: World, place: str) -> Mapping[str, Any]:
    _parcel(w, place)
    return {"query": {"region": PLACES[place][2], "year": 2024, "season": "春播"}}


def _sown(w: World, place: str) -> Mapping[str, Any]:
    row = {"parcel_id": _parcel(w, place).pk, "sown": [{"crop": "棉花", "area_mu": "2.00"}]}
    return {"json": {**_season(w, place)["query"], "rows": [row]}}


def _file(w: World, place: str) -> Any:
    from liangtian.platform.files.services import store
    from liangtian.platform.regions.models import Region

    text = f"机井编号,所在村\nL-{place},{PLACES[place][2]}\n"
    region = Region.objects.get(code=PLACES[place][2])
    return store([text.encode()], f"{place}.csv", user=_clerk(w, place), region=region,
                 kind="document")  # fmt: skip


def _list(w: World, place: str) -> Any:
    """A list of the place, whoever brought it."""
    from liangtian.programmes.holdings.lists import services
    from liangtian.programmes.holdings.models import ListFile

    village = PLACES[place][2]
    found = ListFile.objects.filter(region=village, state="checked").first()
    if found is None:
        found = services.start(_clerk(w, place), _file(w, place), "well", SPRING)
        ListFile.objects.filter(pk=found.pk).update(region=village)
    return found


def _on_list(**body: Any) -> Any:
    return lambda w, place: {"path": {"list_id": _list(w, place).pk}, "json": body}


OPENED = WATER_EDIT & frozenset({"county_clerk", "township_clerk", "water"})
ROWS: tuple[Row, ...] = (
    Row("GET", f"{MAP}/colours", SEE),
    Row("GET", f"{MAP}/things", SEE, _clicked, WHERE),
    Row("GET", "/api/holdings/buildings/tiles/{z}/{x}/{y}.mvt", SEE, _tile(_building), WHERE,
        elsewhere=204),
    Row("GET", "/api/holdings/water/tiles/{z}/{x}/{y}.mvt", SEE, _tile(_well), WHERE,
        elsewhere=204),
    Row("POST", BUILDING, EDIT, _new, WHERE),
    Row("PUT", f"{BUILDING}/{{building_id}}", EDIT, _change, WHERE),
    Row("POST", f"{BUILDING}/{{building_id}}/remove", EDIT, _remove, WHERE),
    Row("GET", "/api/holdings/crops", SEE, _season, WHERE),
    Row("PUT", "/api/holdings/crops", EDIT, _sown, WHERE),
    Row("GET", "/api/holdings/crops.xlsx", SEE, _season, WHERE),
    Row("GET", LIST, EDIT | WATER_EDIT),
    Row("POST", LIST, WATER_EDIT,
        lambda w, p: {"json": {**LISTED, "file_id": _file(w, p).pk}}, WHERE),
    Row("GET", f"{LIST}/template.xlsx", WATER_EDIT, lambda w, p: {"query": {"kind": "well"}}),
    Row("GET", f"{LIST}/{{list_id}}", WATER_EDIT, _on_list(), WHERE),
    Row("PUT", f"{LIST}/{{list_id}}", WATER_EDIT,
        _on_list(mapping={"code": "机井编号", "region": "所在村"}), WHERE),
    Row("POST", f"{LIST}/{{list_id}}/accept", WATER_EDIT, _on_list(), WHERE),
    Row("POST", f"{LIST}/{{list_id}}/discard", WATER_EDIT, _on_list(), WHERE),
    Row("GET", f"{LIST}/{{list_id}}/marked.xlsx", OPENED, _on_list(), WHERE),
)  # fmt: skip
