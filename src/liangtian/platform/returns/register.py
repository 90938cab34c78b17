"""The register of returns: which township stands where, and what the user may do next."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from liangtian.platform.regions.models import Region
from liangtian.platform.returns.forms import Form
from liangtian.platform.returns.models import Return
from liangtian.platform.returns.periods import read_period
from liangtian.platform.returns.services import due_date, next_post

if TYPE_CHECKING:
    from liangtian.platform.people.models import User

Status = Return.Status


def register_rows(user: User, form: Form, code: str) -> list[dict[str, Any]]:
    """The county first, then each township of the user's scope, with its latest version."""
    due = due_date(read_period(form.period, code))
    regions = Region.objects.filter(
        code__startswith=user.scope, level__in=[Region.Level.COUNTY, Region.Level.TOWNSHIP],
        valid_to=None,
    ).order_by("code")  # fmt: skip
    if not user.scope:
        regions = regions.none()
    latest: dict[str, Return] = {}
    found = Return.objects.visible_to(user).filter(form=form.name, period=code)
    for made in (
        found.select_related("frozen_by").prefetch_related("signatures").order_by("version")
    ):
        latest[made.region_id] = made
    return [
        {"region": r.code, "name": r.name, "level": r.level, "current": latest.get(r.code),
         "late": r.level == Region.Level.TOWNSHIP and _late(latest.get(r.code), due)}
        for r in regions
    ]  # fmt: skip


def _late(made: Return | None, due: date) -> bool:
    sent = made.sent_at if made and made.status == Status.SENT else None
    return (timezone.localdate(sent) if sent else timezone.localdate()) > due


def actions(user: User, made: Return) -> list[str]:
    """What the user may do with this return now: sign, decline, send, send_back, correct."""
    own, found = made.region_id == user.region_id, []
    post = next_post(made)
    if own and post and user.may(post.permission):
        before = {made.frozen_by_id, *(one.user_id for one in made.signatures.all())}
        found += ["decline"] if user.pk in before else ["sign", "decline"]
    if not user.may("returns.prepare"):
        return found
    township = made.region.level == Region.Level.TOWNSHIP
    if own and township and made.status == Status.SIGNED:
        found.append("send")
    if not own and made.status == Status.SENT:
        found.append("send_back")
    if own and made.status in (Status.FROZEN, Status.SIGNED, Status.DECLINED, Status.SENT_BACK):
        found.append("correct")
    return found


def status_label(made: Return) -> str:
    """Where a return stands in words; of one to be signed, whose turn it is."""
    post = next_post(made)
    return f"待{post.act}" if post else str(made.get_status_display())


def previous(made: Return) -> Return | None:
    """The version before this one."""
    earlier = Return.objects.filter(
        form=made.form, region=made.region, period=made.period, version__lt=made.version
    )
    row: Return | None = earlier.select_related("snapshot").order_by("-version").first()
    return row
