"""Map sheets of a patch (套合图件): the survey around it, and what protects or allows what there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from liangtian.geo.area import single_polygons
from liangtian.geo.gauss import Zone
from liangtian.geo.plane import to_plane, zone_at
from liangtian.platform.layers.models import LayerVersion
from liangtian.platform.layers.queries import cut, features_in
from liangtian.press.frame import Frame, round_scale
from liangtian.press.map import (
    Hatch,
    MapLayer,
    MapPolygon,
    MapSheet,
    PhotoPoint,
)
from liangtian.programmes.enforcement.models import Outcome, Patch, PatchPhoto
from liangtian.programmes.enforcement.proposing import SURVEY

LEAST_MARGIN_M = 60.0  # ground shown around a patch, at least
MARGIN_SHARE = 0.6  # and at least this share of its larger side
PHOTO_MARGIN_SHARE = 0.1  # photos stand close around a patch, and are drawn as large as they fit
FARTHEST_DRAWN_M = 500  # a photo farther off would make the patch too small to read
FRAME = Frame(160.0, 150.0)  # about the map frame of a dossier page, mm
SLANT = 1.03
PATCH_COLOUR = "#d0021b"
PART_FILLS: dict[str, str] = {
    Outcome.LEGAL: "#cfe8d0",
    Outcome.ILLEGAL: "#f6cfcb",
    Outcome.OTHER: "#cfe0f3",
    Outcome.UNDETERMINED: "#e6e6e6",
}


@dataclass(frozen=True)
class View:
    """What is drawn: the patch in its zone's plane, the window around it, and where the user's eyes end."""

    patch: Patch
    zone: Zone
    outline: BaseGeometry
    scale: int
    window: tuple[float, float, float, float]  # degrees
    scope: BaseGeometry | None

    @property
    def crs_label(self) -> str:
        """The plane as printed beside the map."""
        meridian = self.zone.central_meridian
        return (
            f"CGCS2000 3度带第{self.zone.number}带，中央经线{meridian}°E（EPSG:{self.zone.epsg}）"
        )


def view_of(patch: Patch, scope: BaseGeometry | None) -> View:
    """The window around a patch; `scope` cuts the layers at the boundary of the user's region."""
    west, _, east, _ = patch.geom.bounds
    zone = zone_at((west + east) / 2)
    outline = to_plane(_array([patch.geom]), zone)[0]
    x0, y0, x1, y1 = outline.bounds
    margin = max(LEAST_MARGIN_M, MARGIN_SHARE * max(x1 - x0, y1 - y0))
    wide, high = x1 - x0 + 2 * margin, y1 - y0 + 2 * margin
    scale = round_scale(max(wide / FRAME.width, high / FRAME.height) * 1000)
    # What the paper shows of the ground at that scale, in degrees; a little more for the slant of the zone.
    lon0, lat0, lon1, lat1 = patch.geom.bounds
    half_lon = (lon1 - lon0) / (x1 - x0) * FRAME.width * scale / 2000 * SLANT
    half_lat = (lat1 - lat0) / (y1 - y0) * FRAME.height * scale / 2000 * SLANT
    lon, lat = (lon0 + lon1) / 2, (lat0 + lat1) / 2
    window = (lon - half_lon, lat - half_lat, lon + half_lon, lat + half_lat)
    return View(patch, zone, outline, scale, window, scope)


def survey_sheet(view: View, version: LayerVersion, maker: str, on: date) -> MapSheet:
    """The patch on the survey layer (地类图斑), one legend entry per land class."""
    found = features_in(version, view.window)
    shapes = _drawn(found.geoms, view)
    colours = {str(entry["code"]): str(entry["fill"])[:7] for entry in version.layer.legend}
    layers = []
    for code in sorted(set(found.categories.tolist())):
        mine = [shape for shape, c in zip(shapes, found.categories, strict=True) if c == code]
        polygons = list(_polygons(mine, [code] * len(mine)))
        if polygons:
            name = f"{code} {version.layer.category_name(code)}".strip()
            fill = colours.get(code, "#e6e6e6")
            layers.append(MapLayer(name, polygons, fill, "#6b6b6b", 0.15))
    return MapSheet(
        title=f"图斑 {view.patch.number} 国土调查套合图",
        layers=[*layers, _patch_layer(view)],
        crs_label=view.crs_label,
        maker=maker,
        on=on,
        notes=[f"底图：{version}"],
        extent=view.outline.bounds,
        scale=view.scale,
    )


