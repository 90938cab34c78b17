"""The steps of an import, each one act: start, match fields, check, accept, discard."""

from __future__ import annotations

import re
import time
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
from liangtian.programmes.enforcement.imports.reading import (
    ENCODINGS,
    Source,
    contents_of,
    open_source,
)
from liangtian.programmes.enforcement.imports.targets import check_mapping, fingerprint, suggest
from liangtian.programmes.enforcement.models import Batch, BatchImport, FieldMapping

if TYPE_CHECKING:
    from liangtian.platform.people.models import User
    from liangtian.platform.regions.models import Region

PERMISSION = "enforcement.import"
WAIT_SECONDS = 0.2
Status = BatchImport.Status


def start_import(
    user: User, file: StoredFile, period: str, title: str, kind: str = "land", *, layer: str = ""
) -> BatchImport:
    """Read the file at once and propose how its fields match. Refused when it cannot be a batch."""
    require(user, PERMISSION)
    county = _county(user)
    wrong = {}
    if kind not in Batch.Kind.values:
        wrong["kind"] = "请选土地或矿产"
    if not re.fullmatch(r"[0-9]{4}-(0[1-9]|1[0-2])", period):
        wrong["period"] = "请按 2026-01 的写法填写月份"
    if not 0 < len(title.strip()) <= 100:
        wrong["title"] = "请填写批次名称(1 至 100 个字)"
    if wrong:
        raise Refused("批次信息有误，请改正标出的各项。", fields=wrong)
    source = open_source(file, layer)
    mapping, remembered = _mapping_for(county, source)
    with transaction.atomic():
        started = BatchImport.objects.create(
            region=county, title=title.strip(), period=period, kind=kind, file=file,
            layer=source.layer.name, encoding=source.layer.encoding, crs_label=source.crs_label,
            contents=contents_of(source), count=len(source.layer.fids), mapping=mapping,
            mapping_remembered=remembered, created_by=user,
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
    flipped = bool(encoding) and encoding != batch_import.encoding
    forced = encoding if flipped else batch_import.forced_encoding
    source = open_source(batch_import.file, layer or batch_import.layer, forced)
    clean = check_mapping(mapping, source.field_names)
    with transaction.atomic():
        current = _open(batch_import)
        current.layer, current.encoding = source.layer.name, source.layer.encoding
        current.forced_encoding, current.contents = forced, contents_of(source)
        current.crs_label, current.count = source.crs_label, len(source.layer.fids)
        current.mapping, current.status, current.error = clean, Status.CHECKING, ""
        FieldMapping.objects.update_or_create(
            region=current.region, fingerprint=fingerprint(source.field_names),
            defaults={"mapping": clean},
        )  # fmt: skip
        current.job = enqueue(
            "enforcement.check", f"检查图斑批次：{current.title}", user, current.region,
            link=f"/imports/{current.pk}", import_id=current.pk,
        )  # fmt: skip
        current.save()
        record(user, "enforcement.import.mapping", current, after={"mapping": clean})
    return current.job


def accept_import(user: User, batch_import: BatchImport) -> Job:
    """Let the good rows in, as a job. Refused when there is nothing to enter.

    Where an earlier job was stopped after the rows were entered, this goes on measuring them.
    """
    require(user, PERMISSION)
    with transaction.atomic():
        current = _locked(batch_import, Status.CHECKED)
        if current.batch_id is None:
            accepting.refuse_again(current)
        current.status, current.error = Status.ACCEPTING, ""
        current.job = enqueue(
            "enforcement.accept", f"图斑入库与套合：{current.title}", user, current.region,
            link=f"/imports/{current.pk}", import_id=current.pk, user_id=user.pk,
        )  # fmt: skip
        current.save(update_fields=["status", "error", "job"])
        record(user, "enforcement.import.accept", current, after={"ready": current.ready})
    return current.job


def discard_import(user: User, batch_import: BatchImport) -> BatchImport:
    """Give an import up; its file and its list of problems stay."""
    require(user, PERMISSION)
    with transaction.atomic():
        current = _open(batch_import)
        current.status = Status.DISCARDED
        current.save(update_fields=["status"])
        current.staged.all().delete()
        record(user, "enforcement.import.discard", current)
    return current


def import_file(
    user: User,
    path: Path,
    *,
    period: str,
    title: str,
    accept: bool = True,
    layer: str = "",
    kind: str = "land",
) -> BatchImport:
    """All steps at once, for the command line: the jobs run in this process, one after the other.

    Refused when the file or its fields cannot be used, when it has several layers and `layer` names
    none, and when it came in before. Without one good row it ends as checked, with its problems.
    """
    require(user, PERMISSION)
    county = _county(user)
    file = store(read_chunks(path), path.name, user=user, region=county, kind="batch")
    started = start_import(user, file, period, title, kind, layer=layer)
    areal = started.contents["areal"]
    try:
        if accepting.earlier_batch(started) is not None:
            accepting.refuse_again(started)
        if not layer and len(areal) > 1:
            raise Refused(f"文件里有多个面状图层：{'、'.join(areal)}。请指明导入哪一个。")
        job = choose_mapping(user, started, started.mapping)
    except Refused:
        discard_import(user, started)
        raise
    _run_here(job)
    started.refresh_from_db()
    if accept and started.status == Status.CHECKED and started.ready:
        _run_here(accept_import(user, started))
        started.refresh_from_db()
    return settle(started)


def _run_here(job: Job) -> None:
    """Run a job in this process, or, where a worker was quicker, wait for its end."""
    run_job.call(str(job.pk))
    job.refresh_from_db()
    while not job.finished:
        time.sleep(WAIT_SECONDS)
        job.refresh_from_db()


def settle(batch_import: BatchImport) -> BatchImport:
    """Bring an import whose job was cancelled, failed or given up out of its waiting state.

    One whose rows are entered but not all measured can be accepted once more, to go on; one with
    nothing entered needs to be matched and checked again.
    """
    job, before = batch_import.job, batch_import.status
    waiting = before in (Status.CHECKING, Status.ACCEPTING)
    if not waiting or job is None or not job.finished or job.status == Job.Status.DONE:
        return batch_import
    error = job.error or f"任务{job.get_status_display()}。"
    if batch_import.batch_id:
        error += "图斑已入库，套合尚未完成；请再次确认入库，从中断处继续。"
    after = {
        "status": Status.CHECKED if batch_import.batch_id else Status.FAILED,
        "error": error,
    }
    same = BatchImport.objects.filter(pk=batch_import.pk, status=before, job=job)
    if same.update(**after):  # else someone started anew since it was read
        batch_import.status, batch_import.error = after["status"], after["error"]
    return batch_import


def _mapping_for(county: Region, source: Source) -> tuple[dict[str, str | None], bool]:
    key = fingerprint(source.field_names)
    known = FieldMapping.objects.filter(region=county, fingerprint=key).first()
    if known is not None:
        return known.mapping, True
    return suggest(source.field_names), False


def _open(batch_import: BatchImport) -> BatchImport:
    current = _locked(batch_import, Status.UPLOADED, Status.CHECKED, Status.FAILED)
    if current.batch_id is not None:
        raise Conflict(f"“{current.title}”的图斑已经入库，只能继续套合，不能再改字段或放弃。")
    return current


def _locked(batch_import: BatchImport, *states: str) -> BatchImport:
    current: BatchImport = BatchImport.objects.select_for_update(of=("self",)).get(
        pk=batch_import.pk
    )
    if current.status not in states:
        raise Conflict(
            f"“{current.title}”现为“{current.get_status_display()}”，不能进行此项操作。请刷新页面。"
        )
    return current


def _county(user: User) -> Region:
    region = user.region
    if region is None or region.level != "county":
        raise Refused("图斑批次由县级人员导入。请使用县级账号。")
    return region
