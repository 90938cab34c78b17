"""What rent each parcel of state land owes in each year: read in parts, reckoned in memory, no query per row."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, NamedTuple

from django.db.models import Exists, OuterRef
from django.utils import timezone

from liangtian.geo.area import to_mu
from liangtian.platform.people.scope import below
from liangtian.programmes.holdings.codes import listed
from liangtian.programmes.holdings.fees.posting import BillDraft
from liangtian.programmes.holdings.fees.rules import MONTHS, Flat, Part, charge, fen, yuan
from liangtian.programmes.holdings.fees.tariffs import YearRates, rates_of_years
from liangtian.programmes.holdings.models import (
    Bill,
    Charge,
    Contract,
    ContractLine,
    Holder,
    Parcel,
    ParcelGrade,
    ParcelVersion,
)

AT_ONCE = 500  # parcels read together
UNGRADED = "没有定级"
_DAY = timedelta(days=1)
_CENT = Decimal("0.01")
_BORN = (ParcelVersion.Change.SPLIT, ParcelVersion.Change.MERGE)


class _Version(NamedTuple):
    parcel: int
    code: str
    region: str
    start: date
    end: date | None
    corps: bool
    state_land: bool
    area: Decimal
    payer: int | None
    way: str
    use: str
    reclaimed: int | None
    change: str


class _Line(NamedTuple):
    key: int
    start: date
    end: date
    area: Decimal
    whole: Decimal
    holder: int
    number: str
    price_kind: str
    price: int


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a parcel can't be billed in a year."""

    parcel: int
    year: int
    reason: str


@dataclass
class Reckoned:
    """What a part of the parcels owes: drafts, and what can't be billed."""

    parcels: list[int]
    drafts: list[BillDraft] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


@dataclass
class _Land:
    """One parcel with all that its rent rests on."""

    versions: list[_Version] = field(default_factory=list)
    lines: list[_Line] = field(default_factory=list)
    grades: list[tuple[int, str]] = field(default_factory=list)

    def at(self, day: date) -> tuple[_Version | None, bool]:
        """The state of a day; before it was registered the first one, said so."""
        first = self.versions[0]
        if day < first.start:
            return (None, False) if first.change in _BORN else (first, True)
        for one in self.versions:
            if one.start <= day and (one.end is None or day < one.end):
                return one, False
        return None, False

    def line(self, day: date) -> _Line | None:
        return next((one for one in self.lines if one.start <= day <= one.end), None)

    def grade(self, year: int) -> str:
        return next((grade for since, grade in reversed(self.grades) if since <= year), "")

    def steps(self, year: int) -> list[int]:
        """First months of the stretches of a year in which nothing changes."""
        days = {v.start for v in self.versions} | {x.start for x in self.lines}
        days |= {x.end + _DAY for x in self.lines} | {v.end for v in self.versions if v.end}
        later = {d.month + (d.day > 1) for d in days if d.year == year}
        return sorted({1} | {m for m in later if m <= MONTHS})


@dataclass(frozen=True, slots=True)
class _Piece:
    """A stretch of months at one price."""

    first: int
    price: Part | Flat
    said: Mapping[str, str]


