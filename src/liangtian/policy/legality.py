"""Proposed legality of a patch (图斑合法性判定), with reasons. Pure: facts and pack in, proposal out.

A paper (批文、备案、许可证) counts for the ground it covers when it was in force on the day of the
later image. What it leaves uncovered is judged apart, by the same table. Where a date, a number or
the geometry is missing, the proposal says 存疑 and why; nothing is guessed. A person decides.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from liangtian.policy.decision import Decision, Reason, clauses_of
from liangtian.policy.legality_facts import Cover, FactsRefused, PatchFacts, check_facts
from liangtian.policy.legality_papers import Paper, Tally, read_papers, tally
from liangtian.policy.legality_table import (
    Condition,
    FlagRow,
    LegalityTable,
    PatchType,
    Row,
)
from liangtian.policy.pack import Pack
from liangtian.policy.pack_errors import PackError

__all__ = ["Cover", "FactsRefused", "Flags", "LegalityProposal", "Part", "PatchFacts", "propose"]

MU_PER_M2 = Decimal("0.0015")  # 1 mu = 2000/3 m2: a definition, not a rule
_CENT = Decimal("0.01")
_PERCENT = Decimal(100)

Measure = Decimal | bool | str


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of the patch with its own outcome; `source` and `number` are "" where no paper is."""

    source: str
    number: str
    area_m2: Decimal
    outcome: str
    subclass: str = ""


@dataclass(frozen=True, slots=True)
class Flags:
    """Marks kept apart from the outcome (单独标识)."""

    non_agricultural: bool = False  # 非农化
    new_house_on_farmland: bool = False  # 新增乱占耕地建房
    key_patch: bool = False  # to be checked on the ground by the leading group
    pbf_touched: bool = False  # 涉及永久基本农田


