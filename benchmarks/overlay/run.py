"""Races of the overlay engines and of the survey area over a seeded county.

`python benchmarks/overlay/run.py [--size T|S|M|L] [--rounds N] [--folder F] [--rivals]` lets every engine measure the same
patches with the same nine layers in turns in this process, refuses to print when their results differ, and prints
medians and ratios. `--folder` keeps the county for the next run; `--rivals` adds the engines of rivals.py;
`--vertices 53` makes the polygons as detailed as real ones; `--layers` and `--engines` choose. docs/performance.md keeps
figures.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import numpy as np
import pyproj
import shapely
from county import PATCHES, County, Shapes, county
from engines import ENGINES, Engine, OfficialPieces, Sums
from rivals import rivals

from liangtian.geo.area import survey_areas, survey_areas_of_wkb

TOLERANCE_M2 = 1e-3
"""Between engines in the same plane; GEOS rounds where it cuts."""
OFFICIAL_TOLERANCE_M2 = 0.1
"""The formula on pieces depends on where they were cut (docs/algorithms/overlay.md)."""
SAME_M2 = 1e-4
BASE = "kernel, 2 threads"
GEODESIC_TOLERANCE, GEODESIC_NOISE_M2 = 2e-6, 0.05
"""Geodesics bend a little away from straight lines in degrees, and their area is noisy on small figures."""


@dataclass
class Times:
    """Seconds of each round, by the clock and of the processors."""

    clock: list[float] = field(default_factory=list)
    busy: list[float] = field(default_factory=list)

    def of(self, work: Callable[[], object]) -> object:
        """Do the work and note what it took."""
        start, before = time.perf_counter(), time.process_time()
        result = work()
        self.busy.append(time.process_time() - before)
        self.clock.append(time.perf_counter() - start)
        return result

    def add(self, other: Times) -> None:
        """Take the rounds of another layer to those there are."""
        pairs = ((self.clock, other.clock), (self.busy, other.busy))
        for mine, theirs in pairs:
            mine[:] = [a + b for a, b in zip(mine or [0.0] * len(theirs), theirs, strict=True)]

    @property
    def medians(self) -> tuple[float, float]:
        return statistics.median(self.clock), statistics.median(self.busy)


def main(argv: Sequence[str] | None = None) -> int:
    """Run every race and print the tables."""
    parser = argparse.ArgumentParser(description="套合分析与椭球面积的速度比较")
    parser.add_argument("--size", choices=tuple(PATCHES), default="S", help="示例县规模")
    parser.add_argument("--rounds", type=int, default=5, help="每种做法的次数")
    parser.add_argument("--folder", type=Path, help="保留示例县数据的文件夹")
    parser.add_argument(
        "--rivals", action="store_true", help="加上 GeoPandas、DuckDB、SedonaDB、PostGIS"
    )
    parser.add_argument("--vertices", type=int, default=0, help="每个多边形平均顶点数的下限")
    parser.add_argument("--layers", nargs="*", help="只比较这些图层")
    parser.add_argument("--engines", nargs="*", help="只比较名称以此开头的做法，第一个总是本系统")
    args = parser.parse_args(argv)
    engines = (*ENGINES, *(rivals() if args.rivals else ()))
    if args.engines:
        engines = tuple(e for e in engines if e.name.startswith(("kernel", *args.engines)))
    with tempfile.TemporaryDirectory(prefix="liangtian-bench-") as scratch:
        ground = county(args.folder or Path(scratch), args.size, args.vertices)
    if args.layers:
        ground = County(ground.patches, {name: ground.layers[name] for name in args.layers})
    vertices = {
        k: int(shapely.get_num_coordinates(v.shapes).sum()) for k, v in ground.layers.items()
    }
    print(f"size {args.size}: {len(ground.patches)} patches; vertices: {vertices}")
    print(
        f"{machine()}; {args.rounds} rounds in turns, one process; load {os.getloadavg()[0]:.1f}\n"
    )
    overlays(ground, args.rounds, engines)
    survey_area(next(iter(ground.layers.values())).shapes, args.rounds)
    return 0


def overlays(ground: County, rounds: int, engines: tuple[Engine, ...]) -> None:
    """Every layer, engine by engine in turns."""
    ready = {engine.name: Times() for engine in engines}
    for engine in engines:
        ready[engine.name].of(partial(engine.prepare, ground))
    print(
        "| layer | engine | clock, s | × kernel | processor, s | × kernel | largest difference, m² |"
    )
    print("| --- | --- | --- | --- | --- | --- | --- |")
    every = {engine.name: Times() for engine in engines}
    farthest = dict.fromkeys(every, 0.0)
    for layer in ground.layers:
        times, worst = one_layer(layer, rounds, engines)
        table(layer, times, worst)
        for name, taken in times.items():
            every[name].add(taken)
            farthest[name] = max(farthest[name], worst[name])
    if len(ground.layers) > 1:
        table(f"all {len(ground.layers)} layers", every, farthest)
    print(
        "\nPreparing all layers once: "
        + "; ".join(f"{n} {t.clock[0]:.1f} s" for n, t in ready.items())
    )


def one_layer(
    layer: str, rounds: int, engines: tuple[Engine, ...]
) -> tuple[dict[str, Times], dict[str, float]]:
    """Times of each engine on a layer, and by how much it differs from the kernel."""
    times = {engine.name: Times() for engine in engines}
    worst = dict.fromkeys(times, 0.0)
    for engine in engines:
        engine.run(layer)  # compiled, and pages touched
    for turn in range(rounds):
        first: Sums | None = None
        for engine in engines if turn % 2 == 0 else (engines[0], *engines[:0:-1]):
            found = np.asarray(times[engine.name].of(partial(engine.run, layer)))
            first = found if first is None else first
            worst[engine.name] = max(worst[engine.name], difference(engine, layer, found, first))
    return times, worst


def table(layer: str, times: dict[str, Times], worst: dict[str, float]) -> None:
    """One row per engine, as often as the kernel on two threads."""
    clock, busy = times[BASE].medians
    for name, taken in times.items():
        c, b = taken.medians
        told = f"{c:.3f} | {c / clock:.1f} | {b:.3f} | {b / busy:.1f} | {worst[name]:.1e}"
        print(f"| {layer} | {name} | {told} |", flush=True)


def difference(engine: Engine, layer: str, found: Sums, first: Sums) -> float:
    """The largest difference in m²; of a wrong answer the speed is of no interest."""
    allowed = OFFICIAL_TOLERANCE_M2 if isinstance(engine, OfficialPieces) else TOLERANCE_M2
    worst = float(np.abs(found - first).max())
    if worst > allowed:
        raise SystemExit(f"{engine.name}, {layer}: differs by {worst:.4f} m²")
    return worst


def survey_area(shapes: Shapes, rounds: int) -> None:
    """The survey's formula beside PROJ's geodesics, polygon by polygon; both begin with what is stored."""
    geod = pyproj.Geod(a=6378137.0, rf=298.257222101)
    stored = shapely.to_wkb(shapes, byte_order=1).tolist()
    ours, held, plain = Times(), Times(), Times()
    mine, same = survey_areas_of_wkb(stored), survey_areas(shapes)
    if np.abs(mine - same).max() > SAME_M2:
        raise SystemExit(f"survey area: WKB differs by {np.abs(mine - same).max():.4f} m²")
    for _ in range(rounds):
        ours.of(lambda: survey_areas_of_wkb(stored))
        held.of(lambda: survey_areas(shapes))
        theirs = plain.of(
            lambda: [abs(geod.geometry_area_perimeter(s)[0]) for s in shapely.from_wkb(stored)]
        )
    apart = np.abs(mine - np.asarray(theirs))
    if (apart > GEODESIC_NOISE_M2 + GEODESIC_TOLERANCE * mine).any():
        raise SystemExit(f"survey area: differs by {apart.max():.4f} m²")
    (clock, busy), base = plain.medians, ours.medians
    print(f"\nSurvey area of {len(shapes)} polygons stored as WKB, s by the clock, of processors:")
    print(f"- ours: {base[0]:.3f}, {base[1]:.3f}")
    print(f"- ours, of geometry objects: {held.medians[0]:.3f}, {held.medians[1]:.3f}")
    print(f"- Geod.geometry_area_perimeter: {clock:.3f}, {busy:.3f}", end="")
    print(f": {clock / base[0]:.0f} times, {busy / base[1]:.0f} times")


def machine() -> str:
    """What the figures were taken on."""
    versions = f"shapely {shapely.__version__}, GEOS {shapely.geos_version_string}"
    return f"Python {platform.python_version()}, {versions}, {os.cpu_count()} processors"


if __name__ == "__main__":
    sys.exit(main())
