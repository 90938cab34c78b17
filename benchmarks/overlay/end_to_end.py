"""From stored plots to stored areas: this system, GeoPandas, and SQL in PostGIS, each with its own tables.

    python benchmarks/overlay/end_to_end.py --size S --data DIR                                   # SQLite and GeoPandas
    python tools/postgres.py python benchmarks/overlay/end_to_end.py --size S --data DIR --files DIR/demo  # PostgreSQL too

Plots are the newest survey, layers the oldest survey, basic farmland and planning. What is timed, in turns: reading
the plots, overlaying, and writing one row per plot, layer and category; for this system also finding each plot's village,
the rows of what lies outside, indices and sums by region, as a run of many layers does. Everybody has prepared before:
layers indexed, the rivals' figures in an equal-area plane and analysed. It stops when a stored area differs by more than 0.02 m².
Needs geopandas (`pip install -r benchmarks/overlay/requirements.txt`).
"""

from __future__ import annotations

import argparse
import os
import sqlite3
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from engines import in_plane
from rivals import POSTGRES
from stored import filled, opened


@dataclass
class Times:
    """Seconds of each round, by the clock and of this process's threads (not of a database server)."""

    clock: list[float] = field(default_factory=list)
    busy: list[float] = field(default_factory=list)

    @property
    def medians(self) -> tuple[float, float]:
        return statistics.median(self.clock), statistics.median(self.busy)


TOLERANCE_M2 = 0.02
"""Areas are kept to 0.01 m² and closed to the plot."""
Rows = dict[tuple[int, int, str], float]  # plot, layer version, category


