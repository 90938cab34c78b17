"""Letters, templates and series over HTTP. The register itself is the ledger `documents.letters`."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Router, Schema
from pydantic import Field

from liangtian.platform.attachments import attach
from liangtian.platform.audit.services import saw
from liangtian.platform.documents import services, templates
from liangtian.platform.documents.kinds import all_kinds, fields_of
from liangtian.platform.documents.models import Letter, LetterTemplate, NumberSeries
from liangtian.platform.errors import Forbidden
from liangtian.platform.people.models import User
from liangtian.platform.people.request import user_of
from liangtian.platform.people.scope import require
from liangtian.platform.shapes import one_of
from liangtian.press.letter import MIME

router = Router(tags=["documents"])


class LetterFieldOut(Schema):
    name: str
    label: str
    sample: str
    edited: bool


class LetterKindOut(Schema):
    code: str
    title: str
    source: str
    page: str  # where the things it is written about are handled
    fields: list[LetterFieldOut]


class TemplateOut(Schema):
    id: int
    kind: str
    kind_title: str
    version: int
    state: Annotated[str, one_of(LetterTemplate.State)]
    state_label: str
    note: str
    file_name: str
    created_by: str
    created_at: datetime


class SeriesOut(Schema):
    id: int
    word: str
    next_number: str


class LetterOut(Schema):
    id: int
    kind: str
    title: str
    about: str
    source: str
    source_id: int
    link: str
    state: Annotated[str, one_of(Letter.State)]
    state_label: str
    number: str
    office: str
    values: dict[str, str]
    fields: list[LetterFieldOut]
    template: str
    created_by: str
    created_at: datetime
    issued_by: str | None
    issued_on: date | None
    void_reason: str
    own: bool


class TemplateIn(Schema):
    kind: Annotated[str, Field(examples=["enforcement.field_check"])]
    file_id: int
    note: str = ""


class SeriesIn(Schema):
    word: Annotated[str, Field(examples=["青自然资卫"])]


class DraftIn(Schema):
    kind: Annotated[str, Field(examples=["enforcement.field_check"])]
    source_id: int


class EditIn(Schema):
    values: dict[str, str]


class IssueIn(Schema):
    series_id: int


class VoidIn(Schema):
    reason: str


@router.get("/kinds", response=list[LetterKindOut])
def kinds(request: HttpRequest) -> list[dict[str, Any]]:
    """The kinds of letters the user may write or lay out, with the values each can hold."""
    user = _reader(request)
    return [
        {
            "code": k.code,
            "title": k.title,
            "source": k.source,
            "page": k.page,
            "fields": [
                *fields_of(k),
                *(t.as_field for t in k.tables),
                *(c.as_field for c in k.charts),
            ],
        }
        for k in all_kinds()
        if user.may(k.permission)
    ]


@router.get("/kinds/{kind}/first.docx")
def first(request: HttpRequest, kind: str) -> HttpResponse:
    """The system's own template, to start from."""
    require(user_of(request), "documents.templates")
    found = templates.kind_of(kind)
    return _word(templates.first_of(found), f"{found.title}模板.docx")


@router.get("/templates", response=list[TemplateOut])
def list_templates(request: HttpRequest) -> list[dict[str, Any]]:
    """The templates of the user's office, newest first."""
    user = user_of(request)
    require(user, "documents.templates")
    rows = LetterTemplate.objects.visible_to(user).filter(office=templates.office_of(user))
    return [_template(row) for row in rows.select_related("file", "created_by")]


@router.post("/templates", response=TemplateOut)
def upload(request: HttpRequest, body: TemplateIn) -> dict[str, Any]:
    """Take an uploaded .docx as the next version; it is tried out at once."""
    return _template(templates.upload(user_of(request), body.kind, body.file_id, body.note))


@router.post("/templates/{template_id}/test", response=TemplateOut)
def test(request: HttpRequest, template_id: int) -> dict[str, Any]:
    """Try a template out on sample values; passing makes it fit for use."""
    return _template(templates.test(user_of(request), template_id))


@router.get("/templates/{template_id}/sample.docx")
def sample(request: HttpRequest, template_id: int) -> HttpResponse:
    """The template filled with sample values, to be looked at."""
    return _word(templates.sample(user_of(request), template_id), "试填样张.docx")


@router.post("/templates/{template_id}/activate", response=TemplateOut)
def activate(request: HttpRequest, template_id: int) -> dict[str, Any]:
    """Put a template into use."""
    return _template(templates.activate(user_of(request), template_id))


