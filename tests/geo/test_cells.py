"""Overlay by cells: nothing lost, nothing twice, the same to the last bit, and nothing done again."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.geo.cell_files import STEP, dies_at_first, layer_over, patchwork, write

from liangtian.site.cli import main

pa = pytest.importorskip("pyarrow", reason="pyarrow 未安装(liangtian[cluster])")
import pyarrow.parquet as pq  # noqa: E402

from liangtian.geo.cells.grid import divided, grid_for, points_of  # noqa: E402
from liangtian.geo.cells.parquet import boxes_in  # noqa: E402
from liangtian.geo.cells.runners import Processes, RunRefused  # noqa: E402
from liangtian.geo.cells.split import meeting_any  # noqa: E402

SIDE = 24


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    """Plots in two files, one without a figure; a layer."""
    shapes = patchwork(SIDE, 1)
    half = len(shapes) // 2
    folder = tmp_path / "plots"
    folder.mkdir()
    first = np.concatenate([shapes[:half], np.array([None], dtype=object)])
    write(folder / "a.gpkg", first, 编号=[f"甲{k}" for k in range(half + 1)])
    write(folder / "b.gpkg", shapes[half:], 编号=[f"乙{k}" for k in range(len(shapes) - half)])
    figures, kinds = layer_over(SIDE, 2)
    return folder, write(tmp_path / "layer.gpkg", figures, kind=kinds)


def overlay(plots: Path, layer: Path, out: Path, *more: object) -> int:
    args = [plots, layer, "--by", "kind", "--plots-id", "编号", "--repair", "--out", out, *more]
    return main(["overlay", *map(str, args)])


def by_cells(files: tuple[Path, Path], folder: Path, *more: object) -> int:
    return overlay(*files, folder.with_suffix(".csv"), "--cells", folder, "--cell-plots", 40, *more)


def in_one(files: tuple[Path, Path], out: Path) -> bytes:
    """The areas of the same plots in one file, measured at once."""
    shapes = patchwork(SIDE, 1)
    half = len(shapes) // 2
    every = np.concatenate([shapes[:half], np.array([None], dtype=object), shapes[half:]])
    ids = [f"甲{k}" for k in range(half + 1)] + [f"乙{k}" for k in range(len(shapes) - half)]
    assert overlay(write(out.with_suffix(".gpkg"), every, 编号=ids), files[1], out) == 0
    return out.read_bytes()


def parts(folder: Path, kind: str) -> dict[str, Any]:
    """The table of each cell."""
    return {
        cell.name: pa.concat_tables([pq.read_table(p, partitioning=None) for p in cell.iterdir()])
        for cell in sorted((folder / kind).iterdir())
    }


def test_one_process_and_several_give_the_bytes_of_one_machine(
    tmp_path: Path, files: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    assert by_cells(files, tmp_path / "one") == 0
    assert by_cells(files, tmp_path / "two", "--processes", 2) == 0
    whole = in_one(files, tmp_path / "whole.csv")
    assert (tmp_path / "one.csv").read_bytes() == whole
    assert (tmp_path / "two.csv").read_bytes() == whole
    said = capsys.readouterr().err
    assert f"15个格，{SIDE**2 + 1}个地块" in said
    areas = [sorted((tmp_path / name / "areas").rglob("*.parquet")) for name in ("one", "two")]
    assert [a.read_bytes() for a in areas[0]] == [a.read_bytes() for a in areas[1]]
    assert len(areas[0]) == 15


def test_each_plot_is_in_one_cell_and_each_figure_in_all_it_can_meet(
    tmp_path: Path, files: tuple[Path, Path]
) -> None:
    assert by_cells(files, tmp_path / "cells") == 0
    plots, layer = parts(tmp_path / "cells", "plots"), parts(tmp_path / "cells", "layer")
    numbers = np.concatenate([t.column("plot").to_numpy() for t in plots.values()])
    assert sorted(numbers.tolist()) == list(range(SIDE**2 + 1))
    figures, kinds = layer_over(SIDE, 2)
    for cell, table in plots.items():
        shapes = shapely.from_wkb(np.array(table.column("geometry").to_pylist(), dtype=object))
        assert max(len(t) for t in plots.values()) < 2 * SIDE**2 / len(plots)
        meeting = np.unique(shapely.STRtree(figures).query(shapes, predicate="intersects")[1])
        here = layer[cell].column("figure").to_numpy()
        assert len(set(here.tolist())) == len(here)
        assert set(meeting.tolist()) <= set(here.tolist())
        assert len(here) < len(figures) / 2
        assert kinds.index("界外") not in here


def test_the_parts_are_geoparquet(tmp_path: Path, files: tuple[Path, Path]) -> None:
    assert by_cells(files, tmp_path / "cells") == 0
    path = next((tmp_path / "cells" / "plots").rglob("*.parquet"))
    told = json.loads(pq.read_schema(path).metadata[b"geo"])
    assert told["version"] == "1.1.0"
    column = told["columns"][told["primary_column"]]
    assert column["encoding"] == "WKB"
    assert column["crs"]["id"] == {"authority": "EPSG", "code": 4490}
    table = pq.read_table(path, partitioning=None)
    shapes = shapely.from_wkb(np.array(table.column("geometry").to_pylist(), dtype=object))
    assert column["bbox"] == shapely.total_bounds(shapes).tolist()
    assert np.array_equal(boxes_in(table), shapely.bounds(shapes), equal_nan=True)
    assert column["covering"]["bbox"]["xmax"] == ["bbox", "xmax"]


@pytest.mark.sqlite_only
def test_what_a_killed_run_finished_is_not_done_again(
    tmp_path: Path, files: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    """The whole run is killed in mid-run, not asked to end."""
    folder = tmp_path / "cells"
    command = [sys.executable, "-m", "liangtian.site.cli", "overlay", *map(str, files)]
    options = ["--by", "kind", "--plots-id", "编号", "--repair", "--cell-plots", "40"]
    rest = ["--cells", str(folder), "--out", str(folder.with_suffix(".csv"))]
    run = subprocess.Popen([*command, *options, *rest], start_new_session=True)
    while run.poll() is None and len(list((folder / "areas").glob("*/_done.json"))) < 3:
        time.sleep(0.002)
    os.killpg(run.pid, signal.SIGKILL)
    run.wait()
    kept = {path: path.stat().st_mtime_ns for path in (folder / "areas").glob("*/_done.json")}
    assert 3 <= len(kept) < 15, "killed too late to show anything"
    assert by_cells(files, folder) == 0
    assert f"{len(kept)}个格已经算好，继续算其余{15 - len(kept)}个" in capsys.readouterr().err
    assert {path: path.stat().st_mtime_ns for path in kept} == kept
    assert folder.with_suffix(".csv").read_bytes() == in_one(files, tmp_path / "whole.csv")


@pytest.mark.parametrize("always", [False, True])
def test_an_item_whose_process_is_killed_is_run_again_but_not_for_ever(
    tmp_path: Path, always: bool
) -> None:
    items = [{"folder": str(tmp_path), "number": k, "always": False} for k in range(4)]
    for k in (0, 1, 3):
        (tmp_path / str(k)).touch()
    items[2]["always"] = always
    processes = Processes(2)
    try:
        if always:
            with pytest.raises(RunRefused, match="连续3次被终止"):
                processes.run(dies_at_first, items, lambda _: None)
        else:
            found = processes.run(dies_at_first, items, lambda _: None)
            assert [one["number"] for one in found] == [0, 1, 2, 3]
    finally:
        processes.stop()


def test_a_damaged_result_is_measured_again(
    tmp_path: Path, files: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "cells"
    assert by_cells(files, folder) == 0
    before = folder.with_suffix(".csv").read_bytes()
    path = folder / "areas" / "cell=00003" / "areas.parquet"
    path.write_bytes(path.read_bytes()[:-9])
    assert by_cells(files, folder) == 0
    assert "14个格已经算好，继续算其余1个" in capsys.readouterr().err
    assert folder.with_suffix(".csv").read_bytes() == before


def moved(table: Any) -> Any:
    """A cent of the first row given to the second plot."""
    m2 = table.column("m2").to_pylist()
    other = int(
        np.flatnonzero(table.column("plot").to_numpy() != table.column("plot")[0].as_py())[0]
    )
    m2[0], m2[other] = m2[0] + Decimal("0.01"), m2[other] - Decimal("0.01")
    return table.set_column(2, "m2", pa.array(m2, table.schema.field("m2").type))


@pytest.mark.parametrize(
    ("change", "refusal"),
    [(moved, "各类别面积之和不等于地块面积"), (lambda t: t.slice(5), "个地块，结果中有")],
)
def test_totals_refuse_a_result_that_was_changed_together_with_its_checksum(
    tmp_path: Path, files: tuple[Path, Path], capsys: pytest.CaptureFixture[str],
    change: Any, refusal: str,
) -> None:  # fmt: skip
    folder = tmp_path / "cells"
    assert by_cells(files, folder) == 0
    out = folder.with_suffix(".csv")
    out.unlink()
    path = folder / "areas" / "cell=00003" / "areas.parquet"
    pq.write_table(change(pq.read_table(path, partitioning=None)), path)
    told = json.loads((path.parent / "_done.json").read_text())
    told["sha256"] = hashlib.sha256(path.read_bytes()).hexdigest()
    (path.parent / "_done.json").write_text(json.dumps(told))
    assert by_cells(files, folder) == 1
    said = capsys.readouterr().err
    assert "第3格" in said
    assert refusal in said
    assert not out.exists()


def test_a_folder_of_something_else_is_refused(
    tmp_path: Path, files: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "cells"
    assert by_cells(files, folder) == 0
    assert overlay(*files, tmp_path / "o.csv", "--cells", folder, "--cell-plots", 50) == 1
    assert "另一项套合" in capsys.readouterr().err
    assert overlay(*files, tmp_path / "o.csv", "--cells", tmp_path) == 1
    assert "其他文件" in capsys.readouterr().err


def test_a_bad_file_among_good_ones_is_refused_by_name(
    tmp_path: Path, files: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    (files[0] / "c.gpkg").write_bytes(b"PK nothing")
    assert by_cells(files, tmp_path / "cells") == 1
    assert "c.gpkg" in capsys.readouterr().err


def test_without_any_figure_near_all_is_remainder(tmp_path: Path) -> None:
    plots = write(tmp_path / "p.gpkg", patchwork(3, 1), 编号=list("abcdefghi"))
    far = np.array([shapely.box(100, 30, 101, 31)], dtype=object)
    layer = write(tmp_path / "l.gpkg", far, kind=["远"])
    assert overlay(plots, layer, tmp_path / "a.csv") == 0
    assert overlay(plots, layer, tmp_path / "b.csv", "--processes", 1) == 0
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10**6), number=st.integers(1, 400), cells=st.integers(1, 60))
def test_cells_cover_the_ground_once_and_weigh_alike(seed: int, number: int, cells: int) -> None:
    dice = np.random.default_rng(seed)
    low = dice.normal(0, 0.1, (number, 2)) + np.array([113, 34])
    boxes = np.hstack([low, low + dice.uniform(0, 0.01, (number, 2))])
    bounds = (*low.min(axis=0).tolist(), *boxes[:, 2:].max(axis=0).tolist())
    grid = grid_for(bounds, cells)
    weights = grid.weights(points_of(boxes), np.ones(number))
    assert weights.sum() == number
    label = divided(weights, cells)
    assert set(np.unique(label)) <= set(range(cells))
    held = np.bincount(label.ravel(), weights=weights.ravel(), minlength=cells)
    assert held.sum() == number
    for one in range(cells):
        row, column = np.nonzero(label == one)
        if len(row):
            assert len(row) == (np.ptp(row) + 1) * (np.ptp(column) + 1), "a cell is a rectangle"
    assert held.max() <= max(4 * number / cells, weights.max()) + cells


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10**6), few=st.integers(0, 30), many=st.integers(1, 60))
def test_no_box_that_meets_another_is_missed(seed: int, few: int, many: int) -> None:
    dice = np.random.default_rng(seed)

    def boxes(number: int) -> Any:
        low = dice.integers(0, 30, (number, 2)) * STEP
        return np.hstack([low, low + dice.integers(0, 9, (number, 2)) * STEP])

    some, others = boxes(many), boxes(few)
    want = [
        any(
            a[0] <= b[2] and b[0] <= a[2] and a[1] <= b[3] and b[1] <= a[3] for b in others.tolist()
        )
        for a in some.tolist()
    ]
    assert meeting_any(some, others).tolist() == want
