"""委托代办: who may act on whose tasks, today."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from liangtian.platform.audit.services import record
from liangtian.platform.cases.models import Delegation
from liangtian.platform.errors import Conflict, NotFound, Refused
from liangtian.platform.people.models import User


def in_force(day: date | None = None) -> QuerySet[Delegation]:
    """Delegations that hold on a day."""
    on = day or timezone.localdate()
    return Delegation.objects.filter(ended_at=None, starts_on__lte=on, ends_on__gte=on)


def stands_in_for(user: User, absent: User) -> bool:
    """Whether `user` may act on the tasks of `absent` today."""
    return in_force().filter(from_user=absent, to_user=user).exists()


def colleagues(user: User) -> QuerySet[User]:
    """Who may be handed a task: active people of the user's own region who are not himself."""
    return (
        User.objects.filter(is_active=True, region_id=user.region_id)
        .exclude(pk=user.pk)
        .exclude(region_id=None)
    )


def colleague(user: User, other_id: int) -> User:
    """The colleague of that number; NotFound when he is none."""
    found = colleagues(user).filter(pk=other_id).first()
    if found is None:
        raise NotFound("没有这位同事，或他不在您的管辖区划任职。")
    return found


def delegate(user: User, to_id: int, starts: date, ends: date, reason: str) -> Delegation:
    """Let a colleague act on one's tasks for some days. Raises Refused, NotFound, Conflict."""
    other = colleague(user, to_id)
    text = reason.strip()
    if not text:
        raise Refused("请填写委托事由，例如“出差”“休假”。", fields={"reason": "必填"})
    if ends < starts or ends < timezone.localdate():
        raise Refused(
            "委托结束日期不能早于开始日期和今天。", fields={"ends_on": "不能早于开始日期和今天"}
        )
    if not set(user.roles.values_list("code", flat=True)) & set(
        other.roles.values_list("code", flat=True)
    ):
        raise Refused(
            f"{other.name}与您没有相同的角色，不能代办您的事项。请选择同岗位的同事。",
            fields={"to_user": "没有相同的角色"},
        )
    with transaction.atomic():
        overlapping = Delegation.objects.select_for_update().filter(
            Q(starts_on__lte=ends, ends_on__gte=starts), from_user=user, ended_at=None
        )
        if (there := overlapping.first()) is not None:
            raise Conflict(
                f"{there.starts_on} 至 {there.ends_on} 已委托{there.to_user.name}代办，请先终止该委托。"
            )
        made = Delegation.objects.create(
            from_user=user, to_user=other, starts_on=starts, ends_on=ends, reason=text[:200]
        )
        record(
            user, "task.delegate", f"委托{other.name}代办", region=user.region,
            after={"to": other.name, "from": starts, "until": ends, "reason": text},
        )  # fmt: skip
    return made


def end_delegation(user: User, delegation_id: int) -> Delegation:
    """End a delegation before its time; by either of the two."""
    with transaction.atomic():
        found = (
            Delegation.objects.select_for_update(of=("self",))
            .filter(Q(from_user=user) | Q(to_user=user), pk=delegation_id)
            .first()
        )
        if found is None:
            raise NotFound
        if found.ended_at is not None:
            raise Conflict("该委托已经终止。")
        found.ended_at = timezone.now()
        found.save(update_fields=["ended_at"])
        record(user, "task.delegate.end", f"终止委托{found.to_user.name}代办", region=user.region)
    return found


def delegations_of(user: User) -> QuerySet[Delegation]:
    """Those the user gave and those he was given."""
    return Delegation.objects.filter(Q(from_user=user) | Q(to_user=user)).select_related(
        "from_user", "to_user"
    )
