"""会办（征求意见）: several offices are asked at once; with enough opinions the case goes on by itself."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from django.db import transaction
from django.utils import timezone

from liangtian.platform.audit.services import record
from liangtian.platform.calendar.deadlines import running_of
from liangtian.platform.calendar.messages import tell_of_task
from liangtian.platform.cases.delegating import stands_in_for
from liangtian.platform.cases.desks import Offices, offices_that_may_answer, people_at
from liangtian.platform.cases.machine import DIGITS, OPINE, Machine, Opinions, machine_of
from liangtian.platform.cases.models import Case, CaseStep, Consultation, OfficeOpinion, Task
from liangtian.platform.cases.services import Taking, move_on, take_step
from liangtian.platform.errors import Conflict, Forbidden, NotFound, Refused
from liangtian.platform.people.models import Office
from liangtian.platform.people.scope import require
from liangtian.platform.reasons import reason_given

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from liangtian.platform.calendar.models import Deadline
    from liangtian.platform.people.models import User

Stance = OfficeOpinion.Stance


@dataclass(frozen=True)
class Asked:
    """What is asked, of which offices, and how many of them must answer."""

    question: str
    offices: Sequence[int]
    rule: Literal["all", "majority"] = "all"
    facts: Mapping[str, Any] = field(default_factory=dict)  # what the guards of the step judge by


def offices_to_ask(machine: Machine, case: Case) -> list[Office]:
    """Offices of the county that could be asked about a case."""
    county = case.region_id[: DIGITS["county"]]
    return list(offices_that_may_answer(county, _declared(machine).permission))


def ask(machine: Machine, case: Case, step: str, user: User, asked: Asked) -> Consultation:
    """Take the step that puts a question to several offices; the caller's transaction and audit entry surround it.

    Each office gets a task of its own, due with the clock that the step starts.
    Raises Refused for no or unknown offices, a rule not declared or no question; else as `take_step`.
    """
    question = reason_given(asked.question, "征求意见", longest=2000)
    state = machine.state(machine.transition(step).to)
    declared = state.opinions
    if declared is None or asked.rule not in declared.rules:
        raise Refused("请选择办结规则。", fields={"rule": "不在可选范围内"})
    chosen = _chosen(machine, case, asked.offices)
    names = [office.name for office in chosen]
    taken = take_step(
        machine, case, step, user,
        Taking(question, {"offices": names, "rule": asked.rule}, asked.facts),
    )  # fmt: skip
    case.refresh_from_db()
    running = running_of(machine.transition(step).starts, machine.kind, case.pk)
    made = Consultation.objects.create(
        case=case, region_id=case.region_id, step=taken, question=question, rule=asked.rule,
        needed=len(chosen) if asked.rule == "all" else len(chosen) // 2 + 1,
        asked_by=user, due_on=running.due_on if running else None,
    )  # fmt: skip
    for office in chosen:
        _open(made, declared, office, running)
    return made


def answer(user: User, task_id: int, stance: str, text: str) -> OfficeOpinion:
    """Give the opinion of one's office; the last one needed takes the case on.

    Raises NotFound, Forbidden for somebody of another office, Conflict when it was answered or the asking
    ended meanwhile, Refused for an opinion without words.
    """
    with transaction.atomic():
        task = _locked(user, task_id)
        opinion = OfficeOpinion.objects.select_related("consultation", "office").get(task=task)
        require(user, task.permission)
        behalf = _behalf(user, task)
        if stance not in Stance.values:
            raise Refused("请选择同意、不同意或无意见。", fields={"stance": "请选择"})
        said = text.strip() if stance == Stance.NONE else reason_given(text, "答复意见", 2000)
        case = Case.objects.select_for_update().get(pk=task.case_id)
        step = CaseStep.objects.create(
            case=case, by=user, on_behalf_of=behalf, step=OPINE, from_stage=case.stage,
            to_stage=case.stage, opinion=f"{opinion.office.name}：{Stance(stance).label}。{said}",
            detail={"office": opinion.office.name, "stance": stance},
        )  # fmt: skip
        opinion.stance, opinion.text, opinion.answered_by = stance, said, user
        opinion.answered_at = step.at
        opinion.save(update_fields=["stance", "text", "answered_by", "answered_at"])
        task.closed_at, task.closed_by, task.closed_step = step.at, user, step
        task.save(update_fields=["closed_at", "closed_by", "closed_step"])
        record(
            user, "task.opinion", case, region=case.region,
            after={"office": opinion.office.name, "stance": Stance(stance).label}, note=said,
        )  # fmt: skip
        _conclude(case, opinion.consultation)
    return opinion


def asked_of(user: User, task_id: int) -> OfficeOpinion:
    """The question of a task, for the people of the office asked. NotFound otherwise."""
    found: Task = Task.objects.fetch_for(user, pk=task_id, parallel=True)
    mine = found.holder_id == user.pk or Offices(user).handle(found)
    if not mine or not user.may(found.permission):
        raise NotFound
    opinion: OfficeOpinion = OfficeOpinion.objects.select_related(
        "consultation__case", "consultation__asked_by", "office"
    ).get(task=found)
    return opinion


def consultations_out(case: Case) -> list[dict[str, Any]]:
    """Every asking of a case with what each office said, the newest first."""
    rows = case.consultations.select_related("asked_by").prefetch_related(
        "opinions__office", "opinions__answered_by"
    )
    return [consultation_out(row) for row in rows.order_by("-pk")]


def consultation_out(row: Consultation) -> dict[str, Any]:
    """One asking."""
    opinions = list(row.opinions.all())
    return {
        "id": row.pk,
        "question": row.question,
        "rule": row.get_rule_display(),
        "needed": row.needed,
        "answered": sum(bool(one.stance) for one in opinions),
        "asked_by": row.asked_by.name,
        "asked_at": row.asked_at,
        "due_on": row.due_on,
        "ended_at": row.ended_at,
        "late": row.ended_at is None
        and row.due_on is not None
        and timezone.localdate() > row.due_on,
        "opinions": [
            {
                "office": one.office.name,
                "stance": one.stance,
                "stance_label": one.get_stance_display() if one.stance else "",
                "text": one.text,
                "by": one.answered_by.name if one.answered_by else "",
                "at": one.answered_at,
            }
            for one in opinions
        ],
    }


def _declared(machine: Machine) -> Opinions:
    return next(state.opinions for state in machine.states if state.opinions)


def _chosen(machine: Machine, case: Case, wanted: Sequence[int]) -> list[Office]:
    known = {office.pk: office for office in offices_to_ask(machine, case)}
    if not wanted or any(pk not in known for pk in wanted):
        raise Refused("请选择征求意见的单位。", fields={"offices": "请从可选的单位中选择"})
    return [known[pk] for pk in dict.fromkeys(wanted)]


def _open(made: Consultation, declared: Opinions, office: Office, running: Deadline | None) -> None:
    case, user = made.case, made.asked_by
    task = Task.objects.create(
        case=case, region_id=case.region_id, state=case.stage, title=declared.task,
        desk_id=case.region_id[: DIGITS["county"]], office=office, parallel=True,
        permission=declared.permission, opened_by=user, deadline=running,
    )  # fmt: skip
    OfficeOpinion.objects.create(consultation=made, office=office, task=task)
    for person in people_at(task):
        tell_of_task(
            person, task.pk, f"{declared.task}：{case.title}", f"{user.name}征求意见",
            f"/inbox?opinion={task.pk}",
        )  # fmt: skip


def _locked(user: User, task_id: int) -> Task:
    task: Task | None = (
        Task.objects.visible_to(user)
        .select_for_update(of=("self",))
        .select_related("case", "holder")
        .filter(pk=task_id, parallel=True)
        .first()
    )
    if task is None:
        raise NotFound
    if task.closed_at is not None:
        raise Conflict(f"“{task.case.title}”的会办意见已答复，或征求意见已结束。请刷新页面。")
    return task


def _behalf(user: User, task: Task) -> User | None:
    """In whose place the user answers; Forbidden when it is not his office's, or another has taken it."""
    if task.holder is None:
        if not Offices(user).handle(task):
            raise Forbidden("这件会办意见由其他单位答复。")
        return None
    if task.holder_id == user.pk:
        return None
    if not stands_in_for(user, task.holder):
        raise Forbidden(f"这件会办意见由{task.holder.name}答复。")
    return task.holder


def _conclude(case: Case, made: Consultation) -> None:
    """Take the case on when enough have answered; back to who asked, if still here."""
    said = Counter(
        made.opinions.exclude(stance="").values_list("stance", flat=True)
    )  # of stance to number
    if sum(said.values()) < made.needed:
        return
    machine = machine_of(case.kind)
    declared = machine.state(case.stage).opinions
    if declared is None:
        return
    words = "，".join(f"{Stance(key).label} {number} 家" for key, number in sorted(said.items()))
    asker = made.asked_by
    holder = asker if asker.is_active and case.region_id.startswith(asker.scope or "-") else None
    move_on(machine, case, declared.then, Taking(f"会办意见已收齐：{words}。", to_user=holder))
