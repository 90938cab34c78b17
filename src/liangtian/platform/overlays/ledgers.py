"""The rows of overlay runs as ledgers: areas by category, ground counted in order, plots with their distance."""

from __future__ import annotations

from typing import Any

from django.db.models import Case, CharField, F, IntegerField, Value, When
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast, Concat, Round

from liangtian.platform.ledgers.declaration import Column, Ledger, register
from liangtian.platform.overlays.models import OUTSIDE, Measure, Part, Plot, Run
from liangtian.platform.people.models import User
from liangtian.platform.people.scope import ScopedQuerySet

VIEW = "overlays.view"


def finished(user: User) -> Any:
    """Runs whose rows may be shown to the user."""
    runs = Run.objects.visible_to(user).exclude(done_at=None)
    return runs.values("pk")


def parts(user: User) -> ScopedQuerySet:
    """Areas by category of plots in the user's region."""
    return Part.objects.visible_to(user).filter(layer__run__in=finished(user), measure=Measure.AREA)


def in_order(user: User) -> ScopedQuerySet:
    """Ground of plots in the user's region, counted to the first layer that covers it."""
    return Part.objects.visible_to(user).filter(
        layer__run__in=finished(user), measure=Measure.FIRST
    )


def plots(user: User) -> ScopedQuerySet:
    """Plots in the user's region."""
    return Plot.objects.visible_to(user).filter(run__in=finished(user))


def _layer(user: User) -> Combinable:
    return Concat("layer__version__layer__name", Value(" "), "layer__version__label")


def _category(user: User) -> Combinable:
    return Case(
        When(category="", then=Value(OUTSIDE)), default=F("category"), output_field=CharField()
    )


def _metres(user: User) -> Combinable:
    """Whole metres: beyond that the plane of a zone is not true."""
    return Cast(Round("near_m"), IntegerField())


_NUMBER = Column("number", "地块编号", "plot__number", width=130, filter="text", fixed=True)
_WHERE = (
    Column("region_name", "所在区划", "region__name", width=110, filter="text"),
    Column("own", "地块类别", "plot__category", width=100, filter="text", by=True),
)
_LAYER = Column("layer", "参考图层", _layer, width=190, filter="text", by=True)
_AREAS = (
    Column("m2", "面积", "m2", "area_m2", width=140, sum=True, filter="number_range"),
    Column("mu", "折合", "m2", "area_mu", width=110, sum=True),
    Column("plot_m2", "地块面积", "plot__m2", "area_m2", width=150),
    Column("place", "位置（经度,纬度）", "plot__at", width=180, sortable=False, link="/map?at={place},17"),
)  # fmt: skip
_OF_PARTS = {"run": "layer__run_id", "run_layer": "layer_id"}

register(
    Ledger(
        name="overlays.parts", title="多图层套合明细", permission=VIEW, export_permission=VIEW,
        rows=parts, default_sort="-m2", search=("plot__number",), unit_note="单位：平方米、亩",
        extra_filters=_OF_PARTS,
        columns=(_NUMBER, *_WHERE, _LAYER,
                 Column("category", "图层类别", _category, width=110, filter="text", by=True), *_AREAS),
    )
)  # fmt: skip
register(
    Ledger(
        name="overlays.in_order", title="多图层套合按顺序扣除", permission=VIEW,
        export_permission=VIEW, rows=in_order, default_sort="-m2", search=("plot__number",),
        unit_note="单位：平方米、亩", extra_filters=_OF_PARTS, columns=(_NUMBER, *_WHERE, _LAYER, *_AREAS),
    )
)  # fmt: skip
register(
    Ledger(
        name="overlays.plots", title="多图层套合地块", permission=VIEW, export_permission=VIEW,
        rows=plots, default_sort="row", search=("number",), unit_note="单位：平方米、亩、米",
        extra_filters={"run": "run_id"},
        columns=(
            Column("number", "地块编号", "number", width=130, filter="text", fixed=True),
            Column("row", "行号", "row", "integer", width=80),
            Column("region_name", "所在区划", "region__name", width=120, filter="text"),
            Column("own", "地块类别", "category", width=100, filter="text", by=True),
            Column("m2", "面积", "m2", "area_m2", width=140, sum=True, filter="number_range"),
            Column("mu", "折合", "m2", "area_mu", width=110, sum=True),
            Column("metres", "最近距离（米）", _metres, "integer", width=140, filter="number_range"),
            Column("place", "位置（经度,纬度）", "at", width=180, sortable=False, link="/map?at={place},17"),
        ),
    )
)  # fmt: skip
