"""The ledgers of water: sources, meters, readings, allocations, use."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from django.db.models import (
    Case,
    CharField,
    Count,
    DecimalField,
    ExpressionWrapper,
    F,
    FloatField,
    OuterRef,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast, Coalesce

from liangtian.platform.ledgers.declaration import Choice, Column, Ledger, register
from liangtian.platform.people.models import User
from liangtian.platform.people.scope import ScopedQuerySet, below
from liangtian.programmes.holdings.corps import on_corps_land
from liangtian.programmes.holdings.ledgers import names_of, township_of
from liangtian.programmes.holdings.models import (
    Allocation,
    Fitting,
    Meter,
    Reading,
    Serving,
    WaterSource,
    WaterTariff,
    WaterUse,
)

M3 = DecimalField(max_digits=16, decimal_places=2)


def sources(user: User) -> ScopedQuerySet:
    """Wells or canals in sight."""
    rows: ScopedQuerySet = WaterSource.objects.visible_to(user)
    return rows


def kinds() -> Sequence[Choice]:
    """Wells and canals."""
    return [Choice("well", "机电井", "primary"), Choice("canal", "渠道", "success")]


def levels() -> Sequence[Choice]:
    """Levels of canals."""
    return [Choice(k.value, str(k.label)) for k in WaterSource.Level]


def meter_kinds() -> Sequence[Choice]:
    """Water meters and power meters."""
    return [Choice(k.value, str(k.label)) for k in Meter.Kind]


def states() -> Sequence[Choice]:
    """States of readings."""
    tags = {"good": "success", "doubtful": "danger", "confirmed": "primary", "replaced": "info"}
    return [Choice(k.value, str(k.label), tags[k.value]) for k in Reading.State]  # type: ignore[arg-type]


def lands() -> Sequence[Choice]:
    """Classes of land water is priced by."""
    return [Choice(k.value, str(k.label)) for k in WaterTariff.Land]


def permits() -> Sequence[Choice]:
    """Whether a well has its permit."""
    return [Choice("yes", "有", "success"), Choice("no", "无", "danger"), Choice("na", "不适用")]


def _served(what: str, user: User) -> Combinable:
    """Parcels in sight watered today, XPCC land left out, or their irrigated mu as m² again: 1 mu is 2000/3 m²."""
    mine = below(user.region_id or "-", "parcel__region__code")
    found = Serving.objects.filter(mine, ~on_corps_land(), source=OuterRef("pk"), valid_to=None)
    rows = found.order_by().values("source")
    if what == "parcels":
        return Coalesce(Subquery(rows.annotate(n=Count("pk")).values("n")), 0)
    mu = Subquery(rows.annotate(n=Sum("area_mu")).values("n"), output_field=FloatField())
    return ExpressionWrapper(
        Coalesce(mu, Value(0.0)) * Value(2000) / Value(3.0), output_field=FloatField()
    )


def _meters(user: User) -> Combinable:
    rows = Fitting.objects.filter(source=OuterRef("pk"), removed_on=None).order_by()
    return Coalesce(Subquery(rows.values("source").annotate(n=Count("pk")).values("n")), 0)


def _permitted(user: User) -> Combinable:
    return Case(
        When(kind="canal", then=Value("na")), When(permit="", then=Value("no")),
        default=Value("yes"),
    )  # fmt: skip


def _used(user: User) -> Combinable:
    rows = WaterUse.objects.filter(season=OuterRef("season"), holder=OuterRef("holder"))
    found = rows.order_by().values("holder").annotate(n=Sum("m3")).values("n")
    return Coalesce(Subquery(found, output_field=M3), Value(0, output_field=M3))


def _left(user: User) -> Combinable:
    return F("m3") - _used(user)


def _written(name: str, user: User) -> Combinable:
    """A number as text: it is neither added up nor has it the unit of another column."""
    return Cast(name, CharField())


def _area(user: User) -> Combinable:
    """Mu as m²: 1 mu is 2000/3 m²."""
    return ExpressionWrapper(
        Cast("area_mu", FloatField()) * Value(2000) / Value(3.0), output_field=FloatField()
    )


_PLACE = (
    Column("township_name", "乡镇", township_of, width=90, by=True),
    Column("region_name", "村", "region__name", width=90, filter="text"),
)

register(
    Ledger(
        name="holdings.water_sources",
        title="机电井与渠系台账",
        permission="holdings.view",
        export_permission="holdings.export",
        rows=sources,
        default_sort="code",
        search=("code", "name", "permit", "region__name"),
        geometry="geom",
        columns=(
            Column("code", "编号", "code", width=110, filter="text", link="/water/sources/{id}",
                   fixed=True),
            Column("name", "名称", "name", width=130, filter="text"),
            Column("kind", "类别", "kind", "choice", width=84, filter="choice", choices=kinds),
            *_PLACE,
            *names_of("holder__", "管理使用人（个人）", "管理使用单位", "holder"),
            Column("level", "渠系级别", "level", "choice", width=84, filter="choice",
                   choices=levels),
            Column("permitted", "取水许可", _permitted, "choice", width=84, filter="choice",
                   choices=permits),
            Column("permit", "许可证号", "permit", width=150, filter="text"),
            Column("permit_until", "许可至", "permit_until", "date", width=104,
                   filter="date_range"),
            Column("meters", "在装表数", _meters, "integer", width=84, filter="number_range"),
            Column("parcels", "供水地块", partial(_served, "parcels"), "integer", width=84,
                   filter="number_range"),
            Column("area_mu", "灌溉面积", partial(_served, "mu"), "area_mu", width=96, sum=True,
                   filter="number_range"),
            Column("depth_m", "井深(米)", partial(_written, "depth_m"), width=84),
            Column("pump_m3h", "出水量(立方米/时)", partial(_written, "pump_m3h"), width=120),
            Column("closed_on", "封停日期", "closed_on", "date", width=104, filter="date_range"),
            Column("note", "备注", "note", width=140),
        ),
    )
)  # fmt: skip

register(
    Ledger(
        name="holdings.water_readings",
        title="抄表台账",
        permission="holdings.view",
        export_permission="holdings.export",
        rows=Reading.objects.visible_to,
        default_sort="-month",
        unit_note="",
        search=("fitting__meter__number", "fitting__source__code", "fitting__source__name"),
        subject="fitting__source_id",
        columns=(
            Column("number", "表号", "fitting__meter__number", width=130, filter="text",
                   link="/water/sources/{subject}", fixed=True),
            Column("meter_kind", "表类别", "fitting__meter__kind", "choice", width=80,
                   filter="choice", choices=meter_kinds),
            Column("source", "水源", "fitting__source__name", width=130, filter="text"),
            *_PLACE,
            Column("month", "月份", "month", "date", width=104, filter="date_range"),
            Column("on", "抄表日期", "on", "date", width=104, filter="date_range"),
            Column("value", "示数", partial(_written, "value"), width=110),
            Column("state", "状态", "state", "choice", width=84, filter="choice", choices=states),
            Column("reason", "核实（更正）说明", "reason", width=200, filter="text"),
            Column("entered_by", "录入人", "entered_by__name", width=84, by=True,
                   sensitivity="staff"),
            Column("entered_at", "录入时间", "entered_at", "datetime", width=150,
                   filter="date_range"),
        ),
    )
)  # fmt: skip

register(
    Ledger(
        name="holdings.water_allocations",
        title="配水台账",
        permission="holdings.view",
        export_permission="holdings.export",
        rows=Allocation.objects.visible_to,
        default_sort="-season",
        unit_note="用水量为已核算入账的水量",
        search=("region__name",),
        subject="holder_id",
        columns=(
            Column("season", "灌溉季", "season__name", width=90, filter="text", by=True,
                   fixed=True),
            Column("year", "年度", "season__year", "integer", width=76, filter="number_range"),
            Column("file_no", "户档号", "holder__pk", "integer", width=84,
                   link="/holders/{subject}"),
            *names_of("holder__", "用水户（个人）", "用水单位", "holder"),
            *_PLACE,
            Column("area", "灌溉面积", _area, "area_mu", width=100),
            Column("m3", "配水量", "m3", "m3", width=110, sum=True, filter="number_range"),
            Column("used", "已用水量", _used, "m3", width=110, sum=True, filter="number_range"),
            Column("left", "剩余水量", _left, "m3", width=110, sum=True, filter="number_range"),
        ),
    )
)  # fmt: skip

register(
    Ledger(
        name="holdings.water_uses",
        title="用水台账",
        permission="holdings.view",
        export_permission="holdings.export",
        rows=WaterUse.objects.visible_to,
        default_sort="-month",
        unit_note="",
        search=("source__name", "source__code", "parcel__code", "region__name"),
        subject="parcel_id",
        columns=(
            Column("parcel", "地块编码", "parcel__code", width=170, filter="text",
                   link="/parcels/{subject}", fixed=True),
            Column("month", "月份", "month", "date", width=104, filter="date_range"),
            Column("season", "灌溉季", "season__name", width=90, by=True),
            *_PLACE,
            *names_of("holder__", "用水户（个人）", "用水单位", "holder"),
            Column("source_kind", "水源类别", "source__kind", "choice", width=84,
                   filter="choice", choices=kinds),
            Column("source", "水源", "source__name", width=130, filter="text", by=True),
            Column("land", "用水类别", "land", "choice", width=110, filter="choice",
                   choices=lands),
            Column("area", "灌溉面积", _area, "area_mu", width=100),
            Column("m3", "水量", "m3", "m3", width=110, sum=True, filter="number_range"),
        ),
    )
)  # fmt: skip
