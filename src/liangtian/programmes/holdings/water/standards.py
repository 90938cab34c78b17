"""Tariffs, coefficients and quotas: entered with their document by one person, approved by another."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeVar

from django.db import IntegrityError, transaction
from django.utils import timezone

from liangtian.platform.audit.services import record
from liangtian.platform.errors import Conflict, NotFound, Refused
from liangtian.platform.people.scope import COUNTY_DIGITS, require
from liangtian.platform.regions.models import Region
from liangtian.programmes.holdings.ground import county_of
from liangtian.programmes.holdings.models import Coefficient, WaterSeason, WaterSource, WaterTariff
from liangtian.programmes.holdings.water.rules import Tier, check_tiers

if TYPE_CHECKING:
    from liangtian.platform.people.models import User

Standard = WaterTariff | Coefficient | WaterSeason
S = TypeVar("S", WaterTariff, Coefficient, WaterSeason)
KINDS: dict[str, type[Any]] = {
    "tariff": WaterTariff, "coefficient": Coefficient, "season": WaterSeason,
}  # fmt: skip


@dataclass(frozen=True)
class Basis:
    """The document and the clause that a figure stands in."""

    document: str
    clause: str = ""


@dataclass(frozen=True)
class TariffForm:
    """A price of water by source and class of land, yuan/m³."""

    source_kind: str
    land: str
    price: Decimal
    resource: Decimal
    tiers: Sequence[Tier]
    valid_from: date
    valid_to: date | None
    basis: Basis


@dataclass(frozen=True)
class SeasonForm:
    """An irrigation season and its quota, m³/mu."""

    year: int
    name: str
    starts_on: date
    ends_on: date
    per_mu: Decimal
    basis: Basis


def enter_tariff(user: User, form: TariffForm) -> WaterTariff:
    """Enter a tariff of the user's county. Raises Forbidden, Refused, Conflict."""
    wrong = _documented(form.basis)
    if form.source_kind not in WaterSource.Kind.values:
        wrong["source_kind"] = "请选择水源"
    if form.land not in WaterTariff.Land.values:
        wrong["land"] = "请选择用水类别"
    if said := check_tiers(form.tiers):
        wrong["tiers"] = said
    if form.valid_to is not None and form.valid_to < form.valid_from:
        wrong["valid_to"] = "早于生效日期"
    return _entered(user, wrong, lambda county: WaterTariff(
        region=county, source_kind=form.source_kind, land=form.land, price=form.price,
        resource=form.resource, tiers=[tier_out(t) for t in form.tiers],
        valid_from=form.valid_from, valid_to=form.valid_to, entered_by=user, **_basis(form.basis),
    ))  # fmt: skip


def enter_season(user: User, form: SeasonForm) -> WaterSeason:
    """Enter a season with its quota; seasons of a county do not overlap. Raises Forbidden, Refused, Conflict."""
    wrong = _documented(form.basis)
    if not form.name.strip():
        wrong["name"] = "必填"
    if form.ends_on <= form.starts_on:
        wrong["ends_on"] = "应晚于起始日期"
    if form.per_mu <= 0:
        wrong["per_mu"] = "应大于零"
    if form.starts_on.day != 1:
        wrong["starts_on"] = "应为某月 1 日，按月抄表计费"

    def made(county: Region) -> WaterSeason:
        clash = WaterSeason.objects.filter(
            region=county, starts_on__lte=form.ends_on, ends_on__gte=form.starts_on
        ).first()
        if clash is not None:
            raise Conflict(
                f"与{clash}（{clash.starts_on} 至 {clash.ends_on}）重叠，请核对起止日期。"
            )
        return WaterSeason(
            region=county, year=form.year, name=form.name.strip(), starts_on=form.starts_on,
            ends_on=form.ends_on, per_mu=form.per_mu, entered_by=user, **_basis(form.basis),
        )  # fmt: skip

    return _entered(user, wrong, made)


def enter_coefficient(
    user: User, source_id: int, per_kwh: Decimal, valid_from: date, basis: Basis
) -> Coefficient:
    """Enter the coefficient of a well from a day on. Raises Forbidden, NotFound, Refused, Conflict."""
    wrong = _documented(basis)
    if per_kwh <= 0:
        wrong["per_kwh"] = "应大于零"

    def made(county: Region) -> Coefficient:
        source = WaterSource.objects.filter(kind="well").fetch_for(user, pk=source_id)
        return Coefficient(
            region=source.region, source=source, per_kwh=per_kwh, valid_from=valid_from,
            entered_by=user, **_basis(basis),
        )  # fmt: skip

    return _entered(user, wrong, made)


def approve(user: User, kind: str, key: int) -> Standard:
    """Approve what another entered. Raises Forbidden, NotFound, Conflict for one's own or one approved."""
    require(user, "holdings.view", "water.approve")
    model = KINDS.get(kind)
    if model is None:
        raise NotFound
    with transaction.atomic():
        row: Standard = model.objects.select_for_update().fetch_for(user, pk=key)
        if row.approved_by_id is not None:
            raise Conflict("该标准已经审批。")
        if row.entered_by_id == user.pk:
            raise Conflict("录入人不能审批自己录入的标准，请由他人审批。")
        row.approved_by, row.approved_at = user, timezone.now()
        row.save(update_fields=["approved_by", "approved_at"])
        record(user, "holdings.water.approve", row, after={"kind": kind, "figure": str(row)})
    return row


def withdraw(user: User, kind: str, key: int) -> None:
    """Take back what is not approved yet. Raises Forbidden, NotFound, Conflict for one that is."""
    require(user, "holdings.view", "water.rates")
    model = KINDS.get(kind)
    if model is None:
        raise NotFound
    with transaction.atomic():
        row: Standard = model.objects.select_for_update().fetch_for(user, pk=key)
        if row.approved_by_id is not None:
            raise Conflict("该标准已经审批，不能撤回；请录入新的标准。")
        record(user, "holdings.water.withdraw", row, before={"kind": kind, "figure": str(row)})
        row.delete()


def tiers_of(tariff: WaterTariff) -> list[Tier]:
    """The tiers as the rules take them."""
    return [
        Tier(None if t["up_to"] is None else Decimal(t["up_to"]), t["mode"], Decimal(t["value"]))
        for t in tariff.tiers
    ]


def tier_out(tier: Tier) -> dict[str, Any]:
    """A tier as it is kept: numbers as text, exact."""
    return {
        "up_to": None if tier.up_to is None else str(tier.up_to),
        "mode": tier.mode,
        "value": str(tier.value),
    }


def _documented(basis: Basis) -> dict[str, str]:
    return {} if basis.document.strip() else {"document": "请填写依据文件"}


def _basis(basis: Basis) -> dict[str, str]:
    return {"document": basis.document.strip(), "clause": basis.clause.strip()}


def _entered(user: User, wrong: dict[str, str], make: Callable[[Region], S]) -> S:
    require(user, "holdings.view", "water.rates")
    if wrong:
        raise Refused("标准没有录入，请改正标出的各项。", fields=wrong)
    with transaction.atomic():
        county = Region.objects.get(code=county_of(user.region_id or "")[:COUNTY_DIGITS])
        row = make(county)
        try:
            with transaction.atomic():
                row.save()
        except IntegrityError as error:
            raise Conflict("同一对象、同一生效日期的标准已经录入。") from error
        record(user, "holdings.water.standard", row, after={
            "kind": type(row).__name__, "figure": str(row), "document": row.document,
            "clause": row.clause,
        })  # fmt: skip
    return row
