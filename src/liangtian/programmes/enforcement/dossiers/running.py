"""Dossiers of a year or of a filtered list, made in the background (批量卷宗)."""

from __future__ import annotations

import hashlib
import os
import shutil
import zipfile
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from liangtian.platform.audit.services import record
from liangtian.platform.errors import NotFound, Refused
from liangtian.platform.jobs.registry import JobRun, job
from liangtian.platform.jobs.schedule import every
from liangtian.platform.jobs.services import enqueue
from liangtian.platform.ledgers.declaration import Ledger, find_ledger
from liangtian.platform.ledgers.query import filtered, ordered
from liangtian.platform.ledgers.unmasking import recorded
from liangtian.platform.people.scope import require
from liangtian.platform.reasons import reason_given
from liangtian.programmes.enforcement.dossiers.completeness import LABELS, WHOLE
from liangtian.programmes.enforcement.dossiers.making import (
    TOLD,
    Line,
    Report,
    make_all,
    safe_name,
    write_lists,
)
from liangtian.programmes.enforcement.models import DossierRun

if TYPE_CHECKING:
    from liangtian.platform.people.models import User

JOB = "enforcement.dossiers"
LEDGER = "enforcement.patches"
WORK = "work"


def listed(user: User, query: Mapping[str, str]) -> list[int]:
    """The patches of the ledger under those filters, in its order. `year` stands for the batches of a year."""
    ledger, rest = _ledger(), dict(query)
    year = rest.pop("year", "")
    rows = ordered(ledger, user, filtered(ledger, user, rest), ledger.default_sort)
    if year:
        if not (year.isdecimal() and len(year) == 4):
            raise Refused(f"年度“{year}”无效，应为四位数字。", fields={"year": "四位数字"})
        rows = rows.filter(batch__period__startswith=f"{year}-")
    return list(rows.values_list("pk", flat=True))


def _ledger() -> Ledger:
    ledger = find_ledger(LEDGER)
    assert ledger is not None
    return ledger


def start(
    user: User, query: dict[str, str], *, originals: bool = False, reason: str = ""
) -> DossierRun:
    """Ask for the dossiers of a filtered list; a worker makes them.

    Raises Forbidden, Refused for nothing found, too many, or an unknown filter.
    """
    require(user, "enforcement.view", "enforcement.export")
    if reason.strip():
        require(user, "personal.unmask")
        reason = reason_given(reason, "导出未脱敏的内容", 200)
    patches = listed(user, query)
    if not patches:
        raise Refused("按这些条件没有图斑，无卷宗可生成。")
    if len(patches) > settings.DOSSIERS_AT_ONCE:
        raise Refused(
            f"共 {len(patches)} 个图斑，超过一次 {settings.DOSSIERS_AT_ONCE} 个的上限。请缩小条件，分次生成。"
        )
    if user.region is None:
        raise Refused("您的账号未设置管辖区划，不能生成卷宗。请联系系统管理员。")
    title = f"批量卷宗（{len(patches)} 个图斑）"
    with transaction.atomic():
        run = DossierRun.objects.create(
            title=title, query=query, patches=patches, originals=originals, reason=reason.strip(),
            created_by=user, region=user.region,
        )  # fmt: skip
        run.job = enqueue(
            JOB, title, user, user.region, link="/patches", run_id=str(run.pk),
        )  # fmt: skip
        run.save(update_fields=["job"])
        if run.reason:
            record(user, "personal.unmask", title, region=user.region, note=run.reason,
                   after={"dossiers": str(run.pk)})  # fmt: skip
    return run


@job(JOB, "批量生成卷宗", retry=True)
def make(run: JobRun, run_id: str) -> dict[str, Any]:
    """Make what is not made yet, pack it, and say so in one transaction; goes on where it was killed."""
    row = DossierRun.objects.select_related("created_by").get(pk=run_id)
    if row.ready_at is not None:
        return _result(row)
    user = row.created_by
    require(user, "enforcement.view", "enforcement.export")
    if row.reason:
        require(user, "personal.unmask")
    work = row.folder / WORK

    def report(done: int, whole: int) -> None:
        run.progress(0.95 * done / whole, f"已生成 {done} / {whole} 卷")

    lines = make_all(
        user, row.patches, work, originals=row.originals, clear=bool(row.reason), report=report
    )
    run.progress(0.96, "正在打包")
    files = _packed(row, work, lines)
    return _finished(row, lines, files)


