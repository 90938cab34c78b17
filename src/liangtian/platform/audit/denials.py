"""Refused requests in the trail: the first ones singly, a flood as one number."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import DatabaseError, transaction
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from liangtian.platform.audit.models import Denial
from liangtian.platform.audit.services import record

if TYPE_CHECKING:
    from liangtian.platform.people.models import User

logger = logging.getLogger(__name__)
ACTS = {403: "access.denied", 404: "access.not_found"}
WINDOW = timedelta(minutes=10)


def note_refusal(request: HttpRequest, response: HttpResponse) -> None:
    """Keep a refused request of who is signed in (OWASP ASVS 5.0, 16.3.2: failed authorisation)."""
    act = ACTS.get(response.status_code)
    user = getattr(request, "user", None)
    if act is None or not request.path.startswith("/api/") or not getattr(user, "pk", None):
        return
    try:
        _count(user, act, f"{request.method} {request.path}"[:200], request)  # type: ignore[arg-type]
    except DatabaseError:  # the request is refused all the same
        logger.exception("refusal of %s not recorded", request.path)


def _count(user: User, act: str, what: str, request: HttpRequest) -> None:
    address = request.META.get("REMOTE_ADDR", "")[:45]
    seconds = WINDOW.total_seconds()
    start = timezone.now().timestamp() // seconds * seconds
    window = datetime.fromtimestamp(start, tz=timezone.get_current_timezone())
    with transaction.atomic():
        count, _ = Denial.objects.get_or_create(actor=user, address=address, window=window)
        Denial.objects.filter(pk=count.pk).update(count=F("count") + 1, last=what)
        if count.count < settings.AUDIT_DENIALS_EACH:
            record(user, act, what, success=False)


def sum_up() -> int:
    """Turn the counts of past stretches of time into one entry each; returns how many were written."""
    past = Denial.objects.filter(window__lte=timezone.now() - WINDOW).select_related("actor")
    written = 0
    for denial in past[:1000]:
        with transaction.atomic():
            if not Denial.objects.filter(pk=denial.pk).delete()[0]:
                continue
            rest = denial.count - settings.AUDIT_DENIALS_EACH
            if rest > 0:
                written += 1
                record(
                    denial.actor, "access.repeated", denial.last, success=False,
                    after={"address": denial.address, "from": denial.window, "times": rest},
                    note=f"10 分钟内另有 {rest} 次被拒，最近一次如对象所示。",
                )  # fmt: skip
    return written
