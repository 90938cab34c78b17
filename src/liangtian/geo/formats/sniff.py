"""What a file is, judged by its bytes; the extension only has to agree.

Each check raises FormatRefused in Chinese, so that a broken or disguised file never reaches GDAL.
"""

from __future__ import annotations

import json
import re
import sqlite3
import struct
import urllib.parse
from pathlib import Path
from typing import NoReturn

from liangtian.geo.formats.model import FormatRefused

SHP_MAGIC = 9994
_SHP_HEADER = 100
_POLYGON_KINDS = {5: "Polygon", 15: "PolygonZ", 25: "PolygonM"}
_HEAD = 4096
_FOREIGN = (
    (b"\x89PNG", "PNG 图片"),
    (b"\xff\xd8\xff", "JPEG 图片"),
    (b"GIF8", "GIF 图片"),
    (b"MZ", "Windows 程序(exe)"),
    (b"\x7fELF", "Linux 程序"),
    (b"%PDF", "PDF 文档"),
    (b"Rar!", "RAR 压缩包"),
    (b"7z\xbc\xaf", "7z 压缩包"),
    (b"\x1f\x8b", "gzip 压缩包"),
    (b"\xd0\xcf\x11\xe0", "Office 97-2003 文档"),
    (b"AC10", "AutoCAD DWG 图"),
    (b"II*\x00", "TIFF 图片"),
    (b"MM\x00*", "TIFF 图片"),
)
ACCEPTED = "Shapefile(.zip 或 .shp)、FileGDB(.gdb 文件夹或 .zip)、GeoPackage(.gpkg)、GeoJSON、KML/KMZ、报部坐标 TXT"
_OURS = ((b"PK\x03\x04", "zip"), (b"PK\x05\x06", "zip"), (b"SQLite format 3\x00", "gpkg"))
_EXTENSIONS = {
    "zip": {".zip", ".kmz"},
    "shp": {".shp"},
    "gpkg": {".gpkg"},
    "geojson": {".geojson", ".json"},
    "kml": {".kml"},
    "txt": {".txt"},
    "dbf": {".dbf"},
}
_JSON_TYPES = {
    "FeatureCollection", "Feature", "Point", "MultiPoint", "LineString", "MultiLineString",
    "Polygon", "MultiPolygon", "GeometryCollection",
}  # fmt: skip


def require_local(path: Path) -> Path:
    """An absolute local path. Refuses URLs and GDAL's virtual file systems, so nothing is fetched."""
    text = str(path)
    if text.startswith(("/vsi", "\\vsi")) or re.match(r"^[A-Za-z][A-Za-z0-9+.-]+:/", text):
        raise FormatRefused(f"“{text}”不是本机文件。只读本机文件，不从网络读取，请先下载再上传。")
    if not path.exists():
        raise FormatRefused(f"找不到文件“{text}”。请核对路径。")
    return path.resolve()


def kind_of(path: Path) -> str:
    """One of zip, shp, gpkg, geojson, kml, txt, dbf, gdb; raises FormatRefused for anything else."""
    if path.is_dir():
        if path.suffix.lower() != ".gdb":
            raise FormatRefused(f"“{path.name}”是文件夹。只有 .gdb 文件夹可以直接读取。")
        return "gdb"
    head = path.open("rb").read(_HEAD)
    if not head:
        raise FormatRefused(f"文件“{path.name}”是空的(0 字节)。请重新导出或重新上传。")
    suffix = path.suffix.lower()
    kind = _by_content(head, suffix)
    if kind is None:
        _refuse_foreign(path, head, suffix)
    elif suffix not in _EXTENSIONS[kind]:
        raise FormatRefused(
            f"文件“{path.name}”的内容是{_NAMES[kind]}，扩展名却是“{suffix or '(无)'}”。"
            f"请确认文件没有放错，并把扩展名改为“{min(_EXTENSIONS[kind])}”。"
        )
    return kind


_NAMES = {
    "zip": " zip 压缩包",
    "shp": " Shapefile 图形",
    "gpkg": " GeoPackage",
    "geojson": " JSON 文本",
    "kml": " KML",
    "txt": "文本",
    "dbf": " DBF 属性表",
}


