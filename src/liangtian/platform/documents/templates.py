"""Templates: uploaded by an office, tried out on sample values, put into use."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Max

from liangtian.platform.audit.services import record
from liangtian.platform.documents.kinds import LetterKind, find_kind, sample_of
from liangtian.platform.documents.models import LetterTemplate
from liangtian.platform.errors import Conflict, NotFound, Refused
from liangtian.platform.files.models import StoredFile
from liangtian.platform.people.models import Office, User
from liangtian.platform.people.scope import require
from liangtian.press.letter import TemplateRefused, try_out
from liangtian.press.letter_start import first_template

State = LetterTemplate.State


def kind_of(code: str) -> LetterKind:
    """The declared kind; NotFound otherwise."""
    found = find_kind(code)
    if found is None:
        raise NotFound(f"没有种类为“{code}”的文书。")
    return found


def office_of(user: User) -> Office:
    """The office for which a user writes; Refused without one."""
    if user.office is None:
        raise Refused("您的账号没有所在机构，不能制发文书。请联系系统管理员。")
    office: Office = user.office
    return office


def upload(user: User, kind_code: str, file_id: int, note: str = "") -> LetterTemplate:
    """A new version of the office's template; it is not in use before it was tried out.

    Raises Forbidden, NotFound, and Refused naming everything that is wrong with the file.
    """
    require(user, "documents.templates")
    kind, office = kind_of(kind_code), office_of(user)
    file: StoredFile = StoredFile.objects.fetch_for(user, pk=file_id)
    _tried(kind, file)
    with transaction.atomic():
        Office.objects.select_for_update().get(pk=office.pk)
        newest = LetterTemplate.objects.filter(office=office, kind=kind.code)
        version = (newest.aggregate(n=Max("version"))["n"] or 0) + 1
        template = LetterTemplate.objects.create(
            kind=kind.code, office=office, region=office.region, version=version, file=file,
            note=note.strip()[:200], created_by=user,
        )  # fmt: skip
        after = {"kind": kind.title, "version": version, "file": file.name}
        record(user, "documents.template.upload", template, after=after)
    return template


def test(user: User, template_id: int) -> LetterTemplate:
    """Fill the template with sample values; passing makes it fit for use. Refused where it fails."""
    require(user, "documents.templates")
    template = _own(user, template_id)
    _tried(kind_of(template.kind), template.file)
    passed = State.TESTED if template.state == State.DRAFT else State(template.state)
    return _turn(user, template, passed, "documents.template.test")


def sample(user: User, template_id: int) -> bytes:
    """The template filled with sample values."""
    require(user, "documents.templates")
    template = _own(user, template_id)
    return _tried(kind_of(template.kind), template.file)


def activate(user: User, template_id: int) -> LetterTemplate:
    """Put a tried template into use instead of the one before. Conflict for one not tried."""
    require(user, "documents.templates")
    with transaction.atomic():
        template = _own(user, template_id)
        Office.objects.select_for_update().get(pk=template.office_id)
        if template.state == State.DRAFT:
            raise Conflict("模板还没有试填。请先试填并打开看过，再启用。")
        before = LetterTemplate.objects.filter(
            office=template.office, kind=template.kind, state=State.ACTIVE
        )
        for other in before.exclude(pk=template.pk):
            _turn(user, other, State.RETIRED, "documents.template.retire")
        return _turn(user, template, State.ACTIVE, "documents.template.activate")


def retire(user: User, template_id: int) -> LetterTemplate:
    """Take a template out of use; letters are then written from the system's own."""
    require(user, "documents.templates")
    return _turn(user, _own(user, template_id), State.RETIRED, "documents.template.retire")


def in_use(office: Office, kind: LetterKind) -> tuple[LetterTemplate | None, bytes]:
    """The office's template in use, or the system's first one, with its bytes."""
    own = (
        LetterTemplate.objects.select_related("file")
        .filter(office=office, kind=kind.code, state=State.ACTIVE)
        .first()
    )
    return own, _bytes(own.file) if own else first_of(kind)


def first_of(kind: LetterKind) -> bytes:
    """The system's own template of a kind."""
    tables = {t.name: [(c.name, c.label) for c in t.columns] for t in kind.tables}
    return first_template(kind.title, kind.body, tables)


def _own(user: User, template_id: int) -> LetterTemplate:
    found: LetterTemplate = LetterTemplate.objects.fetch_for(
        user, pk=template_id, office=office_of(user)
    )
    return found


def _turn(user: User, template: LetterTemplate, state: State, act: str) -> LetterTemplate:
    with transaction.atomic():
        before = {"state": template.get_state_display()}
        template.state = state
        template.save(update_fields=["state"])
        record(user, act, template, before=before, after={"state": state.label})
    return template


def _tried(kind: LetterKind, file: StoredFile) -> bytes:
    try:
        return try_out(_bytes(file), sample_of(kind))
    except TemplateRefused as refusal:
        raise Refused(
            f"模板“{file.name}”不能使用：{'；'.join(refusal.problems)}。",
            fields={"file_id": "；".join(refusal.problems)},
        ) from refusal


def _bytes(file: StoredFile) -> bytes:
    with file.open() as stream:
        return stream.read()
