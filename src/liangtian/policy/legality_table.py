"""The decision table for the legality of a patch (图斑合法性判定), as data in a pack.

Rows are tried in order, the first whose conditions all hold decides. Conditions speak a closed
vocabulary (`Fact`), so a table can be read by an office and cannot run code.
"""

from __future__ import annotations

import string
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal, get_args

from pydantic import BaseModel, ConfigDict, model_validator

Outcome = Literal["legal", "illegal", "other", "split", "undetermined"]
PatchKind = Literal["land", "mineral"]
Flag = Literal["non_agricultural", "new_house_on_farmland", "key_patch", "pbf_touched"]

NumberFact = Literal[
    "area_m2",
    "farmland_m2",
    "pbf_m2",
    "fresh_m2",  # area that was not construction land in the newest survey
    "legal_m2",  # inside approvals that count
    "other_m2",  # inside records of other land that count
    "covered_m2",
    "uncovered_m2",
    "covered_share",  # percent of the patch
    "doubtful_m2",  # inside papers that cannot be judged for want of a date or number
    "lapsed_m2",  # inside papers that do not count (too late, run out, too wide)
    "overlap_doubt_m2",  # by how much the covered area is uncertain because papers overlap
    "uncovered_farmland_m2",  # upper bound
    "uncovered_farmland_mu",
    "area_mu",
]
BoolFact = Literal[
    "change_date_known",
    "suspected_building",
    "is_remainder",  # the part of a patch that no paper covers, judged apart
    "type_known",
    "type_natural",
    "type_farm_damage",
    "type_construction",
]
TextFact = Literal["kind", "outcome"]
Fact = Literal[NumberFact, BoolFact, TextFact]

NUMBER_FACTS: tuple[str, ...] = get_args(NumberFact)
BOOL_FACTS: tuple[str, ...] = get_args(BoolFact)
TEXT_FACTS: tuple[str, ...] = get_args(TextFact)

# What a reason may quote besides the facts.
ROW_WORDS = (*NUMBER_FACTS, "farmland_mu", "change_date", "type", "subclass", "limit", "papers")
PAPER_WORDS = ("paper", "area", "from_date", "to_date", "change_date", "on", "limit", "width")

# What one paper (批文、备案) can turn out to be; the texts are in the pack.
Standing = Literal[
    "counts",
    "sliver",
    "wrong_kind",
    "no_number",
    "no_change_date",
    "no_start",
    "no_end",
    "no_width",
    "too_late",
    "run_out",
    "overdue",
    "too_wide",
]


_DERIVED = ("of_paper", "of_type", "none")  # subclasses a row takes from elsewhere


