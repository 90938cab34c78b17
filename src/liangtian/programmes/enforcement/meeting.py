"""Joint review (集体会审): prepared, held, decided patch by patch, signed by another person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import IntegrityError, transaction
from django.utils import timezone

from liangtian.platform.audit.services import record
from liangtian.platform.cases.services import Taking, take_step
from liangtian.platform.errors import Conflict, NotFound, Refused
from liangtian.platform.people.models import Office, User
from liangtian.platform.people.scope import COUNTY_DIGITS, require
from liangtian.platform.reasons import reason_given
from liangtian.platform.regions.models import Region
from liangtian.programmes.enforcement.data_checks.keeping import keep
from liangtian.programmes.enforcement.facts import PatchState
from liangtian.programmes.enforcement.flow import DECIDE, FLOW, JUDGED, TO_JUDGE
from liangtian.programmes.enforcement.judging import (
    JUDGEMENT,
    conclusions,
    confirm_judgements,
    lock_patch,
    write_judgement,
)
from liangtian.programmes.enforcement.models import (
    AgendaItem,
    AgendaOpinion,
    Meeting,
    MeetingMember,
    Outcome,
    Patch,
)
from liangtian.programmes.enforcement.rules import pack_in_use

Status = Meeting.Status


@dataclass(frozen=True)
class Seat:
    """Who sits for an office; an absent one with a reason."""

    office: int
    name: str
    post: str = ""
    present: bool = True
    absence: str = ""


@dataclass(frozen=True)
class MeetingForm:
    """When and where, who leads, who sits."""

    title: str
    held_on: date
    place: str
    chair: str
    recorder: str = ""
    members: Sequence[Seat] = ()


def save_meeting(user: User, form: MeetingForm, meeting_id: int | None = None) -> Meeting:
    """Convene a meeting, or change it until it is signed; the members are those given.

    Raises Forbidden, NotFound, Conflict for a signed one, Refused for missing entries.
    """
    require(user, "enforcement.view", "enforcement.meet")
    _check(form)
    with transaction.atomic():
        if meeting_id is None:
            county = Region.objects.get(code=(user.region_id or "")[:COUNTY_DIGITS])
            meeting = Meeting(region=county, created_by=user)
        else:
            meeting = _open(user, meeting_id)
        meeting.title, meeting.held_on = form.title.strip(), form.held_on
        meeting.place, meeting.chair = form.place.strip(), form.chair.strip()
        meeting.recorder = form.recorder.strip()
        meeting.save()
        _seat(meeting, form.members)
        record(
            user, "enforcement.meeting.save", meeting,
            after={"held_on": str(form.held_on), "members": [m.name for m in form.members]},
        )  # fmt: skip
    return meeting


def _check(form: MeetingForm) -> None:
    wrong = {
        name: "必填" for name in ("title", "place", "chair") if not getattr(form, name).strip()
    }
    for seat in form.members:
        if not seat.name.strip():
            wrong["members"] = "成员姓名必填"
        elif not seat.present and not seat.absence.strip():
            wrong["members"] = f"{seat.name}缺席须写明原因"
    if wrong:
        raise Refused(f"会审没有保存：{'；'.join(wrong.values())}。", fields=wrong)


def _seat(meeting: Meeting, seats: Sequence[Seat]) -> None:
    """Members that stay keep their opinions."""
    offices = Office.objects.filter(region__code__startswith=meeting.region_id)
    known = set(offices.values_list("pk", flat=True))
    kept = []
    for seat in seats:
        if seat.office not in known:
            raise Refused("请选择本县的单位。", fields={"members": "单位不在本县"})
        row, _ = MeetingMember.objects.update_or_create(
            meeting=meeting, office_id=seat.office, name=seat.name.strip(),
            defaults={"post": seat.post, "present": seat.present, "absence": seat.absence},
        )  # fmt: skip
        kept.append(row.pk)
    meeting.members.exclude(pk__in=kept).delete()


def add_items(user: User, meeting_id: int, patch_ids: Sequence[int], why: str) -> Meeting:
    """Put patches on the agenda. Refused for one that is not to be judged, or before another meeting."""
    require(user, "enforcement.view", "enforcement.meet")
    if why not in AgendaItem.Why.values:
        raise Refused("请选择列入原因。", fields={"why": "请选择"})
    with transaction.atomic():
        meeting = _open(user, meeting_id)
        start = meeting.items.count()
        for order, patch_id in enumerate(dict.fromkeys(patch_ids), start=start + 1):
            patch = lock_patch(user, patch_id)
            if patch.case.stage not in (*TO_JUDGE, JUDGED):
                raise Refused(
                    f"图斑 {patch.number} 处于“{FLOW.labels[patch.case.stage]}”环节，不能列入会审。"
                )
            try:
                with transaction.atomic():
                    AgendaItem.objects.create(meeting=meeting, patch=patch, order=order, why=why)
            except IntegrityError as error:
                raise Conflict(f"图斑 {patch.number} 已列入本次或另一次会审。") from error
        record(user, "enforcement.meeting.agenda", meeting, after={"patches": list(patch_ids)})
    return meeting


def drop_item(user: User, meeting_id: int, item_id: int) -> Meeting:
    """Take a patch off the agenda of a meeting that is not signed."""
    require(user, "enforcement.view", "enforcement.meet")
    with transaction.atomic():
        meeting = _open(user, meeting_id)
        item = _item(meeting, item_id)
        record(user, "enforcement.meeting.agenda", meeting, before={"patch": item.patch_id})
        item.delete()
    return meeting


@dataclass(frozen=True)
class Said:
    """What one member said."""

    member: int
    stance: str
    text: str = ""


@dataclass(frozen=True)
class Decision:
    """What the meeting says of one patch: an outcome, or that it is postponed; both with a reason."""

    outcome: str = ""
    postponed: bool = False
    reason: str = ""
    opinions: Sequence[Said] = ()


def decide(user: User, meeting_id: int, item_id: int, decision: Decision) -> AgendaItem:
    """Note opinions and the decision on one patch; it takes effect when the meeting is signed.

    Raises Conflict for a signed meeting, Refused for an outcome that is none for this patch, a decision
    without a reason, an opinion of who was absent, or an objection without words.
    """
    require(user, "enforcement.view", "enforcement.meet")
    with transaction.atomic():
        meeting = _open(user, meeting_id)
        item = _item(meeting, item_id)
        if not decision.postponed and decision.outcome not in conclusions(item.patch):
            raise Refused("请选择会审结论，或暂不作结论。", fields={"outcome": "请选择"})
        item.postponed = decision.postponed
        item.outcome = "" if decision.postponed else decision.outcome
        item.reason = reason_given(decision.reason, "会审结论", longest=2000)
        item.save(update_fields=["outcome", "postponed", "reason"])
        _note(meeting, item, decision.opinions)
        if meeting.status == Status.PREPARING:
            meeting.status = Status.HELD
            meeting.save(update_fields=["status"])
        record(
            user, "enforcement.meeting.decide", item.patch,
            after={"meeting": meeting.title, "outcome": item.outcome}, note=item.reason,
        )  # fmt: skip
    return item


def _note(meeting: Meeting, item: AgendaItem, opinions: Sequence[Said]) -> None:
    present = set(meeting.members.filter(present=True).values_list("pk", flat=True))
    item.opinions.all().delete()
    for said in opinions:
        if said.member not in present:
            raise Refused("只有到会成员可以发表意见。", fields={"opinions": "成员未到会"})
        if said.stance not in AgendaOpinion.Stance.values:
            raise Refused("请选择态度。", fields={"opinions": "请选择态度"})
        if said.stance == AgendaOpinion.Stance.DISAGREE and not said.text.strip():
            raise Refused("不同意须写明意见。", fields={"opinions": "不同意须写明意见"})
        AgendaOpinion.objects.create(
            item=item, member_id=said.member, stance=said.stance, text=said.text.strip()
        )


def sign(user: User, meeting_id: int) -> Meeting:
    """Sign the meeting: what it decided becomes the judgement of each patch, confirmed.

    The judgement is that of who convened the meeting, the confirmation the signer's. Raises Forbidden,
    Conflict for one's own meeting or when a patch cannot take its step, Refused when an item has no
    decision or too few offices sat.
    """
    require(user, "enforcement.view", "enforcement.sign")
    with transaction.atomic():
        meeting = _open(user, meeting_id)
        items = list(meeting.items.select_related("patch").order_by("order"))
        _may_be_signed(user, meeting, items)
        for item in items:
            if item.outcome:
                _carry_out(user, meeting, item)
        meeting.items.update(open=False)
        meeting.status, meeting.signed_by = Status.SIGNED, user
        meeting.signed_at = timezone.now()
        meeting.save()
        keep(list(Patch.objects.select_related("case").filter(agenda_items__in=items)))
        record(
            user, "enforcement.meeting.sign", meeting,
            after={str(item.patch): str(Outcome(item.outcome).label) if item.outcome else "暂不作结论"
                   for item in items},
        )  # fmt: skip
    return meeting


def _may_be_signed(user: User, meeting: Meeting, items: Sequence[AgendaItem]) -> None:
    if meeting.created_by_id == user.pk:
        raise Conflict(f"“{meeting.title}”由您本人召集，须由另一人签发。")
    waiting = [str(item.patch) for item in items if not item.outcome and not item.postponed]
    if not items or waiting:
        named = f"：{'、'.join(waiting[:5])}" if waiting else ""
        raise Refused(f"议程上还有图斑没有结论{named}。" if items else "议程上没有图斑。")
    sat = meeting.members.filter(present=True).values("office").distinct().count()
    fewest = pack_in_use().value("enforcement.meeting_min_offices", meeting.held_on).integer
    if sat < fewest:
        raise Refused(f"到会单位 {sat} 家，至少须 {fewest} 家才能作出结论。")


def _carry_out(user: User, meeting: Meeting, item: AgendaItem) -> None:
    patch = lock_patch(user, item.patch_id)
    detail, _ = write_judgement(patch, item.outcome, item.reason, (), meeting.created_by)
    label = Outcome(item.outcome).label
    opinion = f"“{meeting.title}”会审判定为{label}。{item.reason}"
    facts = PatchState(patch, meeting.created_by_id)
    taking = Taking(opinion, {**detail, "meeting": meeting.pk}, facts)
    take_step(FLOW, patch.case, DECIDE, user, taking)
    patch.save(update_fields=JUDGEMENT)
    confirm_judgements([patch], user)
    record(user, "enforcement.patch.decide", patch, after=detail, note=item.reason)


def cancel(user: User, meeting_id: int) -> Meeting:
    """Call a meeting off; its patches may be judged otherwise again."""
    require(user, "enforcement.view", "enforcement.meet")
    with transaction.atomic():
        meeting = _open(user, meeting_id)
        meeting.items.update(open=False)
        meeting.status = Status.CANCELLED
        meeting.save(update_fields=["status"])
        record(user, "enforcement.meeting.cancel", meeting)
    return meeting


def fetch_meeting(user: User, meeting_id: int) -> Meeting:
    """A meeting of the user's own county. Forbidden, NotFound."""
    require(user, "enforcement.view")
    found: Meeting = Meeting.objects.fetch_for(user, pk=meeting_id)
    return found


