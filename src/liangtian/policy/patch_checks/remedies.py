"""Checks of how illegal patches are put right."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from liangtian.policy.patch_checks.limits import (
    Limits,
    Test,
    after,
    entering,
    in_mu,
    judged_illegal,
)
from liangtian.policy.patch_checks.record import PatchRecord, Photo

TESTS: dict[str, Test] = {}


# ---- putting right ----


@entering(TESTS, "D01")
def nothing_decided(patch: PatchRecord, _: Limits) -> str | None:
    if not judged_illegal(patch) or patch.disposition.measures:
        return None
    return "违法图斑没有整改措施"


@entering(TESTS, "D02")
def nobody_responsible(patch: PatchRecord, _: Limits) -> str | None:
    done = patch.disposition
    missing = [name for name, there in (("责任单位", done.owner), ("期限", done.due)) if not there]
    return f"整改措施没有写明{'和'.join(missing)}" if done.measures and missing else None


@entering(TESTS, "D03")
def restored_without_photo(patch: PatchRecord, _: Limits) -> str | None:
    done = patch.disposition
    if not done.restored_mu:
        return None
    if done.demolished_on is None:
        return f"已拆除复耕 {done.restored_mu} 亩，没有拆除日期"
    if any(_later(photo, done.demolished_on) for photo in patch.photos):
        return None
    return f"已拆除复耕 {done.restored_mu} 亩，没有 {done.demolished_on} 之后拍摄的照片"


def _later(photo: Photo, day: date) -> bool:
    return photo.taken_on is not None and photo.taken_on >= day


@entering(TESTS, "D04")
def more_than_taken(patch: PatchRecord, _: Limits) -> str | None:
    done = patch.disposition
    total, taken = done.restored_mu + done.regularised_mu, patch.farmland_mu
    if total <= taken.quantize(Decimal("0.01"), "ROUND_CEILING"):
        return None
    return f"拆除复耕与补办手续合计 {total} 亩，大于占用耕地 {in_mu(patch.farmland_m2 or Decimal(0))} 亩"


@entering(TESTS, "D05")
def papers_without_number(patch: PatchRecord, _: Limits) -> str | None:
    done = patch.disposition
    if done.regularised_mu and not (done.papers_number.strip() and done.papers_on):
        return f"已补办手续 {done.regularised_mu} 亩，没有批准文号或日期"
    return None


@entering(TESTS, "D06")
def papers_before_penalty(patch: PatchRecord, _: Limits) -> str | None:
    done = patch.disposition
    if not done.regularised_mu:
        return None
    if done.case_on is None and not done.no_case_reason.strip():
        return "已补办手续，没有查处记录；须经查处后补办"
    if after(done.case_on, done.papers_on):
        return f"补办批准 {done.papers_on} 早于立案 {done.case_on}；须经查处后补办"
    return None


@entering(TESTS, "D07")
def case_without_number(patch: PatchRecord, _: Limits) -> str | None:
    done = patch.disposition
    if "case" in done.measures and not (done.case_number.strip() and done.case_on):
        return "立案查处，没有案号或立案日期"
    return None


@entering(TESTS, "D08")
def no_case_without_reason(patch: PatchRecord, _: Limits) -> str | None:
    done = patch.disposition
    return (
        "非立案处理，没有写明理由"
        if "no_case" in done.measures and not done.no_case_reason.strip()
        else None
    )


@entering(TESTS, "D09")
def case_and_no_case(patch: PatchRecord, _: Limits) -> str | None:
    return (
        "同时选了立案查处和非立案处理"
        if {"case", "no_case"} <= patch.disposition.measures
        else None
    )


@entering(TESTS, "D10")
def fine_without_decision(patch: PatchRecord, _: Limits) -> str | None:
    done = patch.disposition
    if done.fine_yuan and not (done.penalty_number.strip() and done.penalty_on):
        return f"罚款 {done.fine_yuan} 元，没有处罚决定文号或日期"
    return None


@entering(TESTS, "D11")
def disposed_though_legal(patch: PatchRecord, _: Limits) -> str | None:
    if judged_illegal(patch) or not patch.judgement.outcome or not patch.disposition.measures:
        return None
    return "不是违法图斑，却有整改措施"


@entering(TESTS, "D12")
def put_right_without_area(patch: PatchRecord, _: Limits) -> str | None:
    done = patch.disposition
    wanted = done.measures & {"restore", "papers"}
    if wanted and patch.farmland_m2 and not done.restored_mu + done.regularised_mu:
        return "已报整改完成，拆除复耕、补办手续的耕地面积都是 0"
    return None


@entering(TESTS, "D13")
def accepted_by_the_same(patch: PatchRecord, _: Limits) -> str | None:
    done = patch.disposition
    same = done.accepted_by is not None and done.accepted_by == done.decided_by
    return "整改与验收为同一人" if same else None


@entering(TESTS, "D14")
def overdue(patch: PatchRecord, _: Limits) -> str | None:
    due = patch.disposition.due
    if due is None or due >= patch.on or patch.disposition.accepted_on:
        return None
    return f"整改期限 {due}，已超期 {(patch.on - due).days} 天"
