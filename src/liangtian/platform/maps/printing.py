"""Printing the map to scale: from the vector data, cut to the user's region, on one page."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np
import shapely
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from liangtian.geo.plane import to_plane, zone_at
from liangtian.platform.audit.services import record
from liangtian.platform.errors import Forbidden, NotFound, Refused
from liangtian.platform.jobs.models import Job
from liangtian.platform.jobs.registry import JobRun, job
from liangtian.platform.jobs.schedule import every
from liangtian.platform.jobs.services import enqueue
from liangtian.platform.layers.models import Feature, LayerVersion
from liangtian.platform.layers.queries import SHOWN_TO_IMPORTERS, versions_for
from liangtian.platform.maps.sheets import Window, figure_layers, version_layers, window_around
from liangtian.platform.maps.sources import Figures, sources
from liangtian.platform.people.models import User
from liangtian.platform.people.scope import require, scope_geometry
from liangtian.press.errors import MapRefused, PressError
from liangtian.press.frame import round_scale
from liangtian.press.map import (
    MapLayer,
    MapSheet,
    Paper,
    frame_on,
    largest_frame,
    map_pdf,
)

SCALES = (500, 1_000, 2_000, 5_000, 10_000, 25_000, 50_000, 100_000)
KINDS = ("maps.print", "maps.atlas")
LEAST_SHARE = 0.55  # of the page's room that the map must get before the legend is shortened


@dataclass(frozen=True)
class Order:
    """What is to be printed. Without `scale` the largest round one at which `bounds` fit the page."""

    title: str
    paper: Paper
    portrait: bool
    scale: int | None
    bounds: tuple[float, float, float, float]
    versions: list[int]
    sources: list[str]
    prefixed: bool = False
    grid: bool = True
    labels: bool = True
    note: str = ""


def print_map(user: User, order: Order) -> Job:
    """The job that makes the printed map; its file is kept for LIANGTIAN_EXPORT_DAYS.

    Raises Forbidden, Refused (no title, no such scale, too much to draw).
    """
    require(user, "layers.view")
    if user.region is None:
        raise Forbidden("您的账号未设置管辖区划，不能出图。请联系系统管理员。")
    require_title(order.title)
    if order.scale is not None and order.scale not in SCALES:
        raise Refused("比例尺应为 1:500 至 1:100000 中列出的一种。", fields={"scale": "无效"})
    window, _ = _window(user, order)
    count = Feature.objects.filter(
        version__in=chosen_versions(user, order.versions), geom__bbox=window.bounds
    ).count()
    if count > settings.PRINT_FEATURES:
        raise Refused(
            f"图面范围内有 {count} 个图形，一页最多画 {settings.PRINT_FEATURES} 个。"
            "请用更大的比例尺、更小的范围，或关闭部分图层。",
            fields={"scale": "图形太多"},
        )
    with transaction.atomic():
        return enqueue(
            "maps.print", f"出图：{order.title}", user, user.region, link="/map",
            user_id=user.pk, order=asdict(order),
        )  # fmt: skip


def require_title(title: str) -> None:
    """Raises Refused without a title that fits the head of a sheet."""
    if not title.strip() or len(title) > 60:
        raise Refused("请填写图名(1 至 60 个字)。", fields={"title": "必填"})


@job("maps.print", "按比例尺出图", retry=True)
def print_later(run: JobRun, *, user_id: int, order: dict[str, Any]) -> dict[str, Any]:
    """Make the file; the result names it."""
    user = User.objects.get(pk=user_id)
    run.progress(0.1, "取图形")
    wanted = Order(**{**order, "bounds": tuple(order["bounds"])})
    try:
        sheet = _fitting_sheet(user, wanted)
        run.progress(0.5, "排版")
        content = map_pdf(sheet, wanted.paper, portrait=wanted.portrait)
    except PressError as error:
        raise Refused(f"地图不能生成：{error}") from error
    return keep(run.job, user, wanted.title, content, asdict(wanted))


def keep(
    made_by: Job, user: User, title: str, content: bytes, order: dict[str, Any]
) -> dict[str, Any]:
    """Put a printed file where its maker finds it, and on record; what the job answers with."""
    path = printed_path(made_by)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    made = {
        "file": f"{title.strip()}.pdf",
        "size": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
    }
    with transaction.atomic():
        record(user, made_by.kind, made_by, after={**order, **made})
    return made


def printed_path(made: Job) -> Path:
    """Where the file of a printing job lies."""
    return Path(settings.DATA) / "exports" / f"map-{made.pk}.pdf"


def printed_file(user: User, job_id: UUID) -> tuple[Path, str]:
    """The file that a user's own printing made, and its name. Raises NotFound, also once it is swept away."""
    made = Job.objects.filter(pk=job_id, kind__in=KINDS, created_by=user).first()
    if made is None or not (made.result or {}).get("file"):
        raise NotFound("没有这张图，或还没有生成好。")
    path = printed_path(made)
    if not path.is_file():
        raise NotFound(f"图已过 {settings.EXPORT_DAYS} 天的保存期，请重新出图。")
    return path, str(made.result["file"])