class Assessor:
    """Reckons the rent of a region for some years, as the register and the tariffs now stand."""

    def __init__(self, county: str, region: str, years: range) -> None:
        self.region, self.years = region, years
        self.rates: Mapping[int, YearRates] = rates_of_years(county, years)
        self.ways = frozenset(listed("rent_way"))
        self.joined = _joined(county)

    def count(self) -> int:
        """How many parcels there are to look at."""
        found: int = self._parcels().count()
        return found

    def parts(self, after: int = 0) -> Iterator[Reckoned]:
        """Part by part, in the order of the parcels' keys, those behind `after`."""
        while True:
            rows = self._parcels().filter(pk__gt=after).order_by("pk")
            keys = list(rows.values_list("pk", flat=True)[:AT_ONCE])
            if not keys:
                return
            yield self._reckon(keys)
            after = keys[-1]

    def _parcels(self) -> Any:
        """State land now or at any time, and whatever has rent bills standing in these years."""
        land = ParcelVersion.objects.filter(
            parcel=OuterRef("pk"), ownership=ParcelVersion.Ownership.STATE, corps=False
        )
        billed = Bill.objects.filter(
            parcel=OuterRef("pk"), kind=Charge.RENT, reversed_on=None,
            year__gte=self.years[0], year__lte=self.years[-1],
        )  # fmt: skip
        return Parcel.objects.filter(below(self.region)).filter(Exists(land) | Exists(billed))

    def _reckon(self, keys: list[int]) -> Reckoned:
        found = Reckoned(keys)
        for key, land in _read(keys).items():
            for year in self.years:
                self._year(found, key, land, year)
        return found

    def _year(self, found: Reckoned, key: int, land: _Land, year: int) -> None:
        steps = land.steps(year)
        pieces: dict[tuple[str, int], list[_Piece]] = defaultdict(list)
        owners: dict[tuple[str, int], tuple[int, _Version]] = {}
        wrong: list[str] = []
        for month, following in zip(steps, [*steps[1:], MONTHS + 1], strict=True):
            one = self._stretch(land, year, month, following - month)
            if isinstance(one, str):
                wrong.append(one)
            elif one is not None:
                whose, holder, version, piece = one
                pieces[whose].append(piece)
                owners[whose] = (self.joined.get(holder, holder), version)
        found.problems += [Problem(key, year, said) for said in dict.fromkeys(wrong)]
        for whose, some in pieces.items():
            holder, version = owners[whose]
            draft = _draft(version, whose, holder, year, some)
            if draft.amount:
                found.drafts.append(draft)

    def _stretch(
        self, land: _Land, year: int, month: int, months: int
    ) -> tuple[tuple[str, int], int, _Version, _Piece] | str | None:
        """Who pays what for some months; in words, why nobody can be asked; None: nothing is owed."""
        day = date(year, month, 1)
        version, early = land.at(day)
        if version is None or not version.state_land or version.corps:
            return None
        line = land.line(day)
        if line is not None:
            return self._by_contract(land, version, line, day, months)
        if version.way not in self.ways or (version.reclaimed and version.reclaimed > year):
            return None
        if early or version.payer is None:
            return "登记以前没有合同，不能确定使用人" if early else "没有登记权利人或实际经营者"
        priced = self._by_tariff(land, version, version.area, day, months)
        return (
            priced
            if isinstance(priced, str)
            else (("H", version.payer), version.payer, version, priced)
        )

    def _by_contract(
        self, land: _Land, version: _Version, line: _Line, day: date, months: int
    ) -> tuple[tuple[str, int], int, _Version, _Piece] | str | None:
        whose = ("L", line.key)
        said = {"by": "contract", "contract": line.number}
        price: Part | Flat
        match line.price_kind:
            case Contract.Price.FREE:
                return None
            case Contract.Price.TARIFF:
                priced = self._by_tariff(land, version, line.area, day, months)
                if isinstance(priced, str):
                    return priced
                told = {**priced.said, "contract": line.number}
                return whose, line.holder, version, _Piece(day.month, priced.price, told)
            case Contract.Price.PER_MU:
                price = Part(months, line.area, line.price)
            case _:
                price = Flat(months, line.area, line.whole, line.price)
        return whose, line.holder, version, _Piece(day.month, price, said)

    def _by_tariff(
        self, land: _Land, version: _Version, area: Decimal, day: date, months: int
    ) -> _Piece | str:
        grade = land.grade(day.year)
        if not grade:
            return UNGRADED
        rates = self.rates.get(day.year)
        rate = rates.rates.get((grade, version.use)) if rates else None
        if rates is None or rate is None:
            return f"没有{day.year}年{grade}{version.use}的租赁金标准"
        said = {"by": "tariff", "grade": grade, "use": version.use, "document": rates.number,
                "clause": rates.clause}  # fmt: skip
        return _Piece(day.month, Part(months, area, rate), said)


def years_said(years: Sequence[int]) -> str:
    """Years as text, neighbours joined: 2021—2023、2025."""
    parts: list[list[int]] = []
    for year in sorted(years):
        if parts and parts[-1][-1] == year - 1:
            parts[-1].append(year)
        else:
            parts.append([year])
    return "、".join(f"{p[0]}—{p[-1]}" if len(p) > 1 else str(p[0]) for p in parts)


