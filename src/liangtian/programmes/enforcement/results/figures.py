"""The figures of a result, all reckoned from the rows its return keeps, so that they never disagree with it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property

from django.utils import timezone

from liangtian.platform.errors import Refused
from liangtian.platform.returns.forms import find_form
from liangtian.platform.returns.models import Return, Snapshot
from liangtian.platform.returns.periods import Period, read_period
from liangtian.platform.returns.snapshots import kept_lines
from liangtian.policy.accountability import Accountability, AssessedPatch, PatchRefused, assess
from liangtian.policy.pack_errors import PackError
from liangtian.programmes.enforcement.models import InfrastructureProject, Outcome
from liangtian.programmes.enforcement.ratio import Asked
from liangtian.programmes.enforcement.result_ledger import NAME
from liangtian.programmes.enforcement.rules import pack_in_use

Row = dict[str, str]  # column of the ledger -> as printed
NOUGHT = Decimal(0)
YES = "是"
_OUTCOMES = {str(one.label): one.value for one in (Outcome.LEGAL, Outcome.ILLEGAL, Outcome.OTHER)}
_LISTINGS = {str(label): value for value, label in InfrastructureProject.Listing.choices}


@dataclass
class Tally:
    """Of one township or month. Areas in mu of farmland."""

    count: int = 0
    farmland: Decimal = NOUGHT
    illegal_count: int = 0
    illegal: Decimal = NOUGHT
    legal: Decimal = NOUGHT
    restored: Decimal = NOUGHT
    regularised: Decimal = NOUGHT

    @property
    def put_right(self) -> Decimal:
        """Restored, or with papers completed."""
        return self.restored + self.regularised

    @property
    def open(self) -> Decimal:
        """Illegal and neither restored nor with papers."""
        return self.illegal - self.put_right

    def add(self, row: Row) -> None:
        """Count one row."""
        farmland = mu(row, "farmland_mu")
        self.count += 1
        self.farmland += farmland
        if row["judgement"] == Outcome.LEGAL.label:
            self.legal += farmland
        if row["judgement"] == Outcome.ILLEGAL.label:
            self.illegal_count += 1
            self.illegal += farmland
            self.restored += mu(row, "restored_mu")
            self.regularised += mu(row, "regularised_mu")


@dataclass(frozen=True)
class Result:
    """A return of results with its kept rows."""

    sheet: Return
    period: Period
    rows: Sequence[Row]

    @cached_property
    def whole(self) -> Tally:
        """Of all rows."""
        return _tally(self.rows)

    @cached_property
    def by_township(self) -> dict[str, Tally]:
        """In the order in which the townships come."""
        return _tallies(self.rows, "township_name")

    @cached_property
    def by_month(self) -> dict[str, Tally]:
        """By the month in which the patches came down."""
        return dict(sorted(_tallies(self.rows, "month").items()))

    @property
    def asked(self) -> Asked:
        """Whose ratio it is: by the rules of the level, a township's by those of its county."""
        return Asked(self.sheet.region, int(self.sheet.period[:4]))

    @cached_property
    def accountability(self) -> Accountability:
        """The ratio of the period by the rules of its last day, or of the day it was frozen.

        Raises Refused for entries that cannot be.
        """
        frozen = timezone.localdate(self.sheet.frozen_at)
        on: date = min(frozen, self.period.end)
        try:
            return assess([assessed(row) for row in self.rows], self.asked.level, pack_in_use(), on)
        except (PatchRefused, PackError) as problem:
            raise Refused(str(problem)) from problem

    def illegal_rows(self) -> list[Row]:
        """Rows judged illegal."""
        return [row for row in self.rows if row["judgement"] == Outcome.ILLEGAL.label]


def result_of(sheet: Return) -> Result:
    """A return of results read back. Raises Refused for a return of another form."""
    form = find_form(sheet.form)
    if form is None or form.ledger_name != NAME:
        raise Refused("只有半年、年度成果汇总表有工作报告和成果包。")
    rows = [row for one in _snapshots(sheet) for row in _rows(one)]
    rows.sort(key=lambda row: (row["township_name"], row["number"], int(row["part"])))
    return Result(sheet, read_period(form.period, sheet.period), rows)


def _snapshots(sheet: Return) -> Iterable[Snapshot]:
    """A township's own rows; of the county those of the returns it consolidated."""
    if sheet.snapshot is not None:
        return [sheet.snapshot]
    return Snapshot.objects.filter(declared__wholes__whole=sheet).order_by("region_id", "pk")


def _rows(snapshot: Snapshot) -> Iterable[Row]:
    names = [str(column["name"]) for column in snapshot.columns]
    for _, cells in kept_lines(snapshot):
        yield dict(zip(names, cells, strict=True))


def assessed(row: Row) -> AssessedPatch:
    """A kept row as the ratio takes it."""
    return AssessedPatch(
        id=f"{row['number']}-{row['part']}",
        farmland_mu=mu(row, "farmland_mu"),
        legality=_OUTCOMES[row["judgement"]],  # type: ignore[arg-type]
        old_construction=row["old_construction"] == YES,
        farm_damage=row["farm_damage"] == YES,
        infrastructure=_LISTINGS.get(row["listing"], "none"),  # type: ignore[arg-type]
        duty_done=row["duty_done"] == YES,
        regularised_mu=mu(row, "regularised_mu"),
        restored_mu=mu(row, "restored_mu"),
        homestead=row["homestead"] == YES,
        affordable_housing=row["affordable_housing"] == YES,
    )


def mu(row: Row, column: str) -> Decimal:
    """An area of a row, nought where there is none."""
    return Decimal(row[column] or 0)


def _tally(rows: Iterable[Row]) -> Tally:
    found = Tally()
    for row in rows:
        found.add(row)
    return found


def _tallies(rows: Iterable[Row], by: str) -> dict[str, Tally]:
    found: dict[str, Tally] = defaultdict(Tally)
    for row in rows:
        found[row[by]].add(row)
    return dict(found)
