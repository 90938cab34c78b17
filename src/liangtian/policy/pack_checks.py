"""What must hold between the parts of a pack's file, and of a county's file over it, before it is used."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from datetime import date
from itertools import pairwise

from pydantic import ValidationError

from liangtian.policy.legality_table import LegalityTable, PatchType
from liangtian.policy.pack_errors import PackRefused
from liangtian.policy.pack_schema import Document, Entry, OverrideFile, PackFile, explain
from liangtian.policy.patch_checks.schema import DataCheck


def check_values(
    file: str, values: Mapping[str, Sequence[Entry]], documents: Mapping[str, Document]
) -> None:
    """Every value has amounts of one type and unit, whose periods do not overlap, from documents that are listed."""
    for key, entries in values.items():
        where = f"政策包 {file}：参数 {key}"
        if not entries:
            raise PackRefused(f"{where} 没有取值")
        if len({(e.type, e.unit) for e in entries}) > 1:
            raise PackRefused(f"{where} 各时段的 type 与 unit 必须一致")
        for entry in entries:
            if entry.document is not None and entry.document not in documents:
                raise PackRefused(f"{where} 引用了未列出的文件 {entry.document}")
        ordered = sorted(entries, key=lambda e: e.since or date.min)
        for earlier, later in pairwise(ordered):
            if earlier.until is None or earlier.until >= (later.since or date.min):
                raise PackRefused(f"{where} 的时段重叠：{period_of(earlier)} 与 {period_of(later)}")


def check_override(file: str, over: OverrideFile, base: PackFile) -> None:
    """The county's file is for this pack, and its values are of the type and unit of the pack's own."""
    if over.override.pack != base.pack.id:
        raise PackRefused(
            f"本县参数文件 {file} 针对政策包 {over.override.pack}，不能用于 {base.pack.id}"
        )
    for key, entries in over.values.items():
        if key not in base.values:
            raise PackRefused(
                f"本县参数文件 {file}：政策包 {base.pack.id} 没有参数 {key}"
                f"{nearest(key, base.values)}"
            )
        wanted = base.values[key][0]
        if any((e.type, e.unit) != (wanted.type, wanted.unit) for e in entries):
            raise PackRefused(
                f"本县参数文件 {file}：参数 {key} 应为 type={wanted.type}、unit={wanted.unit or '无'}"
            )


def check_table(
    file: str,
    table: LegalityTable,
    values: Mapping[str, Sequence[Entry]],
    documents: Mapping[str, Document],
) -> None:
    """What the decision table rests on is there and of the right type."""
    for wanted, keys in (("decimal", table.limits()), ("bool", table.switches())):
        for key in sorted(keys):
            if key not in values:
                raise PackRefused(f"政策包 {file}：判定表引用了不存在的参数 {key}")
            if values[key][0].type != wanted:
                raise PackRefused(f"政策包 {file}：判定表用到的参数 {key} 应为 type={wanted}")
    for cited in sorted(table.documents()):
        if cited not in documents:
            raise PackRefused(f"政策包 {file}：判定表引用了未列出的文件 {cited}")


def checks_of(
    file: str, own_file: str, base: PackFile, over: OverrideFile | None,
    documents: Mapping[str, Document],
) -> tuple[DataCheck, ...]:  # fmt: skip
    """The pack's data checks, as severe as the county set them."""
    for check in base.check:
        if check.document is not None and check.document not in documents:
            raise PackRefused(
                f"政策包 {file}：数据检查 {check.code} 引用了未列出的文件 {check.document}"
            )
    severity = {setting.code: setting.severity for setting in (over.check if over else [])}
    if unknown := sorted(set(severity) - {check.code for check in base.check}):
        raise PackRefused(f"本县参数文件 {own_file}：政策包没有数据检查 {'、'.join(unknown)}")
    return tuple(
        check.model_copy(update={"severity": severity.get(check.code, check.severity)})
        for check in base.check
    )


def with_types(file: str, table: LegalityTable | None, own: Sequence[PatchType]) -> LegalityTable:
    """The decision table with the county's own types of patches."""
    if table is None:
        raise PackRefused(f"本县参数文件 {file}：该政策包没有判定表，不能补充图斑类型")
    try:
        return table.with_types(own)
    except ValidationError as problem:
        raise PackRefused(f"本县参数文件 {file}：{explain(problem)}") from problem


def period_of(entry: Entry) -> str:
    """From when to when a value holds, in words."""
    return f"{entry.since or '起始'} 至 {entry.until or '今'}"


def nearest(key: str, keys: Mapping[str, object]) -> str:
    """A hint at the key that was perhaps meant."""
    near = difflib.get_close_matches(key, keys, n=1)
    return f"，是否应为 {near[0]}？" if near else ""
