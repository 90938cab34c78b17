"""What a check found, row by row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import numpy as np
import shapely

from liangtian.platform.regions.models import Region
from liangtian.programmes.enforcement.imports.targets import TARGETS

SHAPE = "图形"
_LABELS = {target.name: target.label for target in TARGETS}
_LONGEST_VALUE = 200

Place = tuple[float, float]


@dataclass(frozen=True)
class Fault:
    """One finding about one row (1-based); `place` is longitude and latitude in EPSG:4490."""

    row: int
    number: str
    field: str
    value: str
    severity: str
    reason: str
    advice: str
    place: Place | None = None


@dataclass(frozen=True)
class Row:
    """A row of the file as it will be stored; geometry in EPSG:4490, area by the survey formula."""

    row: int
    number: str
    region: Region
    values: dict[str, Any]
    attributes: dict[str, str]
    area_m2: Decimal
    geom: shapely.Geometry


@dataclass
class Checked:
    """What came of checking: rows that may enter, and every finding."""

    rows: list[Row] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


class Findings:
    """Collects findings; `good` tells which rows may still enter. Rows are counted from 0 here."""

    def __init__(self, numbers: Sequence[str]) -> None:
        self.numbers = numbers
        self.good = np.ones(len(numbers), dtype=bool)
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
        self._add(i, target, value, severity="error", reason=reason, advice=advice, place=place)

    def duplicate(self, i: int, reason: str, advice: str) -> None:
        """The row's number is taken, so it does not enter."""
        self.good[i] = False
        self._add(i, "number", self.numbers[i], severity="duplicate", reason=reason, advice=advice)

    def warn(
        self,
        i: int,
        target: str,
        value: str,
        reason: str,
        advice: str,
        *,
        place: Place | None = None,
    ) -> None:
        """Something to look at; the row may enter."""
        self._add(i, target, value, severity="warning", reason=reason, advice=advice, place=place)

    def _add(
        self, i: int, target: str, value: str, *, severity: str, reason: str, advice: str,
        place: Place | None = None,
    ) -> None:  # fmt: skip
        label = _LABELS.get(target, target)
        shown = value if len(value) <= _LONGEST_VALUE else value[: _LONGEST_VALUE - 1] + "…"
        self.faults.append(
            Fault(i + 1, self.numbers[i], label, shown, severity, reason, advice, place)
        )