class _Strict(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class Condition(_Strict):
    """One test of a fact, or of a switch of the pack. Limits are names of pack values."""

    fact: Fact | None = None
    setting: str | None = None
    is_: bool | None = None
    above: str | None = None
    at_most: str | None = None
    at_least: str | None = None
    below: str | None = None
    positive: bool | None = None
    one_of: list[str] | None = None

    @model_validator(mode="before")
    @classmethod
    def _word_is(cls, data: object) -> object:
        if isinstance(data, dict) and "is" in data:
            return {("is_" if k == "is" else k): v for k, v in data.items()}
        return data

    @model_validator(mode="after")
    def _one_test(self) -> Condition:
        if (self.fact is None) == (self.setting is None):
            raise ValueError("条件须且只须写 fact 或 setting 之一")
        tests = {
            name
            for name in ("is_", "above", "at_most", "at_least", "below", "positive", "one_of")
            if getattr(self, name) is not None
        }
        if self.setting is not None or self.fact in BOOL_FACTS:
            allowed = {"is_"}
        elif self.fact in TEXT_FACTS:
            allowed = {"one_of"}
        else:
            allowed = {"above", "at_most", "at_least", "below", "positive"}
        if len(tests) != 1 or not tests <= allowed:
            said = "、".join(sorted(test.strip("_") for test in allowed))
            raise ValueError(f"条件 {self.fact or self.setting} 须且只须写其中一种比较：{said}")
        return self

    def limits(self) -> list[str]:
        """Keys of the pack values this condition compares with."""
        return [k for k in (self.above, self.at_most, self.at_least, self.below) if k]


class Cited(_Strict):
    """What every row cites: an article, of the pack's own document unless named."""

    clause: str
    document: str | None = None


class Source(Cited):
    """A kind of paper (依据): what it makes of the ground it covers."""

    id: str
    label: str
    outcome: Literal["legal", "other"]
    subclass: str
    kinds: list[PatchKind]
    dated: bool = True
    needs_number: bool = True
    needs_end: bool = False
    must_last: bool = False  # has to be in force on the day of judgement too
    max_width: str | None = None


class PatchType(_Strict):
    """A patch type code (图斑类型 TBLX). Producer-specific, hence data."""

    code: str
    label: str
    subclass: str
    kind: PatchKind = "land"  # "mineral": judged as mining (矿产) in a batch of land patches too
    construction: bool = False
    natural: bool = False
    farm_damage: bool = False


class Subclass(_Strict):
    id: str
    outcome: Literal["legal", "illegal", "other"]
    label: str


class Row(Cited):
    id: str
    when: list[Condition]
    outcome: Outcome
    subclass: str  # a subclass id, or "of_paper" / "of_type" / "none"
    reason: str


class FlagRow(Cited):
    flag: Flag
    label: str
    when: list[Condition]
    reason: str


class LegalityTable(_Strict):
    """[legality] of a pack."""

    sliver: str  # key of the tolerance in m2
    unknown_type: str  # warning when the type code is not in the list
    straddle: str  # warning when a paper begins between the two images
    bound: str  # warning when the farmland outside the papers is only known as an upper bound
    outcome: dict[Outcome, str]
    paper_text: dict[Standing, str]
    subclass: list[Subclass]
    source: list[Source]
    type: list[PatchType]
    row: list[Row]
    flag: list[FlagRow]

    @model_validator(mode="after")
    def _whole(self) -> LegalityTable:
        _unique("subclass", (s.id for s in self.subclass))
        _unique("source", (s.id for s in self.source))
        _unique("type", (t.code for t in self.type))
        _unique("row", (r.id for r in self.row))
        self._subclasses_fit()
        if not self.row or self.row[-1].when:
            raise ValueError("判定表最后一行必须没有条件，保证每个图斑都有结论")
        if early := [r.id for r in self.row[:-1] if not r.when]:
            raise ValueError(f"无条件的行只能是最后一行：{early}")
        if missing := (set(get_args(Outcome)) - set(self.outcome)) | (
            set(get_args(Standing)) - set(self.paper_text)
        ):
            raise ValueError(f"缺少文字：{sorted(missing)}")
        for reason in (*(r.reason for r in self.row), *(f.reason for f in self.flag)):
            _words(reason, ROW_WORDS)
        for text in (*self.paper_text.values(), self.straddle):
            _words(text, PAPER_WORDS)
        _words(self.unknown_type, ("type",))
        _words(self.bound, ("uncovered_farmland_mu",))
        return self

    def _subclasses_fit(self) -> None:
        """Every subclass named exists and belongs to the outcome it is named for."""
        known: dict[str, str] = {s.id: s.outcome for s in self.subclass}
        named: list[tuple[str, str]] = [(s.subclass, s.outcome) for s in self.source]
        named += [(t.subclass, "illegal") for t in self.type]
        named += [(r.subclass, r.outcome) for r in self.row if r.subclass not in _DERIVED]
        if lost := [name for name, outcome in named if known.get(name) != outcome]:
            raise ValueError(f"未定义或结论不符的子类：{sorted(set(lost))}")

    def kind_of(self, batch_kind: PatchKind, type_code: str) -> PatchKind:
        """As what a patch is judged: mineral when its batch is, or when its type is marked as mining."""
        mining = any(t.code == type_code and t.kind == "mineral" for t in self.type)
        return "mineral" if mining else batch_kind

    def with_types(self, own: Sequence[PatchType]) -> LegalityTable:
        """The table with a county's own patch type codes added or in place of those of the pack.

        Raises pydantic.ValidationError when one names a subclass that does not exist.
        """
        types = {t.code: t for t in (*self.type, *own)}
        changed = self.model_dump() | {"type": [t.model_dump() for t in types.values()]}
        return LegalityTable.model_validate(changed)

    def limits(self) -> set[str]:
        """Keys of the pack values compared with."""
        keys = {key for c in self._conditions() for key in c.limits()}
        return keys | {self.sliver} | {s.max_width for s in self.source if s.max_width}

    def switches(self) -> set[str]:
        """Keys of the pack switches asked."""
        return {c.setting for c in self._conditions() if c.setting}

    def documents(self) -> set[str]:
        """Ids of the documents the table cites besides the pack's own."""
        cited: list[Cited] = [*self.row, *self.flag, *self.source]
        return {c.document for c in cited if c.document}

    def _conditions(self) -> Iterator[Condition]:
        yield from (c for row in self.row for c in row.when)
        yield from (c for flag in self.flag for c in flag.when)


def _unique(what: str, ids: Iterable[str]) -> None:
    seen: set[str] = set()
    for one in ids:
        if one in seen:
            raise ValueError(f"{what} 重复：{one}")
        seen.add(one)


def _words(template: str, allowed: Iterable[str]) -> None:
    used = {name for _, name, _, _ in string.Formatter().parse(template) if name is not None}
    if unknown := used - set(allowed):
        raise ValueError(f"文字模板“{template}”用了不认识的词：{sorted(unknown)}")
