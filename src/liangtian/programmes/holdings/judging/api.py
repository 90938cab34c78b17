"""Judgements, the meetings that review them and dispositions over HTTP."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import Router

from liangtian.platform.jobs.api import JobOut, job_out
from liangtian.platform.people.request import user_of
from liangtian.programmes.holdings.judging import confirming, disposing, proposing
from liangtian.programmes.holdings.judging.pages import (
    disposition_out,
    fetch_judgement,
    judgement_out,
    meeting_ref,
    table_out,
    trial_out,
)
from liangtian.programmes.holdings.judging.shapes import (
    ConfirmedOut,
    DispositionEndIn,
    DispositionIn,
    JudgeAllIn,
    JudgeConfirmIn,
    JudgementTableOut,
    MeetingRef,
    ParcelDispositionOut,
    ParcelJudgementOut,
    ParcelsProposedOut,
    ProposeIn,
    ReviewIn,
    TrialOut,
)

router = Router(tags=["judgements"])


@router.get("/judging", response=JudgementTableOut)
def table(request: HttpRequest) -> dict[str, Any]:
    """The decision table in force, and what there is to choose from."""
    return table_out(user_of(request))


@router.get("/parcels/{parcel_id}/trial", response=TrialOut)
def trial(request: HttpRequest, parcel_id: int) -> dict[str, Any]:
    """What the table says of a parcel today, row by row; nothing is kept."""
    return trial_out(user_of(request), parcel_id)


@router.post("/judgements", response=ParcelsProposedOut)
def propose(request: HttpRequest, body: ProposeIn) -> dict[str, Any]:
    """Propose for some parcels."""
    made, stopped = proposing.propose(user_of(request), body.parcels)
    return {"proposed": made, "not_ready": stopped}


@router.post("/judgements/run", response=JobOut)
def run(request: HttpRequest, body: JudgeAllIn) -> dict[str, Any]:
    """Propose for every parcel of a region that is ready, in the background."""
    user = user_of(request)
    return job_out(proposing.start(user, body.region), user)


@router.post("/judgements/confirm", response=ConfirmedOut)
def confirm(request: HttpRequest, body: JudgeConfirmIn) -> dict[str, int]:
    """Confirm proposals of others, as they are or with another class for a reason."""
    done = confirming.confirm(
        user_of(request), body.judgements, outcome=body.outcome, reason=body.reason,
        meeting_id=body.meeting,
    )  # fmt: skip
    return {"confirmed": done}


@router.get("/judgements/{judgement_id}", response=ParcelJudgementOut)
def judgement(request: HttpRequest, judgement_id: int) -> dict[str, Any]:
    """A judgement with its facts and how every row of the table fared."""
    user = user_of(request)
    return judgement_out(user, fetch_judgement(user, judgement_id))


@router.post("/reviews", response=MeetingRef)
def hold(request: HttpRequest, body: ReviewIn) -> dict[str, Any]:
    """Enter a meeting that reviews judgements."""
    return meeting_ref(confirming.hold(user_of(request), confirming.MeetingForm(**body.dict())))


@router.post("/parcels/{parcel_id}/dispositions", response=ParcelDispositionOut)
def plan(request: HttpRequest, parcel_id: int, body: DispositionIn) -> dict[str, Any]:
    """Plan what is to be done with a judged parcel."""
    form = disposing.PlanForm(**body.dict())
    return disposition_out(disposing.plan(user_of(request), parcel_id, form))


@router.post("/dispositions/{disposition_id}/end", response=ParcelDispositionOut)
def end(request: HttpRequest, disposition_id: int, body: DispositionEndIn) -> dict[str, Any]:
    """End a disposition with its result."""
    return disposition_out(disposing.end(user_of(request), disposition_id, **body.dict()))
