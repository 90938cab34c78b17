"""The long parts of an import: checking all rows, and entering and measuring them."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone

from liangtian.platform.errors import Refused
from liangtian.platform.jobs.registry import JobRun, job
from liangtian.platform.people.models import User
from liangtian.programmes.enforcement.data_checks.running import check_all
from liangtian.programmes.enforcement.imports.accepting import enter, present_numbers
from liangtian.programmes.enforcement.imports.checking import check_rows
from liangtian.programmes.enforcement.imports.figures import Limits
from liangtian.programmes.enforcement.imports.findings import Checked, Fault
from liangtian.programmes.enforcement.imports.reading import open_source
from liangtian.programmes.enforcement.measuring import measure_patches
from liangtian.programmes.enforcement.models import (
    BatchImport,
    ImportProblem,
    StagedPatch,
)
from liangtian.programmes.enforcement.rules import pack_in_use

ROWS_PER_STATEMENT = 500
Status = BatchImport.Status


@job("enforcement.check", "检查图斑批次")
def check_job(run: JobRun, import_id: int) -> dict[str, Any]:
    """Check every row and keep what was found; a second attempt replaces what the first one kept."""
    current = BatchImport.objects.select_related("file", "region").get(pk=import_id)
    try:
        run.progress(0.0, "正在读取文件")
        checked = _check(current, run)
        run.progress(0.9, "正在登记检查结果")
    except Refused as refusal:
        BatchImport.objects.filter(pk=import_id).update(status=Status.FAILED, error=refusal.message)
        raise
    _keep(current, checked)
    return {"ready": len(checked.rows), "problems": len(checked.faults)}


@job("enforcement.accept", "图斑批次入库与套合", retry=True)
def accept_job(run: JobRun, import_id: int, user_id: int) -> dict[str, Any]:
    """Enter the good rows, then measure each patch and propose its judgement."""
    current = BatchImport.objects.select_related("file", "region", "batch").get(pk=import_id)
    batch = enter(current, User.objects.get(pk=user_id))
    measured = measure_patches(batch, run)
    check_all(batch.patches.all())
    BatchImport.objects.filter(pk=import_id).update(status=Status.DONE, error="")
    return {"batch": batch.pk, "patches": batch.patches.count(), "measured": measured}


def _check(current: BatchImport, run: JobRun) -> Checked:
    source = open_source(current.file, current.layer, current.forced_encoding)
    pack = pack_in_use()
    day = timezone.localdate()
    limits = Limits(
        pack.value("enforcement.declared_area_difference_mu", day).decimal,
        pack.value("enforcement.declared_area_difference_percent", day).decimal,
    )
    present = present_numbers(current.region_id)
    return check_rows(
        source, current.mapping, current.region,
        present=present, limits=limits, report=run.progress,
    )  # fmt: skip


def _keep(current: BatchImport, checked: Checked) -> None:
    """Replace what an earlier check left; row counts are of rows, warnings of warnings."""
    severities = [fault.severity for fault in checked.faults]
    duplicate_rows = {f.row for f in checked.faults if f.severity == "duplicate"}
    error_rows = {f.row for f in checked.faults if f.severity == "error"} - duplicate_rows
    with transaction.atomic():
        StagedPatch.objects.filter(batch_import=current).delete()
        ImportProblem.objects.filter(batch_import=current).delete()
        StagedPatch.objects.bulk_create(
            [
                StagedPatch(
                    batch_import=current, row=row.row, number=row.number, region=row.region,
                    values=row.values, attributes=row.attributes, area_m2=row.area_m2,
                    geom=row.geom,
                )
                for row in checked.rows
            ],
            batch_size=ROWS_PER_STATEMENT,
        )  # fmt: skip
        ImportProblem.objects.bulk_create(
            [_problem(current, fault) for fault in checked.faults], batch_size=ROWS_PER_STATEMENT
        )
        BatchImport.objects.filter(pk=current.pk, status=Status.CHECKING).update(
            status=Status.CHECKED, ready=len(checked.rows), errors=len(error_rows),
            duplicates=len(duplicate_rows), warnings=severities.count("warning"),
        )  # fmt: skip


def _problem(current: BatchImport, fault: Fault) -> ImportProblem:
    lon, lat = fault.place or (None, None)
    return ImportProblem(
        batch_import=current, row=fault.row, number=fault.number[:100], field=fault.field,
        value=fault.value, severity=fault.severity, reason=fault.reason[:300],
        advice=fault.advice[:300], lon=lon, lat=lat,
    )  # fmt: skip
