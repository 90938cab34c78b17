"""What is found wrong in delivered data."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from shapely.geometry.base import BaseGeometry

from liangtian.platform.layers.models import LayerProblem

ERROR = LayerProblem.Severity.ERROR
WARNING = LayerProblem.Severity.WARNING


class Found(NamedTuple):
    """One finding: row from 1 (0: the whole file), place and shape in EPSG:4490, area in m².

    `reason` says what is wrong and what to do. `rule` is the id of the rule (checks/*.toml); `figures`
    how many figures the finding speaks for; `other` the second row of a pair.
    """

    row: int
    feature: str
    severity: LayerProblem.Severity
    reason: str
    location: tuple[float, float] | None = None
    rule: str = ""
    field: str = ""
    value: str = ""
    figures: int = 1
    other: int | None = None
    m2: Decimal | None = None
    shape: BaseGeometry | None = None
