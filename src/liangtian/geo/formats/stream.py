"""A vector file read in parts, for layers that should not lie in memory whole.

Shapefile, GeoPackage and FileGDB are read part by part; the text formats, which are small, are read whole
and handed on in parts all the same.
"""

from __future__ import annotations

import re
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyproj
import shapely

from liangtian.geo.formats import ogr, reader, shapefile, sniff
from liangtian.geo.formats.gdal import gdal
from liangtian.geo.formats.model import FieldInfo, FormatRefused, VectorLayer

Bounds = tuple[float, float, float, float]
_SAMPLE = 200  # records that show what kind of figures an undeclared layer holds
_COUNTED = re.compile(r"^(\d+)( 个要素.*)$", re.S)
_POLYGONAL = {"Polygon", "MultiPolygon", "Surface", "MultiSurface", "CurvePolygon"}

Part = Callable[[int, int], VectorLayer]


@dataclass
class VectorStream:
    """One layer of an open file: what is known of the whole, and its features in parts.

    `bounds` are those of the figures themselves (minx, miny, maxx, maxy; nan when there are none).
    `notes` grows while parts are read. Fields as in VectorLayer.
    `format` is the name of the file's format.
    """

    name: str
    crs: pyproj.CRS | None
    crs_name: str
    encoding: str
    fields: list[FieldInfo]
    count: int
    bounds: Bounds
    geometry_type: str
    _read: Part
    notes: list[str] = field(default_factory=list)
    format: str = ""

    @property
    def polygonal(self) -> bool:
        """True when the layer holds polygons (some figures may still be missing or of another kind)."""
        return bool(set(self.geometry_type.split("/")) & _POLYGONAL)

    def sample(self, rows: int = 20) -> VectorLayer:
        """The first features."""
        return self._read(0, rows)

    def parts(self, size: int) -> Iterator[VectorLayer]:
        """All features in file order, at most `size` at a time. Raises FormatRefused."""
        said = list(self.notes)
        for start in range(0, self.count, size):
            part = self._read(start, size)
            said += part.notes
            self.notes = _summed(said)
            if len(part.fids):
                yield part


@contextmanager
def open_vector(
    path: Path, *, encoding: str | None = None, layer: str | None = None
) -> Iterator[list[VectorStream]]:
    """The layers of a file, or the one called `layer`, readable while the context lasts.

    Same rules and refusals as `reader.read`. Raises FormatRefused (Chinese).
    """
    local = sniff.require_local(path)
    with tempfile.TemporaryDirectory(prefix="liangtian-") as scratch:
        room = Path(scratch)
        kind, sources = reader.sources(local, room)
        if kind not in _OPENERS:
            whole = reader.read(path, encoding=encoding, layer=layer).layers
            yield _named([_whole(one) for one in whole], kind)
            return
        found: list[VectorStream] = []
        for number, source in enumerate(sources):
            own = room / str(number)
            own.mkdir()
            found += _OPENERS[kind](source, own, encoding)
        chosen = [one for one in found if layer is None or one.name == layer]
        if not chosen:
            names = "、".join(f"“{one.name}”" for one in found) or "(没有)"
            raise FormatRefused(f"“{path.name}”里没有名为“{layer}”的图层。现有图层：{names}。")
        yield _named(chosen, kind)


def _named(streams: list[VectorStream], kind: str) -> list[VectorStream]:
    for one in streams:
        one.format = reader.FORMAT_NAMES[kind]
    return streams


def _whole(layer: VectorLayer) -> VectorStream:
    def part(skip: int, size: int) -> VectorLayer:
        rows = slice(skip, skip + size)
        columns = {name: column[rows] for name, column in layer.columns.items()}
        return VectorLayer(
            layer.name, layer.crs, layer.crs_name, layer.encoding, layer.fields,
            layer.fids[rows], layer.geometry[rows], columns, geometry_type=layer.geometry_type,
        )  # fmt: skip

    bounds = tuple(shapely.total_bounds(layer.geometry).tolist())
    return VectorStream(
        layer.name, layer.crs, layer.crs_name, layer.encoding, layer.fields, len(layer.fids),
        bounds, layer.geometry_type, part, list(layer.notes),
    )  # fmt: skip


