"""Shapefile: companions found whatever their case, text decoded from the raw bytes.

GDAL reads the table as ISO-8859-1, which maps every byte to itself, so the encoding can be decided on
the bytes of the whole table and then applied to names and values alike.
"""

from __future__ import annotations

import itertools
import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyproj
from numpy.typing import NDArray

from liangtian.geo.formats import encoding as text
from liangtian.geo.formats import ogr, shp_index, sniff
from liangtian.geo.formats.model import FieldInfo, FormatRefused, VectorLayer, crs_label

_PASS_THROUGH = "ISO-8859-1"
_TABLE_ROWS = 50_000  # records looked at together when the encoding is decided
_COMPANIONS = (".shp", ".shx", ".dbf", ".prj", ".cpg")


def companions(path: Path) -> dict[str, Path]:
    """The files of a Shapefile by lower-case extension, matched without regard to case."""
    found: dict[str, Path] = {}
    for sibling in sorted(path.parent.iterdir()):
        suffix = sibling.suffix.lower()
        if sibling.stem.casefold() == path.stem.casefold() and suffix in _COMPANIONS:
            found.setdefault(suffix, sibling)
    found[path.suffix.lower()] = path
    return found


@dataclass(frozen=True)
class Opened:
    """A Shapefile ready to be read: plain copies of its parts, and how its text is to be decoded."""

    path: Path
    staged: Path
    prj: Path | None
    has_table: bool
    chosen: text.TextEncoding | None
    shapes: int
    notes: list[str]

    def rows(self, *, skip: int = 0, limit: int | None = None) -> VectorLayer:
        """Some records, decoded; notes speak of these records only."""
        layer = ogr.read_layer(
            self.staged, self.staged.stem, skip=skip, limit=limit, encoding=_PASS_THROUGH
        )
        layer.name = self.path.stem
        if self.prj is not None:
            layer.crs = _system(self.prj, layer.notes)
            layer.crs_name = crs_label(layer.crs)
        if not self.has_table:
            layer.fields, layer.columns, layer.encoding = [], {}, "无文字"
        elif self.chosen is not None:
            layer.encoding = self.chosen.label
            _decode(layer, self.chosen.codec)
        return layer


def read(path: Path, scratch: Path, encoding: str | None, limit: int | None = None) -> VectorLayer:
    """Read a .shp (or a lone .dbf, as a table without shapes); `scratch` is an empty folder."""
    opened = open_parts(path, scratch, encoding, limit)
    layer = opened.rows(limit=limit)
    layer.notes = opened.notes + layer.notes
    if limit is None and len(layer.fids) < opened.shapes:
        layer.notes.append(f"{opened.shapes - len(layer.fids)} 条已标记删除的记录没有读入。")
    return layer


def open_parts(path: Path, scratch: Path, encoding: str | None, limit: int | None = None) -> Opened:
    """Check the parts and decide the encoding, on the values of the first `limit` records or of all."""
    files = companions(path)
    notes: list[str] = []
    if ".shp" in files:
        shapes = _check(files, notes)
    else:
        shapes = sniff.check_dbf(path)
        notes.append("只有 .dbf 属性表，没有 .shp，没有图形。")
    staged = _stage(files, scratch)
    chosen = None
    if ".dbf" in files:
        cpg = files[".cpg"].read_text("latin-1") if ".cpg" in files else None
        chosen = _choose(staged, cpg, encoding, limit)
        notes.append(chosen.note)
    return Opened(path, staged, files.get(".prj"), ".dbf" in files, chosen, shapes, notes)


def _check(files: dict[str, Path], notes: list[str]) -> int:
    """Number of records; refuses parts that are cut or do not belong together."""
    kind, header_notes = sniff.check_shp(files[".shp"])
    notes += header_notes
    if kind == "PolygonM":
        notes.append(ogr.MEASURES_DROPPED)
    if ".shx" in files:
        shapes = shp_index.check_index(files[".shx"], files[".shp"])
    else:
        shapes = len(shp_index.scan(files[".shp"]))
        notes.append("缺少 .shx 索引：已按 .shp 里的记录顺序读取。")
    if ".dbf" not in files:
        notes.append("缺少 .dbf 属性表：只有图形，没有任何属性。")
    elif (records := sniff.check_dbf(files[".dbf"])) != shapes:
        raise FormatRefused(
            f"“{files['.dbf'].name}”与“{files['.shp'].name}”对不上：属性 {records} 条，图形 {shapes} 个。"
            "请从原软件重新导出，整套文件一起上传。"
        )
    if ".prj" not in files:
        notes.append("缺少 .prj:文件没有说明坐标系，须由送件单位指明。")
    return shapes


