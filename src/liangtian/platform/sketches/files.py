"""Sketches from files and into files."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pyproj
import shapely
from django.conf import settings
from django.utils import timezone
from numpy.typing import NDArray

from liangtian.geo.area import densified, to_mu
from liangtian.geo.clean import check
from liangtian.geo.crs import CrsRefused, require_holdable, resolve_crs, to_4490
from liangtian.geo.formats import FormatRefused, VectorLayer, read, write_vector
from liangtian.geo.formats.boundary_txt import BoundaryBlock
from liangtian.geo.formats.boundary_write import write_txt
from liangtian.geo.formats.kml_write import Placemark, write_kml
from liangtian.geo.formats.writer import Driver
from liangtian.geo.gauss import Zone
from liangtian.platform.errors import Refused
from liangtian.platform.people.models import User
from liangtian.platform.sketches.models import Sketch
from liangtian.platform.sketches.rules import checked
from liangtian.platform.sketches.services import Draft

NAME_FIELDS = ("名称", "NAME", "DKMC", "XMMC", "地块名称", "TBBH", "JCBH", "编号")
COLOUR = "#c2185b"
LONGEST_NAME = 60


def drafts_from(path: Path, colour: str = COLOUR) -> list[Draft]:
    """Every figure of a vector file or a boundary-point TXT as a draft. Raises Refused."""
    try:
        layers = read(path).layers
        drafts = [draft for layer in layers for draft in _of_layer(layer, path.stem, colour)]
    except (FormatRefused, CrsRefused) as refusal:
        raise Refused(str(refusal), fields={"file": "不能读取"}) from refusal
    if not drafts:
        raise Refused(f"“{path.name}”里没有图形。请检查后重新选择文件。")
    return drafts


def _of_layer(layer: VectorLayer, stem: str, colour: str) -> list[Draft]:
    present = [i for i, geom in enumerate(layer.geometry) if geom is not None and not geom.is_empty]
    if not present:
        return []
    if len(present) > settings.SKETCHES_PER_FILE:
        raise Refused(
            f"“{layer.name}”有 {len(present)} 个图形，一次最多导入 {settings.SKETCHES_PER_FILE} 个为标绘。"
            "大批数据请在“参考图层”中导入。"
        )
    geoms = layer.geometry[present]
    resolved = resolve_crs(layer.crs, tuple(shapely.total_bounds(geoms).tolist()))
    require_holdable(resolved)
    areal = np.isin(shapely.get_type_id(geoms), (3, 6))
    if faults := check(geoms[areal], [layer.fids[present[i]] for i in np.flatnonzero(areal)]):
        raise Refused(f"“{layer.name}”有无效的图形：{faults[0]}。请改正后重新导入。")
    degrees = to_4490(densified(geoms, resolved.crs), resolved.crs)
    names = _names(layer, stem)
    return [
        Draft(names[i][:LONGEST_NAME], checked(geom), f"导入自 {stem}，{resolved.title}", colour)
        for i, geom in zip(present, degrees, strict=True)
    ]


def _names(layer: VectorLayer, stem: str) -> list[str]:
    known = {name.upper(): name for name in layer.columns}
    column = next((known[n] for n in NAME_FIELDS if n in known), None)
    given = layer.columns[column] if column else [None] * len(layer.fids)
    many = len(layer.fids) > 1
    return [
        str(value).strip() if value not in (None, "") else f"{stem}{f'-{i}' if many else ''}"
        for i, value in enumerate(given, start=1)
    ]


def write_sketches(sketches: Sequence[Sketch], what: str, user: User) -> tuple[str, bytes]:
    """File name and bytes; `what` is geojson, gpkg, shp, kml or txt. Raises Refused."""
    if what not in _WRITERS:
        raise Refused(
            f"不能导出为“{what}”。可选：{'、'.join(_WRITERS)}。", fields={"format": "无效"}
        )
    if not sketches:
        raise Refused("没有可导出的标绘。请先选择标绘。")
    try:
        ending, content = _WRITERS[what](sketches, user)
    except FormatRefused as refusal:
        raise Refused(str(refusal)) from refusal
    stem = sketches[0].name if len(sketches) == 1 else f"标绘{len(sketches)}个"
    return re.sub(r"[^\w（）()-]", "_", stem) + ending, content


def _by_driver(driver: Driver, ending: str) -> Callable[..., tuple[str, bytes]]:
    def write(sketches: Sequence[Sketch], user: User) -> tuple[str, bytes]:
        kinds = {sketch.kind for sketch in sketches}
        if driver == "ESRI Shapefile" and len(kinds) > 1:
            raise Refused(
                "Shapefile 一个文件只能有一种图形。请分别选择点、线或面导出，或改用 GeoPackage。"
            )
        with tempfile.TemporaryDirectory(prefix="liangtian-") as room:
            path = Path(room) / f"sketches{ending}"
            write_vector(
                path, driver, _geoms(sketches), _columns(sketches), 4490, layer_name="标绘"
            )
            return ending, path.read_bytes()

    return write


def _kml(sketches: Sequence[Sketch], user: User) -> tuple[str, bytes]:
    marks = [
        Placemark(s.name, "；".join(filter(None, [s.note, _figures(s)])), s.colour, s.geom)
        for s in sketches
    ]
    return ".kml", write_kml("标绘", marks)


def _txt(sketches: Sequence[Sketch], user: User) -> tuple[str, bytes]:
    """Boundary points in the 3° zone of the figures' middle, with zone prefix."""
    if any(sketch.kind != Sketch.Kind.POLYGON for sketch in sketches):
        raise Refused("界址点 TXT 只能写面。请只选择面状标绘。")
    geoms = _geoms(sketches)
    west, _, east, _ = shapely.total_bounds(geoms).tolist()
    zone = Zone(3, round((west + east) / 6), prefixed=True)
    change = pyproj.Transformer.from_crs(4490, zone.epsg, always_xy=True)
    plane = shapely.transform(geoms, lambda xy: np.column_stack(change.transform(*xy.T)))
    blocks = [
        BoundaryBlock(str(number), s.name, geom, declared_area_m2=s.area_m2)
        for number, (s, geom) in enumerate(zip(sketches, plane, strict=True), start=1)
    ]
    producer = user.office.name if user.office else user.name
    today = timezone.localdate().isoformat()
    return ".txt", write_txt(blocks, zone, producer=producer, date=today)