def _shapefile(path: Path, room: Path, encoding: str | None) -> list[VectorStream]:
    opened = shapefile.open_parts(path, room, encoding)

    def part(skip: int, size: int) -> VectorLayer:
        return opened.rows(skip=skip, limit=size)

    stream = _stream(opened.staged, opened.staged.stem, part, opened.notes)
    if stream.count < opened.shapes:
        stream.notes.append(f"{opened.shapes - stream.count} 条已标记删除的记录没有读入。")
    return [stream]


def _geopackage(path: Path, room: Path, encoding: str | None) -> list[VectorStream]:
    measured = sniff.check_sqlite(path)
    found = _database(reader.plain(path, room), encoding)
    for one in found:
        if one.name in measured:
            one.notes.append(ogr.MEASURES_DROPPED)
    return found


def _geodatabase(path: Path, room: Path, encoding: str | None) -> list[VectorStream]:
    sniff.check_gdb(path)
    return _database(reader.plain(path, room), encoding)


def _database(source: Path, encoding: str | None) -> list[VectorStream]:
    fixed = ["这种格式的文字编码固定，指定的编码没有使用。"] if encoding is not None else []
    return [_table(source, name, fixed) for name in ogr.layer_names(source)]


def _table(source: Path, name: str, notes: list[str]) -> VectorStream:
    key = _info(source, name).get("fid_column") if source.suffix.lower() == ".gpkg" else None
    after: dict[int, int] = {0: -(2**63)}  # rows read -> number of the last one

    def part(skip: int, size: int) -> VectorLayer:
        if not key or skip not in after:
            return ogr.read_layer(source, name, skip=skip, limit=size)
        # GDAL would walk over all rows it skips; the key leads straight to the next one.
        where = f'"{key}" > {after[skip]}'
        layer = ogr.read_layer(source, name, where=where, limit=size)
        if layer.fids:
            after[skip + size] = int(layer.fids[-1])
        return layer

    stream = _stream(source, name, part, list(notes))
    curved = VectorLayer(name, None, "", "", [], [], np.empty(0, dtype=object), {})
    ogr.note_curves(source, curved)
    stream.notes += curved.notes
    return stream


_OPENERS: dict[str, Callable[[Path, Path, str | None], list[VectorStream]]] = {
    "shp": _shapefile,
    "gpkg": _geopackage,
    "gdb": _geodatabase,
}


def _stream(source: Path, name: str, part: Part, notes: list[str]) -> VectorStream:
    info = _info(source, name)
    first = part(0, _SAMPLE)
    kind = str(info["geometry_type"] or "None").removesuffix(" Z").removeprefix("2.5D ")
    if kind == "Unknown" or not kind:
        kind = first.geometry_type
    return VectorStream(
        first.name, first.crs, first.crs_name, first.encoding, first.fields,
        int(info["features"]), _bounds(source, name), kind.split(" ")[0], part, notes,
    )  # fmt: skip


def _info(source: Path, name: str) -> dict[str, Any]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return dict(gdal().read_info(source, layer=name, force_feature_count=True))
    except Exception as fault:
        raise ogr.refused(source, fault) from fault


def _bounds(source: Path, name: str) -> Bounds:
    """Bounds of the figures, not of the file's header, which need not be true."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            _, each = gdal().read_bounds(source, layer=name)
    except Exception as fault:
        raise ogr.refused(source, fault) from fault
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # all nan: a layer without figures
        low, high = np.nanmin(each[:2], axis=1), np.nanmax(each[2:], axis=1)
    return float(low[0]), float(low[1]), float(high[0]), float(high[1])


def _summed(notes: list[str]) -> list[str]:
    """Notes of several parts: the same said twice is said once, numbers of features are added."""
    counts: dict[str, int] = {}
    order: dict[str, None] = {}
    for note in notes:
        found = _COUNTED.match(note)
        text = found[2] if found else note
        order.setdefault(text)
        if found:
            counts[text] = counts.get(text, 0) + int(found[1])
    return [f"{counts[text]}{text}" if text in counts else text for text in order]
