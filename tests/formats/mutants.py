"""Files gone wrong on purpose: small sound files of every format, and the ways to spoil them.

A mutant is made from its number alone, so that one that fails can be made again.
"""

from __future__ import annotations

import io
import json
import random
import re
import shutil
import sqlite3
import stat
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyproj
import shapely
import xlsxwriter

from liangtian.geo.formats.writer import write_vector
from liangtian.press.letter_start import first_template
from tests.conftest import lonlat
from tests.enforcement.files import Kind, Sent, batch_file, boundary_file, sent

PLOTS = 6
FIRST_OF_OFFICE = 10_000  # from here on mutants are made of OFFICE files, below of all but letters
OFFICE = ("函.docx", "区划.xlsx")
_NUMBERS = re.compile(rb"-?\d+\.?\d*")
_ODD_NUMBERS = (b"nan", b"NaN", b"inf", b"-1", b"0", b"1e400", b"9" * 40, b"", b"1e308", b"x")
_ODD_DOUBLES = (float("nan"), float("inf"), -float("inf"), 1e308, -1e300, 0.0, -1.0, 1e-300, 5e9)
_CRS = (4490, 4326, 4527, 4526, 3857, 2379, 4214)
Mutate = Callable[[random.Random, bytes], bytes]


def seeds(folder: Path) -> list[Path]:
    """One sound file of each kind, made in `folder`."""
    rows = [sent(i) for i in range(1, PLOTS + 1)]
    kml = folder / "图斑.kml"
    boxes = [shapely.box(111 + i / 100, 34, 111.001 + i / 100, 34.001) for i in range(PLOTS)]
    texts = np.array([f"990121{i}" for i in range(PLOTS)], dtype=object)
    named = {"JCBH": texts, "TBLX": texts.copy(), "名称": texts.copy()}
    write_vector(kml, "KML", np.array(boxes, dtype=object), named, pyproj.CRS.from_epsg(4490))
    kmz = folder / "图斑.kmz"
    with zipfile.ZipFile(kmz, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(kml, "doc.kml")
    return [
        batch_file(folder, rows, name="gbk"),
        batch_file(folder, rows, name="utf", encoding="UTF-8"),
        batch_file(folder, rows, name="db", kind="gdb"),
        batch_file(folder, rows, name="pkg", kind="gpkg"),
        _geojson(folder, [sent(i) for i in range(1, PLOTS + 1)]),
        kml,
        kmz,
        boundary_file(folder, rows),
        *_lists(folder),
        _letter(folder),
    ]


def _letter(folder: Path) -> Path:
    """A template of a letter with a repeated line."""
    body = ["图斑{{ patch }}，面积{{ area }}亩。", "{%p for row in rows %}", "{{ row.no }}：{{ row.mu }}", "{%p endfor %}"]  # fmt: skip
    path = folder / OFFICE[0]
    path.write_bytes(first_template("核查通知书", body))
    return path


def _geojson(folder: Path, rows: list[Sent]) -> Path:
    """The same patches in degrees, which is all that GeoJSON knows."""
    for row in rows:
        row.geom = row.geom and lonlat(row.geom)
    return batch_file(folder, rows, name="json", kind="geojson", crs=4490)


def _lists(folder: Path) -> list[Path]:
    table = [["区划代码", "名称", "上级代码", "级别", "启用日期"]]
    table += [[f"9901211{i:02}", f"示例{i}镇", "990121", "乡镇", "2026-01-01"] for i in range(9)]
    book = xlsxwriter.Workbook(folder / "区划.xlsx")
    sheet = book.add_worksheet()
    for number, cells in enumerate(table):
        sheet.write_row(number, 0, cells)
    book.close()
    text = "\r\n".join(",".join(cells) for cells in table)
    (folder / "区划.csv").write_bytes(text.encode("gbk"))
    (folder / "区划8.csv").write_bytes(text.encode("utf-8-sig"))
    return [folder / "区划.xlsx", folder / "区划.csv", folder / "区划8.csv"]


def mutant(originals: list[Path], number: int, folder: Path) -> tuple[Path, str]:
    """The file with that number, written into `folder`, and in words what was done to it."""
    rng = random.Random(number)
    if number >= FIRST_OF_OFFICE:
        pool = [one for name in OFFICE for one in originals if one.name == name]
    else:
        pool = [one for one in originals if one.name != OFFICE[0]]
    original = rng.choice(pool)
    path = folder / original.name
    name = _spoil(rng, original, path)
    if rng.random() < 0.25 and path.stat().st_size < 10_000_000:
        twice = rng.choice(_BYTES)
        path.write_bytes(twice(rng, path.read_bytes()))
        name += f", {twice.__name__}"
    return path, f"{original.name}: {name}"


def _spoil(rng: random.Random, original: Path, path: Path) -> str:
    ways: list[Callable[[random.Random, Path, Path], str]] = [_of_bytes]
    if zipfile.is_zipfile(original):
        ways += [_of_member, _of_member, _of_archive]
    elif original.suffix == ".gpkg":
        ways += [_of_database, _of_database]
    else:
        ways += [_of_text, _of_text]
    if original.suffix in (".zip", ".gpkg", ".geojson"):
        ways.append(_of_geometry)
    return rng.choice(ways)(rng, original, path)


def _flip(rng: random.Random, data: bytes) -> bytes:
    spoilt = bytearray(data)
    for _ in range(rng.choice((1, 1, 2, 5, 30)) if data else 0):
        spoilt[rng.randrange(len(spoilt))] ^= 1 << rng.randrange(8)
    return bytes(spoilt)


def _truncate(rng: random.Random, data: bytes) -> bytes:
    return data[: rng.randrange(len(data) + 1)]


def _insert(rng: random.Random, data: bytes) -> bytes:
    at = rng.randrange(len(data) + 1)
    return data[:at] + rng.randbytes(rng.choice((1, 2, 8, 100))) + data[at:]


def _delete(rng: random.Random, data: bytes) -> bytes:
    at = rng.randrange(len(data) + 1)
    return data[:at] + data[at + rng.choice((1, 2, 8, 100)) :]


def _duplicate(rng: random.Random, data: bytes) -> bytes:
    at, length = rng.randrange(len(data) + 1), rng.choice((1, 8, 100, 1000))
    return data[: at + length] + data[at:]


def _blank(rng: random.Random, data: bytes) -> bytes:
    at, length = rng.randrange(len(data) + 1), rng.choice((1, 8, 100, 1000))
    return data[:at] + rng.choice((b"\0", b"\xff", b" ")) * len(data[at : at + length]) + data[at + length :]  # fmt: skip


def _double(rng: random.Random, data: bytes) -> bytes:
    """A number that is none, or is out of this world, on a place where numbers may stand."""
    if len(data) < 120:
        return data
    at = rng.randrange(25, len(data) // 4 - 2) * 4
    return data[:at] + struct.pack("<d", rng.choice(_ODD_DOUBLES)) + data[at + 8 :]


def _count(rng: random.Random, data: bytes) -> bytes:
    if len(data) < 8:
        return data
    at = rng.randrange(len(data) // 4) * 4
    worst = rng.choice((0x7FFFFFFF, -1, 0, 1, 0x10000000, 65_535))
    return data[:at] + struct.pack(rng.choice("<>") + "i", worst) + data[at + 4 :]


_BYTES: tuple[Mutate, ...] = (
    _flip, _flip, _truncate, _insert, _delete, _duplicate, _blank, _double, _count,
)  # fmt: skip


def _lines(rng: random.Random, data: bytes) -> bytes:
    lines = data.splitlines(keepends=True) or [b""]
    at = rng.randrange(len(lines))
    if rng.random() < 0.5:
        lines.insert(rng.randrange(len(lines)), lines[at])
    else:
        del lines[at]
    return b"".join(lines)


def _number(rng: random.Random, data: bytes) -> bytes:
    found = list(_NUMBERS.finditer(data))
    if not found:
        return data
    one = rng.choice(found)
    return data[: one.start()] + rng.choice(_ODD_NUMBERS) + data[one.end() :]


def _swap_numbers(rng: random.Random, data: bytes) -> bytes:
    return re.sub(rb"(-?\d+\.\d+)(\s*,\s*)(-?\d+\.\d+)", rb"\3\2\1", data)


def _reencode(rng: random.Random, data: bytes) -> bytes:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        return text.encode(
            rng.choice(("utf-16", "utf-8", "utf-8-sig", "gb18030", "big5")), "replace"
        )
    return data


def _punctuation(rng: random.Random, data: bytes) -> bytes:
    sign = rng.choice((b",", b"{", b"}", b"[", b"]", b"<", b">", b"@", b'"', b"\n", b"="))
    places = [i for i in range(len(data)) if data[i : i + 1] == sign]
    if not places:
        return data
    at = rng.choice(places)
    return data[:at] + rng.choice((b"", sign * 2, sign * 3_000, b"\0")) + data[at + 1 :]


_TEXT: tuple[Mutate, ...] = (_lines, _number, _number, _swap_numbers, _reencode, _punctuation)


def _of_bytes(rng: random.Random, original: Path, path: Path) -> str:
    way = rng.choice(_BYTES)
    path.write_bytes(way(rng, original.read_bytes()))
    return f"bytes {way.__name__}"


def _of_text(rng: random.Random, original: Path, path: Path) -> str:
    way = rng.choice(_TEXT)
    path.write_bytes(way(rng, original.read_bytes()))
    return f"text {way.__name__}"


def _members(original: Path) -> list[tuple[str, bytes]]:
    with zipfile.ZipFile(original) as archive:
        return [(i.filename, archive.read(i)) for i in archive.infolist()]


def _zipped(path: Path, members: list[tuple[str, bytes]]) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            archive.writestr(name, data)


def _of_member(rng: random.Random, original: Path, path: Path) -> str:
    """Something inside the archive is spoilt, the archive itself is sound."""
    members = _members(original)
    at = rng.randrange(len(members))
    name, data = members[at]
    texts = (".cpg", ".prj", ".kml", ".xml", ".rels")
    way = rng.choice(_TEXT if name.endswith(texts) and rng.random() < 0.7 else _BYTES)
    members[at] = (name, _companion(rng, name) or way(rng, data))
    _zipped(path, members)
    return f"member {name} {way.__name__}"


def _companion(rng: random.Random, name: str) -> bytes | None:
    """Another encoding or another coordinate system than the one it is."""
    if name.endswith(".cpg"):
        return rng.choice((b"UTF-8", b"GBK", b"936", b"UTF-16", b"nonsense", b"", b"\xff\x00"))
    if name.endswith(".prj") and rng.random() < 0.8:
        return pyproj.CRS.from_epsg(rng.choice(_CRS)).to_wkt("WKT1_ESRI").encode()
    return None


def _of_archive(rng: random.Random, original: Path, path: Path) -> str:
    """Tricks of the archive itself."""
    members = _members(original)
    trick = rng.choice(("lost", "twice", "slip", "absolute", "link", "nested", "bomb", "many", "long",
                        "secret", "case", "junk"))  # fmt: skip
    at = rng.randrange(len(members))
    if trick == "lost":
        members.pop(at)
    elif trick == "twice":
        members.append((f"第二份/{members[at][0]}", members[at][1]))
    elif trick == "case":
        members.append((members[at][0].swapcase(), members[at][1]))
    elif trick == "many":
        members += [(f"n{i}.txt", b"") for i in range(5_100)]
    else:
        members.append(_stranger(trick, path))
    _zipped(path, members)
    if trick == "link":
        _appended_link(path)
    if trick == "secret":
        data = bytearray(path.read_bytes())
        for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
            data[data.find(mark) + offset] |= 1
        path.write_bytes(bytes(data))
    return f"archive {trick}"


def _stranger(trick: str, path: Path) -> tuple[str, bytes]:
    if trick == "bomb":
        return "零.dbf", bytes(80 * 1024 * 1024)
    if trick == "nested":
        inner = io.BytesIO()
        with zipfile.ZipFile(inner, "w") as archive:
            archive.writestr("x.txt", "x")
        return "里面.zip", inner.getvalue()
    return {
        "slip": ("../../外面.shp", b"x"),
        "absolute": ("/tmp/外面.shp", b"x"),
        "long": ("长" * 200 + ".txt", b"x"),
    }.get(trick, ("说明.docx", b"x"))


def _appended_link(path: Path) -> None:
    info = zipfile.ZipInfo("连接.shp")
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(info, "/etc/passwd")


def _of_database(rng: random.Random, original: Path, path: Path) -> str:
    """A GeoPackage that says something untrue of itself."""
    shutil.copyfile(original, path)
    db = sqlite3.connect(path)
    table = db.execute("SELECT table_name FROM gpkg_contents").fetchone()[0]
    column = db.execute("SELECT column_name FROM gpkg_geometry_columns").fetchone()[0]
    triggers = db.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
    for (name,) in triggers:
        db.execute(f'DROP TRIGGER "{name}"')
    fid, blob = db.execute(f'SELECT fid, "{column}" FROM "{table}" LIMIT 1').fetchone()
    trick = rng.choice(("srs", "blob", "blob", "double", "null", "text", "contents", "table",
                        "virtual", "rows", "columns"))  # fmt: skip
    if trick in ("blob", "double"):
        way = _double if trick == "double" else rng.choice(_BYTES)
        db.execute(f'UPDATE "{table}" SET "{column}" = ? WHERE fid = ?', (way(rng, blob), fid))
    statements = {
        "srs": f"UPDATE gpkg_geometry_columns SET srs_id = {rng.choice((4326, 0, -1, 99))}",
        "null": f'UPDATE "{table}" SET "{column}" = NULL',
        "text": f'UPDATE "{table}" SET "{column}" = \'POINT (1 1)\' WHERE fid = {fid}',
        "contents": "DELETE FROM gpkg_contents",
        "table": f'DROP TABLE "{table}"',
        "virtual": "CREATE VIRTUAL TABLE odd USING fts5(a)",
        "rows": f'DELETE FROM "{table}"',
        "columns": "DELETE FROM gpkg_geometry_columns",
    }
    if trick in statements:
        db.execute(statements[trick])
    db.commit()
    db.close()
    return f"database {trick}"


def _of_geometry(rng: random.Random, original: Path, path: Path) -> str:
    """A sound file of unsound figures."""
    trick = rng.choice(
        ("swap", "nan", "huge", "bow", "zero", "empty", "none", "far", "same", "line")
    )
    rows = [sent(i) for i in range(1, PLOTS + 1)]
    odd = {
        "swap": shapely.transform(rows[0].geom, lambda xy: xy[:, ::-1]),
        "nan": shapely.transform(rows[0].geom, _not_a_number),
        "huge": shapely.box(1e15, 1e15, 1e16, 1e16),
        "bow": shapely.transform(rows[0].geom, lambda xy: xy[[0, 2, 1, 3, 0]]),
        "zero": shapely.transform(rows[0].geom, lambda xy: xy[[0, 0, 0, 0, 0]]),
        "empty": shapely.Polygon(),
        "none": None,
        "far": shapely.transform(rows[0].geom, lambda xy: xy + 5e6),
        "same": rows[1].geom,
        "line": rows[0].geom.boundary,
    }[trick]
    for row in rows if rng.random() < 0.3 else rows[:1]:
        row.geom = odd
    kind: dict[str, Kind] = {
        ".zip": "gdb" if ".gdb" in original.name else "shp", ".gpkg": "gpkg",
    }  # fmt: skip
    try:
        if original.suffix == ".geojson":
            _geojson(path.parent, rows)
        else:
            batch_file(path.parent, rows, name=original.name.split(".")[0],
                       kind=kind[original.suffix])  # fmt: skip
    except (ValueError, shapely.GEOSException):  # our own writer does not write such a figure
        return _of_bytes(rng, original, path)
    return f"geometry {trick}"


def _not_a_number(xy: np.ndarray) -> np.ndarray:
    spoilt: np.ndarray = xy.copy()
    spoilt[1, 0] = float("nan")
    return spoilt


def features_of(path: Path) -> list[int]:
    """How many features each layer of a GeoJSON or KML file has, counted without our reader."""
    if path.suffix == ".kml":
        return [len(re.findall(rb"<(?:\w+:)?Placemark[\s>]", path.read_bytes()))]
    held = json.loads(path.read_bytes().decode("utf-8-sig"))
    return [len(held.get("features", [held]))]
