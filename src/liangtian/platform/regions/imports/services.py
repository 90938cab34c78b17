"""The steps of an import of regions, each one act: start (and check), accept, discard."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction

from liangtian.platform.audit.services import record
from liangtian.platform.errors import Conflict, Refused
from liangtian.platform.files.models import StoredFile
from liangtian.platform.files.services import named_copy, read_chunks, store
from liangtian.platform.jobs.models import Job
from liangtian.platform.jobs.services import enqueue, run_job
from liangtian.platform.people.scope import require
from liangtian.platform.regions import register
from liangtian.platform.regions.imports.boundaries import check_boundaries
from liangtian.platform.regions.imports.checking import Present, Report, check_entries
from liangtian.platform.regions.imports.reading import Delivery, read_delivery
from liangtian.platform.regions.models import (
    Region,
    RegionImport,
    RegionImportProblem,
    RegionImportRow,
)
from liangtian.platform.regions.pinyin import pinyin_of

if TYPE_CHECKING:
    from liangtian.platform.people.models import User

PERMISSION = "regions.manage"
FILE_KIND = "layer"
CHUNK = 500
Status, Act = RegionImport.Status, RegionImportRow.Act


def start_import(user: User, file: StoredFile, layer: str = "") -> RegionImport:
    """Take a file and let a job check it; nothing of it enters. The county is the user's own."""
    require(user, PERMISSION)
    county = county_of(user)
    with transaction.atomic():
        started = RegionImport.objects.create(
            region=county, file=file, layer=layer, created_by=user
        )
        started.job = enqueue(
            "regions.check", f"检查区划文件：{file.name}", user, county,
            link=f"/regions/imports/{started.pk}", import_id=started.pk,
        )  # fmt: skip
        started.save(update_fields=["job"])
        record(user, "regions.import.start", started, after={"file": file.sha256})
    return started


def county_of(user: User) -> Region:
    """The county a user keeps the regions of; Refused for others."""
    region = user.region
    if region is None or region.level != "county":
        raise Refused("区划由县级系统管理员维护，请使用管辖区划为本县的账号。")
    return region


def check_import(current: RegionImport) -> dict[str, int]:
    """Read and check the file; write rows and problems, replacing those of an earlier attempt."""
    with named_copy(current.file) as path:
        delivery = read_delivery(path, current.layer)
    report = _checked(current.region, delivery)
    with transaction.atomic():
        current.rows.all().delete()
        current.problems.all().delete()
        RegionImportRow.objects.bulk_create(
            [
                RegionImportRow(region_import=current, row=r.row, code=r.code, name=r.name,
                                act=r.act, valid_from=r.valid_from, geom=r.geom)
                for r in report.regions
            ],
            batch_size=CHUNK,
        )  # fmt: skip
        RegionImportProblem.objects.bulk_create(
            [
                RegionImportProblem(
                    region_import=current, row=f.row, code=f.code, field=f.field,
                    value=f.value[:200], reason=f.reason[:300], advice=f.advice[:300],
                    severity="error" if f.error else "warning", area_m2=f.area_m2,
                )
                for f in report.found
            ],
            batch_size=CHUNK,
        )  # fmt: skip
        current.status, current.is_boundary = Status.CHECKED, delivery.drawn
        current.crs_label, current.notes = delivery.crs_label[:200], delivery.notes
        current.layer, current.error = delivery.layer[:255], ""
        current.save()
        summary = counts(current)
        record(current.created_by, "regions.import.checked", current, after=summary)
    return summary


def _checked(county: Region, delivery: Delivery) -> Report:
    rows = Region.objects.within(county.code)
    shapes = {r.code: r.geom for r in rows.current().exclude(geom=None)} if delivery.drawn else {}
    present = {
        r.code: Present(r.name, r.valid_to is None, r.code in shapes, r.valid_from)
        for r in rows.defer("geom")
    }
    listed = {p.code: p.name for p in register.places().values() if p.code.startswith(county.code)}
    report = check_entries(
        delivery.entries, drawn=delivery.drawn, county=county.code, present=present, listed=listed
    )
    new = {r.code: r for r in report.regions if r.geom is not None}
    report.found += check_boundaries(new, shapes, settings.REGION_SLIVER_M2)
    report.found.sort(key=lambda f: (f.row, not f.error))
    return report


