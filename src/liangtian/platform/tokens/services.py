"""Making, using and ending tokens."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from liangtian.platform.audit import context
from liangtian.platform.audit.services import record
from liangtian.platform.errors import NotFound, Refused
from liangtian.platform.people.models import User
from liangtian.platform.people.permissions import PERMISSIONS
from liangtian.platform.people.scope import require
from liangtian.platform.regions.models import Region
from liangtian.platform.tokens.models import ApiToken

PREFIX = "lt_"
SHOWN = 9  # characters that tell one token from another in a list
SECRET_BYTES = 32
NOTED_EVERY = timedelta(minutes=1)
NOT_BY_TOKEN = frozenset({"people", "security", "audit", "system", "regions", "api"})


def grantable(user: User) -> list[str]:
    """Permissions of the user that a token may carry: business only, never an officer's (三员)."""
    return [p for p in PERMISSIONS if p.split(".")[0] not in NOT_BY_TOKEN and user.may(p)]


def create(
    user: User, name: str, permissions: Sequence[str], region: str, days: int
) -> tuple[ApiToken, str]:
    """A new token and the key itself, which is shown this once.

    Raises Forbidden without api.token, Refused for rights or a region the user has not, or too long a life.
    """
    require(user, "api.token")
    fields: dict[str, str] = {}
    if not name.strip():
        fields["name"] = "请写明用途，例如“QGIS 读取图层”"
    if not permissions or set(permissions) - set(grantable(user)):
        fields["permissions"] = "只能选择您自己拥有的业务权限，至少一项"
    if not 1 <= days <= settings.TOKEN_LONGEST_DAYS:
        fields["days"] = f"有效期应为 1 至 {settings.TOKEN_LONGEST_DAYS} 天"
    place = Region.objects.filter(code=region).first()
    if place is None or not user.scope or not place.code.startswith(user.scope):
        fields["region"] = "应在您的管辖区划之内"
    if fields:
        raise Refused(f"令牌没有建立：{'；'.join(fields.values())}。", fields=fields)
    assert place is not None
    key = PREFIX + secrets.token_urlsafe(SECRET_BYTES)
    now = timezone.now()
    with transaction.atomic():
        token = ApiToken.objects.create(
            user=user, name=name.strip()[:60], digest=digest_of(key), start=key[:SHOWN],
            permissions=sorted(set(permissions)), region=place,
            created_at=now, expires_at=now + timedelta(days=days),
        )  # fmt: skip
        after = {"permissions": token.permissions, "region": region, "days": days}
        record(user, "token.create", token, region=place, after=after)
    return token, key


def revoke(user: User, token_id: int) -> ApiToken:
    """End a token of one's own. NotFound for another's."""
    with transaction.atomic():
        token = ApiToken.objects.select_for_update().filter(user=user, pk=token_id).first()
        if token is None:
            raise NotFound
        if token.revoked_at is None:
            token.revoked_at = timezone.now()
            token.save(update_fields=["revoked_at"])
            record(user, "token.revoke", token, region=token.region)
    return token


def user_of_key(key: str) -> User | None:
    """The owner with the rights of the token only, or None for a key that opens nothing.

    The user is narrowed in memory: what both may, and the token's region (or the owner's, where that has
    become the narrower one). Never save this object.
    """
    now = timezone.now()
    token = (
        ApiToken.objects.select_related("user__region", "region")
        .filter(digest=digest_of(key), revoked_at=None, expires_at__gt=now)
        .first()
    )
    if token is None or not token.user.may("api.token"):
        return None
    user: User = token.user
    own, ours = user.scope, token.region_id
    if not ours.startswith(own) and not own.startswith(ours):
        return None  # the owner was moved elsewhere
    allowed = frozenset(p for p in token.permissions if user.may(p))
    if ours.startswith(own):
        user.region = token.region
    user.permissions = allowed
    _note_use(token)
    return user


def _note_use(token: ApiToken) -> None:
    now = timezone.now()
    if token.used_at is None or now - token.used_at >= NOTED_EVERY:
        ApiToken.objects.filter(pk=token.pk).update(used_at=now, used_from=context.address.get())


def digest_of(key: str) -> str:
    """SHA-256 of a key; a key of 256 random bits needs no slow hash."""
    return hashlib.sha256(key.encode()).hexdigest()
