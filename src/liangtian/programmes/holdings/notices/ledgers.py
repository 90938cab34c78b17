"""The ledgers of notices (公示台账), of objections (公示异议台账) and of how far parcels have come (地块进度)."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import (
    Case,
    CharField,
    Count,
    F,
    IntegerField,
    OuterRef,
    Q,
    Subquery,
    Value,
    When,
)
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce
from django.utils import timezone

from liangtian.platform.ledgers.declaration import Choice, Column, Ledger, Tag, register
from liangtian.platform.people.models import User
from liangtian.platform.people.scope import ScopedQuerySet
from liangtian.programmes.holdings.ledgers import chosen, names_of, ownerships, township_of
from liangtian.programmes.holdings.models import Notice, Objection, ParcelVersion
from liangtian.programmes.holdings.notices.objecting import kinds
from liangtian.programmes.holdings.notices.stage import Stage, stage_column

STAGE_TAGS: dict[Stage, Tag] = {
    Stage.WAITING: "info", Stage.RUNNING: "primary", Stage.OBJECTED: "danger",
    Stage.REOPENED: "warning", Stage.PASSED: "success", Stage.JUDGED: "success",
}  # fmt: skip


def stages() -> Sequence[Choice]:
    """How far a parcel has come."""
    return [Choice(one.value, str(one.label), STAGE_TAGS[one]) for one in Stage]


def phases() -> Sequence[Choice]:
    """Where a notice stands, by its state and its dates."""
    return [
        Choice("draft", "草稿", "info"),
        Choice("coming", "待开始", "warning"),
        Choice("running", "公示中", "primary"),
        Choice("over", "公示期满", "success"),
        Choice("withdrawn", "已撤回", "danger"),
    ]


def phase(user: User) -> Combinable:
    """The phase as a column."""
    today = timezone.localdate()
    return Case(
        When(~Q(state=Notice.State.PUBLISHED), then="state"),
        When(starts_on__gt=today, then=Value("coming")),
        When(ends_on__lt=today, then=Value("over")),
        default=Value("running"),
        output_field=CharField(),
    )


def objection_states() -> Sequence[Choice]:
    """How objections end."""
    tags: dict[str, Tag] = {"open": "danger", "upheld": "warning", "rejected": "success"}
    return [Choice(s.value, str(s.label), tags.get(s.value, "info")) for s in Objection.State]


def channels() -> Sequence[Choice]:
    """How objections come."""
    return [Choice(c.value, str(c.label)) for c in Objection.Channel]


def clocks() -> Sequence[Choice]:
    """Whether an answer is late."""
    return [
        Choice("open", "期限内", "primary"),
        Choice("late", "逾期未答复", "danger"),
        Choice("intime", "按期答复", "success"),
        Choice("lately", "逾期答复", "warning"),
    ]


def _clock(user: User) -> Combinable:
    today = timezone.localdate()
    return Case(
        When(state="open", due_on__lt=today, then=Value("late")),
        When(state="open", then=Value("open")),
        When(answered_on__gt=F("due_on"), then=Value("lately")),
        default=Value("intime"),
        output_field=CharField(),
    )


def _objections(user: User) -> Combinable:
    rows = Objection.objects.filter(notice=OuterRef("pk")).order_by().values("notice")
    return Coalesce(
        Subquery(rows.annotate(n=Count("pk")).values("n"), output_field=IntegerField()), 0
    )


def _unanswered(user: User) -> Combinable:
    rows = Objection.objects.filter(notice=OuterRef("pk"), state="open").order_by()
    found = rows.values("notice").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(found, output_field=IntegerField()), 0)


def _standings(user: User) -> ScopedQuerySet:
    rows: ScopedQuerySet = ParcelVersion.objects.visible_to(user)
    return rows.filter(corps=False, valid_to=None)


register(
    Ledger(
        name="holdings.notices",
        title="公示台账",
        permission="holdings.view",
        export_permission="holdings.export",
        rows=Notice.objects.visible_to,
        default_sort="-created_at",
        search=("title", "region__name"),
        columns=(
            Column("title", "公示", "title", width=260, filter="text", link="/notices/{id}",
                   fixed=True),
            Column("region_name", "范围", "region__name", width=110, filter="text", by=True),
            Column("phase", "状态", phase, "choice", width=96, filter="choice", choices=phases),
            Column("starts_on", "公示开始", "starts_on", "date", width=108, filter="date_range"),
            Column("ends_on", "公示截止", "ends_on", "date", width=108, filter="date_range"),
            Column("days", "天数", "days", "integer", width=70),
            Column("parcels", "地块数", "parcels", "integer", width=86, sum=True),
            Column("area_mu", "面积", "area_m2", "area_mu", width=106, sum=True),
            Column("objections", "异议", _objections, "integer", width=70, sum=True),
            Column("unanswered", "未答复", _unanswered, "integer", width=80, sum=True),
            Column("issuer", "公示单位", "issuer", width=180, filter="text", by=True),
            Column("created_by", "拟稿人", "created_by__name", width=90, sensitivity="staff"),
            Column("created_at", "拟稿时间", "created_at", "datetime", width=150),
        ),
    )
)  # fmt: skip

register(
    Ledger(
        name="holdings.objections",
        title="公示异议台账",
        permission="holdings.view",
        export_permission="holdings.export",
        rows=Objection.objects.visible_to,
        default_sort="-filed_on",
        unit_note="",
        search=("lot", "text", "notice__title"),
        extra_filters={"notice": "notice", "parcel": "parcel"},
        columns=(
            Column("number", "编号", "number", "integer", width=76, link="/objections/{id}",
                   fixed=True),
            Column("title", "公示", "notice__title", width=220, filter="text", by=True),
            Column("township_name", "乡镇", township_of, width=90, by=True),
            Column("region_name", "村", "region__name", width=90, filter="text"),
            Column("lot", "所指地块", "lot", width=170, filter="text"),
            Column("name", "异议人", "name", width=90, filter="text", sensitivity="name"),
            Column("kind", "异议类型", "kind", "choice", width=110, filter="choice",
                   choices=lambda: [Choice(k, k) for k in kinds()]),
            Column("text", "异议内容", "text", width=260),
            Column("channel", "提出方式", "channel", "choice", width=96, filter="choice",
                   choices=channels),
            Column("filed_on", "提出日期", "filed_on", "date", width=108, filter="date_range"),
            Column("due_on", "答复期限", "due_on", "date", width=108, filter="date_range"),
            Column("state", "结果", "state", "choice", width=90, filter="choice",
                   choices=objection_states),
            Column("clock", "时限", _clock, "choice", width=104, filter="choice", choices=clocks),
            Column("answered_on", "答复日期", "answered_on", "date", width=108,
                   filter="date_range"),
            Column("answered_by", "答复人", "answered_by__name", width=90, sensitivity="staff"),
        ),
    )
)  # fmt: skip

register(
    Ledger(
        name="holdings.standings",
        title="地块进度台账",
        permission="holdings.view",
        export_permission="holdings.export",
        rows=_standings,
        default_sort="code",
        search=("code", "place_name", "region__name"),
        unit_note="单位：亩。兵团用地不在内",
        geometry="geom",
        subject="parcel_id",
        columns=(
            Column("code", "地块编码", "code", width=170, filter="text", link="/parcels/{subject}",
                   fixed=True),
            Column("township_name", "乡镇", township_of, width=90, by=True),
            Column("region_name", "村", "region__name", width=90, filter="text", by=True),
            *names_of("holder__", "权利人（个人）", "权利人（单位）", "holder"),
            Column("area_mu", "面积", "area_m2", "area_mu", width=96, sum=True,
                   filter="number_range"),
            Column("stage", "进度", lambda user: stage_column("parcel__standing__"), "choice",
                   width=100, filter="choice", choices=stages),
            Column("noticed_until", "公示截止", "parcel__standing__noticed_until", "date",
                   width=108, filter="date_range"),
            Column("notice", "公示", "parcel__standing__notice__title", width=220),
            Column("judged", "研判结论", "parcel__standing__judged", width=180, by=True,
                   nothing="未研判"),
            Column("ownership", "权属性质", "ownership", "choice", width=84, filter="choice",
                   choices=ownerships),
            Column("way", "使用方式", "way", "choice", width=100, filter="choice",
                   choices=chosen("way")),
            Column("source_paper", "来源材料", "source_paper", "choice", width=120,
                   filter="choice", choices=chosen("source_paper")),
        ),
    )
)  # fmt: skip