def counts(current: RegionImport) -> dict[str, int]:
    """How many regions would be new, changed, the same, refused; how many problems."""
    acts = list(current.rows.values_list("act", flat=True))
    severities = list(current.problems.values_list("severity", flat=True))
    return {
        **{act: acts.count(act) for act in Act.values},
        **{one: severities.count(one) for one in RegionImportProblem.Severity.values},
    }


def accept_import(user: User, current: RegionImport) -> Job:
    """Let a job enter what was checked."""
    require(user, PERMISSION)
    with transaction.atomic():
        locked = _locked(current, Status.CHECKED)
        if not locked.rows.exclude(act__in=(Act.SAME, Act.REFUSED)).exists():
            raise Refused("没有可以入库的行：都有误或没有变化。请改正文件后重新导入。")
        locked.status = Status.ACCEPTING
        locked.job = enqueue(
            "regions.accept", f"区划入库：{locked.file.name}", user, locked.region,
            link=f"/regions/imports/{locked.pk}", import_id=locked.pk,
        )  # fmt: skip
        locked.save(update_fields=["status", "job"])
        record(user, "regions.import.accept", locked, after=counts(locked))
    return locked.job


def discard_import(user: User, current: RegionImport) -> RegionImport:
    """Give an import up; its rows go, its problems stay listed."""
    require(user, PERMISSION)
    with transaction.atomic():
        locked = _locked(current, Status.CHECKED, Status.FAILED)
        locked.rows.all().delete()
        locked.status = Status.DISCARDED
        locked.save(update_fields=["status"])
        record(user, "regions.import.discard", locked)
    return locked


def enter_import(user: User | None, current: RegionImport) -> dict[str, int]:
    """Enter all good rows in one transaction; parents first. A second attempt finds them entered."""
    with transaction.atomic():
        locked = _locked(current, Status.ACCEPTING)
        done = {act: 0 for act in (Act.CREATE, Act.UPDATE, Act.BOUNDARY)}
        rows = list(locked.rows.filter(act__in=list(done)))
        for row in sorted(rows, key=lambda r: (len(r.code), r.code)):
            _enter(row)
            done[Act(row.act)] += 1
        locked.status = Status.DONE
        locked.save(update_fields=["status"])
        after: dict[str, Any] = {act.value: number for act, number in done.items()}
        after["codes"] = [row.code for row in rows][:1000]
        record(user, "regions.import.enter", locked, after=after, note=locked.file.name)
        locked.rows.all().update(geom=None)  # they are in the regions now
    return {act.value: number for act, number in done.items()}


def _enter(row: RegionImportRow) -> None:
    values: dict[str, Any] = {}
    if row.valid_from is not None:
        values["valid_from"] = row.valid_from
    if row.geom is not None:
        values["geom"] = row.geom
    if Region.objects.filter(code=row.code).exists():
        Region.objects.filter(code=row.code).update(**values)
        return
    Region.objects.create(
        code=row.code, name=row.name, level=register.LEVEL[len(row.code)],
        parent_id=register.parent_of(row.code), pinyin=pinyin_of(row.name), **values,
    )  # fmt: skip


def settle(current: RegionImport) -> RegionImport:
    """Bring an import whose job failed or was cancelled out of its waiting state."""
    job = current.job
    waiting = current.status in (Status.CHECKING, Status.ACCEPTING)
    if not waiting or job is None or not job.finished or job.status == Job.Status.DONE:
        return current
    error = job.error or f"任务{job.get_status_display()}。"
    same = RegionImport.objects.filter(pk=current.pk, status=current.status)
    if same.update(status=Status.FAILED, error=error):
        current.status, current.error = Status.FAILED, error
    return current


def import_file(user: User, path: Path, *, layer: str = "", accept: bool = False) -> RegionImport:
    """All steps in this process, for the command line."""
    county = county_of(user)
    require(user, PERMISSION)
    file = store(read_chunks(path), path.name, user=user, region=county, kind=FILE_KIND)
    current = start_import(user, file, layer)
    run_job.call(str(current.job_id))
    current.refresh_from_db()
    if accept and current.status == Status.CHECKED:
        run_job.call(str(accept_import(user, current).pk))
        current.refresh_from_db()
    return settle(current)


def _locked(current: RegionImport, *states: str) -> RegionImport:
    locked: RegionImport = RegionImport.objects.select_for_update(of=("self",)).get(pk=current.pk)
    if locked.status not in states:
        raise Conflict(
            f"“{locked.file.name}”现为“{locked.get_status_display()}”，不能进行此项操作。请刷新页面。"
        )
    return locked
