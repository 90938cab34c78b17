"""The ledgers of parcels (地块台账), of XPCC land apart, of holders (权利人台账) and of contracts (合同台账)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from functools import partial
from typing import Any

from django.db.models import (
    Case,
    CharField,
    Count,
    DateField,
    ExpressionWrapper,
    F,
    FloatField,
    Max,
    OuterRef,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce
from django.utils import timezone

from liangtian.platform.ledgers.declaration import Choice, Column, Ledger, MuCents, register
from liangtian.platform.people.models import User
from liangtian.platform.people.scope import ScopedQuerySet, below
from liangtian.programmes.holdings.codes import listed, pack_in_use
from liangtian.programmes.holdings.corps import on_corps_land
from liangtian.programmes.holdings.models import Contract, ContractLine, Holder, ParcelVersion
from liangtian.programmes.holdings.models.parcels import VersionQuerySet

WAYS_WITHOUT_PAPERS = "无手续占用"


def chosen(name: str) -> Callable[[], Sequence[Choice]]:
    """The entries of a list of the policy pack as choices."""
    return lambda: [
        Choice(v, v, "danger" if v == WAYS_WITHOUT_PAPERS else None) for v in listed(name)
    ]


def ownerships() -> Sequence[Choice]:
    """State or collective."""
    return [
        Choice("state", "国有", "primary"),
        Choice("collective", "集体", "success"),
    ]


def kinds() -> Sequence[Choice]:
    """Sorts of holders."""
    return [Choice(k.value, str(k.label)) for k in Holder.Kind]


def id_papers() -> Sequence[Choice]:
    """Sorts of identity papers."""
    return [Choice(k.value, str(k.label)) for k in Holder.Paper]


def changes() -> Sequence[Choice]:
    """Sorts of changes of a parcel."""
    return [Choice(k.value, str(k.label)) for k in ParcelVersion.Change]


def contract_kinds() -> Sequence[Choice]:
    """Sorts of contracts."""
    return [Choice(k.value, str(k.label)) for k in Contract.Kind]


def price_kinds() -> Sequence[Choice]:
    """How a price is agreed."""
    return [Choice(k.value, str(k.label)) for k in Contract.Price]


def terms() -> Sequence[Choice]:
    """Where a contract stands in its term."""
    return [
        Choice("coming", "未开始", "info"),
        Choice("running", "履行中", "success"),
        Choice("ending", "即将到期", "warning"),
        Choice("over", "已到期", "info"),
        Choice("ended", "提前终止", "danger"),
    ]


def _at(rows: ScopedQuerySet, day: date | None) -> ScopedQuerySet:
    assert isinstance(rows, VersionQuerySet)
    return rows.at(day)


def _parcels(user: User) -> ScopedQuerySet:
    rows: ScopedQuerySet = ParcelVersion.objects.visible_to(user).filter(corps=False)
    return rows


def _corps(user: User) -> ScopedQuerySet:
    rows: ScopedQuerySet = ParcelVersion.objects.visible_to(user).filter(corps=True)
    return rows


def township_of(user: User) -> Combinable:
    """The name of the township a row lies in."""
    return Case(
        When(region__level="village", then=F("region__parent__name")),
        default=F("region__name"),
        output_field=CharField(),
    )


def _person(path: str, user: User) -> Combinable:
    person = When(**{f"{path}kind": Holder.Kind.PERSON}, then=F(f"{path}name"))
    return Case(person, default=Value(""), output_field=CharField())


def _organisation(path: str, user: User) -> Combinable:
    person = When(**{f"{path}kind": Holder.Kind.PERSON}, then=Value(""))
    return Case(person, default=Coalesce(F(f"{path}name"), Value("")), output_field=CharField())


def _contract_until(user: User) -> Combinable:
    lines = ContractLine.objects.filter(parcel=OuterRef("parcel"), transfer=False)
    last = lines.order_by().values("parcel").annotate(last=Max("ends_on")).values("last")
    return Subquery(last, output_field=DateField())


def _mine(user: User) -> Any:
    rows = ParcelVersion.objects.visible_to(user).filter(valid_to=None, corps=False)
    return rows.filter(holder=OuterRef("pk")).order_by().values("holder")


def _held(user: User) -> Combinable:
    return Coalesce(Subquery(_mine(user).annotate(n=Count("pk")).values("n")), 0)


def _held_m2(user: User) -> Combinable:
    """What the figures printed for the parcels add up to, as m² again: 1 mu is 2000/3 m²."""
    cents = Coalesce(Subquery(_mine(user).annotate(n=Sum(MuCents("area_m2"))).values("n")), 0)
    return ExpressionWrapper(cents * Value(20) / Value(3.0), output_field=FloatField())


def _lines(what: str, user: User) -> Combinable:
    """Parcels in sight that the contract holds to its end, XPCC land left out; those divided since are over."""
    end = Coalesce(F("contract__ended_on"), F("contract__ends_on"))
    rows = ContractLine.objects.filter(
        below(user.region_id or "-", "parcel__region__code"), ~on_corps_land(),
        contract=OuterRef("pk"), ends_on__gte=end,
    ).order_by().values("contract")  # fmt: skip
    found = Count("parcel", distinct=True) if what == "parcels" else Sum("area_mu")
    return Subquery(rows.annotate(found=found).values("found"))


def _contract_m2(user: User) -> Combinable:
    return ExpressionWrapper(
        _lines("mu", user) * Value(2000) / Value(3.0), output_field=FloatField()
    )


def _term(user: User) -> Combinable:
    today = timezone.localdate()
    days = pack_in_use().value("fees.remind_days_before", today).integer
    return Case(
        When(ended_on__isnull=False, then=Value("ended")),
        When(starts_on__gt=today, then=Value("coming")),
        When(ends_on__lt=today, then=Value("over")),
        When(ends_on__lte=today + timedelta(days=days), then=Value("ending")),
        default=Value("running"),
        output_field=CharField(),
    )


def names_of(path: str, person: str, organisation: str, name: str) -> tuple[Column, Column]:
    """A holder under a path as two columns: persons masked, organisations in the open."""
    return (
        Column(f"{name}_person", person, partial(_person, path), width=90, filter="text",
               sensitivity="name"),
        Column(f"{name}_org", organisation, partial(_organisation, path), width=170,
               filter="text"),
    )  # fmt: skip


_VERSION_COLUMNS = (
    Column("code", "地块编码", "code", width=170, filter="text", link="/parcels/{subject}",
           fixed=True),
    Column("township_name", "乡镇", township_of, width=90, by=True),
    Column("region_name", "村", "region__name", width=90, filter="text"),
    Column("unit", "调查单位", "unit__name", width=130, filter="text", by=True),
    *names_of("holder__", "权利人（个人）", "权利人（单位）", "holder"),
    Column("area_mu", "面积", "area_m2", "area_mu", width=96, sum=True, filter="number_range"),
    Column("farmland_mu", "其中耕地", "classes__farmland_m2", "area_mu", width=96, sum=True,
           filter="number_range", sortable=False),
    Column("orchard_mu", "其中园地", "classes__orchard_m2", "area_mu", width=96, sum=True,
           filter="number_range", sortable=False),
    Column("forest_mu", "其中林地", "classes__forest_m2", "area_mu", width=96, sum=True,
           filter="number_range", sortable=False),
    Column("grass_mu", "其中草地", "classes__grass_m2", "area_mu", width=96, sum=True,
           filter="number_range", sortable=False),
    Column("ownership", "权属性质", "ownership", "choice", width=84, filter="choice",
           choices=ownerships),
    Column("way", "使用方式", "way", "choice", width=100, filter="choice", choices=chosen("way"),
           ),
    Column("source_paper", "来源材料", "source_paper", "choice", width=120, filter="choice",
           choices=chosen("source_paper")),
    Column("paper_number", "材料编号", "paper_number", width=140, filter="text"),
    Column("actual_use", "实际用途", "actual_use", "choice", width=96, filter="choice",
           choices=chosen("actual_use")),
    Column("land_kind", "承包地类别", "land_kind", "choice", width=104, filter="choice",
           choices=chosen("land_kind")),
    Column("irrigation", "灌溉方式", "irrigation", "choice", width=96, filter="choice",
           choices=chosen("irrigation")),
    Column("reclaimed_year", "开发年份", "reclaimed_year", "integer", width=88,
           filter="number_range"),
    Column("contract_until", "合同到期日", _contract_until, "date", width=104,
           filter="date_range", sortable=False),
    *names_of("cultivator__", "实际经营（个人）", "实际经营（单位）", "cultivator"),
    Column("place_name", "坐落", "place_name", width=140, filter="text"),
    Column("valid_from", "现状起始", "valid_from", "date", width=104, filter="date_range"),
    Column("change", "变更类型", "change", "choice", width=96, filter="choice", choices=changes),
    Column("note", "备注", "note", width=140),
)  # fmt: skip

PARCELS = register(
    Ledger(
        name="holdings.parcels",
        title="地块台账",
        permission="holdings.view",
        export_permission="holdings.export",
        rows=_parcels,
        default_sort="code",
        search=("code", "place_name", "paper_number", "region__name"),
        unit_note="单位：亩。兵团用地不在内，另列",
        geometry="geom",
        at=_at,
        subject="parcel_id",
        columns=_VERSION_COLUMNS,
    )
)

CORPS = register(
    Ledger(
        name="holdings.corps",
        title="兵团用地协调清单",
        permission="holdings.view",
        export_permission="holdings.export",
        rows=_corps,
        default_sort="code",
        search=("code", "place_name", "paper_number", "region__name"),
        unit_note="单位：亩。不计入地块台账的任何合计",
        geometry="geom",
        at=_at,
        subject="parcel_id",
        columns=_VERSION_COLUMNS,
    )
)

HOLDERS = register(
    Ledger(
        name="holdings.holders",
        title="权利人台账",
        permission="holdings.view",
        export_permission="holdings.export",
        rows=lambda user: Holder.objects.visible_to(user).filter(merged_into=None),
        default_sort="file_no",
        search=("region__name",),
        unit_note="单位：亩。地块数和面积不含兵团用地",
        columns=(
            Column("file_no", "户档号", "pk", "integer", width=84, link="/holders/{id}",
                   fixed=True),
            *names_of("", "姓名（个人）", "单位名称", "holder"),
            Column("kind", "类别", "kind", "choice", width=110, filter="choice", choices=kinds),
            Column("township_name", "乡镇", township_of, width=90, by=True),
            Column("region_name", "村", "region__name", width=90, filter="text"),
            Column("paper", "证件类型", "paper", "choice", width=130, filter="choice",
                   choices=id_papers, nothing="未登记"),
            Column("id_number", "证件号码", "id_number", width=176, sortable=False,
                   sensitivity="id_number", digest="id_digest"),
            Column("phone", "联系电话", "phone", width=120, sortable=False, sensitivity="phone",
                   digest="phone_digest"),
            Column("parcels", "地块数", _held, "integer", width=80,
                   filter="number_range"),
            Column("area_mu", "面积", _held_m2, "area_mu", width=96, sum=True,
                   filter="number_range"),
            Column("entered_at", "登记时间", "entered_at", "datetime", width=150,
                   filter="date_range"),
            Column("note", "备注", "note", width=140),
        ),
    )
)  # fmt: skip

CONTRACTS = register(
    Ledger(
        name="holdings.contracts",
        title="合同台账",
        permission="holdings.view",
        export_permission="holdings.export",
        rows=Contract.objects.visible_to,
        default_sort="ends_on",
        search=("number", "grantor", "region__name"),
        unit_note="单位：亩。地块数和合同面积不含兵团用地，只计辖区内的地块",
        columns=(
            Column("number", "合同编号", "number", width=170, filter="text",
                   link="/holders/{subject}", fixed=True),
            Column("kind", "合同类型", "kind", "choice", width=110, filter="choice",
                   choices=contract_kinds),
            Column("grantor", "发包（出租）方", "grantor", width=150, filter="text", by=True),
            *names_of("holder__", "承包（承租）人", "承包（承租）单位", "holder"),
            Column("township_name", "乡镇", township_of, width=90, by=True),
            Column("region_name", "村", "region__name", width=90, filter="text"),
            Column("parcels", "地块数", partial(_lines, "parcels"), "integer", width=80,
                   sortable=False),
            Column("area_mu", "合同面积", _contract_m2, "area_mu", width=96, sum=True,
                   filter="number_range", sortable=False),
            Column("starts_on", "起始日期", "starts_on", "date", width=104, filter="date_range"),
            Column("ends_on", "终止日期", "ends_on", "date", width=104, filter="date_range"),
            Column("term", "状态", _term, "choice", width=96, filter="choice", choices=terms),
            Column("price_kind", "计价方式", "price_kind", "choice", width=96, filter="choice",
                   choices=price_kinds),
            Column("price", "价格", "price_yuan", width=90, sortable=False),
            Column("ended_on", "提前终止", "ended_on", "date", width=104, filter="date_range"),
        ),
        subject="holder_id",
    )
)  # fmt: skip
