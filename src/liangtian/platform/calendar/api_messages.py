"""Messages and outgoing notices over HTTP."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from django.conf import settings
from django.http import HttpRequest
from ninja import Router, Schema

from liangtian.platform.calendar import hooks as hooking
from liangtian.platform.calendar.messages import mark_read, messages_of
from liangtian.platform.calendar.models import HookDelivery, HookTarget, Message
from liangtian.platform.people.request import user_of
from liangtian.platform.people.scope import require

router = Router(tags=["messages"])
hooks = Router(tags=["hooks"])
MOST_ROWS = 200


class MessageOut(Schema):
    id: int
    kind: Literal["reminder", "overdue", "task", "system"]
    kind_label: str
    title: str
    body: str
    link: str
    created_at: datetime
    read: bool


class MessagePage(Schema):
    rows: list[MessageOut]
    total: int
    unread: int


class ReadIn(Schema):
    ids: list[int] | None = None


class ReadOut(Schema):
    read: int


class HookOut(Schema):
    id: int
    name: str
    url: str
    active: bool
    sent: int
    waiting: int
    failed: int


class HookMade(HookOut):
    secret: str


class HooksOut(Schema):
    hosts: list[str]
    targets: list[HookOut]


class HookIn(Schema):
    name: str
    url: str


class SwitchIn(Schema):
    active: bool


class DeliveryOut(Schema):
    id: str
    target: str
    event: str
    status: Literal["waiting", "sent", "failed"]
    status_label: str
    attempts: int
    answer: int | None
    error: str
    created_at: datetime
    next_at: datetime
    sent_at: datetime | None


class DeliveryPage(Schema):
    rows: list[DeliveryOut]
    total: int


@router.get("", response=MessagePage)
def messages(
    request: HttpRequest, unread: bool = False, page: int = 1, size: int = 20
) -> dict[str, Any]:
    """One's own messages, newest first."""
    user = user_of(request)
    rows, size, page = messages_of(user, unread), min(max(size, 1), MOST_ROWS), max(page, 1)
    return {
        "rows": [_message(row) for row in rows[(page - 1) * size : page * size]],
        "total": rows.count(),
        "unread": messages_of(user, unread=True).count(),
    }


@router.post("/read", response=ReadOut)
def read(request: HttpRequest, body: ReadIn) -> dict[str, int]:
    """Mark as read, all without ids."""
    return {"read": mark_read(user_of(request), body.ids)}


@hooks.get("", response=HooksOut)
def targets(request: HttpRequest) -> dict[str, Any]:
    """The addresses that are told, and the hosts that may be."""
    require(user_of(request), "system.view")
    hosts = [host for host in settings.HOOK_HOSTS if host.strip()]
    return {"hosts": hosts, "targets": [_target(t) for t in HookTarget.objects.all()]}


@hooks.post("", response=HookMade)
def add(request: HttpRequest, body: HookIn) -> dict[str, Any]:
    """Add an address; its key is told this once."""
    target = hooking.add_target(user_of(request), body.name, body.url.strip())
    return {**_target(target), "secret": hooking.secret_of(target)}


@hooks.get("/deliveries", response=DeliveryPage)
def deliveries(request: HttpRequest, page: int = 1, size: int = 20) -> dict[str, Any]:
    """The log, newest first."""
    require(user_of(request), "system.view")
    size, page = min(max(size, 1), MOST_ROWS), max(page, 1)
    rows = HookDelivery.objects.select_related("target")
    return {
        "rows": [_delivery(row) for row in rows[(page - 1) * size : page * size]],
        "total": rows.count(),
    }


@hooks.post("/{int:target_id}/active", response=HookOut)
def switch(request: HttpRequest, target_id: int, body: SwitchIn) -> dict[str, Any]:
    """Turn an address on or off."""
    return _target(hooking.switch_target(user_of(request), target_id, active=body.active))


@hooks.post("/{int:target_id}/try", response=DeliveryOut)
def trial(request: HttpRequest, target_id: int) -> dict[str, Any]:
    """Queue a trial notice."""
    return _delivery(hooking.try_target(user_of(request), target_id))


def _message(row: Message) -> dict[str, Any]:
    return {
        "id": row.pk, "kind": row.kind, "kind_label": row.get_kind_display(), "title": row.title,
        "body": row.body, "link": row.link, "created_at": row.created_at,
        "read": row.read_at is not None,
    }  # fmt: skip


def _target(target: HookTarget) -> dict[str, Any]:
    status = HookDelivery.Status
    counted = {
        name: target.deliveries.filter(status=value).count()
        for name, value in (
            ("sent", status.SENT),
            ("waiting", status.WAITING),
            ("failed", status.FAILED),
        )
    }
    return {
        "id": target.pk, "name": target.name, "url": target.url, "active": target.active, **counted,
    }  # fmt: skip


def _delivery(row: HookDelivery) -> dict[str, Any]:
    return {
        "id": str(row.pk), "target": row.target.name, "event": row.event, "status": row.status,
        "status_label": row.get_status_display(), "attempts": row.attempts, "answer": row.answer,
        "error": row.error, "created_at": row.created_at, "next_at": row.next_at,
        "sent_at": row.sent_at,
    }  # fmt: skip
