"""The letters of warnings (督办文书): what each is filled with, and a first template an office can change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from django.utils import timezone

from liangtian.platform.documents.kinds import Facts, Field, LetterKind, Table, declare
from liangtian.platform.packs.services import pack_at
from liangtian.platform.people.models import User
from liangtian.policy.warning_measures import shown
from liangtian.policy.warning_schema import METRICS, Metric
from liangtian.programmes.enforcement.warning_figures import Standing, standings
from liangtian.programmes.enforcement.warnings import COUNTY, fetch_warning, measure_of

RANKING = Table(
    "ranking",
    "乡镇查处整改排名表",
    (
        Field("place", "名次", "1"),
        Field("township", "乡镇", "柳塘镇"),
        Field("illegal_mu", "违法占用耕地（亩）", "32.50"),
        Field("open_illegal_mu", "尚未整改（亩）", "12.30"),
        Field("share", "已整改比例", "62.15%"),
        Field("late_judgements", "逾期未判定（个）", "2"),
        Field("late_remedies", "逾期未整改（个）", "1"),
    ),
)
_ABOUT = (
    Field("township", "乡镇", "柳塘镇"),
    Field("year", "卫片年度", "2026"),
    Field("as_of", "数据截至", "2026年9月30日"),
    Field("place", "排名", "第3名"),
    Field(
        "situation", "存在的问题", "逾期未判定图斑2个，尚未整改的违法占用耕地12.30亩", edited=True
    ),
    Field("basis", "依据条款", "《某县实施方案》五.(一)"),
    Field("demand", "有关要求", "请对照问题逐图斑明确整改措施、责任人和时限", edited=True),
    Field("deadline", "答复时限", "收到之日起10个工作日内", edited=True),
)
NO_ILLEGAL = "—"
_REPORTED: tuple[Metric, ...] = ("late_judgements", "late_remedies", "open_illegal_mu", "put_right_percent",
             "notices_unanswered", "letters_unanswered", "talks_unheeded")  # fmt: skip


def ranking_rows(found: Sequence[Standing]) -> list[dict[str, str]]:
    """The ranking as the letter prints it."""
    return [
        {
            "place": str(one.place),
            "township": one.region.name,
            "illegal_mu": f"{one.figures['illegal_mu']:.2f}",
            "open_illegal_mu": f"{one.figures['open_illegal_mu']:.2f}",
            "share": NO_ILLEGAL if one.share is None else f"{one.share:.2f}%",
            "late_judgements": f"{one.figures['late_judgements']:f}",
            "late_remedies": f"{one.figures['late_remedies']:f}",
        }
        for one in found
    ]


def situation_of(figures: Mapping[Metric, Decimal]) -> str:
    """What is wrong, in one line: every figure that is not nought."""
    said = []
    for metric in _REPORTED:
        figure = figures.get(metric)
        if figure or (metric == "put_right_percent" and figure is not None):
            said.append(f"{METRICS[metric]}：{shown(figure)}")
    return "；".join(said) or "详见附表"


def _facts(user: User, warning_id: int) -> Facts:
    warning = fetch_warning(user, warning_id)
    pack = pack_at(warning.pack_version)
    measure = measure_of(pack, warning.measure)
    county = warning.region.parent or warning.region
    on = timezone.localdate()
    found = standings(warning.region_id[:COUNTY], warning.year, on, pack)
    own_standing = next(one for one in found if one.region.code == warning.region_id)
    clauses = dict.fromkeys(reason["clause"] for reason in warning.reasons)
    own = str(pack.clause(measure.clause, measure.label, measure.document))
    days = pack.value(measure.reply, on) if measure.reply else None
    values = {
        "township": warning.region.name,
        "year": str(warning.year),
        "as_of": f"{on.year}年{on.month}月{on.day}日",
        "place": f"第{own_standing.place}名",
        "situation": warning.hand_reason or situation_of(own_standing.figures),
        "basis": "、".join(clauses) or own,
        "demand": "请对照上述问题，逐图斑明确整改措施、责任人和时限，限期整改到位",
        "deadline": f"收到之日起{days.integer}个{days.unit}内" if days else "按有关规定",
    }
    return Facts(
        values, county, f"{warning}", f"{warning.region.name}人民政府",
        {RANKING.name: ranking_rows(found)},
    )  # fmt: skip


def _declare(code: str, title: str, *body: str) -> None:
    declare(
        LetterKind(
            code=code, title=title, source="督办", permission="warnings.propose",
            fields=_ABOUT, body=body, facts=_facts, tables=(RANKING,), page="/warnings",
        )
    )  # fmt: skip


_ANSWER = "请于{{ deadline }}将整改落实情况书面报我单位。"
_WHAT_IS_WRONG = "截至{{ as_of }}，你镇{{ year }}年度卫片执法工作存在以下问题：{{ situation }}。"
_declare(
    "enforcement.notice", "关于卫片执法图斑查处整改进展情况的通报",
    "现将截至{{ as_of }}全县各乡（镇）{{ year }}年度卫片执法图斑查处整改进展排名通报如下：",
    RANKING.name,
    "其中，{{ township }}列{{ place }}，存在以下问题：{{ situation }}。",
    "依据{{ basis }}，现予通报提醒。{{ demand }}。",
    _ANSWER,
)  # fmt: skip
_declare(
    "enforcement.reminder", "卫片执法警示提醒函",
    _WHAT_IS_WRONG, "依据{{ basis }}，现向你镇发出警示提醒。{{ demand }}。", _ANSWER,
)  # fmt: skip
_declare(
    "enforcement.supervision", "自然资源执法监督建议函",
    _WHAT_IS_WRONG, "各乡（镇）查处整改进展如下：", RANKING.name,
    "依据{{ basis }}，现提出执法监督建议：{{ demand }}。", _ANSWER,
)  # fmt: skip
_declare(
    "enforcement.talk", "约谈通知书",
    _WHAT_IS_WRONG, "依据{{ basis }}，经报请县人民政府同意，决定对你镇有关负责人进行约谈。{{ demand }}。",
    "请按通知的时间、地点参加约谈，并于{{ deadline }}报送整改落实情况。",
)  # fmt: skip
_declare(
    "enforcement.joint", "关于实施联合惩戒的函",
    "截至{{ as_of }}，{{ township }}{{ year }}年度卫片执法中存在拒不整改的情形：{{ situation }}。",
    "依据{{ basis }}，建议有关主管部门对责任单位实施联合督导、联合惩戒。{{ demand }}。", _ANSWER,
)  # fmt: skip
_declare(
    "enforcement.transfer", "问题线索移交函",
    "截至{{ as_of }}，{{ township }}{{ year }}年度卫片执法存在以下问题，经督办仍未整改到位：{{ situation }}。",
    "依据{{ basis }}，现按干部管理权限将问题线索移交，请依规处理并函告结果。",
)  # fmt: skip