def _geoms(sketches: Sequence[Sketch]) -> NDArray[np.object_]:
    out = np.empty(len(sketches), dtype=object)
    out[:] = [sketch.geom for sketch in sketches]
    return out


def _columns(sketches: Sequence[Sketch]) -> dict[str, list[Any]]:
    return {
        "名称": [s.name for s in sketches],
        "说明": [s.note[:80] for s in sketches],
        "面积平米": [_number(s.area_m2) for s in sketches],
        "面积亩": [_number(to_mu(s.area_m2) if s.area_m2 is not None else None) for s in sketches],
        "长度米": [_number(s.length_m) for s in sketches],
        "标绘人": [s.owner.name for s in sketches],
        "修改日期": [timezone.localtime(s.changed_at).date().isoformat() for s in sketches],
    }


def _number(value: Decimal | None) -> float:
    return float("nan") if value is None else float(round(value, 4))


def _figures(sketch: Sketch) -> str:
    if sketch.area_m2 is not None:
        return f"面积 {sketch.area_m2} 平方米（{to_mu(sketch.area_m2):.2f} 亩）"
    return f"长度 {sketch.length_m} 米" if sketch.length_m is not None else ""


_WRITERS: dict[str, Callable[..., tuple[str, bytes]]] = {
    "geojson": _by_driver("GeoJSON", ".geojson"),
    "gpkg": _by_driver("GPKG", ".gpkg"),
    "shp": _by_driver("ESRI Shapefile", ".zip"),
    "kml": _kml,
    "txt": _txt,
}
