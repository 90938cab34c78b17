"""The ledgers of judgements (研判台账) and of dispositions (处置台账)."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Case, CharField, F, Q, Value, When
from django.db.models.expressions import Combinable
from django.utils import timezone

from liangtian.platform.ledgers.declaration import Choice, Column, Ledger, register
from liangtian.platform.people.models import User
from liangtian.platform.people.scope import ScopedQuerySet
from liangtian.policy.judgement import table_of
from liangtian.programmes.holdings.codes import pack_in_use
from liangtian.programmes.holdings.corps import on_corps_land
from liangtian.programmes.holdings.judging.disposing import MEASURES
from liangtian.programmes.holdings.ledgers import names_of, township_of
from liangtian.programmes.holdings.models import Disposition, Judgement


def classes() -> Sequence[Choice]:
    """The classes of the pack's table."""
    return [Choice(c.id, c.label, c.tag) for c in table_of(pack_in_use()).klass]


def states() -> Sequence[Choice]:
    """Whether a judgement is confirmed."""
    return [Choice("proposed", "待确认", "warning"), Choice("confirmed", "已确认", "success")]


def measures() -> Sequence[Choice]:
    """The measures of the pack."""
    items = pack_in_use().value(MEASURES, timezone.localdate()).items
    return [Choice(one, one) for one in items]


def clocks() -> Sequence[Choice]:
    """How a disposition stands to its last day."""
    return [
        Choice("open", "期限内", "primary"),
        Choice("late", "逾期未办", "danger"),
        Choice("done", "按期办结", "success"),
        Choice("lately", "逾期办结", "warning"),
        Choice("dropped", "已取消", "info"),
    ]


def _judgements(user: User) -> ScopedQuerySet:
    rows: ScopedQuerySet = Judgement.objects.visible_to(user)
    return rows.exclude(state=Judgement.State.REPLACED).exclude(on_corps_land())


def _dispositions(user: User) -> ScopedQuerySet:
    rows: ScopedQuerySet = Disposition.objects.visible_to(user)
    return rows.exclude(on_corps_land())


def _class(user: User) -> Combinable:
    return Case(
        When(~Q(outcome=""), then=F("outcome")), default=F("proposed"), output_field=CharField()
    )


def _overridden(user: User) -> Combinable:
    return Case(
        When(Q(outcome="") | Q(outcome=F("proposed")), then=Value("no")),
        default=Value("yes"),
        output_field=CharField(),
    )


def _clock(user: User) -> Combinable:
    today = timezone.localdate()
    return Case(
        When(state="dropped", then=Value("dropped")),
        When(state="done", ended_on__gt=F("due_on"), then=Value("lately")),
        When(state="done", then=Value("done")),
        When(due_on__lt=today, then=Value("late")),
        default=Value("open"),
        output_field=CharField(),
    )


register(
    Ledger(
        name="holdings.judgements",
        title="研判台账",
        permission="holdings.view",
        export_permission="holdings.export",
        rows=_judgements,
        default_sort="code",
        search=("parcel__code", "region__name"),
        extra_filters={"parcel": "parcel"},
        geometry="version__geom",
        subject="parcel_id",
        columns=(
            Column("code", "地块编码", "parcel__code", width=170, filter="text",
                   link="/judgements/{id}", fixed=True),
            Column("township_name", "乡镇", township_of, width=90, by=True),
            Column("region_name", "村", "region__name", width=90, filter="text", by=True),
            *names_of("version__holder__", "权利人（个人）", "权利人（单位）", "holder"),
            Column("area_mu", "面积", "version__area_m2", "area_mu", width=96, sum=True,
                   filter="number_range"),
            Column("class", "结论", _class, "choice", width=200, filter="choice", choices=classes),
            Column("state", "状态", "state", "choice", width=90, filter="choice", choices=states),
            Column("overridden", "改变系统意见", _overridden, "choice", width=110, filter="choice",
                   choices=lambda: [Choice("yes", "是", "warning"), Choice("no", "否")]),
            Column("proposed", "系统意见", "proposed", "choice", width=200, filter="choice",
                   choices=classes),
            Column("way", "使用方式", "version__way", width=100, by=True),
            Column("source_paper", "来源材料", "version__source_paper", width=120, by=True),
            Column("reclaimed_year", "开发年份", "version__reclaimed_year", "integer", width=88,
                   filter="number_range"),
            Column("proposed_by", "提出人", "proposed_by__name", width=90, sensitivity="staff"),
            Column("proposed_at", "提出时间", "proposed_at", "datetime", width=150),
            Column("confirmed_by", "确认人", "confirmed_by__name", width=90, sensitivity="staff"),
            Column("confirmed_at", "确认时间", "confirmed_at", "datetime", width=150),
            Column("meeting", "会审", "meeting__title", width=180, by=True),
        ),
    )
)  # fmt: skip

register(
    Ledger(
        name="holdings.dispositions",
        title="处置台账（一地一议）",
        permission="holdings.view",
        export_permission="holdings.export",
        rows=_dispositions,
        default_sort="due_on",
        search=("parcel__code", "region__name", "plan"),
        extra_filters={"parcel": "parcel"},
        geometry="judgement__version__geom",
        subject="judgement_id",
        columns=(
            Column("code", "地块编码", "parcel__code", width=170, filter="text",
                   link="/judgements/{subject}", fixed=True),
            Column("township_name", "乡镇", township_of, width=90, by=True),
            Column("region_name", "村", "region__name", width=90, filter="text", by=True),
            Column("area_mu", "面积", "judgement__version__area_m2", "area_mu", width=96, sum=True),
            Column("class", "研判结论", "judgement__outcome", "choice", width=190, filter="choice",
                   choices=classes),
            Column("measure", "处置措施", "measure", "choice", width=150, filter="choice",
                   choices=measures),
            Column("plan", "处置方案", "plan", width=240),
            Column("office_name", "责任单位", "responsible__name", width=170, filter="text",
                   by=True),
            Column("due_on", "办理期限", "due_on", "date", width=108, filter="date_range"),
            Column("clock", "时限", _clock, "choice", width=96, filter="choice", choices=clocks),
            Column("result", "办理结果", "result", width=220),
            Column("ended_on", "办结日期", "ended_on", "date", width=108, filter="date_range"),
            Column("created_by", "拟定人", "created_by__name", width=90, sensitivity="staff"),
        ),
    )
)  # fmt: skip
