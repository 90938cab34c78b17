"""Reading any vector file a county may hand in, by what it holds."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import shapely

from liangtian.geo.formats import archive, boundary_layer, kml, ogr, shapefile, sniff
from liangtian.geo.formats.model import FormatRefused, VectorFile, VectorLayer

FORMAT_NAMES = {
    "shp": "ESRI Shapefile",
    "dbf": "DBF",
    "gdb": "FileGDB",
    "gpkg": "GeoPackage",
    "geojson": "GeoJSON",
    "kml": "KML",
    "txt": "报部坐标 TXT",
}


@dataclass(frozen=True)
class _Request:
    """What of a file is wanted: an encoding by force, one layer, the first few records."""

    encoding: str | None = None
    layer: str | None = None
    limit: int | None = None


def read(path: Path, *, encoding: str | None = None, layer: str | None = None) -> VectorFile:
    """Read every layer of a file, or the one called `layer`.

    `encoding` overrides the decision for Shapefile, DBF and TXT text. Coordinates stay in the file's
    own CRS. Raises FormatRefused (Chinese) for anything unsafe, broken, disguised or unknown.
    """
    return _read(path, _Request(encoding, layer))


def preview(path: Path, encoding: str | None = None, rows: int = 20) -> list[dict[str, str]]:
    """The first `rows` records of the first layer as text, for a person to judge the encoding."""
    first = _read(path, _Request(encoding, limit=rows)).layers[0]
    shown = min(rows, len(first.fids))
    return [
        {name: _shown(column[row]) for name, column in first.columns.items()}
        for row in range(shown)
    ]


def _shown(value: object) -> str:
    missing = value is None or (isinstance(value, float) and np.isnan(value))
    return "" if missing else str(value)


def _read(path: Path, request: _Request) -> VectorFile:
    local = sniff.require_local(path)
    with tempfile.TemporaryDirectory(prefix="liangtian-") as scratch:
        kind, found = sources(local, Path(scratch))
        layers: list[VectorLayer] = []
        for number, source in enumerate(found):
            room = Path(scratch) / str(number)
            room.mkdir()
            layers += _READERS[kind](source, room, request)
    if request.layer is not None:
        names = "、".join(f"“{one.name}”" for one in layers)
        layers = [one for one in layers if one.name == request.layer]
        if not layers:
            raise FormatRefused(
                f"“{path.name}”里没有名为“{request.layer}”的图层。现有图层：{names}。"
            )
    if not layers:
        raise FormatRefused(f"“{path.name}”里没有任何图层。请核对导出的内容。")
    return VectorFile(path, FORMAT_NAMES[kind], layers)


def sources(local: Path, scratch: Path) -> tuple[str, list[Path]]:
    """What kind of data an accepted path holds and where; a zip is unpacked into `scratch`."""
    kind = sniff.kind_of(local)
    return _sources_in_zip(local, scratch / "unpacked") if kind == "zip" else (kind, [local])


def _sources_in_zip(path: Path, into: Path) -> tuple[str, list[Path]]:
    into.mkdir()
    files = archive.unpack(path, into)
    found: dict[str, list[Path]] = {}
    claimed: set[Path] = set()
    for folder in sorted({f.parent for f in files if f.name.lower() == "a00000001.gdbtable"}):
        found.setdefault("gdb", []).append(_named_gdb(folder, into, path))
        claimed.update(f for f in files if folder in f.parents)
    incomplete = {p for f in files for p in f.parents if p.suffix.lower() == ".gdb"}
    for folder in sorted(p for p in incomplete if p.exists()):
        sniff.check_gdb(folder)
    rest = [f for f in files if f not in claimed]
    for file in rest:
        if file.suffix.lower() in {".shp", ".gpkg", ".geojson", ".json", ".kml", ".txt"}:
            kind = _kind_in_zip(file)
            if kind:
                found.setdefault(kind, []).append(file)
    if not found:
        listed = "、".join(f.name for f in files[:8]) or "(空)"
        raise FormatRefused(
            f"压缩包“{path.name}”里没有可读的矢量数据，里面是：{listed}。可接收：{sniff.ACCEPTED}。"
        )
    if len(found) > 1:
        kinds = "、".join(FORMAT_NAMES[k] for k in found)
        raise FormatRefused(f"压缩包“{path.name}”里混有多种格式：{kinds}。请每种格式单独打包上传。")
    return next(iter(found.items()))


def _kind_in_zip(file: Path) -> str | None:
    """The kind of one unpacked file; a text or JSON that is no vector data is only a side note."""
    if file.suffix.lower() == ".txt" and not boundary_layer.looks_like(file):
        return None
    if file.suffix.lower() == ".json" and not _is_geojson(file):
        return None
    return sniff.kind_of(file)


def _is_geojson(file: Path) -> bool:
    try:
        sniff.load_geojson(file)
    except FormatRefused:
        return False
    return True


def _named_gdb(folder: Path, into: Path, path: Path) -> Path:
    """GDAL wants a folder ending in .gdb; a geodatabase zipped from inside has none."""
    if folder.suffix.lower() == ".gdb":
        return folder
    if folder == into:
        named = into.with_name(f"{path.name.split('.')[0]}.gdb")
    else:
        named = folder.with_name(f"{folder.name}.gdb")
    folder.rename(named)
    return named


def plain(path: Path, room: Path) -> Path:
    """A path GDAL's opener takes literally; it reads some characters of a file name as syntax."""
    if not set("!;?#:") & set(str(path)):
        return path
    link = room / f"source{path.suffix.lower()}"
    try:
        link.symlink_to(path, target_is_directory=path.is_dir())
    except OSError:
        (shutil.copytree if path.is_dir() else shutil.copyfile)(path, link)
    return link


