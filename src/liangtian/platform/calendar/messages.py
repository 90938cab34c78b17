"""Messages inside the system: written once, read by one person."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import QuerySet
from django.utils import timezone

from liangtian.platform.calendar.models import Message

if TYPE_CHECKING:
    from liangtian.platform.people.models import User


@dataclass(frozen=True)
class Text:
    """What a message says; the key names it for good."""

    kind: str
    key: str
    title: str
    body: str = ""
    link: str = ""


def tell(users: Iterable[User], text: Text) -> int:
    """Write a message to each; who has one of that key already gets no second. How many are new."""
    new = 0
    for user in users:
        _, made = Message.objects.get_or_create(
            user=user,
            key=text.key,
            defaults={
                "kind": text.kind,
                "title": text.title[:200],
                "body": text.body,
                "link": text.link,
            },
        )
        new += made
    return new


def tell_of_task(user: User, task_id: int, title: str, what: str, link: str) -> None:
    """Tell someone that a task came to him, or that he is urged."""
    stamp = f"{timezone.now():%Y%m%d%H%M%S%f}"
    key = f"task:{task_id}:{what}:{stamp}"
    tell([user], Text(Message.Kind.TASK, key, f"{what}：{title}", link=link))


def messages_of(user: User, unread: bool = False) -> QuerySet[Message]:
    """One's messages, newest first."""
    rows = Message.objects.filter(user=user)
    return rows.filter(read_at=None) if unread else rows


def mark_read(user: User, ids: list[int] | None = None) -> int:
    """Mark messages as read, all without `ids`; how many were not yet."""
    rows = messages_of(user, unread=True)
    if ids is not None:
        rows = rows.filter(pk__in=ids)
    return rows.update(read_at=timezone.now())
