"""The ledger of warnings (督办台账)."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import BooleanField, Case, DateField, OuterRef, Q, Subquery, Value, When
from django.db.models.expressions import Combinable
from django.utils import timezone

from liangtian.platform.calendar.models import Deadline
from liangtian.platform.calendar.packs import packs
from liangtian.platform.ledgers.declaration import Choice, Column, Ledger, Tag, register
from liangtian.platform.people.models import User
from liangtian.programmes.enforcement.rules import pack_in_use
from liangtian.programmes.enforcement.warning_flow import (
    ANSWERED,
    CLOSED,
    DECIDED,
    DROPPED,
    FLOW,
    KIND,
    PROPOSED,
    SENT,
    WARNED,
)
from liangtian.programmes.enforcement.warnings import warnings_for

STAGES: dict[str, Tag] = {
    PROPOSED: "warning", DECIDED: "warning", SENT: "danger", ANSWERED: "primary",
    CLOSED: "success", DROPPED: "info",
}  # fmt: skip


def stages() -> Sequence[Choice]:
    """Where a warning stands."""
    return [Choice(code, label, STAGES[code]) for code, label in FLOW.labels.items()]


def measures() -> Sequence[Choice]:
    """The measures of the pack, mildest first."""
    return [Choice(one.id, one.label) for one in pack_in_use().warning_measures]


def reply_deadlines() -> list[str]:
    """Ids of the obligations whose clock an answer ends."""
    return [o.id for pack in packs() for o in pack.obligations if o.event == WARNED]


def due(user: User) -> Combinable:
    """The day the answer is due, as the calendar keeps it."""
    clocks = Deadline.objects.filter(
        source_kind=KIND, source_id=OuterRef("case_id"), obligation__in=reply_deadlines()
    )
    return Subquery(clocks.order_by("-pk").values("due_on")[:1], output_field=DateField())


def _late(user: User) -> Combinable:
    clocks = Deadline.objects.filter(
        source_kind=KIND, done_on=None, paused_on=None, due_on__lt=timezone.localdate(),
        obligation__in=reply_deadlines(),
    )  # fmt: skip
    late = Q(case__stage=SENT, case__in=clocks.values("source_id"))
    return Case(When(late, then=Value(True)), default=Value(False), output_field=BooleanField())


WARNINGS = register(
    Ledger(
        name="enforcement.warnings",
        title="督办台账",
        permission="warnings.view",
        export_permission="enforcement.export",
        rows=warnings_for,
        default_sort="-proposed_at",
        search=("region__name", "label", "letter__number"),
        unit_note="",
        columns=(
            Column("measure", "督办措施", "measure", "choice", width=110, filter="choice",
                   choices=measures, link="/warnings/{id}", fixed=True),
            Column("township_name", "乡镇", "region__name", width=100, filter="text", by=True),
            Column("year", "卫片年度", "year", "integer", width=90, filter="number_range"),
            Column("stage", "环节", "case__stage", "choice", width=90, filter="choice",
                   choices=stages),
            Column("proposed_at", "提出时间", "proposed_at", "datetime", width=150),
            Column("proposed_by", "提出人", "proposed_by__name", width=90, sensitivity="staff"),
            Column("decided_by", "决定人", "decided_by__name", width=90, sensitivity="staff"),
            Column("letter", "文号", "letter__number", width=170, filter="text"),
            Column("sent_on", "发出日期", "sent_on", "date", width=110, filter="date_range"),
            Column("due_on", "答复期限", due, "date", width=110, filter="date_range"),
            Column("late", "逾期未答复", _late, "boolean", width=100),
            Column("replied_on", "答复日期", "replied_on", "date", width=110,
                   filter="date_range"),
            Column("held_on", "约谈（启动问责）日期", "held_on", "date", width=150),
            Column("reported_on", "情况报告日期", "reported_on", "date", width=120),
            Column("ended_at", "办结时间", "ended_at", "datetime", width=150),
            Column("end_note", "办结说明", "end_note", width=200),
        ),
    )
)  # fmt: skip
