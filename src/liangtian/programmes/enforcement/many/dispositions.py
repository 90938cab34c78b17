"""The doors of disposition with a form: planned, carried out, accepted, the same for many patches."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from decimal import Decimal
from typing import Any

from liangtian.geo.area import round_m2, to_mu
from liangtian.platform.errors import Conflict, Refused
from liangtian.programmes.enforcement.disposing import (
    Acceptance,
    Plan,
    Progress,
    check_acceptance,
    check_plan,
    check_progress,
)
from liangtian.programmes.enforcement.disposition_steps import (
    write_acceptances,
    write_plans,
    write_progress,
)
from liangtian.programmes.enforcement.flow import ACCEPT, CONFIRMED, DISPOSITION, FLOW
from liangtian.programmes.enforcement.many.doors import (
    ILLEGAL,
    TOWNSHIP,
    Door,
    Work,
    illegal_parts,
)
from liangtian.programmes.enforcement.many.forms import (
    RUNNING,
    AcceptForAll,
    PlanForAll,
    ProgressForAll,
)
from liangtian.programmes.enforcement.models import Disposition, Patch, PatchPart
from liangtian.programmes.enforcement.putting_right import as_reported


def _look_plan(work: Work, patch: Patch) -> str:
    form: PlanForAll = work.form
    parts, owner, words = illegal_parts(work, patch), form.owner, ""
    if owner is None:
        office = work.governments.get(patch.region_id[:TOWNSHIP])
        if office is None:
            raise Refused("图斑所在乡镇没有登记政府机构，请指定责任单位。")
        owner, words = office.pk, f"责任单位：{office.name}"
    wanted = Plan(**{**form.dict(), "owner": owner})
    check_plan(wanted, work.owners[patch.county_id])
    work.made[patch.pk] = [(part, wanted) for part in parts]
    again = any(hasattr(part, "disposition") for part in parts)
    return "；".join(filter(None, (words, "替换已拟定的处置" if again else "")))


def _write_plans(work: Work, patches: Sequence[Patch]) -> None:
    rows = [row for patch in patches for row in work.made[patch.pk]]
    write_plans(work.user, {part.pk: wanted for part, wanted in rows})


def _look_progress(work: Work, patch: Patch) -> str:
    form: ProgressForAll = work.form
    running = str(form.first_number + work.places[patch.pk])
    made, words = [], []
    for part in illegal_parts(work, patch):
        if not hasattr(part, "disposition"):
            continue
        fresh = _entered(form, running, part)
        if fresh:
            done = replace(_as_it_stands(part.disposition), **fresh)
            check_progress(done)
            made.append((part, done))
            words.append(_worded(fresh))
    if not made:
        raise Conflict("处置措施中没有所填的事项，无可填写。")
    work.made[patch.pk] = made
    return "；".join(dict.fromkeys(words))


def _entered(form: ProgressForAll, running: str, part: PatchPart) -> dict[str, Any]:
    """The fields of the form that the measures of a part ask for."""
    one: Disposition = part.disposition
    fresh: dict[str, Any] = {}
    if one.handling == Disposition.Handling.CASE:
        number = form.case_number.replace(RUNNING, running)
        fresh |= {"case_number": number, "case_filed_on": form.case_filed_on}
    if one.demolish:
        fresh["demolished_on"] = form.demolished_on
    if one.complete_papers:
        number = form.papers_number.replace(RUNNING, running)
        fresh |= {"papers_number": number, "papers_on": form.papers_on}
        if number or form.papers_on:
            # The hundredths of parts sum to their patch's: a part's farmland may read more than its ground.
            least = max(part.farmland_mu or Decimal(0), Decimal("0.01"))
            fresh["papers_mu"] = max(round_m2(to_mu(part.m2)), least)
    return {name: value for name, value in fresh.items() if value}


def _as_it_stands(one: Disposition) -> Progress:
    return Progress(**{name: getattr(one, name) for name in asdict(Progress())})


def _worded(fresh: Mapping[str, Any]) -> str:
    said = {
        "case_number": "立案 {}", "demolished_on": "拆除 {}", "papers_number": "补办 {}",
        "papers_mu": "补办面积 {} 亩",
    }  # fmt: skip
    return "，".join(text.format(fresh[name]) for name, text in said.items() if name in fresh)


def _write_progress(work: Work, patches: Sequence[Patch]) -> None:
    rows = [row for patch in patches for row in work.made[patch.pk]]
    write_progress(work.user, [(part.disposition, done) for part, done in rows])


def _look_acceptance(work: Work, patch: Patch) -> str:
    form: AcceptForAll = work.form
    made = []
    for part in illegal_parts(work, patch):
        restored, papers = as_reported(part.disposition, part.farmland_mu or Decimal(0))
        given = Acceptance(part=part.pk, restored_mu=restored, regularised_mu=papers, **form.dict())
        check_acceptance(part, given)
        made.append((part, given))
    work.made[patch.pk] = made
    restored = sum((given.restored_mu for _, given in made), Decimal(0))
    papers = sum((given.regularised_mu for _, given in made), Decimal(0))
    return f"复耕 {restored} 亩，补办 {papers} 亩"


def _write_acceptances(work: Work, patches: Sequence[Patch]) -> None:
    write_acceptances(work.user, [row for patch in patches for row in work.made[patch.pk]])


FORMS = (
    Door("plan", "拟定整改方案", "enforcement.dispose", (CONFIRMED,), "enforcement.disposition.plan",
         form=PlanForAll, filters=ILLEGAL, noted=False, look=_look_plan, write=_write_plans),
    Door("progress", "填写整改进展", "enforcement.rectify", (DISPOSITION,),
         "enforcement.disposition.progress", form=ProgressForAll, look=_look_progress, noted=False,
         write=_write_progress),
    Door("accept", "整改验收", FLOW.transition(ACCEPT).permission, FLOW.transition(ACCEPT).origins,
         "enforcement.patch.accept", ACCEPT, form=AcceptForAll, look=_look_acceptance,
         write=_write_acceptances),
)  # fmt: skip
