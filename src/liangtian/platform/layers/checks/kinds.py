"""What each kind of rule looks at in one part: the rows that break it and the value to show.

A rule that needs the whole layer (unique numbers) is completed by the engine at the end.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import numpy as np

from liangtian.platform.layers.checks.rules import Rule, RuleSet
from liangtian.platform.layers.checks.table import Mask, Table
from liangtian.policy.pack import Pack

SHOWN = 100  # characters of a value
UNIT_DIGITS = 12  # of an owner's or place's code: the village


@dataclass(frozen=True)
class Setting:
    """What rules may ask for beside the table: the day, the figures, the codes of the county."""

    on: date
    pack: Pack
    rules: RuleSet
    county: str
    villages: frozenset[str]

    def figure(self, key: str) -> float:
        """A number of the pack on the day (on the pack's first day for older deliveries)."""
        day = max(self.on, self.pack.valid_from) if self.pack.valid_from else self.on
        return float(self.pack.value(key, day).decimal)


@dataclass(frozen=True)
class Broken:
    """Rows that break a rule: the field, what stands there, and what is wrong with it."""

    field: str
    rows: Mask
    said: Callable[[int], tuple[str, str]]  # row of the part -> (value, reason)


Kind = Callable[[Rule, Table, Setting], list[Broken]]


def _chosen(rule: Rule, table: Table) -> Mask:
    rows = np.ones(len(table), dtype=np.bool_)
    for name, patterns in rule.when.items():
        rows &= table.columns[name].meets(patterns)
    for name, patterns in rule.unless.items():
        rows &= ~table.columns[name].meets(patterns)
    return rows


def _value(table: Table, name: str, reason: str) -> Callable[[int], tuple[str, str]]:
    def said(index: int) -> tuple[str, str]:
        value = str(table.columns[name].texts[index])[:SHOWN]
        return value, reason.format(value=value or "空")

    return said


def _filled(rule: Rule, table: Table, _: Setting) -> list[Broken]:
    return [
        Broken(name, table.columns[name].empty, _value(table, name, f"{name} 没有填写。"))
        for name in rule.fields
        if name in table.columns
    ]


def _numbers(rule: Rule, table: Table, _: Setting) -> list[Broken]:
    out = []
    for name in rule.fields:
        if (column := table.columns.get(name)) is not None:
            bad = ~column.empty & ~(column.numbers >= 0)
            out.append(
                Broken(name, bad, _value(table, name, name + " 的值“{value}”不是不小于 0 的数。"))
            )
    return out


def _lengths(rule: Rule, table: Table, _: Setting) -> list[Broken]:
    out = []
    for name, most in rule.lengths.items():
        if (column := table.columns.get(name)) is not None:
            long = np.array([len(text) > most for text in column.texts], dtype=np.bool_)
            reason = name + f" 的值“{{value}}”超过 {most} 个字符。"
            out.append(Broken(name, long, _value(table, name, reason)))
    return out


def _need(rule: Rule, table: Table, _: Setting) -> list[Broken]:
    rows = _chosen(rule, table)
    out = []
    for name, patterns in rule.need.items():
        wanted = "、".join(p or "空" for p in patterns)
        given = "，".join(f"{n} 为 {'、'.join(p)}" for n, p in rule.when.items() if len(p) <= 2)
        reason = f"{given + '时，' if given else ''}{name} 应为 {wanted}，现为“{{value}}”。"
        bad = rows & ~table.columns[name].meets(patterns)
        out.append(Broken(name, bad, _value(table, name, reason)))
    return out


def _code_list(rule: Rule, table: Table, setting: Setting) -> list[Broken]:
    codes = setting.rules.code_list(setting.on)
    if codes is None:
        return []
    (name,) = rule.fields
    column = table.columns[name]
    bad = ~column.empty & ~column.meets(list(codes.names))
    return [Broken(name, bad, _value(table, name, f"地类编码“{{value}}”不在{codes.name}内。"))]


def _code_name(rule: Rule, table: Table, setting: Setting) -> list[Broken]:
    codes = setting.rules.code_list(setting.on)
    if codes is None:
        return []
    code, name = (table.columns[field] for field in rule.fields)
    pairs = list(zip(code.texts, name.texts, strict=True))
    wrong = {p: p[0] in codes.names and codes.names[p[0]] != p[1] for p in set(pairs)}

    def said(index: int) -> tuple[str, str]:
        here, there = pairs[index]
        return there[
            :SHOWN
        ], f"地类编码 {here} 的名称应为“{codes.names[here]}”，现为“{there or '空'}”。"

    return [Broken(rule.fields[1], np.array([wrong[p] for p in pairs], dtype=np.bool_), said)]


def _regions(rule: Rule, table: Table, setting: Setting) -> list[Broken]:
    out = []
    for name in rule.fields:
        if (column := table.columns.get(name)) is None:
            continue
        known = {
            text: text == "" or _region_known(text[:UNIT_DIGITS], setting)
            for text in set(column.texts)
        }
        bad = np.array([not known[text] for text in column.texts], dtype=np.bool_)
        reason = name + f" 的值“{{value}}”不是 {setting.county} 范围内已有的村级区划代码。"
        out.append(Broken(name, bad, _value(table, name, reason)))
    return out


def _region_known(code: str, setting: Setting) -> bool:
    if not code.startswith(setting.county):
        return False
    return code in setting.villages if setting.villages else True


def _product(rule: Rule, table: Table, setting: Setting) -> list[Broken]:
    made, base, factor = rule.fields
    return _sum(rule, table, setting, made, table.columns[base].numbers * _zero(table, factor))


def _difference(rule: Rule, table: Table, setting: Setting) -> list[Broken]:
    made, base, less = rule.fields
    return _sum(rule, table, setting, made, table.columns[base].numbers - _zero(table, less))


def _zero(table: Table, name: str) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.nan_to_num(table.columns[name].numbers)


def _sum(
    rule: Rule, table: Table, setting: Setting, made: str,
    wanted: np.ndarray[tuple[int], np.dtype[np.float64]],
) -> list[Broken]:  # fmt: skip
    off = np.abs(_zero(table, made) - wanted)
    # Half a cent of rounding on top, and what binary fractions cannot say.
    bad = off > setting.figure(rule.tolerance) + 0.005 + 1e-6

    def said(index: int) -> tuple[str, str]:
        value = str(table.columns[made].texts[index])[:SHOWN]
        return (
            value,
            f"{made} 应为 {wanted[index]:.2f}，现为“{value or '空'}”，相差 {off[index]:.2f}。",
        )

    return [Broken(made, np.asarray(bad, dtype=np.bool_), said)]


def _area(rule: Rule, table: Table, setting: Setting) -> list[Broken]:
    (name,) = rule.fields
    stated = table.columns[name].numbers
    off = np.abs(stated - table.areas)
    limit = np.maximum(setting.figure(rule.tolerance), table.areas * setting.figure(rule.share))

    def said(index: int) -> tuple[str, str]:
        value = str(table.columns[name].texts[index])[:SHOWN]
        return value, (
            f"{name} 为 {value} 平方米，按图形计算的椭球面积为 {table.areas[index]:.2f} 平方米，"
            f"相差 {off[index]:.2f} 平方米，超过容差 {limit[index]:.2f} 平方米。"
        )

    return [Broken(name, np.asarray(off > limit, dtype=np.bool_), said)]


def _sliver(rule: Rule, table: Table, setting: Setting) -> list[Broken]:
    least = setting.figure(rule.least)

    def said(index: int) -> tuple[str, str]:
        width = f"{table.widths[index]:.3f}"
        return (
            width,
            f"图形平均宽度 {width} 米，小于 {least:g} 米，面积 {table.areas[index]:.2f} 平方米。",
        )

    return [Broken("图形", np.asarray(table.widths < least, dtype=np.bool_), said)]


def _smallest(rule: Rule, table: Table, setting: Setting) -> list[Broken]:
    least = setting.figure(rule.least)

    def said(index: int) -> tuple[str, str]:
        area = f"{table.areas[index]:.2f}"
        return area, f"图斑面积 {area} 平方米，小于最小上图面积 {least:g} 平方米。"

    return [Broken("图形", np.asarray(_chosen(rule, table) & (table.areas < least)), said)]


KINDS: dict[str, Kind] = {
    "filled": _filled,
    "numbers": _numbers,
    "lengths": _lengths,
    "need": _need,
    "code_list": _code_list,
    "code_name": _code_name,
    "regions": _regions,
    "product": _product,
    "difference": _difference,
    "area": _area,
    "sliver": _sliver,
    "smallest": _smallest,
}