def control_sheet(view: View, versions: Sequence[LayerVersion], maker: str, on: date) -> MapSheet:
    """The patch with protection, planning and approval lines."""
    layers, absent = [], []
    for version in versions:
        if version.layer.code == SURVEY:
            continue
        found = features_in(version, view.window)
        polygons = list(_polygons(_drawn(found.geoms, view), found.titles.tolist()))
        if not polygons:
            absent.append(version.layer.name)
            continue
        entry = version.layer.legend[0] if version.layer.legend else {}
        stroke = str(entry.get("stroke", "#333333"))[:7]
        hatch: Hatch = "forward" if entry.get("hatch") else ""
        layers.append(MapLayer(version.layer.name, polygons, "", stroke, 0.4, hatch))
    return MapSheet(
        title=f"图斑 {view.patch.number} 管控与审批套合图",
        layers=[*_part_layers(view), *layers, _patch_layer(view)],
        crs_label=view.crs_label,
        maker=maker,
        on=on,
        notes=[f"图面范围内没有：{'、'.join(absent)}"] if absent else [],
        extent=view.outline.bounds,
        scale=view.scale,
    )


def photo_sheet(view: View, photos: Sequence[PatchPhoto], maker: str, on: date) -> MapSheet:
    """Where the photos were taken and which way (照片拍摄位置图); what lies far off is named, not drawn."""
    points, far, nowhere = [], [], []
    for number, photo in enumerate(photos, start=1):
        if photo.lon is None or photo.lat is None:
            nowhere.append(str(number))
        elif photo.distance_m is not None and photo.distance_m > FARTHEST_DRAWN_M:
            far.append(str(number))
        else:
            spot = to_plane(_array([shapely.Point(photo.lon, photo.lat)]), view.zone)[0]
            points.append(PhotoPoint(spot.x, spot.y, photo.azimuth, str(number)))
    notes = []
    if far:
        notes.append(f"照片 {'、'.join(far)} 的拍摄点距图斑超过 {FARTHEST_DRAWN_M} 米，不在图上")
    if nowhere:
        notes.append(f"照片 {'、'.join(nowhere)} 没有定位信息，不在图上")
    x0, y0, x1, y1 = view.outline.bounds
    xs, ys = [x0, x1, *(p.x for p in points)], [y0, y1, *(p.y for p in points)]
    return MapSheet(
        title=f"图斑 {view.patch.number} 照片拍摄位置图",
        layers=[*_part_layers(view), _patch_layer(view)],
        crs_label=view.crs_label,
        maker=maker,
        on=on,
        points=points,
        notes=notes,
        extent=(min(xs), min(ys), max(xs), max(ys)),
        scale=_scale_for(max(xs) - min(xs), max(ys) - min(ys)),
    )


def _scale_for(wide: float, high: float) -> int:
    """The scale at which so much ground and a margin around it fit the frame."""
    margin = max(LEAST_MARGIN_M / 2, PHOTO_MARGIN_SHARE * max(wide, high))
    return round_scale(
        max((wide + 2 * margin) / FRAME.width, (high + 2 * margin) / FRAME.height) * 1000
    )


def _patch_layer(view: View) -> MapLayer:
    polygons = list(_polygons([view.outline], [""]))
    return MapLayer("图斑范围", polygons, "", PATCH_COLOUR, 0.7)


def _part_layers(view: View) -> list[MapLayer]:
    """The parts of a split patch, each in the colour of its outcome and numbered as in the statement."""
    layers: list[MapLayer] = []
    for number, part in enumerate(view.patch.parts.exclude(geom=None), start=1):
        shape = to_plane(_array([part.geom]), view.zone)
        polygons = list(_polygons(shape, [f"{number}"]))
        name = f"分割部分 {number} {Outcome(part.outcome).label}"
        layers.append(MapLayer(name, polygons, PART_FILLS[part.outcome], "#8a8a8a", 0.15))
    return layers


def _drawn(geoms: NDArray[np.object_], view: View) -> NDArray[np.object_]:
    """Features cut to what the user may see and to the window, in the plane; None when nothing is left."""
    if not len(geoms):
        return geoms
    seen = cut(geoms, view.scope)
    inside = shapely.intersection(seen, shapely.box(*view.window))
    return to_plane(inside, view.zone)


def _polygons(shapes: Iterable[BaseGeometry | None], labels: Sequence[str]) -> Iterable[MapPolygon]:
    polygons, owner = single_polygons(_array(list(shapes)))
    for polygon, index in zip(polygons, owner.tolist(), strict=True):
        rings = [list(zip(*ring.coords.xy, strict=True)) for ring in _rings(polygon)]
        yield MapPolygon(rings, str(labels[index]))


def _rings(polygon: BaseGeometry) -> list[BaseGeometry]:
    return [polygon.exterior, *polygon.interiors]


def _array(geoms: Sequence[BaseGeometry | None]) -> NDArray[np.object_]:
    out = np.empty(len(geoms), dtype=object)
    out[:] = geoms
    return out
