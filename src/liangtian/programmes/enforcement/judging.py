"""Handing patches out to be checked, judging them, reviewing that, and taking it back."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone

from liangtian.platform.audit.services import record
from liangtian.platform.cases.machine import WITHDRAW
from liangtian.platform.cases.services import Taking, take_step, withdraw
from liangtian.platform.errors import NotFound, Refused
from liangtian.platform.people.models import User
from liangtian.platform.people.scope import require
from liangtian.programmes.enforcement.flow import (
    ASSIGN,
    CONFIRM,
    DECLINE,
    FLOW,
    JUDGED,
    RECALL,
    REOPEN,
    RETURN,
    REVIEW,
    SEND_BACK,
    STOP_ASKING,
    SUBMIT,
)
from liangtian.programmes.enforcement.models import Outcome, Patch
from liangtian.programmes.enforcement.proposing import proposal_day
from liangtian.programmes.enforcement.rules import check_judgement, pack_in_use

CONCLUSIONS = (Outcome.LEGAL, Outcome.ILLEGAL, Outcome.OTHER)
JUDGEMENT = ("judgement_outcome", "judgement_reason", "overridden", "judged_by", "judged_at")
PLAIN_STEPS = (RETURN, DECLINE, RECALL, STOP_ASKING, REVIEW, SEND_BACK)


def conclusions(patch: Patch) -> dict[str, str]:
    """What a patch may be judged to be; a split needs parts whose ground is known."""
    split = (Outcome.SPLIT,) if patch.proposal_outcome == Outcome.SPLIT else ()
    return {o.value: str(o.label) for o in (*CONCLUSIONS, *split)}


def facts_of(patch: Patch, outcome: str | None = None) -> dict[str, Any]:
    """What the guards of the flow judge by; `outcome` is the one about to be chosen."""
    wanted = pack_in_use().value("enforcement.evidence_min_photos", proposal_day(patch))
    chosen = outcome or patch.judgement_outcome
    return {
        "number": patch.number,
        "measured": patch.measured_at is not None,
        "photos": patch.photos.count(),
        "photos_wanted": wanted.integer,
        "judged_by": patch.judged_by_id,
        "review_needed": _review_needed(patch, chosen) if chosen else None,
    }


def _review_needed(patch: Patch, outcome: str) -> bool:
    """Key patches and departures from the proposal (有异议的) are for two people; or all, by the pack."""
    flags = (patch.proposal or {}).get("flags", {})
    everything = pack_in_use().value("enforcement.review_all", proposal_day(patch)).flag
    return everything or outcome != patch.proposal_outcome or bool(flags.get("key_patch"))


def confirm(user: User, patch_id: int, outcome: str, reason: str = "") -> Patch:
    """Judge a patch as proposed, or otherwise with a reason; it then is confirmed, or waits for review.

    Raises Forbidden, NotFound (also out of scope), Refused for a departure without a reason, Conflict
    when the patch is judged already, was not measured yet, or is another person's task.
    """
    require(user, "enforcement.view", "enforcement.judge")
    with transaction.atomic():
        patch = lock_patch(user, patch_id)
        overridden, text = check_judgement(
            outcome, reason, patch.proposal_outcome, conclusions(patch)
        )
        detail = {"outcome": outcome, "proposed": patch.proposal_outcome, "overridden": overridden}
        label = Outcome(outcome).label
        opinion = f"判定为{label}。{text}" if text else f"判定为{label}，与拟判定一致。"
        facts = facts_of(patch, outcome)
        step = SUBMIT if facts["review_needed"] and facts["measured"] else CONFIRM
        take_step(FLOW, patch.case, step, user, Taking(opinion, detail, facts))
        patch.judgement_outcome, patch.judgement_reason = outcome, text
        patch.overridden = overridden
        patch.judged_by, patch.judged_at = user, timezone.now()
        patch.save(update_fields=JUDGEMENT)
        record(user, f"enforcement.patch.{step}", patch, after={**detail, "reason": text})
    return patch


def reopen(user: User, patch_id: int, reason: str) -> Patch:
    """Take a judgement back, with a reason; the history keeps what had been decided.

    Raises Forbidden, NotFound, Refused without a reason, Conflict when there is no judgement.
    """
    return _plain(user, patch_id, REOPEN, reason)


def checkers(user: User, patch_id: int) -> list[User]:
    """Who in the township of a patch, or in its village, may add evidence to it."""
    require(user, "enforcement.view", "enforcement.judge")
    patch: Patch = Patch.objects.fetch_for(user, pk=patch_id)
    above = [patch.region_id[:digits] for digits in (9, 12)]
    people = User.objects.filter(is_active=True, region_id__in=above).prefetch_related("roles")
    near = people.select_related("office", "region").order_by("region_id", "username")
    return [person for person in near if person.may("enforcement.evidence")]


def checker(user: User, patch_id: int, person_id: int | None) -> User | None:
    """The one of them of that number; NotFound when there is none."""
    if person_id is None:
        return None
    for person in checkers(user, patch_id):
        if person.pk == person_id:
            return person
    raise NotFound("没有这位核查人员，或他不在图斑所在乡镇。")


def assign(user: User, patch_id: int, to_user: User | None = None, note: str = "") -> Patch:
    """Hand a patch out to its township, or to one person there, to be checked on the ground.

    Raises Refused for a person who cannot see the patch or may not add evidence.
    """
    require(user, "enforcement.view", "enforcement.judge")
    with transaction.atomic():
        patch = lock_patch(user, patch_id)
        if to_user is not None and not (
            to_user.may("enforcement.evidence")
            and Patch.objects.visible_to(to_user).filter(pk=patch.pk).exists()
        ):
            raise Refused(
                f"{to_user.name}不能核查图斑 {patch.number}：没有举证权限，或图斑不在其辖区。",
                fields={"to_user": "没有举证权限或不在其辖区"},
            )
        taking = Taking(note, {"to": to_user.name if to_user else ""}, facts_of(patch), to_user)
        take_step(FLOW, patch.case, ASSIGN, user, taking)
        record(user, "enforcement.patch.assign", patch, after=taking.detail, note=note)
    return patch


def step(user: User, patch_id: int, name: str, opinion: str = "") -> Patch:
    """Take a step that needs nothing but an opinion, or withdraw one's own last one.

    Raises NotFound for a step of another name; else as `take_step`.
    """
    if name == WITHDRAW:
        return _withdraw(user, patch_id)
    if name not in PLAIN_STEPS:
        raise NotFound(f"没有名为“{name}”的步骤。")
    return _plain(user, patch_id, name, opinion)


def _plain(user: User, patch_id: int, name: str, opinion: str) -> Patch:
    require(user, "enforcement.view", FLOW.transition(name).permission)
    with transaction.atomic():
        patch = lock_patch(user, patch_id)
        before = _judgement(patch) if name in (REOPEN, SEND_BACK) else None
        taking = Taking(opinion.strip(), before, facts_of(patch))
        take_step(FLOW, patch.case, name, user, taking)
        if before is not None:
            _clear(patch)
        record(
            user, f"enforcement.patch.{name}", patch, before=before, note=taking.opinion
        )  # fmt: skip
    return patch


def _withdraw(user: User, patch_id: int) -> Patch:
    require(user, "enforcement.view")
    with transaction.atomic():
        patch = lock_patch(user, patch_id)
        before = _judgement(patch)
        if withdraw(FLOW, patch.case, user).from_stage == JUDGED:
            _clear(patch)
        record(user, "enforcement.patch.withdraw", patch, before=before)
    return patch


def _judgement(patch: Patch) -> dict[str, Any]:
    return {
        "outcome": patch.judgement_outcome,
        "reason": patch.judgement_reason,
        "overridden": patch.overridden,
        "by": patch.judged_by.name if patch.judged_by else "",
        "at": patch.judged_at.isoformat() if patch.judged_at else "",
    }


def _clear(patch: Patch) -> None:
    patch.judgement_outcome = patch.judgement_reason = ""
    patch.overridden, patch.judged_by, patch.judged_at = False, None, None
    patch.save(update_fields=JUDGEMENT)


def lock_patch(user: User, patch_id: int) -> Patch:
    """The patch under lock, if the user may see it."""
    patch: Patch | None = (
        Patch.objects.visible_to(user).select_for_update().filter(pk=patch_id).first()
    )
    if patch is None:
        raise NotFound
    return patch
