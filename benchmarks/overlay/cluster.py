"""Overlay by cells on a Spark cluster of this machine, beside plain processes, and what a nation would take.

`python benchmarks/overlay/cluster.py [--counties 8] [--size S] [--cell-plots 5000] [--keep DIR]` makes a province of
seeded counties side by side, splits it into cells once, and measures the survey of 2025 against that of 2023 with
1 and 2 processes and on 1, 2 and 4 Spark workers, one of which is killed in mid-run at the end. It stops when any
result differs by a byte from that of one process without cells. Needs `liangtian[cluster]` and Java 17.
docs/performance-overlay.md keeps figures.
"""

from __future__ import annotations

import argparse
import contextlib
import functools
import hashlib
import os
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import shapely

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tools.spark import Standalone

from liangtian.geo.cells.job import Job, measured, prepared
from liangtian.geo.cells.measure import areas_path
from liangtian.geo.cells.runners import Processes, Runner
from liangtian.geo.cells.spark import Spark
from liangtian.geo.cells.totals import rows, verify
from liangtian.geo.overlay import areas
from liangtian.site.demo.county import EPSG, build_county
from liangtian.site.demo.survey import dice_box, first_year, next_year
from liangtian.site.overlay_cells import read_step
from liangtian.site.overlay_source import read_source

NATION_POLYGONS = 3e8
"""The national land survey (三调) has about 295 million polygons."""
WORKERS = (1, 2, 4)


def main(argv: Sequence[str] | None = None) -> int:
    """Make the province, measure it in every way, print the table."""
    parser = argparse.ArgumentParser(description="分格套合在 Spark 集群上的速度")
    parser.add_argument("--counties", type=int, default=8)
    parser.add_argument("--size", choices=("T", "S", "M"), default="S")
    parser.add_argument("--cell-plots", type=int, default=5000)
    parser.add_argument("--keep", type=Path, help="保留并再次使用的文件夹")
    args = parser.parse_args(argv)
    os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"
    with contextlib.ExitStack() as ending:
        folder = args.keep or Path(ending.enter_context(tempfile.TemporaryDirectory()))
        print(f"load {os.getloadavg()[0]:.1f}, {os.cpu_count()} processors", flush=True)
        province(folder, args.size, args.counties)
        compare(Run(folder, args.cell_plots))
    return 0


def province(folder: Path, size: str, counties: int) -> None:
    """Two survey years of each county, side by side from west to east; files that are there stay."""
    for k in range(counties):
        plots, layer = (folder / kind / f"county-{k:03d}.gpkg" for kind in ("plots", "layer"))
        if layer.exists():
            continue
        county, dice = build_county(size, 2026 + k), dice_box(2026 + k)
        years = [first_year(county, dice)]
        for _ in range(2):
            years.append(next_year(county, years[-1], dice))
        for path, year in ((plots, years[2]), (layer, years[0])):
            path.parent.mkdir(parents=True, exist_ok=True)
            east = (k - counties / 2) * county.land.width
            moved = shapely.transform(year.shapes, functools.partial(np.add, [east, 0.0]))
            pyogrio.raw.write(
                path, geometry=shapely.to_wkb(moved), field_data=[np.array(year.code, object)],
                fields=["DLBM"], geometry_type="Unknown", crs=f"EPSG:{EPSG}",
            )  # fmt: skip


class Run:
    """One province with its cells, measured again and again."""

    def __init__(self, folder: Path, cell_plots: int) -> None:
        options: dict[str, Any] = {"by": "DLBM", "plots_id": None, "plots_layer": None}
        options |= {"layer_name": None, "encoding": None, "repair": True}
        plots, layer = (sorted((folder / kind).glob("*.gpkg")) for kind in ("plots", "layer"))
        self.job = Job(folder / "cells", plots, layer, options, read_step, cell_plots)
        start = time.perf_counter()
        with ended(Processes(2)) as runner:
            self.whole = prepared(self.job, runner, quiet)
        self.split_s = time.perf_counter() - start
        self.plots = sum(source["rows"] for source in self.whole["sources"])
        self.figures = sum(part["rows"] for cell in self.whole["cells"] for part in cell["layer"])

    def measure(self, runner: Runner) -> tuple[float, str]:
        """Seconds, and a digest of all areas, after their totals were found right."""
        shutil.rmtree(self.job.folder / "areas", ignore_errors=True)
        start = time.perf_counter()
        cells = measured(self.job, self.whole, runner, quiet)
        seconds = time.perf_counter() - start
        verify(self.job.folder, cells)
        digest = hashlib.sha256()
        for cell in cells:
            digest.update(areas_path(self.job.folder, cell["cell"]).read_bytes())
        return seconds, digest.hexdigest()

    def table(self) -> str:
        """A digest of all rows, to be compared with those of one machine."""
        digest = hashlib.sha256()
        for row in rows(self.job.folder, self.whole["cells"], self.whole["sources"]):
            digest.update(repr(row[1:]).encode())
        return digest.hexdigest()


