"""The engines that users know, each as they would use it; run where they are installed.

`pip install -r benchmarks/overlay/requirements.txt` brings all but PostGIS, which `tools/postgres.py` starts.
They get the same equal-area plane, the large figures cut up, and the same question: the area of every patch inside
every category of a layer. Data are loaded and indexed in `prepare`; `run` is the one statement.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from county import LARGE, County, Ground, Shapes
from engines import PIECE_VERTICES, Engine, Sums, cut, in_plane, summed
from numpy.typing import NDArray

from liangtian.geo.overlay.equal_area import plane_around

POSTGRES = "LIANGTIAN_DATABASE_URL"
_SQL = (
    "SELECT p.id AS plot, l.code AS code, SUM(ST_Area(ST_Intersection(p.geom, l.geom))) AS m2 "
    "FROM patches p JOIN {layer} l ON ST_Intersects(p.geom, l.geom) GROUP BY p.id, l.code"
)


class Rival:
    """What all have in common: patches and pieces of layers in the plane, a table name for each layer."""

    name = ""

    def __init__(self, which: str = "large figures") -> None:
        self.which = which
        self.name = f"{self.name}, {which} cut up"

    def prepare(self, county: County) -> None:
        plane = plane_around(county.patches)
        self.plots = len(county.patches)
        self.tables: dict[str, tuple[str, Ground]] = {}
        self.open()
        self.load("patches", in_plane(county.patches, plane), np.arange(self.plots))
        for number, (name, ground) in enumerate(county.layers.items()):
            shapes, owner = in_plane(ground.shapes, plane), np.arange(len(ground.shapes))
            if self.which == "every layer" or name in LARGE:
                shapes, owner = cut(shapes, PIECE_VERTICES)
            self.tables[name] = f"layer{number}", ground
            self.load(f"layer{number}", shapes, ground.codes[owner])

    def run(self, layer: str) -> Sums:
        table, ground = self.tables[layer]
        plot, code, m2 = self.ask(table)
        return summed(plot, code, m2, self.plots, ground)

    def open(self) -> None:
        """Connect."""

    def load(self, table: str, shapes: Shapes, numbers: NDArray[np.int64]) -> None:
        """Store and index figures with their numbers."""
        raise NotImplementedError

    def ask(self, table: str) -> tuple[NDArray[np.int64], NDArray[np.int64], Sums]:
        """Plot, category and m² of what meets."""
        raise NotImplementedError


class GeoPandas(Rival):
    """`geopandas.overlay`, one thread."""

    name = "GeoPandas overlay"

    def load(self, table: str, shapes: Shapes, numbers: NDArray[np.int64]) -> None:
        import geopandas

        column = "id" if table == "patches" else "code"
        self.frames: dict[str, Any] = getattr(self, "frames", {})
        self.frames[table] = geopandas.GeoDataFrame({column: numbers}, geometry=list(shapes))

    def ask(self, table: str) -> tuple[NDArray[np.int64], NDArray[np.int64], Sums]:
        import geopandas

        met = geopandas.overlay(
            self.frames["patches"], self.frames[table], how="intersection", keep_geom_type=True
        )
        return met["id"].to_numpy(), met["code"].to_numpy(), met.geometry.area.to_numpy()


class DuckDB(Rival):
    """DuckDB with its spatial extension, two threads; the join is its own spatial join."""

    name = "DuckDB spatial"

    def open(self) -> None:
        import duckdb

        spec = find_spec("duckdb_extension_spatial")
        assert spec is not None
        assert spec.origin is not None
        found = next(Path(spec.origin).parent.rglob("spatial.duckdb_extension"))
        self.connection = duckdb.connect()
        self.connection.execute(f"LOAD '{found}'")
        self.connection.execute("SET threads = 2")

    def load(self, table: str, shapes: Shapes, numbers: NDArray[np.int64]) -> None:
        import pyarrow as pa

        column = "id" if table == "patches" else "code"
        rows = pa.table(
            {column: numbers, "wkb": pa.array(list(shapely.to_wkb(shapes)), pa.binary())}
        )
        self.connection.register("rows", rows)
        self.connection.execute(
            f"CREATE TABLE {table} AS SELECT {column}, ST_GeomFromWKB(wkb) AS geom FROM rows"
        )
        self.connection.unregister("rows")

    def ask(self, table: str) -> tuple[NDArray[np.int64], NDArray[np.int64], Sums]:
        found = self.connection.execute(_SQL.format(layer=table)).fetchnumpy()
        return found["plot"], found["code"], found["m2"]


class SedonaDB(Rival):
    """Apache SedonaDB, on as many threads as there are processors."""

    name = "SedonaDB"

    def open(self) -> None:
        import sedonadb

        self.connection = sedonadb.connect()

    def load(self, table: str, shapes: Shapes, numbers: NDArray[np.int64]) -> None:
        import geopandas

        column = "id" if table == "patches" else "code"
        frame = geopandas.GeoDataFrame({column: numbers}, geometry=list(shapes)).rename_geometry(
            "geom"
        )
        made = self.connection.create_data_frame(frame)
        made.to_memtable().to_view(table)

    def ask(self, table: str) -> tuple[NDArray[np.int64], NDArray[np.int64], Sums]:
        found = self.connection.sql(_SQL.format(layer=table)).to_pandas()
        return found["plot"].to_numpy(), found["code"].to_numpy(), found["m2"].to_numpy()


class PostGIS(Rival):
    """PostGIS with GiST indices, analysed; two parallel workers."""

    name = "PostGIS"

    def open(self) -> None:
        import psycopg

        self.connection = psycopg.connect(os.environ[POSTGRES], autocommit=True)
        self.connection.execute("CREATE EXTENSION IF NOT EXISTS postgis")
        self.connection.execute("SET max_parallel_workers_per_gather = 2")
        self.connection.execute("SET work_mem = '256MB'")

    def load(self, table: str, shapes: Shapes, numbers: NDArray[np.int64]) -> None:
        column = "id" if table == "patches" else "code"
        self.connection.execute(f"DROP TABLE IF EXISTS {table}")
        self.connection.execute(f"CREATE TABLE {table} ({column} bigint, geom geometry)")
        with self.connection.cursor().copy(f"COPY {table} FROM STDIN") as copy:
            for number, wkb in zip(numbers.tolist(), shapely.to_wkb(shapes, hex=True), strict=True):
                copy.write_row((number, wkb))
        self.connection.execute(f"CREATE INDEX ON {table} USING gist (geom)")
        self.connection.execute(f"VACUUM ANALYZE {table}")

    def ask(self, table: str) -> tuple[NDArray[np.int64], NDArray[np.int64], Sums]:
        rows = self.connection.execute(_SQL.format(layer=table)).fetchall()
        plot, code, m2 = (np.array(column) for column in zip(*rows, strict=True))
        return plot.astype(np.int64), code.astype(np.int64), m2.astype(np.float64)


def rivals() -> tuple[Engine, ...]:
    """Those that are installed here, each with the large figures cut up and with every layer cut up."""
    there: list[tuple[str, Callable[[str], Rival]]] = [
        ("geopandas", GeoPandas),
        ("duckdb_extension_spatial", DuckDB),
        ("sedonadb", SedonaDB),
    ]
    kinds = [kind for module, kind in there if find_spec(module)]
    if POSTGRES in os.environ:
        kinds.append(PostGIS)
    return tuple(kind(which) for kind in kinds for which in ("large figures", "every layer"))
