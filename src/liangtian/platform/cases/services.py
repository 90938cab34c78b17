"""Opening cases and moving them, one declared step at a time. Nothing else changes a stage."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any

from django.db.models import OuterRef, Subquery
from django.utils import timezone

from liangtian.platform.calendar import deadlines
from liangtian.platform.calendar.messages import tell_of_task
from liangtian.platform.calendar.models import Deadline
from liangtian.platform.calendar.pages import PAGES
from liangtian.platform.cases.delegating import stands_in_for
from liangtian.platform.cases.desks import staffed
from liangtian.platform.cases.machine import (
    START,
    WITHDRAW,
    Machine,
    Situation,
    Transition,
    all_machines,
)
from liangtian.platform.cases.models import Case, CaseStep, Consultation, Task
from liangtian.platform.errors import Conflict, Refused
from liangtian.platform.people.scope import require
from liangtian.platform.reasons import reason_given

if TYPE_CHECKING:
    from liangtian.platform.people.models import User

ROWS_PER_STATEMENT = 500


@dataclass(frozen=True)
class Taking:
    """What goes with a step: the opinion, the facts its guards judge by, and who is to have it next."""

    opinion: str = ""
    detail: dict[str, Any] | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    to_user: User | None = None


@dataclass
class Turn:
    """One case about to take a step: in whose place the user acts, and why it cannot be taken, if so."""

    case: Case
    taking: Taking
    behalf: User | None = None
    refusal: Refused | None = None


def open_cases(
    machine: Machine, cases: Sequence[Case], step: str, user: User | None, opinion: str = ""
) -> list[Case]:
    """Save new cases by the step that begins them, with history, clocks and tasks; in the caller's transaction."""
    first = machine.transition(step)
    if START not in first.origins:
        raise ValueError(f"{step} does not begin a case")
    for case in cases:
        case.kind, case.stage = machine.kind, first.to
    saved = Case.objects.bulk_create(cases, batch_size=ROWS_PER_STATEMENT)
    CaseStep.objects.bulk_create(
        [
            CaseStep(case=case, by=user, step=step, to_stage=first.to, opinion=opinion)
            for case in saved
        ],
        batch_size=ROWS_PER_STATEMENT,
    )
    _open_tasks(machine, saved, user, _start_clocks(machine, first, saved))
    return saved


def take_step(
    machine: Machine, case: Case, step: str, user: User | None, taking: Taking | None = None
) -> CaseStep:
    """Move `case` by `step` and write the history; the caller's transaction and audit entry surround it.

    The case row is locked first, so that of two people acting at once the second is told so.
    Raises Conflict when the step does not start at the present stage, when another person has the task,
    or when a guard says no; Forbidden without the permission; Refused when the opinion is missing.
    """
    transition = machine.transition(step)
    if user is not None:
        require(user, transition.permission)
    turn = Turn(case, taking or Taking())
    look(machine, step, user, [turn])
    if turn.refusal is not None:
        raise turn.refusal
    return _move(machine, transition, user, [turn])[0]


def look(machine: Machine, step: str, user: User | None, turns: Sequence[Turn]) -> None:
    """Lock the cases and note on each turn why its step cannot be taken; the permission is the caller's to ask.

    A handful of queries, however many turns; those of the guards' facts come on top.
    """
    transition, keys = machine.transition(step), [turn.case.pk for turn in turns]
    current = {one.pk: one for one in Case.objects.select_for_update().filter(pk__in=keys)}
    tasks = _tasks_of(keys)
    stand_in = cache(stands_in_for)
    for turn in turns:
        try:
            _possible(machine, transition, current[turn.case.pk])
            if user is not None:
                task = tasks.get(turn.case.pk)
                turn.behalf = _acting_for(task, user, transition, stand_in)
                _allowed(machine, transition, user, turn.taking)
        except Refused as refusal:
            turn.refusal = refusal


def move_all(machine: Machine, step: str, user: User, turns: Sequence[Turn]) -> list[CaseStep]:
    """Take a step of many cases that `look` found nothing against, in the same transaction."""
    assert all(turn.refusal is None for turn in turns)
    return _move(machine, machine.transition(step), user, turns)


def move_on(machine: Machine, case: Case, step: str, taking: Taking) -> CaseStep:
    """Take a step that nobody takes: it follows from what was done. In the caller's transaction, case locked."""
    return _move(machine, machine.transition(step), None, [Turn(case, taking)])[0]