def _by_content(head: bytes, suffix: str) -> str | None:
    magic = next((kind for mark, kind in _OURS if head.startswith(mark)), None)
    if magic:
        return magic
    if len(head) >= 4 and struct.unpack(">i", head[:4])[0] == SHP_MAGIC and suffix != ".shx":
        return "shp"
    if suffix == ".dbf" and head[0] & 0x07 == 0x03:
        return "dbf"
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "txt" if suffix == ".txt" else None
    if b"\x00" in head or any(head.startswith(magic) for magic, _ in _FOREIGN):
        return None
    return _by_text(head, suffix)


def _by_text(head: bytes, suffix: str) -> str | None:
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if text.startswith(b"{"):
        return "geojson"
    if text.startswith(b"<"):
        return "kml" if re.search(rb"<(\w+:)?kml[\s>]", text) else None
    return "txt" if suffix == ".txt" else None


def _refuse_foreign(path: Path, head: bytes, suffix: str) -> NoReturn:
    for magic, name in _FOREIGN:
        if head.startswith(magic):
            advice = f"请改用：{ACCEPTED}。"
            if "压缩包" in name:
                advice = "请改用 zip 压缩后再上传。"
            elif "DWG" in name:
                advice = "请在 CAD 里转出 Shapefile 或 GeoPackage 后再上传。"
            raise FormatRefused(
                f"文件“{path.name}”的内容是{name}，不是“{suffix}”数据，已拒收。{advice}"
            )
    raise FormatRefused(
        f"文件“{path.name}”(扩展名“{suffix or '无'}”)的内容认不出是哪种矢量数据，"
        f"可能已损坏或扩展名不对。可接收：{ACCEPTED}。"
    )


def check_shp(path: Path) -> tuple[str, list[str]]:
    """Header of a .shp: its shape type ("PolygonZ"…) and notes; refuses a truncated file."""
    head = path.open("rb").read(_SHP_HEADER)
    size = path.stat().st_size
    if len(head) < _SHP_HEADER or struct.unpack(">i", head[:4])[0] != SHP_MAGIC:
        raise FormatRefused(f"“{path.name}”不是有效的 Shapefile(文件头不对)。请从原软件重新导出。")
    declared = struct.unpack(">i", head[24:28])[0] * 2
    if size < declared:
        raise FormatRefused(
            f"“{path.name}”没有传完整：文件头写明 {declared} 字节，实际只有 {size} 字节。请重新上传。"
        )
    notes = []
    if size > declared:
        notes.append(f".shp 文件比文件头写明的长 {size - declared} 字节，多余部分未读。")
    kind = struct.unpack("<i", head[32:36])[0]
    return _POLYGON_KINDS.get(kind, str(kind)), notes


def check_dbf(path: Path) -> int:
    """Number of records a .dbf declares; refuses one shorter than that."""
    head = path.open("rb").read(32)
    size = path.stat().st_size
    if len(head) < 32 or head[0] & 0x07 != 0x03:
        raise FormatRefused(f"“{path.name}”不是有效的 DBF 属性表(文件头不对)。请从原软件重新导出。")
    records, header, width = struct.unpack("<IHH", head[4:12])
    if size < header + records * width:
        raise FormatRefused(
            f"“{path.name}”没有传完整：{records} 条记录应有 {header + records * width} 字节，"
            f"实际只有 {size} 字节。请重新上传。"
        )
    return int(records)


def check_sqlite(path: Path) -> set[str]:
    """Refuse a truncated or hostile GeoPackage; the names of layers whose vertices carry M."""
    head = path.open("rb").read(100)
    size = path.stat().st_size
    if len(head) < 100:
        raise FormatRefused(f"“{path.name}”没有传完整(只有 {size} 字节)。请重新上传。")
    page = struct.unpack(">H", head[16:18])[0]
    page = 65536 if page == 1 else page
    pages = struct.unpack(">I", head[28:32])[0]
    if head[24:28] == head[92:96] and size < page * pages:
        raise FormatRefused(
            f"“{path.name}”没有传完整：应有 {page * pages} 字节，实际只有 {size} 字节。请重新上传。"
        )
    address = f"file:{urllib.parse.quote(str(path))}?mode=ro&immutable=1"
    try:
        connection = sqlite3.connect(address, uri=True)
        try:
            return _inspect_schema(path, connection)
        finally:
            connection.close()
    except (sqlite3.DatabaseError, UnicodeDecodeError) as fault:
        raise FormatRefused(
            f"“{path.name}”已损坏，数据库无法打开。请从原软件重新导出。", detail=str(fault)
        ) from fault


