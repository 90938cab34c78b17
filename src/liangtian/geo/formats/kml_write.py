"""Writing KML 2.2 that the browser globes and phone apps of a county open. WGS 84 longitude, latitude."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

import shapely
from shapely.geometry.base import BaseGeometry

PRECISION = 9  # decimals of a degree


@dataclass(frozen=True)
class Placemark:
    """One figure (EPSG:4326 or 4490) with its name, a plain description and a colour ``#rrggbb``."""

    name: str
    description: str
    colour: str
    geometry: BaseGeometry


def write_kml(title: str, placemarks: Sequence[Placemark]) -> bytes:
    """The document as UTF-8. Raises ValueError for a geometry KML does not know."""
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<kml xmlns="http://www.opengis.net/kml/2.2"><Document>',
        f"<name>{escape(title)}</name>",
    ]
    for mark in placemarks:
        red, green, blue = mark.colour[1:3], mark.colour[3:5], mark.colour[5:7]
        line, fill = f"ff{blue}{green}{red}", f"40{blue}{green}{red}"  # alpha comes first
        lines += [
            f"<Placemark><name>{escape(mark.name)}</name>",
            f"<description>{escape(mark.description)}</description>",
            f"<Style><LineStyle><color>{line}</color><width>2</width></LineStyle>"
            f"<PolyStyle><color>{fill}</color></PolyStyle></Style>",
            *kml_geometry(mark.geometry),
            "</Placemark>",
        ]
    return "\n".join([*lines, "</Document></kml>", ""]).encode()


def kml_geometry(geom: BaseGeometry) -> Iterator[str]:
    """The lines of one figure. Raises ValueError for a geometry KML does not know."""
    parts = shapely.get_parts(geom).tolist()
    if len(parts) > 1:
        yield "<MultiGeometry>"
    for part in parts:
        if part.geom_type == "Polygon":
            rings = [("outer", part.exterior), *(("inner", ring) for ring in part.interiors)]
            yield "<Polygon>"
            for side, ring in rings:
                name = f"{side}BoundaryIs"
                yield f"<{name}><LinearRing>{_points(ring)}</LinearRing></{name}>"
            yield "</Polygon>"
        elif part.geom_type in ("LineString", "Point"):
            yield f"<{part.geom_type}>{_points(part)}</{part.geom_type}>"
        else:
            raise ValueError(f"KML 不能写{part.geom_type}。")
    if len(parts) > 1:
        yield "</MultiGeometry>"


def _points(geom: BaseGeometry) -> str:
    pairs = (f"{x:.{PRECISION}f},{y:.{PRECISION}f}" for x, y in geom.coords)
    return f"<coordinates>{' '.join(pairs)}</coordinates>"