def withdraw(machine: Machine, case: Case, user: User) -> CaseStep:
    """Take one's own last step back while nobody has touched what came of it (撤回).

    The caller takes back what that step did to the matter. Raises Conflict with the reason why not.
    """
    current = _locked(case)
    last = current.steps.order_by("-id").first()
    if last is None:
        raise Conflict(f"“{current.title}”还没有可撤回的步骤。")
    if reason := why_not_withdrawn(machine, current, last, user):
        raise Conflict(reason)
    done = machine.transition(last.step)
    back = Transition(
        WITHDRAW, "撤回", (last.to_stage,), last.from_stage, done.permission,
        starts=done.stops, stops=done.starts,
    )  # fmt: skip
    taking = Taking(detail={"withdrawn": last.step})
    return _move(machine, back, user, [Turn(case, taking)])[0]


def why_not_withdrawn(
    machine: Machine, case: Case, last: CaseStep | None, user: User
) -> str | None:
    """The reason (Chinese) why the user may not take the last step back; None when he may."""
    declared = {t.name: t for t in machine.transitions}
    if last is None or last.step not in declared or not declared[last.step].withdrawable:
        return f"“{case.title}”的上一步不能撤回。"
    if last.by_id != user.pk:
        return f"“{case.title}”的上一步不是您办理的，不能撤回。"
    task = case.tasks.filter(closed_at=None, parallel=False).first()
    if task is not None and task.moves.exists():
        return f"“{case.title}”已由下一环节签收或转办，不能撤回。"
    return None


