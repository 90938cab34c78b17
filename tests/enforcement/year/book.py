"""The script's own book of the year: what it did to each part, and the figures that must follow from it.

Nothing here asks the system: areas are those the patch page showed when the patch came in, and those are
held against the script's own reckoning on the ellipsoid.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterator
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pyproj

from liangtian.geo.crs import to_4490

MU = Decimal(2000) / 3
CENT = Decimal("0.01")
_GEOD = pyproj.Geod(a=6378137.0, rf=298.257222101)  # CGCS2000
_SETTLED = ("confirmed", "disposition", "rectified", "accepted", "archived")


def cents(value: float | Decimal | str) -> Decimal:
    """To two decimals."""
    return Decimal(str(value)).quantize(CENT, ROUND_HALF_UP)


@dataclass
class Part:
    """A part of a patch, areas in mu of farmland."""

    id: int
    farmland_mu: Decimal
    judgement: str = ""
    left_out: bool = False  # old construction, or farmland damaged by a farm project
    duty_done: bool = False  # on a listed project whose supervision duty was done
    restored: Decimal = Decimal(0)
    regularised: Decimal = Decimal(0)
    confirmed: bool = False  # what was restored, by prefecture and region
    penalised: bool = False  # before its papers were completed


@dataclass
class Entry:
    """One patch."""

    id: int
    number: str
    kind: str
    town: str
    month: int
    m2: Decimal
    farmland_m2: Decimal
    bounds: tuple[float, ...]
    stage: str = "received"
    outcome: str = ""
    parts: list[Part] = field(default_factory=list)

    @property
    def settled(self) -> bool:
        """Judged, and confirmed by another."""
        return self.stage in _SETTLED


@dataclass(frozen=True)
class Share:
    """Both sides of the ratio, mu."""

    numerator: Decimal
    denominator: Decimal


class Book:
    """All patches of the year, those of military land no more among them."""

    def __init__(self) -> None:
        self.entries: dict[int, Entry] = {}
        self.taken_out: list[str] = []

    def of(self, *, town: str = "", month: int = 0) -> Iterator[Entry]:
        """The patches of a township, of a month, or of both."""
        for one in self.entries.values():
            if town in ("", one.town) and month in (0, one.month):
                yield one

    def stages(self, town: str = "") -> Counter[str]:
        """How many patches at each stage."""
        return Counter(one.stage for one in self.of(town=town))

    def ratio(self, town: str = "", months: Container[int] = range(1, 13)) -> Share:
        """The accountability ratio by the rules as a person reads them."""
        numerator = denominator = Decimal(0)
        for part in self._counted(town, months):
            if part.judgement == "legal":
                denominator += part.farmland_mu
            elif part.judgement == "illegal" and not (part.left_out or part.duty_done):
                numerator += part.farmland_mu - part.restored - part.regularised
                denominator += part.farmland_mu - part.restored
        return Share(numerator, denominator)

    def open_mu(self, town: str = "") -> Decimal:
        """Illegal farmland neither restored nor with papers."""
        illegal = (p for p in self._counted(town) if p.judgement == "illegal")
        return sum((p.farmland_mu - p.restored - p.regularised for p in illegal), Decimal(0))

    def blamed_on(self, town: str) -> tuple[Decimal, Decimal]:
        """What a township is ranked by: illegal farmland that the ratio counts, and what of it is open."""
        parts = [
            p for p in self._counted(town)
            if p.judgement == "illegal" and not (p.left_out or p.duty_done)
        ]  # fmt: skip
        whole = sum((p.farmland_mu for p in parts), Decimal(0))
        return whole, whole - sum((p.restored + p.regularised for p in parts), Decimal(0))

    def _counted(self, town: str, months: Container[int] = range(1, 13)) -> Iterator[Part]:
        for one in self.of(town=town):
            if one.settled and one.month in months:
                yield from one.parts

    def mu(self, entries: list[Entry], name: str = "farmland_m2") -> Decimal:
        """The sum of what is printed: each patch's mu to two decimals."""
        return sum((cents(getattr(one, name) / MU) for one in entries), Decimal(0))


def own_m2(plane: Any) -> Decimal:
    """The area of a figure of zone 38 on the ellipsoid, by another way than the system's."""
    import numpy as np
    import shapely

    one = np.empty(1, dtype=object)
    one[0] = shapely.segmentize(plane, 10)
    ring = shapely.get_coordinates(to_4490(one, 4526)[0].exterior)
    return Decimal(str(abs(_GEOD.polygon_area_perimeter(ring[:, 0], ring[:, 1])[0])))
