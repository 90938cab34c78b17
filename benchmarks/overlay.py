"""Speed of overlay and survey area beside what one would write with shapely and pyproj alone.

`python benchmarks/overlay.py [--size T|S] [--rounds N]` makes the seeded demo county in a temporary folder,
runs both ways in turns in this process, checks that they agree, and prints medians and ratios.
Processor time is taken, since both ways use one processor and a busy machine would blur the clock.
docs/performance.md keeps figures.
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
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyproj
import shapely
from numpy.typing import NDArray

from liangtian.geo.area import densified, survey_areas
from liangtian.geo.crs import resolve_crs, to_4490
from liangtian.geo.formats import read
from liangtian.geo.overlay import REMAINDER, areas
from liangtian.site.demo.generate import generate

Shapes = NDArray[np.object_]
Sums = dict[tuple[int, str], float]

PART_TOLERANCE_M2 = 0.02
"""Ours is levelled to whole 0.01 m² so that parts sum to the plot; the plain sums are not."""
GEODESIC_TOLERANCE = 2e-6
GEODESIC_NOISE_M2 = 0.05
"""Geodesics bend a little away from straight lines in degrees, and their area is noisy on small figures
(docs/algorithms/survey-area.md); both allowances are far below the 0.1 mu an office argues about."""


@dataclass(frozen=True)
class Ground:
    """Polygons in EPSG:4490 and the land class of each."""

    shapes: Shapes
    classes: list[str]


@dataclass(frozen=True)
class Race:
    """Processor seconds of each round, ours and the plain way, and the largest difference in m²."""

    title: str
    ours: list[float]
    plain: list[float]
    difference: float

    def line(self) -> str:
        """One row of the report."""
        ours, plain = statistics.median(self.ours), statistics.median(self.plain)
        return f"| {self.title} | {ours:.3f} | {plain:.3f} | {plain / ours:.2f} | {self.difference:.3f} |"


def main(argv: Sequence[str] | None = None) -> int:
    """Run every race and print the table."""
    parser = argparse.ArgumentParser(description="套合分析与椭球面积的速度比较")
    parser.add_argument("--size", choices=("T", "S"), default="S", help="示例县规模")
    parser.add_argument("--rounds", type=int, default=5, help="每种做法的次数")
    args = parser.parse_args(argv)
    with tempfile.TemporaryDirectory(prefix="liangtian-bench-") as folder:
        generate(Path(folder), args.size)
        newest = load(Path(folder) / "survey" / "DLTB_2025.gdb.zip", "DLBM")
        oldest = load(Path(folder) / "survey" / "DLTB_2023.gpkg", "DLBM")
        red = load(Path(folder) / "layers" / "STBHHX.shp.zip", "HXLX")
        patches = load(Path(folder) / "batches" / "WPTB_202601.shp.zip", "TBLX")
    races = [
        overlay_race("patches of a month × survey", patches, newest, args.rounds),
        overlay_race("survey 2025 × survey 2023", newest, oldest, args.rounds),
        overlay_race("survey 2025 × red lines", newest, red, args.rounds),
        area_race("area of the survey", newest, args.rounds),
    ]
    vertices = int(shapely.get_num_coordinates(red.shapes).max())
    print(
        f"size {args.size}: {len(patches.shapes)} patches, {len(newest.shapes)} survey polygons, "
        f"{len(red.shapes)} red lines of up to {vertices} vertices"
    )
    print(f"{machine()}; median of {args.rounds} rounds, in turns, one process")
    print()
    print("| work | ours, s | plain, s | plain / ours | largest difference, m² |")
    print("| --- | --- | --- | --- | --- |")
    for race in races:
        print(race.line())
    return 0


def load(path: Path, field: str) -> Ground:
    """A file of the county as the system stores it: EPSG:4490, long edges densified, valid."""
    layer = read(path).layers[0]
    w, s, e, n = shapely.total_bounds(layer.geometry).tolist()
    crs = resolve_crs(layer.crs, (w, s, e, n)).crs
    shapes = to_4490(densified(layer.geometry, crs), crs)
    broken = ~shapely.is_valid(shapes)
    shapes[broken] = shapely.make_valid(shapes[broken], method="structure", keep_collapsed=False)
    return Ground(shapes, [str(value) for value in layer.columns[field].tolist()])


def overlay_race(title: str, plots: Ground, layer: Ground, rounds: int) -> Race:
    """Areas by land class in each plot, by the product and by hand."""

    def ours() -> Sums:
        found = areas(plots.shapes, layer.shapes, layer.classes)
        rows = zip(found.plot.tolist(), found.category.tolist(), found.m2, strict=True)
        return {(plot, name): float(m2) for plot, name, m2 in rows if name != REMAINDER}

    def plain() -> Sums:
        tree = shapely.STRtree(layer.shapes)
        i, j = tree.query(plots.shapes, predicate="intersects")
        pieces = shapely.intersection(plots.shapes[i], layer.shapes[j])
        sums: Sums = {}
        for plot, row, m2 in zip(
            i.tolist(), j.tolist(), survey_areas(pieces).tolist(), strict=True
        ):
            key = plot, layer.classes[row]
            sums[key] = sums.get(key, 0.0) + m2
        return sums

    one, other, mine, theirs = in_turns(ours, plain, rounds)
    worst = max(abs(mine.get(key, 0.0) - theirs.get(key, 0.0)) for key in mine.keys() | theirs)
    require(worst <= PART_TOLERANCE_M2, f"{title}: parts differ by {worst:.4f} m²")
    return Race(title, one, other, worst)


def area_race(title: str, ground: Ground, rounds: int) -> Race:
    """Survey areas beside PROJ's geodesic areas, polygon by polygon."""
    geod = pyproj.Geod(a=6378137.0, rf=298.257222101)

    def ours() -> list[float]:
        found: list[float] = survey_areas(ground.shapes).tolist()
        return found

    def plain() -> list[float]:
        return [abs(geod.geometry_area_perimeter(shape)[0]) for shape in ground.shapes]

    one, other, mine, theirs = in_turns(ours, plain, rounds)
    difference = np.abs(np.array(mine) - np.array(theirs))
    allowed = GEODESIC_NOISE_M2 + GEODESIC_TOLERANCE * np.array(mine)
    require(bool((difference <= allowed).all()), f"{title}: differs by {difference.max():.4f} m²")
    return Race(title, one, other, float(difference.max()))


def in_turns(
    ours: Callable[[], Any], plain: Callable[[], Any], rounds: int
) -> tuple[list[float], list[float], Any, Any]:
    """Processor seconds of each, run alternately so that both meet the same machine, and the last results."""
    seconds: tuple[list[float], list[float]] = ([], [])
    results: list[Any] = [None, None]
    for turn in range(rounds):
        order = (0, 1) if turn % 2 == 0 else (1, 0)
        for which in order:
            start = time.process_time()
            results[which] = (ours, plain)[which]()
            seconds[which].append(time.process_time() - start)
    return *seconds, results[0], results[1]


def require(holds: bool, message: str) -> None:
    """Speed of a wrong answer is of no interest."""
    if not holds:
        raise SystemExit(message)


def machine() -> str:
    """What the figures were taken on."""
    versions = f"shapely {shapely.__version__}, GEOS {shapely.geos_version_string}"
    return f"Python {platform.python_version()}, {versions}, {os.cpu_count()} processors"


if __name__ == "__main__":
    sys.exit(main())
