"""From the first release's tables to today's without loss; and who may serve on which database."""

from __future__ import annotations

import time
import urllib.request
from argparse import Namespace
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import pytest
from django.db import migrations, models

from liangtian.platform.operation import schema
from liangtian.platform.operation.models import Process
from liangtian.platform.operation.processes import pulse
from liangtian.platform.operation.schema import _breaks
from liangtian.site.commands import migrate
from tests.operation.conftest import PATIENCE, Site, free_port
from tests.operation.tables_as_kept import tables_as_kept

FUTURE = (
    "INSERT INTO django_migrations (app, name, applied) "
    "VALUES ('regions', '9999_future', '2026-03-31 00:00:00')"
)
NOTED = (
    "INSERT INTO operation_schemachange (app, name, compatible, version, at) "
    "VALUES ('regions', '9999_future', {}, '9.9', '2026-03-31 00:00:00')"
)
OLD_TABLES = (
    "regions_region", "people_user", "people_user_roles", "audit_auditentry", "files_storedfile",
    "jobs_job", "layers_layerversion", "layers_feature", "enforcement_batch",
)  # fmt: skip


@contextmanager
def serving(site: Site) -> Iterator[str]:
    """The address of a web server that answers."""
    port = free_port()
    process = site.start("serve", "--port", str(port))
    address = f"http://127.0.0.1:{port}"
    try:
        wait_for(address, process)
        yield address
    finally:
        process.terminate()
        process.wait(PATIENCE)


def wait_for(address: str, process: Any) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        assert process.poll() is None, process.communicate()[0]
        try:
            urllib.request.urlopen(f"{address}/health/live", timeout=5).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError("it does not answer")


def contents(site: Site, columns: dict[str, list[str]]) -> dict[str, list[Any]]:
    """Every row of the named columns."""
    found = {}
    for table, names in columns.items():
        listed = ", ".join(f'"{name}"' for name in names)
        found[table] = site.rows(f'SELECT {listed} FROM "{table}" ORDER BY 1')
    return found


def columns_of(site: Site, table: str) -> list[str]:
    with closing(site.connect()) as connection:
        cursor = connection.execute(f'SELECT * FROM "{table}" LIMIT 0')
        return [entry[0] for entry in cursor.description]


def test_a_database_of_the_first_release_comes_up_to_date_without_loss(
    old_site: Site, empty_site: Site
) -> None:
    before = {table: columns_of(old_site, table) for table in OLD_TABLES}
    was = contents(old_site, before)
    assert all(was.values())
    assert "步" in old_site.run("migrate", "--plan")
    old_site.run("migrate", "--quiet")
    assert "已是最新" in old_site.run("migrate", "--plan")
    kept = {t: [c for c in names if c in columns_of(old_site, t)] for t, names in before.items()}
    assert kept == before, "no column is gone"
    assert contents(old_site, kept) == was
    assert old_site.rows("SELECT permissions FROM people_role WHERE code = 'old_role'")
    empty_site.run("migrate", "--quiet")
    step_by_step, at_once = (
        # Django's tables of groups, which nothing uses, count their rows in numbers of another width.
        {line for line in tables_as_kept(one) if not line.startswith("auth_group")}
        for one in (old_site, empty_site)
    )
    assert step_by_step - at_once == set(), "tables made in one go lack something"
    assert at_once - step_by_step == set(), "an upgraded database lacks something"


def test_tables_of_an_empty_database_are_all_there_or_not_at_all(
    empty_site: Site,
) -> None:
    """Killed on the way, it begins anew; what holds something else than tables of this program stays."""
    empty_site.run("half", module="tests.operation.scratch", code=1)
    assert "django_migrations" not in tables_of(empty_site)
    assert "regions_region" not in tables_of(empty_site)
    empty_site.run("migrate", "--quiet")
    assert "已是最新" in empty_site.run("migrate", "--plan")


def tables_of(site: Site) -> set[str]:
    with closing(site.connect()) as connection:
        listed = (
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
            if site.database
            else "SELECT name FROM sqlite_master WHERE type = 'table'"
        )
        return {name for (name,) in connection.execute(listed).fetchall()}


