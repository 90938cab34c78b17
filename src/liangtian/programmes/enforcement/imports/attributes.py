"""The attributes of a batch: number, type, dates and declared area of every row."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from liangtian.geo.formats import VectorLayer
from liangtian.platform.cell_values import parse_date, parse_figure, text_of
from liangtian.programmes.enforcement.imports.findings import Findings
from liangtian.programmes.enforcement.imports.targets import TARGETS

LONGEST = {"number": 60, "monitoring_type": 20}
_LABELS = {t.name: t.label for t in TARGETS}
_WRONG_FIELD = "请核对是否对应错了字段"


def cells(layer: VectorLayer, mapping: Mapping[str, str | None]) -> list[dict[str, str]]:
    """For each row, the text of the field chosen for each target; "" where none is chosen."""
    columns = {
        target.name: layer.columns[name].tolist()
        for target in TARGETS
        if (name := mapping.get(target.name))
    }
    blank = dict.fromkeys(_LABELS, "")
    return [
        {**blank, **{target: text_of(column[i]) for target, column in columns.items()}}
        for i in range(len(layer.fids))
    ]


def check_attributes(
    rows: list[dict[str, str]],
    mapping: Mapping[str, str | None],
    present: Mapping[str, str],
    findings: Findings,
) -> list[dict[str, Any]]:
    """The values to be stored, with everything wrong with them added to `findings`.

    `present` maps the numbers already in the register to the title of their batch.
    """
    first: dict[str, int] = {}
    values = []
    for i, row in enumerate(rows):
        _check_number(i, row["number"], first, present, findings)
        _check_type(i, row["monitoring_type"], findings)
        read = {
            target: _day(i, target, row[target], bool(mapping.get(target)), findings)
            for target in ("period_before", "period_after")
        }
        _check_order(i, read["period_before"], read["period_after"], findings)
        values.append(
            {
                **read,
                "monitoring_type": row["monitoring_type"],
                "declared_area_mu": _figure(i, row["declared_area_mu"], findings),
                "remark": row["remark"],
            }
        )
    return values


def _check_number(
    i: int, number: str, first: dict[str, int], present: Mapping[str, str], findings: Findings
) -> None:
    if not number:
        findings.error(i, "number", "", "监测编号为空", "请在源文件中补填编号后重新导入")
        return
    if len(number) > LONGEST["number"]:
        findings.error(i, "number", number, f"监测编号超过 {LONGEST['number']} 个字", _WRONG_FIELD)
    elif number in present:
        findings.duplicate(
            i, f"该编号已在批次“{present[number]}”中入库", "已入库的图斑不会重复导入，无需处理"
        )
    elif number in first:
        findings.duplicate(
            i, f"与第 {first[number] + 1} 行的监测编号相同",
            "同一编号只取先出现的一行；若确为两个图斑，请改编号后重新导入",
        )  # fmt: skip
    first.setdefault(number, i)


def _check_type(i: int, text: str, findings: Findings) -> None:
    if not text:
        findings.error(i, "monitoring_type", "", "图斑类型为空", "请在源文件中补填类型后重新导入")
    elif len(text) > LONGEST["monitoring_type"]:
        reason = f"图斑类型超过 {LONGEST['monitoring_type']} 个字"
        findings.error(i, "monitoring_type", text, reason, _WRONG_FIELD)


def _day(i: int, target: str, text: str, mapped: bool, findings: Findings) -> str | None:
    if not text:
        if mapped:
            findings.warn(
                i, target, "", f"{_LABELS[target]}为空", "不影响入库，但判定时会提示缺少日期"
            )
        return None
    day = parse_date(text)
    if day is None:
        findings.error(
            i, target, text, "不是可识别的日期", "请改为 2026-01-31 这样的写法后重新导入"
        )
        return None
    return day.isoformat()


def _check_order(i: int, before: str | None, after: str | None, findings: Findings) -> None:
    if before and after and before > after:
        findings.error(
            i, "period_after", after, f"后时相早于前时相({before})",
            "请核对两个日期字段是否对应反了",
        )  # fmt: skip


def _figure(i: int, text: str, findings: Findings) -> str | None:
    if not text:
        return None
    figure = parse_figure(text)
    if figure is None:
        findings.error(
            i, "declared_area_mu", text, "不是有效的面积数",
            "面积只写数字，单位为亩；请核对字段或在源文件中改正",
        )  # fmt: skip
        return None
    return str(figure)
