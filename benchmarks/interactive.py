"""Draw a polygon, see all layers: the whole request, from the browser's JSON to the answer's bytes.

    python benchmarks/overlay/stored.py --size M --data DIR
    python benchmarks/interactive.py --data DIR [--polygons 200]

asks `POST /api/sketches/analysis` for seeded polygons all over the county against the newest published version of every
layer, as the county's clerk, through middleware, session and API. "Cold" is the first answer of a process that has
opened no layer; each polygon is then asked twice, and the first of the two has pages not yet touched.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import shapely

SEED = 20_260_102
_METRES_PER_DEGREE = 111_000.0


def main(argv: Sequence[str] | None = None) -> int:
    """Ask and print median and 95th percentile."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--data", type=Path, required=True, help="data folder that stored.py filled"
    )
    parser.add_argument("--polygons", type=int, default=200)
    parser.add_argument(
        "--every-version", action="store_true", help="not only the newest of each layer"
    )
    args = parser.parse_args(argv)
    sys.path.insert(0, str(Path(__file__).parent / "overlay"))
    from stored import opened

    opened(args.data)
    client, versions, bounds = _ready(args.every_version)
    print(
        f"{len(versions)} layer versions, {args.polygons} polygons, load {os.getloadavg()[0]:.1f}"
    )
    print(
        "| polygons | answers | median, ms | p95, ms | longest, ms | lines |\n| --- | --- | --- | --- | --- | --- |"
    )
    first = _ask(client, _drawn(bounds, 1, 99.0)[0], versions)
    print(f"| cold, the first answer of the process | 1 | {first[0]:.0f} | | | {first[1]} |")
    for name, radius in (("30 to 300 m across", 50.0), ("300 m to 3 km across", 500.0)):
        polygons = _drawn(bounds, args.polygons, radius)
        for which in ("first time", "again"):
            found = [_ask(client, polygon, versions) for polygon in polygons]
            spent = sorted(ms for ms, _ in found)
            p95 = spent[int(0.95 * (len(spent) - 1))]
            print(
                f"| {name}, {which} | {len(spent)} | {statistics.median(spent):.1f} | {p95:.1f} | {spent[-1]:.1f} | {sum(n for _, n in found)} |",
                flush=True,
            )
    return 0


def _ready(every: bool) -> tuple[Any, list[int], tuple[float, ...]]:
    from django.test import Client
    from django.utils import timezone

    from liangtian.platform.layers.models import LayerVersion
    from liangtian.platform.layers.queries import published_version
    from liangtian.platform.people.models import User

    clerk = User.objects.filter(roles__code="county_clerk").order_by("pk")[0]
    client = Client(headers={"host": "127.0.0.1"})
    client.force_login(clerk)
    published = LayerVersion.objects.filter(status="published").select_related("layer")
    versions = list(published.order_by("layer__position", "-valid_from"))
    if not every:
        newest = {published_version(one.layer.code, timezone.localdate()) for one in versions}
        versions = [one for one in versions if one in newest]
    survey = next(one for one in versions if one.layer.code == "dltb")
    return client, [one.pk for one in versions], tuple(survey.bounds)


def _drawn(bounds: tuple[float, ...], number: int, radius: float) -> list[Any]:
    """Polygons of 4 to 30 corners around places all over the county, radii spread around `radius` metres."""
    rng = np.random.default_rng(SEED)
    west, south, east, north = bounds
    made: list[Any] = []
    while len(made) < number:
        lon = rng.uniform(west + 0.1 * (east - west), east - 0.1 * (east - west))
        lat = rng.uniform(south + 0.1 * (north - south), north - 0.1 * (north - south))
        corners = int(rng.integers(4, 31))
        angles = np.linspace(0, 2 * np.pi, corners, endpoint=False)
        size = radius * rng.lognormal(0, 0.5) / _METRES_PER_DEGREE
        far = size * (1 + rng.uniform(-0.25, 0.25, corners))
        xy = np.column_stack([lon + far * np.cos(angles) / np.cos(np.radians(lat)), lat + far * np.sin(angles)])  # fmt: skip
        polygon = shapely.Polygon(np.round(xy, 7))
        if polygon.is_valid:
            made.append(json.loads(shapely.to_geojson(polygon)))
    return made


def _ask(client: Any, polygon: Any, versions: list[int]) -> tuple[float, int]:
    """Milliseconds, and the lines of the answer."""
    body = json.dumps({"geometry": polygon, "versions": versions})
    started = time.perf_counter()
    answer = client.post("/api/sketches/analysis", body, content_type="application/json")
    spent = (time.perf_counter() - started) * 1000
    assert answer.status_code == 200, answer.content
    tables = answer.json()["tables"]
    assert len(tables) == len(versions)
    area = answer.json()["area_m2"]
    for table in tables:
        assert abs(sum(line["m2"] for line in table["lines"]) - area) < 0.005, table
    return spent, sum(len(table["lines"]) for table in tables)


if __name__ == "__main__":
    raise SystemExit(main())
