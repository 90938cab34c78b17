"""Checks of what is on file: areas, order of dates, evidence, military land."""

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


# ---- areas ----


@entering(TESTS, "A01")
def not_measured(patch: PatchRecord, _: Limits) -> str | None:
    if patch.military or patch.farmland_m2 is not None:
        return None
    return "尚未套合，没有占用耕地面积"


@entering(TESTS, "A02")
def farmland_beyond_patch(patch: PatchRecord, _: Limits) -> str | None:
    if patch.farmland_m2 is None or patch.farmland_m2 <= patch.area_m2:
        return None
    return f"耕地 {patch.farmland_m2} 平方米大于图斑 {patch.area_m2} 平方米"


@entering(TESTS, "A03")
def basic_farmland_beyond_patch(patch: PatchRecord, _: Limits) -> str | None:
    if patch.pbf_m2 is None or patch.pbf_m2 <= patch.area_m2:
        return None
    return f"永久基本农田 {patch.pbf_m2} 平方米大于图斑 {patch.area_m2} 平方米"


@entering(TESTS, "A04")
def parts_do_not_add_up(patch: PatchRecord, limits: Limits) -> str | None:
    total = sum((part.m2 for part in patch.parts), Decimal(0))
    if not patch.parts or abs(total - patch.area_m2) <= limits.parts_m2:
        return None
    return f"各部分合计 {total} 平方米，图斑 {patch.area_m2} 平方米，相差 {total - patch.area_m2}"


@entering(TESTS, "A05")
def classes_do_not_add_up(patch: PatchRecord, limits: Limits) -> str | None:
    if patch.classes_m2 is None:
        return None
    total = sum(patch.classes_m2.values(), Decimal(0))
    if abs(total - patch.area_m2) <= limits.parts_m2:
        return None
    return f"各地类合计 {total} 平方米，图斑 {patch.area_m2} 平方米，相差 {total - patch.area_m2}"


@entering(TESTS, "A06")
def declared_area_differs(patch: PatchRecord, limits: Limits) -> str | None:
    if patch.declared_m2 is None:
        return None
    allowed = max(limits.declared_mu * 2000 / 3, patch.area_m2 * limits.declared_percent / 100)
    if abs(patch.declared_m2 - patch.area_m2) <= allowed:
        return None
    return f"监测面积 {in_mu(patch.declared_m2)} 亩，图形面积 {in_mu(patch.area_m2)} 亩"


# ---- order of dates ----


@entering(TESTS, "T01")
def images_out_of_order(patch: PatchRecord, _: Limits) -> str | None:
    if not after(patch.period_before, patch.period_after):
        return None
    return f"前时相 {patch.period_before} 晚于后时相 {patch.period_after}"


@entering(TESTS, "T02")
def received_before_image(patch: PatchRecord, _: Limits) -> str | None:
    if not after(patch.period_after, patch.received_on):
        return None
    return f"接收于 {patch.received_on}，早于后时相 {patch.period_after}"


@entering(TESTS, "T03")
def judged_before_received(patch: PatchRecord, _: Limits) -> str | None:
    if not after(patch.received_on, patch.judgement.on):
        return None
    return f"判定于 {patch.judgement.on}，早于接收 {patch.received_on}"


@entering(TESTS, "T04")
def day_to_come(patch: PatchRecord, _: Limits) -> str | None:
    done = patch.disposition
    days = {
        "实地核查": patch.verified_on, "判定": patch.judgement.on, "会审": patch.judgement.meeting_on,
        "领导小组核查": patch.judgement.on_site_on, "立案": done.case_on, "处罚": done.penalty_on,
        "拆除": done.demolished_on, "补办批准": done.papers_on, "验收": done.accepted_on,
    }  # fmt: skip
    wrong = [f"{name} {day}" for name, day in days.items() if after(day, patch.on)]
    return f"{'、'.join(wrong)} 晚于今天 {patch.on}" if wrong else None


@entering(TESTS, "T05")
def penalty_before_case(patch: PatchRecord, _: Limits) -> str | None:
    done = patch.disposition
    if not after(done.case_on, done.penalty_on):
        return None
    return f"处罚决定 {done.penalty_on} 早于立案 {done.case_on}"


@entering(TESTS, "T06")
def put_right_before_image(patch: PatchRecord, _: Limits) -> str | None:
    if not after(patch.period_after, patch.disposition.demolished_on):
        return None
    return f"拆除于 {patch.disposition.demolished_on}，早于后时相 {patch.period_after}，影像上不应还有变化"


@entering(TESTS, "T07")
def accepted_before_done(patch: PatchRecord, _: Limits) -> str | None:
    done = patch.disposition
    last = max((day for day in (done.demolished_on, done.papers_on) if day), default=None)
    if not after(last, done.accepted_on):
        return None
    return f"验收于 {done.accepted_on}，早于整改完成 {last}"


# ---- evidence: what is judged in the office, on papers alone, needs none ----


@entering(TESTS, "E01")
def too_few_photos(patch: PatchRecord, limits: Limits) -> str | None:
    if patch.military or not patch.verified_on or len(patch.photos) >= limits.photos:
        return None
    return f"现场照片 {len(patch.photos)} 张，应不少于 {limits.photos} 张"


@entering(TESTS, "E02")
def direction_without_photo(patch: PatchRecord, limits: Limits) -> str | None:
    if patch.military or not patch.verified_on:
        return None
    missing = [
        side for side in limits.directions if side not in {p.direction for p in patch.photos}
    ]
    return f"没有朝{'、'.join(missing)}方向的照片" if missing else None


@entering(TESTS, "E03")
def photo_far_away(patch: PatchRecord, limits: Limits) -> str | None:
    far = [p for p in patch.photos if p.distance_m and p.distance_m > limits.photo_distance_m]
    return f"{len(far)} 张照片距图斑超过 {limits.photo_distance_m} 米" if far else None


@entering(TESTS, "E04")
def photo_before_image(patch: PatchRecord, _: Limits) -> str | None:
    early = [p for p in patch.photos if after(patch.period_after, p.taken_on)]
    return f"{len(early)} 张照片拍摄早于后时相 {patch.period_after}" if early else None


@entering(TESTS, "E05")
def photo_in_doubt(patch: PatchRecord, _: Limits) -> str | None:
    doubts = list(dict.fromkeys(doubt for p in patch.photos for doubt in p.doubts))
    return f"照片有疑点：{'；'.join(doubts)}" if doubts else None


# ---- military land ----


@entering(TESTS, "M01")
def military_with_geometry(patch: PatchRecord, _: Limits) -> str | None:
    return "涉军图斑在普通图斑中留有图形" if patch.military and patch.has_geometry else None
