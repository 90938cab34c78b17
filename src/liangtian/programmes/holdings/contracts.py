"""Registering contracts and ending them before their time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction

from liangtian.platform.audit.services import record
from liangtian.platform.errors import Conflict, Refused
from liangtian.platform.files.models import StoredFile
from liangtian.platform.people.scope import below, require
from liangtian.platform.reasons import reason_given
from liangtian.programmes.holdings.models import (
    Contract,
    ContractLine,
    Holder,
    Parcel,
    ParcelVersion,
)
from liangtian.programmes.holdings.parcels import area_mu
from liangtian.programmes.holdings.states import lock_parcel

if TYPE_CHECKING:
    from liangtian.platform.people.models import User


_UNPRICED = (Contract.Price.FREE, Contract.Price.TARIFF)


@dataclass(frozen=True)
class LineForm:
    """A parcel of the contract and how much of it, in mu."""

    parcel_id: int
    area_mu: Decimal


@dataclass(frozen=True)
class ContractForm:
    """What was agreed."""

    kind: str
    number: str
    holder_id: int
    starts_on: date
    ends_on: date
    price_kind: str
    lines: Sequence[LineForm]
    grantor: str = ""
    price_yuan: Decimal | None = None
    signed_on: date | None = None
    terms: str = ""
    renews_id: int | None = None
    under_id: int | None = None
    file_id: int | None = None


def register_contract(user: User, form: ContractForm) -> Contract:
    """Enter a contract.

    Raises Forbidden, NotFound, Refused for entries, an area above the parcel's or a transfer beyond what it
    rests on, Conflict for a number that is taken and for a term that overlaps another contract's.
    """
    require(user, "holdings.view", "holdings.contract")
    _check(form)
    with transaction.atomic():
        held = [lock_parcel(user, line.parcel_id) for line in form.lines]
        under = Contract.objects.fetch_for(user, pk=form.under_id) if form.under_id else None
        if form.renews_id:
            Contract.objects.fetch_for(user, pk=form.renews_id)
        Holder.objects.filter(merged_into=None).fetch_for(user, pk=form.holder_id)
        if form.file_id:
            StoredFile.objects.fetch_for(user, pk=form.file_id)
        for line, (parcel, now) in zip(form.lines, held, strict=True):
            _fits(form, line, parcel, now, under)
        row = _created(user, form, held[0][0])
        ContractLine.objects.bulk_create(
            ContractLine(
                contract=row, parcel_id=line.parcel_id, area_mu=line.area_mu,
                starts_on=row.starts_on, ends_on=row.ends_on, transfer=_is_transfer(form),
            )
            for line in form.lines
        )  # fmt: skip
        record(user, "holdings.contract.register", row, after={
            "kind": str(row.get_kind_display()), "starts_on": row.starts_on, "ends_on": row.ends_on,
            "parcels": [f"{p.code}：{x.area_mu}亩" for x, (p, _) in zip(form.lines, held, strict=True)],
        })  # fmt: skip
    return row


def end_contract(user: User, contract_id: int, on: date, reason: str) -> Contract:
    """The contract ends on that day, before its time. Raises Forbidden, NotFound, Refused, Conflict."""
    require(user, "holdings.view", "holdings.contract")
    said = reason_given(reason, "提前终止合同")
    with transaction.atomic():
        row: Contract = Contract.objects.select_for_update().fetch_for(user, pk=contract_id)
        beyond = row.lines.exclude(below(user.region_id or "-", "parcel__region__code"))
        if beyond.exists():
            raise Refused(
                f"合同 {row.number} 还包括辖区外的地块，不能由一个乡镇终止。请由县级经办员办理。"
            )
        if row.ended_on:
            raise Conflict(f"合同 {row.number} 已于 {row.ended_on} 提前终止。")
        if not row.starts_on <= on < row.ends_on:
            raise Refused(
                f"提前终止日期应在合同期内：{row.starts_on} 至 {row.ends_on} 之前。",
                fields={"on": "不在合同期内"},
            )
        running = row.transfers.filter(ended_on=None, ends_on__gt=on)
        if running.exists():
            raise Conflict("该合同下还有未到期的流转合同，请先终止流转合同。")
        row.ended_on, row.end_reason = on, said
        row.save(update_fields=["ended_on", "end_reason"])
        row.lines.filter(starts_on__gt=on).delete()
        row.lines.filter(ends_on__gt=on).update(ends_on=on)
        record(user, "holdings.contract.end", row, after={"ended_on": on}, note=said)
    return row


def _is_transfer(form: ContractForm) -> bool:
    return form.kind == Contract.Kind.TRANSFER


def _check(form: ContractForm) -> None:
    wrong: dict[str, str] = {}
    if form.kind not in Contract.Kind.values:
        wrong["kind"] = "请选择合同类型"
    needed = ("number",) if _is_transfer(form) else ("number", "grantor")
    wrong |= {name: "必填" for name in needed if not getattr(form, name).strip()}
    if form.ends_on < form.starts_on:
        wrong["ends_on"] = "早于起始日期"
    if form.price_kind not in Contract.Price.values:
        wrong["price_kind"] = "请选择计价方式"
    elif (form.price_kind in _UNPRICED) != (form.price_yuan is None):
        wrong["price_yuan"] = "不收费或按公布标准的合同不填价格，其他应填价格"
    elif form.price_yuan is not None and form.price_yuan <= 0:
        wrong["price_yuan"] = "应大于零"
    if _is_transfer(form) != (form.under_id is not None):
        wrong["under_id"] = "流转合同应选择其依据的承包或租赁合同，其他合同不选"
    if not form.lines:
        wrong["lines"] = "请选择地块"
    if len({line.parcel_id for line in form.lines}) < len(form.lines):
        wrong["lines"] = "同一地块只能列一次"
    if wrong:
        raise Refused("合同没有登记，请改正标出的各项。", fields=wrong)


def _fits(
    form: ContractForm, line: LineForm, parcel: Parcel, now: ParcelVersion, under: Contract | None
) -> None:
    whole = area_mu(now)
    if not 0 < line.area_mu <= whole:
        raise Refused(
            f"合同面积 {line.area_mu} 亩大于地块 {parcel.code} 的面积 {whole} 亩（或不大于零）。"
            "请核对合同面积，或先调整地块界线。",
            fields={"lines": f"{parcel.code}：应不超过 {whole} 亩"},
        )
    same = ContractLine.objects.filter(
        parcel=parcel, transfer=_is_transfer(form),
        starts_on__lte=form.ends_on, ends_on__gte=form.starts_on,
    ).select_related("contract").order_by("starts_on").first()  # fmt: skip
    if same:
        raise Conflict(
            f"地块 {parcel.code} 在 {same.starts_on} 至 {same.ends_on} 已有合同 {same.contract.number}，"
            f"与本合同期限 {form.starts_on} 至 {form.ends_on} 重叠。请核对期限，或先终止原合同。"
        )
    if under is not None:
        _within(form, line, parcel, under)


def _within(form: ContractForm, line: LineForm, parcel: Parcel, under: Contract) -> None:
    if under.kind == Contract.Kind.TRANSFER:
        raise Refused(
            "流转合同应依据承包或租赁合同，不能依据另一流转合同。",
            fields={"under_id": "不是承包或租赁合同"},
        )
    base = ContractLine.objects.filter(
        contract=under, parcel=parcel, starts_on__lte=form.starts_on, ends_on__gte=form.ends_on,
        area_mu__gte=line.area_mu,
    )  # fmt: skip
    if not base.exists():
        raise Refused(
            f"流转的地块 {parcel.code}、面积或期限超出了合同 {under.number} 的范围。请核对后再登记。",
            fields={"lines": f"{parcel.code}：超出合同 {under.number}"},
        )


def _created(user: User, form: ContractForm, parcel: Parcel) -> Contract:
    row = Contract(
        region=parcel.region, county_id=parcel.county_id, entered_by=user, kind=form.kind,
        number=form.number.strip(), grantor="" if _is_transfer(form) else form.grantor.strip(), holder_id=form.holder_id,
        signed_on=form.signed_on, starts_on=form.starts_on, ends_on=form.ends_on,
        price_kind=form.price_kind, price_yuan=form.price_yuan, terms=form.terms.strip(),
        renews_id=form.renews_id, under_id=form.under_id, file_id=form.file_id,
    )  # fmt: skip
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        raise Conflict(f"合同编号 {row.number} 已被使用。") from error
    return row
