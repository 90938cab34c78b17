"""The ledger of what was found in the departments' zones (部门比对台账); each department sees its own."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Case, CharField, Value, When
from django.db.models.expressions import Combinable
from django.utils import timezone

from liangtian.platform.ledgers.declaration import Choice, Column, Ledger, Tag, register
from liangtian.platform.people.models import User
from liangtian.policy.judgement import table_of
from liangtian.programmes.holdings.codes import pack_in_use
from liangtian.programmes.holdings.comparing.opinions import hits_for
from liangtian.programmes.holdings.ledgers import names_of, township_of
from liangtian.programmes.holdings.models import ComparisonHit

TAGS: dict[str, Tag] = {"open": "warning", "confirmed": "danger", "rejected": "success"}


def states() -> Sequence[Choice]:
    """What the department said."""
    return [Choice(s.value, str(s.label), TAGS[s.value]) for s in ComparisonHit.State]


def zones() -> Sequence[Choice]:
    """The zones of the pack."""
    return [Choice(z.id, z.label) for z in table_of(pack_in_use()).zone]


def departments() -> Sequence[Choice]:
    """The departments of the pack."""
    found = dict.fromkeys(z.department for z in table_of(pack_in_use()).zone)
    return [Choice(name, name) for name in found]


def clocks() -> Sequence[Choice]:
    """Whether an answer is late."""
    return [
        Choice("open", "期限内", "primary"),
        Choice("late", "逾期未反馈", "danger"),
        Choice("told", "已反馈", "success"),
    ]


def _clock(user: User) -> Combinable:
    return Case(
        When(state="open", due_on__lt=timezone.localdate(), then=Value("late")),
        When(state="open", then=Value("open")),
        default=Value("told"),
        output_field=CharField(),
    )


register(
    Ledger(
        name="holdings.hits",
        title="部门比对台账",
        permission="holdings.view",
        export_permission="holdings.opine",
        rows=hits_for,
        default_sort="code",
        search=("parcel__code", "region__name", "paper_number"),
        extra_filters={"parcel": "parcel"},
        geometry="version__geom",
        subject="parcel_id",
        columns=(
            Column("code", "地块编码", "parcel__code", width=170, filter="text",
                   link="/parcels/{subject}", fixed=True),
            Column("department", "主管部门", "department", "choice", width=140, filter="choice",
                   choices=departments),
            Column("zone", "比对图层", "zone", "choice", width=130, filter="choice", choices=zones),
            Column("township_name", "乡镇", township_of, width=90, by=True),
            Column("region_name", "村", "region__name", width=90, filter="text", by=True),
            *names_of("version__holder__", "权利人（个人）", "权利人（单位）", "holder"),
            Column("parcel_mu", "地块面积", "version__area_m2", "area_mu", width=100),
            Column("area_mu", "涉及面积", "area_m2", "area_mu", width=100, sum=True,
                   filter="number_range"),
            Column("use", "实际用途", "version__actual_use", width=90),
            Column("paper", "来源材料", "version__source_paper", width=120),
            Column("state", "反馈", "state", "choice", width=90, filter="choice", choices=states),
            Column("opinion", "意见", "opinion", width=220),
            Column("paper_number", "证照编号", "paper_number", width=140, filter="text"),
            Column("due_on", "反馈期限", "due_on", "date", width=108, filter="date_range"),
            Column("clock", "时限", _clock, "choice", width=104, filter="choice", choices=clocks),
            Column("decided_by", "反馈人", "decided_by__name", width=90, sensitivity="staff"),
            Column("decided_at", "反馈时间", "decided_at", "datetime",
                   width=150),
        ),
    )
)  # fmt: skip
