"""A reference layer made ready once (预制图层): mapped, cut and indexed, kept as one file of flat arrays.

The file is mapped into memory, not read: all processes share one copy, and a plot touches only the pages it needs.
A vertex takes about 20 bytes and a piece about 75; a county of 440 000 survey polygons some 600 MB.

Layout: 8 bytes magic, 8 bytes length of the header, the header (JSON), arrays at multiples of 64 bytes, and 32 bytes
BLAKE2b of all that goes before.
"""

from __future__ import annotations

import hashlib
import json
import mmap
import os
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from liangtian.geo.clean import require_valid
from liangtian.geo.crs import CGCS2000
from liangtian.geo.overlay.chains import Chains, Ints, chains_of
from liangtian.geo.overlay.closing import REMAINDER
from liangtian.geo.overlay.equal_area import Plane, plane_around, projected
from liangtian.geo.overlay.index import Tree
from liangtian.geo.overlay.kernel import Indexed, indexed
from liangtian.geo.overlay.stretches import Stretches

FORMAT = 2
"""Rises when older files can no longer be read, or would measure differently."""
_MAGIC = b"LTLAYER\n"
_ALIGN, _DIGEST = 64, 32
_AT_ONCE = 1 << 22


class PreparedRefused(ValueError):  # noqa: N818
    """A prepared layer that cannot be used and must be made anew; the message is Chinese."""


@dataclass(frozen=True)
class PreparedLayer:
    """Figures ready to be measured against. `ids` and `codes` tell each figure's id and category (in `names`)."""

    plane: Plane
    figures: Indexed
    ids: Ints
    codes: Ints
    names: list[str]
    key: str

    @property
    def bytes(self) -> int:
        """Size of the arrays, on disk or in memory."""
        return sum(array.nbytes for array in self._arrays().values())

    def save(self, path: Path) -> None:
        """Write the file beside its place and move it there, so that nobody meets half of one."""
        arrays = self._arrays()
        header = _header(self, arrays)
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
        digest = hashlib.blake2b(digest_size=_DIGEST)
        try:
            with beside.open("wb") as stream:
                for part in _parts(header, arrays):
                    stream.write(part)
                    digest.update(part)
                stream.write(digest.digest())
            os.replace(beside, path)
        finally:
            beside.unlink(missing_ok=True)

    def _arrays(self) -> dict[str, NDArray[Any]]:
        pieces, tree, stretches = self.figures.pieces, self.figures.tree, self.figures.stretches
        return {
            "x": pieces.x, "y": pieces.y, "ring": pieces.ring, "figure": pieces.figure,
            "source": self.figures.source, "boxes": tree.boxes, "level": tree.level,
            "span": stretches.span, "edge": stretches.box, "stretch": stretches.figure,
            "ids": self.ids, "codes": self.codes,
        }  # fmt: skip


def build(
    geoms: NDArray[np.object_], ids: Sequence[int], categories: Sequence[str], key: str = ""
) -> PreparedLayer:
    """Make a layer ready; polygons in EPSG:4490, one id and one non-empty category each. `key` names its content.

    Raises:
        GeometryRefused: an invalid polygon.
        ValueError: ids or categories missing, or an empty category.
    """
    if not len(geoms) == len(ids) == len(categories):
        raise ValueError("每个图形必须有一个编号和一个类别。")
    if REMAINDER in categories:
        raise ValueError("图层的类别不能为空字符串，它表示图层以外的剩余部分。")
    require_valid(geoms, "图层")
    plane = plane_around(geoms)
    names, codes = np.unique(np.asarray(categories, dtype=str), return_inverse=True)
    figures = indexed(projected(chains_of(geoms), plane))
    return PreparedLayer(
        plane, figures, np.asarray(ids, np.int64), codes.astype(np.int64), names.tolist(), key
    )


