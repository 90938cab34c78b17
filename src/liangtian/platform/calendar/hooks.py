"""Outgoing notices (消息推送): signed JSON to addresses the system administrator set, retried, logged.

Only hosts that stand in LIANGTIAN_HOOK_HOSTS are ever contacted, and what they answer is followed nowhere.
No name, no account and no matter's title leaves the house: only what is due, where and when.
"""

from __future__ import annotations

import hashlib
import hmac
import http.client
import json
import ssl
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import SplitResult, urlsplit

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from liangtian.platform.audit.services import record
from liangtian.platform.calendar.models import HookDelivery, HookTarget
from liangtian.platform.errors import NotFound, Refused
from liangtian.platform.people.scope import require

if TYPE_CHECKING:
    from liangtian.platform.people.models import User

RETRY_AFTER_MINUTES = (1, 5, 30, 120, 720)  # after the last the notice is given up
AT_ONCE = 20  # notices of one tick, so that slow addresses do not hold the worker
LEASE = timedelta(minutes=10)  # a notice taken up by a worker that died is tried again after this
SIGNATURE, TIMESTAMP = "X-Liangtian-Signature", "X-Liangtian-Timestamp"
Status = HookDelivery.Status


def secret_of(target: HookTarget) -> str:
    """The key the receiver checks signatures with; derived, so that the database does not hold it."""
    text = f"hook:{target.pk}:{target.salt}"
    return hmac.new(settings.SECRET_KEY.encode(), text.encode(), hashlib.sha256).hexdigest()


def signature(secret: str, stamp: str, body: bytes) -> str:
    """`sha256=` and the HMAC of the time stamp, a full stop and the body."""
    digest = hmac.new(secret.encode(), f"{stamp}.".encode() + body, hashlib.sha256)
    return f"sha256={digest.hexdigest()}"


def add_target(user: User, name: str, url: str) -> HookTarget:
    """Set an address. Raises Forbidden, Refused for an address whose host is not allowed."""
    require(user, "system.view")
    allowed_parts(url)
    if not name.strip() or HookTarget.objects.filter(name=name.strip()).exists():
        raise Refused("请填写名称，且不与已有名称相同。", fields={"name": "必填且不重复"})
    with transaction.atomic():
        target = HookTarget.objects.create(name=name.strip()[:60], url=url, created_by=user)
        record(user, "hook.add", target, region=user.region, after={"url": url})
    return target


def switch_target(user: User, target_id: int, *, active: bool) -> HookTarget:
    """Turn an address on or off."""
    require(user, "system.view")
    with transaction.atomic():
        target = HookTarget.objects.select_for_update(of=("self",)).filter(pk=target_id).first()
        if target is None:
            raise NotFound
        target.active = active
        target.save(update_fields=["active"])
        record(user, "hook.switch", target, region=user.region, after={"active": active})
    return target


def announce(event: str, key: str, data: Mapping[str, Any]) -> None:
    """Queue a notice for every address in use; once for each key."""
    for target in HookTarget.objects.filter(active=True):
        HookDelivery.objects.get_or_create(
            target=target, key=f"{key}"[:200], defaults={"event": event, "payload": dict(data)}
        )


def try_target(user: User, target_id: int) -> HookDelivery:
    """Queue a trial notice for one address."""
    require(user, "system.view")
    target = HookTarget.objects.filter(pk=target_id).first()
    if target is None:
        raise NotFound
    with transaction.atomic():
        record(user, "hook.try", target, region=user.region)
        return HookDelivery.objects.create(
            target=target, key=f"try:{timezone.now().isoformat()}", event="trial", payload={}
        )


def send_waiting(now: datetime) -> int:
    """Send the notices whose time has come, each with one attempt; how many arrived."""
    due = HookDelivery.objects.filter(status=Status.WAITING, next_at__lte=now, target__active=True)
    arrived = 0
    for delivery in due.select_related("target").order_by("next_at")[:AT_ONCE]:
        mine = HookDelivery.objects.filter(
            pk=delivery.pk, status=Status.WAITING, next_at=delivery.next_at
        )
        if mine.update(next_at=now + LEASE):  # another worker may have it
            arrived += _attempt(delivery, now)
    return arrived


def _attempt(delivery: HookDelivery, now: datetime) -> bool:
    delivery.attempts += 1
    delivery.answer, delivery.error = None, ""
    try:
        delivery.answer = _post(delivery, now)
    except (OSError, http.client.HTTPException, Refused) as problem:
        delivery.error = (str(problem) or type(problem).__name__)[:300]
    good = delivery.answer is not None and 200 <= delivery.answer < 300
    if good:
        delivery.status, delivery.sent_at = Status.SENT, now
    else:
        delivery.error = delivery.error or f"对方应答 {delivery.answer}"
        if delivery.attempts > len(RETRY_AFTER_MINUTES):
            delivery.status = Status.FAILED
        else:
            wait = RETRY_AFTER_MINUTES[delivery.attempts - 1]
            delivery.next_at = now + timedelta(minutes=wait)
    delivery.save(update_fields=["attempts", "answer", "error", "status", "sent_at", "next_at"])
    return good


def _post(delivery: HookDelivery, now: datetime) -> int:
    parts = allowed_parts(delivery.target.url)
    content = {
        "id": str(delivery.pk), "event": delivery.event,
        "at": delivery.created_at.isoformat(), "data": delivery.payload,
    }  # fmt: skip
    body = json.dumps(content, ensure_ascii=False, sort_keys=True).encode()
    stamp = str(int(now.timestamp()))
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        TIMESTAMP: stamp,
        SIGNATURE: signature(secret_of(delivery.target), stamp, body),
    }
    connection = _connection(parts)
    try:
        path = parts.path or "/"
        connection.request("POST", f"{path}?{parts.query}" if parts.query else path, body, headers)
        return connection.getresponse().status
    finally:
        connection.close()


def _connection(parts: SplitResult) -> http.client.HTTPConnection:
    seconds, host = settings.HOOK_TIMEOUT_SECONDS, str(parts.hostname)
    if parts.scheme == "https":
        return http.client.HTTPSConnection(
            host, parts.port, timeout=seconds, context=ssl.create_default_context()
        )
    return http.client.HTTPConnection(host, parts.port, timeout=seconds)


def allowed_parts(url: str) -> SplitResult:
    """The parts of an address that may be contacted; Refused for any other."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise _not_allowed(url) from None
    host = f"{parts.hostname}:{port}" if port else str(parts.hostname)
    known = {h.strip().lower() for h in settings.HOOK_HOSTS if h.strip()}
    if parts.scheme not in ("http", "https") or parts.username or host.lower() not in known:
        raise _not_allowed(host)
    return parts


def _not_allowed(host: str) -> Refused:
    return Refused(
        f"不允许向“{host}”推送。请先把该主机加入环境变量 LIANGTIAN_HOOK_HOSTS（主机名或主机名:端口）并重启服务。",
        fields={"url": "主机不在允许的名单内"},
    )
