"""A job from its files to its areas: read, split, measure. What is finished is not done again."""

from __future__ import annotations

import glob
import hashlib
import json
import math
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from liangtian.geo.cells.grid import divided, grid_for, points_of
from liangtian.geo.cells.measure import done, measure
from liangtian.geo.cells.parquet import boxes_in, read_table, write_bytes
from liangtian.geo.cells.runners import Runner, RunRefused, Step
from liangtian.geo.cells.split import Item, kept, split_layer, split_plots

FORMAT = 1
_PLOT_WEIGHT = 16
"""What a plot costs besides its vertices, in vertices."""
Say = Callable[[str], None]


@dataclass(frozen=True)
class Job:
    """`plots` and `layer` are the files; `read` reads one of them in any process, told by `options`."""

    folder: Path
    plots: list[Path]
    layer: list[Path]
    options: Item
    read: Step
    cell_plots: int

    def digest(self) -> str:
        """Changes when a file or an option does."""
        sums = [[_digest(path) for path in files] for files in (self.plots, self.layer)]
        text = json.dumps([FORMAT, sums, self.options, self.cell_plots], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()


def prepared(job: Job, runner: Runner, say: Say) -> Item:
    """The cells of a job: those in its folder, or new ones from its files.

    Raises:
        RunRefused: the folder holds something else, or a file was refused.
    """
    mark, digest = job.folder / "job.json", job.digest()
    if mark.exists():
        if json.loads(mark.read_bytes())["digest"] != digest:
            raise RunRefused(
                f"文件夹“{job.folder}”里是另一项套合(文件或参数不同)。请换一个文件夹，或删除它后重试。"
            )
        if (whole := _cells(job.folder)) is not None:
            say(f"沿用“{job.folder}”中的{len(whole['cells'])}个格。")
            return whole
    elif job.folder.exists() and any(job.folder.iterdir()):
        raise RunRefused(f"文件夹“{job.folder}”里有其他文件。请换一个空文件夹。")
    write_bytes(mark, json.dumps({"digest": digest}).encode())
    plots, layer = _read(job, runner, say)
    bounds = _bounds(plots)
    _draw_grid(job, plots, bounds)
    cells = _split_plots(job, plots, bounds, runner, say)
    _split_layer(job, layer, cells, runner, say)
    west, south, east, north = bounds
    whole = {
        "plane": [round((west + east) / 2, 2), round((south + north) / 2, 2)],
        "sources": plots,
        "cells": [cells[number] for number in sorted(cells)],
    }
    write_bytes(job.folder / "cells.json", json.dumps(whole, ensure_ascii=False).encode())
    shutil.rmtree(job.folder / "read")
    return whole


def measured(job: Job, whole: Item, runner: Runner, say: Say) -> list[Item]:
    """Measure the cells that are not measured yet; the cells as `totals` wants them."""
    cells = [
        {**cell, "folder": str(job.folder), "plane": whole["plane"]} for cell in whole["cells"]
    ]
    left = [cell for cell in cells if done(job.folder, cell) is None]
    if len(left) < len(cells):
        say(f"{len(cells) - len(left)}个格已经算好，继续算其余{len(left)}个。")
    # The heaviest first, so that no worker is left alone with one at the end.
    left.sort(key=lambda cell: -sum(part["rows"] for part in cell["plots"] + cell["layer"]))
    runner.run(measure, left, _progress("计算", len(left), say))
    return cells


def _cells(folder: Path) -> Item | None:
    try:
        whole: Item = json.loads((folder / "cells.json").read_bytes())
    except FileNotFoundError:
        return None
    return whole


def _read(job: Job, runner: Runner, say: Say) -> tuple[list[Item], list[Item]]:
    """All files read and checked; where each begins in the whole."""
    items = [
        {
            "folder": str(job.folder),
            "kind": kind,
            "number": number,
            "path": str(path),
            **job.options,
        }
        for kind, files in (("plots", job.plots), ("layer", job.layer))
        for number, path in enumerate(files)
    ]
    answers = runner.run(job.read, items, _progress("读取", len(items), say))
    for answer in answers:
        for line in answer["said"]:
            say(line)
    refused = [answer["refused"] for answer in answers if "refused" in answer]
    if refused:
        raise RunRefused("\n".join(refused))
    first = 0
    for k, answer in enumerate(answers):
        first = 0 if k == len(job.plots) else first
        answer["first"] = first
        first += answer["rows"]
    return answers[: len(job.plots)], answers[len(job.plots) :]


def _bounds(files: list[Item]) -> tuple[float, float, float, float]:
    boxes = np.array([one["bounds"] for one in files if one["bounds"]] or [[0.0] * 4])
    west, south = boxes[:, :2].min(axis=0).tolist()
    east, north = boxes[:, 2:].max(axis=0).tolist()
    return west, south, east, north


def _draw_grid(job: Job, plots: list[Item], bounds: tuple[float, float, float, float]) -> None:
    """Which square of the grid is in which cell, kept for all who split plots."""
    number = max(1, math.ceil(sum(one["rows"] for one in plots) / job.cell_plots))
    grid = grid_for(bounds, number)
    weights = np.zeros((grid.side, grid.side))
    for k in range(len(plots)):
        table = read_table(kept(job.folder, "plots", k), columns=["vertices", "bbox"])
        weight = table.column("vertices").to_numpy().astype(np.float64) + _PLOT_WEIGHT
        weights += grid.weights(points_of(boxes_in(table)), weight)
    np.save(job.folder / "read" / "grid.npy", divided(weights, number))


def _split_plots(
    job: Job, plots: list[Item], bounds: tuple[float, ...], runner: Runner, say: Say
) -> dict[int, Item]:
    items = [
        {"folder": str(job.folder), "number": k, "first": one["first"], "bounds": bounds}
        for k, one in enumerate(plots)
    ]
    shutil.rmtree(job.folder / "plots", ignore_errors=True)
    answers = runner.run(split_plots, items, _progress("地块分格", len(items), say))
    cells: dict[int, Item] = {}
    for part in (part for answer in answers for part in answer["parts"]):
        cell = cells.setdefault(
            part["cell"], {"cell": part["cell"], "plots": [], "layer": [], "box": None}
        )
        cell["plots"].append(part)
        cell["box"] = _wider(cell["box"], part.pop("box"))
    return cells


def _split_layer(
    job: Job, layer: list[Item], cells: dict[int, Item], runner: Runner, say: Say
) -> None:
    items = []
    for k, one in enumerate(layer):
        near = [
            [cell["cell"], cell["box"], [part["path"] for part in cell["plots"]]]
            for cell in cells.values()
            if cell["box"] and one["bounds"] and _meet(cell["box"], one["bounds"])
        ]
        items.append({"folder": str(job.folder), "number": k, "first": one["first"], "cells": near})
    shutil.rmtree(job.folder / "layer", ignore_errors=True)
    for answer in runner.run(split_layer, items, _progress("图层分格", len(items), say)):
        for part in answer["parts"]:
            cells[part["cell"]]["layer"].append(part)


def _wider(box: list[float] | None, other: list[float] | None) -> list[float] | None:
    if box is None or other is None:
        return box or other
    return [*map(min, box[:2], other[:2]), *map(max, box[2:], other[2:])]


def _meet(box: list[float], other: list[float]) -> bool:
    return box[0] <= other[2] and other[0] <= box[2] and box[1] <= other[3] and other[1] <= box[3]


def _progress(what: str, number: int, say: Say) -> Callable[[int], None]:
    """Tells every tenth of the way."""
    tenth = [0]

    def told(count: int) -> None:
        if number and count * 10 // number > tenth[0]:
            tenth[0] = count * 10 // number
            say(f"{what}：{count}/{number}")

    return told


def _digest(path: Path) -> Any:
    """Names and content of a file, or of a folder that is one data set."""
    files = [path]
    if path.is_dir():
        files = sorted(one for one in path.rglob("*") if one.is_file())
    elif path.suffix.lower() == ".shp":
        files = sorted(path.parent.glob(f"{glob.escape(path.stem)}.*"))
    found = []
    for one in files:
        with one.open("rb") as stream:
            found.append([one.name, hashlib.file_digest(stream, "sha256").hexdigest()])
    return found