def _wanted(source: Path, request: _Request) -> list[str]:
    """The layer asked for when it is there, else all, so that a refusal can name them."""
    names = ogr.layer_names(source)
    return [request.layer] if request.layer in names and request.layer else names


def _fixed_encoding(layers: list[VectorLayer], request: _Request) -> list[VectorLayer]:
    if request.encoding is not None:
        for layer in layers:
            layer.notes.append("这种格式的文字编码固定，指定的编码没有使用。")
    return layers


def _read_shp(path: Path, room: Path, request: _Request) -> list[VectorLayer]:
    return [shapefile.read(path, room, request.encoding, request.limit)]


def _read_gpkg(path: Path, room: Path, request: _Request) -> list[VectorLayer]:
    measured = sniff.check_sqlite(path)
    layers = _read_database(plain(path, room), request)
    for layer in layers:
        if layer.name in measured:
            layer.notes = list(dict.fromkeys([*layer.notes, ogr.MEASURES_DROPPED]))
    return layers


def _read_gdb(path: Path, room: Path, request: _Request) -> list[VectorLayer]:
    sniff.check_gdb(path)
    return _read_database(plain(path, room), request)


def _read_database(source: Path, request: _Request) -> list[VectorLayer]:
    layers = []
    for name in _wanted(source, request):
        layer = ogr.read_layer(source, name, limit=request.limit)
        ogr.note_curves(source, layer)
        layers.append(layer)
    return _fixed_encoding(layers, request)


def _read_geojson(path: Path, room: Path, request: _Request) -> list[VectorLayer]:
    content, parsed, label = sniff.load_geojson(path)
    source = plain(path, room)
    if label != "UTF-8":
        source = room / "source.geojson"
        source.write_bytes(content)
    layers = []
    for name in ogr.layer_names(source):
        layer = ogr.read_layer(source, name, limit=request.limit)
        layer.name = path.stem if source != path and name == "source" else name
        layer.encoding = label
        if label != "UTF-8":
            layer.notes.append("GeoJSON 应为 UTF-8，这个文件是 GB18030，已按 GB18030 读取。")
        if "crs" not in parsed:
            _default_crs(layer)
        layers.append(layer)
    return _fixed_encoding(layers, request)


def _default_crs(layer: VectorLayer) -> None:
    none = np.full(4, np.nan)
    bounds = shapely.total_bounds(layer.geometry) if len(layer.geometry) else none
    if np.isnan(bounds).any() or (np.abs(bounds) <= [180.0, 90.0, 180.0, 90.0]).all():
        layer.notes.append("GeoJSON 没有写坐标系，按其标准(RFC 7946)为 WGS 84 经纬度。")
        return
    layer.crs, layer.crs_name = None, "未说明"
    layer.notes.append(
        "GeoJSON 没有写坐标系，按其标准应是经纬度，但坐标超出经纬度范围"
        f"(x 到 {bounds[2]:.3f},y 到 {bounds[3]:.3f})。须由送件单位指明坐标系。"
    )


def _read_kml(path: Path, _: Path, request: _Request) -> list[VectorLayer]:
    return _fixed_encoding(kml.read_layers(path), request)


def _read_txt(path: Path, _: Path, request: _Request) -> list[VectorLayer]:
    return [boundary_layer.read_layer(path, request.encoding)]


_READERS: dict[str, Callable[[Path, Path, _Request], list[VectorLayer]]] = {
    "shp": _read_shp,
    "dbf": _read_shp,
    "gpkg": _read_gpkg,
    "gdb": _read_gdb,
    "geojson": _read_geojson,
    "kml": _read_kml,
    "txt": _read_txt,
}
