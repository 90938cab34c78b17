"""Freezes linked to violations (增违挂钩) over HTTP: the reserve, what a run would change, proposals, history.

Areas are 亩 to 0.01 as offices read them; `m2` beside them is what the book keeps.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from liangtian.platform.books.commodities import COMMODITIES
from liangtian.platform.books.reserve import KEPT, shown_mu, standing
from liangtian.platform.cases.services import steps_open
from liangtian.platform.cases.shapes import OpenStepOut
from liangtian.platform.jobs.api import JobOut, job_out
from liangtian.platform.people.models import User
from liangtian.platform.people.request import user_of
from liangtian.platform.people.scope import require
from liangtian.programmes.enforcement import freeze_jobs, freeze_proposals, freezing, ratio
from liangtian.programmes.enforcement.freeze_flow import FLOW
from liangtian.programmes.enforcement.freezing import Plan, Step
from liangtian.programmes.enforcement.models import FreezeMove, FreezeProposal, FreezeRun, PatchPart

router = Router(tags=["enforcement"])
CHANGED = (
    ("frozen", "冻结增减"),
    ("released", "解除"),
    ("spent", "核减增减"),
    ("owed", "欠冻结增减"),
)
SHOWN = 200  # changes of a preview; the run makes all of them
Year = Annotated[int, Field(ge=2000, le=2999)]


class FreezeAsked(Schema):
    year: Year
    region: str = ""


class ReserveM2Out(Schema):
    free: Decimal
    frozen: Decimal
    spent: Decimal
    owed: Decimal
    free_after: Decimal


class ReserveOut(ReserveM2Out):
    commodity: str
    name: str
    m2: ReserveM2Out


class FreezeM2Out(Schema):
    frozen: Decimal
    spent: Decimal
    released: Decimal
    owed: Decimal


class FreezeStepOut(FreezeM2Out):
    part: int | None
    patch: int | None
    number: str
    place: str
    indicator: str
    act: str
    act_label: str
    reason: str
    m2: FreezeM2Out


class FreezeRunOut(Schema):
    id: int
    proposed_by: str
    made_by: str
    made_at: datetime
    note: str
    acts: dict[str, int]
    messages: list[str]


class FreezeProposalOut(Schema):
    id: int
    kind: str
    title: str
    year: int | None
    indicator: str
    mu: Decimal | None
    m2: Decimal | None
    document: str
    on: date | None
    note: str
    summary: str
    stage: str
    stage_label: str
    proposed_by: str
    proposed_at: datetime
    ended_by: str
    ended_at: datetime | None
    reason: str
    entry: int | None
    open: list[OpenStepOut]


class FreezesOut(Schema):
    region: str
    name: str
    year: int
    years: list[int]
    reserves: list[ReserveOut]
    changes: int
    steps: list[FreezeStepOut]
    messages: list[str]
    proposals: list[FreezeProposalOut]
    runs: list[FreezeRunOut]
    may: bool


class FreezeMoveOut(Schema):
    act: str
    act_label: str
    frozen: Decimal
    spent: Decimal
    owed: Decimal
    indicator: str
    reason: str
    made_at: datetime
    made_by: str
    entry: int | None
    entry_number: str


class FreezeRunIn(FreezeAsked):
    note: Annotated[str, Field(max_length=200)] = ""


class ReserveIn(Schema):
    region: str = ""
    commodity: str
    mu: Annotated[Decimal, Field(gt=0, max_digits=12, decimal_places=4)]
    document: Annotated[str, Field(min_length=1, max_length=100)]
    on: date


class FreezeReasonIn(Schema):
    reason: str


class FreezeConfirmedOut(Schema):
    """`job` posts a run in the background; indicators that come in are posted at once."""

    proposal: FreezeProposalOut
    job: JobOut | None


@router.get("/freezes", response=FreezesOut)
def freezes(request: HttpRequest, asked: Query[FreezeAsked]) -> dict[str, Any]:
    """The reserve of a county, and what a run of the patch year would change now."""
    user = user_of(request)
    county = freezing.county_of(user, asked.region)
    plan = freezing.preview(user, county, asked.year)
    shown = plan.steps[:SHOWN]
    parts = freezing.parts_of(shown)
    years = sorted({*ratio.years(user), asked.year}, reverse=True)
    return {
        "region": county.code, "name": county.name, "year": asked.year, "years": years,
        "reserves": _reserves(plan), "changes": len(plan.steps),
        "steps": [_step(step, parts) for step in shown], "messages": plan.messages,
        "proposals": _proposals(user, plan),
        "runs": [_run(one) for one in freezing.last_runs(county, asked.year)],
        "may": user.may(freezing.RUN),
    }  # fmt: skip


@router.post("/freezes/run", response=FreezeProposalOut)
def propose_run(request: HttpRequest, body: FreezeRunIn) -> dict[str, Any]:
    """Propose the run as its preview stands now; another person confirms it."""
    user = user_of(request)
    require(user, freezing.RUN)
    county = freezing.county_of(user, body.region)
    return _proposal(user, freeze_proposals.propose_run(user, county, body.year, body.note))


@router.post("/freezes/reserve", response=FreezeProposalOut)
def propose_income(request: HttpRequest, body: ReserveIn) -> dict[str, Any]:
    """Propose that indicators come into the reserve; another person confirms it."""
    user = user_of(request)
    require(user, freezing.RUN)
    county = freezing.county_of(user, body.region)
    income = freeze_proposals.Income(body.commodity, body.mu, body.document, body.on)
    return _proposal(user, freeze_proposals.propose_income(user, county, income))


@router.post("/freezes/proposals/{int:proposal_id}/confirm", response=FreezeConfirmedOut)
def confirm(request: HttpRequest, proposal_id: int) -> dict[str, Any]:
    """Confirm what another person proposed."""
    user = user_of(request)
    found = freeze_proposals.confirmable(user, proposal_id)
    if found.kind == FreezeProposal.Kind.RUN:
        return {"proposal": _proposal(user, found), "job": job_out(freeze_jobs.start(user, found))}
    return {"proposal": _proposal(user, freeze_proposals.confirm(user, found.pk)), "job": None}


@router.post("/freezes/proposals/{int:proposal_id}/refuse", response=FreezeProposalOut)
def refuse(request: HttpRequest, proposal_id: int, body: FreezeReasonIn) -> dict[str, Any]:
    """Give back what another person proposed, with a reason."""
    user = user_of(request)
    return _proposal(user, freeze_proposals.refuse(user, proposal_id, body.reason))


@router.post("/freezes/proposals/{int:proposal_id}/cancel", response=FreezeProposalOut)
def cancel(request: HttpRequest, proposal_id: int) -> dict[str, Any]:
    """Take back what waits to be confirmed."""
    user = user_of(request)
    return _proposal(user, freeze_proposals.cancel(user, proposal_id))


@router.get("/freezes/parts/{int:part_id}", response=list[FreezeMoveOut])
def moves(request: HttpRequest, part_id: int) -> list[dict[str, Any]]:
    """Everything that was frozen, spent, released and reversed for one part, with its entries."""
    return [_move(one) for one in freezing.moves_of(user_of(request), part_id)]


def _proposals(user: User, plan: Plan) -> list[dict[str, Any]]:
    """Whether a run changed since it was proposed is known of the year shown."""
    return [
        _proposal(user, one, plan.digest if one.year == plan.year else "")
        for one in freeze_proposals.proposals_of(plan.county, plan.year)
    ]


def _reserves(plan: Plan) -> list[dict[str, Any]]:
    accounts, found = standing(plan.county), []
    owed = freezing.owed_of(plan.county)
    for commodity in KEPT:
        kind, there = COMMODITIES[commodity], accounts.get(commodity)
        sums = {
            "free": there.free.balance if there else 0,
            "frozen": there.frozen.balance if there else 0,
            "spent": there.spent.balance if there else 0,
            "owed": owed.get(commodity, 0), "free_after": plan.free_after[commodity],
        }  # fmt: skip
        found.append({"commodity": commodity, "name": kind.name, **_areas(sums, commodity)})
    return found


def _areas(sums: dict[str, int], commodity: str) -> dict[str, Any]:
    """Each in 亩, and all of them as the book keeps them."""
    kind = COMMODITIES[commodity]
    return {**{name: shown_mu(kept, commodity) for name, kept in sums.items()},
            "m2": {name: kind.amount(kept) for name, kept in sums.items()}}  # fmt: skip


def _step(step: Step, parts: dict[int, PatchPart]) -> dict[str, Any]:
    part, commodity = parts.get(step.freeze.part_id or 0), step.freeze.commodity
    sums = {
        "frozen": step.frozen,
        "spent": step.spent,
        "released": step.released,
        "owed": step.owed,
    }
    return {
        "part": part.pk if part else None, "patch": part.patch_id if part else None,
        "number": part.patch.number if part else "", "place": part.patch.region.name if part else "",
        "indicator": COMMODITIES[commodity].name, "act": step.act,
        "act_label": FreezeMove.Act(step.act).label, "reason": step.reason, **_areas(sums, commodity),
    }  # fmt: skip


def _run(one: FreezeRun) -> dict[str, Any]:
    proposal = getattr(one, "proposal", None)  # those of before took one person
    return {"id": one.pk, "made_by": one.made_by.name, "made_at": one.made_at, "note": one.note,
            "proposed_by": proposal.proposed_by.name if proposal else "",
            "acts": one.counts.get("acts", {}), "messages": one.counts.get("messages", [])}  # fmt: skip


def _proposal(user: User, one: FreezeProposal, digest: str = "") -> dict[str, Any]:
    kind = COMMODITIES.get(one.commodity)
    last = one.case.steps.select_related("by").order_by("-pk").first() if one.ended_at else None
    return {
        "id": one.pk, "kind": one.kind, "title": one.case.title, "year": one.year,
        "indicator": kind.name if kind else "", "document": one.document, "on": one.on,
        "mu": shown_mu(one.amount, one.commodity) if one.amount else None,
        "m2": kind.amount(one.amount) if kind and one.amount else None,
        "note": one.note, "summary": _summary(one), "stage": one.case.stage,
        "stage_label": FLOW.labels[one.case.stage], "proposed_by": one.proposed_by.name,
        "proposed_at": one.proposed_at, "ended_at": one.ended_at, "entry": one.entry_id,
        "ended_by": last.by.name if last and last.by else "",
        "reason": last.opinion if last else "",
        "open": steps_open(FLOW, one.case, user, freeze_proposals.facts_of(one, digest)),
    }  # fmt: skip


def _summary(one: FreezeProposal) -> str:
    """What it comes to, in words: changes by act, sums in 亩."""
    if one.kind == FreezeProposal.Kind.TAKE_IN:
        return f"{one.document}，{one.on}"
    words = [f"{FreezeMove.Act(act).label} {n} 处" for act, n in one.counts.get("acts", {}).items()]
    for commodity, sums in one.counts.get("sums", {}).items():
        said = [f"{label} {sums[name]} 亩" for name, label in CHANGED if Decimal(sums[name])]
        words += [f"{COMMODITIES[commodity].name}：{'、'.join(said)}"] if said else []
    return "；".join(words)


def _move(one: FreezeMove) -> dict[str, Any]:
    commodity = one.freeze.commodity
    return {
        "act": one.act, "act_label": one.get_act_display(), "frozen": shown_mu(one.frozen, commodity),
        "spent": shown_mu(one.spent, commodity), "owed": shown_mu(one.owed, commodity),
        "indicator": COMMODITIES[commodity].name, "reason": one.reason,
        "made_at": one.run.made_at, "made_by": one.run.made_by.name, "entry": one.entry_id,
        "entry_number": f"{one.entry.year}-{one.entry.number:06d}" if one.entry else "",
    }  # fmt: skip
