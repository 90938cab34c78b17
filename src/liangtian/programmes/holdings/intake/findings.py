"""What is wrong with the rows of an intake, collected while they are checked."""

from __future__ import annotations

from dataclasses import dataclass

from liangtian.platform.personal import masked
from liangtian.platform.personal_numbers import hidden
from liangtian.programmes.holdings.intake.targets import BY_NAME
from liangtian.programmes.holdings.models import Intake, IntakeProblem

SHAPE = "shape"  # the target of what is wrong with a figure
_LONGEST = 200
_REASON = 300
Place = tuple[float, float]


@dataclass(frozen=True)
class Fault:
    """One thing wrong; `row` is the position among the data rows, None for the file as a whole."""

    row: int | None
    target: str
    value: str
    severity: str
    reason: str
    advice: str
    place: Place | None = None


class Findings:
    """Faults, and which rows are still good; rows by position."""

    def __init__(self, rows: int) -> None:
        self.good = [True] * rows
        self.faults: list[Fault] = []

    def error(
        self,
        i: int,
        target: str,
        value: str,
        reason: str,
        advice: str,
        *,
        place: Place | None = None,
    ) -> None:
        """The row cannot enter."""
        self.good[i] = False
        self.faults.append(Fault(i, target, value, "error", reason, advice, place))

    def warn(
        self, i: int | None, target: str, value: str, reason: str, advice: str, *,
        place: Place | None = None,
    ) -> None:  # fmt: skip
        """Something to look at; the row may enter."""
        self.faults.append(Fault(i, target, value, "warning", reason, advice, place))

    def count(self, severity: str) -> int:
        """Rows in error, or warnings."""
        found = [f for f in self.faults if f.severity == severity]
        return len({f.row for f in found}) if severity == "error" else len(found)


def problem_of(
    intake: Intake, fault: Fault, numbers: list[int], columns: dict[str, str]
) -> IntakeProblem:
    """The fault as it is kept: with the number of its row, the column's own name, what is personal masked."""
    target = BY_NAME.get(fault.target)
    label = columns.get(fault.target) or (target.label if target else "图形")
    value = str(masked(target.sensitivity, fault.value)) if target else fault.value
    lon, lat = fault.place or (None, None)
    return IntakeProblem(
        intake=intake, row=0 if fault.row is None else numbers[fault.row], target=fault.target,
        field=label[:60], value=hidden(value)[:_LONGEST], severity=fault.severity,
        reason=hidden(fault.reason)[:_REASON], advice=fault.advice[:_REASON], lon=lon, lat=lat,
    )  # fmt: skip
