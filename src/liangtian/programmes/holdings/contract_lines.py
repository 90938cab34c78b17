"""Which parcels a contract holds on which days, when its parcels are divided or joined."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models import Count, OuterRef, Prefetch, Subquery
from django.db.models.functions import Coalesce

from liangtian.geo.area import distribute
from liangtian.platform.errors import Conflict
from liangtian.platform.people.scope import below
from liangtian.programmes.holdings.models import Contract, ContractLine, Parcel

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from liangtian.platform.people.models import User


def in_sight(user: User) -> QuerySet[Contract]:
    """Contracts the user may see, each with its lines on parcels in sight only and `beyond`, how many aren't.

    A contract over two townships shows each the parcels of its own.
    """
    mine = ContractLine.objects.filter(below(user.region_id or "-", "parcel__region__code"))
    others = ContractLine.objects.filter(contract=OuterRef("pk")).exclude(pk__in=mine.values("pk"))
    counted = others.order_by().values("contract").annotate(n=Count("parcel", distinct=True))
    rows: QuerySet[Contract] = Contract.objects.visible_to(user)
    return rows.prefetch_related(
        Prefetch("lines", queryset=mine.select_related("parcel"))
    ).annotate(beyond=Coalesce(Subquery(counted.values("n")), 0))


def held_now(contract: Contract) -> list[ContractLine]:
    """The lines in sight that a contract holds today, or held last: those of parcels divided since are over."""
    lines = list(contract.lines.all())
    latest = max((line.ends_on for line in lines), default=contract.ends_on)
    return [line for line in lines if line.ends_on == latest]


def carry_over(old: Sequence[Parcel], new: Sequence[tuple[Parcel, Decimal]], on: date) -> None:
    """From the day on the contracts of the old parcels hold the new ones instead (parcel, m²), by area.

    Raises Conflict when parcels under different contracts are joined. In the caller's transaction.
    """
    lines = list(
        ContractLine.objects.filter(parcel__in=old, ends_on__gte=on).select_related("contract")
    )
    wanted: dict[int, Decimal] = {}
    for line in lines:
        wanted[line.contract_id] = wanted.get(line.contract_id, Decimal(0)) + line.area_mu
    if len(old) > 1:
        _refuse_different(old, lines)
    for line in lines:
        if line.starts_on < on:
            line.ends_on = on - timedelta(days=1)
            line.save(update_fields=["ends_on"])
        else:
            line.delete()
    contracts = {line.contract_id: line for line in lines}
    for key, mu in wanted.items():
        line = contracts[key]
        shares = distribute(mu, [m2 for _, m2 in new])
        ContractLine.objects.bulk_create(
            ContractLine(
                contract_id=key, parcel=parcel, area_mu=share, transfer=line.transfer,
                starts_on=max(on, line.contract.starts_on), ends_on=_end(line),
            )
            for (parcel, _), share in zip(new, shares, strict=True)
            if share
        )  # fmt: skip


def _end(line: ContractLine) -> date:
    return line.contract.ended_on or line.contract.ends_on


def _refuse_different(old: Sequence[Parcel], lines: Sequence[ContractLine]) -> None:
    held = {p.pk: {line.contract_id for line in lines if line.parcel_id == p.pk} for p in old}
    if len({frozenset(keys) for keys in held.values()}) > 1:
        raise Conflict("所选地块不在同一合同内，不能合并。请先办理合同的终止或变更。")
