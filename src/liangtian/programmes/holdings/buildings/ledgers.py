"""The ledger of buildings at the field edge (地头建筑物台账); those on XPCC land are left out, as that land is."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Case, CharField, Value, When
from django.db.models.expressions import Combinable

from liangtian.platform.ledgers.declaration import Choice, Column, Ledger, register
from liangtian.platform.people.models import User
from liangtian.platform.people.scope import ScopedQuerySet
from liangtian.programmes.holdings.corps import on_corps_land
from liangtian.programmes.holdings.ledgers import chosen, township_of
from liangtian.programmes.holdings.models import Building


def states() -> Sequence[Choice]:
    """Whether a building stands."""
    return [Choice("standing", "在用", "success"), Choice("gone", "已拆除", "info")]


def _rows(user: User) -> ScopedQuerySet:
    rows: ScopedQuerySet = Building.objects.visible_to(user)
    return rows.exclude(on_corps_land())


def _state(user: User) -> Combinable:
    return Case(
        When(valid_to=None, then=Value("standing")),
        default=Value("gone"),
        output_field=CharField(),
    )


register(
    Ledger(
        name="holdings.buildings",
        title="地头建筑物台账",
        permission="holdings.view",
        export_permission="holdings.export",
        rows=_rows,
        default_sort="code",
        search=("code", "parcel__code", "region__name", "note"),
        unit_note="单位：平方米。占地面积为实测图形的椭球面积；兵团用地上的不在内",
        geometry="geom",
        subject="parcel_id",
        columns=(
            Column("code", "编号", "code", width=190, filter="text", link="/parcels/{subject}",
                   fixed=True),
            Column("kind", "类别", "kind", "choice", width=100, filter="choice",
                   choices=chosen("building_kind")),
            Column("township_name", "乡镇", township_of, width=90, by=True),
            Column("region_name", "村", "region__name", width=90, filter="text"),
            Column("parcel", "所属地块", "parcel__code", width=180, filter="text"),
            Column("area_m2", "占地面积", "area_m2", "area_m2", width=110, sum=True,
                   filter="number_range"),
            Column("built_year", "建成年份", "built_year", "integer", width=88,
                   filter="number_range"),
            Column("state", "状态", _state, "choice", width=84, filter="choice", choices=states),
            Column("valid_from", "登记日期", "valid_from", "date", width=104, filter="date_range"),
            Column("valid_to", "拆除日期", "valid_to", "date", width=104, filter="date_range"),
            Column("note", "备注", "note", width=160),
        ),
    )
)  # fmt: skip
