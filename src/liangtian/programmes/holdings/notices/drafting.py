"""Drafts of notices: which villages, which of their parcels, under what heading; published or thrown away."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from liangtian.platform.audit.services import record
from liangtian.platform.errors import Conflict, NotFound, Refused
from liangtian.platform.jobs.services import enqueue
from liangtian.platform.people.scope import require
from liangtian.platform.reasons import reason_given
from liangtian.platform.regions.models import Region
from liangtian.policy.clocks import due_after
from liangtian.programmes.holdings.codes import pack_in_use
from liangtian.programmes.holdings.ground import county_of
from liangtian.programmes.holdings.models import (
    Notice,
    NoticeParcel,
    Parcel,
    ParcelStanding,
    ParcelVersion,
)
from liangtian.programmes.holdings.naming import shown_name
from liangtian.programmes.holdings.notices.stage import SHOWN, to_be_noticed

if TYPE_CHECKING:
    from liangtian.platform.people.models import User

State = Notice.State
DAYS = "holdings.notice_days"
PAPERS = "holdings.notice.papers"
TOKEN_BYTES = 24
LEVELS = (6, 9)  # digits of a county and of a township
AT_ONCE = 500
FARTHEST = timedelta(days=60)  # a notice begins at most so long after it is published


@dataclass(frozen=True)
class NoticeForm:
    """What is said on a notice; `villages` are the codes whose results it shows."""

    villages: Sequence[str]
    title: str = ""
    contact: str = ""
    note: str = ""


def draft(user: User, form: NoticeForm) -> Notice:
    """A draft with every parcel of the villages that waits for a notice.

    Raises Forbidden, NotFound for a village of others, Refused when none waits or nobody is to be turned to.
    """
    require(user, "holdings.view", "holdings.notice")
    with transaction.atomic():
        places = _villages(user, form.villages)
        region = _around(places)
        issuer = user.office.name if user.office else user.name
        row = Notice(
            region=region, county_id=county_of(region.code), issuer=issuer, created_by=user,
            villages=[place.code for place in places],
        )  # fmt: skip
        _say(row, form, places)
        row.save()
        if not _collect(row):
            raise Refused(
                "所选村没有待公示的地块：已在公示中，或公示期满。",
                fields={"villages": "没有待公示的地块"},
            )
        after = {"title": row.title, "villages": row.villages, "parcels": row.parcels}
        record(user, "holdings.notice.draft", row, after=after)
    return row


def edit(user: User, notice_id: int, form: NoticeForm, left_out: Iterable[int] = ()) -> Notice:
    """Change a draft; its parcels are read anew from the register, but for those left out.

    Raises Forbidden, NotFound, Conflict for a published one, Refused.
    """
    with transaction.atomic():
        row = lock(user, notice_id, State.DRAFT)
        before = {"title": row.title, "villages": row.villages, "parcels": row.parcels}
        places = _villages(user, form.villages)
        row.region, row.villages = _around(places), [place.code for place in places]
        _say(row, form, places)
        row.left_out = sorted(set(left_out))
        if not _collect(row):
            raise Refused("公示中至少要有一个地块。", fields={"villages": "没有待公示的地块"})
        after = {"title": row.title, "villages": row.villages, "parcels": row.parcels}
        record(user, "holdings.notice.edit", row, before=before, after=after)
    return row


def discard(user: User, notice_id: int) -> None:
    """Throw a draft away."""
    with transaction.atomic():
        row = lock(user, notice_id, State.DRAFT)
        record(user, "holdings.notice.discard", row, before={"title": row.title})
        row.delete()


def publish(
    user: User, notice_id: int, starts_on: date | None = None, ends_on: date | None = None
) -> Notice:
    """Show a notice from a day on, for at least as many days as the pack says. What it shows is fixed.

    The first day does not count (民法典第201条). Raises Forbidden, NotFound, Conflict for a published one and
    where the register has changed since the draft was read, Refused for days.
    """
    with transaction.atomic():
        row = lock(user, notice_id, State.DRAFT)
        list(Parcel.objects.select_for_update().filter(notices__notice=row).values("pk"))
        _refuse_stale(row)
        first = starts_on or timezone.localdate()
        _fix_days(row, first, ends_on)
        row.state, row.token = State.PUBLISHED, secrets.token_urlsafe(TOKEN_BYTES)
        row.published_by, row.published_at = user, timezone.now()
        row.save()
        _stand(row)
        record(user, "holdings.notice.publish", row, after={
            "title": row.title, "starts_on": row.starts_on, "ends_on": row.ends_on,
            "parcels": row.parcels, "clause": row.clause,
        })  # fmt: skip
        enqueue(PAPERS, f"公示图表：{row.title}", user, row.region, link=f"/notices/{row.pk}",
                target=f"holdings.notice:{row.pk}", notice_id=row.pk)  # fmt: skip
    return row


def withdraw(user: User, notice_id: int, reason: str) -> Notice:
    """Take a notice back: its link is dead, and its parcels wait for another. Open objections stay open.

    Raises Forbidden, NotFound, Conflict for one that is not published or has run out.
    """
    said = reason_given(reason, "撤回公示")
    with transaction.atomic():
        row = lock(user, notice_id, State.PUBLISHED)
        today = timezone.localdate()
        if row.ends_on is not None and row.ends_on < today:
            raise Conflict(f"公示已于 {row.ends_on} 期满，不能撤回。")
        row.state, row.withdrawn_by, row.withdrawn_on = State.WITHDRAWN, user, today
        row.withdrawn_reason = said
        row.save(update_fields=["state", "withdrawn_by", "withdrawn_on", "withdrawn_reason"])
        ParcelStanding.objects.filter(notice=row).update(notice=None, noticed_until=None)
        record(user, "holdings.notice.withdraw", row, after={"title": row.title}, note=said)
    return row


def lock(user: User, notice_id: int, state: Notice.State | None = None) -> Notice:
    """The notice under lock. Raises Forbidden, NotFound, Conflict in another state."""
    require(user, "holdings.view", "holdings.notice")
    row: Notice = Notice.objects.select_for_update().fetch_for(user, pk=notice_id)
    if state is not None and row.state != state:
        raise Conflict(f"公示“{row.title}”的状态是“{row.get_state_display()}”，不能这样办理。")
    return row


def _villages(user: User, codes: Sequence[str]) -> list[Region]:
    wanted = sorted(set(codes))
    if not wanted:
        raise Refused("请选择要公示的村。", fields={"villages": "必选"})
    found = list(
        Region.objects.current()
        .within(user.region_id or "-")
        .filter(code__in=wanted, level="village")
        .order_by("code")
    )
    if len(found) < len(wanted):
        raise NotFound("所选的村不存在，或不在您的管辖范围内。")
    return found


def _around(places: Sequence[Region]) -> Region:
    """The smallest region that holds them all. Refused for villages of several counties."""
    if len(places) == 1:
        return places[0]
    digits = max((n for n in LEVELS if len({place.code[:n] for place in places}) == 1), default=0)
    if not digits:
        raise Refused("一次公示只能是同一个县的村。", fields={"villages": "不同县"})
    found: Region = Region.objects.get(code=places[0].code[:digits])
    return found


def _say(row: Notice, form: NoticeForm, places: Sequence[Region]) -> None:
    row.contact, row.note = form.contact.strip()[:200], form.note.strip()[:300]
    if not row.contact:
        raise Refused(
            "请填写异议受理的地点、联系人和电话。", fields={"contact": "公示中须写明向谁提出异议"}
        )
    where = places[0].name if len(places) == 1 else f"{row.region.name}{len(places)}个村"
    row.title = form.title.strip()[:100] or f"{where}农用地清查成果公示"


def _wanted(row: Notice) -> list[NoticeParcel]:
    """What the notice would show now, in the order of its list."""
    found = (
        ParcelVersion.objects.filter(to_be_noticed(), region__in=row.villages)
        .filter(valid_to=None, corps=False)
        .exclude(parcel__in=row.left_out)
        .select_related("holder")
        .order_by("region", "code")
    )
    return [
        NoticeParcel(
            notice=row, region_id=one.region_id, parcel_id=one.parcel_id, version=one,
            number=number, code=one.code, geom=one.geom,
            holder_name=shown_name(one.holder) if one.holder else "",
            **{name: getattr(one, name) for name in SHOWN},
        )
        for number, one in enumerate(found, start=1)
    ]  # fmt: skip


def _collect(row: Notice) -> int:
    """Read the rows of a draft from the register; how many."""
    rows = _wanted(row)
    row.rows.all().delete()
    NoticeParcel.objects.bulk_create(rows, batch_size=AT_ONCE)
    row.parcels, row.area_m2 = len(rows), sum((one.area_m2 for one in rows), Decimal(0))
    row.save()
    return len(rows)


def _refuse_stale(row: Notice) -> None:
    """Conflict where the draft is not what the register says now: nobody has looked at that."""

    def told(one: NoticeParcel) -> tuple[object, ...]:
        return (one.parcel_id, one.holder_name, one.geom.wkb, *(getattr(one, n) for n in SHOWN))

    drafted, now = {told(one) for one in row.rows.all()}, {told(one) for one in _wanted(row)}
    if drafted != now:
        count = len({one[0] for one in drafted ^ now})
        raise Conflict(
            f"草稿拟定以后台账有变更，涉及 {count} 个地块，没有发布。请刷新草稿，核对后再发布。"
        )


def _fix_days(row: Notice, first: date, last: date | None) -> None:
    today = timezone.localdate()
    if not today <= first <= today + FARTHEST:
        raise Refused(
            f"公示开始日期应在今天（{today}）以后、{today + FARTHEST} 以前。",
            fields={"starts_on": "不在范围内"},
        )
    pack = pack_in_use()
    value = pack.value(DAYS, first)
    earliest = due_after(value, first).due
    end = last or earliest
    if end < earliest:
        raise Refused(
            f"公示期不得少于 {value.integer} {value.unit}（{value.clause}）：自 {first} 起，应到 {earliest} 或以后。",
            fields={"ends_on": f"不早于 {earliest}"},
        )
    row.starts_on, row.ends_on, row.days = first, end, (end - first).days
    row.clause, row.pack_version = str(value.clause)[:200], pack.version


def _stand(row: Notice) -> None:
    """Every parcel of the notice stands under it; how many objections are open stays."""
    made = [
        ParcelStanding(
            parcel_id=parcel, region_id=region, notice=row, noticed_until=row.ends_on,
        )
        for parcel, region in row.rows.values_list("parcel_id", "region_id")
    ]  # fmt: skip
    ParcelStanding.objects.bulk_create(
        made, batch_size=AT_ONCE, update_conflicts=True, unique_fields=["parcel"],
        update_fields=["region", "notice", "noticed_until", "reopened", "judged"],
    )  # fmt: skip
