"""Map sheets from layer versions: features cut to the user's region and the window, in a 3° zone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from liangtian.geo.area import single_polygons
from liangtian.geo.crs import to_4490
from liangtian.geo.gauss import Zone
from liangtian.geo.plane import to_plane, zone_at
from liangtian.platform.layers.catalogue import land_classes
from liangtian.platform.layers.models import LayerVersion
from liangtian.platform.layers.queries import cut, features_in
from liangtian.platform.maps.sources import Figures
from liangtian.press.frame import round_scale
from liangtian.press.map import Hatch, MapLayer, MapPolygon, MapSheet

OTHER = "#e6e6e6"
PLOT_COLOUR = "#d0021b"
PLOT_MARGIN_M = 60.0
MARGIN_SHARE = 0.3
PLOT_FRAME_MM = (160.0, 150.0)
SLANT = 1.05  # the window in degrees covers the frame in spite of the zone's slant


@dataclass(frozen=True)
class Window:
    """The ground a sheet shows: bounds in degrees, the plane it is drawn in, the user's boundary."""

    bounds: tuple[float, float, float, float]
    zone: Zone
    scope: BaseGeometry | None

    @property
    def crs_label(self) -> str:
        """The plane as printed on the sheet."""
        return f"{self.zone.title}（EPSG:{self.zone.epsg}）"

    def drawn(self, geoms: NDArray[np.object_]) -> NDArray[np.object_]:
        """Figures cut to what the user may see and to the window, in the plane."""
        if not len(geoms):
            return geoms
        inside = shapely.intersection(cut(geoms, self.scope), shapely.box(*self.bounds))
        return to_plane(inside, self.zone)

    def placed(self, geoms: NDArray[np.object_]) -> NDArray[np.object_]:
        """Figures that are the user's to see, cut to the window only, in the plane."""
        if not len(geoms):
            return geoms
        return to_plane(shapely.intersection(geoms, shapely.box(*self.bounds)), self.zone)


def version_layers(
    version: LayerVersion, window: Window, *, labels: bool = False, coarse: bool = False
) -> list[MapLayer]:
    """One drawn layer per category in view, in the colours of the legend.

    coarse: classes of one first-level group (一级类) that are drawn alike share a line of the legend.
    """
    found = features_in(version, window.bounds)
    shapes = window.drawn(found.geoms)
    legend = {str(entry["code"]): entry for entry in version.layer.legend}
    layers = []
    for code in sorted(set(found.categories.tolist())):
        mine = np.flatnonzero(found.categories == code).tolist()
        single = len(legend) <= 1
        texts = [str(found.titles[i]) if single else code for i in mine]
        polygons = list(_polygons([shapes[i] for i in mine], texts if labels else [""] * len(mine)))
        if not polygons:
            continue
        entry = _entry(legend, code)
        name = (
            version.layer.name if single else f"{code} {version.layer.category_name(code)}".strip()
        )
        hatched = bool(entry.get("hatch"))
        hatch: Hatch = "forward" if hatched else ""
        fill = "" if hatched else str(entry.get("fill", OTHER))
        stroke = str(entry.get("stroke", "#6b6b6b"))[:7]
        layers.append(MapLayer(name, polygons, fill, stroke, 0.35 if hatched else 0.12, hatch))
    return _joined(layers) if coarse else layers


def _joined(layers: list[MapLayer]) -> list[MapLayer]:
    """Land classes of one first-level group in one colour as one layer named by the group."""
    groups = {code: str(row["level1"]) for code, row in land_classes().items()}
    found: dict[tuple[str, str], list[MapLayer]] = {}
    for layer in layers:
        code = layer.name.split(" ", 1)[0]
        found.setdefault((groups.get(code, layer.name), layer.fill), []).append(layer)
    return [
        members[0]
        if len(members) == 1
        else replace(
            members[0],
            name=f"{group[:2]} {group[2:]}",
            polygons=[p for m in members for p in m.polygons],
        )
        for (group, _), members in found.items()
    ]


