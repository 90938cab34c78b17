"""Checks of the judgement and of the marks of illegal patches."""

from __future__ import annotations

from decimal import Decimal

from liangtian.policy.patch_checks.limits import (
    Limits,
    Test,
    after,
    entering,
    in_mu,
)
from liangtian.policy.patch_checks.record import PatchRecord

TESTS: dict[str, Test] = {}


# ---- judgement ----


@entering(TESTS, "J01")
def not_judged(patch: PatchRecord, _: Limits) -> str | None:
    return None if patch.judgement.outcome else "没有判定结论"


@entering(TESTS, "J02")
def undetermined(patch: PatchRecord, _: Limits) -> str | None:
    return "判定为存疑，不能上报" if patch.judgement.outcome == "undetermined" else None


@entering(TESTS, "J03")
def legal_without_number(patch: PatchRecord, limits: Limits) -> str | None:
    made = patch.judgement
    if made.outcome not in ("legal", "other") or made.document.strip():
        return None
    if made.outcome == "other" and made.subclass not in limits.numbered:
        return None
    return (
        "判定为合法，没有批准文号"
        if made.outcome == "legal"
        else "判定为其他用地，没有备案号或批准文号"
    )


@entering(TESTS, "J04")
def paper_after_image(patch: PatchRecord, _: Limits) -> str | None:
    made = patch.judgement
    if made.outcome != "legal" or not after(made.document_on, patch.period_after):
        return None
    return f"批准于 {made.document_on}，晚于后时相 {patch.period_after}，属先用后批"


@entering(TESTS, "J05")
def paper_run_out(patch: PatchRecord, _: Limits) -> str | None:
    made = patch.judgement
    if made.outcome not in ("legal", "other") or not after(patch.period_after, made.document_until):
        return None
    return f"依据至 {made.document_until} 届满，早于后时相 {patch.period_after}"


@entering(TESTS, "J06")
def legal_beyond_papers(patch: PatchRecord, limits: Limits) -> str | None:
    made = patch.judgement
    if made.outcome != "legal" or made.legal_m2 is None:
        return None
    bare = patch.area_m2 - made.legal_m2
    return f"批准范围之外还有 {bare} 平方米" if bare > limits.sliver_m2 else None


@entering(TESTS, "J07")
def other_without_kind(patch: PatchRecord, _: Limits) -> str | None:
    made = patch.judgement
    return (
        "判定为其他用地，没有写明属于哪一类"
        if made.outcome == "other" and not made.subclass
        else None
    )


@entering(TESTS, "J08")
def unchanged_without_photo(patch: PatchRecord, limits: Limits) -> str | None:
    if patch.judgement.subclass not in limits.seen_on_the_ground or patch.photos:
        return None
    return "判定为实地未变化或伪变化，没有现场照片"


@entering(TESTS, "J09")
def departure_without_reason(patch: PatchRecord, _: Limits) -> str | None:
    made = patch.judgement
    if not made.outcome or made.outcome == made.proposed or made.reason.strip():
        return None
    return "判定与拟判定不同，没有写明理由"


@entering(TESTS, "J10")
def split_without_parts(patch: PatchRecord, _: Limits) -> str | None:
    made = patch.judgement.outcome
    if made == "split" and len({part.outcome for part in patch.parts}) < 2:
        return "判定为部分合法，各部分没有分别判定"
    return None


@entering(TESTS, "J11")
def meeting_missing(patch: PatchRecord, limits: Limits) -> str | None:
    made = patch.judgement
    if made.meeting_on or not (made.disputed or _key(patch, limits)):
        return None
    return f"{'有异议的' if made.disputed else '重点'}图斑没有集体会审结论"


@entering(TESTS, "J12")
def leaders_not_on_site(patch: PatchRecord, limits: Limits) -> str | None:
    if not _key(patch, limits) or patch.judgement.on_site_on:
        return None
    return (
        f"新增建（构）筑物疑似违法占用耕地 {in_mu(_suspected_m2(patch))} 亩，领导小组没有实地核查"
    )


@entering(TESTS, "J13")
def reviewed_by_the_judge(patch: PatchRecord, _: Limits) -> str | None:
    made = patch.judgement
    return "判定与复核为同一人" if made.by is not None and made.by == made.reviewed_by else None


def _key(patch: PatchRecord, limits: Limits) -> bool:
    # Of figures as they are reported: 50 mu is 33 333.33 m², a hair below in exact numbers.
    return patch.building and Decimal(in_mu(_suspected_m2(patch))) >= limits.key_mu


def _suspected_m2(patch: PatchRecord) -> Decimal:
    """Farmland that may be taken illegally: of a divided patch that of its illegal parts."""
    if patch.judgement.outcome == "split":
        return sum((p.farmland_m2 for p in patch.parts if p.outcome == "illegal"), Decimal(0))
    suspected = patch.judgement.outcome in ("", "illegal", "undetermined")
    return patch.farmland_m2 or Decimal(0) if suspected else Decimal(0)


# ---- marks of illegal patches ----


@entering(TESTS, "F01")
def house_without_mark(patch: PatchRecord, _: Limits) -> str | None:
    flags = patch.flags
    if flags.homestead and not flags.new_house_on_farmland and patch.farmland_m2:
        return "标为农村宅基地且占用耕地，没有标识“新增乱占耕地建房”"
    return None


@entering(TESTS, "F02")
def kinds_exclude_each_other(patch: PatchRecord, _: Limits) -> str | None:
    flags = patch.flags
    marked = [
        name
        for name, on in (
            ("存量建设用地违法", flags.old_construction),
            ("农业项目破坏耕地", flags.farm_damage),
            ("非农化", flags.non_agricultural),
        )
        if on
    ]
    if flags.farm_damage and len(marked) > 1:
        return f"同时标为{'、'.join(marked)}"
    return None


@entering(TESTS, "F03")
def stock_on_farmland(patch: PatchRecord, limits: Limits) -> str | None:
    if patch.flags.old_construction and (patch.farmland_m2 or 0) > limits.sliver_m2:
        return f"标为存量建设用地违法，最新调查中却有耕地 {patch.farmland_m2} 平方米"
    return None


@entering(TESTS, "F04")
def damage_without_farmland(patch: PatchRecord, _: Limits) -> str | None:
    if patch.flags.farm_damage and patch.farmland_m2 == 0:
        return "标为农业项目破坏耕地，套合的耕地面积为 0"
    return None


@entering(TESTS, "F05")
def marked_though_not_illegal(patch: PatchRecord, _: Limits) -> str | None:
    flags, outcome = patch.flags, patch.judgement.outcome
    marked = (
        flags.old_construction
        or flags.farm_damage
        or flags.homestead
        or flags.infrastructure != "none"
    )
    if outcome in ("legal", "other") and marked:
        return "不是违法图斑，却标有违法类型"
    return None


@entering(TESTS, "F06")
def listed_without_document(patch: PatchRecord, _: Limits) -> str | None:
    flags = patch.flags
    if flags.infrastructure != "none" and not flags.listing_document.strip():
        return "标为清单内重大基础设施，没有立项文件或清单文号"
    return None


@entering(TESTS, "F07")
def duty_without_evidence(patch: PatchRecord, _: Limits) -> str | None:
    flags = patch.flags
    return (
        "标为已履行监管服务职责，没有证明材料"
        if flags.duty_done and not flags.duty_evidence
        else None
    )
