"""Parcels of a village on paper: one sheet where every label finds place, else an index and sheets of a larger scale."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from math import ceil

import numpy as np
import shapely
from django.conf import settings
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from liangtian.geo.area import single_polygons
from liangtian.geo.gauss import Zone
from liangtian.geo.plane import to_plane, zone_at
from liangtian.platform.maps.atlas import BOUNDARY, SHEET_LINE, sheet_name
from liangtian.platform.maps.sheets import Window, array_of, figure_layers, from_plane
from liangtian.platform.maps.sources import Figures
from liangtian.platform.regions.models import Region
from liangtian.press.map import (
    MapLayer,
    MapPolygon,
    MapSheet,
    Paper,
    hidden_labels,
    largest_frame,
    whole_scale,
)

# Fill and outline by the way a parcel is used (使用方式); others are grey.
COLOURS = {
    "承包": ("#dcebc4", "#6b8e3d"), "租赁": ("#f6e3b4", "#b98a1d"), "流转": ("#cfe3f0", "#3c7ca6"),
    "划拨": ("#e3d7ef", "#7d5aa6"), "无手续占用": ("#f6cfc8", "#c0392b"),
}  # fmt: skip
OTHER = ("#e6e6e6", "#777777")
PADDING = 0.02  # degrees around what is drawn: the window never cuts it
LARGEST_SCALE = 500  # 1:500; what has no room there is named in the note of its sheet
OVERLAP = 0.04  # of a sheet's side, so that a parcel on the edge is read on either sheet
_STEPS = (1, 1.5, 2, 2.5, 3, 4, 5)


@dataclass(frozen=True)
class DrawnParcel:
    """A parcel as the map shows it; `brief` stands where the whole label has no room."""

    geom: BaseGeometry
    way: str
    label: str
    brief: str


@dataclass(frozen=True)
class VillageMap:
    """What is printed; `under` gives what lies below the parcels in a window, `fills` False leaves them hollow."""

    title: str
    region: Region
    parcels: Sequence[DrawnParcel]
    maker: str
    on: date
    notes: Sequence[str] = ()
    numbers: Sequence[tuple[str, str]] = ()
    under: Callable[[Window], Sequence[MapLayer]] | None = None
    fills: bool = True
    paper: Paper = "a3"


@dataclass(frozen=True)
class _Plane:
    """The parcels in their plane."""

    zone: Zone
    geoms: NDArray[np.object_]

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        west, south, east, north = shapely.total_bounds(self.geoms).tolist()
        return west, south, east, north


@dataclass(frozen=True)
class _Cut:
    """Sheets of one scale: the middle of each by row from the north and column from the west, and whose labels it has."""

    scale: int
    sheets: Mapping[tuple[int, int], tuple[float, float]]
    labelled: Mapping[tuple[int, int], frozenset[int]]

    def names_around(self, key: tuple[int, int]) -> list[str]:
        row, column = key
        near = [(r, c) for r in (row - 1, row, row + 1) for c in (column - 1, column, column + 1)]
        return [sheet_name(*one) if one in self.sheets else "" for one in near]


def village_sheets(wanted: VillageMap) -> list[MapSheet]:
    """The sheets, the index first where there are several. Raises MapRefused.

    The coarsest round scale at which every parcel is labelled is taken, as far as `ATLAS_SHEETS` allow.
    """
    degrees = array_of([one.geom for one in wanted.parcels])
    west, _, east, _ = shapely.total_bounds(degrees).tolist()
    zone = zone_at((west + east) / 2)
    plane = _Plane(zone, to_plane(degrees, zone))
    one = _whole(wanted, plane)
    fewest = hidden_labels(one, wanted.paper)
    best = [one]
    scale = whole_scale(one, wanted.paper)
    while fewest and (scale := _larger(scale)) >= LARGEST_SCALE:
        cut = _cut(plane, wanted.paper, scale)
        if len(cut.sheets) > settings.ATLAS_SHEETS:
            break
        sheets = [_sheet(wanted, plane, cut, key) for key in cut.sheets]
        hidden = sum(hidden_labels(sheet, wanted.paper) for sheet in sheets)
        if hidden < fewest:
            fewest, best = hidden, [_index(wanted, plane, cut), *sheets]
    return best


def _larger(scale: int) -> int:
    """The next larger usual scale: a smaller denominator."""
    power = 10 ** (len(str(scale)) - 1)
    usual = [int(step * p) for p in (power // 10, power) for step in _STEPS]
    return max((one for one in usual if one < scale), default=0)


def _whole(wanted: VillageMap, plane: _Plane) -> MapSheet:
    layers = _parcel_layers(wanted, plane, frozenset(range(len(wanted.parcels))))
    return _page(wanted, plane, [*layers, *_boundary(wanted.region, plane)], plane.bounds)


def _page(
    wanted: VillageMap, plane: _Plane, layers: Sequence[MapLayer],
    extent: tuple[float, float, float, float],
) -> MapSheet:  # fmt: skip
    under = wanted.under(_window(plane, extent)) if wanted.under else ()
    return MapSheet(
        title=wanted.title, layers=[*under, *layers], crs_label=_window(plane, extent).crs_label,
        maker=wanted.maker, on=wanted.on, notes=wanted.notes, extent=extent, numbers=wanted.numbers,
        grid=True,
    )  # fmt: skip


def _sheet(wanted: VillageMap, plane: _Plane, cut: _Cut, key: tuple[int, int]) -> MapSheet:
    """One of several sheets, with the labels that are its own."""
    (x, y), frame = cut.sheets[key], largest_frame(wanted.paper)
    wide, high = frame.width * cut.scale / 2000, frame.height * cut.scale / 2000
    extent = (x - wide, y - high, x + wide, y + high)
    layers = [
        *_parcel_layers(wanted, plane, cut.labelled[key], shapely.box(*extent)),
        *_boundary(wanted.region, plane),
    ]
    return replace(
        _page(wanted, plane, layers, extent), title=f"{wanted.title}　{sheet_name(*key)}",
        extent=(x, y, x, y), scale=cut.scale, neighbours=cut.names_around(key),
        numbers=[*wanted.numbers, ("本幅标注", f"{len(cut.labelled[key])} 个地块")],
    )  # fmt: skip


def _index(wanted: VillageMap, plane: _Plane, cut: _Cut) -> MapSheet:
    """The whole village with the sheets upon it, each with its number."""
    frame = largest_frame(wanted.paper)
    wide, high = frame.width * cut.scale / 2000, frame.height * cut.scale / 2000
    boxes = [
        MapPolygon([list(shapely.box(x - wide, y - high, x + wide, y + high).exterior.coords)],
                   sheet_name(*key))
        for key, (x, y) in cut.sheets.items()
    ]  # fmt: skip
    layers = [
        *_parcel_layers(wanted, plane, frozenset()), *_boundary(wanted.region, plane),
        MapLayer("图幅", boxes, "", SHEET_LINE, 0.3),
    ]  # fmt: skip
    said = f"共 {len(cut.sheets)} 幅，比例尺 1:{cut.scale}；各地块的注记见分幅图"
    return replace(
        _page(replace(wanted, under=None), plane, layers, plane.bounds),
        title=f"{wanted.title}　接合图表", notes=[*wanted.notes, said],
    )  # fmt: skip


def _cut(plane: _Plane, paper: Paper, scale: int) -> _Cut:
    """Sheets over all parcels, a little over one another; each parcel is labelled where most of it lies."""
    frame = largest_frame(paper)
    wide, high = (side * scale / 1000 for side in (frame.width, frame.height))
    west, south, east, north = plane.bounds
    step_x, step_y = wide * (1 - OVERLAP), high * (1 - OVERLAP)
    columns = max(1, ceil((east - west - wide) / step_x) + 1)
    rows = max(1, ceil((north - south - high) / step_y) + 1)
    left = (west + east - (columns - 1) * step_x) / 2
    top = (south + north + (rows - 1) * step_y) / 2
    keys = [(row, column) for row in range(rows) for column in range(columns)]
    middles = np.array([(left + c * step_x, top - r * step_y) for r, c in keys])
    half = np.array([wide, high]) / 2
    boxes = shapely.box(*(middles - half).T, *(middles + half).T)
    parcel, box = shapely.STRtree(boxes).query(plane.geoms, predicate="intersects")
    shared = shapely.area(shapely.intersection(plane.geoms[parcel], boxes[box]))
    order = np.lexsort((box, -shared, parcel))
    firsts = np.unique(parcel[order], return_index=True)[1]
    home = dict(zip(parcel[order][firsts].tolist(), box[order][firsts].tolist(), strict=True))
    sheets, labelled = {}, {}
    for at in sorted(set(box.tolist())):
        key = keys[at]
        sheets[key] = (float(middles[at][0]), float(middles[at][1]))
        labelled[key] = frozenset(one for one, where in home.items() if where == at)
    return _Cut(scale, sheets, labelled)


def _parcel_layers(
    wanted: VillageMap, plane: _Plane, labelled: frozenset[int],
    within: BaseGeometry | None = None,
) -> list[MapLayer]:  # fmt: skip
    """The parcels by way of use; of one in pieces the largest that is seen has the label."""
    polygons, owner = single_polygons(plane.geoms)
    if within is not None:
        seen = shapely.intersects(polygons, within)
        polygons, owner = polygons[seen], owner[seen]
    by_way: dict[str, list[MapPolygon]] = {}
    named: set[int] = set()
    for polygon, index in sorted(
        zip(polygons, owner.tolist(), strict=True), key=lambda p: -p[0].area
    ):
        one = wanted.parcels[index]
        rings = [list(ring.coords) for ring in (polygon.exterior, *polygon.interiors)]
        first = index in labelled and index not in named
        named.add(index)
        by_way.setdefault(one.way, []).append(
            MapPolygon(rings, one.label if first else "", one.brief if first else "")
        )
    order = [*COLOURS, *sorted(set(by_way) - set(COLOURS))]
    return [
        MapLayer(way, by_way[way], *(COLOURS.get(way, OTHER) if wanted.fills
                                     else ("", COLOURS.get(way, OTHER)[1])),
                 0.25 if wanted.fills else 0.6)
        for way in order if way in by_way
    ]  # fmt: skip


def _boundary(region: Region, plane: _Plane) -> list[MapLayer]:
    if region.geom is None:
        return []
    line = array_of([region.geom.boundary])
    window = _window(plane, plane.bounds)
    return figure_layers([Figures(f"{region.name}界", line, [""], "", BOUNDARY, 0.5)], window)


def _window(plane: _Plane, extent: tuple[float, float, float, float]) -> Window:
    bounds = from_plane(array_of([shapely.box(*extent)]), plane.zone)[0].bounds
    west, south, east, north = bounds
    return Window(
        (west - PADDING, south - PADDING, east + PADDING, north + PADDING), plane.zone, None
    )
