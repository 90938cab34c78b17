"""Printing a whole region to scale (图册): sheets that join, after an index sheet (接合图表)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from math import ceil
from typing import Any

import numpy as np
import shapely
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from shapely.geometry.base import BaseGeometry

from liangtian.geo.gauss import Zone
from liangtian.geo.plane import to_plane, zone_at
from liangtian.platform.errors import Forbidden, Refused
from liangtian.platform.jobs.models import Job
from liangtian.platform.jobs.registry import JobRun, job
from liangtian.platform.jobs.services import enqueue
from liangtian.platform.layers.models import Feature, LayerVersion
from liangtian.platform.maps.printing import SCALES, chosen_versions, keep, require_title
from liangtian.platform.maps.sheets import (
    Window,
    array_of,
    figure_layers,
    from_plane,
    version_layers,
    window_around,
)
from liangtian.platform.maps.sources import Figures
from liangtian.platform.people.models import User
from liangtian.platform.people.scope import require, scope_geometry
from liangtian.platform.regions.queries import fetch
from liangtian.press.errors import MapRefused, PressError
from liangtian.press.map import (
    MapLayer,
    MapPolygon,
    MapSheet,
    Paper,
    atlas_page,
    atlas_pdf,
    frame_on,
    largest_frame,
)

BOUNDARY = "#5b3a63"
SHEET_LINE = "#1f6f8b"


@dataclass(frozen=True)
class AtlasOrder:
    """What is to be printed; an empty `region` is all that the user answers for."""

    title: str
    scale: int
    region: str = ""
    paper: Paper = "a4"
    versions: list[int] = field(default_factory=list)
    prefixed: bool = False
    grid: bool = True
    labels: bool = True
    note: str = ""


@dataclass(frozen=True)
class Cut:
    """A region cut into sheets: by row from the north and column from the west, the middle of each in the plane."""

    zone: Zone
    ground: BaseGeometry  # of the region, EPSG:4490
    size: tuple[float, float]  # of a sheet, metres
    sheets: dict[tuple[int, int], tuple[float, float]]

    def names_around(self, row: int, column: int) -> list[str]:
        """Nine names, row by row from the north-west; "" where no sheet is."""
        return [
            sheet_name(r, c) if (r, c) in self.sheets else ""
            for r in (row - 1, row, row + 1)
            for c in (column - 1, column, column + 1)
        ]

    def box(self, row: int, column: int) -> BaseGeometry:
        """The ground of a sheet, in the plane."""
        (x, y), (wide, high) = self.sheets[row, column], self.size
        return shapely.box(x - wide / 2, y - high / 2, x + wide / 2, y + high / 2)


def sheet_name(row: int, column: int) -> str:
    """A sheet's number (图幅号): row from the north, column from the west, both from 1."""
    return f"{row + 1:02d}-{column + 1:02d}"


def cut_into_sheets(ground: BaseGeometry, paper: Paper, scale: int, *, prefixed: bool) -> Cut:
    """Sheets side by side that cover a region (EPSG:4490), centred on it; those it does not reach are left out."""
    west, _, east, _ = ground.bounds
    zone = zone_at((west + east) / 2, prefixed=prefixed)
    plane = to_plane(array_of([ground]), zone)[0]
    frame = largest_frame(paper)
    wide, high = frame.width * scale / 1000, frame.height * scale / 1000
    x0, y0, x1, y1 = plane.bounds
    columns, rows = ceil((x1 - x0) / wide), ceil((y1 - y0) / high)
    left = (x0 + x1 - columns * wide) / 2
    top = (y0 + y1 + rows * high) / 2
    grid = [(row, column) for row in range(rows) for column in range(columns)]
    middles = np.array([(left + (c + 0.5) * wide, top - (r + 0.5) * high) for r, c in grid])
    half = np.array([wide, high]) / 2
    shapely.prepare(plane)
    met = shapely.intersects(plane, shapely.box(*(middles - half).T, *(middles + half).T))
    kept = {
        key: (float(x), float(y)) for key, (x, y), on in zip(grid, middles, met, strict=True) if on
    }
    return Cut(zone, ground, (wide, high), kept)


def print_atlas(user: User, order: AtlasOrder) -> Job:
    """The job that makes the atlas; its file is kept like that of a single map.

    Raises Forbidden, NotFound for a region of others, Refused (no title, no such scale, a region without
    boundary, too many sheets or figures).
    """
    require(user, "layers.view")
    if user.region is None:
        raise Forbidden("您的账号未设置管辖区划，不能出图。请联系系统管理员。")
    require_title(order.title)
    if order.scale not in SCALES:
        raise Refused("比例尺应为 1:500 至 1:100000 中列出的一种。", fields={"scale": "无效"})
    ground = _ground(user, order.region)
    versions = chosen_versions(user, order.versions)
    if not versions:
        raise Refused("请先在地图上打开要出图的图层。", fields={"versions": "必选"})
    _require_room(ground, order)
    count = Feature.objects.filter(version__in=versions, geom__bbox=ground.bounds).count()
    if count > settings.ATLAS_FEATURES:
        raise Refused(
            f"范围内有 {count} 个图形，一本图册最多画 {settings.ATLAS_FEATURES} 个。"
            "请选择更小的区划，或关闭部分图层。",
            fields={"region": "图形太多"},
        )
    with transaction.atomic():
        return enqueue(
            "maps.atlas", f"图册：{order.title}", user, user.region, link="/map",
            user_id=user.pk, order=asdict(order),
        )  # fmt: skip