def main(argv: Sequence[str] | None = None) -> int:
    """Race and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", default="S", choices="TSML")
    parser.add_argument("--data", type=Path, required=True, help="data folder, kept")
    parser.add_argument("--files", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--without", action="append", default=[], help="leave one out, by name")
    args = parser.parse_args(argv)
    opened(args.data)
    clerk = filled(args.files or args.data / "demo", args.size)
    sides = _sides(clerk, args.data, args.without)
    spent: dict[str, Times] = {name: Times() for name in sides}
    for _ in range(args.rounds):
        answers = {name: _timed(side, spent[name]) for name, side in sides.items()}
        names = list(answers)
        for name in names[1:]:
            _compare(names[0], answers[names[0]], name, answers[name])
    rows = len(answers[names[0]])
    print(f"{rows} areas inside layers, load {os.getloadavg()[0]:.1f}")
    print("| way | seconds, median | × | processor seconds of this process | × |")
    print("| --- | --- | --- | --- | --- |")
    best = spent[names[0]].medians
    for name, times in spent.items():
        clock, busy = times.medians
        print(
            f"| {name} | {clock:.1f} | {clock / best[0]:.1f} | {busy:.1f} | {busy / best[1]:.1f} |"
        )
    return 0


def _timed(side: Callable[[], Callable[[], Rows]], spent: Times) -> Rows:
    started, before = time.perf_counter(), time.process_time()
    read_back = side()
    spent.busy.append(time.process_time() - before)
    spent.clock.append(time.perf_counter() - started)
    return read_back()


def _compare(name: str, one: Rows, other_name: str, other: Rows) -> None:
    worst = max(
        (abs(one.get(key, 0.0) - other.get(key, 0.0)), key) for key in one.keys() | other.keys()
    )
    if worst[0] > TOLERANCE_M2:
        sys.exit(f"{name} and {other_name} differ by {worst[0]:.3f} m² at {worst[1]}")


def _sides(
    clerk: Any, data: Path, without: list[str]
) -> dict[str, Callable[[], Callable[[], Rows]]]:
    from liangtian.geo.overlay.equal_area import plane_around
    from liangtian.platform.layers.models import LayerVersion
    from liangtian.platform.layers.queries import features_in

    def version(code: str, order: str) -> Any:
        return LayerVersion.objects.filter(layer__code=code).order_by(order)[0]

    plots = version("dltb", "-valid_from")
    layers = [
        version("dltb", "valid_from"),
        version("pbf", "-valid_from"),
        version("planning", "-valid_from"),
    ]
    database = "PostgreSQL" if os.environ.get(POSTGRES) else "SQLite"
    sides: dict[str, Any] = {f"run of many layers, {database}": lambda: _ours(clerk, plots, layers)}
    plane = plane_around(features_in(plots).geoms)
    figures = {one.pk: _figures(one, plane) for one in (plots, *layers)}
    if "geopandas" not in without:
        _to_files(data, figures)
        sides["GeoPandas, GeoPackage to GeoPackage"] = lambda: _geopandas(data, plots, layers)
    if os.environ.get(POSTGRES) and "postgis" not in without:
        _to_tables(figures)
        sides["PostGIS, SQL from table to table"] = lambda: _postgis(plots, layers)
    return sides


def _figures(version: Any, plane: Any) -> tuple[Any, list[int], list[str]]:
    """Figures in an equal-area plane, ids, categories."""
    from liangtian.platform.layers.queries import features_in

    found = features_in(version)
    return in_plane(found.geoms, plane), found.ids.tolist(), found.categories.tolist()


def _ours(clerk: Any, plots: Any, layers: list[Any]) -> Callable[[], Rows]:
    from django.utils import timezone

    from liangtian.platform.jobs.models import Job
    from liangtian.platform.jobs.services import run_job
    from liangtian.platform.overlays.models import Part, Run
    from liangtian.platform.overlays.services import Wanted, start

    wanted = Wanted("layer", plots.pk, [one.pk for one in layers], timezone.localdate())
    made = start(clerk, wanted)
    job = Job.objects.get(target=f"overlays.run:{made.pk}")
    run_job.call(str(job.pk))
    made = Run.objects.get(pk=made.pk)
    assert made.done_at is not None, Job.objects.get(pk=job.pk).error

    def read() -> Rows:
        rows = Part.objects.filter(plot__run=made).exclude(category="").order_by()
        names = ("plot__key", "layer__version_id", "category", "m2")
        return {(k, v, c): float(m2) for k, v, c, m2 in rows.values_list(*names).iterator(50_000)}

    return read


def _to_files(data: Path, figures: dict[int, Any]) -> None:
    import geopandas

    for pk, (shapes, ids, categories) in figures.items():
        path = data / f"bench-{pk}.gpkg"
        if not path.exists():
            frame = geopandas.GeoDataFrame(
                {"key": ids, "category": categories}, geometry=list(shapes)
            )
            frame.to_file(path, driver="GPKG")


def _geopandas(data: Path, plots: Any, layers: list[Any]) -> Callable[[], Rows]:
    """As people do it: read both, overlay, group, write."""
    import geopandas
    import pandas

    mine = geopandas.read_file(data / f"bench-{plots.pk}.gpkg")[["key", "geometry"]]
    out = []
    for layer in layers:
        theirs = geopandas.read_file(data / f"bench-{layer.pk}.gpkg")[["category", "geometry"]]
        met = geopandas.overlay(mine, theirs, how="intersection", keep_geom_type=True)
        met["m2"] = met.geometry.area
        summed = met.groupby(["key", "category"], as_index=False)["m2"].sum()
        out.append(summed.assign(layer=layer.pk, m2=summed["m2"].round(2)))
    target = data / "bench-areas.gpkg"
    target.unlink(missing_ok=True)
    with sqlite3.connect(target) as connection:
        pandas.concat(out).to_sql("areas", connection, index=False, chunksize=10_000)

    def read() -> Rows:
        with sqlite3.connect(target) as connection:
            rows = connection.execute("SELECT key, layer, category, m2 FROM areas WHERE m2 > 0")
            return {(k, v, c): m2 for k, v, c, m2 in rows}

    return read


def _to_tables(figures: dict[int, Any]) -> None:
    import psycopg
    import shapely

    with psycopg.connect(os.environ[POSTGRES], autocommit=True) as connection:
        for pk, (shapes, ids, categories) in figures.items():
            connection.execute(f"DROP TABLE IF EXISTS bench_{pk}")
            connection.execute(
                f"CREATE TABLE bench_{pk} (key bigint, category text, geom geometry)"
            )
            with connection.cursor().copy(f"COPY bench_{pk} FROM STDIN") as copy:
                for row in zip(ids, categories, shapely.to_wkb(shapes, hex=True), strict=True):
                    copy.write_row(row)
            connection.execute(f"CREATE INDEX ON bench_{pk} USING gist (geom)")
            connection.execute(f"VACUUM ANALYZE bench_{pk}")


def _postgis(plots: Any, layers: list[Any]) -> Callable[[], Rows]:
    """One INSERT … SELECT for each layer, with two parallel workers where the planner wants them."""
    import psycopg

    url = os.environ[POSTGRES]
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SET max_parallel_workers_per_gather = 2")
        connection.execute("SET work_mem = '256MB'")
        connection.execute("DROP TABLE IF EXISTS bench_areas")
        connection.execute(
            "CREATE TABLE bench_areas (key bigint, layer int, category text, m2 numeric(15,2))"
        )
        for layer in layers:
            # A table of its own, since only then the query may run in parallel.
            connection.execute(
                "CREATE TABLE bench_part AS SELECT p.key, l.category,"
                " SUM(ST_Area(ST_Intersection(p.geom, l.geom))) AS m2"
                f" FROM bench_{plots.pk} p JOIN bench_{layer.pk} l ON ST_Intersects(p.geom, l.geom)"
                " GROUP BY p.key, l.category"
            )
            connection.execute(
                f"INSERT INTO bench_areas SELECT key, {layer.pk}, category, m2 FROM bench_part"
            )
            connection.execute("DROP TABLE bench_part")

    def read() -> Rows:
        with psycopg.connect(url) as connection:
            rows = connection.execute(
                "SELECT key, layer, category, m2 FROM bench_areas WHERE m2 > 0"
            )
            return {(k, v, c): float(m2) for k, v, c, m2 in rows}

    return read


if __name__ == "__main__":
    raise SystemExit(main())
