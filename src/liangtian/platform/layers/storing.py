"""Rows by the hundred thousand into the database: the one place that goes past Django's own inserts.

PostgreSQL takes them by COPY in its binary form, SQLite by one prepared statement; the R*Tree of SQLite is
fed with bounds measured for all rows at once instead of row by row in a trigger. Constraints, triggers
against change and indices hold as for any other insert.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
import shapely
from django.db import connection, models, transaction
from numpy.typing import NDArray

from liangtian.platform.geofield import SRID, GeometryField, index_fed_in_bulk, rtree_name

_COPY_TYPES = {
    "BigAutoField": "int8", "ForeignKey": "int8", "PositiveIntegerField": "int4",
    "PositiveSmallIntegerField": "int2", "BigIntegerField": "int8",
    "CharField": "varchar", "TextField": "text", "DateField": "date", "FloatField": "float8",
    "DecimalField": "numeric", "JSONField": "bytea", "GeometryField": "bytea",
}  # fmt: skip
_JSONB_VERSION = b"\x01"


def insert_rows(
    model: type[models.Model],
    columns: dict[str, Sequence[Any]],
    geoms: NDArray[np.object_] | None = None,
) -> None:
    """Insert rows given column by column (attribute names as `version_id`), all or nothing.

    `geoms` fills the geometry column of a model that has one: multipolygons or None, in EPSG:4490. JSON
    columns take dicts or lists. Raises IntegrityError where the database refuses.
    """
    fields = [_field(model, name) for name in columns]
    values = [_texts(field, column) for field, column in zip(fields, columns.values(), strict=True)]
    if geoms is not None:
        fields.append(next(f for f in model._meta.local_fields if isinstance(f, GeometryField)))
    names = [str(field.column) for field in fields]
    insert = _copy if connection.vendor == "postgresql" else _execute
    with transaction.atomic():
        insert(model, fields, names, values, geoms)


def update_rows(
    model: type[models.Model],
    keys: Sequence[int],
    columns: dict[str, Sequence[Any]],
    geoms: NDArray[np.object_],
) -> None:
    """Give rows new values column by column, and new geometries, all or nothing."""
    place = next(f for f in model._meta.local_fields if isinstance(f, GeometryField))
    names = [str(_field(model, name).column) for name in columns]
    shape = place.get_placeholder(None, None, connection)
    sets = ",".join([*(f'"{name}"=%s' for name in names), f'"{place.column}"={shape}'])
    wkb = shapely.to_wkb(as_multi(geoms)).tolist()
    values = [_plain(c) if connection.vendor == "sqlite" else c for c in columns.values()]
    statement = f'UPDATE "{model._meta.db_table}" SET {sets} WHERE "id"=%s'
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.executemany(statement, list(zip(*values, wkb, keys, strict=True)))


def as_multi(geoms: NDArray[np.object_]) -> NDArray[np.object_]:
    """Polygons as the multipolygons that the column keeps; None stays None."""
    out = geoms.copy()
    single = shapely.get_type_id(geoms) == 3
    out[single] = shapely.multipolygons(geoms[single], indices=np.arange(int(single.sum())))
    return out


def _field(model: type[models.Model], name: str) -> models.Field[Any, Any]:
    return next(f for f in model._meta.local_fields if f.attname == name)


def _texts(field: models.Field[Any, Any], column: Sequence[Any]) -> Sequence[Any]:
    if field.get_internal_type() != "JSONField":
        return column
    dump = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
    return [dump(value) for value in column]


def _execute(
    model: type[models.Model],
    fields: Sequence[models.Field[Any, Any]],
    names: list[str],
    values: list[Sequence[Any]],
    geoms: NDArray[np.object_] | None,
) -> None:
    table, place = model._meta.db_table, fields[-1]
    quoted = ",".join(f'"{name}"' for name in names)
    marks = ",".join(["%s"] * len(names))
    wkb = [] if geoms is None else [shapely.to_wkb(geoms).tolist()]
    rows = list(zip(*[_plain(column) for column in values], *wkb, strict=True))
    with connection.cursor() as cursor, index_fed_in_bulk(connection):
        cursor.executemany(f'INSERT INTO "{table}" ({quoted}) VALUES ({marks})', rows)
        if geoms is None:
            return
        # Numbers are given out one after the other, and the write lock is ours.
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name=%s", [table])
        first = int(cursor.fetchone()[0]) - len(geoms) + 1
        there = np.flatnonzero(~shapely.is_missing(geoms))
        minx, miny, maxx, maxy = shapely.bounds(geoms[there]).T.tolist()
        keys = (there + first).tolist()
        cursor.executemany(
            f'INSERT INTO "{rtree_name(place)}" VALUES (%s,%s,%s,%s,%s)',
            list(zip(keys, minx, maxx, miny, maxy, strict=True)),
        )


def _plain(column: Sequence[Any]) -> Sequence[Any]:
    """Values as Django writes them to SQLite."""
    kinds = {type(value) for value in column}
    if kinds & {Decimal, date}:
        return [str(v) if isinstance(v, Decimal | date) else v for v in column]
    return column


def _copy(
    model: type[models.Model],
    fields: Sequence[models.Field[Any, Any]],
    names: list[str],
    values: list[Sequence[Any]],
    geoms: NDArray[np.object_] | None,
) -> None:
    kinds = [_kind(field) for field in fields]
    columns = [
        [_JSONB_VERSION + value.encode() for value in column] if kind == "JSONField" else column
        for kind, column in zip(kinds, values, strict=False)
    ]
    if geoms is not None:
        held = shapely.set_srid(geoms, SRID)
        columns.append(shapely.to_wkb(held, include_srid=True, flavor="extended").tolist())
    quoted = ",".join(f'"{name}"' for name in names)
    statement = f'COPY "{model._meta.db_table}" ({quoted}) FROM STDIN (FORMAT BINARY)'
    # Django does not see what the server says at the end of a COPY.
    with (
        connection.wrap_database_errors,
        connection.cursor() as cursor,
        cursor.copy(statement) as copy,
    ):
        copy.set_types([_COPY_TYPES[kind] for kind in kinds])
        for row in zip(*columns, strict=True):
            copy.write_row(row)


def _kind(field: models.Field[Any, Any]) -> str:
    """The kind of column; a key is of the kind that it points to, as regions have codes."""
    target = getattr(field, "target_field", field)
    return (
        "ForeignKey"
        if target.primary_key and target.get_internal_type() == "BigAutoField"
        else target.get_internal_type()
    )
