"""A geometry column whose values are shapely geometries, in longitude and latitude of EPSG:4490.

PostgreSQL stores PostGIS `geometry` under a GiST index; SQLite stores WKB beside an R*Tree that triggers
keep in step. `ensure_spatial_storage` runs around every migrate, so that a table rebuilt by a migration
(which drops SQLite triggers) gets its index back.
"""

from __future__ import annotations

import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import shapely
from django.apps import apps
from django.db import connections, models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.sql.compiler import SQLCompiler
from shapely.geometry.base import BaseGeometry

SRID = 4490


class GeometryField(models.Field[Any, Any]):
    """A shapely geometry (2D, EPSG:4490); ``kind`` is the OGC type the database enforces."""

    def __init__(self, *args: Any, kind: str = "MultiPolygon", **kwargs: Any) -> None:
        self.kind = kind
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, "kind": self.kind}

    def db_type(self, connection: BaseDatabaseWrapper) -> str:
        postgres = connection.vendor == "postgresql"
        return f"geometry({self.kind},{SRID})" if postgres else "BLOB"

    def get_placeholder(self, value: Any, compiler: Any, connection: BaseDatabaseWrapper) -> str:
        return f"ST_GeomFromWKB(%s,{SRID})" if connection.vendor == "postgresql" else "%s"

    def select_format(self, compiler: SQLCompiler, sql: str, params: Any) -> Any:
        if compiler.connection.vendor == "postgresql":
            return f"ST_AsBinary({sql})", params
        return sql, params

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> BaseGeometry | None:
        return None if value is None else shapely.from_wkb(bytes(value))

    def to_python(self, value: Any) -> Any:
        if isinstance(value, (bytes, memoryview)):
            return shapely.from_wkb(bytes(value))
        return shapely.from_wkt(value) if isinstance(value, str) else value

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        if value is None or isinstance(value, bytes):
            return value
        if self.kind.startswith("Multi"):
            value = _as_multi(value)
        return shapely.to_wkb(shapely.force_2d(value))

    def value_to_string(self, obj: models.Model) -> str:
        value = self.value_from_object(obj)
        return "" if value is None else shapely.to_wkt(value, rounding_precision=-1)


class AsWkb(models.Func):
    """The stored figure as WKB bytes, for reading many rows at once with `shapely.from_wkb`."""

    arity = 1
    template = "%(expressions)s"
    output_field = models.BinaryField()

    def as_postgresql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> Any:
        return self.as_sql(compiler, connection, template="ST_AsBinary(%(expressions)s)")


def _as_multi(geom: BaseGeometry) -> BaseGeometry:
    if geom.geom_type == "Polygon":
        return shapely.multipolygons([geom])
    return geom


class _Spatial(models.Lookup[Any]):
    """Index first; then, for exact lookups, the predicate itself."""

    predicate: tuple[str, str] | None = None  # (PostGIS function, SQLite function)

    def get_prep_lookup(self) -> Any:
        return self.rhs

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> Any:
        lhs, params = compiler.compile(self.lhs)
        bounds = self.rhs if isinstance(self.rhs, (tuple, list)) else self.rhs.bounds
        field = self.lhs.target
        if connection.vendor == "postgresql":
            sql, values = f"{lhs} && ST_MakeEnvelope(%s,%s,%s,%s,{SRID})", [*params, *bounds]
        else:
            table = compiler.quote_name_unless_alias(self.lhs.alias)
            key = field.model._meta.pk.column
            sql = (
                f'{table}."{key}" IN (SELECT id FROM "{rtree_name(field)}" '
                "WHERE maxx>=%s AND minx<=%s AND maxy>=%s AND miny<=%s)"
            )
            values = [bounds[0], bounds[2], bounds[1], bounds[3]]
        if self.predicate is None:
            return sql, values
        wkb = shapely.to_wkb(self.rhs)
        if connection.vendor == "postgresql":
            exact = f"{self.predicate[0]}({lhs}, ST_GeomFromWKB(%s,{SRID}))"
        else:
            exact = f"{self.predicate[1]}({lhs}, %s)"
        return f"({sql} AND {exact})", [*values, *params, wkb]


@GeometryField.register_lookup
class BoundingBox(_Spatial):
    """``geom__bbox=(west, south, east, north)``: candidates by bounding box."""

    lookup_name = "bbox"


@GeometryField.register_lookup
class Intersects(_Spatial):
    """``geom__intersects=shapely geometry``: exact."""

    lookup_name = "intersects"
    predicate = ("ST_Intersects", "geo_intersects")


