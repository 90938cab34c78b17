"""What answers of the API share, said exactly enough for the browser to be typed by it.

A model's choices and GeoJSON are described, not validated again: they come from our own tables.
"""

from __future__ import annotations

from typing import Annotated, Any

from django.db.models import TextChoices
from pydantic import WithJsonSchema

Bounds = tuple[float, float, float, float]  # west, south, east, north; degrees, EPSG:4490
Position = tuple[float, float]  # longitude, latitude; degrees, EPSG:4490


def one_of(choices: type[TextChoices]) -> WithJsonSchema:
    """Describes a text that holds one of a model's choices: `Annotated[str, one_of(Job.Status)]`."""
    return WithJsonSchema({"type": "string", "enum": list(choices.values)})


def _geojson(kind: str, depth: int) -> dict[str, Any]:
    coordinates: dict[str, Any] = {"type": "number"}
    for _ in range(depth):
        coordinates = {"type": "array", "items": coordinates}
    return {
        "type": "object",
        "required": ["type", "coordinates"],
        "properties": {"type": {"type": "string", "enum": [kind]}, "coordinates": coordinates},
    }


# A GeoJSON geometry (EPSG:4490) that covers ground.
Surface = Annotated[
    dict[str, Any],
    WithJsonSchema({"oneOf": [_geojson("Polygon", 3), _geojson("MultiPolygon", 4)]}),
]
