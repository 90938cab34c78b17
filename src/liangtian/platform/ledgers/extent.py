"""Where the rows of a ledger lie, so that the map can go there."""

from __future__ import annotations

import re
from typing import Any

from django.db import connections
from django.db.models import Aggregate, CharField, F, Max, Min
from django.db.models.expressions import RawSQL

from liangtian.platform.errors import NotFound
from liangtian.platform.geofield import rtree_name
from liangtian.platform.ledgers.declaration import Ledger
from liangtian.platform.people.scope import ScopedQuerySet
from liangtian.platform.shapes import Bounds

SAMPLE = 900  # keys in one statement
SIDES = (("minx", "<"), ("miny", "<"), ("maxx", ">"), ("maxy", ">"))


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
    """SQLite: the boxes stand in the R*Tree beside the table.

    Looking up the box of every row is slow, so some rows, evenly spread, are looked up first; on each
    side only what lies outside their box can widen it, and that the tree finds quickly.
    """
    tree = rtree_name(rows.model._meta.get_field(geometry))
    rows = rows.order_by()
    box = _box(tree, rows, _spread(rows))
    if box is None:
        box = _box(tree, rows)
        return [] if box is None else list(box)
    found = []
    for side, (name, towards) in enumerate(SIDES):
        further = RawSQL(f'SELECT id FROM "{tree}" WHERE {name} {towards} %s', [box[side]])
        wider = _box(tree, rows, further)
        found.append(box[side] if wider is None else wider[side])
    return found


def _spread(rows: ScopedQuerySet) -> list[int]:
    """Keys evenly spread over the table; whether the filter takes them is not asked here."""
    ends = rows.model._base_manager.aggregate(first=Min("pk"), last=Max("pk"))
    if ends["first"] is None:
        return []
    step = (ends["last"] - ends["first"]) // SAMPLE + 1
    return list(range(ends["first"], ends["last"] + 1, step))


def _box(tree: str, rows: ScopedQuerySet, keys: Any = None) -> tuple[float, ...] | None:
    connection = connections[rows.db]
    if keys is not None:
        rows = rows.filter(pk__in=keys)
    sql, params = rows.values("pk").query.get_compiler(connection=connection).as_sql()
    with connection.cursor() as cursor:
        cursor.execute(
            f'SELECT min(minx), min(miny), max(maxx), max(maxy) FROM "{tree}" WHERE id IN ({sql})',
            params,
        )
        found = cursor.fetchone()
    return None if found is None or found[0] is None else tuple(float(n) for n in found)
