"""The letters written about a patch: to look at it on site, and to hand over what was found."""

from __future__ import annotations

from decimal import Decimal

from django.utils import timezone

from liangtian.geo.area import to_mu
from liangtian.platform.documents.kinds import Facts, Field, LetterKind, declare
from liangtian.platform.people.models import User
from liangtian.platform.regions.models import Region
from liangtian.programmes.enforcement import warning_letters  # noqa: F401 -- declares its own
from liangtian.programmes.enforcement.models import Outcome, Patch
from liangtian.programmes.enforcement.patch_page import fetch_patch, region_path
from liangtian.programmes.enforcement.results import report  # noqa: F401 -- declares its own
from liangtian.programmes.enforcement.rules import pack_in_use, type_label

NOT_MEASURED = "尚未套合"
NOT_JUDGED = "尚未判定"
ABOUT_A_PATCH = (
    Field("patch_number", "监测编号", "990121202603001"),
    Field("place", "图斑位置", "青禾县柳塘镇柳塘村"),
    Field("monitoring_type", "图斑类型", "新增建（构）筑物"),
    Field("period", "监测时段", "2025年12月至2026年3月"),
    Field("area_mu", "图斑面积（亩）", "12.34"),
    Field("farmland_mu", "耕地面积（亩）", "10.20"),
    Field("pbf_mu", "永久基本农田面积（亩）", "3.05"),
)


def about_patch(case_id: int) -> list[tuple[str, str]]:
    """Label and value of what a letter says of a patch, for offices asked about its case."""
    patch = Patch.objects.select_related("region__parent__parent").get(case=case_id)
    values = _values(patch)
    return [(field.label, values[field.name]) for field in ABOUT_A_PATCH]


def _values(patch: Patch) -> dict[str, str]:
    return {
        "patch_number": patch.number,
        "place": region_path(patch.region).replace(" / ", ""),
        "monitoring_type": type_label(pack_in_use(), patch.monitoring_type),
        "period": _period(patch),
        "area_mu": f"{to_mu(patch.area_m2):.2f}",
        "farmland_mu": _mu(patch.farmland_m2),
        "pbf_mu": _mu(patch.pbf_m2),
    }


def _facts(user: User, patch_id: int) -> Facts:
    patch = fetch_patch(user, patch_id)
    return Facts(
        values=_values(patch),
        region=patch.region,
        about=f"图斑 {patch.number}",
        addressee=f"{_township(patch.region).name}人民政府",
    )


def _check_facts(user: User, patch_id: int) -> Facts:
    facts = _facts(user, patch_id)
    pack, today = pack_in_use(), timezone.localdate()
    time = pack.value("enforcement.field_check_workdays", today)
    photos = pack.value("enforcement.evidence_min_photos", today)
    sides = "、".join(pack.value("enforcement.evidence_directions", today).items)
    return _with(
        facts,
        deadline=f"收到本通知之日起{time.integer}个{time.unit}内",
        deadline_basis=str(time.clause),
        wanted=f"现场照片不少于{photos.integer}张（{sides}各方向）、用地主体与用途说明、审批或备案材料",
    )


def _result_facts(user: User, patch_id: int) -> Facts:
    facts, patch = _facts(user, patch_id), fetch_patch(user, patch_id)
    outcome = Outcome(patch.judgement_outcome).label if patch.judgement_outcome else NOT_JUDGED
    reasons = patch.judgement_reason or "；".join(
        str(reason["text"]) for reason in (patch.proposal or {}).get("reasons", ())
    )
    return _with(
        facts,
        outcome=str(outcome),
        grounds=reasons or "见图斑案卷",
        request="请依法处理，并将处理情况书面反馈我局",
    )


def _with(facts: Facts, **values: str) -> Facts:
    return Facts({**facts.values, **values}, facts.region, facts.about, facts.addressee)


def _mu(area_m2: Decimal | None) -> str:
    return f"{to_mu(area_m2):.2f}" if area_m2 is not None else NOT_MEASURED


def _period(patch: Patch) -> str:
    days = [day for day in (patch.period_before, patch.period_after) if day is not None]
    return "至".join(f"{day.year}年{day.month}月" for day in days) or "未注明"


def _township(region: Region) -> Region:
    while region.level in ("village", "group") and region.parent is not None:
        region = region.parent
    return region


declare(
    LetterKind(
        code="enforcement.field_check",
        title="卫片图斑实地核查通知书",
        source="卫片图斑",
        permission="enforcement.view",
        fields=(
            *ABOUT_A_PATCH,
            Field("deadline", "核查时限", "收到本通知之日起5个工作日内", edited=True),
            Field("deadline_basis", "核查时限依据", "《某县实施方案》三.(二)"),
            Field("wanted", "应提交的材料", "现场照片、用地主体与用途说明", edited=True),
        ),
        body=(
            "根据卫片监测，{{ period }}期间，{{ place }}有一处变化图斑（监测编号{{ patch_number }}，类型为"
            "{{ monitoring_type }}），面积{{ area_mu }}亩，其中耕地{{ farmland_mu }}亩，永久基本农田{{ pbf_mu }}亩。",
            "请你单位组织人员到现场核查，于{{ deadline }}反馈结果，并提交：{{ wanted }}。",
            "逾期未反馈的，将按现有材料研判。",
        ),
        facts=_check_facts,
        page="/patches",
    )
)
declare(
    LetterKind(
        code="enforcement.result",
        title="卫片图斑核查结果告知函",
        source="卫片图斑",
        permission="enforcement.view",
        fields=(
            *ABOUT_A_PATCH,
            Field("outcome", "判定结果", "违法"),
            Field("grounds", "判定理由", "未取得用地批准手续", edited=True),
            Field("request", "有关要求", "请依法处理，并将处理情况书面反馈我局", edited=True),
        ),
        body=(
            "{{ place }}的卫片图斑（监测编号{{ patch_number }}，面积{{ area_mu }}亩，其中耕地{{ farmland_mu }}亩、"
            "永久基本农田{{ pbf_mu }}亩）已完成核查，判定结果为：{{ outcome }}。",
            "判定理由：{{ grounds }}。",
            "{{ request }}。",
        ),
        facts=_result_facts,
        page="/patches",
    )
)