def _stage(files: dict[str, Path], scratch: Path) -> Path:
    """One plain base name for all parts, and a .shx when it is missing; the originals untouched."""
    stem = next(iter(files.values())).stem
    base = stem if re.fullmatch(r"[\w-]+", stem) else "layer"
    for suffix, source in files.items():
        if suffix in (".cpg", ".prj"):
            continue  # GDAL must hand the bytes over as they are; a broken .prj would stop it
        target = scratch / f"{base}{suffix}"
        try:
            target.symlink_to(source.resolve())
        except OSError:
            shutil.copyfile(source, target)
    shp = scratch / f"{base}.shp"
    if not shp.exists():
        return scratch / f"{base}.dbf"
    if ".shx" not in files:
        shp_index.write_index(shp, shp.with_suffix(".shx"))
    return shp


def _system(prj: Path, notes: list[str]) -> pyproj.CRS | None:
    """The CRS a .prj states; None with a note when it cannot be understood."""
    raw = prj.read_bytes()
    written, _ = text.decode(raw, "utf-8" if text.decode(raw, "utf-8")[1] == "" else "gb18030")
    try:
        return pyproj.CRS.from_wkt(written.strip().strip("\x00"))
    except pyproj.exceptions.CRSError:
        shown = written.strip()[:60] or "空"
        notes.append(f".prj 的坐标系定义无法识别(内容：{shown})，须由送件单位指明坐标系。")
        return None


def _choose(
    staged: Path, cpg: str | None, wanted: str | None, limit: int | None
) -> text.TextEncoding:
    if wanted is not None:
        label, codec = text.named(wanted)
        return text.TextEncoding(label, codec, f"文字编码 {label}：由使用者指定。")
    return text.decide(_foreign_values(staged, limit), cpg)


def _foreign_values(staged: Path, limit: int | None) -> set[bytes]:
    """Distinct names and values that are not plain ASCII, gathered table part by table part."""
    found: set[bytes] = set()
    for skip in itertools.count(0, _TABLE_ROWS):
        rows = _TABLE_ROWS if limit is None else min(limit, _TABLE_ROWS)
        meta, _, _, data = ogr.table(staged, skip, rows, encoding=_PASS_THROUGH)
        found.update(n.encode(_PASS_THROUGH) for n in meta["fields"] if not n.isascii())
        for column in data:
            if column.dtype.kind == "O":
                values = {v for v in set(column.tolist()) if isinstance(v, str)}
                found.update(v.encode(_PASS_THROUGH) for v in values if not v.isascii())
        if limit is not None or not data or len(data[0]) < rows:
            return found
    return found


def _text_columns(layer: VectorLayer) -> dict[str, NDArray[Any]]:
    return {f.name: layer.columns[f.name] for f in layer.fields if f.type == "text"}


def _decode(layer: VectorLayer, codec: str) -> None:
    texts = _text_columns(layer)
    fields: list[FieldInfo] = []
    columns: dict[str, NDArray[Any]] = {}
    for info in layer.fields:
        name, fault = text.decode(info.name.encode(_PASS_THROUGH), codec)
        if fault:
            layer.notes.append(f"字段名“{name}”在文件里被截断或读不通，按“{name}”使用。")
        if name in columns:
            layer.notes.append(f"字段名“{name}”截断后重复，后一个记作“{name}_2”。")
            name = f"{name}_2"
        column = layer.columns[info.name]
        if info.name in texts:
            column = _decode_column(column, name, codec, layer)
        columns[name] = column
        fields.append(FieldInfo(name, info.type))
    layer.fields, layer.columns = fields, columns


def _decode_column(
    column: NDArray[Any], name: str, codec: str, layer: VectorLayer
) -> NDArray[np.object_]:
    known: dict[str, tuple[str, str]] = {}
    values: list[str | None] = []
    faulty: dict[str, list[int]] = {"cut": [], "wrong": []}
    for row, raw in enumerate(column):
        if raw is None:
            values.append(None)
            continue
        if raw not in known:
            known[raw] = text.decode(raw.encode(_PASS_THROUGH), codec)
        value, fault = known[raw]
        values.append(value)
        if fault:
            faulty[fault].append(row)
    for fault, rows in faulty.items():
        if rows:
            what = "结尾的半个汉字被字段宽度截断，已去掉" if fault == "cut" else "有读不通的字节"
            first = layer.fids[rows[0]]
            layer.notes.append(f"字段“{name}”有 {len(rows)} 个值{what}(首个在要素 {first})。")
    return ogr.objects(values)
