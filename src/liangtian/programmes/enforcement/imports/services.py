"""The steps of an import, each one act: start, match fields, check, accept, discard."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from django.db import transaction

from liangtian.platform.audit.services import record
from liangtian.platform.errors import Conflict, Refused
from liangtian.platform.files.models import StoredFile
from liangtian.platform.files.services import read_chunks, store
from liangtian.platform.jobs.models import Job
from liangtian.platform.jobs.services import enqueue, run_job
from liangtian.platform.people.scope import require
from liangtian.programmes.enforcement.imports import accepting
from liangtian.programmes.enforcement.imports.reading import ENCODINGS, Source, open_source
from liangtian.programmes.enforcement.imports.targets import check_mapping, fingerprint, suggest
from liangtian.programmes.enforcement.models import Batch, BatchImport, FieldMapping

if TYPE_CHECKING:
    from liangtian.platform.people.models import User
    from liangtian.platform.regions.models import Region

PERMISSION = "enforcement.import"
Status = BatchImport.Status


def start_import(
    user: User, file: StoredFile, period: str, title: str, kind: str = "land"
) -> BatchImport:
    """Read the file at once and propose how its fields match. Refused when it cannot be a batch."""
    require(user, PERMISSION)
    county = _county(user)
    wrong = {}
    if not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", period):
        wrong["period"] = "请按 2026-01 的写法填写月份"
    if not 0 < len(title.strip()) <= 100:
        wrong["title"] = "请填写批次名称(1 至 100 个字)"
    if wrong:
        raise Refused("批次信息有误,请改正标出的各项。", fields=wrong)
    source = open_source(file)
    mapping, remembered = _mapping_for(county, source)
    with transaction.atomic():
        started = BatchImport.objects.create(
            region=county, title=title.strip(), period=period, kind=kind, file=file,
            layer=source.layer.name, encoding=source.layer.encoding, crs_label=source.crs_label,
            count=len(source.layer.fids), mapping=mapping, mapping_remembered=remembered,
            created_by=user,
        )  # fmt: skip
        record(user, "enforcement.import.start", started, after={"file": file.sha256})
    return started


def choose_mapping(
    user: User,
    batch_import: BatchImport,
    mapping: Mapping[str, str | None],
    *,
    layer: str = "",
    encoding: str = "",
) -> Job:
    """Fix layer, encoding and fields, remember the fields, and queue the check."""
    require(user, PERMISSION)
    if encoding and encoding not in (*ENCODINGS, batch_import.encoding):
        raise Refused(
            f"不支持的文字编码“{encoding}”。", fields={"encoding": "请选 UTF-8 或 GB18030"}
        )
    forced = encoding if encoding != batch_import.encoding else batch_import.forced_encoding
    source = open_source(batch_import.file, layer or batch_import.layer, forced)
    clean = check_mapping(mapping, source.field_names)
    with transaction.atomic():
        current = _locked(batch_import, Status.UPLOADED, Status.CHECKED, Status.FAILED)
        current.layer, current.encoding = source.layer.name, source.layer.encoding
        current.forced_encoding = forced
        current.crs_label, current.count = source.crs_label, len(source.layer.fids)
        current.mapping, current.status, current.error = clean, Status.CHECKING, ""
        FieldMapping.objects.update_or_create(
            region=current.region, fingerprint=fingerprint(source.field_names),
            defaults={"mapping": clean},
        )  # fmt: skip
        current.job = enqueue(
            "enforcement.check", f"检查图斑批次:{current.title}", user, current.region,
            link=f"/imports/{current.pk}", import_id=current.pk,
        )  # fmt: skip
        current.save()
        record(user, "enforcement.import.mapping", current, after={"mapping": clean})
    return current.job


def accept_import(user: User, batch_import: BatchImport) -> Job:
    """Let the good rows in, as a job. Refused when there is nothing to enter."""
    require(user, PERMISSION)
    with transaction.atomic():
        current = _locked(batch_import, Status.CHECKED)
        if (earlier := accepting.earlier_batch(current)) is not None:
            raise Refused(f"同一文件已作为批次“{earlier.title}”入库,没有新的图斑,不再重复导入。")
        if current.ready == 0:
            raise Refused("没有可以入库的图斑。请按问题清单改正源文件后重新导入。")
        current.status = Status.ACCEPTING
        current.job = enqueue(
            "enforcement.accept", f"图斑入库与套合:{current.title}", user, current.region,
            link=f"/imports/{current.pk}", import_id=current.pk, user_id=user.pk,
        )  # fmt: skip
        current.save(update_fields=["status", "job"])
        record(user, "enforcement.import.accept", current, after={"ready": current.ready})
    return current.job


def discard_import(user: User, batch_import: BatchImport) -> BatchImport:
    """Give an import up; its file and its list of problems stay."""
    require(user, PERMISSION)
    with transaction.atomic():
        current = _locked(batch_import, Status.UPLOADED, Status.CHECKED, Status.FAILED)
        current.status = Status.DISCARDED
        current.save(update_fields=["status"])
        current.staged.all().delete()
        record(user, "enforcement.import.discard", current)
    return current


def import_file(
    user: User, path: Path, *, period: str, title: str, accept: bool = True
) -> BatchImport:
    """All steps at once, for the command line: the jobs run in this process, one after the other.

    Refused when the file, its fields or its rows cannot be used; the same file twice adds nothing.
    """
    file = store(read_chunks(path), path.name, user=user, region=_county(user), kind="batch")
    earlier = Batch.objects.filter(region=_county(user), file_sha256=file.sha256).first()
    if earlier is not None:
        raise Refused(f"同一文件已作为批次“{earlier.title}”入库,没有新的图斑,不再重复导入。")
    started = start_import(user, file, period, title)
    run_job.call(str(choose_mapping(user, started, started.mapping).pk))
    started.refresh_from_db()
    if accept and started.status == Status.CHECKED:
        run_job.call(str(accept_import(user, started).pk))
        started.refresh_from_db()
    return settle(started)


def settle(batch_import: BatchImport) -> BatchImport:
    """Bring an import whose job was cancelled, failed or given up out of its waiting state."""
    job = batch_import.job
    waiting = batch_import.status in (Status.CHECKING, Status.ACCEPTING)
    if not waiting or job is None or not job.finished or job.status == Job.Status.DONE:
        return batch_import
    batch_import.status = Status.DONE if batch_import.batch_id else Status.FAILED
    batch_import.error = job.error or f"任务{job.get_status_display()}。"
    batch_import.save(update_fields=["status", "error"])
    return batch_import


def _mapping_for(county: Region, source: Source) -> tuple[dict[str, str | None], bool]:
    key = fingerprint(source.field_names)
    known = FieldMapping.objects.filter(region=county, fingerprint=key).first()
    if known is not None:
        return known.mapping, True
    return suggest(source.field_names), False


def _locked(batch_import: BatchImport, *states: str) -> BatchImport:
    current: BatchImport = BatchImport.objects.select_for_update(of=("self",)).get(
        pk=batch_import.pk
    )
    if current.status not in states:
        raise Conflict(
            f"“{current.title}”现为“{current.get_status_display()}”,不能进行此项操作。请刷新页面。"
        )
    return current


def _county(user: User) -> Region:
    region = user.region
    if region is None or region.level != "county":
        raise Refused("图斑批次由县级人员导入。请使用县级账号。")
    return region
