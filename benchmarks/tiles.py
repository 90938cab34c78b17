"""Tiles of a layer of 400 000 polygons: how long cold and warm ones take, and how big they are.

`python benchmarks/tiles.py` uses a database of its own in a temporary folder;
`python tools/postgres.py python benchmarks/tiles.py` does the same on PostgreSQL. `--keep FOLDER` leaves the
data for `benchmarks/frames.py`.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import shapely

SIDE = 640  # plots along one side of the made-up county
STEP = 95.0  # metres: a plot covers about nine tenths of a hectare
CORNERS = 8  # extra corners per border, so that plots are as fringed as surveyed ones
WEST, SOUTH = 113.0, 34.0
CLASSES = ("0101", "0102", "0103", "0201", "0301", "0404", "0702", "1006", "1104", "1202")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--side", type=int, default=SIDE, help="plots along one side (640: 409 600)"
    )
    parser.add_argument("--tiles", type=int, default=12, help="tiles per zoom")
    parser.add_argument("--keep", type=Path, help="make the data here and keep it")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="liangtian-bench-") as scratch:
        folder = args.keep or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        os.environ["LIANGTIAN_DATA"] = str(folder)
        from liangtian.site import runtime

        runtime.start_django()
        runtime.migrate()
        client, version = _county(args.side)
        _measure(client, version, args.tiles)


def _county(side: int) -> tuple[Any, Any]:
    """A clerk's client and the version filled straight into the table, as fast as rows go in."""
    from django.conf import settings
    from django.test import Client
    from django.utils import timezone

    from liangtian.platform.files.models import StoredFile
    from liangtian.platform.layers.models import Layer, LayerVersion
    from liangtian.platform.people.models import Role, User
    from liangtian.platform.regions.models import Region

    settings.ALLOWED_HOSTS = ["testserver"]
    plots = _plots(side)
    bounds = shapely.total_bounds(plots).tolist()
    region: Any = None
    for code, level in (("99", "province"), ("9901", "prefecture"), ("990121", "county")):
        region, _ = Region.objects.get_or_create(
            code=code, defaults={"name": "大县", "level": level, "parent": region, "pinyin": "",
                                 "geom": shapely.box(*bounds) if level == "county" else None},
        )  # fmt: skip
    user = User.objects.filter(username="bench").first()
    if user is None:
        user = User.objects.create_user("bench", "Liangtian-2026", name="测试员", region=region)
        user.roles.add(Role.objects.get(code="county_clerk"))
    file, _ = StoredFile.objects.get_or_create(
        sha256="0" * 64,
        defaults={"name": "made.gpkg", "size": 1, "content_type": "application/octet-stream",
                  "kind": "layer", "created_by": user, "region": region},
    )  # fmt: skip
    version = LayerVersion.objects.filter(label="四十万").first()
    if version is None:
        version = LayerVersion.objects.create(
            layer=Layer.objects.get(code="dltb"), label="四十万", region=region, source_file=file,
            valid_from=date(2025, 12, 31), created_by=user,
        )  # fmt: skip
        started = time.perf_counter()
        _fill(version, plots)
        version.feature_count, version.bounds, version.status = len(plots), bounds, "published"
        version.published_by, version.published_at = user, timezone.now()
        version.save()
        print(f"{len(plots):,} plots in {time.perf_counter() - started:.0f} s")
    client = Client()
    client.force_login(user)
    return client, version


