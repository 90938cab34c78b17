"""Where the rows of a ledger lie, so that the map can go there."""

from __future__ import annotations

import re

from django.db import connections
from django.db.models import Aggregate, CharField, F

from liangtian.platform.errors import NotFound
from liangtian.platform.geofield import rtree_name
from liangtian.platform.ledgers.declaration import Ledger
from liangtian.platform.people.scope import ScopedQuerySet
from liangtian.platform.shapes import Bounds


class _Box(Aggregate):
    """PostGIS: the box of all geometries, from the boxes stored with them."""

    template = "CAST(ST_Extent(%(expressions)s) AS TEXT)"
    output_field = CharField()


def extent(ledger: Ledger, rows: ScopedQuerySet) -> Bounds | None:
    """West, south, east, north of `rows` in degrees (EPSG:4490); None when there are none.

    Raises NotFound for a ledger whose rows have no place on the map.
    """
    if ledger.geometry is None:
        raise NotFound(f"“{ledger.title}”没有图形，不能在地图上显示。")
    if connections[rows.db].vendor == "postgresql":
        text = rows.order_by().aggregate(box=_Box(F(ledger.geometry)))["box"]
        found = [float(n) for n in re.findall(r"-?\d[\d.eE+-]*", text or "")]
    else:
        found = _from_tree(ledger.geometry, rows)
    return (found[0], found[1], found[2], found[3]) if found else None


def _from_tree(geometry: str, rows: ScopedQuerySet) -> list[float]:
    """SQLite: the boxes stand in the R*Tree beside the table."""
    connection = connections[rows.db]
    keys = rows.order_by().values("pk").query
    sql, params = keys.get_compiler(connection=connection).as_sql()
    tree = rtree_name(rows.model._meta.get_field(geometry))
    with connection.cursor() as cursor:
        cursor.execute(
            f'SELECT min(minx), min(miny), max(maxx), max(maxy) FROM "{tree}" WHERE id IN ({sql})',
            params,
        )
        found = cursor.fetchone()
    return [] if found is None or found[0] is None else [float(n) for n in found]
