"""Confirming what a patch is judged to be, and taking it back."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone

from liangtian.platform.audit.services import record
from liangtian.platform.cases.services import take_step
from liangtian.platform.errors import Conflict, NotFound
from liangtian.platform.people.models import User
from liangtian.platform.people.scope import require
from liangtian.programmes.enforcement.flow import CONFIRM, FLOW, REOPEN
from liangtian.programmes.enforcement.models import Outcome, Patch
from liangtian.programmes.enforcement.rules import check_judgement, require_reason

CONCLUSIONS = (Outcome.LEGAL, Outcome.ILLEGAL, Outcome.OTHER)
JUDGEMENT = ("judgement_outcome", "judgement_reason", "overridden", "judged_by", "judged_at")


def conclusions(patch: Patch) -> dict[str, str]:
    """What a patch may be judged to be; a split needs parts whose ground is known."""
    split = (Outcome.SPLIT,) if patch.proposal_outcome == Outcome.SPLIT else ()
    return {o.value: str(o.label) for o in (*CONCLUSIONS, *split)}


def confirm(user: User, patch_id: int, outcome: str, reason: str = "") -> Patch:
    """Judge a patch as proposed, or otherwise with a reason.

    Raises Forbidden, NotFound (also out of scope), Refused for a departure without a reason, Conflict
    when the patch is judged already or was not measured yet.
    """
    require(user, "enforcement.view", "enforcement.judge")
    with transaction.atomic():
        patch = _locked(user, patch_id)
        if patch.measured_at is None:
            raise Conflict(f"图斑 {patch.number} 尚未完成套合，还不能判定。请等批次入库任务结束。")
        overridden, text = check_judgement(
            outcome, reason, patch.proposal_outcome, conclusions(patch)
        )
        detail = {"outcome": outcome, "proposed": patch.proposal_outcome, "overridden": overridden}
        label = Outcome(outcome).label
        opinion = f"判定为{label}。{text}" if text else f"判定为{label}，与拟判定一致。"
        take_step(FLOW, patch.case, CONFIRM, user, opinion=opinion, detail=detail)
        patch.judgement_outcome, patch.judgement_reason = outcome, text
        patch.overridden = overridden
        patch.judged_by, patch.judged_at = user, timezone.now()
        patch.save(update_fields=JUDGEMENT)
        record(user, "enforcement.patch.confirm", patch, after={**detail, "reason": text})
    return patch


def reopen(user: User, patch_id: int, reason: str) -> Patch:
    """Take a judgement back, with a reason; the history keeps what had been decided.

    Raises Forbidden, NotFound, Refused without a reason, Conflict when there is no judgement.
    """
    require(user, "enforcement.view", "enforcement.judge")
    with transaction.atomic():
        patch = _locked(user, patch_id)
        text = require_reason(reason, "撤回判定")
        before: dict[str, Any] = {
            "outcome": patch.judgement_outcome,
            "reason": patch.judgement_reason,
            "overridden": patch.overridden,
            "by": patch.judged_by.name if patch.judged_by else "",
            "at": patch.judged_at.isoformat() if patch.judged_at else "",
        }
        take_step(FLOW, patch.case, REOPEN, user, opinion=text, detail=before)
        patch.judgement_outcome = patch.judgement_reason = ""
        patch.overridden, patch.judged_by, patch.judged_at = False, None, None
        patch.save(update_fields=JUDGEMENT)
        record(user, "enforcement.patch.reopen", patch, before=before, note=text)
    return patch


def _locked(user: User, patch_id: int) -> Patch:
    """The patch under lock, if the user may see it."""
    patch: Patch | None = (
        Patch.objects.visible_to(user).select_for_update().filter(pk=patch_id).first()
    )
    if patch is None:
        raise NotFound
    return patch
