"""The ledger of results (成果台账): every judged part of a patch with what was done about it.

Half-year and annual returns keep its rows, and their reports and annexes are written from the kept rows
alone; so everything the accountability ratio asks of a part stands in a column.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.db.models import Case, CharField, DecimalField, ExpressionWrapper, F, Value, When
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce

from liangtian.platform.ledgers.declaration import Choice, Column, Ledger, register
from liangtian.platform.people.models import User
from liangtian.programmes.enforcement.ledgers import monitoring_types, stages
from liangtian.programmes.enforcement.models import (
    Disposition,
    InfrastructureProject,
    Outcome,
    Patch,
    PatchPart,
)

NAME = "enforcement.results"
M2_OF_MU = Decimal(2000) / 3


def _parts(user: User) -> Any:
    """Judged parts of the patches the user may see."""
    patches = Patch.objects.visible_to(user)
    return PatchPart.objects.filter(patch__in=patches).exclude(judgement="")


def _mu(path: str) -> Any:
    """A column kept in mu as the m² an area column wants; its hundredths come back as they were."""

    def source(user: User) -> Combinable:
        return ExpressionWrapper(
            Coalesce(F(path), Decimal(0)) * Value(M2_OF_MU),
            output_field=DecimalField(max_digits=20, decimal_places=8),
        )

    return source


def _township(user: User) -> Combinable:
    return Case(
        When(patch__region__level="village", then=F("patch__region__parent__name")),
        default=F("patch__region__name"),
        output_field=CharField(),
    )


def _judgements() -> Sequence[Choice]:
    return [
        Choice(Outcome.LEGAL.value, str(Outcome.LEGAL.label), "success"),
        Choice(Outcome.ILLEGAL.value, str(Outcome.ILLEGAL.label), "danger"),
        Choice(Outcome.OTHER.value, str(Outcome.OTHER.label), "primary"),
    ]


def _of(choices: Any) -> Any:
    return lambda: [Choice(value, str(label)) for value, label in choices.choices]


_WHERE = (
    Column("number", "监测编号", "patch__number", width=156, filter="text",
           link="/patches/{patch}", fixed=True),
    Column("part", "部分", "order", "integer", width=60),
    Column("township_name", "乡镇", _township, width=84, filter="text", by=True),
    Column("region_name", "村", "patch__region__name", width=84, filter="text"),
    Column("month", "接收月份", "patch__batch__period", width=90, filter="text", by=True),
    Column("monitoring_type", "图斑类型", "patch__monitoring_type", "choice", width=110,
           filter="choice", choices=monitoring_types),
    Column("area_mu", "图斑面积", "m2", "area_mu", width=90, sum=True, filter="number_range"),
    Column("farmland_mu", "耕地面积", _mu("farmland_mu"), "area_mu", width=90, sum=True,
           filter="number_range"),
    Column("pbf_mu", "永农面积", "pbf_m2", "area_mu", width=90, sum=True),
)  # fmt: skip
_JUDGED = (
    Column("judgement", "判定", "judgement", "choice", width=84, filter="choice",
           choices=_judgements),
    Column("approval", "批准文号", "number", width=160, filter="text"),
    Column("stage", "环节", "patch__case__stage", "choice", width=84, filter="choice",
           choices=stages),
    Column("old_construction", "存量建设用地违法", "old_construction", "boolean", width=130),
    Column("farm_damage", "农业项目破坏耕地", "farm_damage", "boolean", width=130),
    Column("homestead", "农村宅基地", "homestead", "boolean", width=96),
    Column("affordable_housing", "保障性安居工程", "affordable_housing", "boolean", width=120),
    Column("project", "重大基础设施项目", "project__name", width=150, filter="text"),
    Column("listing", "清单级别", "project__listing", "choice", width=90,
           choices=_of(InfrastructureProject.Listing)),
    Column("duty_done", "已履行监管服务职责", "project__duty_done", "boolean", width=140),
)  # fmt: skip
_PUT_RIGHT = (
    Column("handling", "查处方式", "disposition__handling", "choice", width=100,
           filter="choice", choices=_of(Disposition.Handling)),
    Column("case_number", "立案文号", "disposition__case_number", width=150, filter="text"),
    Column("case_filed_on", "立案日期", "disposition__case_filed_on", "date", width=104),
    Column("penalty_number", "处罚决定文号", "disposition__penalty_number", width=150),
    Column("penalty_on", "处罚日期", "disposition__penalty_on", "date", width=104),
    Column("demolished_on", "拆除日期", "disposition__demolished_on", "date", width=104),
    Column("restored_mu", "拆除复耕", _mu("restored_mu"), "area_mu", width=96, sum=True),
    Column("papers_number", "补办批准文号", "disposition__papers_number", width=150),
    Column("papers_on", "补办日期", "disposition__papers_on", "date", width=104),
    Column("regularised_mu", "补办手续", _mu("regularised_mu"), "area_mu", width=96, sum=True),
    Column("accepted_on", "验收日期", "disposition__accepted_on", "date", width=104),
    Column("prefecture_number", "市级验收文号", "disposition__prefecture_number", width=150),
    Column("prefecture_on", "市级验收日期", "disposition__prefecture_on", "date", width=110),
    Column("region_number", "自治区（省级）确认文号", "disposition__region_number", width=160),
    Column("region_on", "自治区（省级）确认日期", "disposition__region_on", "date", width=130),
    Column("patch", "系统编号", "patch_id", "integer", width=84, sortable=False),
)  # fmt: skip

RESULTS = register(
    Ledger(
        name=NAME,
        title="卫片执法成果台账",
        permission="enforcement.view",
        export_permission="enforcement.export",
        rows=_parts,
        default_sort="number",
        search=("patch__number", "number"),
        region_filter="patch__region__code",
        columns=(*_WHERE, *_JUDGED, *_PUT_RIGHT),
    )
)
