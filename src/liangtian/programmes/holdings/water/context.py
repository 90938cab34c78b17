"""What readings are judged by: the one before, the pump, the coefficient; read for many meters at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from liangtian.policy.clocks import add_months
from liangtian.programmes.holdings.models import Coefficient, Fitting, Meter, Reading
from liangtian.programmes.holdings.water.checking import Earlier, Limits
from liangtian.programmes.holdings.water.settings import still_months

LOOKED_BACK = 24  # months in one question; who was not read for longer is asked for alone
HOURS = 24
_AT_ONCE = 500


@dataclass(frozen=True)
class Context:
    """Of each fitting what went before; of those read in the month, the reading."""

    fittings: dict[int, Fitting]
    earlier: dict[int, Earlier]
    current: dict[int, Reading]
    coefficients: dict[int, list[tuple[date, Decimal]]]
    still: int

    def limits(self, fitting: Fitting, on: date) -> Limits:
        """What the meter and the pump can do on a day."""
        pump, meter = fitting.source.pump_m3h, fitting.meter
        per_day = None if pump is None else pump * HOURS
        if per_day is not None and meter.kind == Meter.Kind.POWER:
            factor = in_force(self.coefficients.get(fitting.source_id, []), on)
            per_day = None if factor is None else per_day / factor
        return Limits(meter.rollover, meter.factor, per_day, self.still)


def context_of(fittings: Sequence[Fitting], month: date) -> Context:
    """The context of readings of a month. `fittings` come with meter and source."""
    keys = [f.pk for f in fittings]
    before: dict[int, list[Reading]] = defaultdict(list)
    current: dict[int, Reading] = {}
    for row in _readings(keys, month):
        if row.month == month:
            current[row.fitting_id] = row
        elif row.state in ("good", "confirmed"):
            before[row.fitting_id].append(row)
    return Context(
        {f.pk: f for f in fittings},
        {f.pk: _earlier(f, before[f.pk], month) for f in fittings},
        current,
        coefficients_of([f.source_id for f in fittings]),
        still_months(month),
    )


def coefficients_of(sources: Sequence[int]) -> dict[int, list[tuple[date, Decimal]]]:
    """Approved coefficients of each source, the newest first."""
    found: dict[int, list[tuple[date, Decimal]]] = defaultdict(list)
    for keys in _chunks(sorted(set(sources))):
        rows = Coefficient.objects.filter(source__in=keys).exclude(approved_by=None)
        for source, day, factor in rows.order_by("-valid_from").values_list(
            "source", "valid_from", "per_kwh"
        ):
            found[source].append((day, factor))
    return found


def in_force(rows: Sequence[tuple[date, Decimal]], on: date) -> Decimal | None:
    """The coefficient of a day, of rows with the newest first."""
    return next((factor for day, factor in rows if day <= on), None)


def _readings(keys: Sequence[int], month: date) -> list[Reading]:
    rows: list[Reading] = []
    since = add_months(month, -LOOKED_BACK)
    for some in _chunks(keys):
        found = Reading.objects.filter(fitting__in=some, month__gte=since, month__lte=month)
        rows += found.exclude(state="replaced").order_by("-month")
    return rows


def _earlier(fitting: Fitting, before: Sequence[Reading], month: date) -> Earlier:
    if not before:
        older = Reading.objects.filter(
            fitting=fitting, month__lt=month, state__in=("good", "confirmed")
        )
        last = older.order_by("-month").first()
        if last is None:
            return Earlier(fitting.first, fitting.fitted_on)
        return Earlier(last.value, last.on)
    still, values = 0, [row.value for row in before]
    while still + 1 < len(values) and values[still] == values[still + 1]:
        still += 1
    return Earlier(before[0].value, before[0].on, still)


def _chunks(keys: Sequence[int]) -> list[Sequence[int]]:
    return [keys[i : i + _AT_ONCE] for i in range(0, len(keys), _AT_ONCE)]
