"""One cell measured: its plots and figures in, a table of areas out. Nothing else is looked at."""

from __future__ import annotations

import json
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from liangtian.geo.cells.parquet import M2, read_table, write_bytes, write_table
from liangtian.geo.cells.split import Item
from liangtian.geo.overlay import ENGINE
from liangtian.geo.overlay.closing import Areas, RawAreas, closed


def measure(item: Item) -> Item:
    """Measure a cell and keep the areas with their checksum.

    The plane of the whole job is used, and no figure is cut at the cell, so that the result is that of one machine.

    Raises:
        Damaged: a file of the cell is missing or not what was written.
    """
    folder = Path(item["folder"])
    plots = _together(folder, item["plots"], ["plot", "m2", "geometry"]).sort_by("plot")
    layer = _together(folder, item["layer"], ["category", "geometry"])
    official = plots.column("m2").to_pylist()
    texts = layer.column("category").to_pylist() if layer is not None else []
    wkb = layer.column("geometry").to_pylist() if layer is not None else []
    found = areas_in(
        plots.column("geometry").to_pylist(), official, wkb, texts, tuple(item["plane"])
    )
    number = plots.column("plot").to_numpy()
    table = pa.table({
        "plot": pa.array(number[found.plot], pa.int64()),
        "category": pa.array(found.category, pa.string()),
        "m2": pa.array(found.m2, M2),
    })  # fmt: skip
    path = areas_path(folder, item["cell"])
    told = {
        "engine": ENGINE,
        "inputs": inputs_of(item),
        "sha256": write_table(path, table),
        "excess": {str(number[k]): str(m2) for k, m2 in found.excess_m2.items()},
    }
    write_bytes(_told(path), json.dumps(told).encode())
    return told


def areas_in(
    plots: Sequence[bytes | None], official: Sequence[Decimal], layer: Sequence[bytes],
    categories: Sequence[str], plane: tuple[float, float],
) -> Areas:  # fmt: skip
    """As `geo.overlay.areas`, of valid figures in WKB, in a given plane and on one thread."""
    from liangtian.geo.overlay.equal_area import Plane, projected
    from liangtian.geo.overlay.kernel import indexed, shared_areas
    from liangtian.geo.overlay.wkb import chains_of_wkb

    names, codes = np.unique(np.asarray(categories, dtype=str), return_inverse=True)
    where = Plane(*plane)
    figures = indexed(projected(chains_of_wkb(layer), where))
    pairs = shared_areas(projected(chains_of_wkb(plots), where), figures, threads=1)
    number = max(1, len(names))
    keys, inverse = np.unique(
        pairs.plot * number + codes.astype(np.int64)[pairs.source], return_inverse=True
    )
    sums = np.bincount(inverse, weights=pairs.m2, minlength=len(keys))
    raw = RawAreas(pairs.whole, keys // number, keys % number, sums.astype(np.float64))
    return closed(raw, names.tolist(), official)


def done(folder: Path, item: Item) -> Item | None:
    """What `measure` told of a cell, if its result is there, whole, and of these inputs."""
    path = areas_path(folder, item["cell"])
    try:
        told: Item = json.loads(_told(path).read_bytes())
        if (told["engine"], told["inputs"]) != (ENGINE, inputs_of(item)):
            return None
        read_table(path, told["sha256"], columns=[])
    except (OSError, ValueError, KeyError):
        return None
    return told


def areas_path(folder: Path, cell: int) -> Path:
    """Where the areas of a cell are kept."""
    return folder / "areas" / f"cell={cell:05d}" / "areas.parquet"


def inputs_of(item: Item) -> list[str]:
    """Checksums of all that a cell's result depends on."""
    parts = [*item["plots"], *item["layer"]]
    return [*map(repr, item["plane"]), *sorted(part["sha256"] for part in parts)]


def _told(path: Path) -> Path:
    return path.with_name("_done.json")


def _together(folder: Path, parts: list[Item], columns: list[str]) -> Any:
    if not parts:
        return None
    return pa.concat_tables(
        [
            read_table(folder / part["path"], part["sha256"], columns).replace_schema_metadata(None)
            for part in parts
        ]
    )