def compare(run: Run) -> None:
    """Every way, twice; the second time everything is loaded."""
    size = sum(f.stat().st_size for f in run.job.folder.rglob("*.parquet")) / 1e6
    print(
        f"{run.plots} plots × {run.figures} figures (with copies) in {len(run.whole['cells'])} cells, {size:.0f} MB; "
        f"reading, checking, splitting with 2 processes: {run.split_s:.1f} s", flush=True,
    )  # fmt: skip
    print("| way | first, s | second, s | plots/s | plots/s per worker | load |")
    print("| --- | --- | --- | --- | --- | --- |")
    first, want = line("1 process", 1, run, Processes(1), None)
    require(run.table() == one_machine(run), "cells differ from one machine without cells")
    with ended(Processes(2)) as runner:
        line("2 processes", 2, run, runner, want)
    with Standalone(run.job.folder.parent / "spark") as cluster:
        for number in WORKERS:
            cluster.add(number - len(cluster.workers))
            with ended(Spark(cluster.url)) as runner:
                line(f"Spark, {number} workers", number, run, runner, want)
        with ended(Spark(cluster.url)) as runner:
            line("Spark, 4 workers, one killed", 4, run, Losing(runner, cluster, run), want)
    hours = NATION_POLYGONS / (run.plots / first) / 3600
    print(
        f"nation: {NATION_POLYGONS:.0e} polygons / ({run.plots / first:.0f} plots/s) = {hours:.1f} core hours"
    )


def line(way: str, workers: int, run: Run, runner: Runner, want: str | None) -> tuple[float, str]:
    """Measure twice and print a row; the faster seconds, and the digest."""
    times = []
    for _ in range(2):
        seconds, digest = run.measure(runner)
        require(want in (None, digest), f"{way}: another result")
        times.append(seconds)
    rate = run.plots / times[1]
    print(
        f"| {way} | {times[0]:.1f} | {times[1]:.1f} | {rate:.0f} | {rate / workers:.0f} "
        f"| {os.getloadavg()[0]:.1f} |", flush=True,
    )  # fmt: skip
    return times[1], digest


class Losing:
    """A runner whose cluster loses a worker when a fifth of the cells is done; once."""

    def __init__(self, runner: Runner, cluster: Standalone, run: Run) -> None:
        self.runner, self.cluster, self.of = runner, cluster, run
        self.lost = False

    def run(self, step: Any, items: list[dict[str, Any]], told: Any) -> list[dict[str, Any]]:
        """As the runner does, with one worker less from some time on."""
        if not self.lost:
            self.lost = True
            threading.Thread(target=self._lose, args=(len(items),), daemon=True).start()
        return self.runner.run(step, items, told)

    def stop(self) -> None:
        """Leave the cluster."""
        self.runner.stop()

    def _lose(self, number: int) -> None:
        areas = self.of.job.folder / "areas"
        while len(list(areas.glob("*/_done.json"))) < number / 5:
            time.sleep(0.01)
        self.cluster.lose(0)
        done = len(list(areas.glob("*/_done.json")))
        print(f"worker killed when {done} of {number} cells were done", flush=True)


def one_machine(run: Run) -> str:
    """A digest of the rows of all files together, without cells, in this process."""
    plots = [read_source("地块", path, quiet, mend=True) for path in run.job.plots]
    layer = [read_source("图层", path, quiet, mend=True) for path in run.job.layer]
    kinds = [kind for source in layer for kind in source.texts("DLBM")]
    start = time.perf_counter()
    found = areas(
        np.concatenate([source.geometry for source in plots]),
        np.concatenate([source.geometry for source in layer]),
        kinds,
    )
    print(f"| one machine, no cells | – | {time.perf_counter() - start:.1f} | – | – | – |")
    digest = hashlib.sha256()
    for row in zip(found.category.tolist(), found.m2, strict=True):
        digest.update(repr(row).encode())
    return digest.hexdigest()


@contextlib.contextmanager
def ended(runner: Any) -> Iterator[Any]:
    """A runner that is stopped in the end."""
    try:
        yield runner
    finally:
        runner.stop()


def quiet(_: str) -> None:
    """Nobody listens."""


def require(holds: bool, message: str) -> None:
    """Speed of a wrong answer is of no interest."""
    if not holds:
        raise SystemExit(message)


if __name__ == "__main__":
    sys.exit(main())
