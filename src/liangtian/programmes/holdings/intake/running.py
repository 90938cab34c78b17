"""The long parts of an intake: checking all rows, and entering them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from django.db import IntegrityError, transaction
from django.utils import timezone

from liangtian.platform.audit.services import record
from liangtian.platform.errors import Refused
from liangtian.platform.jobs.registry import JobRun, job
from liangtian.platform.people.models import User
from liangtian.programmes.holdings.ground import county_of
from liangtian.programmes.holdings.intake.checking import Checked, check_intake
from liangtian.programmes.holdings.intake.entering import Decision, Entering, rows_left
from liangtian.programmes.holdings.intake.findings import Findings, problem_of
from liangtian.programmes.holdings.intake.land import Ground, find_neighbours
from liangtian.programmes.holdings.intake.sources import Source, open_source
from liangtian.programmes.holdings.models import Intake, IntakeProblem, StagedHolder, StagedRow

ROWS_PER_STATEMENT = 500
Status = Intake.Status


@job("holdings.intake.check", "检查导入的台账")
def check_job(run: JobRun, intake_id: int) -> dict[str, Any]:
    """Check every row and keep what was found; a second attempt replaces what the first one kept."""
    intake = Intake.objects.select_related("table", "figures", "region").get(pk=intake_id)
    try:
        run.progress(0.0, "正在读取文件")
        source = open_source(intake, intake.reading)
        checked = check_intake(intake, source, run.progress)
        run.progress(0.9, "正在登记检查结果")
    except Refused as refusal:
        Intake.objects.filter(pk=intake_id).update(status=Status.FAILED, error=refusal.message)
        raise
    keep(intake, source, checked)
    return {"ready": len(checked.staged), "problems": len(checked.findings.faults)}


def keep(intake: Intake, source: Source, checked: Checked) -> None:
    """Replace what an earlier check left."""
    columns = {name: label for name, label in intake.mapping.items() if label}
    with transaction.atomic():
        StagedRow.objects.filter(intake=intake).delete()
        StagedHolder.objects.filter(intake=intake).delete()
        IntakeProblem.objects.filter(intake=intake).delete()
        _keep_rows(intake, source, checked)
        IntakeProblem.objects.bulk_create(
            [
                problem_of(intake, fault, source.table.numbers, columns)
                for fault in checked.findings.faults
            ],
            ROWS_PER_STATEMENT,
        )
        findings = checked.findings
        Intake.objects.filter(pk=intake.pk, status=Status.CHECKING).update(
            status=Status.CHECKED, ready=len(checked.staged), count=len(source.table.rows),
            errors=findings.count("error"), warnings=findings.count("warning"),
            waiting=waiting(intake), entered=0, checked_at=timezone.now(),
        )  # fmt: skip


def _keep_rows(intake: Intake, source: Source, checked: Checked) -> None:
    used = {key for _, key in checked.staged if key}
    named = {key: one for key, one in checked.named.items() if key in used}
    made = StagedHolder.objects.bulk_create(
        [
            StagedHolder(
                intake=intake, key=one.key, first_row=source.table.numbers[one.rows[0]],
                rows=len(one.rows), kind=one.kind, name=one.name, paper=one.paper,
                id_number=one.id_number, phone=one.phone, region=one.region,
                question=one.question, candidates=one.candidates, decision=one.decision,
                chosen_id=one.chosen,
            )
            for one in named.values()
        ],
        ROWS_PER_STATEMENT,
    )  # fmt: skip
    holders = {one.key: one for one in made}
    for row, key in checked.staged:
        row.holder = holders[key] if key else None
    StagedRow.objects.bulk_create([row for row, _ in checked.staged], ROWS_PER_STATEMENT)


def waiting(intake: Intake) -> int:
    """Rows that wait for a person to say whose they are."""
    return StagedRow.objects.filter(
        intake=intake, entered=False, holder__decision=Decision.OPEN
    ).count()


@job("holdings.intake.enter", "台账入库", retry=True)
def enter_job(run: JobRun, intake_id: int, user_id: int) -> dict[str, Any]:
    """Enter the rows that are left, chunk by chunk; again after a stop, it goes on."""
    intake = Intake.objects.select_related("region").get(pk=intake_id)
    user = User.objects.get(pk=user_id)
    run.progress(0.0, "正在核对最新的台账")
    _recheck(intake)
    entering, before = Entering(intake, user), intake.entered
    total, done = rows_left(intake).count(), 0
    try:
        while taken := entering.chunk():
            done += taken
            run.progress(done / max(total, 1), f"已入库 {done} 行，共 {total} 行")
    except IntegrityError as error:
        raise Refused(
            "入库时有其他人登记了相同的编码、证件号码或合同，本段没有写入。请重新检查后再入库。"
        ) from error
    with transaction.atomic():
        left = StagedRow.objects.filter(intake=intake, entered=False).count()
        status = Status.CHECKED if left else Status.DONE
        current = Intake.objects.select_for_update().get(pk=intake.pk)
        current.status, current.error, current.waiting = status, "", waiting(intake)
        current.save(update_fields=["status", "error", "waiting"])
        record(user, "holdings.intake.entered", current, region=intake.region, after={
            "rows": before + done, "left": left, "files": [f.sha256 for f in _files(current)],
        })  # fmt: skip
    return {"entered": done, "left": left}


def _files(intake: Intake) -> list[Any]:
    return [f for f in (intake.table, intake.figures) if f is not None]


def _recheck(intake: Intake) -> None:
    """Rows that somebody's entry since the check stands in the way of become errors."""
    rows = list(StagedRow.objects.filter(intake=intake, entered=False, parcel=None).order_by("row"))
    geoms = np.empty(len(rows), dtype=object)
    geoms[:] = [row.geom for row in rows]
    findings = Findings(len(rows))
    ground = Ground(geoms, [row.area_m2 for row in rows])
    find_neighbours(ground, county_of(intake.region_id), intake.on, findings, {})
    _taken(rows, county_of(intake.region_id), findings)
    late = [row.pk for row, good in zip(rows, findings.good, strict=True) if not good]
    if not late:
        return
    numbers = [row.row for row in rows]
    with transaction.atomic():
        IntakeProblem.objects.bulk_create(
            [problem_of(intake, fault, numbers, {}) for fault in findings.faults],
            ROWS_PER_STATEMENT,
        )
        StagedRow.objects.filter(pk__in=late).delete()
        current = Intake.objects.select_for_update().get(pk=intake.pk)
        current.ready, current.errors = current.ready - len(late), current.errors + len(late)
        current.save(update_fields=["ready", "errors"])


def _taken(rows: Sequence[StagedRow], county: str, findings: Findings) -> None:
    from liangtian.programmes.holdings.intake.people import IN_A_QUERY
    from liangtian.programmes.holdings.models import Parcel

    at = {row.code: i for i, row in enumerate(rows) if row.code}
    codes = sorted(at)
    for start in range(0, len(codes), IN_A_QUERY):
        some = codes[start : start + IN_A_QUERY]
        for code in Parcel.objects.filter(county=county, code__in=some).values_list(
            "code", flat=True
        ):
            findings.error(at[code], "code", code, "检查之后该编码已被登记", "请重新检查")