def _plots(side: int) -> Any:
    """A net of fringed quadrilaterals without gaps: corners moved, borders shared, in degrees."""
    rng = np.random.default_rng(20260101)
    n = side + 1
    across, up = STEP / 92_300, STEP / 110_900
    x, y = np.meshgrid(np.arange(n) * across + WEST, np.arange(n) * up + SOUTH)
    x += rng.uniform(-0.35, 0.35, x.shape) * across
    y += rng.uniform(-0.35, 0.35, y.shape) * up
    corners = np.stack([x, y], axis=-1)

    def fringed(a: Any, b: Any) -> Any:
        t = np.linspace(0, 1, CORNERS + 1)[:-1, None]
        line = a[..., None, :] * (1 - t) + b[..., None, :] * t
        line[..., 1:, :] += rng.uniform(-0.03, 0.03, line[..., 1:, :].shape) * (across, up)
        return line

    flat = fringed(corners[:, :-1], corners[:, 1:])  # west to east, (n, side, CORNERS, 2)
    steep = fringed(corners[:-1, :], corners[1:, :])  # south to north, (side, n, CORNERS, 2)
    ends = corners[1:, 1:, None, :]
    ring = np.concatenate(
        [
            flat[:-1], steep[:, 1:], ends, flat[1:, :, :0:-1],
            corners[1:, :-1, None, :], steep[:, :-1, :0:-1], corners[:-1, :-1, None, :],
        ],
        axis=2,
    )  # fmt: skip
    return shapely.polygons(ring.reshape(side * side, -1, 2))


def _fill(version: Any, plots: Any) -> None:
    from django.db import transaction

    from liangtian.geo.area import round_m2, survey_areas
    from liangtian.platform.layers.models import Feature

    areas = survey_areas(plots).tolist()
    wkb = shapely.to_wkb(shapely.multipolygons(plots, indices=np.arange(len(plots))))
    kinds = np.random.default_rng(7).choice(CLASSES, len(plots)).tolist()
    for start in range(0, len(plots), 10_000):
        with transaction.atomic():
            Feature.objects.bulk_create(
                Feature(
                    version=version, row=i + 1, fid=str(i), category=kinds[i], title=str(i),
                    area_m2=round_m2(areas[i]), geom=wkb[i],
                    attributes={"DLBM": kinds[i], "TBBH": str(i)},
                )
                for i in range(start, min(start + 10_000, len(plots)))
            )  # fmt: skip


def _measure(client: Any, version: Any, number: int) -> None:
    from django.db import connection

    from liangtian.platform.layers.tiles import _covering, grid_zoom, layer_tile, low_tiles

    started = time.perf_counter()
    low = list(low_tiles(version))
    for z, x, y in low:
        layer_tile(version, None, z, x, y)
    spent = time.perf_counter() - started
    print(f"{connection.vendor}: grid up to zoom {grid_zoom(version)}; ", end="")
    print(f"the job makes {len(low)} low tiles in {spent:.1f} s")
    print(
        "| zoom | tiles | cold p50, ms | cold p95, ms | size p50, KB | largest, KB | warm p50, ms | 304 p50, ms |"
    )
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    rng = np.random.default_rng(1)
    for z in range(7, 19):
        every = list(_covering(tuple(version.bounds), z))
        chosen = [every[i] for i in rng.permutation(len(every))[:number].tolist()]
        print(_row(client, version, z, chosen), flush=True)


def _row(client: Any, version: Any, z: int, tiles: list[tuple[int, int, int]]) -> str:
    """One line of the table. "Cold" is drawn anew; grids that the job has left are there, as in use."""
    from liangtian.platform.layers.tiles import _draw

    cold, warm, asked, sizes = [], [], [], []
    for place in tiles:
        started = time.perf_counter()
        data = _draw(version, None, *place)
        cold.append(time.perf_counter() - started)
        sizes.append(len(data) / 1024)
        url = "/api/layers/versions/{}/tiles/{}/{}/{}.mvt".format(version.pk, *place)
        etag = client.get(url)["ETag"]
        started = time.perf_counter()
        client.get(url)
        warm.append(time.perf_counter() - started)
        started = time.perf_counter()
        answer = client.get(url, headers={"If-None-Match": etag})
        asked.append(time.perf_counter() - started)
        assert answer.status_code == 304, answer.status_code

    def ms(values: list[float], share: float = 0.5) -> str:
        return f"{1000 * float(np.quantile(values, share)):.0f}"

    return (
        f"| {z} | {len(tiles)} | {ms(cold)} | {ms(cold, 0.95)} | {statistics.median(sizes):.0f} "
        f"| {max(sizes):.0f} | {ms(warm)} | {ms(asked)} |"
    )


if __name__ == "__main__":
    main()
