"""Lists of wells, canals, buildings and crops over HTTP."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema
from pydantic import Field

from liangtian.platform.audit.services import saw
from liangtian.platform.errors import Forbidden
from liangtian.platform.files.models import StoredFile
from liangtian.platform.people.request import user_of
from liangtian.platform.people.scope import require
from liangtian.platform.shapes import one_of
from liangtian.programmes.holdings.lists import services
from liangtian.programmes.holdings.lists.fields import FIELDS, RIGHTS
from liangtian.programmes.holdings.lists.workbook import marked_workbook, template_xlsx
from liangtian.programmes.holdings.models import ListFile
from liangtian.programmes.holdings.shapes import Key

router = Router(tags=["holdings"])
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LATEST = 50
ListKind = Literal["well", "canal", "building", "crop"]
Words = dict[str, Annotated[str, Field(max_length=200)]]


class StartListIn(Schema):
    """A stored file, what it lists, and from which day on it holds."""

    file_id: Key
    kind: ListKind
    on: date
    fixed: Words = {}


class ListColumnsIn(Schema):
    mapping: Words
    fixed: Words = {}


class ListField(Schema):
    name: str
    label: str
    help: str
    needed: bool
    constant: bool


class ListCounts(Schema):
    ready: int
    done: int
    same: int
    wrong: int


class ListLine(Schema):
    """A row of the file: `row` as a person counts in the sheet, of a layer from 1."""

    row: int
    state: Literal["ready", "done", "same", "wrong"]
    title: str
    said: str
    field: str


class ListSummary(Schema):
    id: int
    kind: Annotated[str, one_of(ListFile.Kind)]
    kind_label: str
    name: str
    on: date
    state: Annotated[str, one_of(ListFile.State)]
    state_label: str
    counts: ListCounts
    made_by: str
    made_at: datetime


class ListOut(ListSummary):
    """A list with how it is read and what becomes of each row."""

    headings: list[str]
    fields: list[ListField]
    mapping: dict[str, str]
    fixed: dict[str, str]
    notes: list[str]
    lines: list[ListLine]


@router.get("/lists", response=list[ListSummary])
def lists(request: HttpRequest) -> list[dict[str, Any]]:
    """The latest lists of the user's region, of the sorts the user may bring."""
    user = user_of(request)
    require(user, "holdings.view")
    kinds = [kind for kind, rights in RIGHTS.items() if all(map(user.may, rights))]
    if not kinds:
        raise Forbidden
    rows = ListFile.objects.visible_to(user).filter(kind__in=kinds)
    return [summary_out(row) for row in rows.select_related("file", "made_by")[:LATEST]]


@router.post("/lists", response=ListOut)
def start(request: HttpRequest, body: StartListIn) -> dict[str, Any]:
    """Read an uploaded file and judge every row; nothing enters yet."""
    user = user_of(request)
    require(user, "holdings.view", *RIGHTS[body.kind])
    file = StoredFile.objects.fetch_for(user, pk=body.file_id)
    return list_out(services.start(user, file, body.kind, body.on, fixed=body.fixed))


@router.get("/lists/template.xlsx")
def template(request: HttpRequest, kind: ListKind) -> HttpResponse:
    """The empty list of a sort."""
    require(user_of(request), "holdings.view", *RIGHTS[kind])
    return _workbook(template_xlsx(kind), f"{ListFile.Kind(kind).label}表册模板.xlsx")


@router.get("/lists/{list_id}", response=ListOut)
def show(request: HttpRequest, list_id: int) -> dict[str, Any]:
    """A list as it stands."""
    return list_out(_fetch(request, list_id))


@router.put("/lists/{list_id}", response=ListOut)
def rematch(request: HttpRequest, list_id: int, body: ListColumnsIn) -> dict[str, Any]:
    """Judge the rows again with other columns and fixed values."""
    row = _fetch(request, list_id)
    return list_out(services.rematch(user_of(request), row, body.mapping, body.fixed))


@router.post("/lists/{list_id}/accept", response=ListOut)
def accept(request: HttpRequest, list_id: int) -> dict[str, Any]:
    """Let the good rows in."""
    services.accept(user_of(request), _fetch(request, list_id))
    return list_out(_fetch(request, list_id))


@router.post("/lists/{list_id}/discard", response=ListOut)
def discard(request: HttpRequest, list_id: int) -> dict[str, Any]:
    """Give the list up."""
    services.discard(user_of(request), _fetch(request, list_id))
    return list_out(_fetch(request, list_id))


@router.get("/lists/{list_id}/marked.xlsx")
def marked(request: HttpRequest, list_id: int) -> HttpResponse:
    """The rows with what became of each; names may stand in it, so that it isn't for everyone."""
    user, row = user_of(request), _fetch(request, list_id)
    if row.made_by_id != user.pk and not user.may("personal.unmask"):
        raise Forbidden("表册中可能有个人信息，只有导入人和有权查看完整信息的人可以下载。")
    data = marked_workbook(row)
    saw(user, "holdings.list.marked", row)
    return _workbook(data, f"{row.file.name.rsplit('.', 1)[0]}（标注）.xlsx")


def summary_out(row: ListFile) -> dict[str, Any]:
    """A list in brief."""
    return {
        "id": row.pk, "kind": row.kind, "kind_label": row.get_kind_display(), "name": row.file.name,
        "on": row.on, "state": row.state, "state_label": row.get_state_display(),
        "counts": services.counts(row), "made_by": row.made_by.name, "made_at": row.made_at,
    }  # fmt: skip


def list_out(row: ListFile) -> dict[str, Any]:
    """A list with its rows."""
    labels = {f.name: f.label for f in FIELDS[row.kind]}
    return {
        **summary_out(row), "headings": row.headings, "mapping": row.mapping, "fixed": row.fixed,
        "notes": row.notes,
        "fields": [
            {"name": f.name, "label": f.label, "help": f.help, "needed": f.needed, "constant": f.constant}
            for f in FIELDS[row.kind]
        ],
        "lines": [
            {"row": one["row"], "state": one["state"], "title": one["title"], "said": one["said"],
             "field": labels.get(one["column"], "")}
            for one in row.rows
        ],
    }  # fmt: skip


def _workbook(data: bytes, name: str) -> HttpResponse:
    response = HttpResponse(data, content_type=XLSX)
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    return response


def _fetch(request: HttpRequest, list_id: int) -> ListFile:
    user = user_of(request)
    require(user, "holdings.view")
    row: ListFile = ListFile.objects.select_related("file", "made_by", "region").fetch_for(
        user, pk=list_id
    )
    require(user, *RIGHTS[row.kind])
    return row
