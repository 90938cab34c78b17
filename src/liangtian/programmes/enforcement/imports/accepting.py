"""Letting the good rows of a checked import into the register."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import transaction

from liangtian.platform.audit.services import record
from liangtian.platform.cases.models import Case, CaseStep
from liangtian.programmes.enforcement.flow import RECEIVED, open_case
from liangtian.programmes.enforcement.models import Batch, BatchImport, Patch, StagedPatch

if TYPE_CHECKING:
    from liangtian.platform.people.models import User

ROWS_PER_STATEMENT = 500


def earlier_batch(batch_import: BatchImport) -> Batch | None:
    """The batch that the same file and layer became, if it came in before."""
    return (  # type: ignore[no-any-return]
        Batch.objects.filter(
            region=batch_import.region,
            file_sha256=batch_import.file.sha256,
            layer=batch_import.layer,
        )
        .exclude(batch_import=batch_import)
        .first()
    )


def enter(batch_import: BatchImport, user: User) -> Batch:
    """Batch, patches and cases in one transaction; again after a kill, it gives back what is there."""
    with transaction.atomic():
        current = BatchImport.objects.select_for_update(of=("self",)).get(pk=batch_import.pk)
        if current.batch is not None:
            return current.batch
        batch = Batch.objects.create(
            region=current.region, title=current.title, period=current.period, kind=current.kind,
            file=current.file, file_sha256=current.file.sha256, layer=current.layer,
            crs_label=current.crs_label, encoding=current.encoding, imported_by=user,
        )  # fmt: skip
        staged = list(current.staged.select_related("region"))
        cases = Case.objects.bulk_create(
            [open_case(current.region, row.number, row.region) for row in staged],
            batch_size=ROWS_PER_STATEMENT,
        )
        Patch.objects.bulk_create(
            [_patch(batch, case, row) for case, row in zip(cases, staged, strict=True)],
            batch_size=ROWS_PER_STATEMENT,
        )
        CaseStep.objects.bulk_create(
            [
                CaseStep(
                    case=case, by=user, step="receive", to_stage=RECEIVED,
                    opinion=f"随批次“{batch.title}”入库",
                )
                for case in cases
            ],
            batch_size=ROWS_PER_STATEMENT,
        )  # fmt: skip
        current.batch = batch
        current.save(update_fields=["batch"])
        current.staged.all().delete()
        record(
            user, "enforcement.batch.enter", batch,
            after={"patches": len(staged), "left_out": current.errors + current.duplicates},
        )  # fmt: skip
    return batch


def _patch(batch: Batch, case: Case, row: StagedPatch) -> Patch:
    values = row.values
    return Patch(
        batch=batch, case=case, region=row.region, county=batch.region, number=row.number,
        row=row.row, monitoring_type=values["monitoring_type"],
        period_before=_day(values["period_before"]), period_after=_day(values["period_after"]),
        declared_area_mu=_figure(values["declared_area_mu"]), attributes=row.attributes,
        geom=row.geom, area_m2=row.area_m2,
    )  # fmt: skip


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _figure(text: str | None) -> Decimal | None:
    return Decimal(text) if text else None
