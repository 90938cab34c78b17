"""Who may use the map's own addresses: sketches, printing, snapping, base maps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from django.core.files.uploadedfile import SimpleUploadedFile

from tests.map.drawing import drawn, plot
from tests.site.matrix import COUNTY_ONLY, LAYERS, VIEW, Row
from tests.site.world import ABROAD, HOME, PLACES, World

SKETCHES = "/api/sketches"
ONE = f"{SKETCHES}/{{sketch_id}}"


def _body(**rest: Any) -> dict[str, Any]:
    return {"name": "村北地块", "geometry": drawn(plot()), **rest}


def _new(w: World, place: str) -> Mapping[str, Any]:
    return {"json": _body()}


def _figure(w: World, place: str) -> Mapping[str, Any]:
    return {"json": {"geometry": drawn(plot())}}


def _merge(w: World, place: str) -> Mapping[str, Any]:
    both = [drawn(plot()), drawn(plot(1_100))]
    return {"json": {"act": "merge", "geometries": both}}


def _analysis(w: World, place: str) -> Mapping[str, Any]:
    body = _body(versions=[w.versions[place]["published"].pk])
    return {"json": body}


def _clerks(w: World, place: str) -> Any:
    """A sketch of the county's clerk, shared with nobody: the other county's for `abroad`."""
    from liangtian.platform.sketches.services import Draft, create

    user = w.users["county_clerk" if place == HOME else "clerk_abroad"]
    (kept,) = create(user, [Draft("核查范围", plot())])
    return kept


def _kept(w: World, place: str) -> Mapping[str, Any]:
    return {"path": {"sketch_id": _clerks(w, place).pk}}


def _changed(w: World, place: str) -> Mapping[str, Any]:
    return {**_kept(w, place), "json": _body(revision=1)}


def _export(w: World, place: str) -> Mapping[str, Any]:
    return {"query": {"ids": _clerks(w, place).pk, "format": "geojson"}}


def _file(w: World, place: str) -> Mapping[str, Any]:
    content = b'{"type":"Point","coordinates":[111.1,34.2]}'
    return {"form": {"file": SimpleUploadedFile("point.geojson", content)}}


_NOT_MINE = {role: 404 for role in VIEW - {"county_clerk"}}


def _snap(w: World, place: str) -> Mapping[str, Any]:
    west, south, east, north = plot().bounds
    return {"query": {"bounds": f"{west},{south},{east},{north}", "sources": "patches"}}


def _print(w: World, place: str) -> Mapping[str, Any]:
    body = {
        "title": "核查图", "bounds": plot().bounds, "scale": 5000,
        "versions": [w.versions[place]["published"].pk], "sources": ["patches", "sketches"],
    }  # fmt: skip
    return {"json": body}


def _atlas(w: World, place: str) -> Mapping[str, Any]:
    """An atlas of the place itself; nothing of it is the outsider's to print."""
    body = {
        "title": "图册", "scale": 50_000, "region": PLACES[place][2],
        "versions": [w.versions[ABROAD if place == ABROAD else HOME]["published"].pk],
    }  # fmt: skip
    return {"json": body}


def _printed(w: World, place: str) -> Mapping[str, Any]:
    """A map that nobody here has printed: it is its maker's alone."""
    return {"path": {"job_id": uuid4()}}


def _base_tile(w: World, place: str) -> Mapping[str, Any]:
    """No base map is declared here: who may look at the map hears that there is none."""
    return {"path": {"code": "none", "number": 0, "z": 1, "x": 0, "y": 0}}


ROWS: tuple[Row, ...] = (
    Row("GET", "/api/maps/basemaps", LAYERS),
    Row(
        "GET",
        "/api/maps/basemaps/{code}/{number}/{z}/{x}/{y}",
        LAYERS,
        _base_tile,
        other=dict.fromkeys(LAYERS, 404),
    ),
    Row("GET", "/api/maps/snapping", VIEW, _snap),
    Row("POST", "/api/maps/print", LAYERS, _print),
    Row("POST", "/api/maps/atlas", LAYERS, _atlas, tuple(PLACES)),
    Row(
        "GET",
        "/api/maps/prints/{job_id}/file",
        LAYERS,
        _printed,
        COUNTY_ONLY,
        other=dict.fromkeys(LAYERS, 404),
    ),
    Row("GET", SKETCHES, VIEW),
    Row("POST", SKETCHES, VIEW, _new),
    Row("POST", f"{SKETCHES}/check", VIEW, _figure),
    Row("POST", f"{SKETCHES}/shape", VIEW, _merge),
    Row("POST", f"{SKETCHES}/import", VIEW, _file),
    Row("GET", f"{SKETCHES}/export", VIEW, _export, COUNTY_ONLY, other=_NOT_MINE),
    Row("POST", f"{SKETCHES}/analysis", VIEW, _analysis),
    Row("POST", f"{SKETCHES}/analysis.xlsx", VIEW, _analysis),
    Row("POST", f"{SKETCHES}/analysis.pdf", VIEW, _analysis),
    Row("GET", ONE, VIEW, _kept, COUNTY_ONLY, other=_NOT_MINE),
    Row("PUT", ONE, VIEW, _changed, COUNTY_ONLY, other=_NOT_MINE),
    Row("DELETE", ONE, VIEW, _kept, COUNTY_ONLY, other=_NOT_MINE),
)
