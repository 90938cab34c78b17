"""Shape of a policy pack file. Strict: an unknown or mistyped item is refused, never ignored."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from liangtian.policy.dossier_items import DossierItem
from liangtian.policy.judgement_table import JudgementTable
from liangtian.policy.legality_table import LegalityTable, PatchType
from liangtian.policy.obligation_schema import Obligation, mistakes
from liangtian.policy.patch_checks.schema import CheckSetting, DataCheck
from liangtian.policy.warning_schema import WarningMeasure
from liangtian.policy.warning_schema import mistakes as warning_mistakes

Kind = Literal["decimal", "int", "text", "bool", "date", "monthday", "list"]
Confidence = Literal["H", "M", "L"]
Amount = Decimal | int | str | bool | date | tuple[str, ...]

CONTENTS = "enforcement.dossier_contents"
_MONTHDAY = re.compile(r"(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])")
_WANTED: dict[str, tuple[type, str]] = {
    "decimal": (str, '带引号的十进制数，如 "0.15"'),
    "int": (int, "整数"),
    "text": (str, "带引号的文字"),
    "bool": (bool, "true 或 false"),
    "date": (date, "日期，如 2022-06-30"),
    "monthday": (str, '带引号的月-日，如 "06-30"'),
    "list": (list, '文字列表，如 ["甲", "乙"]'),
}


class _Strict(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, populate_by_name=True)


class Head(_Strict):
    """[pack] of a pack file."""

    id: str
    name: str
    jurisdiction: str
    document: str
    issued: date | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    notes: str = ""


class OverrideHead(_Strict):
    """[override] of a county's own file: which pack it lies on, and dates it may settle."""

    pack: str
    county: str
    issued: date | None = None
    valid_from: date | None = None
    valid_to: date | None = None


class Document(_Strict):
    """A cited document (文件)."""

    id: str
    title: str
    number: str = ""
    issued: date | None = None
    in_force: date | None = None
    confidence: Confidence | None = None


class Entry(_Strict):
    """One dated amount of a value; `from`/`to` are both included, absent = open."""

    type: Kind
    amount: str | int | bool | date | list[str]
    unit: str = ""
    label: str
    since: date | None = Field(default=None, alias="from")
    until: date | None = Field(default=None, alias="to")
    clause: str
    document: str | None = None
    summary: str = ""
    confidence: Confidence | None = None

    @model_validator(mode="after")
    def _consistent(self) -> Entry:
        wanted, said = _WANTED[self.type]
        if type(self.amount) is not wanted:
            raise ValueError(f"amount 应为{said}，现为 {self.amount!r}")
        if self.type == "monthday" and not _MONTHDAY.fullmatch(str(self.amount)):
            raise ValueError(f"amount 应为{said}，现为 {self.amount!r}")
        if self.type == "decimal":
            _decimal(str(self.amount))
        if self.type in ("decimal", "int") and not self.unit:
            raise ValueError("数值必须写明 unit（单位）")
        if self.since and self.until and self.since > self.until:
            raise ValueError(f"from {self.since} 晚于 to {self.until}")
        return self

    def parsed(self) -> Amount:
        """The amount in the type declared: exact Decimal, tuple for a list."""
        if self.type == "decimal":
            return _decimal(str(self.amount))
        return tuple(self.amount) if isinstance(self.amount, list) else self.amount


class PackFile(_Strict):
    """A whole pack file."""

    pack: Head
    document: list[Document]
    values: dict[str, list[Entry]]
    obligation: list[Obligation] = []
    check: list[DataCheck] = []
    warning: list[WarningMeasure] = []
    dossier: list[DossierItem] = []
    legality: LegalityTable | None = None
    judgement: JudgementTable | None = None

    @model_validator(mode="after")
    def _obligations_known(self) -> PackFile:
        if wrong := list(mistakes(self.obligation, self.values)):
            raise ValueError("；".join(wrong))
        return self

    @model_validator(mode="after")
    def _warnings_known(self) -> PackFile:
        if wrong := list(warning_mistakes(self.warning, self.values)):
            raise ValueError("；".join(wrong))
        return self

    @model_validator(mode="after")
    def _judgement_known(self) -> PackFile:
        table = self.judgement
        if table is None:
            return self
        for wanted, keys in (("int", table.limits()), ("decimal", {table.sliver})):
            for key in sorted(keys):
                if key not in self.values or self.values[key][0].type != wanted:
                    raise ValueError(f"研判表用到的参数 {key} 应为 type={wanted}")
        if lost := sorted(table.documents() - {one.id for one in self.document}):
            raise ValueError(f"研判表引用了未列出的文件 {'、'.join(lost)}")
        return self

    @model_validator(mode="after")
    def _checks_once(self) -> PackFile:
        for what, rows in (("数据检查", self.check), ("卷宗材料", self.dossier)):
            codes = [row.code for row in rows]
            if twice := sorted({code for code in codes if codes.count(code) > 1}):
                raise ValueError(f"{what} {'、'.join(twice)} 重复")
        return self

    @model_validator(mode="after")
    def _dossier_in_its_contents(self) -> PackFile:
        documents = {document.id for document in self.document}
        known = {
            name
            for entry in self.values.get(CONTENTS, [])
            if isinstance(entry.amount, list)
            for name in entry.amount
        }
        for item in self.dossier:
            if item.section not in known:
                raise ValueError(
                    f"卷宗材料 {item.code} 的 section“{item.section}”不在 {CONTENTS} 中"
                )
            if item.document is not None and item.document not in documents:
                raise ValueError(f"卷宗材料 {item.code} 引用了未列出的文件 {item.document}")
        return self


class OverrideFile(_Strict):
    """A county's own file, laid over a pack."""

    override: OverrideHead
    document: list[Document] = []
    values: dict[str, list[Entry]] = {}
    check: list[CheckSetting] = []
    patch_type: list[PatchType] = []  # codes of the county's image producer


def _decimal(text: str) -> Decimal:
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise ValueError(f"amount 不是数：{text!r}") from None
    if not number.is_finite():
        raise ValueError(f"amount 不是有限的数：{text!r}")
    return number


_SAID = {
    "missing": "缺少这一项",
    "extra_forbidden": "不认识的项，请核对拼写",
    "string_type": "应为带引号的文字",
    "date_type": "应为日期，如 2022-06-30（不加引号）",
    "list_type": "应为列表",
    "dict_type": "应为一组项目",
    "model_type": "应为一组项目",
}


def explain(error: ValidationError) -> str:
    """All problems of a file in Chinese: where, what is there, what is wanted."""
    lines = []
    for problem in error.errors():
        where = " → ".join(
            f"第{part + 1}条" if isinstance(part, int) else str(part) for part in problem["loc"]
        )
        said = _SAID.get(problem["type"]) or problem["msg"].removeprefix("Value error, ")
        lines.append(f"{where or '文件'}：{said}")
    return "；".join(dict.fromkeys(lines))
