"""Military land: a patch leaves the system but for one line of a register (军用土地登记表)."""

from __future__ import annotations

from datetime import date

from django.db import IntegrityError, transaction

from liangtian.platform.audit.services import record
from liangtian.platform.calendar.models import Deadline, Message
from liangtian.platform.cases.models import Consultation, Task
from liangtian.platform.errors import Conflict, Refused
from liangtian.platform.people.models import User
from liangtian.platform.people.scope import require
from liangtian.programmes.enforcement.judging import lock_patch
from liangtian.programmes.enforcement.models import (
    Disposition,
    EarlierOverlap,
    MilitaryPatch,
    Patch,
    PatchPhoto,
)
from liangtian.programmes.enforcement.models.military import PERMISSION
from liangtian.programmes.enforcement.traces import remove, traces_of

NAMELESS = "（已另行登记）"


def register(user: User, patch_id: int, form_number: str) -> MilitaryPatch:
    """Take a patch out of everything and keep one line of it; it cannot be put back.

    Raises Forbidden, NotFound, Refused without the number of the form, Conflict when the number of the form
    is taken.
    """
    require(user, "enforcement.view", PERMISSION)
    number = form_number.strip()
    if not number:
        raise Refused("请填写登记表编号。", fields={"form_number": "必填"})
    with transaction.atomic():
        patch = lock_patch(user, patch_id)
        row = MilitaryPatch(
            region=patch.county, batch=patch.batch, number=patch.number, form_number=number,
            registered_by=user,
        )  # fmt: skip
        try:
            with transaction.atomic():
                row.save()
        except IntegrityError as error:
            raise Conflict("登记表编号已用过，或该图斑已登记。") from error
        traces = traces_of(patch)
        _take_out(patch)
        remove(traces)
        record(user, "military.register", row)  # neither its number nor where it lies
    return row


def _take_out(patch: Patch) -> None:
    case = patch.case
    Message.objects.filter(title__contains=patch.number).delete()
    Deadline.objects.filter(source_kind=case.kind, source_id=case.pk).delete()
    Consultation.objects.filter(case=case).delete()
    Task.objects.filter(case=case).delete()
    PatchPhoto.objects.filter(patch=patch).delete()
    patch.checks.all().delete()
    EarlierOverlap.objects.filter(earlier=patch).delete()
    patch.judgement_outcome, patch.judged_by, patch.judged_at = "", None, None
    patch.confirmed_by, patch.confirmed_at, patch.overridden = None, None, False
    patch.save()
    Disposition.objects.filter(part__patch=patch).delete()
    patch.delete()
    # Its steps stay, as no step is ever deleted; nothing leads to them, nor tells where it lay.
    case.title, case.region = NAMELESS, patch.county
    case.save(update_fields=["title", "region"])


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
