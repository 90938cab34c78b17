"""Confirming what was proposed, by another person or by a meeting; another conclusion needs a reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from liangtian.platform.audit.services import Told, record, record_all
from liangtian.platform.errors import Conflict, Forbidden, NotFound, Refused
from liangtian.platform.files.models import StoredFile
from liangtian.platform.people.scope import COUNTY_DIGITS, require
from liangtian.platform.reasons import reason_given
from liangtian.platform.regions.models import Region
from liangtian.policy.judgement import table_of
from liangtian.programmes.holdings.codes import pack_in_use
from liangtian.programmes.holdings.models import Judgement, ParcelStanding, ReviewMeeting
from liangtian.programmes.holdings.notices.stage import blocked

if TYPE_CHECKING:
    from liangtian.platform.people.models import User

State = Judgement.State
MEMBERS = 40


@dataclass(frozen=True)
class MeetingForm:
    """When and where it was held, who led it and sat in it."""

    title: str
    held_on: date
    place: str
    chair: str
    members: Sequence[str] = ()
    file_id: int | None = None


def confirm(
    user: User,
    judgement_ids: Sequence[int],
    *,
    outcome: str = "",
    reason: str = "",
    meeting_id: int | None = None,
) -> int:
    """Confirm proposals as they are, or with another class for a reason; how many.

    A person confirms nobody's own work but others'. Raises Forbidden, NotFound, Conflict for one that does not
    wait any more or whose parcel may not go on, Refused for a class that is none or a missing reason.
    """
    require(user, "holdings.view", "holdings.confirm")
    keys = list(dict.fromkeys(judgement_ids))
    if not 0 < len(keys) <= settings.BULK_IN_REQUEST:
        raise Refused(f"一次可确认 1 至 {settings.BULK_IN_REQUEST} 个地块。")
    with transaction.atomic():
        rows = _waiting(user, keys)
        settled = _settled(rows, outcome, reason)
        if meeting_id:
            settled = replace(settled, meeting=ReviewMeeting.objects.fetch_for(user, pk=meeting_id))
        parcels = [row.parcel_id for row in rows]
        Judgement.objects.filter(parcel__in=parcels, state=State.CONFIRMED).update(
            state=State.REPLACED
        )
        told = [_confirmed(user, row, settled) for row in rows]
        columns = ["state", "outcome", "outcome_label", "reason", "meeting", "confirmed_by",
                   "confirmed_at"]  # fmt: skip
        Judgement.objects.bulk_update(rows, columns)
        for row in rows:
            ParcelStanding.objects.filter(parcel=row.parcel_id).update(judged=row.outcome_label)
        act = "holdings.judgement.override" if outcome else "holdings.judgement.confirm"
        record_all(user, act, told)
    return len(rows)


def hold(user: User, form: MeetingForm) -> ReviewMeeting:
    """Enter a meeting that reviews judgements. Raises Forbidden, NotFound, Refused for missing entries."""
    require(user, "holdings.view", "holdings.confirm")
    wrong = {n: "必填" for n in ("title", "place", "chair") if not getattr(form, n).strip()}
    members = [name.strip() for name in form.members if name.strip()][:MEMBERS]
    if not members:
        wrong["members"] = "请填写参会人员"
    if form.held_on > timezone.localdate():
        wrong["held_on"] = "晚于今天"
    if wrong:
        raise Refused("会审没有登记，请改正标出的各项。", fields=wrong)
    with transaction.atomic():
        county = Region.objects.get(code=(user.region_id or "")[:COUNTY_DIGITS])
        file = StoredFile.objects.fetch_for(user, pk=form.file_id) if form.file_id else None
        row: ReviewMeeting = ReviewMeeting.objects.create(
            region=county, title=form.title.strip(), held_on=form.held_on, place=form.place.strip(),
            chair=form.chair.strip(), members=members, minutes=file, entered_by=user,
        )  # fmt: skip
        record(user, "holdings.review.save", row,
               after={"held_on": row.held_on, "members": len(members)})  # fmt: skip
    return row


def _waiting(user: User, keys: Sequence[int]) -> list[Judgement]:
    """The proposals under lock, none of them the user's own."""
    found = Judgement.objects.visible_to(user).select_for_update().filter(pk__in=keys)
    rows = list(found.select_related("parcel", "region"))
    if len(rows) < len(keys):
        raise NotFound
    if any(row.state != State.PROPOSED for row in rows):
        raise Conflict("所选研判意见中有已确认或已被替代的，请刷新后重新选择。")
    if own := [row.parcel.code for row in rows if row.proposed_by_id == user.pk]:
        raise Forbidden(f"地块 {own[0]} 等 {len(own)} 个由您本人提出，应由他人确认。")
    if stopped := blocked([row.parcel for row in rows]):
        raise Conflict(next(iter(stopped.values())))
    return rows


@dataclass(frozen=True)
class _Settled:
    """The class decided for in place of the proposed ones (empty: those stand), why, and where."""

    outcome: str = ""
    label: str = ""
    reason: str = ""
    meeting: ReviewMeeting | None = None


def _settled(rows: Sequence[Judgement], outcome: str, reason: str) -> _Settled:
    if not outcome:
        return _Settled()
    klass = table_of(pack_in_use()).class_of(outcome)
    if klass is None:
        raise Refused("没有这个研判结论，请重新选择。", fields={"outcome": "无效"})
    same = all(row.proposed == outcome for row in rows)
    return _Settled(outcome, klass.label, "" if same else reason_given(reason, "改变研判结论"))


def _confirmed(user: User, row: Judgement, settled: _Settled) -> Told:
    row.state, row.meeting = State.CONFIRMED, settled.meeting
    row.outcome = settled.outcome or row.proposed
    row.outcome_label = settled.label or row.proposed_label
    row.reason = settled.reason if row.outcome != row.proposed else ""
    row.confirmed_by, row.confirmed_at = user, timezone.now()
    before = {"proposed": row.proposed_label}
    after = {
        "outcome": row.outcome_label, "parcel": row.parcel.code,
        "meeting": row.meeting.title if row.meeting else "",
    }  # fmt: skip
    return Told(row, before, after, row.reason)
