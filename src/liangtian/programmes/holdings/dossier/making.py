"""Making holder files: one at once, many in the background as one zip."""

from __future__ import annotations

import os
import time
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from liangtian.platform.audit.services import record
from liangtian.platform.errors import NotFound, Refused
from liangtian.platform.jobs.models import Job
from liangtian.platform.jobs.registry import JobRun, job
from liangtian.platform.jobs.schedule import every
from liangtian.platform.jobs.services import enqueue
from liangtian.platform.ledgers.declaration import find_ledger
from liangtian.platform.ledgers.query import filtered, ordered
from liangtian.platform.people.models import User
from liangtian.platform.people.scope import COUNTY_DIGITS, require
from liangtian.platform.reasons import reason_given
from liangtian.platform.regions.models import Region
from liangtian.press.dossier_pdf import dossier_pdf
from liangtian.press.errors import PressError
from liangtian.programmes.holdings.dossier.content import Made, dossier_of
from liangtian.programmes.holdings.dossier.gathering import Held, gathered
from liangtian.programmes.holdings.models import Holder
from liangtian.programmes.holdings.naming import shown_name

if TYPE_CHECKING:
    from collections.abc import Iterator

JOB, LEDGER = "holdings.holder_files", "holdings.holders"
AT_ONCE = 100  # holders read together
FORBIDDEN_IN_NAMES = '\\/:*?"<>|'


def holder_file(user: User, holder: Holder, reason: str = "") -> tuple[str, bytes]:
    """File name and PDF of one holder's file; with a reason identity and scans in full.

    Raises Forbidden, Refused for a reason too short or what the press cannot print.
    """
    require(user, "holdings.view", "holdings.export")
    text = _clear_for(user, reason)
    (held,) = gathered(user, [holder])
    content = _printed(held, _made(user, clear=bool(text)))
    with transaction.atomic():
        record(user, "holdings.holder.file", holder, after={"bytes": len(content)}, note=text)
    return f"{_name(held)}.pdf", content


def start(user: User, query: Mapping[str, str], reason: str = "") -> Job:
    """Queue the files of every holder of the ledger under those filters.

    Raises Forbidden, Refused for none, too many, an unknown filter or a reason too short.
    """
    require(user, "holdings.view", "holdings.export")
    text = _clear_for(user, reason)
    keys = _listed(user, query)
    if not keys:
        raise Refused("按这些条件没有权利人，无档案可生成。")
    if len(keys) > settings.DOSSIERS_AT_ONCE:
        raise Refused(
            f"共 {len(keys)} 户，一次最多生成 {settings.DOSSIERS_AT_ONCE} 户。请缩小范围。"
        )
    region = Region.objects.get(code=user.region_id or "")
    with transaction.atomic():
        return enqueue(JOB, f"一户一档：{len(keys)} 户", user, region, link="/holders",
                       user_id=user.pk, holders=keys, reason=text)  # fmt: skip


@job(JOB, "批量一户一档", retry=True)
def make_files(run: JobRun, *, user_id: int, holders: list[int], reason: str) -> dict[str, Any]:
    """Make the zip; a second attempt begins it anew."""
    user = User.objects.select_related("office").get(pk=user_id)
    path = zip_path(run.job)
    path.parent.mkdir(parents=True, exist_ok=True)
    working = path.with_suffix(".part")
    made, done, failed = _made(user, clear=bool(reason)), 0, list[str]()
    try:
        with zipfile.ZipFile(working, "w", zipfile.ZIP_STORED) as out:
            for held in _all(user, holders):
                run.progress(done / max(len(holders), 1), f"已生成 {done} 户，共 {len(holders)} 户")
                try:
                    out.writestr(f"{_name(held)}.pdf", _printed(held, made))
                except Refused as refusal:
                    failed.append(f"{_name(held)}：{refusal.message}")
                done += 1
            if failed:
                out.writestr("未生成.txt", "\r\n".join(failed))
    except BaseException:
        working.unlink(missing_ok=True)  # cancelled or failed: nothing half made stays
        raise
    os.replace(working, path)
    size = path.stat().st_size
    with transaction.atomic():
        record(user, "holdings.holder.files", run.job, note=reason,
               after={"holders": done, "failed": len(failed), "bytes": size})  # fmt: skip
    return {"file": f"一户一档-{timezone.localdate()}.zip", "size": size, "holders": done,
            "failed": len(failed)}  # fmt: skip


def made_zip(user: User, job_id: UUID) -> tuple[Path, str]:
    """The zip that a user's own job made, and its name. NotFound, also once it is swept away."""
    require(user, "holdings.view", "holdings.export")
    found = Job.objects.filter(pk=job_id, kind=JOB, created_by=user).first()
    if found is None or not (found.result or {}).get("file"):
        raise NotFound("没有这份档案，或还没有生成好。")
    path = zip_path(found)
    if not path.is_file():
        raise NotFound(f"档案已过 {settings.EXPORT_DAYS} 天的保存期，请重新生成。")
    return path, str(found.result["file"])


def zip_path(made: Job) -> Path:
    """Where the zip of a job lies."""
    return Path(settings.DATA) / "exports" / f"holders-{made.pk}.zip"


@every("holdings.holder_files", 3600)
def drop_old_files() -> None:
    """Files made in bulk are kept as long as exported ledgers; who made what stays on record."""
    limit = time.time() - settings.EXPORT_DAYS * 24 * 3600
    for path in (Path(settings.DATA) / "exports").glob("holders-*"):
        if path.stat().st_mtime < limit:
            path.unlink(missing_ok=True)


def _listed(user: User, query: Mapping[str, str]) -> list[int]:
    ledger = find_ledger(LEDGER)
    assert ledger is not None
    rows = ordered(ledger, user, filtered(ledger, user, dict(query)), ledger.default_sort)
    return list(rows.values_list("pk", flat=True))


def _all(user: User, keys: Sequence[int]) -> Iterator[Held]:
    for first in range(0, len(keys), AT_ONCE):
        some = keys[first : first + AT_ONCE]
        rows = Holder.objects.visible_to(user).select_related("region").in_bulk(some)
        yield from gathered(user, [rows[key] for key in some if key in rows])


def _clear_for(user: User, reason: str) -> str:
    if not reason.strip():
        return ""
    require(user, "personal.unmask")
    return reason_given(reason, "导出完整身份信息", 200)


def _made(user: User, *, clear: bool) -> Made:
    county = Region.objects.filter(code=(user.region_id or "")[:COUNTY_DIGITS]).first()
    maker = user.office.name if user.office else user.name
    return Made(maker, county.name if county else "", timezone.localdate(), clear)


def _printed(held: Held, made: Made) -> bytes:
    try:
        return dossier_pdf(dossier_of(held, made))
    except PressError as error:
        raise Refused(f"户档 {held.holder.pk} 不能生成：{error}") from error


def _name(held: Held) -> str:
    told = shown_name(held.holder).replace("*", "某")
    return f"{held.holder.pk}-" + "".join(c for c in told if c not in FORBIDDEN_IN_NAMES)
