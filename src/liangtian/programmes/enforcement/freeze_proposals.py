"""What is done to the reserve of indicators takes two persons: one proposes, another confirms or refuses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, cast

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from liangtian.platform.audit.services import record
from liangtian.platform.books.commodities import COMMODITIES
from liangtian.platform.books.models import Entry
from liangtian.platform.books.reserve import KEPT, kept_of_mu, reserves, shown_mu, standing
from liangtian.platform.books.services import Draft, Side, post
from liangtian.platform.calendar.messages import Text, tell
from liangtian.platform.calendar.models import Message
from liangtian.platform.cases.machine import Situation
from liangtian.platform.cases.models import Case
from liangtian.platform.cases.services import Taking, open_cases, take_step
from liangtian.platform.errors import Conflict, NotFound, Refused
from liangtian.platform.people.scope import require
from liangtian.platform.regions.models import Region
from liangtian.programmes.enforcement.freeze_flow import CANCEL, CONFIRM, FLOW, PROPOSE, REFUSE
from liangtian.programmes.enforcement.freeze_posting import carry_out
from liangtian.programmes.enforcement.freezing import (
    CONFIRM as MAY_CONFIRM,
)
from liangtian.programmes.enforcement.freezing import RUN, VIEW, Plan, counts_of, planned
from liangtian.programmes.enforcement.models import FreezeProposal, FreezeRun

if TYPE_CHECKING:
    from liangtian.platform.people.models import User

Kind = FreezeProposal.Kind
SHOWN = 30  # of those that are done with


@dataclass(frozen=True)
class Income:
    """Indicators that come into the reserve, in 亩, by the paper that says so."""

    commodity: str
    mu: Decimal
    document: str
    on: date


def propose_run(user: User, county: Region, year: int, note: str = "") -> FreezeProposal:
    """Propose a run of a patch year as its preview stands now.

    Raises Forbidden, Refused where nothing is to be changed, Conflict where one waits already.
    """
    require(user, "enforcement.view", VIEW, RUN)
    with transaction.atomic():
        _lock(county)
        if _waiting(county, year).exists():
            raise Conflict(f"{county.name}{year}年度增违挂钩已有提请待确认。")
        plan = planned(user, county, year, standing(county))
        if not plan.steps:
            raise Refused("与上次办理没有差异，无须办理。")
        title = f"{county.name}{year}年度增违挂钩办理"
        made = _opened(user, title, FreezeProposal(
            region=county, kind=Kind.RUN, year=year, digest=plan.digest, counts=counts_of(plan),
            note=note.strip()[:200], proposed_by=user,
        ))  # fmt: skip
        record(user, "enforcement.freeze.propose", made, after=made.counts, note=made.note)
    return made


def propose_income(user: User, county: Region, income: Income) -> FreezeProposal:
    """Propose that indicators come into the reserve. Raises Forbidden, Refused, Conflict for the same paper."""
    require(user, "enforcement.view", VIEW, RUN)
    amount, paper = _amount(income), income.document.strip()[:100]
    with transaction.atomic():
        _lock(county)
        same = {"region": county, "commodity": income.commodity, "document": paper}
        if (
            FreezeProposal.objects.filter(**same, ended_at=None).exists()
            or Entry.objects.filter(key=_key(county, income.commodity, paper)).exists()
        ):
            raise Conflict(f"“{paper}”的指标已登记入库或待确认，不能重复登记。")
        kind = COMMODITIES[income.commodity]
        title = f"{county.name}{kind.name}入库 {shown_mu(amount, income.commodity)} 亩"
        made = _opened(user, title, FreezeProposal(
            **same, kind=Kind.TAKE_IN, amount=amount, on=income.on, proposed_by=user,
        ))  # fmt: skip
        after = {"commodity": income.commodity, "mu": str(income.mu), "document": paper}
        record(user, "enforcement.freeze.propose_take_in", made, after=after)
    return made


def confirmable(user: User, proposal_id: int) -> FreezeProposal:
    """The proposal, if the user may confirm it. Raises Forbidden, NotFound, Conflict for one's own or one ended."""
    require(user, "enforcement.view", VIEW, MAY_CONFIRM)
    rows = FreezeProposal.objects.select_related("case", "region", "proposed_by")
    found = cast(FreezeProposal, rows.fetch_for(user, pk=proposal_id))
    step = FLOW.transition(CONFIRM)
    if found.case.stage not in step.origins:
        raise Conflict(f"“{found}”{FLOW.labels[found.case.stage]}，请刷新页面。")
    if reasons := FLOW.refusals(step, Situation(user.pk, facts_of(found))):
        raise Conflict("".join(reasons))
    return found


def confirm(user: User, proposal_id: int) -> FreezeProposal:
    """Another person agrees, and it is posted; all in one transaction, one at a time in a county.

    Raises Forbidden, NotFound, Conflict (own proposal, changed since, ended already), Refused (closed period).
    """
    require(user, "enforcement.view", VIEW, MAY_CONFIRM)
    with transaction.atomic():
        found = _locked(user, proposal_id)
        now, today = timezone.now(), timezone.localdate()
        plan = _plan(user, found)
        _step(found, CONFIRM, user, changed=plan is not None and plan.digest != found.digest)
        accounts = reserves(user, found.region, found.on or today)
        found.confirmed_by, found.ended_at = user, now
        if plan is None:
            found.entry = _taken_in(user, found)
        else:
            found.run = FreezeRun.objects.create(
                region=found.region, year=plan.year, note=found.note, counts=counts_of(plan),
                made_by=user,
            )  # fmt: skip
            carry_out(user, found.run, plan.steps, accounts, today)
        found.save(update_fields=["confirmed_by", "ended_at", "run", "entry"])
        act = "enforcement.freeze.run" if plan else "enforcement.freeze.take_in"
        record(user, act, found, after={"proposed_by": found.proposed_by.name, **found.counts})
    return found


