"""Disposition: planned by the county, carried out by those responsible, accepted by another person."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from liangtian.platform.audit.services import record
from liangtian.platform.cases.services import Taking, take_step
from liangtian.platform.errors import Conflict, NotFound, Refused
from liangtian.platform.people.models import Office, User
from liangtian.platform.people.scope import below, require
from liangtian.programmes.enforcement.data_checks.keeping import look_over
from liangtian.programmes.enforcement.disposition_steps import (
    note_rejection,
    note_report,
    set_limits,
    write_acceptances,
    write_plans,
    write_progress,
)
from liangtian.programmes.enforcement.facts import PatchState
from liangtian.programmes.enforcement.flow import (
    ACCEPT,
    CONFIRMED,
    DISPOSE,
    DISPOSITION,
    FLOW,
    RECTIFY,
    REJECT,
)
from liangtian.programmes.enforcement.judging import lock_patch
from liangtian.programmes.enforcement.models import (
    Disposition,
    Outcome,
    Patch,
    PatchPart,
)

Handling = Disposition.Handling

_TOWNSHIP = 9  # digits of a township's code


@dataclass(frozen=True)
class Plan:
    """What is to be done with an illegal part: how it is handled, by whom, which measures, by when."""

    handling: str
    owner: int
    no_case_reason: str = ""
    demolish: bool = False
    complete_papers: bool = False
    papers_by_linkage: bool = False
    due_on: date | None = None
    note: str = ""


@dataclass(frozen=True)
class Progress:
    """What has been done; None and "" leave an entry empty. Amounts in yuan, areas in mu and m²."""

    case_number: str = ""
    case_filed_on: date | None = None
    demolished_on: date | None = None
    papers_number: str = ""
    papers_on: date | None = None
    papers_mu: Decimal | None = None
    penalty_number: str = ""
    penalty_on: date | None = None
    fine_yuan: Decimal | None = None
    fine_paid_on: date | None = None
    confiscated_m2: Decimal | None = None
    confiscated_on: date | None = None


@dataclass(frozen=True)
class Acceptance:
    """What is accepted of one part, in mu of farmland."""

    part: int
    accepted_on: date
    restored_mu: Decimal = Decimal(0)
    regularised_mu: Decimal = Decimal(0)
    note: str = ""
    prefecture_number: str = ""
    prefecture_on: date | None = None
    region_number: str = ""
    region_on: date | None = None


def plan(user: User, part_id: int, wanted: Plan) -> Disposition:
    """Draw up, or change, the disposition of a part while its patch is confirmed and not yet handed down.

    Raises Forbidden, NotFound, Conflict at another stage, Refused for a part that is not illegal, a case
    not filed without a reason, no measure at all, or an office that is not of the county.
    """
    require(user, "enforcement.view", "enforcement.dispose")
    with transaction.atomic():
        part, patch = _locked(user, part_id)
        if patch.case.stage != CONFIRMED:
            raise Conflict(f"图斑 {patch.number} 不在“已判定”环节，不能拟定处置。请刷新页面。")
        if part.judgement != Outcome.ILLEGAL:
            raise Refused("只有判定为违法的部分需要处置。")
        check_plan(wanted, owners_of(patch.county_id))
        write_plans(user, {part.pk: wanted})
        look_over(patch)
        record(user, "enforcement.disposition.plan", patch, after=said(wanted))
    return Disposition.objects.select_related("part").get(part=part)


def owners_of(county: str) -> set[int]:
    """Offices of a county, of its townships and villages that may be made responsible, by their keys."""
    rows = Office.objects.filter(below(county), is_active=True)
    return set(rows.values_list("pk", flat=True))


def check_plan(wanted: Plan, owners: Container[int]) -> None:
    """Refused with everything that is wrong with it."""
    wrong: dict[str, str] = {}
    if wanted.handling not in Handling.values:
        wrong["handling"] = "请选择立案查处或非立案处理"
    if wanted.handling == Handling.NO_CASE and not wanted.no_case_reason.strip():
        wrong["no_case_reason"] = "不立案须写明理由"
    if not (wanted.demolish or wanted.complete_papers or wanted.handling == Handling.CASE):
        wrong["demolish"] = "请选择拆除复耕、补办手续，或立案查处"
    if wanted.due_on and wanted.due_on < timezone.localdate():
        wrong["due_on"] = "整改期限已过"
    if wanted.owner not in owners:
        wrong["owner"] = "请选择本县的责任单位"
    if wrong:
        raise Refused(f"处置没有保存：{'；'.join(wrong.values())}。", fields=wrong)


def hand_down(user: User, patch_id: int, opinion: str = "") -> Patch:
    """Hand the disposition down to those responsible; its steps get their time limits from the pack."""
    require(user, "enforcement.view", "enforcement.dispose")
    with transaction.atomic():
        patch = lock_patch(user, patch_id)
        take_step(FLOW, patch.case, DISPOSE, user, Taking(opinion, None, PatchState(patch)))
        set_limits([patch])
        look_over(patch)
        record(user, "enforcement.patch.dispose", patch, note=opinion)
    return patch


def progress(user: User, part_id: int, done: Progress) -> Disposition:
    """Enter what has been done, while the disposition is under way.

    Raises Forbidden, NotFound, Conflict at another stage, Refused for days to come, amounts that are not
    positive, or a fine paid that was not imposed.
    """
    require(user, "enforcement.view", "enforcement.rectify")
    with transaction.atomic():
        part, patch = _locked(user, part_id)
        if patch.case.stage != DISPOSITION or not hasattr(part, "disposition"):
            raise Conflict(f"图斑 {patch.number} 不在“处置中”环节，不能填写整改进展。请刷新页面。")
        check_progress(done)
        one: Disposition = part.disposition
        before = {name: str(getattr(one, name) or "") for name in asdict(done)}
        write_progress(user, [(one, done)])
        look_over(patch)
        record(
            user, "enforcement.disposition.progress", patch, before=before,
            after=said(done),
        )  # fmt: skip
    return one


def check_progress(done: Progress) -> None:
    """Refused with everything that is wrong with it."""
    wrong: dict[str, str] = {}
    for name, value in asdict(done).items():
        if isinstance(value, date) and value > timezone.localdate():
            wrong[name] = "日期晚于今天"
        if isinstance(value, Decimal) and value <= 0:
            wrong[name] = "应大于 0"
    if done.fine_paid_on and done.fine_yuan is None:
        wrong["fine_yuan"] = "已填缴清日期，请填罚款金额"
    if done.penalty_on and done.fine_paid_on and done.fine_paid_on < done.penalty_on:
        wrong["fine_paid_on"] = "早于处罚决定日期"
    if wrong:
        raise Refused(f"整改进展没有保存：{'；'.join(wrong.values())}。", fields=wrong)


def report(user: User, patch_id: int, opinion: str = "") -> Patch:
    """Report the work done and ask for acceptance."""
    require(user, "enforcement.view", "enforcement.rectify")
    with transaction.atomic():
        patch = lock_patch(user, patch_id)
        take_step(FLOW, patch.case, RECTIFY, user, Taking(opinion, None, PatchState(patch)))
        note_report(user, [patch])
        look_over(patch)
        record(user, "enforcement.patch.rectify", patch, note=opinion)
    return patch


def accept(user: User, patch_id: int, accepted: Sequence[Acceptance], opinion: str = "") -> Patch:
    """Accept what was reported, part by part, with the farmland restored and regularised.

    Raises Forbidden, NotFound, Conflict for one's own report or at another stage, Refused when a part is
    left out, areas exceed its farmland or were not among the measures, or days are out of order.
    """
    require(user, "enforcement.view", "enforcement.accept")
    with transaction.atomic():
        patch = lock_patch(user, patch_id)
        taking = Taking(opinion, None, PatchState(patch))
        take_step(FLOW, patch.case, ACCEPT, user, taking)
        given, rows = {one.part: one for one in accepted}, []
        for part in patch.parts.filter(judgement=Outcome.ILLEGAL).select_related("disposition"):
            if part.pk not in given:
                raise Refused(
                    f"第 {part.order} 部分没有填写验收结果。", fields={"parts": "缺少验收结果"}
                )
            check_acceptance(part, given[part.pk])
            rows.append((part, given[part.pk]))
        write_acceptances(user, rows)
        look_over(patch)
        record(
            user, "enforcement.patch.accept", patch, after={"parts": [said(one) for one in accepted]},
            note=opinion,
        )  # fmt: skip
    return patch


def check_acceptance(part: PatchPart, given: Acceptance) -> None:
    """Refused when a part, which comes with its disposition, cannot be accepted so."""
    one: Disposition = part.disposition
    farmland, cent = part.farmland_mu or Decimal(0), Decimal("0.01")
    areas = (given.restored_mu, given.regularised_mu)
    reasons = (
        (any(area < 0 or area != area.quantize(cent) for area in areas),
         "复耕和补办面积应为不小于 0、两位小数的亩数"),
        (sum(areas) > farmland,
         f"复耕与补办面积之和 {sum(areas)} 亩超过耕地面积 {farmland} 亩"),
        (given.restored_mu and not one.demolish, "处置措施没有拆除复耕，不能填复耕面积"),
        (given.regularised_mu and not one.complete_papers, "处置措施没有补办手续，不能填补办面积"),
        (given.accepted_on > timezone.localdate(), f"验收日期 {given.accepted_on} 晚于今天"),
        (one.demolished_on and given.accepted_on < one.demolished_on,
         f"验收日期 {given.accepted_on} 早于拆除日期 {one.demolished_on}"),
        (bool(given.prefecture_number) != bool(given.prefecture_on),
         "市级验收文号和日期须同时填写"),
    )  # fmt: skip
    if reason := next((text for wrong, text in reasons if wrong), ""):
        raise Refused(f"第 {part.order} 部分：{reason}。", fields={"parts": reason})


def reject(user: User, patch_id: int, opinion: str) -> Patch:
    """Send the work back to be done over. Refused without words."""
    require(user, "enforcement.view", "enforcement.accept")
    with transaction.atomic():
        patch = lock_patch(user, patch_id)
        take_step(FLOW, patch.case, REJECT, user, Taking(opinion, None, PatchState(patch)))
        note_rejection([patch])
        look_over(patch)
        record(user, "enforcement.patch.reject", patch, note=opinion)
    return patch


def offices_responsible(user: User, patch_id: int) -> list[Office]:
    """Offices that may be made responsible: the county's own, and those of the patch's township and villages."""
    require(user, "enforcement.view")
    patch: Patch = Patch.objects.fetch_for(user, pk=patch_id)
    own = Q(region=patch.county_id) | Q(region__code__startswith=patch.region_id[:_TOWNSHIP])
    return list(Office.objects.filter(own, is_active=True).order_by("path"))


def _locked(user: User, part_id: int) -> tuple[PatchPart, Patch]:
    found = PatchPart.objects.filter(pk=part_id).values_list("patch", flat=True).first()
    if found is None:
        raise NotFound
    patch = lock_patch(user, found)
    return PatchPart.objects.get(pk=part_id), patch


def said(form: Plan | Progress | Acceptance) -> dict[str, str]:
    """What was entered, for the trail; what was left empty is not told."""
    return {k: str(v) for k, v in asdict(form).items() if v not in ("", None, False)}
