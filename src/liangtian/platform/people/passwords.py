"""Passwords: what the policy asks of them, how they are changed and how the first one is made."""

from __future__ import annotations

import secrets
import string
from datetime import timedelta

from django.contrib.auth.hashers import check_password
from django.db import transaction
from django.utils import timezone

from liangtian.platform.audit.services import record
from liangtian.platform.errors import Refused
from liangtian.platform.people import sessions
from liangtian.platform.people.guessable import is_guessable
from liangtian.platform.people.models import PastPassword, Presence, User
from liangtian.platform.people.security import Policy, current

LONGEST = 128  # characters; a limit only so that hashing a book does not occupy the server
LETTERS = "abcdefghjkmnpqrstuvwxyz"  # without what is mistaken on paper: l 1 i o 0
DIGITS = "23456789"
GROUP, GROUPS = 4, 4


def random_password() -> str:
    """An initial password of four groups, easy to copy from paper; 16 letters and digits by chance (about 78 bits)."""
    drawn = [secrets.choice(LETTERS + LETTERS.upper() + DIGITS) for _ in range(GROUP * GROUPS)]
    for place, letters in enumerate((LETTERS, LETTERS.upper(), DIGITS)):  # whatever the policy asks
        drawn[place * GROUP] = secrets.choice(letters)
    text = "".join(drawn)
    return "-".join(text[i : i + GROUP] for i in range(0, len(text), GROUP))


def faults(password: str, user: User, policy: Policy) -> list[str]:
    """What the policy finds wrong with a new password, in words; empty when it will do."""
    found = []
    if len(password) < policy["password_min_length"]:
        found.append(f"至少 {policy['password_min_length']} 位")
    if len(password) > LONGEST:
        found.append(f"不超过 {LONGEST} 位")
    if _classes(password) < policy["password_classes"]:
        found.append(f"大写字母、小写字母、数字、符号中至少有 {policy['password_classes']} 种")
    if policy["password_not_username"] and user.username.lower() in password.lower():
        found.append("不能包含账号")
    if policy["password_not_common"] and is_guessable(password):
        found.append("不能是常见密码")
    if _used_before(password, user, policy["password_history"]):
        found.append(f"不能与现在的或最近 {policy['password_history']} 次的密码相同")
    return found


def rules(policy: Policy) -> list[str]:
    """What the policy asks of a password, in words, for who is about to choose one."""
    said = [f"至少 {policy['password_min_length']} 位，最多 {LONGEST} 位"]
    if policy["password_classes"]:
        said.append(f"大写字母、小写字母、数字、符号中至少 {policy['password_classes']} 种")
    if policy["password_not_username"]:
        said.append("不包含账号")
    if policy["password_not_common"]:
        said.append("不是常见密码：123456、password、键盘连键，词语或地名的拼音加数字")
    if policy["password_history"]:
        said.append(f"不与最近 {policy['password_history']} 次的密码相同")
    return said


def days_left(user: User, policy: Policy) -> int | None:
    """Days until the password must be changed; None where the policy sets no period."""
    if not policy["password_max_days"]:
        return None
    age = timezone.now() - user.password_changed_at
    return max(0, int(policy["password_max_days"]) - age.days)


def _classes(password: str) -> int:
    kinds = (string.ascii_uppercase, string.ascii_lowercase, string.digits)
    plain = "".join(kinds)
    return sum(any(c in kind for c in password) for kind in kinds) + any(
        c not in plain for c in password
    )


def _used_before(password: str, user: User, history: int) -> bool:
    if check_password(password, user.password):
        return True
    if not history:
        return False
    past = user.past_passwords.values_list("password", flat=True)[:history]
    return any(check_password(password, old) for old in past)


def must_change(user: User, policy: Policy) -> str:
    """Why the password must be changed before anything else: `initial`, `expired` or empty."""
    if user.must_change_password:
        return "initial"
    days = policy["password_max_days"]
    if days and user.password_changed_at < timezone.now() - timedelta(days=days):
        return "expired"
    return ""


def change_own(user: User, old: str, new: str, keep: str | None) -> None:
    """Change one's own password; every session but `keep` ends.

    Raises Refused when the old one is wrong or the new one falls short of the policy.
    """
    if not check_password(old, user.password):
        with transaction.atomic():
            record(user, "password.refused", user)
        raise Refused("当前密码不正确，请重新输入。", fields={"old": "当前密码不正确"})
    if found := faults(new, user, current()):
        said = "；".join(found)
        raise Refused(f"新密码不符合要求：{said}。", fields={"new": said})
    with transaction.atomic():
        store(user, new, must_change=False)
        sessions.end_all(user, Presence.End.PASSWORD, but=keep)
        record(user, "password.change", user)


def store(user: User, password: str, *, must_change: bool) -> None:
    """Put a password on an account, the old one into its history. For services; no check, no audit."""
    if user.pk and user.has_usable_password():
        PastPassword.objects.create(user=user, password=user.password)
    user.set_password(password)
    user.password_changed_at = timezone.now()
    user.must_change_password = must_change
    user.save(update_fields=["password", "password_changed_at", "must_change_password"])