def refuse(user: User, proposal_id: int, reason: str) -> FreezeProposal:
    """Another person does not agree, with a reason; who proposed it is told. Raises as `confirm`, Refused."""
    require(user, "enforcement.view", VIEW, MAY_CONFIRM)
    with transaction.atomic():
        found = _locked(user, proposal_id)
        _step(found, REFUSE, user, reason)
        _ended(found)
        record(user, "enforcement.freeze.refuse", found, note=reason.strip())
        told = Text(Message.Kind.TASK, f"freeze:{found.pk}:refused", f"已退回：{found}",
                    reason.strip(), "/freezes")  # fmt: skip
        tell([found.proposed_by], told)
    return found


def cancel(user: User, proposal_id: int) -> FreezeProposal:
    """Take a proposal back before anybody confirmed it. Raises Forbidden, NotFound, Conflict."""
    require(user, "enforcement.view", VIEW, RUN)
    with transaction.atomic():
        found = _locked(user, proposal_id)
        _step(found, CANCEL, user)
        _ended(found)
        record(user, "enforcement.freeze.cancel", found)
    return found


def proposals_of(county: Region, year: int) -> Sequence[FreezeProposal]:
    """What waits in a county, whatever its year, and what was done of the year; what waits first."""
    rows = FreezeProposal.objects.filter(region=county).select_related(
        "case", "proposed_by", "confirmed_by", "entry"
    )
    done = [
        p for p in rows.exclude(ended_at=None)[: SHOWN * 2] if year in {p.year, p.on and p.on.year}
    ]
    return [*rows.filter(ended_at=None), *done[:SHOWN]]


def waiting(county: Region, year: int) -> FreezeProposal:
    """The run of a patch year that waits to be confirmed. Raises NotFound."""
    if (found := _waiting(county, year).first()) is None:
        raise NotFound(f"{county.name}{year}年度没有待确认的增违挂钩提请。")
    return found


def _waiting(county: Region, year: int) -> QuerySet[FreezeProposal]:
    rows: QuerySet[FreezeProposal] = FreezeProposal.objects.filter(
        region=county, kind=Kind.RUN, year=year, ended_at=None
    )
    return rows


def facts_of(found: FreezeProposal, digest: str = "") -> Mapping[str, Any]:
    """What the guards look at; `digest` of the plan as it stands now."""
    changed = bool(digest and found.kind == Kind.RUN and digest != found.digest)
    return {"proposed_by": found.proposed_by_id, "changed": changed}


def _opened(user: User, title: str, made: FreezeProposal) -> FreezeProposal:
    made.case = open_cases(FLOW, [Case(title=title, region=made.region)], PROPOSE, user, made.note)[
        0
    ]
    made.save()
    return made


def _ended(found: FreezeProposal) -> None:
    found.ended_at = timezone.now()
    found.save(update_fields=["ended_at"])


def _step(
    found: FreezeProposal, step: str, user: User, opinion: str = "", *, changed: bool = False
) -> None:
    facts = {**facts_of(found), "changed": changed}
    take_step(FLOW, found.case, step, user, Taking(opinion=opinion, facts=facts))


def _locked(user: User, proposal_id: int) -> FreezeProposal:
    """The proposal, after the county was locked: one at a time. Raises NotFound."""
    rows = FreezeProposal.objects.select_related("case", "region", "proposed_by")
    found = cast(FreezeProposal, rows.fetch_for(user, pk=proposal_id))
    _lock(found.region)
    return found


def _lock(county: Region) -> None:
    Region.objects.select_for_update(no_key=True).get(pk=county.pk)


def _plan(user: User, found: FreezeProposal) -> Plan | None:
    if found.kind != Kind.RUN or found.year is None:
        return None
    return planned(user, found.region, found.year, standing(found.region))


def _amount(income: Income) -> int:
    if income.commodity not in KEPT:
        raise Refused("请选择耕地数量或水田规模指标。", fields={"commodity": "请选择"})
    amount = kept_of_mu(income.mu, income.commodity)
    if amount <= 0 or not income.document.strip():
        raise Refused(
            "请填写大于零的面积和入库依据文号。", fields={"mu": "须大于零", "document": "必填"}
        )
    return amount


def _key(county: Region, commodity: str, paper: str) -> str:
    return f"reserve:{county.code}:{commodity}:{paper}"[:160]


def _taken_in(user: User, found: FreezeProposal) -> Entry:
    assert found.amount is not None
    assert found.on is not None
    accounts = reserves(user, found.region, found.on)[found.commodity]
    sides = (Side(accounts.free, found.amount), Side(accounts.source, -found.amount))
    key = _key(found.region, found.commodity, found.document)
    text = f"储备库入库 {found.document}"[:200]
    return post(user, [Draft(key, found.on, text, found.region, sides)])[0]
