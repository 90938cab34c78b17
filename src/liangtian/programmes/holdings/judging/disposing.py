"""What is to be done with a judged parcel (一地一议): planned with office and day, ended with a result."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils import timezone

from liangtian.platform.audit.services import record
from liangtian.platform.errors import Conflict, NotFound, Refused
from liangtian.platform.files.models import StoredFile
from liangtian.platform.people.models import Office
from liangtian.platform.people.scope import COUNTY_DIGITS, require
from liangtian.platform.reasons import reason_given
from liangtian.policy.clocks import due_after
from liangtian.programmes.holdings.codes import pack_in_use
from liangtian.programmes.holdings.models import Disposition, Judgement, Parcel

if TYPE_CHECKING:
    from liangtian.platform.people.models import User

MEASURES, DAYS = "holdings.disposition_measures", "holdings.disposition_days"
LONGEST = 500
State = Disposition.State


@dataclass(frozen=True)
class PlanForm:
    """Measure, plan in words, office, last day (None: the pack's days from today)."""

    measure: str
    plan: str
    office_id: int
    due_on: date | None = None


def plan(user: User, parcel_id: int, form: PlanForm) -> Disposition:
    """Plan a disposition of a parcel whose judgement is confirmed.

    Raises Forbidden, NotFound, Conflict before that or for a measure that is under way, Refused for entries.
    """
    require(user, "holdings.view", "holdings.judge")
    today, pack = timezone.localdate(), pack_in_use()
    wrong = {}
    if form.measure not in pack.value(MEASURES, today).items:
        wrong["measure"] = "请选择处置措施"
    if not 0 < len(form.plan.strip()) <= LONGEST:
        wrong["plan"] = f"必填，不超过 {LONGEST} 个字"
    if form.due_on is not None and form.due_on < today:
        wrong["due_on"] = "早于今天"
    if wrong:
        raise Refused("处置方案没有登记，请改正标出的各项。", fields=wrong)
    with transaction.atomic():
        judged = _judged(user, parcel_id)
        office = _office(user, form.office_id)
        try:
            with transaction.atomic():
                row: Disposition = Disposition.objects.create(
                    parcel_id=parcel_id, region_id=judged.region_id, judgement=judged,
                    measure=form.measure, plan=form.plan.strip(), responsible=office,
                    due_on=form.due_on or due_after(pack.value(DAYS, today), today).due,
                    created_by=user,
                )  # fmt: skip
        except IntegrityError as error:
            raise Conflict(f"该地块的“{form.measure}”正在办理，不能重复登记。") from error
        record(user, "holdings.disposition.plan", row, after={
            "parcel": judged.parcel.code, "measure": row.measure, "office": office.name,
            "due_on": row.due_on,
        })  # fmt: skip
    return row


def end(
    user: User, disposition_id: int, *, done: bool, result: str, file_id: int | None = None
) -> Disposition:
    """A disposition is done, or dropped, with what came of it. Raises Forbidden, NotFound, Conflict, Refused."""
    require(user, "holdings.view", "holdings.judge")
    said = reason_given(result, "办结处置方案", LONGEST)
    with transaction.atomic():
        row: Disposition = Disposition.objects.select_for_update().fetch_for(
            user, pk=disposition_id
        )
        if row.state != State.OPEN:
            raise Conflict(f"该处置方案{row.get_state_display()}。")
        if file_id is not None:
            row.file = StoredFile.objects.fetch_for(user, pk=file_id)
        row.state, row.result = State.DONE if done else State.DROPPED, said
        row.ended_by, row.ended_on = user, timezone.localdate()
        row.save()
        record(user, "holdings.disposition.end", row,
               after={"state": row.get_state_display()}, note=said[:300])  # fmt: skip
    return row


def _judged(user: User, parcel_id: int) -> Judgement:
    rows = Judgement.objects.visible_to(user).filter(parcel=parcel_id)
    found: Judgement | None = (
        rows.filter(state=Judgement.State.CONFIRMED).select_related("parcel").first()
    )
    if found is None:
        parcel = Parcel.objects.fetch_for(user, pk=parcel_id)
        raise Conflict(f"地块 {parcel.code} 的研判结论还没有确认，不能拟定处置方案。")
    return found


def _office(user: User, office_id: int) -> Office:
    county = (user.region_id or "-")[:COUNTY_DIGITS]
    found: Office | None = Office.objects.filter(
        pk=office_id, region__code__startswith=county
    ).first()
    if found is None:
        raise NotFound("没有该单位，或不在本县。")
    return found