def _ground(user: User, code: str) -> BaseGeometry:
    """The ground to be covered: of the region, as far as the user may see."""
    region = fetch(user, code or user.scope)
    if region.geom is None:
        raise Refused(
            f"“{region.name}”尚未导入界线，不能分幅。请联系系统管理员导入区划界线。",
            fields={"region": "没有界线"},
        )
    scope = scope_geometry(user)
    ground: BaseGeometry = region.geom
    return ground if scope is None else shapely.intersection(ground, scope)


def _require_room(ground: BaseGeometry, order: AtlasOrder) -> None:
    """Raises Refused for more sheets than an atlas may have, naming a scale at which they are fewer."""
    most = settings.ATLAS_SHEETS
    counts: dict[int, int] = {}
    for scale in (one for one in reversed(SCALES) if one >= order.scale):
        made = cut_into_sheets(ground, order.paper, scale, prefixed=order.prefixed)
        counts[scale] = len(made.sheets)
        if counts[scale] > most:
            break
    fitting = [scale for scale, number in counts.items() if number <= most]
    if order.scale in fitting:
        return
    advice = f"比例尺最大可用 1:{min(fitting)}，或" if fitting else "请"
    raise Refused(
        f"按 1:{order.scale} 分幅超过 {most} 幅，一本图册放不下。{advice}选择更大的纸、更小的区划。",
        fields={"scale": "图幅太多"},
    )


@job("maps.atlas", "按比例尺出图册", retry=True)
def make_atlas(run: JobRun, *, user_id: int, order: dict[str, Any]) -> dict[str, Any]:
    """Make the file, sheet by sheet; the result names it."""
    user, wanted = User.objects.get(pk=user_id), AtlasOrder(**order)
    cut = cut_into_sheets(
        _ground(user, wanted.region), wanted.paper, wanted.scale, prefixed=wanted.prefixed
    )
    versions = chosen_versions(user, wanted.versions)
    if not versions:
        raise Refused("要出图的图层已不能查看。请重新选择图层。")
    try:
        pages = [atlas_page(_index_sheet(user, wanted, cut, versions), wanted.paper)]
        for number, key in enumerate(cut.sheets):
            done = number / len(cut.sheets)
            run.progress(0.05 + 0.75 * done, f"第 {number + 1} 幅，共 {len(cut.sheets)} 幅")
            pages.append(atlas_page(_sheet(user, wanted, cut, key, versions), wanted.paper))
        run.progress(0.8, "排版")
        content = atlas_pdf(pages, wanted.paper, timezone.localdate())
    except PressError as error:
        raise Refused(f"图册不能生成：{error}") from error
    return {**keep(run.job, user, wanted.title, content, order), "sheets": len(cut.sheets)}


def _sheet(
    user: User,
    order: AtlasOrder,
    cut: Cut,
    key: tuple[int, int],
    versions: Sequence[LayerVersion],
) -> MapSheet:
    """One sheet, with first-level classes where the legend would not find place beside the map."""
    x, y = cut.sheets[key]
    centre = shapely.get_coordinates(from_plane(array_of([shapely.Point(x, y)]), cut.zone)[0])[0]
    frame = largest_frame(order.paper)
    window = window_around(
        (float(centre[0]), float(centre[1])), cut.zone, cut.ground, order.scale,
        (frame.width, frame.height),
    )  # fmt: skip

    def made(coarse: bool) -> MapSheet:
        labels = order.labels and order.scale <= settings.PRINT_LABEL_SCALE
        found = [
            one for v in versions for one in version_layers(v, window, labels=labels, coarse=coarse)
        ]
        return MapSheet(
            title=f"{order.title.strip()}　{sheet_name(*key)}",
            layers=[*found, *_boundary(cut, window)],
            crs_label=window.crs_label,
            maker=_maker(user),
            on=timezone.localdate(),
            notes=_notes(order, versions),
            extent=(x, y, x, y),
            scale=order.scale,
            grid=order.grid,
            neighbours=cut.names_around(*key),
        )

    sheet = made(coarse=False)
    try:
        frame_on(sheet, order.paper)
    except MapRefused:
        return made(coarse=True)
    return sheet


def _index_sheet(
    user: User, order: AtlasOrder, cut: Cut, versions: Sequence[LayerVersion]
) -> MapSheet:
    """The region with the sheets upon it, each with its number."""
    boxes = {key: cut.box(*key) for key in cut.sheets}
    polygons = [MapPolygon([list(b.exterior.coords)], sheet_name(*k)) for k, b in boxes.items()]
    whole = shapely.union_all(list(boxes.values()))
    bounds = from_plane(array_of([whole]), cut.zone)[0].bounds
    window = Window(bounds, cut.zone, None)
    return MapSheet(
        title=f"{order.title.strip()}　接合图表",
        layers=[MapLayer("图幅", polygons, "", SHEET_LINE, 0.3), *_boundary(cut, window)],
        crs_label=window.crs_label,
        maker=_maker(user),
        on=timezone.localdate(),
        notes=_notes(order, versions),
        extent=whole.bounds,
        numbers=[("图幅数", f"{len(boxes)} 幅"), ("各幅比例尺", f"1:{order.scale}")],
    )


def _boundary(cut: Cut, window: Window) -> list[MapLayer]:
    line = array_of([cut.ground.boundary])
    return figure_layers([Figures("图册范围", line, [""], "", BOUNDARY, 0.5)], window)


def _maker(user: User) -> str:
    return user.office.name if user.office else user.name


def _notes(order: AtlasOrder, versions: Sequence[LayerVersion]) -> list[str]:
    return [
        *([order.note.strip()] if order.note.strip() else []),
        f"图层：{'、'.join(map(str, versions))}",
        "面积以系统量算的椭球面积为准，不在图上量取",
    ]
