"""What was received, published, signed or issued is kept by the database itself, on both databases alike."""

from __future__ import annotations

from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction

from liangtian.platform import triggers
from liangtian.platform.documents.models import Letter, NumberSeries
from liangtian.platform.files.models import StoredFile
from liangtian.platform.triggers import Rule
from liangtian.site.checks_operation import frozen_rows
from tests.conftest import County, People

pytestmark = pytest.mark.django_db


def run(sql: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


def refused(rows: Any, **change: Any) -> None:
    with pytest.raises(IntegrityError, match="不能改动"), transaction.atomic():
        rows.update(**change)


def drop(rule: str, table: str) -> None:
    run(f"DROP TRIGGER {rule}" + (f" ON {table}" if connection.vendor == "postgresql" else ""))


@pytest.fixture
def file(county: County, people: People) -> StoredFile:
    return StoredFile.objects.create(
        sha256="a" * 64, name="纪要.docx", size=9, content_type="x", kind="letter",
        created_by=people.clerk, region=county.county,
    )  # fmt: skip


def test_every_rule_of_every_app_stands_after_migrating(db: Any) -> None:
    assert triggers.missing() == []
    tables = {model._meta.db_table for model in apps.get_models(include_auto_created=True)}
    rules = triggers._rules.values()
    assert {rule.table for rule in rules} <= tables
    kept = {"audit_auditentry", "people_user_roles", "cases_casestep", "layers_feature",
            "returns_return", "files_storedfile", "documents_letter"}  # fmt: skip
    assert kept <= {rule.table for rule in rules}


def test_a_stored_file_keeps_its_hash_and_size_and_may_move_with_its_region(
    file: StoredFile, county: County
) -> None:
    rows = StoredFile.objects.filter(pk=file.pk)
    for change in ({"sha256": "b" * 64}, {"size": 10}, {"name": "别名.docx"}, {"kind": "photo"}):
        refused(rows, **change)
    rows.update(region=county.township_a)


def test_an_issued_letter_keeps_number_file_and_date_and_can_only_be_made_void_once(
    file: StoredFile, county: County, people: People
) -> None:
    office = people.clerk.office
    series = NumberSeries.objects.create(office=office, word="青自然资", region=county.county)
    letter = Letter.objects.create(
        kind="x", title="通知", office=office, source_id=1, about="事由", addressee="柳塘镇",
        created_by=people.clerk, region=county.county,
    )  # fmt: skip
    rows = Letter.objects.filter(pk=letter.pk)
    rows.update(title="通知书")
    rows.update(state="issued", number="青自然资〔2026〕1号", series=series, year=2026, serial=1,
                file=file, issued_on="2026-03-01", issued_by=people.clerk)  # fmt: skip
    for change in (
        {"number": "青自然资〔2026〕2号"}, {"serial": 2}, {"issued_on": "2026-03-02"},
        {"title": "另一通知"}, {"values": {"a": "b"}}, {"issued_by": people.reviewer},
        {"state": "draft", "number": "", "file": None, "serial": None},
    ):  # fmt: skip
        refused(rows, **change)
    rows.update(region=county.township_a)
    rows.update(state="void", void_reason="内容有误")
    refused(rows, state="issued", void_reason="")
    refused(rows, void_reason="另一原因")
    with pytest.raises(IntegrityError, match="不能改动"), transaction.atomic():
        rows.delete()


def test_a_rule_that_was_taken_away_or_altered_is_reported_and_put_up_again(db: Any) -> None:
    name, table = "documents_letter_kept", "documents_letter"
    assert frozen_rows()[0].passed
    drop(name, table)
    assert triggers.missing() == [name]
    assert triggers.missing("audit_") == []
    finding = frozen_rows()[0]
    assert not finding.passed
    assert name in finding.setting
    triggers.put_up()
    assert triggers.missing() == []
    weak = Rule(name, table, "DELETE", "FALSE", "不能改动")
    drop(name, table)
    for statement in triggers.statements(connection.vendor, weak):
        run(statement)
    assert triggers.missing() == [name], "it stands, but lets everything through"
    triggers.put_up()
    assert triggers.missing() == []


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite cannot switch a trigger off")
def test_a_rule_that_was_switched_off_is_reported(db: Any) -> None:
    name = "files_storedfile_frozen"
    run(f"ALTER TABLE files_storedfile DISABLE TRIGGER {name}")
    assert triggers.missing() == [name]
    triggers.put_up()
    assert triggers.missing() == []


def test_before_a_migration_every_rule_comes_down_and_stays_when_there_is_nothing_to_do(
    db: Any,
) -> None:
    triggers.take_down(plan=[])
    assert triggers.missing() == []
    triggers.take_down(plan=["a step"])
    standing = [r.name for r in triggers._rules.values() if r.holds_on(connection.vendor)]
    assert triggers.missing() == standing
    triggers.put_up()
    assert triggers.missing() == []


def test_two_rules_never_share_a_name() -> None:
    with pytest.raises(ValueError, match="two triggers"):
        triggers.declare(Rule("case_step_del", "cases_casestep", "DELETE", "TRUE", "x"))
