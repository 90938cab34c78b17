"""Which papers (批文、备案、许可证) count for a patch, and how much ground they cover."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from liangtian.policy.decision import Reason
from liangtian.policy.legality_facts import Cover, FactsRefused, PatchFacts
from liangtian.policy.legality_table import LegalityTable, Source, Standing
from liangtian.policy.pack import Pack

_NOUGHT = Decimal(0)
_DOUBTFUL = {"no_number", "no_change_date", "no_start", "no_end", "no_width"}
_LAPSED = {"too_late", "run_out", "overdue", "too_wide"}


@dataclass(frozen=True, slots=True)
class Paper:
    """A cover read by the table: what it counts for and why."""

    cover: Cover
    source: Source
    standing: Standing
    reason: Reason

    @property
    def name(self) -> str:
        return f"{self.source.label}{self.cover.number}"

    @property
    def counts(self) -> bool:
        return self.standing == "counts"


@dataclass(frozen=True, slots=True)
class Share:
    """Ground attributed to one counting paper; shares never overlap."""

    paper: Paper
    area_m2: Decimal


@dataclass(frozen=True, slots=True)
class Tally:
    """Areas by standing, m2. `uncovered_m2` + the shares = the patch."""

    shares: tuple[Share, ...]
    uncovered_m2: Decimal
    doubtful_m2: Decimal
    lapsed_m2: Decimal
    overlap_doubt_m2: Decimal

    def area_of(self, outcome: str) -> Decimal:
        return sum((s.area_m2 for s in self.shares if s.paper.source.outcome == outcome), _NOUGHT)


def read_papers(facts: PatchFacts, table: LegalityTable, pack: Pack, on: date) -> tuple[Paper, ...]:
    """Every cover with its standing and the reason for it, in the order given."""
    sources = {source.id: source for source in table.source}
    sliver = pack.value(table.sliver, on).decimal
    papers = []
    for cover in facts.covers:
        source = sources.get(cover.source)
        if source is None:
            raise FactsRefused(
                f"依据类型 {cover.source} 不在政策包 {pack.name} 的判定表内（可用：{'、'.join(sources)}）"
            )
        width = pack.value(source.max_width, on).decimal if source.max_width else None
        slight = cover.area_m2 <= sliver < facts.area_m2 - cover.area_m2
        standing = "sliver" if slight else _standing(cover, source, facts, width, on)
        limit = sliver if slight else width
        text = table.paper_text[standing].format(
            paper=f"{source.label}{cover.number or '（无编号）'}",
            area=f"{cover.area_m2:.2f}",
            from_date=cover.valid_from or "未填",
            to_date=cover.valid_to or "长期",
            change_date=facts.change_date or "未填",
            on=on,
            limit=limit if limit is not None else "",
            width=cover.width_m if cover.width_m is not None else "未填",
        )
        clause = pack.clause(source.clause, source.label, source.document)
        papers.append(Paper(cover, source, standing, Reason(text, str(clause))))
    return tuple(papers)


def _standing(
    cover: Cover, source: Source, facts: PatchFacts, max_width: Decimal | None, on: date
) -> Standing:
    if facts.kind not in source.kinds:
        return "wrong_kind"
    if source.needs_number and not cover.number.strip():
        return "no_number"
    if max_width is not None:
        if cover.width_m is None:
            return "no_width"
        if cover.width_m > max_width:
            return "too_wide"
    return _in_time(cover, source, facts.change_date, on) if source.dated else "counts"


def _in_time(cover: Cover, source: Source, change: date | None, on: date) -> Standing:
    """In force on the day of the change, both ends included; what is certain is said first."""
    start, end = cover.valid_from, cover.valid_to
    if source.must_last and end is not None and end < on:
        return "overdue"
    if change is None:
        return "no_change_date"
    if start is not None and start > change:
        return "too_late"
    if end is not None and end < change:
        return "run_out"
    if start is None:
        return "no_start"
    return "no_end" if source.needs_end and end is None else "counts"


def tally(facts: PatchFacts, papers: Sequence[Paper]) -> Tally:
    """Add up the ground. Where counting papers overlap, the earlier of the same kind keeps it.

    Only the overlap of all papers together is known. When some of them do not count, or when legal
    and other papers share ground, the covered area lies between two bounds: the difference is
    `overlap_doubt_m2`, and the lower bound is used.
    """
    counting = sorted((p for p in papers if p.counts), key=lambda p: p.source.outcome != "legal")
    total = sum((p.cover.area_m2 for p in counting), _NOUGHT)
    largest = max((p.cover.area_m2 for p in counting), default=_NOUGHT)
    overlap = facts.covers_overlap_m2
    lower = min(max(largest, total - overlap), facts.area_m2)
    upper = lower if len(counting) == len(papers) else min(total, facts.area_m2)
    mixed = len({p.source.outcome for p in counting}) > 1
    left, shares = lower, []
    for paper in counting:
        area = min(paper.cover.area_m2, left)
        shares.append(Share(paper, area))
        left -= area
    return Tally(
        shares=tuple(s for s in shares if s.area_m2 > 0),
        uncovered_m2=facts.area_m2 - (lower - left),
        doubtful_m2=_sum(papers, _DOUBTFUL),
        lapsed_m2=_sum(papers, _LAPSED),
        overlap_doubt_m2=max(upper - lower, overlap if mixed else _NOUGHT),
    )


def _sum(papers: Sequence[Paper], standings: set[str]) -> Decimal:
    return sum((p.cover.area_m2 for p in papers if p.standing in standings), _NOUGHT)
