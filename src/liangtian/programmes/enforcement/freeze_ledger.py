"""The ledger of freezes linked to violations (增违挂钩台账): what every part holds in the indicator reserve."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.db.models import DecimalField, ExpressionWrapper, F, Value
from django.db.models.expressions import Combinable

from liangtian.platform.books.reserve import FARMLAND, PADDY
from liangtian.platform.ledgers.declaration import Column, Ledger, register
from liangtian.platform.people.models import User
from liangtian.programmes.enforcement.freezing import VIEW
from liangtian.programmes.enforcement.models import Freeze


def _rows(commodity: str) -> Callable[[User], Any]:
    """Freezes of one indicator in the user's county; those of parts that are no more have no number."""
    return lambda user: (
        Freeze.objects.visible_to(user).filter(commodity=commodity).exclude(wanted=0)
    )


def _m2(field: str) -> Callable[[User], Combinable]:
    def source(user: User) -> Combinable:
        return ExpressionWrapper(
            F(field) * Value(Decimal("0.01")),
            output_field=DecimalField(max_digits=20, decimal_places=2),
        )

    return source


def _declare(name: str, title: str, commodity: str) -> None:
    register(
        Ledger(
            name=name,
            title=title,
            permission=VIEW,
            export_permission="enforcement.export",
            rows=_rows(commodity),
            default_sort="month",
            region_filter="part__patch__region__code",
            extra_filters={"part": "part_id"},
            columns=(
                Column("number", "监测编号", "part__patch__number", width=160, filter="text",
                       link="/patches/{patch}", fixed=True),
                Column("region_name", "村", "part__patch__region__name", width=90, filter="text"),
                Column("month", "接收月份", "part__patch__batch__period", width=90, by=True,
                       filter="text"),
                Column("year", "卫片年度", "year", "integer", width=84, filter="number_range"),
                *(
                    Column(field, label, _m2(field), "area_mu", width=100, sum=True,
                           filter="number_range")
                    for field, label in (("wanted", "应冻结"), ("frozen", "冻结中"),
                                        ("released", "已解除"), ("spent", "已核减"),
                                        ("owed", "欠冻结"))
                ),
                Column("patch", "系统编号", "part__patch_id", "integer", width=84, sortable=False),
            ),
        )
    )  # fmt: skip


# One for each indicator: areas of both are not to be added up.
_declare("enforcement.freezes", "增违挂钩台账", FARMLAND)
_declare("enforcement.freezes_paddy", "增违挂钩台账（水田）", PADDY)
