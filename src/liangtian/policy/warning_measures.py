"""Warnings (督办): which measures a township's figures call for. Pure; a person decides, never the program."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from liangtian.policy.decision import Reason
from liangtian.policy.pack import Pack
from liangtian.policy.pack_errors import NotInForce
from liangtian.policy.warning_schema import METRICS, Condition, Metric, WarningMeasure

CENT, CENT_PLACES = Decimal("0.01"), -2
Figures = Mapping[Metric, Decimal]


@dataclass(frozen=True, slots=True)
class Proposed:
    """A measure that the figures call for, with the figures that did."""

    measure: WarningMeasure
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Standing:
    """A township's place: 1 is best. Equal figures share a place."""

    township: str
    place: int
    from_worst: int


def proposed(figures: Figures, pack: Pack, on: date) -> tuple[Proposed, ...]:
    """Measures called for, in the order of the pack (mildest first).

    A figure that is not known meets no condition. Raises PackError for a value that is not in force.
    """
    found = []
    for measure in pack.warning_measures:
        clause = str(pack.clause(measure.clause, measure.label, measure.document))
        for line in measure.when:
            grounds = [_met(condition, figures, pack, on) for condition in line]
            if all(grounds):
                reasons = tuple(Reason(ground, clause) for ground in grounds if ground)
                found.append(Proposed(measure, reasons))
                break
    return tuple(found)


def condition_words(condition: Condition, pack: Pack, on: date) -> str:
    """A condition as a person reads it, with the amount of that date; says so when none is in force."""
    said = f"{METRICS[condition.metric]}{_than(condition)}"
    try:
        return f"{said}{pack.value(condition.value, on).decimal:f}"
    except NotInForce:
        return f"{said}“{pack.history(condition.value)[0].label}”（{on}没有生效的取值）"


def _than(condition: Condition) -> str:
    return "不多于" if condition.least is None else "不少于"


def _met(condition: Condition, figures: Figures, pack: Pack, on: date) -> str:
    """The ground in words when the condition holds, "" otherwise."""
    figure = figures.get(condition.metric)
    if figure is None:
        return ""
    bound = pack.value(condition.value, on).decimal
    holds = figure >= bound if condition.least is not None else figure <= bound
    return (
        f"{METRICS[condition.metric]}{shown(figure)}，{_than(condition)}{bound:f}" if holds else ""
    )


def shown(figure: Decimal) -> str:
    """A figure as read: no more than two decimals. What is compared is the exact one."""
    fine = figure.as_tuple().exponent
    return f"{figure.quantize(CENT) if isinstance(fine, int) and fine < CENT_PLACES else figure:f}"


def ranked(rows: Sequence[tuple[str, Decimal, Decimal]]) -> tuple[Standing, ...]:
    """Townships by share put right (higher is better), then by open illegal farmland (less is better).

    `rows` are (township, share put right in percent, open mu); townships with nothing open rank first
    whatever their share. The order of equal ones is that of the rows.
    """

    def merit(row: tuple[str, Decimal, Decimal]) -> tuple[bool, Decimal, Decimal]:
        _, share, open_mu = row
        return (open_mu > 0, -share if open_mu > 0 else Decimal(0), open_mu)

    merits = [merit(row) for row in rows]
    order = sorted(range(len(rows)), key=lambda n: merits[n])
    return tuple(
        Standing(
            rows[n][0],
            1 + sum(other < merits[n] for other in merits),
            1 + sum(other > merits[n] for other in merits),
        )
        for n in order
    )
