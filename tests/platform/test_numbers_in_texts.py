"""Whole identity and mobile numbers that somebody types are kept neither in views nor in the trail nor in the log."""

from __future__ import annotations

import json
import logging

import pytest
from django.db import transaction

from liangtian.platform.audit.models import AuditEntry
from liangtian.platform.audit.services import record
from liangtian.platform.jobs.models import Job
from liangtian.platform.ledgers.models import SavedView
from liangtian.platform.personal_numbers import HiddenNumbers, found_in, hidden, is_id_number
from tests.conftest import People, SignedIn

LEDGER = "/api/ledgers/enforcement.patches"


def with_check(first: str) -> str:
    return next(first + c for c in "0123456789X" if is_id_number(first + c))


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("王示例 13800000000 来电", ["手机号"]),
        ("+86 138-0000-0000", ["手机号"]),
        ("１３８００００００００", ["手机号"]),
        (with_check("99012119900101001"), ["身份证号"]),
        (with_check("99012119900101001").replace("1990", " 1990 "), ["身份证号"]),
        ("990121199002300017", []),  # no such day
        ("91990121MA00000000", []),  # a company
        ("990121100201010001", []),  # a holder's code, no day of birth
        ("138000000001234", []),
        ("DK13800000000", []),
        ("2026-03-31", []),
    ],
)
def test_numbers_are_told_from_other_figures(text: str, kinds: list[str]) -> None:
    assert found_in(text) == kinds


def test_one_wrong_character_is_no_identity_number() -> None:
    whole = with_check("99012119900101001")
    others = [whole[:17] + c for c in "0123456789X" if c != whole[17]]
    assert all(found_in(one) == [] for one in others)


def test_what_is_hidden_keeps_the_rest() -> None:
    whole = with_check("99012119900101001")
    assert hidden(f"{whole}，13800000000！") == f"990121********{whole[-4:]},138****0000!"
    assert hidden("图斑“３号”") == "图斑“３号”"


@pytest.mark.django_db
def test_the_trail_and_the_log_hold_masks(people: People, caplog: pytest.LogCaptureFixture) -> None:
    with transaction.atomic():
        entry = record(people.clerk, "ledger.view", "13800000000", note="来电13800000000",
                       after={"query": {"q": ["13800000000"]}, "count": 13800000000})  # fmt: skip
    kept = AuditEntry.objects.get(pk=entry.pk)
    assert (kept.target_label, kept.note) == ("138****0000", "来电138****0000")
    assert kept.after == {"query": {"q": ["138****0000"]}, "count": 13800000000}
    line = logging.LogRecord("x", logging.WARNING, "x", 1, "GET %s", ("/a?q=13800000000",), None)
    assert HiddenNumbers().filter(line)
    assert line.getMessage() == "GET /a?q=138****0000"


@pytest.mark.django_db
def test_nothing_that_is_kept_takes_a_query_with_a_number(
    people: People, signed_in: SignedIn
) -> None:
    client, kept = signed_in(people.clerk), {"q": "13800000000"}
    assert client.get(f"{LEDGER}/rows", kept).status_code == 200
    for path, body in (
        (f"{LEDGER}/views", {"name": "来电", "columns": [], "query": kept, "grouping": []}),
        (f"{LEDGER}/views", {"name": "13800000000", "columns": [], "query": {}, "grouping": []}),
        (f"{LEDGER}/exports", {"format": "csv", "query": kept}),
        ("/api/snapshots", {"ledger": "enforcement.patches", "title": "三月", "query": kept}),
    ):
        answer = client.post(path, body, content_type="application/json")
        assert answer.status_code == 422, path
        assert "手机号" in answer.json()["error"]["message"]
    assert not SavedView.objects.exists()
    assert not Job.objects.exists()
    assert "13800000000" not in json.dumps(list(AuditEntry.objects.values("after", "note")))