@every("maps.prints", 3600)
def drop_old_prints() -> None:
    """Printed maps are kept as long as exported files; who printed what stays on record."""
    limit = time.time() - settings.EXPORT_DAYS * 24 * 3600
    for path in (Path(settings.DATA) / "exports").glob("map-*.pdf"):
        if path.stat().st_mtime < limit:
            path.unlink(missing_ok=True)


def _fitting_sheet(user: User, order: Order) -> MapSheet:
    """The sheet with every class in its legend, or with first-level ones where there are too many."""
    sheet = _sheet(user, order, coarse=False)
    if _frame_share(sheet, order) < LEAST_SHARE:
        sheet = _sheet(user, order, coarse=True)
    share = _frame_share(sheet, order)
    if order.scale is None and 0 < share < 1 and sheet.scale:  # what was to fit must fit the frame
        smaller = replace(order, scale=round_scale(sheet.scale / share))
        sheet = _sheet(user, smaller, coarse=True)
    return sheet


def _frame_share(sheet: MapSheet, order: Order) -> float:
    """Height left to the map by its legend, as a share of the page's room; 0 when it does not fit."""
    room = largest_frame(order.paper, portrait=order.portrait)
    try:
        return frame_on(sheet, order.paper, portrait=order.portrait).height / room.height
    except MapRefused:
        return 0.0


def _sheet(user: User, order: Order, *, coarse: bool) -> MapSheet:
    window, scale = _window(user, order)
    versions = chosen_versions(user, order.versions)
    labels = order.labels and scale <= settings.PRINT_LABEL_SCALE
    layers, drawn = [], []
    for version in versions:
        found = version_layers(version, window, labels=labels, coarse=coarse)
        layers += found
        drawn += [str(version)] if found else []
    for code in order.sources:
        if code in sources:
            layers += figure_layers(sources[code](user, window.bounds), window)
    layers += _boundary(user, window)
    if not layers:
        raise Refused("图面范围内没有可画的图形。请移动地图或打开图层。")
    x, y = _centre(order, window)
    office = user.office.name if user.office else user.name
    return MapSheet(
        title=order.title.strip(),
        layers=layers,
        crs_label=window.crs_label,
        maker=office,
        on=timezone.localdate(),
        notes=[
            *([order.note.strip()] if order.note.strip() else []),
            f"图层：{'、'.join(drawn) or '无'}",
            "面积以系统量算的椭球面积为准，不在图上量取",
        ],
        extent=(x, y, x, y),
        scale=scale,
        grid=order.grid,
    )


def _centre(order: Order, window: Window) -> tuple[float, float]:
    west, south, east, north = order.bounds
    middle = np.array([shapely.Point((west + east) / 2, (south + north) / 2)], dtype=object)
    x, y = shapely.get_coordinates(to_plane(middle, window.zone))[0].tolist()
    return x, y


def _window(user: User, order: Order) -> tuple[Window, int]:
    """The ground on the page and the scale."""
    west, south, east, north = order.bounds
    if not (73 <= west < east <= 136 and 3 <= south < north <= 54):
        raise Refused(
            "出图范围不在中国境内。请先把地图移到要出图的地方。", fields={"bounds": "无效"}
        )
    zone = zone_at((west + east) / 2, prefixed=order.prefixed)
    frame = largest_frame(order.paper, portrait=order.portrait)
    room = (frame.width, frame.height)
    scale = order.scale
    if scale is None:
        box = to_plane(np.array([shapely.box(*order.bounds)], dtype=object), zone)[0].bounds
        wanted = max((box[2] - box[0]) / room[0], (box[3] - box[1]) / room[1]) * 1000
        scale = round_scale(max(wanted, SCALES[0]))
    centre = ((west + east) / 2, (south + north) / 2)
    return window_around(centre, zone, scope_geometry(user), scale, room), scale


def chosen_versions(user: User, wanted: Sequence[int]) -> list[LayerVersion]:
    """Those of the wanted layer versions that the user may see, drawn in the order given."""
    rows = versions_for(user).filter(pk__in=wanted, status__in=SHOWN_TO_IMPORTERS)
    found = {version.pk: version for version in rows}
    return [found[pk] for pk in wanted if pk in found]


def _boundary(user: User, window: Window) -> list[MapLayer]:
    region = user.region
    if region is None or region.geom is None:
        return []
    line = np.array([region.geom.boundary], dtype=object)
    return figure_layers([Figures(f"{region.name}界", line, [""], "", "#5b3a63", 0.5)], window)
