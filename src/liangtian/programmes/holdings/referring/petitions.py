"""Petitions (信访): logged with the day they came, answered within the pack's days, closed with what came of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from liangtian.platform.audit.services import record, saw
from liangtian.platform.calendar.packs import own_arrangement
from liangtian.platform.errors import Conflict, Refused
from liangtian.platform.people.scope import require
from liangtian.platform.personal_digest import normalised
from liangtian.platform.personal_numbers import is_id_number
from liangtian.platform.reasons import reason_given
from liangtian.policy.clocks import due_after
from liangtian.programmes.holdings.codes import not_listed, pack_in_use
from liangtian.programmes.holdings.models import Petition, PetitionFile
from liangtian.programmes.holdings.referring.subjects import files_of, subject

if TYPE_CHECKING:
    from liangtian.platform.people.models import User

State = Petition.State
DAYS = "holdings.petition_days"
LONGEST, ID_LENGTH, PHONE = 1000, 18, 30


@dataclass(frozen=True)
class PetitionForm:
    """Who petitions, how it came and when, what is wanted; about a parcel, a holder, or both."""

    name: str
    channel: str
    kind: str
    text: str
    received_on: date
    phone: str = ""
    id_number: str = ""
    parcel_id: int | None = None
    holder_id: int | None = None
    files: Sequence[int] = ()


def log(user: User, form: PetitionForm) -> Petition:
    """Enter a petition; its last day follows from the day it came. Raises Forbidden, NotFound, Refused."""
    require(user, "holdings.view", "holdings.petition")
    if wrong := _wrong(form):
        raise Refused("信访没有登记，请改正标出的各项。", fields=wrong)
    value = pack_in_use().value(DAYS, form.received_on)
    due = due_after(value, form.received_on, own_arrangement()).due
    with transaction.atomic():
        row: Petition = Petition.objects.create(
            **subject(user, form.parcel_id, form.holder_id), name=form.name.strip(),
            id_number=normalised(form.id_number), phone=form.phone.strip()[:PHONE],
            channel=form.channel, kind=form.kind, text=form.text.strip(),
            received_on=form.received_on, due_on=due, logged_by=user,
        )  # fmt: skip
        _attach(user, row, form.files, answer=False)
        record(user, "holdings.petition.log", row, after={
            "kind": row.kind, "channel": row.get_channel_display(), "parcel": row.parcel_id,
            "holder": row.holder_id, "received_on": row.received_on, "due_on": due,
        })  # fmt: skip
    return row


def answer(user: User, key: int, said: str, files: Sequence[int] = ()) -> Petition:
    """Answer a petition today. Raises Forbidden, NotFound, Conflict for one answered before, Refused."""
    text = reason_given(said, "答复信访", LONGEST)
    with transaction.atomic():
        row = _locked(user, key, State.OPEN)
        row.state, row.answer = State.ANSWERED, text
        row.answered_by, row.answered_on = user, timezone.localdate()
        row.save(update_fields=["state", "answer", "answered_by", "answered_on"])
        _attach(user, row, files, answer=True)
        record(user, "holdings.petition.answer", row,
               after={"answered_on": row.answered_on}, note=text[:300])  # fmt: skip
    return row


def close(user: User, key: int, result: str, *, retracted: bool = False) -> Petition:
    """Close what was answered, or enter that it was taken back before. Raises Forbidden, NotFound, Conflict, Refused."""
    note = reason_given(result, "办结信访")
    with transaction.atomic():
        row = _locked(user, key, State.OPEN if retracted else State.ANSWERED)
        row.state = State.RETRACTED if retracted else State.CLOSED
        row.closed_on, row.result = timezone.localdate(), note
        row.save(update_fields=["state", "closed_on", "result"])
        record(user, "holdings.petition.close", row,
               after={"state": row.get_state_display()}, note=note)  # fmt: skip
    return row


def fetch_petition(user: User, key: int) -> Petition:
    """The petition. Raises Forbidden, NotFound outside the scope."""
    require(user, "holdings.view")
    rows = Petition.objects.select_related("parcel", "holder", "region", "answered_by", "logged_by")
    found: Petition = rows.fetch_for(user, pk=key)
    return found


def identity(user: User, key: int, reason: str) -> Petition:
    """The petition with who made it in full; who asked and why is in the trail."""
    require(user, "holdings.view", "personal.unmask")
    said = reason_given(reason, "查看完整身份信息")
    found = fetch_petition(user, key)
    saw(user, "holdings.petition.identity", found, note=said)
    return found


def _wrong(form: PetitionForm) -> dict[str, str]:
    wrong: dict[str, str] = {}
    if not 0 < len(form.name.strip()) <= 100:
        wrong["name"] = "必填，不超过 100 个字"
    if not 0 < len(form.text.strip()) <= LONGEST:
        wrong["text"] = f"必填，不超过 {LONGEST} 个字"
    if form.channel not in Petition.Channel.values:
        wrong["channel"] = "请选择来源"
    if said := not_listed("petition_kind", form.kind):
        wrong["kind"] = said
    if form.received_on > timezone.localdate():
        wrong["received_on"] = "晚于今天"
    number = normalised(form.id_number)
    if number and not (len(number) == ID_LENGTH and is_id_number(number)):
        wrong["id_number"] = "身份证号码位数、出生日期或校验码不对"
    return wrong


def _locked(user: User, key: int, state: str) -> Petition:
    require(user, "holdings.view", "holdings.petition")
    row: Petition = Petition.objects.select_for_update().fetch_for(user, pk=key)
    if row.state != state:
        raise Conflict(f"该信访现为“{row.get_state_display()}”，不能这样办理。")
    return row


def _attach(user: User, row: Petition, files: Sequence[int], *, answer: bool) -> None:
    PetitionFile.objects.bulk_create(
        [PetitionFile(petition=row, file=one, answer=answer) for one in files_of(user, files)],
        ignore_conflicts=True,
    )
