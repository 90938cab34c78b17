"""The findings of a version and the result of a comparison as Excel workbooks."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from django.utils import timezone

from liangtian.geo.area import round_m2, to_mu
from liangtian.platform.layers.models import (
    LayerChange,
    LayerComparison,
    LayerCut,
    LayerProblem,
    LayerVersion,
)
from liangtian.platform.people.models import User
from liangtian.press.workbook import LedgerSheet, SheetColumn, SheetFooter

_RULES = (
    SheetColumn("规则"), SheetColumn("检查内容", width=34), SheetColumn("依据", width=44),
    SheetColumn("程度"), SheetColumn("发现数", kind="integer"), SheetColumn("列出数", kind="integer"),
    SheetColumn("说明", width=40),
)  # fmt: skip
_ROWS = (
    SheetColumn("规则"), SheetColumn("行号", kind="integer"), SheetColumn("要素"),
    SheetColumn("程度"), SheetColumn("字段"), SheetColumn("值"), SheetColumn("问题与处理", width=70),
    SheetColumn("另一行", kind="integer"), SheetColumn("面积", "平方米", "area_m2"),
    SheetColumn("经度"), SheetColumn("纬度"),
)  # fmt: skip
_CUTS = (
    SheetColumn("被扣行号", kind="integer"), SheetColumn("被扣要素"),
    SheetColumn("保留行号", kind="integer"), SheetColumn("保留要素"),
    SheetColumn("扣除平方米", "", "area_m2"), SheetColumn("扣除亩", "", "area_mu"),
)  # fmt: skip
_SEVERITIES = {"error": "未入库", "warning": "提示"}


def findings_rows(version: LayerVersion) -> int:
    """How many rows the report of a version's checks has."""
    return int(version.problems.count() + LayerCut.objects.filter(version=version).count())


def findings_sheets(user: User, version: LayerVersion) -> list[LedgerSheet]:
    """Counts by rule on the first sheet, the rows on the second, what flattening took on the third."""
    footer = _footer(user)
    rules = [
        (
            c["rule"], c["title"], c["source"], _SEVERITIES[c["severity"]], c["count"], c["listed"],
            f"未检查：{c['skipped']}" if c["skipped"] else _cut_note(c),
        )
        for c in version.checks
    ]  # fmt: skip
    title = f"{version}检查报告"
    sheets = [
        LedgerSheet(title, _RULES, rules, footer, unit_note="", name="规则汇总"),
        LedgerSheet(f"{title}(明细)", _ROWS, _problems(version), footer, unit_note="", name="明细"),
    ]
    if version.flattened is not None:
        cuts = LayerCut.objects.filter(version=version)
        names = ("row", "fid", "keeper_row", "keeper_fid", "area_m2")
        rows = ((*row[:4], *_both(str(row[4]))) for row in cuts.values_list(*names).iterator(2000))
        sheets.append(
            LedgerSheet(f"{version}压平扣除", _CUTS, rows, footer, unit_note="", name="压平扣除")
        )
    return sheets


def comparison_sheets(user: User, comparison: LayerComparison) -> list[LedgerSheet]:
    """Areas by class before and after, the matrix, and every changed figure."""
    layer, footer = comparison.after.layer, _footer(user)

    def named(code: str) -> str:
        return f"{code} {layer.category_name(code)}" if code else "图层以外及取整差"

    totals = [
        (
            named(t["category"]),
            *_both(t["before_m2"]),
            *_both(t["after_m2"]),
            *_both(t["change_m2"]),
        )
        for t in comparison.totals
    ]
    matrix = [
        (named(m["before"]), named(m["after"]), *_both(m["area_m2"])) for m in comparison.matrix
    ]
    changes = (
        (c.row, c.fid, named(c.before), named(c.after), *_both(str(c.area_m2)))
        for c in LayerChange.objects.filter(comparison=comparison).iterator(2000)
    )

    def pair(label: str) -> list[SheetColumn]:
        return [
            SheetColumn(f"{label}平方米", "", "area_m2"),
            SheetColumn(f"{label}亩", "", "area_mu"),
        ]

    sort = SheetColumn("类别", width=28)
    title = str(comparison)
    return [
            LedgerSheet(
                f"{title}分类面积变化", [sort, *pair("变化前"), *pair("变化后"), *pair("增减")],
                totals, footer, unit_note="", name="分类面积",
            ),
            LedgerSheet(
                f"{title}变化矩阵",
                [SheetColumn("变化前", width=28), SheetColumn("变化后", width=28), *pair("面积")],
                matrix, footer, unit_note="", name="变化矩阵",
            ),
            LedgerSheet(
                f"{title}变化图形",
                [
                    SheetColumn("行号", kind="integer"), SheetColumn("要素"),
                    SheetColumn("变化前", width=28), SheetColumn("变化后", width=28), *pair("变化"),
                ],
                changes, footer, unit_note="", name="变化图形",
            ),
        ]  # fmt: skip


def _both(m2: str) -> tuple[Decimal, Decimal]:
    return Decimal(m2), round_m2(to_mu(Decimal(m2)))


def _cut_note(check: dict[str, object]) -> str:
    listed, count = check["listed"], check["count"]
    if isinstance(listed, int) and isinstance(count, int) and listed < count:
        return f"只逐条列出前 {listed} 条，总数照实统计。{check['advice']}"
    return str(check["advice"])


def _problems(version: LayerVersion) -> Iterator[tuple[object, ...]]:
    rows = LayerProblem.objects.filter(version=version).order_by("severity", "rule", "row", "id")
    names = ("rule", "row", "feature", "severity", "field", "value", "reason", "other_row", "area_m2",
             "lon", "lat")  # fmt: skip
    for row in rows.values_list(*names).iterator(2000):
        severity, lon, lat = _SEVERITIES[row[3]], row[9], row[10]
        yield (
            *row[:3], severity, *row[4:9],
            "" if lon is None else f"{lon:.6f}", "" if lat is None else f"{lat:.6f}",
        )  # fmt: skip


def _footer(user: User) -> SheetFooter:
    office = user.office.name if user.office else ""
    return SheetFooter(office, timezone.localdate(), maker=user.name)
