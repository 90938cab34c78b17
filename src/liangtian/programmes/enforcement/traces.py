"""What a patch leaves beside its own tables: files, letters, copies, results of jobs, entries of the trail.

What may be deleted is deleted; what must stay, since a hash or a number rests on it, is sealed. Nothing here names
the patch in what it writes.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from django.db import models, transaction
from django.db.models import Q
from django.db.models.functions import Cast

from liangtian.platform.audit.models import AuditEntry
from liangtian.platform.documents.models import Letter
from liangtian.platform.files.models import StoredFile
from liangtian.platform.files.thumbnails import drop_thumbnail
from liangtian.platform.jobs.models import Job, JobNote
from liangtian.platform.people.scope import below
from liangtian.platform.people.sealed import seal
from liangtian.platform.returns.models import Snapshot
from liangtian.platform.returns.snapshots import kept_lines
from liangtian.programmes.enforcement.models import (
    ArchivedDossier,
    BatchImport,
    DossierPaper,
    ImportProblem,
    LeadingCheck,
    Meeting,
    Patch,
    PatchPhoto,
    ResultPackage,
    StagedPatch,
)
from liangtian.programmes.enforcement.traces_files import LEDGERS, withdraw

PATCH_LETTERS = ("enforcement.field_check", "enforcement.result")
MINUTES = "meeting.minutes"


@dataclass
class Traces:
    """What is told of a patch while its rows are still there, for the time when they are gone."""

    patch: int
    case: int
    number: str
    county: str
    batch: int
    since: Any
    files: list[int] = field(default_factory=list)
    photos: list[int] = field(default_factory=list)
    meetings: list[int] = field(default_factory=list)

    @property
    def around(self) -> Q:
        """Rows of the county, of what lies in it, and of what it lies in."""
        above = [self.county[:digits] for digits in (2, 4)]
        return below(self.county) | Q(region__in=above)


def traces_of(patch: Patch) -> Traces:
    """Read before anything of the patch is deleted."""
    archived = ArchivedDossier.objects.filter(patch=patch).values_list("pdf", "originals")
    files = [pk for row in archived for pk in row if pk]
    files += DossierPaper.objects.filter(patch=patch).values_list("file", flat=True)
    files += LeadingCheck.objects.filter(patch=patch).values_list("record_file", flat=True)
    same = StoredFile.objects.filter(sha256=patch.batch.file_sha256)  # also where it came in twice
    files += same.values_list("pk", flat=True)
    return Traces(
        patch.pk, patch.case_id, patch.number, patch.county_id, patch.batch_id,
        patch.batch.imported_at, files,
        list(PatchPhoto.objects.filter(patch=patch).values_list("file", flat=True)),
        list(Meeting.objects.filter(items__patch=patch).values_list("pk", flat=True)),
    )  # fmt: skip


def remove(found: Traces) -> None:
    """Delete or seal all of it; in the caller's transaction, after the rows of the patch are gone."""
    _letters(found)
    _files(found)
    _imports(found)
    _jobs(found)
    _copies(found)
    withdraw(found)
    _trail(found)


def _naming(found: Traces, *names: str) -> Q:
    """Rows that hold the number in one of the columns; JSON is searched as the text it is kept as."""
    forms = {found.number, json.dumps(found.number)[1:-1]}
    wanted = Q()
    for name in names:
        for form in forms:
            wanted |= Q(**{f"{name}__contains": form})
    return wanted


def _as_text(rows: Any, *names: str) -> Any:
    return rows.annotate(**{f"{name}_text": Cast(name, models.TextField()) for name in names})


def _letters(found: Traces) -> None:
    """Drafts go; what was issued keeps its number in the register, seen by the keeper alone."""
    own = Q(kind__in=PATCH_LETTERS, source_id=found.patch)
    Letter.objects.filter(own, state=Letter.State.DRAFT).delete()
    rows = _as_text(Letter.objects.filter(below(found.county)), "values")
    told = rows.filter(
        own
        | Q(kind=MINUTES, source_id__in=found.meetings)
        | _naming(found, "values_text", "title", "about")
    ).order_by()
    letters = list(told.values_list("pk", "file"))
    seal(Letter, [pk for pk, _ in letters])
    seal(StoredFile, [file for _, file in letters if file])


def _files(found: Traces) -> None:
    """Photos go unless another patch shows them; papers, dossiers and the file as it came are sealed."""
    kept = set(PatchPhoto.objects.filter(file__in=found.photos).values_list("file", flat=True))
    for photo in StoredFile.objects.filter(pk__in=set(found.photos) - kept):
        try:
            with transaction.atomic():
                StoredFile.objects.filter(pk=photo.pk).delete()
        except models.ProtectedError:
            kept.add(photo.pk)
            continue
        if not StoredFile.objects.filter(sha256=photo.sha256).exists():
            transaction.on_commit(partial(drop_thumbnail, photo.sha256))
    seal(StoredFile, {*found.files, *kept})


def _imports(found: Traces) -> None:
    imports = BatchImport.objects.filter(below(found.county))
    StagedPatch.objects.filter(batch_import__in=imports, number=found.number).delete()
    ImportProblem.objects.filter(
        Q(number=found.number) | _naming(found, "value", "reason"), batch_import__in=imports
    ).delete()
    sealed = StoredFile.objects.filter(pk__in=found.files)
    for row in imports.filter(Q(batch=found.batch) | Q(file__in=sealed)):
        row.contents = {
            **row.contents,
            "preview": [],
        }  # its first rows, among them perhaps this one
        row.save(update_fields=["contents"])


def _jobs(found: Traces) -> None:
    rows = _as_text(Job.objects.filter(below(found.county)), "result", "args")
    told = rows.filter(_naming(found, "result_text", "args_text", "note", "error", "title"))
    keys = list(told.values_list("pk", flat=True))
    Job.objects.filter(pk__in=keys).update(
        result={}, args={}, note="", error="", title="（任务内容已封存）", link="", target=""
    )
    JobNote.objects.filter(
        _naming(found, "text"), job__region__code__startswith=found.county
    ).delete()


def _copies(found: Traces) -> None:
    """Kept states and packages of results that hold the patch; their hashes go on holding."""
    since = Snapshot.objects.filter(
        found.around, ledger__startswith=LEDGERS, taken_at__gte=found.since
    )
    held = [one.pk for one in since if _holds(one, found)]
    seal(Snapshot, held)
    # A package is written from the rows its return keeps, a county's from those of the returns it is made of.
    packages = ResultPackage.objects.filter(
        Q(sheet__snapshot__in=held) | Q(sheet__parts__part__snapshot__in=held)
    ).distinct()
    made = list(packages.order_by().values_list("pk", "file"))
    seal(ResultPackage, [pk for pk, _ in made])
    seal(StoredFile, [file for _, file in made])


def _holds(kept: Snapshot, found: Traces) -> bool:
    of_patches = kept.ledger == "enforcement.patches"
    return any(
        (of_patches and key == found.patch) or found.number in cells
        for key, cells in kept_lines(kept)
    )


def _trail(found: Traces) -> None:
    """Entries about the patch, and those that name it, are read without what they say."""
    rows = _as_text(AuditEntry.objects.order_by(), "before", "after")
    own = Q(target_type="enforcement.patch", target_id=str(found.patch)) | Q(
        target_type="cases.case", target_id=str(found.case)
    )
    files = Q(
        target_type="files.storedfile",
        target_id__in=[str(pk) for pk in {*found.files, *found.photos}],
    )
    named = _naming(found, "target_label", "note", "before_text", "after_text")
    seal(AuditEntry, rows.filter(own | files | named).values_list("pk", flat=True))