def open_prepared(path: Path, key: str | None = None) -> PreparedLayer:
    """Map a file into memory. Its header is checked, not its content: see `verify`.

    Raises:
        PreparedRefused: missing, cut short, of another format, or not of the content `key`.
    """
    try:
        with path.open("rb") as stream:
            # Private pages can be written to, as compiled code wants; nothing does.
            held = mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_COPY)
    except (OSError, ValueError) as error:
        raise PreparedRefused("预制图层不存在或不能读取，需要重新生成。") from error
    start = int.from_bytes(held[8:16], "little") + 16
    if held[:8] != _MAGIC or start > len(held):
        raise PreparedRefused("文件不是预制图层，需要重新生成。")
    try:
        header = json.loads(held[16:start])
    except ValueError as error:
        raise PreparedRefused("预制图层的文件头已损坏，需要重新生成。") from error
    if header["format"] != FORMAT or header["size"] != len(held):
        raise PreparedRefused("预制图层不完整，或由其他版本的程序生成，需要重新生成。")
    if key is not None and header["key"] != key:
        raise PreparedRefused("预制图层与图层版本不符，需要重新生成。")
    arrays = {
        name: np.frombuffer(held, dtype, int(np.prod(shape)), offset).reshape(shape)
        for name, dtype, shape, offset in header["arrays"]
    }
    return _layer(header, arrays)


def verify(path: Path) -> None:
    """Compare a file with its checksum.

    Raises:
        PreparedRefused: missing, or changed since it was written.
    """
    digest = hashlib.blake2b(digest_size=_DIGEST)
    try:
        left = path.stat().st_size - _DIGEST
        with path.open("rb") as stream:
            while left > 0 and (part := stream.read(min(left, _AT_ONCE))):
                digest.update(part)
                left -= len(part)
            kept = stream.read()
    except OSError as error:
        raise PreparedRefused("预制图层不存在或不能读取，需要重新生成。") from error
    if kept != digest.digest():
        raise PreparedRefused("预制图层的校验和不符，文件已损坏，需要重新生成。")


def _layer(header: dict[str, Any], arrays: dict[str, NDArray[Any]]) -> PreparedLayer:
    pieces = Chains(arrays["x"], arrays["y"], arrays["ring"], arrays["figure"])
    tree = Tree(arrays["boxes"], arrays["level"])
    stretches = Stretches(arrays["span"], arrays["edge"], arrays["stretch"])
    figures = Indexed(
        pieces, arrays["source"], tree, stretches, header["figures"], header["largest"]
    )
    return PreparedLayer(
        Plane(*header["plane"]), figures, arrays["ids"], arrays["codes"], header["categories"],
        header["key"],
    )  # fmt: skip


def _header(layer: PreparedLayer, arrays: dict[str, NDArray[Any]]) -> bytes:
    """The header, padded so that the first array begins at a multiple of 64 bytes."""
    told: dict[str, Any] = {
        "format": FORMAT,
        "key": layer.key,
        "crs": CGCS2000,
        "plane": list(layer.plane),
        "figures": layer.figures.number,
        "pieces": layer.figures.pieces.number,
        "largest": layer.figures.largest,
        "vertices": len(layer.figures.pieces.x),
        "categories": layer.names,
    }
    length = 0
    while True:
        at, listed = _aligned(16 + length), []
        for name, array in arrays.items():
            listed.append([name, array.dtype.str, list(array.shape), at])
            at = _aligned(at + array.nbytes)
        text = json.dumps({**told, "arrays": listed, "size": at + _DIGEST}).encode()
        padded = text.ljust(_aligned(16 + len(text)) - 16)
        if len(padded) == length:
            return padded
        length = len(padded)


def _parts(header: bytes, arrays: dict[str, NDArray[Any]]) -> Any:
    yield _MAGIC
    yield len(header).to_bytes(8, "little")
    yield header
    for array in arrays.values():
        data = np.ascontiguousarray(array).data.cast("B") if array.nbytes else b""
        yield data
        yield bytes(_aligned(array.nbytes) - array.nbytes)


def _aligned(size: int) -> int:
    return -(-size // _ALIGN) * _ALIGN
