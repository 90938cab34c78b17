"""The decision table for the judgement of a parcel (土地合法性研判), as data in a pack.

Rows are tried in order, the first whose conditions all hold decides. Conditions speak a closed vocabulary, so
that an office can read a table and a table cannot run code.
"""

from __future__ import annotations

import string
from collections.abc import Iterator, Mapping, Sequence
from typing import Literal, get_args

from pydantic import BaseModel, ConfigDict, model_validator

BoolFact = Literal[
    "has_papers",  # any paper of where the right comes from (权属来源材料)
    "registered",  # a certificate: 国有土地使用证 or 不动产权证
    "year_known",
    "contract_in_force",
    "transferred",  # farmed by another than the holder, or held by transfer (流转)
    "transfer_in_force",  # a transfer contract holds today
    "owing",  # fees are known to be owed
    "compared",  # laid over the layers of the departments
    "opinions_open",  # a department has still to say whether a hit is right
]
TextFact = Literal["ownership", "way", "source_paper", "land_kind", "actual_use"]
NumberFact = Literal["reclaimed_year"]
Fact = Literal[BoolFact, TextFact, NumberFact]
Tag = Literal["success", "warning", "danger", "info", "primary"]

BOOL_FACTS: tuple[str, ...] = get_args(BoolFact)
TEXT_FACTS: tuple[str, ...] = get_args(TextFact)
NUMBER_FACTS: tuple[str, ...] = get_args(NumberFact)
FACT_WORDS: Mapping[str, str] = {
    "has_papers": "有权属来源材料", "registered": "已领取土地权属证书", "year_known": "开发年份已查清",
    "contract_in_force": "承包、租赁合同在有效期内", "transferred": "已流转",
    "transfer_in_force": "流转合同在有效期内", "owing": "欠缴租赁金或水费", "compared": "已进行部门数据比对",
    "opinions_open": "部门意见未反馈", "ownership": "权属性质", "way": "使用方式",
    "source_paper": "权属来源材料", "land_kind": "承包地类别", "actual_use": "实际用途",
    "reclaimed_year": "开发年份",
}  # fmt: skip
OWNERSHIP_WORDS: Mapping[str, str] = {"state": "国有", "collective": "集体"}
REASON_WORDS = ("year", "paper", "way", "use", "zones", "early", "late")


class _Strict(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class Condition(_Strict):
    """One test: of a fact, or whether the parcel lies in any of some zones. Limits are names of pack values."""

    fact: Fact | None = None
    zones: list[str] | None = None
    is_: bool | None = None
    one_of: list[str] | None = None
    at_most: str | None = None
    above: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _word_is(cls, data: object) -> object:
        if isinstance(data, dict) and "is" in data:
            return {("is_" if k == "is" else k): v for k, v in data.items()}
        return data

    @model_validator(mode="after")
    def _one_test(self) -> Condition:
        if (self.fact is None) == (self.zones is None):
            raise ValueError("条件须且只须写 fact 或 zones 之一")
        tests = {n for n in ("is_", "one_of", "at_most", "above") if getattr(self, n) is not None}
        if self.zones is not None or self.fact in BOOL_FACTS:
            allowed = {"is_"}
        elif self.fact in TEXT_FACTS:
            allowed = {"one_of"}
        else:
            allowed = {"at_most", "above"}
        if len(tests) != 1 or not tests <= allowed:
            said = "、".join(sorted(test.strip("_") for test in allowed))
            raise ValueError(f"条件 {self.fact or 'zones'} 须且只须写其中一种比较：{said}")
        return self

    def limit(self) -> str | None:
        """Key of the pack value it compares with."""
        return self.at_most or self.above


class JudgementClass(_Strict):
    """A class of parcels (研判结论), and what is usually done with one (处置措施)."""

    id: str
    label: str
    tag: Tag
    measure: str
    settled: bool = False  # nothing is left to be done
    unregistrable: bool = False  # no right can be registered (不予登记)


class JudgementRow(_Strict):
    """One row: all of `when` hold, and the parcel is of that class."""

    id: str
    label: str
    when: list[Condition]
    judged: str  # id of a class
    reason: str
    clause: str
    document: str | None = None


class ZoneSource(_Strict):
    """A layer that parcels are compared with (部门比对图层), and the department that answers for it.

    `categories`: only figures whose category begins with one of these; none: all of the layer.
    `role`: whose users confirm or reject what is found; "" : the county's own office does.
    """

    id: str
    label: str
    department: str
    role: str = ""
    layer: str
    categories: list[str] = []
    clause: str
    document: str | None = None


class JudgementTable(_Strict):
    """[judgement] of a pack."""

    sliver: str  # key of the m² up to which a hit is none
    zone: list[ZoneSource]
    klass: list[JudgementClass]
    row: list[JudgementRow]

    @model_validator(mode="before")
    @classmethod
    def _word_class(cls, data: object) -> object:
        if isinstance(data, dict) and "class" in data:
            return {("klass" if k == "class" else k): v for k, v in data.items()}
        return data

    @model_validator(mode="after")
    def _whole(self) -> JudgementTable:
        for what, ids in (
            ("zone", [z.id for z in self.zone]),
            ("class", [c.id for c in self.klass]),
            ("row", [r.id for r in self.row]),
        ):
            if twice := sorted({one for one in ids if ids.count(one) > 1}):
                raise ValueError(f"{what} 重复：{'、'.join(twice)}")
        if not self.row or self.row[-1].when or any(not row.when for row in self.row[:-1]):
            raise ValueError("研判表须且只有最后一行没有条件，保证每个地块都有结论")
        known, zones = {c.id for c in self.klass}, {z.id for z in self.zone}
        if lost := sorted({r.judged for r in self.row} - known):
            raise ValueError(f"未定义的结论：{'、'.join(lost)}")
        if lost := sorted({z for c in self.conditions() for z in c.zones or ()} - zones):
            raise ValueError(f"未定义的比对图层：{'、'.join(lost)}")
        for row in self.row:
            used = {name for _, name, _, _ in string.Formatter().parse(row.reason) if name}
            if unknown := sorted(used - set(REASON_WORDS)):
                raise ValueError(f"理由“{row.reason}”用了不认识的词：{'、'.join(unknown)}")
        return self

    def conditions(self) -> Iterator[Condition]:
        """Every condition of every row."""
        yield from (condition for row in self.row for condition in row.when)

    def limits(self) -> set[str]:
        """Keys of the whole numbers compared with."""
        return {key for condition in self.conditions() if (key := condition.limit())}

    def documents(self) -> set[str]:
        """Ids of the documents cited besides the pack's own."""
        cited: Sequence[JudgementRow | ZoneSource] = [*self.row, *self.zone]
        return {one.document for one in cited if one.document}

    def class_of(self, code: str) -> JudgementClass | None:
        """The class of that id."""
        return next((one for one in self.klass if one.id == code), None)
