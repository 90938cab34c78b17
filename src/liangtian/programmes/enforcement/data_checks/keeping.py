"""The list of problems follows the data: new ones are opened, those put right are closed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone

from liangtian.platform.people.models import Office
from liangtian.programmes.enforcement.data_checks.finding import Found, found_in
from liangtian.programmes.enforcement.models import Batch, Patch, PatchProblem

_TOLD = (
    "label", "severity", "section", "field", "value", "message", "advice", "clause", "side",
    "responsible_id", "basis",
)  # fmt: skip
_TOWNSHIP = 9  # digits of its code


@dataclass
class Kept:
    """What a look at some patches found."""

    patches: int = 0
    errors: int = 0
    warnings: int = 0
    resolved: int = 0


def look_over(patch: Patch) -> Kept:
    """Check one patch anew, as it is stored, and keep what is wrong; in the caller's transaction."""
    return keep(list(Patch.objects.select_related("case").filter(pk=patch.pk)))


def keep(patches: Sequence[Patch]) -> Kept:
    """Check patches, which come with their cases, and keep what is wrong with them."""
    now, kept = timezone.now(), Kept(patches=len(patches))
    found, offices = found_in(patches), _offices(patches)
    with transaction.atomic():
        open_rows = PatchProblem.objects.select_for_update(of=("self",)).filter(
            patch__in=[p.pk for p in patches], resolved_at=None
        )
        before = {(row.patch_id, row.part, row.code): row for row in open_rows}
        new, changed, gone = [], [], []
        for patch in patches:
            for one in found[patch.pk]:
                told = _told(one, offices)
                kept.errors += one.finding.severity == "error"
                kept.warnings += one.finding.severity == "warning"
                row = before.pop((patch.pk, *one.where), None)
                if row is not None and row.passed_by_id and row.basis != told["basis"]:
                    gone.append(row.pk)  # the reason was given for what is no longer so
                    row = None
                if row is None:
                    new.append(PatchProblem(
                        patch=patch, region_id=patch.region_id, part=one.part, code=one.finding.code,
                        found_at=now, **told,
                    ))  # fmt: skip
                elif any(getattr(row, name) != value for name, value in told.items()):
                    for name, value in told.items():
                        setattr(row, name, value)
                    changed.append(row)
        gone += [row.pk for row in before.values()]
        kept.resolved = PatchProblem.objects.filter(pk__in=gone).update(resolved_at=now)
        PatchProblem.objects.bulk_update(changed, _TOLD)
        PatchProblem.objects.bulk_create(new)
    return kept


def _told(one: Found, offices: Mapping[tuple[str, str], int]) -> dict[str, Any]:
    finding, patch = one.finding, one.patch
    region = patch.region_id[:_TOWNSHIP] if finding.office == "township" else patch.county_id
    return {
        "label": finding.label, "severity": finding.severity, "section": finding.section,
        "field": finding.field, "value": finding.value[:200], "message": finding.message[:500],
        "advice": finding.advice[:300], "clause": finding.clause[:300], "side": finding.office,
        "responsible_id": offices.get((finding.office, region)), "basis": finding.basis,
    }  # fmt: skip


def _offices(patches: Sequence[Patch]) -> dict[tuple[str, str], int]:
    """The government of each township concerned, and of each county the bureau whose clerk brought the patches in."""
    towns = {patch.region_id[:_TOWNSHIP] for patch in patches}
    rows = Office.objects.filter(
        region__in=towns, kind=Office.Kind.TOWNSHIP, is_active=True
    ).order_by("-code")
    found = {("township", region): pk for region, pk in rows.values_list("region_id", "pk")}
    clerks = Batch.objects.filter(pk__in={p.batch_id for p in patches}).values("imported_by")
    for office in Office.objects.filter(user__in=clerks).distinct():
        above = office.path.rstrip("/").split("/")
        bureaus = Office.objects.filter(code__in=above, kind=Office.Kind.BUREAU).order_by("path")
        found["county", office.region_id] = (bureaus.last() or office).pk
    return found
