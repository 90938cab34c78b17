"""Rows of the matrix: my work, delegations, the steps of a patch."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from tests.site.matrix import EVERYONE, JUDGE, VIEW, Request, Row
from tests.site.world import ABROAD, HOME, PLACES, World

WHERE = tuple(PLACES)
PATCH = "/api/enforcement/patches/{patch_id}"
TASK = "/api/inbox/tasks/{task_id}"
DELEGATIONS = "/api/inbox/delegations"
LEADERS = frozenset({"leader", "township_leader"})


def _task(index: int = 0, held: bool = False, **body: Any) -> Request:
    def request(w: World, place: str) -> Mapping[str, Any]:
        from liangtian.platform.cases.models import Task

        task = Task.objects.get(case=w.patches[place][index].case, closed_at=None)
        if held:
            task.holder = w.users["county_clerk"]
            task.save(update_fields=["holder"])
        return {"path": {"task_id": task.pk}, "json": body}

    return request


def _give(w: World, place: str) -> Mapping[str, Any]:
    body = {"to_user": w.users["county_clerk"].pk, "reason": "出差"}
    return _task(0, **body)(w, place)


def _handover(w: World, place: str) -> Mapping[str, Any]:
    users = w.users
    body = {
        "from_user": users["county_clerk"].pk, "to_user": users["county_reviewer"].pk,
        "reason": "调离",
    }  # fmt: skip
    return {"json": body}


def _delegate(w: World, place: str) -> Mapping[str, Any]:
    body = {
        "to_user": w.users["leader"].pk, "starts_on": "2099-01-01", "ends_on": "2099-01-05",
        "reason": "休假",
    }  # fmt: skip
    return {"json": body}


def _delegation(w: World, place: str) -> Mapping[str, Any]:
    from liangtian.platform.cases.models import Delegation

    row, _ = Delegation.objects.get_or_create(
        from_user=w.users["county_clerk"], to_user=w.users["county_reviewer"],
        starts_on=date(2099, 1, 1), ends_on=date(2099, 1, 5), reason="休假",
    )  # fmt: skip
    return {"path": {"delegation_id": row.pk}}


def _patch(index: int = 0, step: str = "", **body: Any) -> Request:
    def request(w: World, place: str) -> Mapping[str, Any]:
        path = {"patch_id": w.patches[place][index].pk, **({"step": step} if step else {})}
        return {"path": path, "json": body}

    return request


def _many(w: World, place: str) -> Mapping[str, Any]:
    return {"json": {"ids": [w.patches[HOME][0].pk], "step": "assign"}}


ROWS: tuple[Row, ...] = (
    Row("GET", "/api/inbox", EVERYONE),
    Row("GET", "/api/inbox/counts", EVERYONE),
    Row("GET", "/api/inbox/flows", EVERYONE),
    Row("GET", "/api/inbox/flows/{kind}.svg", EVERYONE,
        lambda w, p: {"path": {"kind": "enforcement.patch"}}),
    Row("GET", "/api/inbox/colleagues", EVERYONE),
    Row("GET", "/api/inbox/people", LEADERS),
    Row("POST", "/api/inbox/handover", {"leader"}, _handover, other={"township_leader": 404}),
    Row("POST", f"{TASK}/claim", JUDGE, _task(), WHERE),
    Row("POST", f"{TASK}/release", {"county_clerk"}, _task(2, held=True), (HOME,)),
    Row("POST", f"{TASK}/give", {"county_reviewer"}, _give, WHERE, other={"county_clerk": 404}),
    Row("POST", f"{TASK}/urge", {"county_clerk"}, _task(), WHERE),
    Row("GET", DELEGATIONS, EVERYONE),
    # Nobody of this world has a colleague of the same role.
    Row("POST", DELEGATIONS, (), _delegate, denied=frozenset({404, 422})),
    Row("POST", f"{DELEGATIONS}/{{delegation_id}}/end", JUDGE, _delegation,
        denied=frozenset({404})),
    Row("GET", "/api/enforcement/steps", VIEW),
    Row("POST", "/api/enforcement/steps", JUDGE, _many),
    Row("POST", f"{PATCH}/assign", JUDGE, _patch(0), WHERE),
    Row("GET", f"{PATCH}/checkers", JUDGE, _patch(0), WHERE),
    # The second patch was judged by the county clerk and waits for another person.
    Row("POST", f"{PATCH}/steps/{{step}}", {"county_reviewer"}, _patch(1, "review"), WHERE,
        other={"county_clerk": 409}),
)  # fmt: skip

DEADLINE = "/api/calendar/deadlines/{deadline_id}"
KEEPERS = frozenset({"county_clerk", "leader"})
SYSTEM = frozenset({"sysadmin"})


def _deadline(periodic: bool = False, paused: bool = False, **body: Any) -> Request:
    def request(w: World, place: str) -> Mapping[str, Any]:
        from liangtian.platform.calendar.deadlines import make_periodic, today
        from liangtian.platform.calendar.models import Deadline

        if periodic:
            make_periodic(date(2026, 3, 1), date(2026, 3, 31))
            rows = Deadline.objects.filter(obligation="month_check", period="2026-03")
            row = rows.get(region_id=PLACES[place][0])
        else:
            row = Deadline.objects.get(
                source_id=w.patches[place][0].case_id, obligation="month_clear"
            )
        if paused:
            Deadline.objects.filter(pk=row.pk).update(paused_on=today())
        return {"path": {"deadline_id": row.pk}, "json": body}

    return request


def _holidays(w: World, place: str) -> Mapping[str, Any]:
    body = {"days": [{"day": "2099-01-01", "works": False, "name": "元旦"}]}
    return {"path": {"year": 2099}, "json": body}


def _holiday_list(w: World, place: str) -> Mapping[str, Any]:
    text = "日期,安排,名称\n2099-01-01,放假,元旦\n"
    return {"path": {"year": 2099}, "form": {"file": SimpleUploadedFile("list.csv", text.encode())}}


def _hook(**body: Any) -> Request:
    def request(w: World, place: str) -> Mapping[str, Any]:
        from liangtian.platform.calendar.models import HookTarget

        target, _ = HookTarget.objects.get_or_create(
            name="试用", defaults={"url": "http://127.0.0.1:9/", "created_by": w.users["sysadmin"]}
        )
        return {"path": {"target_id": target.pk}, "json": body}

    return request


def _extension(w: World, place: str) -> Mapping[str, Any]:
    """Asked for by the township's clerk, whom no keeper of the calendar is."""
    from liangtian.platform.calendar.models import Deadline, Extension

    row = Deadline.objects.get(pk=_deadline()(w, place)["path"]["deadline_id"])
    made, _ = Extension.objects.get_or_create(
        deadline=row, state="asked",
        defaults={"region": row.region, "from_due": row.due_on, "due_on": date(2099, 12, 31),
                  "cause": WHY, "measures": WHY, "asked_by": w.users["township_clerk"]},
    )  # fmt: skip
    return {"path": {"extension_id": made.pk}, "json": {"granted": True}}


