"""Referring a matter to another authority (移送): proposed, approved by another person, sent, answered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from liangtian.platform.audit.services import record
from liangtian.platform.documents.models import Letter
from liangtian.platform.errors import Conflict, Forbidden, Refused
from liangtian.platform.people.scope import require
from liangtian.platform.reasons import reason_given
from liangtian.programmes.holdings.models import Referral, ReferralFile
from liangtian.programmes.holdings.referring.subjects import files_of, subject

if TYPE_CHECKING:
    from liangtian.platform.people.models import User

State = Referral.State
LETTER = "holdings.referral"
LONGEST = 1000
_LIMITS = {"receiver": 100, "text": LONGEST, "basis": 300}


@dataclass(frozen=True)
class ReferralForm:
    """To whom, why and on what basis; about a parcel, a holder, or both; with which documents."""

    authority: str
    receiver: str
    text: str
    basis: str
    parcel_id: int | None = None
    holder_id: int | None = None
    files: Sequence[int] = ()


def propose(user: User, form: ReferralForm) -> Referral:
    """Propose a referral. Raises Forbidden, NotFound, Refused for entries."""
    require(user, "holdings.view", "holdings.refer")
    wrong = {
        name: f"必填，不超过 {most} 个字"
        for name, most in _LIMITS.items()
        if not 0 < len(getattr(form, name).strip()) <= most
    }
    if form.authority not in Referral.Authority.values:
        wrong["authority"] = "请选择移送机关"
    if wrong:
        raise Refused("移送没有登记，请改正标出的各项。", fields=wrong)
    with transaction.atomic():
        row: Referral = Referral.objects.create(
            **subject(user, form.parcel_id, form.holder_id), authority=form.authority,
            receiver=form.receiver.strip(), text=form.text.strip(), basis=form.basis.strip(),
            proposed_by=user,
        )  # fmt: skip
        _attach(user, row, form.files, answer=False)
        record(user, "holdings.referral.propose", row, after={
            "authority": row.get_authority_display(), "receiver": row.receiver,
            "parcel": row.parcel_id, "holder": row.holder_id, "files": len(form.files),
        })  # fmt: skip
    return row


def decide(user: User, key: int, *, approve: bool, opinion: str) -> Referral:
    """Approve what another proposed, or refuse it with a reason. Raises Forbidden, NotFound, Conflict, Refused."""
    note = opinion.strip()[:300] if approve else reason_given(opinion, "不同意移送")
    with transaction.atomic():
        row = _locked(user, key, "holdings.approve", State.PROPOSED)
        if row.proposed_by_id == user.pk:
            raise Forbidden("提出人不能批准自己提出的移送，请由他人批准。")
        if approve:
            row.state, row.approved_by, row.approved_at = State.APPROVED, user, timezone.now()
        else:
            row.state, row.note = State.CANCELLED, note
        row.save()
        record(user, "holdings.referral.decide", row,
               after={"state": row.get_state_display()}, note=note)  # fmt: skip
    return row


def send(user: User, key: int, on: date) -> Referral:
    """It went out with its letter. Raises Forbidden, NotFound, Conflict without an issued letter, Refused."""
    with transaction.atomic():
        row = _locked(user, key, "holdings.refer", State.APPROVED)
        _refuse_day(on, timezone.localdate(row.approved_at), "移送日期", "批准日期")
        letters = Letter.objects.filter(kind=LETTER, source_id=row.pk, state=Letter.State.ISSUED)
        if not letters.exists():
            raise Conflict("还没有制发移送函，请先制发移送函再登记移送。")
        row.state, row.sent_on = State.SENT, on
        row.save(update_fields=["state", "sent_on"])
        record(user, "holdings.referral.send", row, after={"sent_on": on})
    return row


def answer(user: User, key: int, on: date, said: str, files: Sequence[int] = ()) -> Referral:
    """What the authority answered and when. Raises Forbidden, NotFound, Conflict before it was sent, Refused."""
    text = reason_given(said, "登记回复", LONGEST)
    with transaction.atomic():
        row = _locked(user, key, "holdings.refer", State.SENT)
        assert row.sent_on is not None
        _refuse_day(on, row.sent_on, "回复日期", "移送日期")
        row.state, row.answered_on, row.answer = State.ANSWERED, on, text
        row.save(update_fields=["state", "answered_on", "answer"])
        _attach(user, row, files, answer=True)
        record(user, "holdings.referral.answer", row, after={"answered_on": on}, note=text[:300])
    return row


def cancel(user: User, key: int, reason: str) -> Referral:
    """It is given up before it was sent. Raises Forbidden, NotFound, Conflict, Refused."""
    note = reason_given(reason, "撤销移送")
    with transaction.atomic():
        row = _locked(user, key, "holdings.refer", State.PROPOSED, State.APPROVED)
        row.state, row.note = State.CANCELLED, note
        row.save(update_fields=["state", "note"])
        record(user, "holdings.referral.cancel", row, note=note)
    return row


def _locked(user: User, key: int, permission: str, *states: str) -> Referral:
    require(user, "holdings.view", permission)
    row: Referral = Referral.objects.select_for_update().fetch_for(user, pk=key)
    if row.state not in states:
        raise Conflict(f"该移送现为“{row.get_state_display()}”，不能这样办理。")
    return row


def _refuse_day(on: date, first: date, what: str, after: str) -> None:
    if not first <= on <= timezone.localdate():
        raise Refused(f"{what}应在{after} {first} 至今天之间。", fields={"on": "日期不对"})


def _attach(user: User, row: Referral, files: Sequence[int], *, answer: bool) -> None:
    ReferralFile.objects.bulk_create(
        [ReferralFile(referral=row, file=one, answer=answer) for one in files_of(user, files)],
        ignore_conflicts=True,
    )
