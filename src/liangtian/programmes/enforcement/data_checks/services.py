"""Problems of patches read by offices, and let pass for a reason."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from liangtian.platform.audit.services import record
from liangtian.platform.errors import Conflict, NotFound
from liangtian.platform.people.models import User
from liangtian.platform.people.scope import require
from liangtian.platform.reasons import reason_given
from liangtian.programmes.enforcement.data_checks.finding import (
    OF_THE_FLOW,
    found_in,
    holds,
    passed_in,
)
from liangtian.programmes.enforcement.data_checks.keeping import look_over
from liangtian.programmes.enforcement.judging import lock_patch
from liangtian.programmes.enforcement.models import Patch, PatchProblem

_ERROR = Q(severity=PatchProblem.Severity.ERROR, passed_by=None)
_COUNTS = {
    "errors": Count("pk", filter=_ERROR),
    "warnings": Count("pk", filter=Q(severity=PatchProblem.Severity.WARNING)),
    "passed": Count("pk", filter=Q(passed_by__isnull=False)),
}


def problems_for(user: User, patch_id: int) -> list[dict[str, Any]]:
    """What is wrong with a patch at this moment, errors first; Forbidden or NotFound."""
    require(user, "enforcement.view")
    patch = Patch.objects.select_related("case").visible_to(user).filter(pk=patch_id).first()
    if patch is None:
        raise NotFound
    passed, rows = passed_in([patch])[patch.pk], []
    for one in found_in([patch])[patch.pk]:
        row, finding = passed.get(one.where), one.finding
        stands = row if holds(one, row) else None
        open_error = finding.severity == "error" and stands is None
        rows.append({
            "code": finding.code, "label": finding.label, "severity": finding.severity, "part": one.part,
            "section": finding.section, "field": finding.field, "value": finding.value,
            "message": finding.message, "advice": finding.advice, "clause": finding.clause,
            "side": PatchProblem.Side(finding.office).label,
            "pass_reason": stands.pass_reason if stands else "",
            "passed_by": stands.passed_by.name if stands and stands.passed_by else "",
            "passed_at": stands.passed_at if stands else None,
            "may_pass": open_error and finding.code not in OF_THE_FLOW and _may_pass(user, patch),
        })  # fmt: skip
    return sorted(rows, key=lambda row: (row["severity"] != "error", bool(row["pass_reason"])))


def _may_pass(user: User, patch: Patch) -> bool:
    return user.may("checks.pass") and patch.judged_by_id != user.pk


def let_pass(user: User, patch_id: int, code: str, part: int, reason: str) -> PatchProblem:
    """Let an error pass for a reason; it holds until what the check rests on changes.

    Raises Forbidden, NotFound, Refused without a reason, Conflict when there is no such error (any more),
    for what the flow itself asks, and for who judged the patch.
    """
    require(user, "enforcement.view", "checks.pass")
    with transaction.atomic():
        patch = lock_patch(user, patch_id)
        if patch.judged_by_id == user.pk:
            raise Conflict(f"图斑 {patch.number} 由您本人判定，数据检查问题须由另一人放行。")
        if code in OF_THE_FLOW:
            raise Conflict("该项由流程要求，不能放行，请按要求办理。")
        look_over(patch)
        found = patch.problems.filter(resolved_at=None, code=code, part=part, severity="error")
        row: PatchProblem | None = found.first()
        if row is None:
            raise Conflict(f"图斑 {patch.number} 现在没有这项问题，请刷新页面。")
        row.pass_reason = reason_given(reason, "放行数据检查问题", 300)
        row.passed_by, row.passed_at = user, timezone.now()
        row.save(update_fields=["pass_reason", "passed_by", "passed_at"])
        record(
            user, "enforcement.problem.pass", patch, note=row.pass_reason,
            after={"code": code, "part": part, "message": row.message, "basis": row.basis},
        )  # fmt: skip
    return row


def open_problems(user: User) -> QuerySet[PatchProblem]:
    """The problems not yet put right, on the user's ground."""
    rows: QuerySet[PatchProblem] = PatchProblem.objects.visible_to(user)
    return rows.filter(resolved_at=None)


def counted(user: User, first: str = "", last: str = "") -> dict[str, Any]:
    """Open problems by check and by office, of the batches of months `first` to `last` where given."""
    require(user, "enforcement.view")
    rows = open_problems(user).order_by()
    if first:
        rows = rows.filter(patch__batch__period__gte=first)
    if last:
        rows = rows.filter(patch__batch__period__lte=last)
    offices = _grouped(rows, "responsible", "responsible__name", "responsible__code", "side")
    return {
        **rows.aggregate(**_COUNTS, patches=Count("patch", distinct=True)),
        "by_code": _grouped(rows, "code", "label"),
        "by_office": [
            {
                "office": row["responsible"],
                "name": row["responsible__name"]
                or f"（未设{PatchProblem.Side(row['side']).label}机构）",
                **{name: row[name] for name in _COUNTS},
            }
            for row in offices
        ],
    }


def counted_of(patches: QuerySet[Patch]) -> list[dict[str, Any]]:
    """Open problems of some patches by check."""
    rows = PatchProblem.objects.filter(patch__in=patches.order_by(), resolved_at=None)
    return _grouped(rows.order_by(), "code", "label")


def _grouped(rows: QuerySet[PatchProblem], *by: str) -> list[dict[str, Any]]:
    """Counts of problems by some columns, most errors first."""
    found: list[dict[str, Any]] = list(rows.values(*by).annotate(**_COUNTS))
    return sorted(
        found, key=lambda row: (-row["errors"], *(str(row[name] or "") for name in by[-2:]))
    )


def place_of(user: User, problem_id: int) -> dict[str, Any]:
    """Where a problem is put right: its patch, and the section of that page."""
    require(user, "enforcement.view")
    row: PatchProblem = PatchProblem.objects.fetch_for(user, pk=problem_id)
    return {"patch": row.patch_id, "section": row.section}
