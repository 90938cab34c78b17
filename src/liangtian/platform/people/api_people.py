"""Offices and accounts over HTTP, for the system administrator; the security officer reads along."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from liangtian.platform.errors import Forbidden
from liangtian.platform.people import accounts, offices
from liangtian.platform.people.models import Office, User
from liangtian.platform.people.request import user_of
from liangtian.platform.people.scope import require
from liangtian.platform.people.shapes import (
    Name,
    NewPassword,
    OfficeOut,
    PageNumber,
    PageSize,
    Reason,
    StaffOut,
    StaffPage,
    office_out,
    person_out,
)
from liangtian.platform.shapes import one_of

router = Router(tags=["people"])


class OfficeIn(Schema):
    name: Annotated[str, Field(min_length=2, max_length=100)]
    kind: Annotated[str, Field(pattern=f"^({'|'.join(Office.Kind.values)})$"), one_of(Office.Kind)]
    region: str


class NewOffice(OfficeIn):
    code: Annotated[str, Field(pattern=r"^[0-9A-Za-z][0-9A-Za-z-]{1,29}$")]
    parent_id: int | None = None


class ParentIn(Schema):
    parent_id: int | None


class ActiveIn(Schema):
    active: bool


class PersonIn(Schema):
    name: Name
    phone: str | None = None


class NewPerson(PersonIn):
    username: str
    office_id: int


class PeopleQuery(Schema):
    office: int | None = None
    q: str = ""
    role: str = ""
    state: str = ""
    page: PageNumber = 1
    size: PageSize = 20


class OfficeChoice(Schema):
    office_id: int


class ReasonIn(Schema):
    reason: Reason


class PhoneOut(Schema):
    phone: str


@router.get("/offices", response=list[OfficeOut])
def list_offices(request: HttpRequest) -> list[dict[str, Any]]:
    """The whole tree, parents first."""
    return [office_out(office) for office in offices.tree(_reader(request))]


@router.post("/offices", response=OfficeOut)
def create_office(request: HttpRequest, body: NewOffice) -> dict[str, Any]:
    """A new office."""
    made = offices.create(
        user_of(request), code=body.code, name=body.name, kind=body.kind,
        parent_id=body.parent_id, region_code=body.region,
    )  # fmt: skip
    return office_out(made)


@router.put("/offices/{office_id}", response=OfficeOut)
def change_office(request: HttpRequest, office_id: int, body: OfficeIn) -> dict[str, Any]:
    """Rename an office, or give it another kind or region."""
    officer, office = _office(request, office_id)
    return office_out(
        offices.change(officer, office, name=body.name, kind=body.kind, region_code=body.region)
    )


@router.post("/offices/{office_id}/move", response=OfficeOut)
def move_office(request: HttpRequest, office_id: int, body: ParentIn) -> dict[str, Any]:
    """Hang an office under another."""
    officer, office = _office(request, office_id)
    return office_out(offices.move(officer, office, body.parent_id))


@router.post("/offices/{office_id}/active", response=OfficeOut)
def open_or_close_office(request: HttpRequest, office_id: int, body: ActiveIn) -> dict[str, Any]:
    """Close an office that is empty, or reopen it."""
    officer, office = _office(request, office_id)
    return office_out(offices.set_active(officer, office, body.active))


@router.get("/users", response=StaffPage)
def list_people(request: HttpRequest, query: Query[PeopleQuery]) -> dict[str, Any]:
    """People of an office and below; `state` is active, disabled or unused (闲置)."""
    rows = accounts.listed(_reader(request), query.dict()).order_by("office__path", "username")
    start = (query.page - 1) * query.size
    shown = rows[start : start + query.size]
    return {"rows": [person_out(user) for user in shown], "total": rows.count()}


@router.post("/users", response=NewPassword)
def create_person(request: HttpRequest, body: NewPerson) -> dict[str, Any]:
    """A new account and its initial password, shown in this answer only."""
    user, password = accounts.create(
        user_of(request), username=body.username.strip().lower(), name=body.name.strip(),
        office_id=body.office_id, phone=body.phone or "",
    )  # fmt: skip
    return {"user": person_out(user), "initial_password": password}


@router.get("/users/{user_id}", response=StaffOut)
def show_person(request: HttpRequest, user_id: int) -> dict[str, Any]:
    """One person."""
    return person_out(accounts.fetch(_reader(request), user_id))


@router.put("/users/{user_id}", response=StaffOut)
def change_person(request: HttpRequest, user_id: int, body: PersonIn) -> dict[str, Any]:
    """Correct name or phone."""
    officer, user = _person(request, user_id)
    return person_out(accounts.change(officer, user, name=body.name.strip(), phone=body.phone))


@router.post("/users/{user_id}/move", response=StaffOut)
def move_person(request: HttpRequest, user_id: int, body: OfficeChoice) -> dict[str, Any]:
    """Move to another office; business roles end."""
    officer, user = _person(request, user_id)
    accounts.move(officer, user, body.office_id)
    return person_out(accounts.fetch(officer, user_id))


@router.post("/users/{user_id}/disable", response=StaffOut)
def disable_person(request: HttpRequest, user_id: int, body: ReasonIn) -> dict[str, Any]:
    """Close an account."""
    officer, user = _person(request, user_id)
    return person_out(accounts.disable(officer, user, body.reason))


@router.post("/users/{user_id}/enable", response=NewPassword)
def enable_person(request: HttpRequest, user_id: int) -> dict[str, Any]:
    """Open an account again, with a new initial password."""
    officer, user = _person(request, user_id)
    user, password = accounts.enable(officer, user)
    return {"user": person_out(user), "initial_password": password}


@router.post("/users/{user_id}/reset-password", response=NewPassword)
def reset_password(request: HttpRequest, user_id: int) -> dict[str, Any]:
    """A new initial password."""
    officer, user = _person(request, user_id)
    user, password = accounts.reset_password(officer, user)
    return {"user": person_out(user), "initial_password": password}


@router.post("/users/{user_id}/reset-code", response=StaffOut)
def reset_code(request: HttpRequest, user_id: int, body: ReasonIn) -> dict[str, Any]:
    """Take off the second factor."""
    officer, user = _person(request, user_id)
    return person_out(accounts.reset_code(officer, user, body.reason))


@router.post("/users/{user_id}/phone", response=PhoneOut)
def show_phone(request: HttpRequest, user_id: int, body: ReasonIn) -> dict[str, str]:
    """The full phone number, for a reason that is kept."""
    require(user_of(request), "people.unmask")
    officer = user_of(request)
    return {"phone": accounts.unmask_phone(officer, accounts.fetch(officer, user_id), body.reason)}


def _reader(request: HttpRequest) -> User:
    user = user_of(request)
    if not (user.may("people.accounts") or user.may("people.grant")):
        raise Forbidden
    return user


def _office(request: HttpRequest, office_id: int) -> tuple[User, Office]:
    officer = user_of(request)
    require(officer, "people.accounts")
    return officer, offices.fetch(officer, office_id)


def _person(request: HttpRequest, user_id: int) -> tuple[User, User]:
    officer = user_of(request)
    require(officer, "people.accounts")
    return officer, accounts.fetch(officer, user_id)
