"""The .shx of a Shapefile: checked against the shapes it points at, or made when it is missing.

An edited Shapefile may keep dead records between live ones, so an existing index decides which
records count, and in which order.
"""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np

from liangtian.geo.formats.model import FormatRefused

_HEADER = 100


def check_index(shx: Path, shp: Path) -> int:
    """Number of shapes; refuses an index that is cut or whose entries miss the records of the .shp."""
    raw = shx.read_bytes()
    entries = np.frombuffer(raw[_HEADER:], dtype=">i4", count=(len(raw) - _HEADER) // 8 * 2)
    entries = entries.reshape(-1, 2).astype(np.int64)
    torn = len(raw) < _HEADER or (len(raw) - _HEADER) % 8 != 0
    if torn or not _agrees(entries, shp):
        raise FormatRefused(
            f"“{shx.name}”与“{shp.name}”对不上：索引与图形的记录位置不一致或不完整。"
            "请从原软件重新导出，整套文件一起上传。"
        )
    return len(entries)


def _agrees(entries: np.ndarray, shp: Path) -> bool:
    """Every entry finds a record of the same length there, of the file's shape type or empty."""
    start, words = entries[:, 0] * 2, entries[:, 1]
    size = shp.stat().st_size
    if ((start < _HEADER) | (words < 2) | (start + 8 + words * 2 > size)).any():
        return False
    if len(entries) == 0:
        return True
    content = np.memmap(shp, dtype=np.uint8, mode="r")
    stated = content[start[:, None] + np.arange(4, 8)].astype(np.int64) @ [1 << 24, 1 << 16, 256, 1]
    kinds = content[start[:, None] + np.arange(8, 12)].astype(np.int64) @ [1, 256, 1 << 16, 1 << 24]
    declared = int.from_bytes(content[32:36].tobytes(), "little")
    return bool(((stated == words) & np.isin(kinds, (0, declared))).all())


def scan(shp: Path) -> list[tuple[int, int]]:
    """Offset and length of each record, in 16-bit words, in file order; refuses a torn record."""
    records: list[tuple[int, int]] = []
    with shp.open("rb") as stream:
        size = min(shp.stat().st_size, struct.unpack(">i", stream.read(28)[24:])[0] * 2)
        position = _HEADER
        while position < size:
            stream.seek(position)
            head = stream.read(8)
            words = struct.unpack(">ii", head)[1] if len(head) == 8 else -1
            if words < 2 or position + 8 + words * 2 > size:
                raise FormatRefused(
                    f"“{shp.name}”第 {len(records) + 1} 个图形的记录不完整。请从原软件重新导出。"
                )
            records.append((position // 2, words))
            position += 8 + words * 2
    return records


def write_index(shp: Path, shx: Path) -> None:
    """A .shx for a .shp that came without one."""
    records = scan(shp)
    with shp.open("rb") as stream:
        header = bytearray(stream.read(_HEADER))
    header[24:28] = struct.pack(">i", (_HEADER + 8 * len(records)) // 2)
    shx.write_bytes(bytes(header) + b"".join(struct.pack(">ii", *pair) for pair in records))
