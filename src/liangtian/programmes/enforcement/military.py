"""Military land: a patch leaves the system but for one line of a register (军用土地登记表)."""

from __future__ import annotations

from datetime import date

from django.db import IntegrityError, transaction

from liangtian.platform.audit.services import record
from liangtian.platform.calendar.models import Deadline, Message
from liangtian.platform.cases.models import Consultation, Task
from liangtian.platform.documents.models import Letter
from liangtian.platform.errors import Conflict, Refused
from liangtian.platform.files.models import StoredFile
from liangtian.platform.people.models import User
from liangtian.platform.people.scope import require
from liangtian.programmes.enforcement.judging import lock_patch
from liangtian.programmes.enforcement.models import (
    BatchImport,
    Disposition,
    EarlierOverlap,
    ImportProblem,
    MilitaryPatch,
    Patch,
    PatchPhoto,
    StagedPatch,
)
from liangtian.programmes.enforcement.models.military import PERMISSION

NAMELESS = "（已另行登记）"


def register(user: User, patch_id: int, form_number: str) -> MilitaryPatch:
    """Take a patch out of everything and keep one line of it; it cannot be put back.

    Raises Forbidden, NotFound, Refused without the number of the form, Conflict when a letter about it was
    issued (it must be made void by hand, on paper too) or the number of the form is taken.
    """
    require(user, "enforcement.view", PERMISSION)
    number = form_number.strip()
    if not number:
        raise Refused("请填写登记表编号。", fields={"form_number": "必填"})
    with transaction.atomic():
        patch = lock_patch(user, patch_id)
        letters = Letter.objects.filter(kind__startswith="enforcement.", source_id=patch.pk)
        if letters.filter(kind__in=PATCH_LETTERS).exclude(state=Letter.State.DRAFT).exists():
            raise Conflict("该图斑已有制发的文书，请先按保密规定收回并联系管理员处理。")
        row = MilitaryPatch(
            region=patch.county, batch=patch.batch, number=patch.number, form_number=number,
            registered_by=user,
        )  # fmt: skip
        try:
            with transaction.atomic():
                row.save()
        except IntegrityError as error:
            raise Conflict("登记表编号已用过，或该图斑已登记。") from error
        letters.filter(kind__in=PATCH_LETTERS).delete()
        _take_out(patch)
        record(user, "military.register", row)  # neither its number nor where it lies
    return row


PATCH_LETTERS = ("enforcement.field_check", "enforcement.result")


def _take_out(patch: Patch) -> None:
    case = patch.case
    tasks = Task.objects.filter(case=case)
    Message.objects.filter(title__contains=patch.number).delete()
    Deadline.objects.filter(source_kind=case.kind, source_id=case.pk).delete()
    Consultation.objects.filter(case=case).delete()
    tasks.delete()
    files = list(PatchPhoto.objects.filter(patch=patch).values_list("file", flat=True))
    PatchPhoto.objects.filter(patch=patch).delete()
    patch.checks.all().delete()
    EarlierOverlap.objects.filter(earlier=patch).delete()
    patch.judgement_outcome, patch.judged_by, patch.judged_at = "", None, None
    patch.confirmed_by, patch.confirmed_at, patch.overridden = None, None, False
    patch.save()
    Disposition.objects.filter(part__patch=patch).delete()
    imports = BatchImport.objects.filter(batch=patch.batch)
    StagedPatch.objects.filter(batch_import__in=imports, number=patch.number).delete()
    ImportProblem.objects.filter(batch_import__in=imports, number=patch.number).delete()
    patch.delete()
    StoredFile.objects.filter(pk__in=files).delete()
    # The file as it came holds the outline: from now on nobody of the county opens it.
    StoredFile.objects.filter(pk=patch.batch.file_id).update(region=patch.county.parent)
    case.title = NAMELESS  # its steps stay, as no step is ever deleted; nothing leads to them
    case.save(update_fields=["title"])


def note_dispatch(user: User, row_id: int, number: str, on: date) -> MilitaryPatch:
    """Note by which confidential post the form went up."""
    require(user, PERMISSION)
    if not number.strip():
        raise Refused("请填写机要件编号。", fields={"number": "必填"})
    with transaction.atomic():
        row: MilitaryPatch = MilitaryPatch.objects.fetch_for(user, pk=row_id)
        row.dispatch_number, row.dispatched_on = number.strip(), on
        row.save(update_fields=["dispatch_number", "dispatched_on"])
        record(user, "military.dispatch", row)
    return row


def registered(user: User) -> list[MilitaryPatch]:
    """The register, for those who may see it."""
    require(user, PERMISSION)
    return list(MilitaryPatch.objects.visible_to(user).select_related("registered_by", "batch"))