def _entry(legend: dict[str, dict[str, object]], code: str) -> dict[str, object]:
    """The legend's line of a category: of hierarchical codes the longest prefix."""
    if len(legend) == 1:
        return next(iter(legend.values()))
    fitting = [known for known in legend if code.startswith(known)]
    return legend[max(fitting, key=len)] if fitting else {}


def figure_layers(figures: Iterable[Figures], window: Window) -> list[MapLayer]:
    """Figures of a programme or sketches as drawn layers; points, lines and polygons."""
    layers = []
    for one in figures:
        shapes = window.placed(one.geoms)
        polygons = list(_polygons(shapes, one.labels))
        parts = [p for p in shapely.get_parts(shapes).tolist() if not p.is_empty]
        lines = [list(p.coords) for p in parts if p.geom_type == "LineString"]
        dots = [(p.x, p.y) for p in parts if p.geom_type == "Point"]
        if polygons or lines or dots:
            layers.append(
                MapLayer(one.name, polygons, one.fill, one.stroke, one.width_mm, "", lines, dots)
            )
    return layers


def plot_sheet(
    plot: BaseGeometry,
    title: str,
    versions: Sequence[LayerVersion],
    scope: BaseGeometry | None,
    *,
    maker: str,
    on: date,
) -> MapSheet:
    """A drawn plot on the layers it was compared with, at the round scale that shows it all."""
    lon0, lat0, lon1, lat1 = plot.bounds
    zone = zone_at((lon0 + lon1) / 2)
    outline = to_plane(array_of([plot]), zone)[0]
    x0, y0, x1, y1 = outline.bounds
    margin = max(PLOT_MARGIN_M, MARGIN_SHARE * max(x1 - x0, y1 - y0))
    wide, high = x1 - x0 + 2 * margin, y1 - y0 + 2 * margin
    scale = round_scale(max(wide / PLOT_FRAME_MM[0], high / PLOT_FRAME_MM[1]) * 1000)
    window = window_around(
        ((lon0 + lon1) / 2, (lat0 + lat1) / 2), zone, scope, scale, (160.0, 197.0)
    )
    layers = [
        layer for version in versions for layer in version_layers(version, window, coarse=True)
    ]
    outline_layer = MapLayer("分析地块", list(_polygons([outline], [""])), "", PLOT_COLOUR, 0.6)
    return MapSheet(
        title=f"{title}套合图",
        layers=[*layers, outline_layer],
        crs_label=window.crs_label,
        maker=maker,
        on=on,
        notes=[f"图层：{'、'.join(map(str, versions))}"],
        extent=outline.bounds,
        scale=scale,
    )


def window_around(
    centre: tuple[float, float],
    zone: Zone,
    scope: BaseGeometry | None,
    scale: int,
    frame_mm: tuple[float, float],
) -> Window:
    """The window a frame of that size shows at a scale, a little more for the slant of the zone."""
    x, y = shapely.get_coordinates(to_plane(array_of([shapely.Point(centre)]), zone))[0].tolist()
    half_x, half_y = (side * scale / 2000 * SLANT for side in frame_mm)
    corners = shapely.box(x - half_x, y - half_y, x + half_x, y + half_y)
    degrees = from_plane(array_of([corners]), zone)[0]
    return Window(tuple(degrees.bounds), zone, scope)


def from_plane(geoms: NDArray[np.object_], zone: Zone) -> NDArray[np.object_]:
    """Geometries of a zone in EPSG:4490."""
    return to_4490(geoms, zone.epsg)


def _polygons(shapes: Iterable[BaseGeometry | None], labels: Sequence[str]) -> Iterable[MapPolygon]:
    polygons, owner = single_polygons(array_of(list(shapes)))
    for polygon, index in zip(polygons, owner.tolist(), strict=True):
        rings = [list(ring.coords) for ring in (polygon.exterior, *polygon.interiors)]
        yield MapPolygon(rings, str(labels[index]))


def array_of(geoms: Sequence[BaseGeometry | None]) -> NDArray[np.object_]:
    """Geometries as an array of objects."""
    out = np.empty(len(geoms), dtype=object)
    out[:] = geoms
    return out
