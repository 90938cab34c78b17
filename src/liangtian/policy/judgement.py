"""The proposed class of a parcel (研判意见), with its reason and why no other row fired. Pure; a person decides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from liangtian.policy.decision import Decision, Reason
from liangtian.policy.judgement_table import (
    BOOL_FACTS,
    FACT_WORDS,
    OWNERSHIP_WORDS,
    Condition,
    JudgementRow,
    JudgementTable,
)
from liangtian.policy.pack import Pack
from liangtian.policy.pack_errors import PackError

EARLY, LATE = "holdings.reclaimed_early_year", "holdings.reclaimed_late_year"
UNPAID = "缴费情况尚未登记，结论未考虑欠费"


@dataclass(frozen=True, slots=True)
class ParcelFacts:
    """What is known of a parcel; `owing` None: nobody has said. `zones`: m² in each zone that no department denied."""

    ownership: str
    way: str
    source_paper: str
    land_kind: str
    actual_use: str
    area_m2: Decimal
    reclaimed_year: int | None = None
    has_papers: bool = False
    registered: bool = False
    contract_in_force: bool = False
    transferred: bool = False
    transfer_in_force: bool = False
    owing: bool | None = None
    compared: bool = False
    opinions_open: bool = False
    zones: Mapping[str, Decimal] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """JSON-safe form, kept beside the conclusion so that it can be drawn again."""
        zones = {name: str(m2) for name, m2 in sorted(self.zones.items())}
        return {**asdict(self), "area_m2": str(self.area_m2), "zones": zones}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> ParcelFacts:
        """Inverse of `to_dict`."""
        zones = {name: Decimal(m2) for name, m2 in data["zones"].items()}
        return cls(**{**data, "area_m2": Decimal(data["area_m2"]), "zones": zones})

    def told(self, name: str) -> object:
        """One fact by its name."""
        return self.reclaimed_year is not None if name == "year_known" else getattr(self, name)


@dataclass(frozen=True, slots=True)
class Test:
    """One condition in words, what the parcel says to it, and whether it holds."""

    text: str
    found: str
    held: bool


@dataclass(frozen=True, slots=True)
class RowTrace:
    """One row of the table tried on the parcel; `fired` is the first of those that hold."""

    row: str
    label: str
    judged: str
    clause: str
    held: bool
    fired: bool
    tests: tuple[Test, ...]


@dataclass(frozen=True, slots=True)
class Judged:
    """What the table proposes, by which row, and how every row fared."""

    decision: Decision
    row: str
    trace: tuple[RowTrace, ...]


def judge(facts: ParcelFacts, pack: Pack, on: date) -> Judged:
    """The proposal as of a day. Raises PackError for a pack without a table."""
    table = table_of(pack)
    reader = _Reader(facts, pack, table, on)
    tried = [(row, [reader.test(one) for one in row.when]) for row in table.row]
    fired = next(row for row, tests in tried if all(test.held for test in tests))
    trace = tuple(
        RowTrace(
            row.id, row.label, row.judged, str(pack.clause(row.clause, row.label, row.document)),
            all(test.held for test in tests), row is fired, tuple(tests),
        )
        for row, tests in tried
    )  # fmt: skip
    klass = table.class_of(fired.judged)
    clause = str(pack.clause(fired.clause, fired.label, fired.document))
    decision = Decision(
        outcome=fired.judged, label=klass.label if klass else fired.judged,
        reasons=(Reason(reader.reason(fired), clause),), clauses=(clause,),
        pack=pack.name, pack_version=pack.version, on=on, warnings=reader.warnings(),
    )  # fmt: skip
    return Judged(decision, fired.id, trace)


def table_of(pack: Pack) -> JudgementTable:
    """The table of a pack. Raises PackError for one without."""
    if pack.judgement is None:
        raise PackError(f"政策包 {pack.name} 没有研判表")
    return pack.judgement


def condition_words(condition: Condition, pack: Pack, on: date) -> str:
    """A condition as an office reads it."""
    table = table_of(pack)
    if condition.zones is not None:
        names = "、".join(z.label for z in table.zone if z.id in condition.zones)
        return f"{'涉及' if condition.is_ else '不涉及'}{names}"
    assert condition.fact is not None
    label = FACT_WORDS[condition.fact]
    if condition.fact in BOOL_FACTS:
        return f"{label}：{'是' if condition.is_ else '否'}"
    if condition.one_of is not None:
        return f"{label}为{'、'.join(OWNERSHIP_WORDS.get(one, one) for one in condition.one_of)}"
    key = condition.limit()
    assert key is not None
    value = pack.value(key, on)
    return f"{label}在 {value.integer} 年{'及以前' if condition.at_most else '以后'}"


@dataclass(frozen=True)
class _Reader:
    facts: ParcelFacts
    pack: Pack
    table: JudgementTable
    on: date

    def hits(self, zones: list[str]) -> dict[str, Decimal]:
        """Label and m² of the zones the parcel lies in beyond a sliver."""
        least = self.pack.value(self.table.sliver, self.on).decimal
        return {
            zone.label: self.facts.zones[zone.id]
            for zone in self.table.zone
            if zone.id in zones and self.facts.zones.get(zone.id, Decimal(0)) > least
        }

    def test(self, condition: Condition) -> Test:
        words = condition_words(condition, self.pack, self.on)
        if condition.zones is not None:
            hits = self.hits(condition.zones)
            found = "、".join(f"{name} {m2:.2f} 平方米" for name, m2 in hits.items()) or "未涉及"
            return Test(words, found, bool(hits) is condition.is_)
        assert condition.fact is not None
        value = self.facts.told(condition.fact)
        return Test(words, _said(value), self._holds(condition, value))

    def _holds(self, condition: Condition, value: object) -> bool:
        if condition.is_ is not None:
            return value is condition.is_
        if condition.one_of is not None:
            return value in condition.one_of
        key = condition.limit()
        if not isinstance(value, int) or key is None:
            return False
        limit = self.pack.value(key, self.on).integer
        return value <= limit if condition.at_most else value > limit

    def reason(self, row: JudgementRow) -> str:
        zones = [z for c in row.when for z in (c.zones or ()) if c.is_]
        hits = self.hits(zones)
        return row.reason.format(
            year=self.facts.reclaimed_year or "未查清", paper=self.facts.source_paper,
            way=self.facts.way, use=self.facts.actual_use,
            zones="、".join(f"{name} {m2:.2f} 平方米" for name, m2 in hits.items()),
            early=self.pack.value(EARLY, self.on).integer,
            late=self.pack.value(LATE, self.on).integer,
        )  # fmt: skip

    def warnings(self) -> tuple[str, ...]:
        said = list(self.pack.warnings(self.on))
        return (*said, UNPAID) if self.facts.owing is None else tuple(said)


def _said(value: object) -> str:
    if value is None or value == "":
        return "未登记"
    if isinstance(value, bool):
        return "是" if value else "否"
    return OWNERSHIP_WORDS.get(str(value), str(value))