def _draft(
    version: _Version, whose: tuple[str, int], holder: int, year: int, pieces: Sequence[_Piece]
) -> BillDraft:
    first, last = pieces[0], pieces[-1]
    end = last.first + last.price.months
    return BillDraft(
        key=f"rent:{version.parcel}:{whose[0]}{whose[1]}:{year}", kind=Charge.RENT.value,
        region_id=version.region, holder_id=holder, year=year,
        period_from=date(year, first.first, 1),
        period_to=date(year + end // 13, (end - 1) % MONTHS + 1, 1) - _DAY,
        amount=charge([piece.price for piece in pieces]), parcel_id=version.parcel, text=f"{year}年租赁金 {version.code}",
        basis={"parcel": version.code, "parts": [_told(piece) for piece in pieces]},
    )  # fmt: skip


def _told(piece: _Piece) -> dict[str, Any]:
    price = piece.price
    rate = price.rate if isinstance(price, Part) else price.yearly
    unit = "元/亩·年" if isinstance(price, Part) else "元/年"
    return {**piece.said, "from_month": piece.first, "months": price.months,
            "area_mu": str(price.area), "rate": str(yuan(rate)), "unit": unit}  # fmt: skip


def _joined(county: str) -> dict[int, int]:
    """Holders joined into others, each with the one that stands for it now."""
    rows = Holder.objects.filter(county=county).exclude(merged_into=None)
    direct = dict(rows.values_list("pk", "merged_into_id"))
    found = {}
    for key in direct:
        last = key
        while last in direct:
            last = direct[last]
        found[key] = last
    return found


def _read(keys: Sequence[int]) -> dict[int, _Land]:
    lands: dict[int, _Land] = {key: _Land() for key in keys}
    versions = ParcelVersion.objects.filter(parcel__in=keys).order_by("parcel", "valid_from")
    for row in versions.values_list(
        "parcel_id", "code", "region_id", "valid_from", "valid_to", "corps", "ownership",
        "area_m2", "holder_id", "cultivator_id", "way", "actual_use", "reclaimed_year", "change",
    ):  # fmt: skip
        parcel, code, region, start, end, corps, ownership, m2, holder, cultivator, *rest = row
        way, use, reclaimed, change = rest
        area = to_mu(m2).quantize(_CENT, ROUND_HALF_UP)
        lands[parcel].versions.append(
            _Version(
                parcel,
                code,
                region,
                start,
                end,
                corps,
                ownership == "state",
                area,
                holder or cultivator,
                way,
                use,
                reclaimed,
                change,
            )
        )
    for parcel, line in _lines(keys):
        lands[parcel].lines.append(line)
    grades = ParcelGrade.objects.filter(parcel__in=keys).order_by("parcel", "from_year")
    for parcel, since, grade in grades.values_list("parcel_id", "from_year", "grade"):
        lands[parcel].grades.append((since, grade))
    return lands


def _lines(keys: Sequence[int]) -> Iterator[tuple[int, _Line]]:
    rows = ContractLine.objects.filter(parcel__in=keys, transfer=False).order_by("starts_on", "pk")
    found = list(rows.values_list(
        "parcel_id", "pk", "starts_on", "ends_on", "area_mu", "contract_id", "contract__holder_id",
        "contract__number", "contract__price_kind", "contract__price_yuan",
    ))  # fmt: skip
    wholes = _wholes([row[5] for row in found if row[8] == Contract.Price.PER_YEAR])
    for parcel, key, start, end, area, contract, holder, number, kind, price in found:
        others = wholes.get(contract, ())
        whole = sum((a for a, s, e in others if s <= start <= e), Decimal(0)) or area
        yield (
            parcel,
            _Line(key, start, end, area, whole, holder, number, kind, fen(price or Decimal(0))),
        )


def _wholes(contracts: Sequence[int]) -> dict[int, list[tuple[Decimal, date, date]]]:
    """The lines of contracts priced as a whole, by contract."""
    found: dict[int, list[tuple[Decimal, date, date]]] = defaultdict(list)
    rows = ContractLine.objects.filter(contract__in=set(contracts))
    for contract, area, start, end in rows.values_list(
        "contract_id", "area_mu", "starts_on", "ends_on"
    ):
        found[contract].append((area, start, end))
    return found


def last_billable_year() -> int:
    """Rent is charged up to the present year."""
    return timezone.localdate().year
