"""Files of plots and layer figures split into cells. Each step works on one file, and can run anywhere."""

from __future__ import annotations

import json
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import shapely
from numpy.typing import NDArray

from liangtian.geo.area import round_m2, survey_areas
from liangtian.geo.cells.grid import Grid, points_of
from liangtian.geo.cells.parquet import M2, boxes_in, read_table, write_bytes, write_figures

Item = dict[str, Any]


def keep(
    folder: Path, kind: str, number: int, texts: Sequence[str], geoms: NDArray[np.object_],
    *, said: Sequence[str],
) -> Item:  # fmt: skip
    """Keep a file of plots (`texts` are their ids) or figures (categories) that was read and checked, EPSG:4490.

    `said` are notes for the person. Figures of a layer without an area are left out.
    """
    if kind == "layer":
        there = np.flatnonzero(shapely.get_num_coordinates(geoms) > 0)
        geoms, texts = geoms[there], [texts[i] for i in there.tolist()]
    boxes = shapely.bounds(geoms)
    columns: dict[str, Any] = {"text": pa.array(texts, pa.string())}
    told: Item = {"rows": len(geoms), "said": list(said), "bounds": _around(boxes)}
    if kind == "plots":
        m2 = [round_m2(value) for value in survey_areas(geoms).tolist()]
        columns["m2"] = pa.array(m2, M2)
        columns["vertices"] = pa.array(shapely.get_num_coordinates(geoms), pa.int32())
        told["vertices"] = int(shapely.get_num_coordinates(geoms).sum())
    wkb = shapely.to_wkb(geoms, byte_order=1, output_dimension=2, flavor="iso")
    write_figures(kept(folder, kind, number), columns, wkb.tolist(), boxes)
    text = json.dumps(told, ensure_ascii=False).encode()
    write_bytes(kept(folder, kind, number).with_suffix(".json"), text)
    return told


def already_kept(folder: Path, kind: str, number: int) -> Item | None:
    """What `keep` told of a file before a run was broken off."""
    path = kept(folder, kind, number).with_suffix(".json")
    told: Item | None = json.loads(path.read_bytes()) if path.exists() else None
    return told


def kept(folder: Path, kind: str, number: int) -> Path:
    """Where a file waits to be split."""
    return folder / "read" / f"{kind}-{number:05d}.parquet"


def split_plots(item: Item) -> Item:
    """Parts of one file of plots, one for each cell that has some of them."""
    folder, number = Path(item["folder"]), item["number"]
    table = read_table(kept(folder, "plots", number))
    boxes = boxes_in(table)
    label = np.load(folder / "read" / "grid.npy", mmap_mode="r")
    row, column = Grid(tuple(item["bounds"]), len(label)).squares(points_of(boxes))
    cells = label[row, column].astype(np.int64)
    parts = []
    for cell, rows in _by_cell(cells):
        some = table.take(pa.array(rows))
        path = _part(folder, "plots", cell, number)
        columns = {
            "plot": pa.array(item["first"] + rows, pa.int64()),
            "id": some.column("text"),
            "m2": some.column("m2"),
        }
        sha256 = write_figures(path, columns, some.column("geometry"), boxes[rows])
        total = sum(some.column("m2").to_pylist(), Decimal(0))
        parts.append({
            "cell": cell, "path": _name(folder, path), "sha256": sha256, "rows": len(rows),
            "m2": str(total), "box": _around(boxes[rows]), "source": number,
        })  # fmt: skip
    return {"parts": parts}


def split_layer(item: Item) -> Item:
    """Parts of one file of a layer. `cells` are those it may meet: number, box and plot files of each.

    A figure goes to a cell when its box meets or touches the box of a plot there, which holds whenever they share
    ground.
    """
    folder, number = Path(item["folder"]), item["number"]
    table = read_table(kept(folder, "layer", number))
    boxes = boxes_in(table)
    parts = []
    for cell, box, plots in item["cells"]:
        near = np.flatnonzero(_meets(boxes, np.asarray(box)))
        if not len(near):
            continue
        theirs = np.concatenate([
            boxes_in(read_table(folder / path, columns=["bbox"])) for path in plots
        ])  # fmt: skip
        rows = near[meeting_any(boxes[near], theirs)]
        if not len(rows):
            continue
        some = table.take(pa.array(rows))
        path = _part(folder, "layer", cell, number)
        columns = {
            "figure": pa.array(item["first"] + rows, pa.int64()),
            "category": some.column("text"),
        }
        sha256 = write_figures(path, columns, some.column("geometry"), boxes[rows])
        parts.append(
            {"cell": cell, "path": _name(folder, path), "sha256": sha256, "rows": len(rows)}
        )
    return {"parts": parts}


def meeting_any(boxes: NDArray[np.float64], others: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which boxes meet or touch at least one of the others."""
    others = others[~np.isnan(others[:, 0])]
    out = np.zeros(len(boxes), np.bool_)
    if not len(others):
        return out
    around = np.asarray(_around(others))
    covers = (boxes[:, :2] <= around[:2]).all(axis=1) & (boxes[:, 2:] >= around[2:]).all(axis=1)
    out[covers] = True
    open_ = np.flatnonzero(~covers)
    tree = shapely.STRtree(shapely.box(*others.T))
    found, _ = tree.query(shapely.box(*boxes[open_].T))
    out[open_[np.unique(found)]] = True
    return out


def _meets(boxes: NDArray[np.float64], box: NDArray[np.float64]) -> NDArray[np.bool_]:
    meets = (boxes[:, :2] <= box[2:]).all(axis=1) & (boxes[:, 2:] >= box[:2]).all(axis=1)
    return np.asarray(meets, np.bool_)


def _by_cell(cells: NDArray[np.int64]) -> list[tuple[int, NDArray[np.int64]]]:
    """Each cell and the rows in it, ascending."""
    order = np.argsort(cells, kind="stable")
    numbers, starts = np.unique(cells[order], return_index=True)
    return (
        list(zip(numbers.tolist(), np.split(order, starts[1:]), strict=True)) if len(cells) else []
    )


def _around(boxes: NDArray[np.float64]) -> list[float] | None:
    boxes = boxes[~np.isnan(boxes[:, 0])]
    if not len(boxes):
        return None
    return [*boxes[:, :2].min(axis=0).tolist(), *boxes[:, 2:].max(axis=0).tolist()]


def _part(folder: Path, kind: str, cell: int, number: int) -> Path:
    return folder / kind / f"cell={cell:05d}" / f"part-{number:05d}.parquet"


def _name(folder: Path, path: Path) -> str:
    return path.relative_to(folder).as_posix()
