"""Collection by unit and year (收缴率), on the screen and as a workbook in the official look."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING
from urllib.parse import quote

from django.db import transaction
from django.db.models import Count, F, Sum
from django.db.models.functions import Substr

from liangtian.platform.audit.services import record
from liangtian.platform.ledgers.export import footer
from liangtian.platform.people.scope import require
from liangtian.platform.regions.models import Region
from liangtian.press.workbook import LedgerSheet, SheetColumn, ledger_xlsx
from liangtian.programmes.holdings.fees.rules import yuan
from liangtian.programmes.holdings.models import Bill

if TYPE_CHECKING:
    from liangtian.platform.people.models import User

_TOWNSHIP_DIGITS = 9
FILE_NAME = quote("收缴情况表.xlsx")


@dataclass(frozen=True, slots=True)
class Collected:
    """What a unit owed, paid and was remitted of a year; fen."""

    code: str
    name: str
    year: int
    bills: int
    amount: int
    paid: int
    waived: int

    @property
    def left(self) -> int:
        """What is still owed."""
        return self.amount - self.paid - self.waived

    @property
    def rate(self) -> Decimal | None:
        """Paid of what had to be paid after remissions; None when nothing had to."""
        owed = self.amount - self.waived
        return round(Decimal(self.paid) / owed, 4) if owed else None


def collected(user: User, kind: str = "") -> list[Collected]:
    """By township (or county for bills of no township) and year; of one kind of charge, or all."""
    require(user, "fees.view")
    rows = Bill.objects.visible_to(user).filter(reversed_on=None)
    if kind:
        rows = rows.filter(kind=kind)
    found = rows.order_by().annotate(unit=Substr(F("region_id"), 1, _TOWNSHIP_DIGITS)).values(
        "unit", "year"
    ).annotate(
        n=Count("pk"), amounts=Sum("amount"), paids=Sum("paid"), waiveds=Sum("waived")
    )  # fmt: skip
    names = dict(
        Region.objects.filter(code__in={r["unit"] for r in found}).values_list("code", "name")
    )
    made = [
        Collected(r["unit"], names.get(r["unit"], r["unit"]), r["year"], r["n"], r["amounts"],
                  r["paids"], r["waiveds"])
        for r in found
    ]  # fmt: skip
    return sorted(made, key=lambda one: (one.code, one.year))


def collected_xlsx(user: User, kind: str = "") -> bytes:
    """The same as a workbook (租赁金收缴情况表). Raises Forbidden without the right to export."""
    require(user, "fees.view", "fees.export")
    rows = collected(user, kind)
    money = [SheetColumn(label, "元", "money") for label in ("应收", "已缴", "减免", "未缴")]
    sheet = LedgerSheet(
        title="收缴情况表",
        columns=[
            SheetColumn("单位", width=20), SheetColumn("年度", "", "integer"),
            SheetColumn("账单", "份", "integer"), *money, SheetColumn("收缴率", "", "percent"),
        ],
        rows=[
            [one.name, one.year, one.bills, *map(yuan, (one.amount, one.paid, one.waived, one.left)),
             one.rate]
            for one in rows
        ],
        footer=footer(user),
        unit_note="单位：元",
        sums={label: None for label in ("账单", "应收", "已缴", "减免", "未缴")},
        name="收缴情况",
        notes=["收缴率为已缴占应收扣除减免的比例；冲销的账单不计。"],
        pinned=1,
    )  # fmt: skip
    content = ledger_xlsx(sheet)
    with transaction.atomic():
        record(user, "fees.report.export", sheet.title, region=user.region)
    return content
