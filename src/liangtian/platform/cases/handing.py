"""Tasks that change hands: claimed, let go, given to a colleague, handed over, urged."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from liangtian.platform.audit.services import record
from liangtian.platform.calendar.messages import tell_of_task
from liangtian.platform.cases.delegating import colleague, stands_in_for
from liangtian.platform.cases.desks import Offices, people_at
from liangtian.platform.cases.inbox import waiting_for
from liangtian.platform.cases.machine import machine_of
from liangtian.platform.cases.models import Task, TaskMove
from liangtian.platform.errors import Conflict, Forbidden, NotFound, Refused
from liangtian.platform.people.models import User
from liangtian.platform.people.scope import require

if TYPE_CHECKING:
    pass

Act = TaskMove.Act


def claim(user: User, task_id: int) -> Task:
    """Take a task of one's desk for oneself (签收). Conflict when another was quicker."""
    with transaction.atomic():
        task = _locked(user, task_id)
        if task.holder_id == user.pk:
            return task
        if task.holder is not None:
            raise Conflict(f"“{task.case.title}”已由{task.holder.name}签收。请刷新后再试。")
        if not waiting_for(user).filter(pk=task.pk).exists():
            raise Forbidden("这项待办不属于您的岗位，不能签收。")
        _move(task, Act.CLAIM, user, user)
    return task


def release(user: User, task_id: int) -> Task:
    """Put one's task back for the desk."""
    with transaction.atomic():
        task = _own(user, task_id)
        _move(task, Act.RELEASE, user, None)
    return task


def give(user: User, task_id: int, to_id: int, reason: str) -> Task:
    """Give a task of one's own, or of one's desk, to a colleague who may do it (转办)."""
    with transaction.atomic():
        task = _locked(user, task_id)
        if task.holder_id != user.pk and not waiting_for(user, "pool").filter(pk=task.pk).exists():
            raise Forbidden("只能转办由您承办的或本岗位待签收的事项。")
        other = colleague(user, to_id)
        _must_be_able(other, task)
        _move(task, Act.GIVE, user, other, _reason(reason, "转办"))
        tell_of_task(
            other, task.pk, f"{task.title}：{task.case.title}", f"{user.name}转办", _page(task)
        )
    return task


def hand_over(user: User, from_id: int, to_id: int, reason: str) -> int:
    """Give every open task of a leaver to a colleague of the same region (离岗交接); how many.

    Raises Forbidden, NotFound for people of another region, Refused when the colleague may not do one of them.
    """
    require(user, "tasks.handover")
    leaver = User.objects.filter(pk=from_id, region__code__startswith=user.scope or "-").first()
    if leaver is None:
        raise NotFound("没有这位人员，或他不在您的管辖范围内。")
    heir = User.objects.filter(pk=to_id, is_active=True, region_id=leaver.region_id).first()
    if heir is None or heir == leaver:
        raise Refused(
            f"接手人须是与{leaver.name}同一区划的另一名在用人员。",
            fields={"to_user": "请另选接手人"},
        )
    text = _reason(reason, "离岗交接")
    with transaction.atomic():
        tasks = list(
            Task.objects.select_for_update(of=("self",))
            .filter(holder=leaver, closed_at=None)
            .select_related("case", "holder")
        )
        for task in tasks:
            _must_be_able(heir, task)
            _move(task, Act.HANDOVER, user, heir, text)
        record(
            user, "task.handover", f"{leaver.name}的待办交{heir.name}", region=leaver.region,
            after={"from": leaver.name, "to": heir.name, "count": len(tasks)}, note=text,
        )  # fmt: skip
        if tasks:
            tell_of_task(
                heir,
                tasks[0].pk,
                f"{leaver.name}的 {len(tasks)} 项待办已交您承办",
                "离岗交接",
                "/inbox",
            )
    return len(tasks)


def urge(user: User, task_id: int) -> Task:
    """Urge who has the task one sent (催办); at most once a day, to him or to everyone at the desk."""
    with transaction.atomic():
        task = _locked(user, task_id)
        if task.opened_by_id != user.pk:
            raise Forbidden("只有转出这项待办的人可以催办。")
        now = timezone.now()
        if task.urged_at and timezone.localdate(task.urged_at) == timezone.localdate(now):
            raise Conflict(f"“{task.case.title}”今天已催办，请明天再催。")
        task.urged_at, task.urged = now, task.urged + 1
        task.save(update_fields=["urged_at", "urged"])
        TaskMove.objects.create(
            task=task, act=Act.URGE, by=user, from_user=task.holder, to_user=task.holder
        )
        for person in [task.holder] if task.holder else people_at(task):
            tell_of_task(
                person, task.pk, f"{task.title}：{task.case.title}", f"{user.name}催办", _page(task)
            )
        record(user, "task.urge", task.case, region=task.region)
    return task


def _page(task: Task) -> str:
    return machine_of(task.case.kind).pages([task.case_id]).get(task.case_id, "/inbox")


def _locked(user: User, task_id: int) -> Task:
    found: Task | None = (
        Task.objects.visible_to(user)
        .select_for_update(of=("self",))
        .select_related("case", "holder")
        .filter(pk=task_id)
        .first()
    )
    if found is None:
        raise NotFound
    if found.closed_at is not None:
        raise Conflict(f"“{found.case.title}”的这项待办已办结。请刷新页面。")
    return found


def _own(user: User, task_id: int) -> Task:
    task = _locked(user, task_id)
    if task.holder is None or (task.holder_id != user.pk and not stands_in_for(user, task.holder)):
        raise Forbidden("这项待办不由您承办。")
    return task


def _must_be_able(other: User, task: Task) -> None:
    if not other.may(task.permission) or not Offices(other).handle(task):
        raise Refused(
            f"{other.name}没有办理“{task.title}”的权限，或不在承办机构，不能接手。",
            fields={"to_user": "没有所需权限，或不在承办机构"},
        )


def _reason(reason: str, what: str) -> str:
    text = reason.strip()
    if not text:
        raise Refused(f"{what}须填写事由。", fields={"reason": "必填"})
    return text[:300]


def _move(task: Task, act: str, by: User, to: User | None, reason: str = "") -> None:
    TaskMove.objects.create(
        task=task, act=act, by=by, from_user=task.holder, to_user=to, reason=reason
    )
    task.holder = to
    task.save(update_fields=["holder"])
    if act != Act.HANDOVER:
        record(by, f"task.{act}", task.case, region=task.region, note=reason)
