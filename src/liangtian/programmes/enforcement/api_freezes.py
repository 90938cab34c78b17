"""Freezes linked to violations (增违挂钩) over HTTP: the reserve, what a run would change, the run, its history."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from liangtian.platform.books.commodities import COMMODITIES
from liangtian.platform.books.reserve import KEPT, standing
from liangtian.platform.jobs.api import JobOut, job_out
from liangtian.platform.people.request import user_of
from liangtian.platform.people.scope import require
from liangtian.programmes.enforcement import freeze_jobs, freezing, ratio
from liangtian.programmes.enforcement.freezing import Plan, Step
from liangtian.programmes.enforcement.models import FreezeMove, FreezeRun, PatchPart

router = Router(tags=["enforcement"])
SHOWN = 200  # changes of a preview; the run makes all of them
Year = Annotated[int, Field(ge=2000, le=2999)]


class FreezeAsked(Schema):
    year: Year
    region: str = ""


class ReserveOut(Schema):
    commodity: str
    name: str
    unit: str
    free: Decimal
    frozen: Decimal
    spent: Decimal
    owed: Decimal
    free_after: Decimal


class FreezeStepOut(Schema):
    part: int | None
    patch: int | None
    number: str
    place: str
    indicator: str
    act: str
    act_label: str
    frozen: Decimal
    spent: Decimal
    released: Decimal
    owed: Decimal
    reason: str


class FreezeRunOut(Schema):
    id: int
    made_by: str
    made_at: datetime
    note: str
    acts: dict[str, int]
    messages: list[str]


class FreezesOut(Schema):
    region: str
    name: str
    year: int
    years: list[int]
    reserves: list[ReserveOut]
    changes: int
    steps: list[FreezeStepOut]
    messages: list[str]
    runs: list[FreezeRunOut]
    may: bool


class FreezeMoveOut(Schema):
    act: str
    act_label: str
    frozen: Decimal
    spent: Decimal
    owed: Decimal
    indicator: str
    unit: str
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
    m2: Annotated[Decimal, Field(gt=0, max_digits=15, decimal_places=2)]
    document: Annotated[str, Field(min_length=1, max_length=100)]
    on: date


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
        "runs": [_run(one) for one in freezing.last_runs(county, asked.year)],
        "may": user.may(freezing.RUN),
    }  # fmt: skip


@router.post("/freezes/run", response=JobOut)
def run(request: HttpRequest, body: FreezeRunIn) -> dict[str, Any]:
    """Make the run in the background; answers with the job."""
    user = user_of(request)
    require(user, freezing.RUN)
    county = freezing.county_of(user, body.region)
    return job_out(freeze_jobs.start(user, county, body.year, body.note))


@router.post("/freezes/reserve", response=FreezesOut)
def take_in(request: HttpRequest, body: ReserveIn) -> dict[str, Any]:
    """Indicators come into the reserve; answers with the county as it stands."""
    user = user_of(request)
    require(user, freezing.RUN)
    county = freezing.county_of(user, body.region)
    freezing.take_in(user, county, body.commodity, body.m2, body.document, body.on)
    return freezes(request, FreezeAsked(year=body.on.year, region=county.code))


@router.get("/freezes/parts/{int:part_id}", response=list[FreezeMoveOut])
def moves(request: HttpRequest, part_id: int) -> list[dict[str, Any]]:
    """Everything that was frozen, spent, released and reversed for one part, with its entries."""
    return [_move(one) for one in freezing.moves_of(user_of(request), part_id)]


def _reserves(plan: Plan) -> list[dict[str, Any]]:
    accounts, found = standing(plan.county), []
    owed = freezing.owed_of(plan.county)
    for commodity in KEPT:
        kind, there = COMMODITIES[commodity], accounts.get(commodity)
        balances = (
            (there.free.balance, there.frozen.balance, there.spent.balance) if there else (0, 0, 0)
        )
        free, frozen, spent = (kind.amount(balance) for balance in balances)
        found.append(
            {"commodity": commodity, "name": kind.name, "unit": kind.unit, "free": free,
             "frozen": frozen, "spent": spent, "owed": kind.amount(owed.get(commodity, 0)),
             "free_after": kind.amount(plan.free_after[commodity])}
        )  # fmt: skip
    return found


def _step(step: Step, parts: dict[int, PatchPart]) -> dict[str, Any]:
    part, kind = parts.get(step.freeze.part_id or 0), COMMODITIES[step.freeze.commodity]
    return {
        "part": part.pk if part else None, "patch": part.patch_id if part else None,
        "number": part.patch.number if part else "", "place": part.patch.region.name if part else "",
        "indicator": kind.name, "act": step.act, "act_label": FreezeMove.Act(step.act).label,
        "frozen": kind.amount(step.frozen), "spent": kind.amount(step.spent),
        "released": kind.amount(step.released), "owed": kind.amount(step.owed),
        "reason": step.reason,
    }  # fmt: skip


def _run(one: FreezeRun) -> dict[str, Any]:
    return {"id": one.pk, "made_by": one.made_by.name, "made_at": one.made_at, "note": one.note,
            "acts": one.counts.get("acts", {}), "messages": one.counts.get("messages", [])}  # fmt: skip


def _move(one: FreezeMove) -> dict[str, Any]:
    kind = COMMODITIES[one.freeze.commodity]
    return {
        "act": one.act, "act_label": one.get_act_display(), "frozen": kind.amount(one.frozen),
        "spent": kind.amount(one.spent), "owed": kind.amount(one.owed), "indicator": kind.name,
        "unit": kind.unit, "reason": one.reason, "made_at": one.run.made_at,
        "made_by": one.run.made_by.name, "entry": one.entry_id,
        "entry_number": f"{one.entry.year}-{one.entry.number:06d}" if one.entry else "",
    }  # fmt: skip