def rtree_name(field: models.Field[Any, Any]) -> str:
    """The R*Tree side table of a geometry column on SQLite."""
    return f"{field.model._meta.db_table}_{field.column}_rtree"


def install_functions(sender: Any, connection: BaseDatabaseWrapper, **_: Any) -> None:
    """Give a new SQLite connection the functions that triggers and exact lookups call."""
    if connection.vendor != "sqlite":
        return

    def intersects(stored: bytes | None, asked: bytes) -> int:
        if stored is None:
            return 0
        return int(shapely.intersects(shapely.from_wkb(stored), shapely.from_wkb(asked)))

    seen: tuple[bytes, tuple[float, ...]] = (b"", ())  # a trigger asks four times for the same row

    def bounds(wkb: bytes) -> tuple[float, ...]:
        nonlocal seen
        if wkb != seen[0]:
            seen = (wkb, tuple(shapely.from_wkb(wkb).bounds))
        return seen[1]

    raw = connection.connection
    raw.create_function("geo_intersects", 2, intersects, deterministic=True)
    for position, name in enumerate(("geo_minx", "geo_miny", "geo_maxx", "geo_maxy")):

        def bound(wkb: bytes | None, i: int = position) -> float | None:
            return None if wkb is None else bounds(wkb)[i]

        raw.create_function(name, 1, bound, deterministic=True)

    def fed() -> int:
        return int(connection in _fed_in_bulk)

    raw.create_function("geo_fed_in_bulk", 0, fed)


_fed_in_bulk: weakref.WeakSet[BaseDatabaseWrapper] = weakref.WeakSet()


@contextmanager
def index_fed_in_bulk(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """While it lasts, inserts over this SQLite connection leave the R*Tree to the caller."""
    own = connections[connection.alias]  # the one behind Django's stand-in
    _fed_in_bulk.add(own)
    try:
        yield
    finally:
        _fed_in_bulk.discard(own)


def enable_postgis(sender: Any, using: str, **_: Any) -> None:
    """Before tables are made: PostGIS, on PostgreSQL."""
    connection = connections[using]
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("CREATE EXTENSION IF NOT EXISTS postgis")


def ensure_spatial_storage(sender: Any, using: str, **_: Any) -> None:
    """After migrating: every geometry column of the app has its index (and triggers on SQLite)."""
    connection = connections[using]
    tables = set(connection.introspection.table_names())
    for model in apps.get_app_config(sender.label).get_models():
        if model._meta.db_table not in tables:
            continue
        for field in model._meta.local_fields:
            if isinstance(field, GeometryField):
                _index(connection, model, field)


def _index(
    connection: BaseDatabaseWrapper, model: type[models.Model], field: GeometryField
) -> None:
    table, column = model._meta.db_table, str(field.column)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                f'CREATE INDEX IF NOT EXISTS "{table}_{column}_gist" ON "{table}" '
                f'USING gist ("{column}")'
            )
            return
        for statement in _rtree_statements(
            table, str(model._meta.pk.column), column, rtree_name(field)
        ):
            cursor.execute(statement)


def _rtree_statements(table: str, key: str, column: str, tree: str) -> list[str]:
    def bounds(row: str) -> str:
        names = ("geo_minx", "geo_maxx", "geo_miny", "geo_maxy")
        return ",".join(f'{name}({row}"{column}")' for name in names)

    insert = f'INSERT OR REPLACE INTO "{tree}" SELECT NEW."{key}",{bounds("NEW.")}'
    return [
        f'CREATE VIRTUAL TABLE IF NOT EXISTS "{tree}" USING rtree(id,minx,maxx,miny,maxy)',
        f'DROP TRIGGER IF EXISTS "{tree}_insert"',
        f'CREATE TRIGGER "{tree}_insert" AFTER INSERT ON "{table}" '
        f'WHEN NEW."{column}" IS NOT NULL AND NOT geo_fed_in_bulk() BEGIN {insert}; END',
        f'CREATE TRIGGER IF NOT EXISTS "{tree}_update" AFTER UPDATE OF "{column}" ON "{table}" '
        f'BEGIN DELETE FROM "{tree}" WHERE id=OLD."{key}"; '
        f'{insert} WHERE NEW."{column}" IS NOT NULL; END',
        f'CREATE TRIGGER IF NOT EXISTS "{tree}_delete" AFTER DELETE ON "{table}" '
        f'BEGIN DELETE FROM "{tree}" WHERE id=OLD."{key}"; END',
        f'INSERT OR REPLACE INTO "{tree}" SELECT "{key}",{bounds("")} FROM "{table}" '
        f'WHERE "{column}" IS NOT NULL AND "{key}" NOT IN (SELECT id FROM "{tree}")',
    ]
