"""Where the kernel's time goes, and how far it is from the least a machine needs: reading the coordinates once.

`python benchmarks/overlay/limits.py [--size T|S|M|L] [--folder F] [--rounds N]`: processor seconds on one thread, the
best of the rounds, for the survey layer; and how many pairs of segments there are, overlap in x, and cross boxes.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from county import PATCHES, county

from liangtian.geo.compiled import compiled, vectorised
from liangtian.geo.overlay.chains import Chains, Floats, Ints, chains_of
from liangtian.geo.overlay.equal_area import plane_around, projected
from liangtian.geo.overlay.index import Tree, boxes_of, meeting
from liangtian.geo.overlay.kernel import Indexed, indexed, looked_at, shared_areas
from liangtian.geo.overlay.lanes import loaded, room_for_lanes


def main(argv: Sequence[str] | None = None) -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description="套合分析各步骤的耗时")
    parser.add_argument("--size", choices=tuple(PATCHES), default="S", help="示例县规模")
    parser.add_argument("--folder", type=Path, required=True, help="示例县数据的文件夹")
    parser.add_argument("--rounds", type=int, default=9, help="每一步的次数")
    parser.add_argument("--vertices", type=int, default=0, help="每个多边形平均顶点数的下限")
    args = parser.parse_args(argv)
    ground = county(args.folder, args.size, args.vertices)
    plane = plane_around(ground.patches)
    plots = projected(chains_of(ground.patches), plane)
    figures = indexed(projected(chains_of(ground.layers["survey"].shapes), plane))
    looked, boxes = looked_at(plots), boxes_of(plots)
    hits, owners = _hits(boxes, figures.tree)
    least = int(plots.sizes().max()) + 1
    steps: dict[str, Callable[[], object]] = {
        "looking at the plots, once for all layers": lambda: looked_at(plots),
        "all else": lambda: shared_areas(looked, figures, threads=1),
        "finding what plots meet": lambda: _hits(boxes, figures.tree),
        "laying out plots": lambda: _load(plots, boxes, least),
        "one pass over the coordinates met": lambda: _pass(hits, figures.pieces),
    }
    print("| step | processor, s |\n| --- | --- |")
    for name, step in steps.items():
        print(f"| {name} | {_best(step, args.rounds):.3f} |")
    told = _counted(hits, owners, boxes, plots, figures)
    print(
        "\npieces met, their segments, segments near the plot, pairs of those with the plot's segments,"
    )
    print(
        "of them overlapping in x, and in y too:", ", ".join(f"{n:,}" for n in [len(hits), *told])
    )
    return 0


def _best(step: Callable[[], object], rounds: int) -> float:
    step()
    taken = []
    for _ in range(rounds):
        before = time.process_time()
        step()
        taken.append(time.process_time() - before)
    return min(taken)


@compiled
def _hits(boxes: Floats, tree: Tree) -> tuple[Ints, Ints]:
    found, waiting, number = np.empty(256, np.int64), np.empty(256, np.int64), 0
    hits, owners = np.empty(64 * len(boxes), np.int64), np.empty(64 * len(boxes), np.int64)
    for p in range(len(boxes)):
        here, found, waiting = meeting(tree.boxes, tree.level, boxes[p], found, waiting)
        for k in range(min(here, len(hits) - number)):
            hits[number], owners[number] = found[k], p
            number += 1
    return hits[:number], owners[:number]


@compiled
def _load(plots: Chains, boxes: Floats, most: int) -> float:
    lanes, total = room_for_lanes(most), 0.0
    for p in range(len(boxes)):
        first, last = plots.figure[p], plots.figure[p + 1]
        total += loaded(plots.x, plots.y, plots.ring, first, last, boxes[p], lanes).area
    return total


@compiled
def _pass(hits: Ints, pieces: Chains) -> float:
    total = 0.0
    for q in hits:
        first, last = pieces.ring[pieces.figure[q]], pieces.ring[pieces.figure[q + 1]]
        total += _sum(pieces.x[first:last], pieces.y[first:last])
    return total


@vectorised
def _sum(x: Floats, y: Floats) -> float:
    total = 0.0
    for i in range(len(x)):
        total += x[i] + y[i]
    return total


@compiled
def _counted(
    hits: Ints, owners: Ints, boxes: Floats, plots: Chains, figures: Indexed
) -> tuple[int, int, int, int, int]:
    segments, near, pairs, beside, across = 0, 0, 0, 0, 0
    x, y, px, py = figures.pieces.x, figures.pieces.y, plots.x, plots.y
    for h in range(len(hits)):
        q, p, box = hits[h], owners[h], boxes[owners[h]]
        for r in range(figures.pieces.figure[q], figures.pieces.figure[q + 1]):
            for i in range(figures.pieces.ring[r], figures.pieces.ring[r + 1] - 1):
                segments += 1
                west, east = min(x[i], x[i + 1]), max(x[i], x[i + 1])
                south, north = min(y[i], y[i + 1]), max(y[i], y[i + 1])
                if east <= box[0] or west >= box[2] or north <= box[1] or south >= box[3]:
                    continue
                near += 1
                for s in range(plots.figure[p], plots.figure[p + 1]):
                    for k in range(plots.ring[s], plots.ring[s + 1] - 1):
                        pairs += 1
                        if max(px[k], px[k + 1]) > west and min(px[k], px[k + 1]) < east:
                            beside += 1
                            if max(py[k], py[k + 1]) > south and min(py[k], py[k + 1]) < north:
                                across += 1
    return segments, near, pairs, beside, across


if __name__ == "__main__":
    sys.exit(main())
