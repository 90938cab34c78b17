"""What is found wrong in delivered data."""

from __future__ import annotations

from typing import NamedTuple

from liangtian.platform.layers.models import LayerProblem

ERROR = LayerProblem.Severity.ERROR
WARNING = LayerProblem.Severity.WARNING


class Found(NamedTuple):
    """One problem: row from 1 (0: the whole file), place in longitude and latitude (EPSG:4490)."""

    row: int
    feature: str
    severity: LayerProblem.Severity
    reason: str
    location: tuple[float, float] | None = None
