"""One-time codes from a phone (动态口令, TOTP of RFC 6238) as the second factor."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from dataclasses import dataclass

import pyotp
import segno
from django.conf import settings
from django.contrib.auth.hashers import check_password
from django.db import transaction
from django.utils import timezone

from liangtian.platform.audit.services import record
from liangtian.platform.errors import Conflict, Refused
from liangtian.platform.people.models import OneTimeCode, User
from liangtian.platform.people.security import Policy

STEP_SECONDS = 30
RECOVERY_CODES = 8


@dataclass(frozen=True)
class Enrolment:
    """What the phone needs: the secret, and the same as a picture (SVG as a data address)."""

    secret: str
    picture: str


def needed(user: User, policy: Policy) -> bool:
    """Whether the policy asks a second factor of this person."""
    return bool(policy["code_for_all"] or (policy["code_for_officers"] and user.post))


def enabled(user: User) -> bool:
    """Whether the person has confirmed a phone."""
    return OneTimeCode.objects.filter(user=user, confirmed_at__isnull=False).exists()


def enrol(user: User) -> Enrolment:
    """Draw a new secret; it counts once a code from it has been confirmed. Conflict if one is in use."""
    if enabled(user):
        raise Conflict("动态口令已启用。如更换手机，请先停用，或请系统管理员重置。")
    secret = pyotp.random_base32()
    with transaction.atomic():
        OneTimeCode.objects.update_or_create(
            user=user, defaults={"secret": secret, "last_step": 0, "recovery": []}
        )
        record(user, "code.enrol", user)
    address = pyotp.TOTP(secret).provisioning_uri(name=user.username, issuer_name="量田")
    return Enrolment(secret, segno.make(address, error="m").svg_data_uri(scale=5, border=2))


def confirm(user: User, code: str) -> list[str]:
    """Start using the phone; answers the recovery codes, shown this once."""
    with transaction.atomic():
        row = OneTimeCode.objects.select_for_update().filter(user=user, confirmed_at=None).first()
        if row is None:
            raise Conflict("请先扫描二维码，再输入动态口令。")
        if not _accept(row, code):
            raise Refused(
                "动态口令不正确。请核对手机时间后输入最新的 6 位数字。",
                fields={"code": "动态口令不正确"},
            )
        plain = [f"{secrets.token_hex(2)}-{secrets.token_hex(3)}" for _ in range(RECOVERY_CODES)]
        row.recovery = [_hashed(text) for text in plain]
        row.confirmed_at = timezone.now()
        row.save()
        record(user, "code.enabled", user)
    return plain


def use(user: User, code: str) -> bool:
    """Whether a code (or recovery code) is right; it is spent by asking."""
    with transaction.atomic():
        row = (
            OneTimeCode.objects.select_for_update()
            .filter(user=user, confirmed_at__isnull=False)
            .first()
        )
        if row is None:
            return False
        if _accept(row, code):
            row.save(update_fields=["last_step"])
            return True
        hashed = _hashed(code.strip().lower())
        if hashed in row.recovery:
            row.recovery = [kept for kept in row.recovery if kept != hashed]
            row.save(update_fields=["recovery"])
            record(user, "code.recovery_used", user, after={"left": len(row.recovery)})
            return True
    return False


def switch_off(user: User, password: str, policy: Policy) -> None:
    """Stop using codes, with the password once more. Conflict when the policy demands them."""
    if needed(user, policy):
        raise Conflict("安全策略要求您使用动态口令，不能停用。更换手机请找系统管理员重置。")
    if not check_password(password, user.password):
        raise Refused("密码不正确，请重新输入。", fields={"password": "密码不正确"})
    with transaction.atomic():
        forget(user)
        record(user, "code.disabled", user)


def forget(user: User) -> None:
    """Wipe the secret. For services."""
    OneTimeCode.objects.filter(user=user).delete()


def _accept(row: OneTimeCode, code: str) -> bool:
    """A code of this step or of the one before or after, later than the last one used."""
    digits = code.replace(" ", "")
    here = int(time.time()) // STEP_SECONDS
    totp = pyotp.TOTP(row.secret)
    for step in (here - 1, here, here + 1):
        if step > row.last_step and hmac.compare_digest(
            totp.generate_otp(step).encode(), digits.encode()
        ):
            row.last_step = step
            return True
    return False


def _hashed(text: str) -> str:
    key = settings.SECRET_KEY.encode()
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
