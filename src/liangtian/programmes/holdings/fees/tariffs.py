"""The county's tariffs of rent and the grades of its parcels: entered by one person, approved by another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from liangtian.platform.audit.services import record
from liangtian.platform.errors import Conflict, NotFound, Refused
from liangtian.platform.people.scope import require
from liangtian.platform.reasons import reason_given
from liangtian.platform.regions.models import Region
from liangtian.programmes.holdings.codes import listed, not_listed
from liangtian.programmes.holdings.fees.rules import fen, yuan
from liangtian.programmes.holdings.ground import county_of
from liangtian.programmes.holdings.models import Parcel, ParcelGrade, RentTariff, TariffRate
from liangtian.programmes.holdings.models.parcels import FIRST_YEAR, LAST_YEAR

if TYPE_CHECKING:
    from liangtian.platform.people.models import User

_AT_ONCE = 500


@dataclass(frozen=True)
class RateForm:
    """Yuan per mu and year of a grade and use."""

    grade: str
    use: str
    rate: Decimal


@dataclass(frozen=True)
class TariffForm:
    """A tariff as its document says."""

    first_year: int
    document: str
    number: str
    rates: Sequence[RateForm]
    last_year: int | None = None
    clause: str = ""


@dataclass(frozen=True, slots=True)
class YearRates:
    """What holds in a year: fen per mu by grade and use, and where it is written."""

    number: str
    clause: str
    rates: Mapping[tuple[str, str], int]


def tariffs(user: User) -> list[RentTariff]:
    """The tariffs of the user's county, the newest first."""
    require(user, "fees.view")
    rows = RentTariff.objects.within(county_of(user.region_id or "-"))
    return list(rows.select_related("entered_by", "decided_by").prefetch_related("rates"))


def enter_tariff(user: User, form: TariffForm) -> RentTariff:
    """Enter a tariff, which holds once another person approved it. Raises Forbidden, Refused."""
    require(user, "fees.tariff")
    _check(form)
    with transaction.atomic():
        county = Region.objects.get(code=county_of(user.region_id or ""))
        row = RentTariff.objects.create(
            region=county, first_year=form.first_year, last_year=form.last_year,
            document=form.document.strip(), number=form.number.strip(), clause=form.clause.strip(),
            entered_by=user,
        )  # fmt: skip
        TariffRate.objects.bulk_create(
            TariffRate(tariff=row, grade=one.grade, use=one.use, rate=fen(one.rate))
            for one in form.rates
        )
        record(user, "fees.tariff.enter", row, after={
            "first_year": row.first_year,
            "rates": {f"{one.grade}{one.use}": str(one.rate) for one in form.rates},
        })  # fmt: skip
    return row


def decide_tariff(user: User, tariff_id: int, *, approve: bool, opinion: str) -> RentTariff:
    """Approve or refuse a tariff that another person entered. Raises Forbidden, NotFound, Conflict, Refused."""
    require(user, "fees.view", "fees.approve")
    with transaction.atomic():
        row: RentTariff = RentTariff.objects.select_for_update().fetch_for(user, pk=tariff_id)
        if row.state != RentTariff.State.DRAFT:
            raise Conflict(f"租赁金标准 {row.number} 已办理，现为“{row.get_state_display()}”。")
        if row.entered_by_id == user.pk:
            raise Refused("登记人不能审批自己登记的标准，请由另一人审批。")
        said = opinion.strip()[:300] if approve else reason_given(opinion, "不批准")
        if approve:
            same = RentTariff.objects.filter(
                region=row.region, first_year=row.first_year, state=RentTariff.State.APPROVED
            )
            same.update(state=RentTariff.State.REPLACED)
        row.state = RentTariff.State.APPROVED if approve else RentTariff.State.REFUSED
        row.decided_by, row.decided_at, row.opinion = user, timezone.now(), said
        row.save(update_fields=["state", "decided_by", "decided_at", "opinion"])
        record(user, "fees.tariff.decide", row, after={"state": row.get_state_display()}, note=said)
    return row


def rates_of_years(county: str, years: range) -> dict[int, YearRates]:
    """What is in force in each year: the approved tariff with the latest first year that reaches it."""
    rows = RentTariff.objects.filter(region=county, state=RentTariff.State.APPROVED)
    known = [
        (row, {(one.grade, one.use): one.rate for one in row.rates.all()})
        for row in rows.prefetch_related("rates").order_by("-first_year")
    ]
    found = {}
    for year in years:
        for row, rates in known:
            if row.first_year <= year and (row.last_year is None or year <= row.last_year):
                found[year] = YearRates(row.number, row.clause, rates)
                break
    return found


