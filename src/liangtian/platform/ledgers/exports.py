"""Exports in the background: asked for, written by a worker, fetched by who asked, dropped after some days."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
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
from liangtian.platform.ledgers.export import Extract, counted, extract
from liangtian.platform.ledgers.formats import SUFFIXES, check_format, write_file
from liangtian.platform.ledgers.models import LedgerExport
from liangtian.platform.ledgers.unmasking import allowed, recorded
from liangtian.platform.people.scope import require
from liangtian.platform.personal_numbers import refuse_to_keep

if TYPE_CHECKING:
    from liangtian.platform.people.models import User

JOB = "ledgers.export"


def export_now(
    ledger: Ledger, user: User, params: Mapping[str, str], names: Sequence[str], file_format: str
) -> bytes:
    """A short ledger as a file at once; the act is audited with its number of rows.

    Raises Refused (code too_long) for a long one, which belongs into the background.
    """
    require(user, ledger.permission, ledger.export_permission)
    check_format(ledger.geometry is not None, file_format)
    if (count := counted(ledger, user, params, names)) > settings.EXPORT_ROWS_AT_ONCE:
        raise Refused(
            f"共 {count} 行，超过即时导出的 {settings.EXPORT_ROWS_AT_ONCE} 行。"
            "请改用后台导出，完成后再下载。", code="too_long",
        )  # fmt: skip
    wanted = extract(ledger, user, params, names)
    with tempfile.TemporaryDirectory(prefix="liangtian-") as folder:
        path = Path(folder) / f"{_stem(ledger)}{SUFFIXES[file_format]}"
        rows = write_file(wanted, file_format, path, lambda done: None)
        content = path.read_bytes()
    with transaction.atomic():
        _record(user, wanted, file_format, rows)
    return content


def start_export(
    ledger: Ledger, user: User, params: dict[str, str], names: list[str], file_format: str, *,
    reason: str = "",
) -> LedgerExport:  # fmt: skip
    """Ask for a file; a worker writes it. With a `reason` it is unmasked, for who may.

    Raises Refused for what the ledger does not have.
    """
    require(user, ledger.permission, ledger.export_permission)
    if reason:
        reason, ledger = allowed(user, ledger, reason), ledger.opened()
    check_format(ledger.geometry is not None, file_format)
    refuse_to_keep("导出任务", params.values())
    count = counted(ledger, user, params, names)
    if user.region is None:
        raise Refused("您的账号未设置管辖区划，不能导出。请联系系统管理员。")
    with transaction.atomic():
        made = LedgerExport.objects.create(
            ledger=ledger.name, title=f"{ledger.title}（{count} 行）", file_format=file_format,
            query=params, columns=names, created_by=user, region=user.region, reason=reason,
        )  # fmt: skip
        made.job = enqueue(
            JOB, f"导出{made.title}", user, user.region, export_id=str(made.pk),
        )  # fmt: skip
        made.save(update_fields=["job"])
        if reason:
            record(user, "personal.unmask", ledger.title, region=user.region, note=reason,
                   after={"ledger": ledger.name, "export": str(made.pk)})  # fmt: skip
    return made


@job(JOB)
def write_export(run: JobRun, export_id: str) -> dict[str, Any]:
    """Write the file beside its place, and put it there whole, with its row count and hash.

    What a killed run left is cleared away first.
    """
    made = LedgerExport.objects.select_related("created_by").get(pk=export_id)
    if made.ready_at is not None:
        return {"rows": made.rows}
    ledger, user = find_ledger(made.ledger), made.created_by
    if ledger is None:
        raise Refused(f"没有名为“{made.ledger}”的台账。")
    require(user, ledger.permission, ledger.export_permission)
    if made.reason:
        require(user, ledger.unmask_permission)
        ledger = ledger.opened()
    wanted = extract(ledger, user, made.query, made.columns)
    made.path.parent.mkdir(parents=True, exist_ok=True)
    _drop_unfinished(made)
    with tempfile.TemporaryDirectory(prefix=f".{made.pk}-", dir=made.path.parent) as folder:
        path = Path(folder) / f"{_stem(ledger)}{SUFFIXES[made.file_format]}"
        rows = write_file(wanted, made.file_format, path, _reporter(run, wanted))
        return {"rows": _finish(made, wanted, path, rows)}


def _reporter(run: JobRun, wanted: Extract) -> Any:
    whole = max(len(wanted.keys), 1)
    return lambda done: run.progress(0.98 * done / whole, f"已写 {done} / {whole} 行")


def _finish(made: LedgerExport, wanted: Extract, path: Path, rows: int) -> int | None:
    """Put the whole file in its place, unless another worker was first; the rows of the file there."""
    with path.open("rb") as handle:
        total = hashlib.file_digest(handle, "sha256").hexdigest()
    with transaction.atomic():
        made = LedgerExport.objects.select_for_update(of=("self",)).get(pk=made.pk)
        if made.ready_at is None:
            made.rows, made.size, made.sha256 = rows, path.stat().st_size, total
            made.ready_at = timezone.now()
            made.save(update_fields=["rows", "size", "sha256", "ready_at"])
            _record(made.created_by, wanted, made.file_format, rows, made.reason, sha256=total)
            os.replace(path, made.path)
    return made.rows


def _drop_unfinished(made: LedgerExport) -> None:
    for left in made.path.parent.glob(f".{made.pk}-*"):
        shutil.rmtree(left, ignore_errors=True)


def fetch_export(user: User, export_id: Any) -> LedgerExport:
    """A file one asked for oneself. Raises NotFound for another's, one not ready, or one dropped."""
    made = LedgerExport.objects.filter(pk=export_id, created_by=user).first()
    if made is None or made.ready_at is None or not made.path.is_file():
        raise NotFound("没有该导出文件，或已过保存期。请重新导出。")
    with transaction.atomic():
        act = "personal.export_fetch" if made.reason else "ledger.export_fetch"
        record(user, act, made, after={"sha256": made.sha256}, note=made.reason)
    return made  # type: ignore[no-any-return]


@every("ledgers.exports", 3600)
def drop_old_exports() -> None:
    """Files older than the kept days, and what killed runs left, go."""
    limit = timezone.now() - timedelta(days=settings.EXPORT_DAYS)
    for made in LedgerExport.objects.filter(created_at__lt=limit):
        made.path.unlink(missing_ok=True)
        _drop_unfinished(made)
        made.delete()


def file_name(made: LedgerExport) -> str:
    """The name the file is downloaded under."""
    return f"{made.title.split('（')[0]}{SUFFIXES[made.file_format]}"


def _stem(ledger: Ledger) -> str:
    return ledger.title.replace("/", "_")


def _record(
    user: User, wanted: Extract, file_format: str, rows: int, reason: str = "", **more: Any
) -> None:
    after = {
        "ledger": wanted.ledger.name, "filters": recorded(wanted.ledger, wanted.params),
        "format": file_format,
        "columns": [c.name for c in wanted.columns], "rows": rows, **more,
    }  # fmt: skip
    act = "personal.export" if reason else "ledger.export"
    record(user, act, wanted.ledger.title, region=user.region, after=after, note=reason)
