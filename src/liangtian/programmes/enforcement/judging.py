"""Handing patches out to be checked, judging them, reviewing that, and taking it back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone

from liangtian.platform.audit.services import record
from liangtian.platform.cases.machine import WITHDRAW
from liangtian.platform.cases.services import Taking, take_step, withdraw
from liangtian.platform.errors import NotFound, Refused
from liangtian.platform.people.models import User
from liangtian.platform.people.scope import require
from liangtian.programmes.enforcement.data_checks.keeping import look_over
from liangtian.programmes.enforcement.facts import PatchState
from liangtian.programmes.enforcement.flow import (
    ASSIGN,
    DECLINE,
    FLOW,
    JUDGED,
    OBJECT,
    RECALL,
    RECHECK,
    RECTIFIED,
    REOPEN,
    RETURN,
    RETURN_ACCEPTANCE,
    REVIEW,
    REVISE,
    SEND_BACK,
    STOP_ASKING,
    SUBMIT,
    UNARCHIVE,
    VERIFIED,
)
from liangtian.programmes.enforcement.models import (
    Disposition,
    FieldCheck,
    Outcome,
    Patch,
    PatchPart,
)
from liangtian.programmes.enforcement.parts import (
    CONCLUSIONS,
    PartJudgement,
    decide_parts,
    save_parts,
    unjudge_parts,
)
from liangtian.programmes.enforcement.rules import check_judgement

JUDGEMENT = (
    "judgement_outcome", "judgement_reason", "overridden", "judged_by", "judged_at",
    "confirmed_by", "confirmed_at",
)  # fmt: skip
PLAIN_STEPS = (
    RETURN, DECLINE, RECALL, RECHECK, STOP_ASKING, REVIEW, SEND_BACK, OBJECT, REVISE,
    RETURN_ACCEPTANCE, UNARCHIVE,
)  # fmt: skip


def conclusions(patch: Patch) -> dict[str, str]:
    """What a patch may be judged to be; a split needs parts whose ground is known."""
    split = (Outcome.SPLIT,) if patch.proposal_outcome == Outcome.SPLIT else ()
    return {o.value: str(o.label) for o in (*CONCLUSIONS, *split)}


def judge(
    user: User, patch_id: int, outcome: str, reason: str = "", parts: Sequence[PartJudgement] = ()
) -> Patch:
    """Judge a patch as proposed, or otherwise with a reason; it then waits for another person's review.

    Raises Forbidden, NotFound (also out of scope), Refused for a departure without a reason or parts that
    contradict the outcome, Conflict when the patch is judged already, was not measured yet, is before a
    meeting, or is another person's task.
    """
    require(user, "enforcement.view", "enforcement.judge")
    with transaction.atomic():
        patch = lock_patch(user, patch_id)
        detail, text = write_judgement(patch, outcome, reason, parts, user)
        taking = Taking(words(outcome, text), detail, PatchState(patch, user.pk))
        take_step(FLOW, patch.case, SUBMIT, user, taking)
        patch.save(update_fields=JUDGEMENT)
        look_over(patch)
        record(user, "enforcement.patch.submit", patch, after={**detail, "reason": text})
    return patch


def words(outcome: str, reason: str) -> str:
    """The opinion a judgement is entered with."""
    label = Outcome(outcome).label
    return f"判定为{label}。{reason}" if reason else f"判定为{label}，与拟判定一致。"


def write_judgement(
    patch: Patch, outcome: str, reason: str, parts: Sequence[PartJudgement], by: User
) -> tuple[dict[str, Any], str]:
    """Set a judgement on the patch, not saved, and on its parts, saved; detail for the step, and the reason."""
    if patch.judgement_outcome:
        clear(patch)
    detail, text, decided = set_judgement(
        patch, list(patch.parts.all()), (outcome, reason, parts), by
    )
    save_parts(decided)
    return detail, text


def set_judgement(
    patch: Patch,
    parts: Sequence[PatchPart],
    said: tuple[str, str, Sequence[PartJudgement]],
    by: User,
) -> tuple[dict[str, Any], str, list[PatchPart]]:
    """As `write_judgement`, with nothing saved; `said` is the outcome, the reason and what is told of parts."""
    outcome, reason, told = said
    overridden, text = check_judgement(outcome, reason, patch.proposal_outcome, conclusions(patch))
    decided = decide_parts(patch, parts, outcome, told) if patch.measured_at else []
    patch.judgement_outcome, patch.judgement_reason = outcome, text
    patch.overridden, patch.judged_by, patch.judged_at = overridden, by, timezone.now()
    detail = {
        "outcome": outcome, "proposed": patch.proposal_outcome, "overridden": overridden,
        "parts": [{"order": p.order, "outcome": p.judgement, "m2": str(p.m2)} for p in decided],
    }  # fmt: skip
    return detail, text, decided


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
        taking = Taking(note, {"to": to_user.name if to_user else ""}, PatchState(patch), to_user)
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
        taking = Taking(opinion.strip(), before, PatchState(patch))
        take_step(FLOW, patch.case, name, user, taking)
        if before is not None:
            clear(patch)
        elif after := AFTER.get(name):
            after([patch], user)
        look_over(patch)
        record(
            user, f"enforcement.patch.{name}", patch, before=before, note=taking.opinion
        )  # fmt: skip
    return patch


def _withdraw(user: User, patch_id: int) -> Patch:
    require(user, "enforcement.view")
    with transaction.atomic():
        patch = lock_patch(user, patch_id)
        before = _judgement(patch)
        left = withdraw(FLOW, patch.case, user).from_stage
        if left == JUDGED:
            clear(patch)
        elif left == RECTIFIED:
            Disposition.objects.filter(part__patch=patch).update(reported_by=None, reported_at=None)
        elif left == VERIFIED:
            reopen_check(patch)
        look_over(patch)
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


def clear(patch: Patch) -> None:
    """Take the judgement from the patch and its parts, with the dispositions drawn up on it."""
    patch.judgement_outcome = patch.judgement_reason = ""
    patch.overridden, patch.judged_by, patch.judged_at = False, None, None
    patch.confirmed_by, patch.confirmed_at = None, None
    patch.save(update_fields=JUDGEMENT)
    Disposition.objects.filter(part__patch=patch).delete()
    unjudge_parts(patch)


def confirm_judgements(patches: Sequence[Patch], user: User) -> None:
    """Note who confirmed what another had judged."""
    now = timezone.now()
    for patch in patches:
        patch.confirmed_by, patch.confirmed_at = user, now
    Patch.objects.filter(pk__in=_keys(patches)).update(confirmed_by=user, confirmed_at=now)


def _close_checks(patches: Sequence[Patch], user: User) -> None:
    open_ones = FieldCheck.objects.filter(patch__in=_keys(patches), returned_at=None)
    open_ones.update(returned_at=timezone.now())


def reopen_check(patch: Patch) -> None:
    """The form that went back with a step taken back is open again."""
    last = patch.checks.order_by("-id").first()
    if last is not None:
        patch.checks.filter(pk=last.pk).update(returned_at=None)


def _unreport(patches: Sequence[Patch], user: User) -> None:
    """What was accepted is to be accepted anew."""
    PatchPart.objects.filter(patch__in=_keys(patches)).update(restored_mu=0, regularised_mu=0)
    Disposition.objects.filter(part__patch__in=_keys(patches)).update(
        accepted_by=None, accepted_on=None
    )


def _keys(patches: Sequence[Patch]) -> list[int]:
    return [patch.pk for patch in patches]


# What a plain step does to patches beside moving them.
AFTER: Mapping[str, Callable[[Sequence[Patch], User], None]] = {
    REVIEW: confirm_judgements, RETURN: _close_checks, RETURN_ACCEPTANCE: _unreport,
    UNARCHIVE: _unreport,
}  # fmt: skip


def lock_patch(user: User, patch_id: int) -> Patch:
    """The patch under lock, if the user may see it."""
    patch: Patch | None = (
        Patch.objects.visible_to(user).select_for_update().filter(pk=patch_id).first()
    )
    if patch is None:
        raise NotFound
    return patch
