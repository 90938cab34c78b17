"""Patches for the accountability ratio from a CSV file kept elsewhere, every column checked."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import get_args

from liangtian.policy.accountability import (
    AssessedPatch,
    Infrastructure,
    Legality,
    PatchRefused,
    check_patch,
)

COLUMNS = (
    "id",
    "farmland_mu",
    "legality",
    "old_construction",
    "farm_damage",
    "infrastructure",
    "duty_done",
    "regularised_mu",
    "restored_mu",
    "homestead",
    "affordable_housing",
)
_NEEDED = ("id", "farmland_mu", "legality")
_YES = {"true", "1", "yes", "y", "是"}
_NO = {"false", "0", "no", "n", "否", ""}


@dataclass(frozen=True, slots=True)
class RowProblem:
    """One wrong entry: line of the file (the heading is line 1), column, what stands there, what to do."""

    line: int
    column: str
    value: str
    message: str

    def __str__(self) -> str:
        return f"第 {self.line} 行 {self.column}=“{self.value}”：{self.message}"


class FileRefused(ValueError):  # noqa: N818
    """The file can't be used; `problems` names every wrong entry, the message is Chinese."""

    def __init__(self, message: str, problems: tuple[RowProblem, ...] = ()) -> None:
        super().__init__(message)
        self.problems = problems


def read_patches(data: bytes) -> tuple[AssessedPatch, ...]:
    """The patches of a CSV in UTF-8 or GB18030, heading first; columns as in COLUMNS, in any order.

    `id`, `farmland_mu` and `legality` are needed; what else is missing or empty means no, none or 0.
    Unknown columns are refused, so that a misspelt one isn't taken for empty. Raises FileRefused.
    """
    rows = csv.DictReader(io.StringIO(_text(data), newline=""), strict=True)
    try:
        heading = [name.strip() for name in rows.fieldnames or []]
        _check_heading(heading)
        rows.fieldnames = heading
        return _patches(rows)
    except csv.Error as problem:
        raise FileRefused(
            f"不是合法的 CSV 文件（第 {rows.line_num} 行附近）：{problem}"
        ) from problem


def _text(data: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise FileRefused("文件既不是 UTF-8 也不是 GB18030 编码，请另存为 UTF-8 的 CSV")


def _check_heading(heading: list[str]) -> None:
    if missing := [name for name in _NEEDED if name not in heading]:
        raise FileRefused(f"缺少列 {'、'.join(missing)}；第一行应为列名：{','.join(COLUMNS)}")
    if unknown := [name for name in heading if name not in COLUMNS]:
        raise FileRefused(f"有不认识的列 {'、'.join(unknown)}；可用的列：{','.join(COLUMNS)}")
    if len(set(heading)) < len(heading):
        raise FileRefused("有重复的列名，请每列只保留一个")


def _patches(rows: csv.DictReader[str]) -> tuple[AssessedPatch, ...]:
    patches: dict[str, AssessedPatch] = {}
    problems: list[RowProblem] = []
    for row in rows:
        if not any((cell or "").strip() for name, cell in row.items() if name):
            continue
        found = _Row(rows.line_num, row)
        patch = found.patch()
        if patch and patch.id in patches:
            found.wrong("id", "编号重复，会重复计算；分块的图斑请为每块单独编号")
        elif patch:
            patches[patch.id] = patch
        problems += found.problems
    if problems:
        raise FileRefused(f"有 {len(problems)} 处填写错误，未计算", tuple(problems))
    return tuple(patches.values())


class _Row:
    """One line being read; wrong entries are collected, so that all are named at once."""

    def __init__(self, line: int, cells: dict[str, str]) -> None:
        self.line, self.problems = line, list[RowProblem]()
        self.cells = {name: (cell or "").strip() for name, cell in cells.items() if name in COLUMNS}
        if None in cells:
            self.wrong("id", "这一行的列数多于第一行，请检查逗号和引号")

    def wrong(self, column: str, message: str) -> None:
        self.problems.append(RowProblem(self.line, column, self.cells.get(column, ""), message))

    def patch(self) -> AssessedPatch | None:
        """The patch, or None when an entry is wrong."""
        if not self.cells["id"]:
            self.wrong("id", "编号为空，请填写")
        patch = AssessedPatch(
            id=self.cells["id"],
            farmland_mu=self._area("farmland_mu", needed=True),
            legality=self._legality(),
            old_construction=self._flag("old_construction"),
            farm_damage=self._flag("farm_damage"),
            infrastructure=self._infrastructure(),
            duty_done=self._flag("duty_done"),
            regularised_mu=self._area("regularised_mu"),
            restored_mu=self._area("restored_mu"),
            homestead=self._flag("homestead"),
            affordable_housing=self._flag("affordable_housing"),
        )
        if self.problems:
            return None
        try:
            check_patch(patch)
        except PatchRefused as refusal:
            self.wrong(refusal.field, str(refusal))
            return None
        return patch

    def _area(self, column: str, needed: bool = False) -> Decimal:
        text = self.cells.get(column, "")
        if not text and not needed:
            return Decimal(0)
        try:
            area = Decimal(text)
        except InvalidOperation:
            area = Decimal("nan")
        if not area.is_finite() or area < 0:
            self.wrong(column, "应为不小于 0 的数（亩），如 12.34")
            return Decimal(0)
        return area

    def _flag(self, column: str) -> bool:
        text = self.cells.get(column, "").lower()
        if text not in _YES | _NO:
            self.wrong(column, "应为 true/false、1/0 或 是/否")
        return text in _YES

    def _legality(self) -> Legality:
        text = self.cells["legality"].lower()
        for one in get_args(Legality):
            if text == one:
                return one  # type: ignore[no-any-return]
        self.wrong("legality", "应为 legal（合法）、illegal（违法）或 other（其他用地）")
        return "other"

    def _infrastructure(self) -> Infrastructure:
        text = self.cells.get("infrastructure", "").lower() or "none"
        for one in get_args(Infrastructure):
            if text == one:
                return one  # type: ignore[no-any-return]
        self.wrong("infrastructure", "应为 none、provincial（省级清单）或 national（国家级清单）")
        return "none"
