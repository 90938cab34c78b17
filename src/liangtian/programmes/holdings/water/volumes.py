"""How much each source brought in each month: from readings, removals and coefficients; gaps with their reason."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.db.models import Q

from liangtian.programmes.holdings.models import Fitting, Meter, Reading, WaterSource
from liangtian.programmes.holdings.water.context import coefficients_of, in_force
from liangtian.programmes.holdings.water.months import end_of, through
from liangtian.programmes.holdings.water.rules import CUBIC, used, water_of

ACCEPTED = ("good", "confirmed")
GAPS: dict[str, str] = {
    "missing": "未抄表",
    "doubtful": "读数待核实",
    "unmetered": "未装表",
    "no_coefficient": "没有折算系数",
    "no_parcels": "没有供水地块",
    "gone": "地块已变更",
    "corps": "兵团用地",
    "no_holder": "没有缴费人",
    "no_tariff": "没有水价",
}


@dataclass(frozen=True)
class Gap:
    """Why something of a source's month is not charged; listed, never guessed."""

    code: str
    source: WaterSource
    month: date
    detail: str = ""
    m3: Decimal = Decimal(0)


@dataclass(frozen=True)
class Span:
    """What one meter counted up to a reading (or its removal) of the month."""

    fitting: Fitting
    before: Decimal
    before_on: date
    after: Decimal
    after_on: date
    use: Decimal
    rolled: bool
    m3: Decimal
    per_kwh: Decimal | None

    @property
    def told(self) -> dict[str, str | bool | None]:
        """For the basis of a bill."""
        meter = self.fitting.meter
        return {
            "meter": meter.number, "kind": str(meter.get_kind_display()),
            "before": str(self.before), "before_on": str(self.before_on),
            "after": str(self.after), "after_on": str(self.after_on), "rolled": self.rolled,
            "factor": str(meter.factor), "use": str(self.use),
            "per_kwh": None if self.per_kwh is None else str(self.per_kwh), "m3": str(self.m3),
        }  # fmt: skip


@dataclass
class Volumes:
    """By source and month the spans that end in it, and what is missing."""

    spans: dict[tuple[int, date], list[Span]] = field(default_factory=lambda: defaultdict(list))
    sources: dict[int, WaterSource] = field(default_factory=dict)
    gaps: list[Gap] = field(default_factory=list)

    def m3(self, source: int, month: date) -> Decimal:
        """What the source brought in the month."""
        return sum((span.m3 for span in self.spans.get((source, month), [])), Decimal(0))


def volumes_of(county: str, first: date, last: date) -> Volumes:
    """The volumes of a county's sources in the months from `first` to `last`."""
    found = Volumes()
    fittings = list(
        Fitting.objects.filter(source__county=county, fitted_on__lte=end_of(last))
        .filter(Q(removed_on=None) | Q(removed_on__gte=first))
        .select_related("meter", "source__region")
        .order_by("source__kind", "source__code", "fitted_on", "pk")
    )
    rows = _readings(county, last)
    factors = coefficients_of([f.source_id for f in fittings])
    months = list(through(first, last))
    for source, mine in _by_source(fittings):
        found.sources[source.pk] = source
        known = _Source(source, mine, rows, factors.get(source.pk, []))
        for month in months:
            _month(found, known, month)
    _unmetered(found, county, months)
    return found


@dataclass(frozen=True)
class _Source:
    """A source with its meters, their readings and its coefficients."""

    row: WaterSource
    fittings: Sequence[Fitting]
    readings: dict[int, list[Reading]]
    factors: Sequence[tuple[date, Decimal]]


def _month(found: Volumes, source: _Source, month: date) -> None:
    """The water meters of the month count; where there is none, the power meters do."""
    there = [f for f in source.fittings if _there(f, month)]
    water = [f for f in there if f.meter.kind == Meter.Kind.WATER]
    for fitting in water or there:
        rows = source.readings.get(fitting.pk, [])
        said = _last_of(fitting, month, rows)
        if isinstance(said, str):
            found.gaps.append(Gap(said, source.row, month, f"表号 {fitting.meter.number}"))
            if fitting.removed_on is None or not month <= fitting.removed_on <= end_of(month):
                continue
        _spans(found, fitting, month, rows, source.factors)


