"""GeoParquet 1.1 as the cells keep it: WKB in EPSG:4490, and a box of each figure that readers can filter by."""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pyproj
from numpy.typing import NDArray

from liangtian.geo.crs import CGCS2000

M2 = pa.decimal128(18, 2)
"""Areas in m², exact to 0.01."""
_SIDES = ("xmin", "ymin", "xmax", "ymax")


class Damaged(OSError):  # noqa: N818
    """A file of a cell is missing or not what was written; the message is Chinese."""


def write_figures(
    path: Path, columns: Mapping[str, Any], wkb: Any, boxes: NDArray[np.float64]
) -> str:
    """Write columns, geometry and boxes (NaN where there is no figure); the SHA-256 of the file."""
    nothing = np.isnan(boxes[:, 0])
    sides = [pa.array(boxes[:, k], pa.float64(), mask=nothing) for k in range(4)]
    box = pa.StructArray.from_arrays(sides, _SIDES, mask=pa.array(nothing))
    table = pa.table({**columns, "geometry": pa.array(wkb, pa.binary()), "bbox": box})
    told = json.dumps(_told(boxes[~nothing]), ensure_ascii=False).encode()
    return write_table(path, table.replace_schema_metadata({b"geo": told}))


def write_table(path: Path, table: Any) -> str:
    """Write a table whole or not at all; the SHA-256 of the file."""
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, compression="zstd")
    return write_bytes(path, sink.getvalue().to_pybytes())


def write_bytes(path: Path, data: bytes) -> str:
    """Write beside the place and move there, so that nobody meets half a file, nor two writers each other."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        beside.write_bytes(data)
        os.replace(beside, path)
    finally:
        beside.unlink(missing_ok=True)
    return hashlib.sha256(data).hexdigest()


def read_table(path: Path, sha256: str | None = None, columns: list[str] | None = None) -> Any:
    """A table, compared with its checksum where one is given.

    Raises:
        Damaged: missing, unreadable, or changed since it was written.
    """
    try:
        if sha256 is None:
            return pq.read_table(path, columns=columns, partitioning=None)
        data = path.read_bytes()
        if hashlib.sha256(data).hexdigest() != sha256:
            raise Damaged(f"文件“{path}”的校验和不符，已损坏或被改动。")
        return pq.read_table(pa.BufferReader(data), columns=columns)
    except (OSError, pa.ArrowException) as error:
        if isinstance(error, Damaged):
            raise
        raise Damaged(f"文件“{path}”不存在或不能读取。") from error


def boxes_in(table: Any) -> NDArray[np.float64]:
    """West, south, east, north of each figure; NaN where there is none."""
    box = table.column("bbox").combine_chunks()
    out = np.empty((len(box), 4))
    for k, side in enumerate(_SIDES):
        out[:, k] = box.field(side).to_numpy(zero_copy_only=False)
    out[box.is_null().to_numpy(zero_copy_only=False)] = np.nan
    return out


def _told(boxes: NDArray[np.float64]) -> dict[str, Any]:
    """The metadata of the format; coordinates are longitude, latitude whatever the axis order of the system."""
    column: dict[str, Any] = {
        "encoding": "WKB",
        "geometry_types": ["MultiPolygon", "Polygon"],
        "crs": pyproj.CRS(CGCS2000).to_json_dict(),
        "edges": "planar",
        "covering": {"bbox": {side: ["bbox", side] for side in _SIDES}},
    }
    if len(boxes):
        column["bbox"] = [*boxes[:, :2].min(axis=0).tolist(), *boxes[:, 2:].max(axis=0).tolist()]
    return {"version": "1.1.0", "primary_column": "geometry", "columns": {"geometry": column}}
