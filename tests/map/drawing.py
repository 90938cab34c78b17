"""Drawn figures and requests for the tests of the map."""

from __future__ import annotations

import json
from typing import Any

import shapely

from tests.conftest import lonlat, plane_box


def drawn(geom: Any) -> dict[str, Any]:
    """A geometry as the browser sends it."""
    made: dict[str, Any] = json.loads(shapely.to_geojson(geom))
    return made


def plot(west: float = 1_000, south: float = 1_000, width: float = 200, height: float = 100) -> Any:
    """A rectangle metres from the county's corner, in degrees."""
    return lonlat(plane_box(west, south, width, height))


def post(client: Any, path: str, body: dict[str, Any]) -> Any:
    return client.post(path, body, content_type="application/json")


def put(client: Any, path: str, body: dict[str, Any]) -> Any:
    return client.put(path, body, content_type="application/json")


def sketch(client: Any, geom: Any, name: str = "村北地块", **rest: Any) -> Any:
    """A sketch kept through the browser's door."""
    response = post(client, "/api/sketches", {"name": name, "geometry": drawn(geom), **rest})
    assert response.status_code == 200, response.content
    return response.json()
