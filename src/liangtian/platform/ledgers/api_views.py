"""Saved views over HTTP."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Router, Schema
from pydantic import Field

from liangtian.platform.errors import NotFound
from liangtian.platform.ledgers.declaration import Ledger, find_ledger
from liangtian.platform.ledgers.models import SavedView
from liangtian.platform.ledgers.query import of_today
from liangtian.platform.ledgers.services import (
    ViewDraft,
    default_view,
    drop_view,
    save_view,
    set_default,
    visible_views,
)
from liangtian.platform.people.models import User
from liangtian.platform.people.request import user_of
from liangtian.platform.people.scope import require

router = Router(tags=["ledgers"])


class ViewColumn(Schema):
    name: str
    width: int | None = None
    pin: Literal["left", "right"] | None = None


class ViewIn(Schema):
    name: Annotated[str, Field(max_length=60)]
    shared: bool = False
    columns: list[ViewColumn] = []
    query: dict[str, str] = {}
    grouping: list[str] = []


class ViewOut(Schema):
    id: int
    name: str
    shared: bool
    mine: bool
    owner: str
    columns: list[ViewColumn]
    query: dict[str, str]
    grouping: list[str]


class ViewsOut(Schema):
    views: list[ViewOut]
    default: int | None


class DefaultIn(Schema):
    view: int | None


class Done(Schema):
    done: bool = True


@router.get("/{name}/views", response=ViewsOut)
def views(request: HttpRequest, name: str) -> dict[str, Any]:
    """The views the user may use, and which one the ledger opens with."""
    ledger, user = _find(name), user_of(request)
    require(user, ledger.permission)
    return {
        "views": [_out(view, user) for view in visible_views(user, ledger)],
        "default": default_view(user, ledger),
    }


@router.post("/{name}/views", response=ViewOut)
def keep(request: HttpRequest, name: str, body: ViewIn) -> dict[str, Any]:
    """Keep a new view."""
    user = user_of(request)
    return _out(save_view(user, _find(name), ViewDraft(**body.dict())), user)


@router.put("/{name}/views/{view_id}", response=ViewOut)
def change(request: HttpRequest, name: str, view_id: int, body: ViewIn) -> dict[str, Any]:
    """Change one's own view."""
    user = user_of(request)
    return _out(save_view(user, _find(name), ViewDraft(**body.dict()), view_id), user)


@router.delete("/{name}/views/{view_id}", response=Done)
def drop(request: HttpRequest, name: str, view_id: int) -> Done:
    """Delete one's own view."""
    drop_view(user_of(request), view_id)
    return Done()


@router.put("/{name}/default-view", response=Done)
def choose(request: HttpRequest, name: str, body: DefaultIn) -> Done:
    """What the ledger opens with."""
    set_default(user_of(request), _find(name), body.view)
    return Done()


def _find(name: str) -> Ledger:
    ledger = find_ledger(name)
    if ledger is None:
        raise NotFound(f"没有名为“{name}”的台账。")
    return ledger


def _out(view: SavedView, user: User) -> dict[str, Any]:
    return {
        "id": view.pk,
        "name": view.name,
        "shared": view.office_id is not None,
        "mine": view.owner_id == user.pk,
        "owner": view.owner.name,
        "columns": view.columns,
        "query": of_today(view.query),
        "grouping": view.grouping,
    }