def steps_open(
    machine: Machine, case: Case, user: User, facts: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """The steps the user may see from here, each with the reasons that still hinder it.

    `curable` says that an opinion which explains them would do.
    """
    task = case.tasks.filter(closed_at=None, parallel=False).select_related("holder").first()
    found = []
    for t in machine.transitions:
        if case.stage not in t.origins or t.automatic or not user.may(t.permission):
            continue
        reasons = machine.refusals(t, Situation(user.pk, facts))
        held = _held_by_another(task, user, t)
        if held is not None:
            reasons.insert(0, held)
        explained = Situation(user.pk, facts, t.label)
        found.append({
            "name": t.name, "label": t.label, "opinion": t.opinion, "hindered": reasons,
            "curable": bool(reasons) and held is None and not machine.refusals(t, explained),
        })  # fmt: skip
    last = case.steps.order_by("-id").first()
    if why_not_withdrawn(machine, case, last, user) is None and last is not None:
        label = f"撤回“{machine.step_labels[last.step]}”"
        found.append({"name": WITHDRAW, "label": label, "opinion": False, "hindered": []})
    return found


def mend_tasks() -> int:
    """Open the task of every case that waits without one, as cases of before there were tasks do; how many."""
    mended = 0
    for machine in all_machines():
        waiting = [s.code for s in machine.states if s.desk]
        bare = Case.objects.filter(kind=machine.kind, stage__in=waiting).exclude(
            tasks__in=Task.objects.filter(closed_at=None)
        )
        pages = PAGES[machine.kind](list(bare.values_list("pk", flat=True)))
        cases = [case for case in bare if case.pk in pages]  # not what was taken out of the system
        first = next(t for t in machine.transitions if START in t.origins)
        by_day: dict[date, list[Case]] = {}
        for case in cases:
            by_day.setdefault(timezone.localdate(case.opened_at), []).append(case)
        for day, opened in sorted(by_day.items()):
            for start in range(0, len(opened), ROWS_PER_STATEMENT):
                some = opened[start : start + ROWS_PER_STATEMENT]
                _open_tasks(machine, some, None, _start_clocks(machine, first, some, day))
        mended += len(cases)
    return mended


def _locked(case: Case) -> Case:
    found: Case = Case.objects.select_for_update().get(pk=case.pk)
    return found


def _possible(machine: Machine, transition: Transition, current: Case) -> None:
    if current.stage not in transition.origins or transition.automatic:
        raise Conflict(
            f"“{current.title}”现处于“{machine.labels[current.stage]}”环节，"
            f"不能办理“{transition.label}”。请刷新页面后再试。"
        )


def _allowed(machine: Machine, transition: Transition, user: User, taking: Taking) -> None:
    if transition.opinion:
        reason_given(taking.opinion, transition.label)
    situation = Situation(user.pk, taking.facts, taking.opinion, taking.to_user is not None)
    if reasons := machine.refusals(transition, situation):
        raise Conflict("".join(reasons))


def _tasks_of(cases: Sequence[int]) -> dict[int, Task]:
    """The open task of each case; those of offices that are asked are not among them."""
    rows = Task.objects.filter(case__in=cases, closed_at=None, parallel=False)
    return {task.case_id: task for task in rows.select_related("holder", "case")}


def _move(
    machine: Machine, transition: Transition, user: User | None, turns: Sequence[Turn]
) -> list[CaseStep]:
    """Steps first, then stages: the database refuses a stage that no step led to."""
    cases = [turn.case for turn in turns]
    keys, at = [case.pk for case in cases], timezone.now()
    origins = dict(Case.objects.filter(pk__in=keys).values_list("pk", "stage"))
    steps = CaseStep.objects.bulk_create(
        [
            CaseStep(
                case=turn.case, at=at, by=user, on_behalf_of=turn.behalf, step=transition.name,
                from_stage=origins[turn.case.pk], to_stage=transition.to,
                opinion=turn.taking.opinion.strip(), detail=turn.taking.detail,
            )
            for turn in turns
        ],
        batch_size=ROWS_PER_STATEMENT,
    )  # fmt: skip
    Case.objects.filter(pk__in=keys).update(stage=transition.to)
    for case in cases:
        case.stage = transition.to
    Consultation.objects.filter(case__in=keys, ended_at=None).update(ended_at=at)
    latest = CaseStep.objects.filter(case=OuterRef("case")).order_by("-id").values("pk")[:1]
    Task.objects.filter(case__in=keys, closed_at=None).update(
        closed_at=at, closed_by=user, closed_step=Subquery(latest)
    )
    for event in transition.stops:
        deadlines.stop(event, machine.kind, keys, user)
    holders = {t.case.pk: t.taking.to_user for t in turns if t.taking.to_user is not None}
    _open_tasks(machine, cases, user, _start_clocks(machine, transition, cases), holders)
    return steps


def _start_clocks(
    machine: Machine, transition: Transition, cases: Sequence[Case], day: date | None = None
) -> dict[int, Deadline]:
    """Start the clocks of a step; the deadline each case now works against."""
    sources = [
        deadlines.Source(machine.kind, case.pk, case.region_id, case.title) for case in cases
    ]
    started: dict[int, Deadline] = {}
    for event in transition.starts:
        started |= deadlines.start(event, sources, day)
    return started


def _open_tasks(
    machine: Machine,
    cases: Sequence[Case],
    user: User | None,
    clocks: Mapping[int, Deadline],
    holders: Mapping[int, User] | None = None,
) -> None:
    tasks, kinds, holders = [], dict[tuple[str, str], str](), holders or {}
    still = _running(machine, [case.pk for case in cases if case.pk not in clocks])
    for case in cases:
        desk = machine.state(case.stage).desk
        if desk is None:
            continue
        where = (case.stage, desk.region_code(case.region_id))
        if where not in kinds:
            there = desk.office and staffed(where[1], desk.office, desk.permission)
            kinds[where] = desk.office if there else ""
        tasks.append(
            Task(
                case=case, region_id=case.region_id, state=case.stage, title=desk.task,
                desk_id=where[1], office_kind=kinds[where], permission=desk.permission,
                holder=holders.get(case.pk), opened_by=user,
                deadline=clocks.get(case.pk) or still.get(case.pk),
            )
        )  # fmt: skip
    Task.objects.bulk_create(tasks, batch_size=ROWS_PER_STATEMENT)
    for task in tasks:
        if task.holder is not None and task.holder != user:
            page = machine.pages([task.case_id]).get(task.case_id, "")
            tell_of_task(task.holder, task.pk, f"{task.title}：{task.case.title}", "新的待办", page)


def _running(machine: Machine, cases: Sequence[int]) -> dict[int, Deadline]:
    """The nearest clock that still runs for each case."""
    rows = Deadline.objects.filter(
        source_kind=machine.kind, source_id__in=cases, done_on=None
    ).order_by("-due_on")
    return {row.source_id or 0: row for row in rows}


def _acting_for(
    task: Task | None,
    user: User,
    transition: Transition,
    stand_in: Callable[[User, User], bool],
) -> User | None:
    """The person in whose place the user acts; Conflict when the task is another's."""
    if held := _held_by_another(task, user, transition, stand_in):
        raise Conflict(held)
    if task is None or task.holder is None or task.holder_id == user.pk:
        return None
    return task.holder if transition.of_holder else None


def _held_by_another(
    task: Task | None,
    user: User,
    transition: Transition,
    stand_in: Callable[[User, User], bool] = stands_in_for,
) -> str | None:
    if task is None or task.holder is None or not transition.of_holder:
        return None
    if task.holder_id == user.pk or stand_in(user, task.holder):
        return None
    return (
        f"“{task.case.title}”由{task.holder.name}承办，您不能代为办理。请由其本人办理、转办或委托。"
    )