@dataclass(frozen=True, slots=True)
class LegalityProposal:
    """What the table proposes. `parts` sum to the patch; empty when undetermined.

    `subclass` is "" for a split (each part has its own) and when undetermined.
    `row` is the id of the table row that decided.
    """

    decision: Decision
    parts: tuple[Part, ...]
    flags: Flags
    subclass: str
    subclass_label: str
    row: str

    def to_dict(self) -> dict[str, Any]:
        """JSON-safe form; areas as strings."""
        return {
            "decision": self.decision.to_dict(),
            "parts": [asdict(p) | {"area_m2": str(p.area_m2)} for p in self.parts],
            "flags": asdict(self.flags),
            "subclass": self.subclass,
            "subclass_label": self.subclass_label,
            "row": self.row,
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> LegalityProposal:
        """Inverse of `to_dict`; raises KeyError when a field is missing."""
        return cls(
            decision=Decision.from_dict(data["decision"]),
            parts=tuple(
                Part(**{**part, "area_m2": Decimal(part["area_m2"])}) for part in data["parts"]
            ),
            flags=Flags(**data["flags"]),
            subclass=data["subclass"],
            subclass_label=data["subclass_label"],
            row=data["row"],
        )


def propose(facts: PatchFacts, pack: Pack, on: date) -> LegalityProposal:
    """Judge one patch by the pack's decision table, as of a date.

    Raises FactsRefused for impossible figures, PackError when the pack has no decision table or a
    value it needs is not in force on that date.
    """
    if pack.legality is None:
        raise PackError(f"政策包 {pack.name} 没有图斑合法性判定表")
    check_facts(facts)
    return _Judge(facts, pack, pack.legality, on).proposal()


class _Judge:
    """One run of the table over one patch."""

    def __init__(self, facts: PatchFacts, pack: Pack, table: LegalityTable, on: date) -> None:
        kind = table.kind_of(facts.kind, facts.monitoring_type)
        facts = replace(facts, kind=kind)
        self.facts, self.pack, self.table, self.on = facts, pack, table, on
        self.papers = read_papers(facts, table, pack, on)
        self.tally = tally(facts, self.papers)
        self.type = next((t for t in table.type if t.code == facts.monitoring_type), None)
        self.measures = measures(facts, self.tally, self.type)
        self.subclasses = {s.id: s.label for s in table.subclass}

    def proposal(self) -> LegalityProposal:
        row = self._row(self.measures)
        subclass = self._subclass(row)
        reasons = [paper.reason for paper in self.papers]
        reasons.append(self._reason(row, self.measures, subclass))
        parts = self._parts(row, subclass, reasons)
        seen = {**self.measures, "outcome": row.outcome}
        flagged = [f for f in self.table.flag if self._holds(f.when, seen)]
        reasons += [self._reason(f, self.measures, "") for f in flagged]
        decision = Decision(
            outcome=row.outcome,
            label=self.table.outcome[row.outcome],
            reasons=tuple(reasons),
            clauses=clauses_of(tuple(reasons)),
            pack=self.pack.name,
            pack_version=self.pack.version,
            on=self.on,
            warnings=self._warnings(row),
        )
        raised = {f.flag for f in flagged}
        return LegalityProposal(
            decision=decision,
            parts=parts,
            flags=Flags(**{f.name: f.name in raised for f in fields(Flags)}),
            subclass=subclass,
            subclass_label=self.subclasses.get(subclass, ""),
            row=row.id,
        )

    def _row(self, seen: Mapping[str, Measure]) -> Row:
        return next(row for row in self.table.row if self._holds(row.when, seen))

    def _holds(self, conditions: Sequence[Condition], seen: Mapping[str, Measure]) -> bool:
        return all(self._true(condition, seen) for condition in conditions)

    def _true(self, condition: Condition, seen: Mapping[str, Measure]) -> bool:
        if condition.setting is not None:
            return self.pack.value(condition.setting, self.on).flag is condition.is_
        measure = seen[str(condition.fact)]
        if isinstance(measure, bool):
            return measure is condition.is_
        if isinstance(measure, str):
            return measure in (condition.one_of or [])
        return self._compare(condition, measure)

    def _compare(self, condition: Condition, measure: Decimal) -> bool:
        if condition.positive is not None:
            return (measure > 0) is condition.positive
        limit = self._limits(condition)[0]
        if condition.above is not None:
            return measure > limit
        if condition.at_most is not None:
            return measure <= limit
        return measure >= limit if condition.at_least is not None else measure < limit

    def _limits(self, condition: Condition) -> list[Decimal]:
        return [self.pack.value(key, self.on).decimal for key in condition.limits()]

    def _subclass(self, row: Row) -> str:
        if row.subclass == "of_paper":
            return self._leading_paper().source.subclass
        if row.subclass == "of_type":
            return self.type.subclass if self.type else "unspecified"
        return "" if row.subclass == "none" else row.subclass

    def _leading_paper(self) -> Paper:
        return max(self.tally.shares, key=lambda share: share.area_m2).paper

    def _reason(self, row: Row | FlagRow, seen: Mapping[str, Measure], subclass: str) -> Reason:
        words: dict[str, str] = {name: _said(measure) for name, measure in seen.items()}
        limits = [limit for c in row.when for limit in self._limits(c)]
        words |= {
            "farmland_mu": _said(Decimal(seen["farmland_m2"]) * MU_PER_M2),
            "change_date": str(self.facts.change_date or "未填"),
            "type": self._type_label(),
            "subclass": self.subclasses.get(subclass, ""),
            "limit": "、".join(f"{limit:f}" for limit in limits),
            "papers": "、".join(share.paper.name for share in self.tally.shares),
        }
        clause = self.pack.clause(row.clause, "", row.document)
        return Reason(row.reason.format_map(words), str(clause))

    def _type_label(self) -> str:
        code = self.facts.monitoring_type
        return f"{self.type.label}（{code}）" if self.type else (code or "未填")

    def _parts(self, row: Row, subclass: str, reasons: list[Reason]) -> tuple[Part, ...]:
        """The pieces; what no paper covers is judged by the table as a patch of its own."""
        if row.outcome == "undetermined":
            return ()
        if row.outcome == "illegal":
            return (Part("", "", self.facts.area_m2, "illegal", subclass),)
        parts = [
            Part(p.source.id, p.cover.number, share.area_m2, p.source.outcome, p.source.subclass)
            for share in self.tally.shares
            for p in (share.paper,)
        ]
        rest = self.tally.uncovered_m2
        if rest <= 0:
            return tuple(parts)
        if row.outcome != "split" or rest <= self.pack.value(self.table.sliver, self.on).decimal:
            leading = self._leading_paper().source
            return (*parts, Part("", "", rest, leading.outcome, leading.subclass))
        seen = remainder(self.facts, self.tally, self.type)
        apart = self._row(seen)
        kind = self._subclass(apart)
        reasons.append(self._reason(apart, seen, kind))
        return (*parts, Part("", "", rest, apart.outcome, kind))

    def _warnings(self, row: Row) -> tuple[str, ...]:
        said = list(self.pack.warnings(self.on))
        facts = self.facts
        if self.type is None:
            said.append(self.table.unknown_type.format(type=facts.monitoring_type or "未填"))
        said += [
            self.table.straddle.format(
                paper=paper.name,
                area=_said(paper.cover.area_m2),
                from_date=paper.cover.valid_from,
                to_date=paper.cover.valid_to or "长期",
                change_date=facts.change_date,
                on=self.on,
                limit="",
                width="",
            )
            for paper in self.papers
            if _straddles(paper, facts)
        ]
        bare = min(self.tally.uncovered_m2, facts.farmland_m2)
        inexact = self.tally.shares and facts.farmland_m2 < facts.area_m2
        sliver = self.pack.value(self.table.sliver, self.on).decimal
        if row.outcome in ("split", "undetermined") and inexact and bare > sliver:
            said.append(self.table.bound.format(uncovered_farmland_mu=_said(bare * MU_PER_M2)))
        return tuple(said)


def measures(
    facts: PatchFacts, sums: Tally, kind: PatchType | None, *, is_remainder: bool = False
) -> dict[str, Measure]:
    """The facts a row may ask for. Farmland outside the papers is an upper bound (at most)."""
    legal, other = sums.area_of("legal"), sums.area_of("other")
    bare_farmland = min(sums.uncovered_m2, facts.farmland_m2)
    return {
        "area_m2": facts.area_m2,
        "area_mu": facts.area_m2 * MU_PER_M2,
        "farmland_m2": facts.farmland_m2,
        "pbf_m2": facts.pbf_m2,
        "fresh_m2": facts.area_m2 - facts.construction_before_m2,
        "legal_m2": legal,
        "other_m2": other,
        "covered_m2": legal + other,
        "uncovered_m2": sums.uncovered_m2,
        "covered_share": (legal + other) * _PERCENT / facts.area_m2,
        "doubtful_m2": sums.doubtful_m2,
        "lapsed_m2": sums.lapsed_m2,
        "overlap_doubt_m2": sums.overlap_doubt_m2,
        "uncovered_farmland_m2": bare_farmland,
        "uncovered_farmland_mu": bare_farmland * MU_PER_M2,
        "change_date_known": facts.change_date is not None,
        "suspected_building": facts.suspected_building,
        "is_remainder": is_remainder,
        "type_known": kind is not None,
        "type_natural": kind is not None and kind.natural,
        "type_farm_damage": kind is not None and kind.farm_damage,
        "type_construction": kind is not None and kind.construction,
        "kind": facts.kind,
    }


def remainder(facts: PatchFacts, sums: Tally, kind: PatchType | None) -> dict[str, Measure]:
    """Facts of the uncovered piece. Farmland at most, old construction land at least."""
    rest = sums.uncovered_m2
    covered = facts.area_m2 - rest
    piece = PatchFacts(
        area_m2=rest,
        farmland_m2=min(facts.farmland_m2, rest),
        pbf_m2=min(facts.pbf_m2, rest),
        construction_before_m2=max(facts.construction_before_m2 - covered, Decimal(0)),
        kind=facts.kind,
        monitoring_type=facts.monitoring_type,
        change_date=facts.change_date,
        suspected_building=facts.suspected_building,
    )
    bare = Tally((), rest, Decimal(0), sums.lapsed_m2, Decimal(0))
    return measures(piece, bare, kind, is_remainder=True)


def _straddles(paper: Paper, facts: PatchFacts) -> bool:
    """The paper counts but began between the images: building may have begun before it."""
    start, before = paper.cover.valid_from, facts.before_date
    if start is None or before is None or not paper.source.dated:
        return False
    return paper.counts and start > before


def _said(measure: Measure) -> str:
    if isinstance(measure, Decimal):
        return str(measure.quantize(_CENT, ROUND_HALF_UP))
    return str(measure)