def grades_of(user: User, parcel_id: int) -> list[ParcelGrade]:
    """The grades of a parcel, the latest first. Raises Forbidden, NotFound."""
    require(user, "holdings.view", "fees.view")
    parcel = Parcel.objects.fetch_for(user, pk=parcel_id)
    rows = ParcelGrade.objects.filter(parcel=parcel).select_related("entered_by")
    return list(rows.order_by("-from_year"))


def set_grade(user: User, parcel_id: int, grade: str, from_year: int, basis: str) -> ParcelGrade:
    """The grade of a parcel from a year on. Raises Forbidden, NotFound, Refused, Conflict."""
    require(user, "holdings.view", "fees.tariff")
    _check_grade(grade, from_year, basis)
    with transaction.atomic():
        parcel: Parcel = Parcel.objects.select_for_update().fetch_for(user, pk=parcel_id)
        row, fresh = ParcelGrade.objects.update_or_create(
            parcel=parcel, from_year=from_year,
            defaults={"grade": grade, "basis": basis.strip(), "entered_by": user,
                      "entered_at": timezone.now()},
        )  # fmt: skip
        record(user, "fees.grade.set", parcel, note=basis.strip(),
               after={"grade": grade, "from_year": from_year, "fresh": fresh})  # fmt: skip
    return row


def grade_region(user: User, code: str, grade: str, from_year: int, basis: str) -> int:
    """Give a grade to every parcel of a region that has none in that year; how many got it.

    Raises Forbidden, NotFound outside the scope, Refused.
    """
    require(user, "holdings.view", "fees.tariff")
    _check_grade(grade, from_year, basis)
    if not code.startswith(user.region_id or "-"):
        raise NotFound
    with transaction.atomic():
        region = Region.objects.filter(code=code).first()
        if region is None:
            raise NotFound
        graded = ParcelGrade.objects.filter(from_year__lte=from_year).order_by().values("parcel")
        rows = Parcel.objects.visible_to(user).within(code).exclude(pk__in=graded)
        made = [
            ParcelGrade(parcel_id=pk, grade=grade, from_year=from_year, basis=basis.strip(),
                        entered_by=user)
            for pk in rows.values_list("pk", flat=True)
        ]  # fmt: skip
        ParcelGrade.objects.bulk_create(made, batch_size=_AT_ONCE)
        record(user, "fees.grade.set", f"{region.name}的 {len(made)} 个地块", region=region,
               note=basis.strip(), after={"grade": grade, "from_year": from_year})  # fmt: skip
    return len(made)


def tariff_out(row: RentTariff) -> dict[str, object]:
    """A tariff with its rates in yuan."""
    plain = ("first_year", "last_year", "document", "number", "clause", "state", "entered_at",
             "decided_at", "opinion")  # fmt: skip
    return {
        **{name: getattr(row, name) for name in plain},
        "id": row.pk, "state_label": row.get_state_display(), "entered_by": row.entered_by.name,
        "decided_by": row.decided_by.name if row.decided_by else "",
        "rates": [
            {"grade": one.grade, "use": one.use, "rate": str(yuan(one.rate))}
            for one in sorted(row.rates.all(), key=_place)
        ],
    }  # fmt: skip


def _place(rate: TariffRate) -> tuple[int, str]:
    """In the order in which the pack lists the grades: 一级 before 二级."""
    grades = list(listed("grade"))
    return grades.index(rate.grade) if rate.grade in grades else len(grades), rate.use


def _check(form: TariffForm) -> None:
    wrong = {name: "必填" for name in ("document", "number") if not getattr(form, name).strip()}
    if not FIRST_YEAR <= form.first_year <= LAST_YEAR:
        wrong["first_year"] = "超出范围"
    if form.last_year is not None and form.last_year < form.first_year:
        wrong["last_year"] = "早于起始年度"
    if not form.rates:
        wrong["rates"] = "请至少填写一项标准"
    if len({(one.grade, one.use) for one in form.rates}) < len(form.rates):
        wrong["rates"] = "同一级别和用途只能填一次"
    for one in form.rates:
        said = not_listed("grade", one.grade) or not_listed("actual_use", one.use)
        if said or one.rate <= 0:
            wrong["rates"] = said or "标准应大于零"
    if wrong:
        raise Refused("租赁金标准没有登记，请改正标出的各项。", fields=wrong)


def _check_grade(grade: str, from_year: int, basis: str) -> None:
    wrong = {}
    if grade not in listed("grade"):
        wrong["grade"] = not_listed("grade", grade)
    if not FIRST_YEAR <= from_year <= LAST_YEAR:
        wrong["from_year"] = "超出范围"
    if not basis.strip():
        wrong["basis"] = "必填"
    if wrong:
        raise Refused("地块级别没有登记，请改正标出的各项。", fields=wrong)
