"""The ledgers of referrals (移送台账) and of petitions (信访台账)."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Case, CharField, F, Value, When
from django.db.models.expressions import Combinable
from django.utils import timezone

from liangtian.platform.ledgers.declaration import Choice, Column, Ledger, Tag, register
from liangtian.platform.people.models import User
from liangtian.programmes.holdings.codes import listed
from liangtian.programmes.holdings.ledgers import names_of, township_of
from liangtian.programmes.holdings.models import Petition, Referral

_REFERRAL_TAGS: dict[str, Tag] = {
    "proposed": "warning", "approved": "primary", "sent": "primary", "answered": "success",
    "cancelled": "info",
}  # fmt: skip
_PETITION_TAGS: dict[str, Tag] = {
    "open": "warning", "answered": "primary", "closed": "success", "retracted": "info",
}  # fmt: skip


def authorities() -> Sequence[Choice]:
    """To whom matters are referred."""
    return [Choice(a.value, str(a.label)) for a in Referral.Authority]


def referral_states() -> Sequence[Choice]:
    """Where a referral stands."""
    return [Choice(s.value, str(s.label), _REFERRAL_TAGS[s.value]) for s in Referral.State]


def petition_states() -> Sequence[Choice]:
    """Where a petition stands."""
    return [Choice(s.value, str(s.label), _PETITION_TAGS[s.value]) for s in Petition.State]


def channels() -> Sequence[Choice]:
    """How petitions come."""
    return [Choice(c.value, str(c.label)) for c in Petition.Channel]


def clocks() -> Sequence[Choice]:
    """Whether an answer is late."""
    return [
        Choice("open", "期限内", "primary"),
        Choice("late", "逾期未答复", "danger"),
        Choice("intime", "按期答复", "success"),
        Choice("lately", "逾期答复", "warning"),
        Choice("none", "已撤回", "info"),
    ]


def _clock(user: User) -> Combinable:
    return Case(
        When(state="retracted", then=Value("none")),
        When(state="open", due_on__lt=timezone.localdate(), then=Value("late")),
        When(state="open", then=Value("open")),
        When(answered_on__gt=F("due_on"), then=Value("lately")),
        default=Value("intime"),
        output_field=CharField(),
    )


_PLACE = (
    Column("township_name", "乡镇", township_of, width=90, by=True),
    Column("region_name", "村", "region__name", width=90, filter="text", by=True),
)
_CODE = Column("code", "地块编码", "parcel__code", width=170, filter="text")

register(
    Ledger(
        name="holdings.referrals",
        title="移送台账",
        permission="holdings.view",
        export_permission="holdings.export",
        rows=Referral.objects.visible_to,
        default_sort="-proposed_at",
        unit_note="",
        search=("parcel__code", "receiver", "text", "region__name"),
        extra_filters={"parcel": "parcel", "holder": "holder"},
        columns=(
            Column("number", "编号", "pk", "integer", width=76, link="/referrals/{id}", fixed=True),
            Column("authority", "移送机关类别", "authority", "choice", width=120, filter="choice",
                   choices=authorities),
            Column("receiver", "受移送单位", "receiver", width=170, filter="text", by=True),
            Column("state", "状态", "state", "choice", width=92, filter="choice",
                   choices=referral_states),
            _CODE,
            *names_of("holder__", "当事人（个人）", "当事人（单位）", "holder"),
            *_PLACE,
            Column("text", "移送事由", "text", width=260, filter="text"),
            Column("basis", "移送依据", "basis", width=200),
            Column("sent_on", "移送日期", "sent_on", "date", width=108, filter="date_range"),
            Column("answered_on", "回复日期", "answered_on", "date", width=108,
                   filter="date_range"),
            Column("answer", "回复内容", "answer", width=240),
            Column("proposed_by", "提出人", "proposed_by__name", width=90, sensitivity="staff"),
            Column("proposed_at", "提出时间", "proposed_at", "datetime", width=150,
                   filter="date_range"),
            Column("approved_by", "批准人", "approved_by__name", width=90, sensitivity="staff"),
        ),
    )
)  # fmt: skip

register(
    Ledger(
        name="holdings.petitions",
        title="信访台账",
        permission="holdings.view",
        export_permission="holdings.export",
        rows=Petition.objects.visible_to,
        default_sort="-received_on",
        unit_note="",
        search=("parcel__code", "text", "region__name"),
        extra_filters={"parcel": "parcel", "holder": "holder"},
        columns=(
            Column("number", "编号", "pk", "integer", width=76, link="/petitions/{id}", fixed=True),
            Column("name", "信访人", "name", width=90, filter="text", sensitivity="name"),
            Column("channel", "来源", "channel", "choice", width=96, filter="choice",
                   choices=channels),
            Column("kind", "信访类型", "kind", "choice", width=120, filter="choice",
                   choices=lambda: [Choice(k, k) for k in listed("petition_kind")]),
            Column("text", "信访诉求", "text", width=260, filter="text"),
            _CODE,
            *names_of("holder__", "涉及权利人（个人）", "涉及权利人（单位）", "holder"),
            *_PLACE,
            Column("received_on", "收到日期", "received_on", "date", width=108,
                   filter="date_range"),
            Column("due_on", "办理期限", "due_on", "date", width=108, filter="date_range"),
            Column("state", "状态", "state", "choice", width=92, filter="choice",
                   choices=petition_states),
            Column("clock", "时限", _clock, "choice", width=104, filter="choice", choices=clocks),
            Column("answered_on", "答复日期", "answered_on", "date", width=108,
                   filter="date_range"),
            Column("closed_on", "办结日期", "closed_on", "date", width=108, filter="date_range"),
            Column("logged_by", "登记人", "logged_by__name", width=90, sensitivity="staff"),
        ),
    )
)  # fmt: skip
