"""Objections to a notice (公示异议): logged at the counter or sent through its public page, answered, taken back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from liangtian.platform.audit.services import record, saw
from liangtian.platform.calendar.packs import own_arrangement
from liangtian.platform.errors import Conflict, NotFound, Refused
from liangtian.platform.files.models import StoredFile
from liangtian.platform.people.scope import require
from liangtian.platform.personal_digest import normalised
from liangtian.platform.personal_numbers import is_id_number
from liangtian.platform.reasons import reason_given
from liangtian.policy.clocks import due_after
from liangtian.programmes.holdings.codes import pack_in_use
from liangtian.programmes.holdings.models import (
    Notice,
    NoticeParcel,
    Objection,
    ObjectionFile,
    ParcelStanding,
)
from liangtian.programmes.holdings.notices.drafting import lock
from liangtian.programmes.holdings.notices.stage import count_objections

if TYPE_CHECKING:
    from liangtian.platform.people.models import User

KINDS, ANSWER_DAYS = "holdings.objection_kinds", "holdings.objection_answer_days"
State, Channel = Objection.State, Objection.Channel
ID_LENGTH, LONGEST, FILES = 18, 1000, 20


@dataclass(frozen=True)
class ObjectionForm:
    """Who objects, how to be reached, to what: `number` is the place of a parcel in the notice's list."""

    name: str
    phone: str
    kind: str
    text: str
    number: int | None = None
    lot: str = ""
    id_number: str = ""


def kinds(on: date | None = None) -> Sequence[str]:
    """The sorts of objections that the pack lists."""
    return pack_in_use().value(KINDS, on or timezone.localdate()).items


def log(
    user: User, notice_id: int, form: ObjectionForm, filed_on: date, files: Sequence[int] = ()
) -> Objection:
    """Enter an objection made in person or in writing, as of the day it was made.

    Raises Forbidden, NotFound, Conflict for a notice that is not published, Refused for entries or a day
    outside the notice.
    """
    wrong = _wrong(form)
    if wrong:
        raise Refused("异议没有登记，请改正标出的各项。", fields=wrong)
    with transaction.atomic():
        notice = lock(user, notice_id, Notice.State.PUBLISHED)
        made = _enter(notice, form, filed_on, Channel.COUNTER, user)
        _attach(user, made, files, answer=False)
        record(user, "holdings.objection.file", made, after=told(made))
    return made


def send(notice: Notice, form: ObjectionForm) -> Objection:
    """Enter an objection from the notice's public page, in the caller's check that it is open today.

    Raises Refused for entries.
    """
    wrong = _wrong(form)
    if not form.phone.strip():
        wrong["phone"] = "请填写联系电话，以便答复"
    if wrong:
        raise Refused("异议没有提交，请改正标出的各项。", fields=wrong)
    with transaction.atomic():
        held: Notice = Notice.objects.select_for_update().get(pk=notice.pk)
        made = _enter(held, form, timezone.localdate(), Channel.ONLINE, None)
        record(None, "holdings.objection.file", made, region=made.region, after=told(made))
    return made


def answer(
    user: User, objection_id: int, *, upheld: bool, said: str, files: Sequence[int] = ()
) -> Objection:
    """Answer an objection. Where it is upheld the parcel is surveyed again and must be noticed again.

    Raises Forbidden, NotFound, Conflict for one answered before, Refused for an answer too short.
    """
    text = reason_given(said, "答复异议", LONGEST)
    with transaction.atomic():
        row = _open(user, objection_id)
        _close(row, user, State.UPHELD if upheld else State.REJECTED, text)
        _attach(user, row, files, answer=True)
        if upheld and row.parcel_id:
            ParcelStanding.objects.filter(parcel=row.parcel_id).update(reopened=True, judged="")
        record(user, "holdings.objection.answer", row,
               after={"state": row.get_state_display()}, note=text)  # fmt: skip
    return row


def retract(user: User, objection_id: int, reason: str) -> Objection:
    """Enter that who objected has taken it back. Raises as `answer` does."""
    text = reason_given(reason, "撤回异议")
    with transaction.atomic():
        row = _open(user, objection_id)
        _close(row, user, State.RETRACTED, text)
        record(user, "holdings.objection.retract", row, note=text)
    return row


def fetch_objection(user: User, objection_id: int) -> Objection:
    """The objection. Raises Forbidden, NotFound outside the scope."""
    require(user, "holdings.view")
    rows = Objection.objects.select_related(
        "notice", "parcel", "answered_by", "logged_by", "region"
    )
    found: Objection = rows.fetch_for(user, pk=objection_id)
    return found


