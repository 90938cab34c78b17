"""KML placemarks, read directly: GDAL's driver rewrites Chinese field names, and two may become one.

Every Document or Folder with placemarks of its own is a layer. Coordinates are WGS 84 longitude and
latitude by the standard. Links to other files are never followed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pyproj
import shapely
from numpy.typing import NDArray

from liangtian.geo.formats.model import FieldInfo, FormatRefused, VectorLayer, crs_label
from liangtian.geo.formats.ogr import geometry_type, objects

_WGS84 = 4326
_ENTITIES = re.compile(rb"<!(DOCTYPE|ENTITY)", re.IGNORECASE)
_DECLARED = re.compile(
    rb"^\s*<\?xml[^>]*encoding\s*=\s*[\"'](gb[\w-]*)[\"'][^>]*\?>", re.IGNORECASE
)
_CONTAINERS = ("Document", "Folder", "kml")
_SHAPES = ("Polygon", "LineString", "LinearRing", "Point", "MultiGeometry")
_UNREAD = {
    "NetworkLink": "网络链接",
    "GroundOverlay": "影像叠加",
    "Track": "轨迹",
    "Model": "三维模型",
}


class _BadShapeError(ValueError):
    """A ring or line too short to be one."""


def read_layers(path: Path) -> list[VectorLayer]:
    """All layers of a .kml. Raises FormatRefused for broken XML, entities or bad coordinates."""
    root, encoding = _parse(path)
    layers: list[VectorLayer] = []
    for container in root.iter():
        placemarks = [e for e in container if _tag(e) == "Placemark"]
        if _tag(container) in _CONTAINERS and placemarks:
            name = _child_text(container, "name") or path.stem
            repeats = sum(1 for made in layers if made.name.split("#")[0] == name)
            label = f"{name}#{repeats + 1}" if repeats else name
            layers.append(_layer(label, placemarks, encoding))
    if not layers:
        raise FormatRefused(f"“{path.name}”里没有地标(Placemark)，没有可读的图形。请核对导出内容。")
    tags = [_tag(e) for e in root.iter()]
    for tag, what in _UNREAD.items():
        if count := tags.count(tag):
            layers[0].notes.append(f"文件里有 {count} 个{what}({tag})，没有读取。")
    return layers


def _parse(path: Path) -> tuple[ElementTree.Element, str]:
    raw = path.read_bytes()
    if _ENTITIES.search(raw):
        raise FormatRefused(
            f"“{path.name}”含有 XML 实体声明(DOCTYPE/ENTITY)，有安全风险，已拒收。请重新导出 KML。"
        )
    encoding = "UTF-8"
    try:
        source: str | bytes = raw
        if match := _DECLARED.match(raw):
            encoding = match[1].decode("ascii").upper()
            source = raw[match.end() :].decode("gb18030")
        return ElementTree.fromstring(source), encoding
    except (ElementTree.ParseError, ValueError, LookupError) as fault:  # or no such encoding
        raise FormatRefused(
            f"“{path.name}”的 KML 结构不完整，可能没有传完整。请重新导出或上传。", detail=str(fault)
        ) from fault


def _tag(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _children(element: ElementTree.Element, *tags: str) -> Iterator[ElementTree.Element]:
    return (e for e in element if _tag(e) in tags)


def _child_text(element: ElementTree.Element, tag: str) -> str | None:
    found = next(_children(element, tag), None)
    return (found.text or "").strip() or None if found is not None else None


def _layer(name: str, placemarks: list[ElementTree.Element], encoding: str) -> VectorLayer:
    notes: list[str] = []
    shapes: list[shapely.Geometry | None] = []
    rows = [_attributes(p) for p in placemarks]
    lifted = 0
    for number, placemark in enumerate(placemarks, start=1):
        label = _child_text(placemark, "name") or str(number)
        try:
            shape = _placemark_shape(placemark, label)
        except _BadShapeError as fault:
            notes.append(f"第 {number} 个地标“{label}”：{fault}，图形未读入(按无图形处理)。")
            shape = None
        lifted += shape is not None and bool(
            shapely.get_coordinates(shape, include_z=True)[:, 2].any()
        )
        shapes.append(shapely.force_2d(shape))
    if lifted:
        notes.append(f"{lifted} 个要素带高程(Z)，高程已舍去，只保留平面坐标。")
    names = list(dict.fromkeys(key for row in rows for key in row))
    columns: dict[str, NDArray[Any]] = {n: objects([row.get(n) for row in rows]) for n in names}
    geometry = objects(shapes)
    crs = pyproj.CRS.from_epsg(_WGS84)
    return VectorLayer(
        name=name,
        crs=crs,
        crs_name=crs_label(crs),
        encoding=encoding,
        fields=[FieldInfo(n, "text") for n in names],
        fids=[str(i) for i in range(1, len(rows) + 1)],
        geometry=geometry,
        columns=columns,
        notes=notes,
        geometry_type=geometry_type(geometry),
    )


def _attributes(placemark: ElementTree.Element) -> dict[str, str | None]:
    """name, description, then what ExtendedData holds; a repeated key gets a number."""
    row: dict[str, str | None] = {
        key: _child_text(placemark, key) for key in ("name", "description")
    }
    for data in _children(placemark, "ExtendedData"):
        for item in data.iter():
            if _tag(item) == "Data":
                key, value = item.get("name"), _child_text(item, "value")
            elif _tag(item) == "SimpleData":
                key, value = item.get("name"), (item.text or "").strip() or None
            else:
                continue
            base, number = key or "未命名", 1
            fresh = base
            while fresh in row:
                number += 1
                fresh = f"{base}_{number}"
            row[fresh] = value
    return row


def _placemark_shape(placemark: ElementTree.Element, label: str) -> shapely.Geometry | None:
    shapes = [_shape(e, label) for e in _children(placemark, *_SHAPES)]
    return shapes[0] if shapes else None


def _shape(element: ElementTree.Element, label: str) -> shapely.Geometry:
    tag = _tag(element)
    if tag == "MultiGeometry":
        return _collected([_shape(e, label) for e in _children(element, *_SHAPES)])
    if tag == "Polygon":
        outer = [_ring(e, label) for e in _children(element, "outerBoundaryIs")]
        if len(outer) != 1:
            raise _BadShapeError(f"面有 {len(outer)} 个外环")
        return shapely.Polygon(
            outer[0], [_ring(e, label) for e in _children(element, "innerBoundaryIs")]
        )
    points = _coordinates(element, label)
    if tag == "Point":
        if len(points) != 1:
            raise _BadShapeError(f"点有 {len(points)} 个坐标")
        return shapely.Point(points[0])
    if len(points) < 2:
        raise _BadShapeError("线不足 2 点")
    return shapely.LineString(points)


def _collected(parts: list[shapely.Geometry]) -> shapely.Geometry:
    """A multi-geometry of one kind as such; nested ones are flattened; mixed kinds as a collection."""
    flat = [g for part in parts for g in getattr(part, "geoms", [part])]
    kinds = {g.geom_type for g in flat}
    if kinds == {"Polygon"}:
        return shapely.MultiPolygon(flat)
    if kinds == {"LineString"}:
        return shapely.MultiLineString(flat)
    if kinds == {"Point"}:
        return shapely.MultiPoint(flat)
    return shapely.GeometryCollection(flat)


def _ring(boundary: ElementTree.Element, label: str) -> list[tuple[float, ...]]:
    points = [p for ring in _children(boundary, "LinearRing") for p in _coordinates(ring, label)]
    if len(points) < 4 or points[0][:2] != points[-1][:2]:
        raise _BadShapeError("环没有闭合或不足 4 点")
    return points


def _coordinates(element: ElementTree.Element, label: str) -> list[tuple[float, ...]]:
    written = _child_text(element, "coordinates") or ""
    points = []
    for chunk in re.sub(r"\s*,\s*", ",", written).split():
        try:
            values = tuple(float(v) for v in chunk.split(","))
        except ValueError:
            values = ()
        if len(values) not in (2, 3) or abs(values[0]) > 180 or abs(values[1]) > 90:
            raise FormatRefused(
                f"地标“{label}”的坐标“{chunk[:40]}”不是经度，纬度[,高程]。请从原软件重新导出 KML。"
            )
        points.append((*values, 0.0)[:3])
    return points
