"""The work report (工作报告) of half a year and of a year, as letters an office lays out in Word itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count
from django.utils import timezone

from liangtian.platform.documents.kinds import Chart, Facts, Field, LetterKind, Table, declare
from liangtian.platform.people.models import User
from liangtian.platform.people.scope import below
from liangtian.platform.returns.services import fetch
from liangtian.policy.accountability import LEVELS, cut_percent
from liangtian.programmes.enforcement.models import Meeting, Outcome, TownshipWarning
from liangtian.programmes.enforcement.results.figures import Result, Tally, mu, result_of
from liangtian.programmes.enforcement.rules import pack_in_use

HALF, YEAR = "enforcement.work_report.half", "enforcement.work_report.year"
KINDS = {"half": HALF, "year": YEAR}
_NONE = "无"
_TO = {
    "township": "县自然资源卫片执法办公室",
    "county": "市自然资源卫片执法办公室",
    "prefecture": "省自然资源卫片执法办公室",
}
_ORGANISED = {
    "township": "乡（镇）按属地组织图斑核查举证，落实查处整改，按县卫片办要求填报数据。",
    "county": "县卫片办统一组织图斑核查、集体会审、查处整改和数据填报，各乡（镇）按属地落实整改责任。",
    "prefecture": "市卫片办统一部署、督导和汇总，各县（市、区）组织图斑核查、集体会审、查处整改和数据填报。",
}
TOWNSHIPS = Table(
    "townships",
    "各乡镇核查整改情况表",
    (
        Field("name", "乡镇", "柳塘镇"),
        Field("count", "图斑（个）", "32"),
        Field("illegal_count", "违法（个）", "8"),
        Field("illegal", "违法占用耕地（亩）", "32.50"),
        Field("put_right", "已整改（亩）", "20.20"),
        Field("open", "未整改（亩）", "12.30"),
        Field("share", "整改率", "62.15%"),
    ),
)
MONTHS = Table(
    "months",
    "按接收月份统计表",
    (
        Field("name", "接收月份", "2026年3月"),
        Field("count", "图斑（个）", "32"),
        Field("legal", "合法占用耕地（亩）", "88.00"),
        Field("illegal", "违法占用耕地（亩）", "32.50"),
        Field("open", "未整改（亩）", "12.30"),
    ),
)
HANDLING = Table(
    "handling",
    "违法图斑查处情况表",
    (
        Field("name", "查处整改措施", "立案查处"),
        Field("count", "图斑（个）", "6"),
        Field("farmland", "涉及耕地（亩）", "21.30"),
    ),
)
_PROJECTS = Table(
    "projects",
    "重大基础设施项目违法用地情况表",
    (
        Field("name", "项目", "示例高速公路"),
        Field("listing", "清单级别", "国家级"),
        Field("count", "图斑（个）", "2"),
        Field("farmland", "占用耕地（亩）", "50.00"),
        Field("duty", "监管服务职责", "已履行"),
    ),
)
TABLES = (TOWNSHIPS, MONTHS, HANDLING, _PROJECTS)
_SAMPLE = {
    "categories": ["柳塘镇", "石桥镇"],
    "series": [
        {"name": "已整改", "values": ["20.20", "3.00"]},
        {"name": "未整改", "values": ["12.30", "0.00"]},
    ],
}
CHARTS = (
    Chart("chart_townships", "各乡镇违法占用耕地整改图",
          {"chart": "stacked", "title": "各乡镇违法占用耕地整改情况", "unit": "亩", **_SAMPLE}),
    Chart("chart_months", "按月新增占用耕地图",
          {"chart": "bar", "title": "各月新增建设占用耕地情况", "unit": "亩", **_SAMPLE}),
)  # fmt: skip
_FIELDS = (
    Field("county", "县（乡镇）", "青禾县"),
    Field("period", "报告期", "2026年上半年"),
    Field("as_of", "数据冻结日期", "2026年6月28日"),
    Field("count", "图斑数", "120"),
    Field("area", "图斑面积（亩）", "560.00"),
    Field("farmland", "占用耕地（亩）", "320.00"),
    Field("legal_count", "合法图斑数", "60"),
    Field("legal", "合法占用耕地（亩）", "180.00"),
    Field("illegal_count", "违法图斑数", "40"),
    Field("illegal", "违法占用耕地（亩）", "120.00"),
    Field("other_count", "其他用地图斑数", "20"),
    Field("restored", "已拆除复耕（亩）", "60.00"),
    Field("regularised", "已补办手续（亩）", "30.00"),
    Field("open", "未整改（亩）", "30.00"),
    Field("share", "整改率", "75.00%"),
    Field("numerator", "比例分子（亩）", "65.00"),
    Field("denominator", "比例分母（亩）", "505.00"),
    Field("ratio", "违法占用耕地比例", "12.87%"),
    Field("scope", "是否属于问责范围", "不属于"),
    Field("threshold", "问责条件", "县级面积100亩以上且比例15%以上"),
    Field("basis", "政策依据", "《某县实施方案》四.(一)"),
    Field("meetings", "会审次数", "3"),
    Field("warnings", "督办情况", "通报2份、约谈1次"),
    Field("hash", "成果校验码", "3f9a…"),
    Field("organisation", "组织部署情况", "县卫片办统一组织，各乡镇分片负责。", edited=True),
    Field("problems", "存在的问题", "部分图斑整改进度偏慢。", edited=True),
    Field("next_steps", "下一步工作", "对未整改图斑逐个明确责任人和完成时限。", edited=True),
)


def report_facts(user: User, return_id: int) -> Facts:
    """What the report says of a return of results. Raises NotFound, Refused."""
    found = result_of(fetch(user, return_id))
    sheet = found.sheet
    return Facts(
        values=values_of(found),
        region=sheet.region,
        about=f"{sheet}",
        addressee=_TO[sheet.region.level] if sheet.region.level in _TO else _TO["county"],
        rows=tables_of(found),
        charts=charts_of(found),
    )


def values_of(found: Result) -> dict[str, str]:
    """The texts and figures of the report."""
    sheet, whole, result = found.sheet, found.whole, found.accountability
    outcomes = _counts(row["judgement"] for row in found.rows)
    frozen = timezone.localdate(sheet.frozen_at)
    return {
        "county": sheet.region.name,
        "period": found.period.label,
        "as_of": _day(frozen),
        "count": str(whole.count),
        "area": f"{sum((mu(row, 'area_mu') for row in found.rows), Decimal(0)):.2f}",
        "farmland": f"{whole.farmland:.2f}",
        "legal_count": str(outcomes.get(Outcome.LEGAL.label, 0)),
        "legal": f"{whole.legal:.2f}",
        "illegal_count": str(whole.illegal_count),
        "illegal": f"{whole.illegal:.2f}",
        "other_count": str(outcomes.get(Outcome.OTHER.label, 0)),
        "restored": f"{whole.restored:.2f}",
        "regularised": f"{whole.regularised:.2f}",
        "open": f"{whole.open:.2f}",
        "share": _share(whole),
        "numerator": f"{result.numerator_mu:.2f}",
        "denominator": f"{result.denominator_mu:.2f}",
        "ratio": "—" if result.ratio is None else f"{cut_percent(result.ratio)}%",
        "scope": _scope(found),
        "threshold": _threshold(found),
        "basis": result.reasons[0].clause if result.reasons else pack_in_use().title,
        "meetings": str(_meetings(found)),
        "warnings": _warnings(found),
        "hash": sheet.sha256,
        "organisation": _ORGANISED.get(sheet.region.level, _ORGANISED["county"]),
        "problems": _problems(found),
        "next_steps": "对尚未整改的图斑逐个明确措施、责任人和完成时限；对符合条件的项目指导补办用地手续；"
        "加强日常巡查，减少新增违法占用耕地。",
    }


def tables_of(found: Result) -> dict[str, list[dict[str, str]]]:
    """Rows of the tables, the last one a total where there is one."""
    return {
        TOWNSHIPS.name: [
            _line(name, one) for name, one in [*found.by_township.items(), ("合计", found.whole)]
        ],
        MONTHS.name: [
            _line(_month(name), one)
            for name, one in [*found.by_month.items(), ("合计", found.whole)]
        ],
        HANDLING.name: _handled(found),
        _PROJECTS.name: _projects(found),
    }


def charts_of(found: Result) -> dict[str, dict[str, Any]]:
    """The charts with their figures."""
    towns, months = found.by_township, found.by_month
    return {
        "chart_townships": {
            **CHARTS[0].sample,
            "categories": list(towns),
            "series": [
                {"name": "已整改", "values": [f"{one.put_right:.2f}" for one in towns.values()]},
                {"name": "未整改", "values": [f"{one.open:.2f}" for one in towns.values()]},
            ],
        },
        "chart_months": {
            **CHARTS[1].sample,
            "categories": [_month(name) for name in months],
            "series": [
                {"name": "合法占用耕地", "values": [f"{one.legal:.2f}" for one in months.values()]},
                {
                    "name": "违法占用耕地",
                    "values": [f"{one.illegal:.2f}" for one in months.values()],
                },
            ],
        },
    }


def _scope(found: Result) -> str:
    """A township has no threshold of its own."""
    if not found.asked.assessed_itself:
        return "乡（镇）不单独列入"
    return "属于" if found.accountability.in_scope else "不属于"


def _threshold(found: Result) -> str:
    """Of the level whose rules are applied; a township answers with its county."""
    result, level = found.accountability, LEVELS[found.asked.level]
    said = f"{level}面积{result.threshold_mu:f}亩以上且比例{result.share_percent:f}%以上"
    return said if found.asked.assessed_itself else f"全县合并评估，{said}"


def _line(name: str, one: Tally) -> dict[str, str]:
    return {
        "name": name, "count": str(one.count), "farmland": f"{one.farmland:.2f}",
        "illegal_count": str(one.illegal_count), "illegal": f"{one.illegal:.2f}",
        "legal": f"{one.legal:.2f}", "put_right": f"{one.put_right:.2f}",
        "open": f"{one.open:.2f}", "share": _share(one),
    }  # fmt: skip


def _share(one: Tally) -> str:
    return f"{one.put_right * 100 / one.illegal:.2f}%" if one.illegal else "—"


def _handled(found: Result) -> list[dict[str, str]]:
    illegal = found.illegal_rows()
    chosen = {
        "立案查处": [row for row in illegal if row["handling"] == "立案查处"],
        "非立案处理": [row for row in illegal if row["handling"] == "非立案处理"],
        "已下达处罚决定": [row for row in illegal if row["penalty_number"]],
        "已拆除复耕": [row for row in illegal if mu(row, "restored_mu")],
        "已补办用地手续": [row for row in illegal if mu(row, "regularised_mu")],
        "已通过验收": [row for row in illegal if row["accepted_on"]],
        "尚未确定处置措施": [row for row in illegal if not row["handling"]],
    }
    return [{"name": name, **_sums(rows)} for name, rows in chosen.items()]


def _projects(found: Result) -> list[dict[str, str]]:
    names = dict.fromkeys(row["project"] for row in found.illegal_rows() if row["project"])
    lines = []
    for name in names:
        rows = [row for row in found.rows if row["project"] == name]
        duty = "已履行" if rows[0]["duty_done"] == "是" else "未履行"
        lines.append({"name": name, "listing": rows[0]["listing"], "duty": duty, **_sums(rows)})
    return lines or [{"name": _NONE, "listing": "", "duty": "", **_sums([])}]


def _sums(rows: Sequence[Mapping[str, str]]) -> dict[str, str]:
    area = sum((Decimal(row["farmland_mu"] or 0) for row in rows), Decimal(0))
    return {"count": str(len(rows)), "farmland": f"{area:.2f}"}


def _problems(found: Result) -> str:
    behind = sorted(found.by_township.items(), key=lambda pair: -pair[1].open)
    worst = [f"{name}{one.open:.2f}亩" for name, one in behind[:3] if one.open > 0]
    if not worst:
        return "本期违法占用耕地图斑已全部整改。"
    return f"尚有{found.whole.open:.2f}亩违法占用耕地没有整改到位，主要在{'、'.join(worst)}。"


def _span(found: Result) -> tuple[date, date]:
    year, month = map(int, found.period.first.split("-"))
    return date(year, month, 1), found.period.end


def _meetings(found: Result) -> int:
    held = Meeting.objects.filter(below(found.sheet.region_id), held_on__range=_span(found))
    return held.filter(status__in=["held", "signed"]).count()


def _warnings(found: Result) -> str:
    sent = TownshipWarning.objects.filter(below(found.sheet.region_id), sent_on__range=_span(found))
    labels = {one.id: one.label for one in pack_in_use().warning_measures}
    rows = sent.order_by("measure").values("measure").annotate(count=Count("pk"))
    return (
        "、".join(f"{labels.get(r['measure'], r['measure'])}{r['count']}份" for r in rows) or _NONE
    )


def _counts(values: Iterable[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for value in values:
        found[value] = found.get(value, 0) + 1
    return found


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _month(code: str) -> str:
    year, _, month = code.partition("-")
    return f"{year}年{int(month)}月" if month else code


def _declare(code: str, title: str) -> None:
    declare(
        LetterKind(
            code=code, title=title, source="成果汇总表", permission="enforcement.view",
            fields=_FIELDS, body=_BODY, facts=report_facts, tables=TABLES, charts=CHARTS,
            page="/returns",
        )
    )  # fmt: skip


_BODY = (
    "现将{{ county }}{{ period }}自然资源卫片执法工作情况报告如下。数据截至{{ as_of }}，与同期成果汇总表一致。",
    "一、组织部署",
    "{{ organisation }}",
    "二、核查判定情况",
    "{{ period }}{{ county }}接收并判定图斑（含分割部分）{{ count }}个，面积{{ area }}亩，其中占用耕地{{ farmland }}亩。"
    "判定合法{{ legal_count }}个，占用耕地{{ legal }}亩；判定违法{{ illegal_count }}个，占用耕地{{ illegal }}亩；"
    "判定其他用地{{ other_count }}个。期间召开集体会审{{ meetings }}次。按接收月份统计如下：",
    MONTHS.name,
    "{{ chart_months }}",
    "三、查处整改情况",
    "违法占用耕地中，已拆除复耕{{ restored }}亩，已补办用地手续{{ regularised }}亩，尚未整改{{ open }}亩，"
    "整改率{{ share }}。违法图斑查处情况如下：",
    HANDLING.name,
    "各乡（镇）核查整改情况如下：",
    TOWNSHIPS.name,
    "{{ chart_townships }}",
    "四、违法占用耕地面积比例",
    "按{{ basis }}计算，分子{{ numerator }}亩，分母{{ denominator }}亩，比例{{ ratio }}；问责条件为{{ threshold }}，"
    "本期{{ scope }}问责范围。",
    "涉及重大基础设施项目的违法用地如下：",
    _PROJECTS.name,
    "五、督办问效",
    "本期对乡（镇）发出督办文书：{{ warnings }}。",
    "六、存在的问题",
    "{{ problems }}",
    "七、下一步工作",
    "{{ next_steps }}",
    "附件：成果汇总表、图斑明细表（成果校验码{{ hash }}）。",
)
_declare(HALF, "自然资源卫片执法半年度工作报告")
_declare(YEAR, "自然资源卫片执法年度工作报告")
