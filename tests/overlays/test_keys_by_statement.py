"""Rows of a run point to what is there, on both databases, though PostgreSQL checks them by statement."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from django.db import IntegrityError, connection, transaction

from liangtian.platform import bulk_keys
from liangtian.platform.layers.models import LayerVersion
from liangtian.platform.layers.storing import insert_rows
from liangtian.platform.overlays.models import Part, Plot, Run, RunLayer
from liangtian.platform.overlays.services import Wanted, start
from tests.overlays.test_runs import TODAY

on_postgresql = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="SQLite has foreign keys of its own"
)


@pytest.fixture
def run(people: Any, layers: dict[str, LayerVersion], run_jobs: Any) -> Run:
    made = start(people.clerk, Wanted("layer", layers["dltb"].pk, [layers["redline"].pk], TODAY))
    run_jobs()
    return made


def checked(act: Callable[[], object]) -> None:
    with transaction.atomic():
        act()
        connection.check_constraints()  # what SQLite looks at when a transaction ends


def refused(act: Callable[[], object]) -> None:
    with pytest.raises(IntegrityError):
        checked(act)


def parts_of(run: Run, **columns: Any) -> Callable[[], None]:
    """A new row for each plot of a run, with some columns given."""
    plots = list(Plot.objects.filter(run=run))
    usual = {
        "plot_id": [one.pk for one in plots], "layer_id": [run.layers.get().pk] * len(plots),
        "region_id": [one.region_id for one in plots], "measure": ["first"] * len(plots),
        "category": [""] * len(plots), "m2": [Decimal("1.00")] * len(plots),
    }  # fmt: skip
    return lambda: insert_rows(Part, usual | columns)


def test_rows_that_point_to_nothing_do_not_come(run: Run) -> None:
    many, before = Plot.objects.filter(run=run).count(), Part.objects.count()
    good = [one.pk for one in Plot.objects.filter(run=run)]
    refused(parts_of(run, plot_id=[*good[:-1], 987_654_321]))
    refused(parts_of(run, layer_id=[987_654_321] * many))
    refused(parts_of(run, region_id=["999999"] * many))
    assert Part.objects.count() == before
    parts_of(run)()
    assert Part.objects.count() == before + many


def test_a_row_cannot_be_turned_to_point_to_nothing(run: Run) -> None:
    rows = Part.objects.filter(plot__run=run)
    refused(lambda: rows.update(layer_id=987_654_321))
    refused(lambda: Plot.objects.filter(run=run).update(region_id="999999"))


def test_what_rows_point_to_can_neither_be_deleted_nor_get_another_key(run: Run) -> None:
    refused(lambda: Plot.objects.filter(run=run)._raw_delete("default"))
    refused(lambda: RunLayer.objects.filter(run=run)._raw_delete("default"))
    refused(lambda: Run.objects.filter(pk=run.pk)._raw_delete("default"))
    refused(lambda: Plot.objects.filter(run=run, row=1).update(id=987_654_321))
    Part.objects.filter(plot__run=run)._raw_delete("default")
    Plot.objects.filter(run=run)._raw_delete("default")
    assert not Plot.objects.filter(run=run).exists()


@on_postgresql
def test_no_foreign_key_is_left_that_checks_row_by_row(db: Any) -> None:
    with connection.cursor() as cursor:
        for table in ("overlays_plot", "overlays_part"):
            found = connection.introspection.get_constraints(cursor, table).values()
            assert not [one for one in found if one["foreign_key"]], table


@on_postgresql
def test_keys_restored_without_triggers_are_looked_at_afterwards(run: Run) -> None:
    assert bulk_keys.broken() == []
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE overlays_part DISABLE TRIGGER USER")
        parts_of(run, layer_id=[987_654_321] * Plot.objects.filter(run=run).count())()
        cursor.execute("ALTER TABLE overlays_part ENABLE TRIGGER USER")
    assert bulk_keys.broken() == ["overlays_part.layer_id"]


@on_postgresql
@pytest.mark.django_db(transaction=True)
def test_who_deletes_waits_for_who_points_there(
    people: Any, layers: dict[str, LayerVersion], run_jobs: Any
) -> None:
    made = start(people.clerk, Wanted("layer", layers["dltb"].pk, [layers["redline"].pk], TODAY))
    run_jobs()
    Part.objects.filter(plot__run=made)._raw_delete("default")
    settings = connection.get_connection_params()
    words = {
        k: settings[k] for k in ("dbname", "user", "password", "host", "port") if k in settings
    }
    with psycopg.connect(**words, autocommit=True) as other:
        other.execute("SET lock_timeout = '100ms'")
        with transaction.atomic():
            parts_of(made)()
            with pytest.raises(psycopg.errors.LockNotAvailable):
                other.execute("DELETE FROM overlays_plot WHERE run_id = %s", [made.pk])
        with pytest.raises(psycopg.errors.ForeignKeyViolation):
            other.execute("DELETE FROM overlays_plot WHERE run_id = %s", [made.pk])
