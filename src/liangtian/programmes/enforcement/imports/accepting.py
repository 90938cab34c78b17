"""Letting the good rows of a checked import into the register."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import transaction

from liangtian.platform.audit.services import record
from liangtian.platform.cases.models import Case
from liangtian.platform.errors import Refused
from liangtian.programmes.enforcement.flow import new_case, receive
from liangtian.programmes.enforcement.models import (
    Batch,
    BatchImport,
    ImportProblem,
    MilitaryPatch,
    Patch,
    StagedPatch,
)

if TYPE_CHECKING:
    from liangtian.platform.people.models import User

ROWS_PER_STATEMENT = 500


def earlier_batch(batch_import: BatchImport) -> Batch | None:
    """The batch that the same file and layer became, if it came in before."""
    return (
        Batch.objects.filter(
            region=batch_import.region,
            file_sha256=batch_import.file.sha256,
            layer=batch_import.layer,
        )
        .exclude(batch_import=batch_import)
        .first()
    )


def present_numbers(county_code: str) -> dict[str, str]:
    """Every number in a county's registers, with the title of its batch; which register is not told."""
    return {
        **dict(
            MilitaryPatch.objects.filter(region=county_code).values_list("number", "batch__title")
        ),
        **dict(Patch.objects.filter(county=county_code).values_list("number", "batch__title")),
    }


def enter(batch_import: BatchImport, user: User) -> Batch:
    """Batch, patches and cases in one transaction; again after a kill, it gives back what is there.

    Numbers that another import entered since the check are left out and become problems of this one.
    Raises Refused when the same file came in meanwhile, or nothing is left to enter.
    """
    with transaction.atomic():
        current: BatchImport = BatchImport.objects.select_for_update(of=("self",)).get(
            pk=batch_import.pk
        )
        batch: Batch | None = current.batch
        if batch is not None:
            return batch
        refuse_again(current)
        rows = _still_new(current)
        batch = Batch.objects.create(
            region=current.region, title=current.title, period=current.period, kind=current.kind,
            file=current.file, file_sha256=current.file.sha256, layer=current.layer,
            crs_label=current.crs_label, encoding=current.encoding, imported_by=user,
        )  # fmt: skip
        _create(batch, rows, user)
        current.batch = batch
        current.save(update_fields=["batch", "ready", "duplicates"])
        current.staged.all().delete()
        record(
            user, "enforcement.batch.enter", batch,
            after={
                "patches": len(rows), "left_out": current.errors + current.duplicates,
                "sha256": batch.file_sha256,
            },
        )  # fmt: skip
    return batch


def refuse_again(batch_import: BatchImport) -> None:
    """Raise Refused when this file and layer, or all there is to enter, is in the register already."""
    if (earlier := earlier_batch(batch_import)) is not None:
        raise Refused(f"同一文件已作为批次“{earlier.title}”入库，没有新的图斑，不再重复导入。")
    if batch_import.ready == 0:
        raise Refused("没有可以入库的图斑。请按问题清单改正源文件后重新导入。")


def _still_new(current: BatchImport) -> list[StagedPatch]:
    """The staged rows whose number nobody entered since the check; counts follow, unsaved."""
    present = present_numbers(current.region_id)
    staged = list(current.staged.select_related("region"))
    late = [row for row in staged if row.number in present]
    ImportProblem.objects.bulk_create(
        [
            ImportProblem(
                batch_import=current, row=row.row, number=row.number, field="监测编号",
                value=row.number, severity=ImportProblem.Severity.DUPLICATE,
                reason=f"该编号已在批次“{present[row.number]}”中入库",
                advice="已入库的图斑不会重复导入，无需处理",
            )
            for row in late
        ],
        batch_size=ROWS_PER_STATEMENT,
    )  # fmt: skip
    rows = [row for row in staged if row.number not in present]
    current.ready, current.duplicates = len(rows), current.duplicates + len(late)
    if not rows:
        raise Refused("全部图斑的编号都已由其他批次入库，没有新的图斑。")
    return rows


def _create(batch: Batch, rows: list[StagedPatch], user: User) -> None:
    cases = receive(
        [new_case(batch.region, row.number, row.region) for row in rows],
        user,
        f"随批次“{batch.title}”入库",
    )
    Patch.objects.bulk_create(
        [_patch(batch, case, row) for case, row in zip(cases, rows, strict=True)],
        batch_size=ROWS_PER_STATEMENT,
    )


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
