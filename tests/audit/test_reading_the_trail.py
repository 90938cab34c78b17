"""Who may read which part of the trail, finding entries, taking them out, and floods of refusals."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from liangtian.platform import triggers
from liangtian.platform.audit import denials
from liangtian.platform.audit.models import AuditEntry, Denial
from liangtian.platform.audit.services import record, saw
from liangtian.platform.people.models import Role, User
from tests.conftest import People

ENTRIES = "/api/audit/entries"


@pytest.fixture
def officer(people: People) -> Any:
    """The security officer of the county."""
    user = User.objects.create_user("anquan", None, name="褚试用", region=people.clerk.region)
    user.roles.add(Role.objects.get(code="security_officer"))
    return user


def acts(client: Any, **query: Any) -> list[str]:
    rows = client.get(ENTRIES, query).json()["rows"]
    return [row["act"] for row in rows if row["act"] != "audit.search"]


def test_the_auditor_reads_all_and_the_security_officer_what_officers_did(
    people: People, officer: Any, signed_in: Any
) -> None:
    record(people.clerk, "enforcement.patch.confirm", "图斑", after={"outcome": "legal"})
    record(people.auditor, "audit.export", "全部")
    record(None, "session.refused", "nobody")
    auditor, security = signed_in(people.auditor), signed_in(officer)
    assert acts(auditor) == ["session.refused", "audit.export", "enforcement.patch.confirm"]
    assert acts(security) == ["session.refused", "audit.export"]
    business = AuditEntry.objects.get(act="enforcement.patch.confirm")
    assert security.get(f"{ENTRIES}/{business.pk}").status_code == 404
    assert signed_in(people.clerk).get(ENTRIES).status_code == 403


def test_entries_are_found_by_each_condition(people: People, signed_in: Any) -> None:
    clerk = people.clerk
    record(
        clerk, "enforcement.patch.confirm", clerk, before={"a": 1, "b": 2}, after={"a": 1, "b": 3}
    )
    record(people.reviewer, "enforcement.patch.reopen", "图斑甲", note="依据有误", success=False)
    client = signed_in(people.auditor)
    confirm, reopen = ["enforcement.patch.confirm"], ["enforcement.patch.reopen"]
    assert acts(client, person="张示例") == acts(client, person="clerk") == confirm
    assert acts(client, act="enforcement.patch.reopen") == acts(client, success="false") == reopen
    assert acts(client, text="有误") == acts(client, text="斑甲") == reopen
    assert acts(client, target_type="people.user", target_id=clerk.pk) == confirm
    assert acts(client, kind="changed", region="990121") == [*reopen, *confirm]
    assert acts(client, address="10.0.0.1") == acts(client, region="990122") == []
    now = timezone.now()
    hour = timedelta(hours=1)
    assert acts(client, since=(now + hour).isoformat()) == []
    assert acts(client, since=(now - hour).isoformat(), until=(now + hour).isoformat(), kind="changed") == [*reopen, *confirm]  # fmt: skip
    one = AuditEntry.objects.get(act="enforcement.patch.confirm")
    assert client.get(f"{ENTRIES}/{one.pk}").json()["changes"] == [
        {"field": "b", "label": "b", "before": 2, "after": 3, "before_text": "2", "after_text": "3"}
    ]


def test_pages_go_on_where_the_last_one_ended(people: People, signed_in: Any) -> None:
    for n in range(7):
        record(people.clerk, "file.store", f"文件{n}")
    client = signed_in(people.auditor)
    first = client.get(ENTRIES, {"act": "file.store", "size": 3}).json()
    record(people.clerk, "file.store", "文件7")
    second = client.get(ENTRIES, {"act": "file.store", "size": 3, "before": first["next"]}).json()
    last = client.get(ENTRIES, {"act": "file.store", "size": 3, "before": second["next"]}).json()
    labels = [row["target_label"] for page in (first, second, last) for row in page["rows"]]
    assert labels == [f"文件{n}" for n in range(6, -1, -1)]
    assert (first["total"], second["total"], last["next"]) == (7, None, None)


@pytest.mark.parametrize("format", ["csv", "xlsx"])
def test_an_export_holds_what_the_query_finds_and_is_itself_recorded(
    people: People, signed_in: Any, run_jobs: Any, format: str
) -> None:
    for n in range(3):
        record(people.clerk, "file.store", f"=文件{n}", after={"size": n})
    record(people.clerk, "session.start", people.clerk)
    client = signed_in(people.auditor)
    body = {"format": format, "query": {"act": "file.store"}}
    started = client.post("/api/audit/exports", body, content_type="application/json").json()
    (job,) = run_jobs()
    assert (job.status, job.result["rows"]) == ("done", 3)
    answer = client.get(client.get(f"/api/jobs/{started['id']}").json()["download"])
    content = b"".join(answer.streaming_content)
    lines: list[Any]
    if format == "csv":
        lines = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    else:
        from python_calamine import CalamineWorkbook

        lines = (
            CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
        )
    named = [str(line[8]).lstrip("'") for line in lines]
    assert named == ["对象", "=文件2", "=文件1", "=文件0"]
    left = set(AuditEntry.objects.filter(actor=people.auditor).values_list("act", flat=True))
    assert left >= {"audit.export", "audit.download"}


def test_seeing_the_same_thing_again_is_one_entry(people: People) -> None:
    for _ in range(3):
        saw(people.clerk, "enforcement.patch.view", people.township_a)
    saw(people.reviewer, "enforcement.patch.view", people.township_a)
    assert AuditEntry.objects.filter(act="enforcement.patch.view").count() == 2


def test_a_flood_of_refusals_becomes_one_number(
    people: People, signed_in: Any, settings: Any
) -> None:
    settings.AUDIT_DENIALS_EACH = 3
    client = signed_in(people.clerk)
    for n in range(10):
        assert client.get(f"{ENTRIES}/{n}").status_code == 403
    refused = AuditEntry.objects.filter(act="access.denied")
    assert refused.count() == 3
    assert {(e.actor, e.success, e.address) for e in refused} == {
        (people.clerk, False, "127.0.0.1")
    }
    assert denials.sum_up() == 0, "the stretch of time is not over"
    Denial.objects.update(window=timezone.now() - timedelta(hours=1))
    assert denials.sum_up() == 1
    summed = AuditEntry.objects.get(act="access.repeated")
    assert summed.after is not None
    assert summed.after["times"] == 7
    assert not Denial.objects.exists()


def test_the_state_of_the_chain_is_shown(people: People, signed_in: Any, run_jobs: Any) -> None:
    record(people.clerk, "file.store", "文件")
    client = signed_in(people.auditor)
    assert client.get("/api/audit").json()["seal"] is None
    client.post("/api/audit/verifications")
    (job,) = run_jobs()
    assert job.status == "done"
    state = client.get("/api/audit").json()
    assert (state["seal"], state["verified"]["success"], state["verified"]["by"]) == (
        1,
        True,
        "钱虚构",
    )
    with triggers.lifted("audit_"):
        AuditEntry.objects.filter(act="file.store").update(note="x")
    client.post("/api/audit/verifications")
    (job,) = run_jobs()
    assert job.status == "failed"
    assert "记录被修改" in job.error
    assert client.get("/api/audit").json()["verified"]["success"] is False