@router.post("/templates/{template_id}/retire", response=TemplateOut)
def retire(request: HttpRequest, template_id: int) -> dict[str, Any]:
    """Take a template out of use."""
    return _template(templates.retire(user_of(request), template_id))


@router.get("/series", response=list[SeriesOut])
def series(request: HttpRequest) -> list[dict[str, Any]]:
    """The series of numbers of the user's office, each with the number that comes next."""
    user = _reader(request)
    rows = NumberSeries.objects.visible_to(user).filter(office=templates.office_of(user))
    return [_series(row) for row in rows]


@router.post("/series", response=SeriesOut)
def create_series(request: HttpRequest, body: SeriesIn) -> dict[str, Any]:
    """Begin a series."""
    return _series(services.create_series(user_of(request), body.word))


@router.post("/letters", response=LetterOut)
def draft(request: HttpRequest, body: DraftIn) -> dict[str, Any]:
    """Draft a letter about a thing."""
    user = user_of(request)
    return _letter(user, services.draft(user, body.kind, body.source_id))


@router.get("/letters/{letter_id}", response=LetterOut)
def show(request: HttpRequest, letter_id: int) -> dict[str, Any]:
    """One letter."""
    user = user_of(request)
    require(user, "documents.register")
    return _letter(user, Letter.objects.fetch_for(user, pk=letter_id))


@router.put("/letters/{letter_id}", response=LetterOut)
def edit(request: HttpRequest, letter_id: int, body: EditIn) -> dict[str, Any]:
    """Change what may be changed in a draft."""
    user = user_of(request)
    return _letter(user, services.edit(user, letter_id, body.values))


@router.delete("/letters/{letter_id}", response=bool)
def drop(request: HttpRequest, letter_id: int) -> bool:
    """Throw a draft away."""
    services.drop(user_of(request), letter_id)
    return True


@router.post("/letters/{letter_id}/issue", response=LetterOut)
def issue(request: HttpRequest, letter_id: int, body: IssueIn) -> dict[str, Any]:
    """Number the letter and keep it for good."""
    user = user_of(request)
    return _letter(user, services.issue(user, letter_id, body.series_id))


@router.post("/letters/{letter_id}/void", response=LetterOut)
def void(request: HttpRequest, letter_id: int, body: VoidIn) -> dict[str, Any]:
    """Make an issued letter void."""
    user = user_of(request)
    return _letter(user, services.void(user, letter_id, body.reason))


@router.get("/letters/{letter_id}/letter.docx")
def word(request: HttpRequest, letter_id: int) -> HttpResponse:
    """The letter as a Word file: a draft as it would be today, an issued one as it was."""
    user = user_of(request)
    letter, content = services.preview(user, letter_id)
    saw(user, "documents.letter.download", letter)
    return _word(content, f"{letter.number}{letter.title}.docx")


def _reader(request: HttpRequest) -> User:
    user = user_of(request)
    if not (user.may("documents.register") or user.may("documents.templates")):
        raise Forbidden
    return user


def _word(content: bytes, name: str) -> HttpResponse:
    return attach(HttpResponse(content, content_type=MIME), name)


def _template(row: LetterTemplate) -> dict[str, Any]:
    return {
        "id": row.pk,
        "kind": row.kind,
        "kind_title": templates.kind_of(row.kind).title,
        "version": row.version,
        "state": row.state,
        "state_label": row.get_state_display(),
        "note": row.note,
        "file_name": row.file.name,
        "created_by": row.created_by.name,
        "created_at": row.created_at,
    }


def _series(row: NumberSeries) -> dict[str, Any]:
    year = timezone.localdate().year
    following = row.last + 1 if row.year == year else 1
    return {"id": row.pk, "word": row.word, "next_number": f"{row.word}〔{year}〕{following}号"}


def _letter(user: User, letter: Letter) -> dict[str, Any]:
    kind = templates.kind_of(letter.kind)
    return {
        "id": letter.pk,
        "kind": letter.kind,
        "title": letter.title,
        "about": letter.about,
        "source": kind.source,
        "source_id": letter.source_id,
        "state": letter.state,
        "state_label": letter.get_state_display(),
        "number": letter.number,
        "office": letter.office.name,
        "link": f"{kind.page}/{letter.source_id}" if kind.page else "",
        "values": {k: v for k, v in letter.values.items() if isinstance(v, str)},
        "fields": fields_of(kind),
        "template": str(letter.template) if letter.template else "系统自带模板",
        "created_by": letter.created_by.name,
        "created_at": letter.created_at,
        "issued_by": letter.issued_by.name if letter.issued_by else None,
        "issued_on": letter.issued_on,
        "void_reason": letter.void_reason,
        "own": user.office_id == letter.office_id,
    }
