"""From stored plots to stored areas: this system, GeoPandas, and SQL in PostGIS, each with its own tables.

    python benchmarks/overlay/end_to_end.py --size S --data DIR                                   # SQLite and GeoPandas
    python tools/postgres.py python benchmarks/overlay/end_to_end.py --size S --data DIR --files DIR/demo  # PostgreSQL too

Plots are the newest survey, layers the oldest survey, basic farmland and planning. What is timed, in turns, is what a run
of many layers does: reading the plots, finding the village with each one's largest part, overlaying, and storing a row per
plot with its village, a row per plot, layer and category, what lies outside included, and the sums by village, layer and
category. This system also checks that every plot is valid, keeps constraints and indices, and closes the rows of a plot
to its official area. Everybody has prepared before: layers indexed, the rivals' figures in an equal-area plane and
analysed. It stops when a stored area differs by more than 0.02 m².
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


VILLAGES = 0
"""In the place of a layer's number."""
NOTHING_M2 = 0.005
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
    print(f"{rows} areas, load {os.getloadavg()[0]:.1f}")
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
    figures = {one.pk: _figures(one, plane) for one in (plots, *layers)} | {
        VILLAGES: _villages(plane)
    }
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


def _villages(plane: Any) -> tuple[Any, list[int], list[str]]:
    """The villages in that plane."""
    import numpy as np

    from liangtian.platform.regions.models import Region

    found = list(Region.objects.filter(level="village").exclude(geom=None))
    shapes = np.empty(len(found), dtype=object)
    shapes[:] = [one.geom for one in found]
    return in_plane(shapes, plane), list(range(len(found))), [one.code for one in found]


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
        rows = Part.objects.filter(plot__run=made).order_by()
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

    def met(pk: int) -> Any:
        theirs = geopandas.read_file(data / f"bench-{pk}.gpkg")[["category", "geometry"]]
        found = geopandas.overlay(mine, theirs, how="intersection", keep_geom_type=True)
        found["m2"] = found.geometry.area
        return found.groupby(["key", "category"], as_index=False)["m2"].sum()

    mine = geopandas.read_file(data / f"bench-{plots.pk}.gpkg")[["key", "geometry"]]
    largest = met(VILLAGES).sort_values("m2").groupby("key")["category"].last()
    whole = pandas.DataFrame({"key": mine["key"], "m2": mine.geometry.area})
    whole["village"] = whole["key"].map(largest)
    out = []
    for layer in layers:
        inside = met(layer.pk)
        rest = whole.set_index("key")["m2"].sub(inside.groupby("key")["m2"].sum(), fill_value=0)
        outside = rest.rename("m2").reset_index().assign(category="")
        out.append(
            pandas.concat([inside, outside[outside["m2"] >= NOTHING_M2]]).assign(layer=layer.pk)
        )
    parts = pandas.concat(out)
    parts["m2"] = parts["m2"].round(2)
    parts["village"] = parts["key"].map(largest)
    totals = parts.groupby(["village", "layer", "category"], as_index=False)["m2"].sum()
    target = data / "bench-areas.gpkg"
    target.unlink(missing_ok=True)
    with sqlite3.connect(target) as connection:
        for name, frame in {"plots": whole, "areas": parts, "totals": totals}.items():
            frame.to_sql(name, connection, index=False, chunksize=10_000)

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
    """SQL from table to table, with two parallel workers where the planner wants them."""
    import psycopg

    url, mine = os.environ[POSTGRES], f"bench_{plots.pk}"

    def met(layer: int) -> str:
        return (
            "SELECT p.key, l.category, SUM(ST_Area(ST_Intersection(p.geom, l.geom))) AS m2"
            f" FROM {mine} p JOIN bench_{layer} l ON ST_Intersects(p.geom, l.geom) GROUP BY p.key, l.category"
        )

    with psycopg.connect(url, autocommit=True) as connection:

        def made(name: str, query: str) -> None:
            # A table of its own for each, since only then the query may run in parallel.
            connection.execute(f"DROP TABLE IF EXISTS {name}")
            connection.execute(f"CREATE TABLE {name} AS {query}")

        connection.execute("SET max_parallel_workers_per_gather = 2")
        connection.execute("SET work_mem = '256MB'")
        made("bench_part", met(VILLAGES))
        made(
            "bench_plots",
            "SELECT key, ST_Area(geom) AS m2, village FROM (SELECT DISTINCT ON (key) key,"
            " category AS village FROM bench_part ORDER BY key, m2 DESC) v"
            f" RIGHT JOIN {mine} USING (key)",
        )
        connection.execute("DROP TABLE IF EXISTS bench_areas")
        connection.execute(
            "CREATE TABLE bench_areas (key bigint, village text, layer int, category text, m2 numeric(15,2))"
        )
        for layer in layers:
            made("bench_part", met(layer.pk))
            connection.execute(
                f"INSERT INTO bench_areas SELECT key, village, {layer.pk}, b.category, b.m2"
                " FROM bench_part b JOIN bench_plots USING (key) UNION ALL"
                f" SELECT key, village, {layer.pk}, '', p.m2 - coalesce(inside, 0) FROM bench_plots p"
                " LEFT JOIN (SELECT key, SUM(m2) AS inside FROM bench_part GROUP BY key) i USING (key)"
                f" WHERE p.m2 - coalesce(inside, 0) >= {NOTHING_M2}"
            )
        made(
            "bench_totals",
            "SELECT village, layer, category, SUM(m2) AS m2 FROM bench_areas GROUP BY 1, 2, 3",
        )

    def read() -> Rows:
        with psycopg.connect(url) as connection:
            rows = connection.execute(
                "SELECT key, layer, category, m2 FROM bench_areas WHERE m2 > 0"
            )
            return {(k, v, c): float(m2) for k, v, c, m2 in rows}

    return read


if __name__ == "__main__":
    raise SystemExit(main())