WHY = "等待上级批复，暂不计时"
ROWS += (
    Row("GET", "/api/calendar/month", VIEW, lambda w, p: {"query": {"month": "2026-03"}}),
    Row("GET", "/api/calendar/deadlines", VIEW),
    Row("GET", "/api/calendar/obligations", VIEW),
    Row("GET", "/api/calendar/overview", VIEW),
    Row("GET", "/api/calendar/export.ics", VIEW),
    Row("GET", DEADLINE, VIEW, _deadline(), WHERE),
    # The clock of a patch ends with the patch, whoever asks.
    Row("POST", f"{DEADLINE}/finish", (), _deadline(), (HOME,), frozenset({403, 409}), use="patch"),
    Row("POST", f"{DEADLINE}/finish", KEEPERS, _deadline(periodic=True), (HOME, ABROAD),
        frozenset({403, 404}), use="periodic"),
    Row("POST", f"{DEADLINE}/pause", KEEPERS, _deadline(reason=WHY), WHERE),
    Row("POST", f"{DEADLINE}/extend", KEEPERS, _deadline(due_on="2099-12-31", reason=WHY), WHERE),
    Row("POST", f"{DEADLINE}/extension", KEEPERS, _deadline(due_on="2099-12-30", cause=WHY, measures=WHY), WHERE),
    Row("POST", "/api/calendar/extensions/{extension_id}/decide", KEEPERS, _extension, WHERE),
    Row("GET", "/api/calendar/holidays/{year}", VIEW, lambda w, p: {"path": {"year": 2099}}),
    Row("PUT", "/api/calendar/holidays/{year}", KEEPERS, _holidays),
    Row("POST", "/api/calendar/holidays/{year}/list", KEEPERS, _holiday_list),
    Row("POST", f"{DEADLINE}/resume", KEEPERS, _deadline(periodic=True, paused=True), (HOME, ABROAD),
        frozenset({403, 404})),
    Row("GET", "/api/messages", EVERYONE),
    Row("POST", "/api/messages/read", EVERYONE),
    Row("GET", "/api/hooks", SYSTEM),
    # No host is allowed unless the installation says so.
    Row("POST", "/api/hooks", (), lambda w, p: {"json": {"name": "乙", "url": "http://127.0.0.1:9/"}},
        denied=frozenset({403, 422})),
    Row("GET", "/api/hooks/deliveries", SYSTEM),
    Row("POST", "/api/hooks/{target_id}/active", SYSTEM, _hook(active=False)),
    Row("POST", "/api/hooks/{target_id}/try", SYSTEM, _hook()),
)  # fmt: skip