def _inspect_schema(path: Path, connection: sqlite3.Connection) -> set[str]:
    schema = connection.execute("SELECT name, sql FROM sqlite_master").fetchall()
    names = {name for name, _ in schema}
    if not {"gpkg_contents", "gpkg_geometry_columns"} <= names:
        raise FormatRefused(
            f"“{path.name}”是 SQLite 数据库，但没有 GeoPackage 的登记表 gpkg_contents。"
            "请从原软件导出为 GeoPackage。"
        )
    for name, sql in schema:
        match = re.match(r"\s*CREATE\s+VIRTUAL\s+TABLE\b.*?\bUSING\s+(\w+)", sql or "", re.I | re.S)
        if match and match[1].lower() not in {"rtree", "fts3", "fts4", "fts5"}:
            raise FormatRefused(
                f"“{path.name}”里的虚拟表“{name}”({match[1]})可能读取其他文件，已拒收。"
                "请从原软件重新导出。"
            )
    rows = connection.execute("SELECT table_name FROM gpkg_geometry_columns WHERE m <> 0")
    return {str(row[0]) for row in rows}


def check_gdb(folder: Path) -> None:
    """Refuse a .gdb folder without its catalogue or with a table whose index file is missing."""
    files = {f.name.lower(): f for f in folder.iterdir() if f.is_file()}
    if "a00000001.gdbtable" not in files or "a00000001.gdbtablx" not in files:
        raise FormatRefused(
            f"“{folder.name}”不是完整的 FileGDB:缺少目录表 a00000001.gdbtable 或 .gdbtablx。"
            "请把整个 .gdb 文件夹完整打包上传。"
        )
    lost = sorted(n for n in files if n.endswith(".gdbtable") and n[:-1] + "x" not in files)
    if lost:
        raise FormatRefused(
            f"“{folder.name}”缺少文件“{lost[0][:-1]}x”。请把整个 .gdb 文件夹完整打包上传。"
        )
    empty = sorted(n for n, f in files.items() if n.endswith(".gdbtable") and not f.stat().st_size)
    if empty:
        raise FormatRefused(
            f"“{folder.name}”里的“{empty[0]}”是空文件，没有传完整。请重新打包上传。"
        )


def load_geojson(path: Path) -> tuple[bytes, dict[str, object], str]:
    """UTF-8 bytes, the top-level object and the encoding found ("UTF-8" or "GB18030")."""
    raw = path.read_bytes().removeprefix(b"\xef\xbb\xbf")
    label = "UTF-8"
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        try:
            text, label = raw.decode("gb18030"), "GB18030"
        except UnicodeDecodeError as fault:
            raise FormatRefused(
                f"“{path.name}”的文字既不是 UTF-8 也不是 GB18030(第 {fault.start} 字节起读不通)。"
                "请以 UTF-8 重新导出。"
            ) from fault
    try:
        parsed = json.loads(text)
    except (json.JSONDecodeError, RecursionError) as fault:
        where = f"第 {fault.lineno} 行" if isinstance(fault, json.JSONDecodeError) else "嵌套过深处"
        raise FormatRefused(
            f"“{path.name}”不是完整的 JSON,{where}起读不下去，可能没有传完整。请重新导出或上传。",
            detail=str(fault),
        ) from fault
    kind = parsed.get("type") if isinstance(parsed, dict) else None
    if kind not in _JSON_TYPES:
        raise FormatRefused(
            f"“{path.name}”是 JSON，但不是 GeoJSON(type 为“{kind}”)。请导出为 GeoJSON 要素集合。"
        )
    return text.encode("utf-8"), parsed, label