def test_a_program_newer_than_the_database_does_not_serve(old_site: Site) -> None:
    for verb in ("serve", "worker"):
        said = old_site.run(verb, code=1)
        assert "数据库比程序旧" in said
        assert "liangtian migrate" in said


def test_an_old_program_serves_on_while_the_upgrade_is_additive(site: Site) -> None:
    with serving(site) as old:
        site.change(FUTURE)
        site.change(NOTED.format("true"))
        with serving(site) as second:  # both beside each other on the upgraded database
            for address in (old, second):
                urllib.request.urlopen(f"{address}/api/session", timeout=PATIENCE).close()


def test_an_old_program_does_not_serve_after_an_upgrade_it_cannot_live_with(site: Site) -> None:
    site.change(FUTURE)
    assert "已由更新的版本升级" in site.run("serve", code=1)
    site.change(NOTED.format("false"))
    assert "请安装新版本程序" in site.run("worker", code=1)


@pytest.mark.django_db
def test_an_upgrade_that_old_programs_cannot_live_with_waits_until_they_stop(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    step = schema.Step("regions", "9999_future", False, "删除列")
    monkeypatch.setattr(schema, "pending", lambda: [step])
    pulse(Process(key="web-示例-1", kind="web", host="示例", version="0.1.0"))
    assert migrate.run(Namespace(plan=False, quiet=True)) == 1
    assert "请先停止网页服务和后台进程" in capsys.readouterr().err
    assert migrate.run(Namespace(plan=True, quiet=True)) == 0
    assert "须停机" in capsys.readouterr().out


def _judged(**said: Any) -> schema.Step:
    """How a migration that adds a constraint to a table there was before is judged."""
    constraint = models.CheckConstraint(name="x_positive", condition=models.Q(x__gt=0))
    operations = [migrations.AddConstraint("region", constraint)]
    kind = type("Migration", (migrations.Migration,), {"operations": operations, **said})
    return schema._step(kind("9999_future", "regions"), set())


def test_a_migration_says_itself_what_only_a_person_can_see() -> None:
    assert not _judged().compatible
    assert _judged(old_programs_go_on={"x_positive": "old programs write no other"}).compatible
    assert not _judged(old_programs_go_on={"another": "of another constraint"}).compatible
    stops = _judged(old_programs_go_on={"x_positive": "y"}, old_programs_stop="旧程序写不进去")
    assert (stops.compatible, stops.why) == (False, "旧程序写不进去")


NAME = models.CharField(max_length=60)
WAS = {("region", "name"): NAME, ("region", "on"): models.DateField(null=True)}


@pytest.mark.parametrize(
    ("column", "field", "breaks"),
    [
        ("name", models.CharField(max_length=60, db_index=True, verbose_name="名称"), False),
        ("name", models.CharField(max_length=80, null=True), False),
        ("name", models.CharField(max_length=40), True),
        ("name", models.CharField(max_length=60, unique=True), True),
        ("name", models.IntegerField(), True),
        ("on", models.DateField(), True),
        ("unknown", NAME, True),
    ],
    ids=str,
)
def test_a_changed_column_stops_old_programs_only_when_it_takes_less(
    column: str, field: Any, breaks: bool
) -> None:
    assert bool(_breaks(migrations.AlterField("region", column, field), WAS)) is breaks


@pytest.mark.parametrize(
    ("operation", "breaks"),
    [
        (migrations.AddField("region", "x", models.CharField(null=True)), False),
        (migrations.AddField("region", "x", models.IntegerField(db_default=0)), False),
        (migrations.AddField("region", "x", models.IntegerField(default=0)), True),
        (migrations.RemoveField("region", "x"), True),
        (migrations.RenameField("region", "x", "y"), True),
        (migrations.DeleteModel("region"), True),
        (migrations.AddIndex("region", models.Index(fields=["x"], name="i")), False),
        (migrations.CreateModel("new", [("id", models.AutoField(primary_key=True))]), False),
    ],
    ids=str,
)
def test_what_old_programs_can_live_with_is_told_apart(operation: Any, breaks: bool) -> None:
    assert bool(_breaks(operation)) is breaks