def make_here(
    user: User, query: dict[str, str], folder: Path, *, originals: bool, report: Report
) -> list[Line]:
    """The dossiers of a filtered list into a folder of this machine, with their lists; audited.

    What lies there from an earlier, broken off run is kept. Raises Forbidden, Refused.
    """
    require(user, "enforcement.view", "enforcement.export")
    lines = make_all(
        user, listed(user, query), folder, originals=originals, clear=False, report=report
    )
    write_lists(lines, folder)
    with transaction.atomic():
        record(user, "enforcement.dossier.batch", "批量卷宗", region=user.region, after={
            "filters": recorded(_ledger(), query), "patches": len(lines),
            "failed": sum(bool(line.problem) for line in lines),
        })  # fmt: skip
    return lines


def _finished(
    row: DossierRun, lines: Sequence[Line], files: list[dict[str, Any]]
) -> dict[str, Any]:
    made = [line for line in lines if not line.problem]
    with transaction.atomic():
        row = DossierRun.objects.select_for_update(of=("self",)).get(pk=row.pk)
        if row.ready_at is None:
            row.made, row.failed = len(made), len(lines) - len(made)
            row.lacking = sum(line.status != LABELS[WHOLE] for line in made)
            row.files, row.ready_at = files, timezone.now()
            row.save()
            record(row.created_by, "enforcement.dossier.batch", row, note=row.reason, after={
                "filters": recorded(_ledger(), row.query), "patches": len(row.patches),
                "made": row.made, "lacking": row.lacking, "failed": row.failed, "files": files,
            })  # fmt: skip
    shutil.rmtree(row.folder / WORK, ignore_errors=True)
    return _result(row)


def _result(row: DossierRun) -> dict[str, Any]:
    return {"made": row.made, "lacking": row.lacking, "failed": row.failed}


def _packed(row: DossierRun, work: Path, lines: Sequence[Line]) -> list[dict[str, Any]]:
    """Zips of at most so many bytes, put in their place whole; the lists lie in the first."""
    limit = settings.DOSSIER_ZIP_MB * 1024**2
    groups: list[list[Path]] = [write_lists(lines, work)]
    size = 0
    for line in lines:
        place = work / safe_name(line.number)
        inside = sorted(p for p in place.glob("*") if p.name != TOLD)
        more = sum(path.stat().st_size for path in inside)
        if size and size + more > limit:
            groups.append([])
            size = 0
        groups[-1] += inside
        size += more
    several = len(groups) > 1
    return [
        _zip(row.folder / (f"图斑卷宗-{n:02d}.zip" if several else "图斑卷宗.zip"), work, group)
        for n, group in enumerate(groups, start=1)
    ]


def _zip(target: Path, work: Path, paths: Sequence[Path]) -> dict[str, Any]:
    beside = target.with_name(f".{target.name}")
    with zipfile.ZipFile(beside, "w", zipfile.ZIP_STORED) as archive:
        for path in paths:
            archive.write(path, str(path.relative_to(work)))
    with beside.open("rb") as handle:
        total = hashlib.file_digest(handle, "sha256").hexdigest()
    os.replace(beside, target)
    return {"name": target.name, "size": target.stat().st_size, "sha256": total}


def fetch_run(user: User, run_id: Any, number: int) -> tuple[str, Path]:
    """One zip of a finished run one asked for oneself. Raises NotFound otherwise."""
    row = DossierRun.objects.filter(pk=run_id, created_by=user).first()
    if row is None or row.ready_at is None or not 0 < number <= len(row.files):
        raise NotFound
    file = row.files[number - 1]
    path = row.folder / file["name"]
    if not path.is_file():
        raise NotFound("该文件已过保存期，请重新生成。")
    with transaction.atomic():
        record(user, "enforcement.dossier.batch_fetch", row, note=row.reason, after=file)
    return file["name"], path


@every("enforcement.dossiers", 3600)
def drop_old_runs() -> None:
    """What was made in the background goes after the days an export is kept."""
    limit = timezone.now() - timedelta(days=settings.EXPORT_DAYS)
    for row in DossierRun.objects.filter(created_at__lt=limit):
        shutil.rmtree(row.folder, ignore_errors=True)
        row.delete()


def seen(user: User) -> Any:
    """The runs one asked for oneself, newest first."""
    return DossierRun.objects.filter(created_by=user).select_related("job__created_by")