def _spans(
    found: Volumes,
    fitting: Fitting,
    month: date,
    rows: Sequence[Reading],
    factors: Sequence[tuple[date, Decimal]],
) -> None:
    """From the last point known before the month to the reading, and from there to the removal."""
    value, on = fitting.first, fitting.fitted_on
    points: list[tuple[Decimal, date, bool]] = []
    for row in rows:
        if row.state not in ACCEPTED or row.month > month:
            continue
        if row.month < month:
            value, on = row.value, row.on
        else:
            points.append((row.value, row.on, row.rolled))
    removed = fitting.removed_on
    if removed is not None and month <= removed <= end_of(month):
        assert fitting.last is not None
        points.append((fitting.last, removed, fitting.rolled))
    for after, after_on, rolled in points:
        span = _span(fitting, (value, on), (after, after_on), factors, rolled=rolled)
        if span is None:
            found.gaps.append(
                Gap("no_coefficient", fitting.source, month, f"表号 {fitting.meter.number}")
            )
        else:
            found.spans[fitting.source_id, month].append(span)
        value, on = after, after_on


def _span(
    fitting: Fitting,
    before: tuple[Decimal, date],
    after: tuple[Decimal, date],
    factors: Sequence[tuple[date, Decimal]],
    *,
    rolled: bool,
) -> Span | None:
    """None where power cannot be turned into water: no coefficient holds on the day of the later reading."""
    meter, factor = fitting.meter, None
    use = used(before[0], after[0], meter.rollover, meter.factor, rolled=rolled)
    m3 = use.quantize(CUBIC)
    if meter.kind == Meter.Kind.POWER:
        factor = in_force(factors, after[1])
        if factor is None:
            return None
        m3 = water_of(use, factor)
    return Span(fitting, before[0], before[1], after[0], after[1], use, rolled, m3, factor)


def _last_of(fitting: Fitting, month: date, rows: Sequence[Reading]) -> str | Reading | None:
    """The reading of the month, or the code of why there is none that counts."""
    row = next((r for r in rows if r.month == month), None)
    if row is not None:
        return row if row.state in ACCEPTED else "doubtful"
    gone = fitting.removed_on is not None and fitting.removed_on <= end_of(month)
    fresh = fitting.fitted_on >= month
    return None if gone or fresh else "missing"


def _there(fitting: Fitting, month: date) -> bool:
    """Whether it hung on some day of the month."""
    gone = fitting.removed_on is not None and fitting.removed_on < month
    return fitting.fitted_on <= end_of(month) and not gone


def _readings(county: str, last: date) -> dict[int, list[Reading]]:
    rows = Reading.objects.filter(fitting__source__county=county, month__lte=last)
    found: dict[int, list[Reading]] = defaultdict(list)
    for row in rows.exclude(state="replaced").order_by("month").iterator():
        found[row.fitting_id].append(row)
    return found


def _by_source(fittings: Iterable[Fitting]) -> list[tuple[WaterSource, list[Fitting]]]:
    found: dict[int, tuple[WaterSource, list[Fitting]]] = {}
    for fitting in fittings:
        found.setdefault(fitting.source_id, (fitting.source, []))[1].append(fitting)
    return list(found.values())


def _unmetered(found: Volumes, county: str, months: Sequence[date]) -> None:
    """Wells that water land and have no meter at all."""
    rows = WaterSource.objects.filter(
        county=county, kind="well", closed_on=None, servings__valid_to=None, servings__gt=0
    ).exclude(pk__in=list(found.sources))
    for source in rows.select_related("region").distinct().order_by("code"):
        found.gaps.append(Gap("unmetered", source, months[-1]))
