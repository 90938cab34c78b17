"""One's own tokens over HTTP."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Schema
from pydantic import Field

from liangtian.platform.people.permissions import PERMISSIONS
from liangtian.platform.people.request import user_of
from liangtian.platform.people.scope import require
from liangtian.platform.tokens import services
from liangtian.platform.tokens.models import ApiToken

router = Router(tags=["tokens"])
State = Literal["active", "expired", "revoked"]


class PermissionOut(Schema):
    code: str
    label: str


class TokenOut(Schema):
    id: int
    name: str
    start: str
    permissions: list[PermissionOut]
    region: str
    region_name: str
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None
    used_from: str
    state: State


class TokensOut(Schema):
    rows: list[TokenOut]
    grantable: list[PermissionOut]
    longest_days: int


class TokenIn(Schema):
    name: Annotated[str, Field(max_length=60, examples=["QGIS 读取图层"])]
    permissions: Annotated[list[str], Field(examples=[["layers.view"]])]
    region: Annotated[str, Field(max_length=14, examples=["990121"])]
    days: Annotated[int, Field(examples=[90])]


class NewTokenOut(Schema):
    token: TokenOut
    key: str


@router.get("", response=TokensOut)
def tokens(request: HttpRequest) -> dict[str, Any]:
    """The user's own tokens, and what a new one could carry."""
    user = user_of(request)
    require(user, "api.token")
    rows = ApiToken.objects.filter(user=user).select_related("region")
    return {
        "rows": [_out(row) for row in rows],
        "grantable": _labelled(services.grantable(user)),
        "longest_days": settings.TOKEN_LONGEST_DAYS,
    }


@router.post("", response=NewTokenOut)
def create(request: HttpRequest, body: TokenIn) -> dict[str, Any]:
    """Make a token; its key is in this answer and nowhere else."""
    token, key = services.create(
        user_of(request), body.name, body.permissions, body.region, body.days
    )
    return {"token": _out(token), "key": key}


@router.post("/{token_id}/revoke", response=TokenOut)
def revoke(request: HttpRequest, token_id: int) -> dict[str, Any]:
    """End a token at once."""
    user = user_of(request)
    require(user, "api.token")
    return _out(services.revoke(user, token_id))


def _out(token: ApiToken) -> dict[str, Any]:
    state: State = "active"
    if token.revoked_at is not None:
        state = "revoked"
    elif token.expires_at <= timezone.now():
        state = "expired"
    return {
        "id": token.pk,
        "name": token.name,
        "start": token.start,
        "permissions": _labelled(token.permissions),
        "region": token.region_id,
        "region_name": token.region.name,
        "created_at": token.created_at,
        "expires_at": token.expires_at,
        "used_at": token.used_at,
        "used_from": token.used_from,
        "state": state,
    }


def _labelled(codes: list[str]) -> list[dict[str, str]]:
    return [{"code": code, "label": PERMISSIONS.get(code, code)} for code in codes]