def identity(user: User, objection_id: int, reason: str) -> Objection:
    """The objection with who made it in full; who asked and why is in the trail."""
    require(user, "holdings.view", "personal.unmask")
    said = reason_given(reason, "查看完整身份信息")
    found = fetch_objection(user, objection_id)
    saw(user, "holdings.objection.identity", found, note=said)
    return found


def told(row: Objection) -> dict[str, object]:
    """For the trail: what it is about, not who made it."""
    return {
        "notice": row.notice_id, "number": row.number, "parcel": row.parcel_id, "kind": row.kind,
        "channel": row.get_channel_display(), "filed_on": row.filed_on, "due_on": row.due_on,
    }  # fmt: skip


def _wrong(form: ObjectionForm) -> dict[str, str]:
    wrong: dict[str, str] = {}
    if not 0 < len(form.name.strip()) <= 100:
        wrong["name"] = "必填，不超过 100 个字"
    if form.kind not in kinds():
        wrong["kind"] = f"应为{'、'.join(kinds())}之一"
    if not 0 < len(form.text.strip()) <= LONGEST:
        wrong["text"] = f"必填，不超过 {LONGEST} 个字"
    number = normalised(form.id_number)
    if number and not (len(number) == ID_LENGTH and is_id_number(number)):
        wrong["id_number"] = "身份证号码位数、出生日期或校验码不对"
    return wrong


def _enter(
    notice: Notice, form: ObjectionForm, on: date, channel: Objection.Channel, user: User | None
) -> Objection:
    _refuse_day(notice, on)
    row = _row(notice, form.number)
    last = notice.objections.aggregate(n=Max("number"))["n"] or 0
    due = due_after(pack_in_use().value(ANSWER_DAYS, on), on, own_arrangement()).due
    made: Objection = Objection.objects.create(
        notice=notice, region_id=row.region_id if row else notice.region_id,
        parcel_id=row.parcel_id if row else None, number=last + 1,
        lot=row.code if row else form.lot.strip()[:60], name=form.name.strip(),
        id_number=normalised(form.id_number), phone=form.phone.strip()[:30], kind=form.kind,
        text=form.text.strip(), channel=channel, filed_on=on, due_on=due, logged_by=user,
    )  # fmt: skip
    if row:
        count_objections([row.parcel_id])
    return made


def _refuse_day(notice: Notice, on: date) -> None:
    first, last, today = notice.starts_on, notice.ends_on, timezone.localdate()
    if first is None or last is None or not first <= on <= min(last, today):
        raise Refused(
            f"提出日期应在公示期内（{first} 至 {last}），且不晚于今天。公示期外提出的，请按信访等途径办理。",
            fields={"filed_on": "不在公示期内"},
        )


def _row(notice: Notice, number: int | None) -> NoticeParcel | None:
    if number is None:
        return None
    found: NoticeParcel | None = notice.rows.filter(number=number).defer("geom").first()
    if found is None:
        raise Refused(
            "公示表中没有这个序号，请核对公示表。", fields={"number": "公示表中没有这个序号"}
        )
    return found


def _open(user: User, objection_id: int) -> Objection:
    require(user, "holdings.view", "holdings.notice")
    row: Objection = Objection.objects.select_for_update().fetch_for(user, pk=objection_id)
    if row.state != State.OPEN:
        raise Conflict(f"该异议{row.get_state_display()}，不能再答复。")
    return row


def _close(row: Objection, user: User, state: Objection.State, text: str) -> None:
    row.state, row.answer = state, text
    row.answered_by, row.answered_on = user, timezone.localdate()
    row.save(update_fields=["state", "answer", "answered_by", "answered_on"])
    if row.parcel_id:
        count_objections([row.parcel_id])


def _attach(user: User, row: Objection, files: Sequence[int], *, answer: bool) -> None:
    keys = list(dict.fromkeys(files))
    found = list(StoredFile.objects.visible_to(user).filter(pk__in=keys)[: FILES + 1])
    if len(found) < len(keys) or len(keys) > FILES:
        raise NotFound(f"所附文件不存在或不在您的管辖范围内，最多 {FILES} 个。")
    ObjectionFile.objects.bulk_create(
        ObjectionFile(objection=row, file=one, answer=answer) for one in found
    )
