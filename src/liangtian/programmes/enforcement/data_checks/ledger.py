"""The ledger of problems (数据检查问题清单), and what the ledger of patches says of them."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Case, CharField, Exists, OuterRef, Q, Value, When
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast, Concat

from liangtian.platform.ledgers.declaration import Choice, Column, Ledger, register
from liangtian.platform.people.models import User
from liangtian.programmes.enforcement.models import PatchProblem
from liangtian.programmes.enforcement.rules import pack_in_use

OPEN, PASSED, RESOLVED = "open", "passed", "resolved"
ERRORS, WARNINGS, NONE = "errors", "warnings", "none"


def _severities() -> Sequence[Choice]:
    return [Choice("error", "有误", "danger"), Choice("warning", "提醒", "warning")]


def _sides() -> Sequence[Choice]:
    return [Choice(side.value, str(side.label)) for side in PatchProblem.Side]


def _states() -> Sequence[Choice]:
    return [
        Choice(OPEN, "未改正", "danger"), Choice(PASSED, "已放行", "warning"),
        Choice(RESOLVED, "已消除", "success"),
    ]  # fmt: skip


def _codes() -> Sequence[Choice]:
    return [Choice(check.code, f"{check.code} {check.label}") for check in pack_in_use().checks]


def _state(user: User) -> Combinable:
    return Case(
        When(resolved_at__isnull=False, then=Value(RESOLVED)),
        When(passed_by__isnull=False, then=Value(PASSED)),
        default=Value(OPEN),
        output_field=CharField(),
    )


def _part(user: User) -> Combinable:
    named = Concat(
        Value("第 "), Cast("part", CharField()), Value(" 部分"), output_field=CharField()
    )
    return Case(When(part=0, then=Value("整个图斑")), default=named, output_field=CharField())


PROBLEMS = register(
    Ledger(
        name="enforcement.problems",
        title="数据检查问题清单",
        permission="enforcement.view",
        export_permission="enforcement.export",
        rows=PatchProblem.objects.visible_to,
        default_sort="number",
        search=("patch__number", "message", "label"),
        unit_note="",
        extra_filters={"batch": "patch__batch_id", "patch": "patch_id"},
        columns=(
            Column("number", "监测编号", "patch__number", width=156, filter="text",
                   link="/checks/{id}", fixed=True),
            Column("code", "检查项", "code", "choice", width=170, filter="choice", choices=_codes),
            Column("severity", "程度", "severity", "choice", width=70, filter="choice",
                   choices=_severities),
            Column("state", "状态", _state, "choice", width=80, filter="choice", choices=_states),
            Column("message", "问题", "message", width=260),
            Column("part", "部分", _part, width=90),
            Column("field", "字段", "field", width=110),
            Column("value", "现值", "value", width=110),
            Column("advice", "如何处理", "advice", width=220),
            Column("side", "责任层级", "side", "choice", width=90, filter="choice", choices=_sides),
            Column("office", "责任单位", "responsible__name", width=150, filter="text", by=True),
            Column("region_name", "村", "region__name", width=90, filter="text"),
            Column("period", "月份", "patch__batch__period", width=80, filter="text", by=True),
            Column("clause", "依据", "clause", width=220),
            Column("found_at", "发现时间", "found_at", "datetime", width=150, filter="date_range"),
            Column("resolved_at", "消除时间", "resolved_at", "datetime", width=150),
            Column("pass_reason", "放行理由", "pass_reason", width=180),
            Column("passed_by", "放行人", "passed_by__name", width=90, sensitivity="staff"),
        ),
    )
)  # fmt: skip


def patch_states() -> Sequence[Choice]:
    """What the checks say of a patch."""
    return [
        Choice(ERRORS, "有误", "danger"), Choice(WARNINGS, "提醒", "warning"),
        Choice(NONE, "无", "success"),
    ]  # fmt: skip


def state_of_patches(user: User) -> Combinable:
    """The worst that is open of each row of patches."""
    rows = PatchProblem.objects.filter(patch=OuterRef("pk"), resolved_at=None).order_by()
    wrong = Q(Exists(rows.filter(severity="error", passed_by=None)))
    return Case(
        When(wrong, then=Value(ERRORS)),
        When(Q(Exists(rows.filter(severity="warning"))), then=Value(WARNINGS)),
        default=Value(NONE),
        output_field=CharField(),
    )
