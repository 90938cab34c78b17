"""Files made of a patch that wait to be fetched: those that hold it are withdrawn, the others stay.

A ledger's file is looked into where it can be: its rows are told apart by the number of the patch, and its
format keeps texts in one piece. Who still needs what was withdrawn asks for it anew.
"""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Collection, Iterable, Iterator
from functools import partial
from html import escape
from pathlib import Path
from typing import IO, TYPE_CHECKING

from django.conf import settings
from django.db import transaction

from liangtian.platform.jobs.models import Job
from liangtian.platform.ledgers.models import LedgerExport
from liangtian.platform.maps.printing import printed_path
from liangtian.programmes.enforcement.models import DossierRun

if TYPE_CHECKING:
    from liangtian.programmes.enforcement.traces import Traces

LEDGERS = "enforcement."
NUMBER = "number"  # the column 监测编号 in every ledger of patches
SEARCHED = ("csv", "xlsx", "geojson")
_AT_ONCE = 1 << 20


def withdraw(found: Traces) -> None:
    """Exports of ledgers, printed maps that show patches, batches of dossiers, files of the trail."""
    exports = LedgerExport.objects.filter(
        found.around, ledger__startswith=LEDGERS, created_at__gte=found.since
    )
    paths = [row.path for row in exports if _may_hold(row, found.number)]
    growing = exports.filter(ready_at=None).values("job")
    Job.objects.filter(pk__in=growing, status=Job.Status.RUNNING).update(cancel_requested=True)
    prints = Job.objects.filter(found.around, kind="maps.print", created_at__gte=found.since)
    paths += [
        printed_path(one) for one in prints if one.args.get("order", {"sources": 1})["sources"]
    ]
    runs = [row for row in DossierRun.objects.filter(found.around) if found.patch in row.patches]
    for row in runs:
        row.patches = [pk for pk in row.patches if pk != found.patch]
        row.save(update_fields=["patches"])
    folders = [row.folder for row in runs]
    paths += (Path(settings.DATA) / "exports").glob("audit-*")
    transaction.on_commit(partial(_unlink, paths, folders))


def _unlink(paths: Iterable[Path], folders: Collection[Path]) -> None:
    for path in paths:
        path.unlink(missing_ok=True)
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)


def _may_hold(row: LedgerExport, number: str) -> bool:
    """Whether a file may hold the patch; False only where it was looked into and does not name it."""
    unnamed = row.columns and NUMBER not in row.columns  # no columns are all columns
    if row.ready_at is None or row.file_format not in SEARCHED or unnamed:
        return True
    return row.path.is_file() and says(row.path, number)


def says(path: Path, number: str) -> bool:
    """Whether a file, or a member of it where it is an archive, has the number in it, as any of them writes it."""
    forms = {number, escape(number), escape(number, quote=False), json.dumps(number)[1:-1]}
    wanted = {form.encode(code) for form in forms for code in ("utf-8", "gb18030")}
    return any(_found(stream, wanted) for stream in _streams(path))


def _streams(path: Path) -> Iterator[IO[bytes]]:
    if not zipfile.is_zipfile(path):
        with path.open("rb") as plain:
            yield plain
        return
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            with archive.open(name) as member:
                yield member


def _found(stream: IO[bytes], wanted: Collection[bytes]) -> bool:
    overlap = max(map(len, wanted)) - 1
    tail = b""
    while chunk := stream.read(_AT_ONCE):
        text = tail + chunk
        if any(form in text for form in wanted):
            return True
        tail = text[-overlap:] if overlap else b""
    return False