def patches_to_meet(user: User, why: str) -> list[Patch]:
    """Patches that ought to come before a meeting and are before none, by reason; at most 200."""
    require(user, "enforcement.view", "enforcement.meet")
    rows = (
        Patch.objects.visible_to(user)
        .filter(case__stage__in=(*TO_JUDGE, JUDGED))
        .exclude(agenda_items__open=True)
    )
    if why == AgendaItem.Why.KEY:
        rows = rows.filter(proposal__flags__key_patch=True)
    elif why == AgendaItem.Why.DISPUTED:
        rows = rows.filter(case__consultations__opinions__stance="disagree").distinct()
    return list(rows.select_related("region", "case").order_by("number")[:200])


def offices_to_sit(user: User) -> list[Office]:
    """Offices of the county that may send a member."""
    require(user, "enforcement.view", "enforcement.meet")
    county = (user.region_id or "-")[:COUNTY_DIGITS]
    return list(
        Office.objects.filter(region__code__startswith=county, is_active=True).order_by("path")
    )


def _open(user: User, meeting_id: int) -> Meeting:
    found: Meeting | None = (
        Meeting.objects.visible_to(user)
        .select_for_update(of=("self",))
        .filter(pk=meeting_id)
        .first()
    )
    if found is None:
        raise NotFound
    if found.status in (Status.SIGNED, Status.CANCELLED):
        raise Conflict(f"“{found.title}”{found.get_status_display()}，不能再改。")
    return found


def _item(meeting: Meeting, item_id: int) -> AgendaItem:
    item = meeting.items.select_related("patch").filter(pk=item_id).first()
    if item is None:
        raise NotFound
    return item
