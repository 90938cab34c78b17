"""Map sheets (图幅): plain coordinates in, a printed map out.

Coordinates are metres in one projected plane, x east and y north; which plane is the caller's
business and is printed as `crs_label`. No geometry library here: rings are lists of points.
The scale is always a round one (1:500, 1:1000, 1:1500, 1:2000 ...).
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from liangtian.press import legend
from liangtian.press.errors import MapRefused
from liangtian.press.frame import (
    Extent,
    Frame,
    Point,
    Ring,
    View,
    corners,
    grid_lines,
    round_scale,
    scale_bar,
)
from liangtian.press.labels import Wish, place_labels
from liangtian.press.picture import SHEET_PIXELS, for_print
from liangtian.press.typeset import typeset

Hatch = Literal["", "forward", "back", "cross"]
Paper = Literal["a4", "a3"]


@dataclass(frozen=True)
class MapPolygon:
    """One polygon: the outer ring first, then its holes; `label` is printed inside it, `brief` where that
    finds no place."""

    rings: Sequence[Ring]
    label: str = ""
    brief: str = ""


@dataclass(frozen=True)
class MapLayer:
    """Figures drawn alike, one line in the legend (图例). Colours are ``#rrggbb``; "" is none.

    lines are open paths and dots single places, drawn in the stroke colour over the polygons.

    hatch: line filling in the stroke colour, for red lines (红线) and the like.
    """

    name: str
    polygons: Sequence[MapPolygon]
    fill: str = ""
    stroke: str = "#333333"
    stroke_width_mm: float = 0.2
    hatch: Hatch = ""
    lines: Sequence[Ring] = ()
    dots: Sequence[Point] = ()


@dataclass(frozen=True)
class PhotoPoint:
    """Where a photo (举证照片) was taken; azimuth in degrees clockwise from north, None if unknown."""

    x: float
    y: float
    azimuth_deg: float | None
    no: str


@dataclass(frozen=True)
class MapImage:
    """A picture under the layers, e.g. an aerial image; extent is minx, miny, maxx, maxy in metres."""

    content: bytes
    extent: Extent
    name: str = "底图影像"


@dataclass(frozen=True)
class MapSheet:
    """One map page. Without `extent` everything drawn is shown; without `scale` the largest round
    scale that fits the frame is taken (`scale` 2000 means 1:2000, centred on the extent).

    points are drawn above the layers; numbers are (name, value) pairs printed beside the legend,
    e.g. ("图斑面积", "42.22 亩"). grid: lines of round coordinates (方里网) with their figures.
    neighbours: of a sheet of an atlas, the names of the sheets around it (接图表), row by row from the north-west,
    its own in the middle; "" where there is none.
    """

    title: str
    layers: Sequence[MapLayer]
    crs_label: str
    maker: str
    on: date
    points: Sequence[PhotoPoint] = ()
    notes: Sequence[str] = ()
    extent: Extent | None = None
    scale: int | None = None
    image: MapImage | None = None
    numbers: Sequence[tuple[str, str]] = ()
    grid: bool = False
    neighbours: Sequence[str] = ()


_LANDSCAPE: dict[Paper, Frame] = {
    "a4": Frame(width=214.0, height=173.0),
    "a3": Frame(width=330.0, height=258.0),
}
_PORTRAIT: dict[Paper, Frame] = {
    "a4": Frame(width=186.0, height=230.0),
    "a3": Frame(width=269.0, height=350.0),
}
_BESIDE_BAR_MM = 14.0
_MARGIN = 1.08
_LOWEST_FRAME = 70.0


def map_pdf(sheet: MapSheet, paper: Paper = "a4", *, portrait: bool = False) -> bytes:
    """The sheet alone on one page, legend beside the map, or below it on an upright page.

    A legend too long for the page goes on to the next one (图例续). Raises MapRefused, GlyphMissing,
    ImageRefused.
    """
    images: dict[str, bytes] = {}
    frame, kept = _page(sheet, paper, portrait=portrait)
    data = sheet_data(sheet, frame, images, "base.jpg", kept)
    page = {"paper": paper, "portrait": portrait, "sheets": [data]}
    return typeset("map.typ", page, images, sheet.on)


def atlas_page(sheet: MapSheet, paper: Paper) -> dict[str, object]:
    """One sheet of an atlas (图册) as `atlas_pdf` sets it; without a picture below. Raises MapRefused."""
    frame, kept = _page(sheet, paper, portrait=False)
    return sheet_data(sheet, frame, {}, "", kept)


def atlas_pdf(pages: Sequence[dict[str, object]], paper: Paper, on: date) -> bytes:
    """The pages of an atlas as one document, in the order given. Raises GlyphMissing."""
    return typeset("map.typ", {"paper": paper, "portrait": False, "sheets": list(pages)}, {}, on)


def hidden_labels(sheet: MapSheet, paper: Paper) -> int:
    """How many labels of a sheet would find no place. Raises MapRefused."""
    frame, _ = _page(sheet, paper, portrait=False)
    return _placed(sheet, _view(sheet, frame))[1]


def whole_scale(sheet: MapSheet, paper: Paper) -> int:
    """The denominator of the scale a sheet is printed at. Raises MapRefused."""
    frame, _ = _page(sheet, paper, portrait=False)
    return _view(sheet, frame).scale


def _page(sheet: MapSheet, paper: Paper, *, portrait: bool) -> tuple[Frame, int | None]:
    """Frame of the map and number of legend lines on its page; None: all."""
    try:
        return frame_on(sheet, paper, portrait=portrait), None
    except MapRefused:
        room = largest_frame(paper, portrait=portrait)
        if portrait:
            return _frame_above_legend(sheet, room, _BESIDE_BAR_MM, 0), 0
        kept = legend.beside(sheet, room.height)
        if kept is None:
            raise
        return room, kept


def frame_on(sheet: MapSheet, paper: Paper, *, portrait: bool = False) -> Frame:
    """The room for the map on a page with all of its legend. Raises MapRefused when too little is left."""
    room = largest_frame(paper, portrait=portrait)
    if portrait:
        return _frame_above_legend(sheet, room, _BESIDE_BAR_MM)
    if legend.side_height(sheet, legend.DENSEST) > room.height:
        raise _too_long(sheet)
    return room


def largest_frame(paper: Paper, *, portrait: bool = False) -> Frame:
    """The room for the map on a page before legend and notes take theirs."""
    return (_PORTRAIT if portrait else _LANDSCAPE)[paper]


def frame_for_dossier(sheet: MapSheet) -> Frame:
    """The frame on an upright A4 page of a dossier, below two headings: a longer legend, a lower frame.

    Raises MapRefused.
    """
    return _frame_above_legend(sheet, Frame(160.0, 186.0))


def _frame_above_legend(
    sheet: MapSheet, room: Frame, beside_mm: float = 0.0, kept: int | None = None
) -> Frame:
    height = room.height - legend.below_height(sheet, room.width, beside_mm, kept)
    if height < _LOWEST_FRAME:
        raise _too_long(sheet)
    return Frame(room.width, height)


def _too_long(sheet: MapSheet) -> MapRefused:
    return MapRefused(
        f"地图「{sheet.title}」的图例或附注太长，一页放不下。"
        f"请减少图层（现有 {len(sheet.layers)} 个）或附注，或改用更大的纸。"
    )


def sheet_data(
    sheet: MapSheet,
    frame: Frame,
    images: dict[str, bytes],
    image_name: str,
    kept: int | None = None,
) -> dict[str, object]:
    """What mapsheet.typ draws, in paper millimetres; the base picture is added to `images`.

    `kept` lines of the legend stand on the sheet (None: all), the others on the page after it.
    """
    view = _view(sheet, frame)
    labels, hidden = _placed(sheet, view)
    notes = list(sheet.notes)
    if hidden:
        notes.append(f"图面拥挤，有 {hidden} 处注记未标出。")
    layers = [_layer(layer, view) for layer in sheet.layers]
    here, after = legend.parted(layers, sheet, kept)
    fitting = (
        n for n in range(legend.DENSEST) if legend.side_height(sheet, n, kept) <= frame.height
    )
    return {
        "title": sheet.title,
        "density": next(fitting, legend.DENSEST),
        "legend": here,
        "legend_after": after,
        "frame": [frame.width, frame.height],
        "base": _base(sheet.image, view, images, image_name),
        "layers": layers,
        "labels": labels,
        "points": [
            {"at": view.mm((p.x, p.y)), "azimuth": p.azimuth_deg, "no": p.no} for p in sheet.points
        ],
        "numbers": [list(pair) for pair in sheet.numbers],
        "neighbours": list(sheet.neighbours),
        "scale": f"1:{view.scale}",
        "bar": scale_bar(view.scale),
        "corners": corners(view),
        "grid": grid_lines(view) if sheet.grid else None,
        "crs": sheet.crs_label,
        "maker": sheet.maker,
        "date": f"{sheet.on.year}年{sheet.on.month}月{sheet.on.day}日",
        "notes": notes,
    }


def _view(sheet: MapSheet, frame: Frame) -> View:
    west, south, east, north = sheet.extent or _drawn_extent(sheet)
    if not all(map(math.isfinite, (west, south, east, north))) or west > east or south > north:
        raise MapRefused(
            f"地图「{sheet.title}」的范围不对：{(west, south, east, north)}。请核对坐标是否为投影坐标（米）。"
        )
    wanted = max((east - west) / frame.width, (north - south) / frame.height) * 1000 * _MARGIN
    scale = sheet.scale or round_scale(wanted)
    return View(((west + east) / 2, (south + north) / 2), scale, frame)


def _drawn_extent(sheet: MapSheet) -> Extent:
    spots = [p for layer in sheet.layers for g in layer.polygons for ring in g.rings for p in ring]
    spots += [p for layer in sheet.layers for line in layer.lines for p in line]
    spots += [p for layer in sheet.layers for p in layer.dots]
    spots += [(p.x, p.y) for p in sheet.points]
    if not spots:
        raise MapRefused(f"地图「{sheet.title}」没有可画的图形，也没有指定范围，无法出图。")
    xs, ys = [p[0] for p in spots], [p[1] for p in spots]
    if not all(map(math.isfinite, (*xs, *ys))):
        raise MapRefused(f"地图「{sheet.title}」有坐标不是数，请先检查图形。")
    return min(xs), min(ys), max(xs), max(ys)


def _layer(layer: MapLayer, view: View) -> dict[str, object]:
    shown = [g for g in layer.polygons if g.rings and view.shows(g.rings[0])]
    return {
        "name": layer.name,
        "fill": layer.fill,
        "stroke": layer.stroke,
        "width": layer.stroke_width_mm,
        "hatch": layer.hatch,
        "polygons": [[_path(ring, view) for ring in g.rings] for g in shown],
        "lines": [_path(line, view, closed=False) for line in layer.lines if view.shows(line)],
        "dots": [view.mm(dot) for dot in layer.dots if view.shows([dot])],
    }


def _path(ring: Ring, view: View, *, closed: bool = True) -> list[Point]:
    """Paper points of an open ring (or of a line): points that fall on the one before are left out."""
    path: list[Point] = []
    for point in ring:
        spot = view.mm(point)
        if not path or spot != path[-1]:
            path.append(spot)
    if closed and len(path) > 1 and path[0] == path[-1]:
        path.pop()
    return path


def _placed(sheet: MapSheet, view: View) -> tuple[list[dict[str, object]], int]:
    marks = [_mark_box(view.mm((p.x, p.y))) for p in sheet.points]
    wishes = list(_label_wishes(sheet, view))
    return place_labels(wishes, view.frame.width, view.frame.height, marks)


def _label_wishes(sheet: MapSheet, view: View) -> Iterator[Wish]:
    for layer in reversed(sheet.layers):
        for polygon in layer.polygons:
            if polygon.label and polygon.rings and view.shows(polygon.rings[0]):
                rings = [_path(ring, view) for ring in polygon.rings]
                yield Wish(polygon.label, rings, polygon.brief)


def _mark_box(spot: Point) -> Extent:
    return spot[0] - 2.2, spot[1] - 2.2, spot[0] + 2.2, spot[1] + 2.2


def _base(
    image: MapImage | None, view: View, images: dict[str, bytes], name: str
) -> dict[str, object] | None:
    if image is None:
        return None
    images[name] = for_print(image.content, SHEET_PIXELS, image.name)
    west, south, east, north = image.extent
    left, top = view.mm((west, north))
    right, bottom = view.mm((east, south))
    return {"file": name, "at": (left, top), "size": (right - left, bottom - top)}
