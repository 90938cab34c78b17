"""Measures on arrears over HTTP: reminders and dunning letters, stopping water and power."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from liangtian.platform.audit.services import saw
from liangtian.platform.people.request import user_of
from liangtian.programmes.holdings.measures import dunning, printing, stopping
from liangtian.programmes.holdings.measures.pages import (
    dunning_out,
    fetch_dunning,
    fetch_measure,
    measure_out,
)
from liangtian.programmes.holdings.measures.shapes import (
    DeliverDunningIn,
    DunningOut,
    IssueDunningIn,
    MeasureKindIn,
    MeasureLetterIn,
    MeasureStepIn,
    PreparedOut,
    PrepareDunningIn,
    RefreshedOut,
    StopMeasureOut,
    TakenOut,
)

router = Router(tags=["measures"])


@router.post("/refresh", response=RefreshedOut)
def refresh(request: HttpRequest, body: MeasureKindIn) -> dict[str, int]:
    """Bring the stop list up to date: new ones proposed, those without reason withdrawn or to be lifted."""
    return asdict(stopping.refresh(user_of(request), body.kind))


@router.post("/steps", response=list[TakenOut])
def steps(request: HttpRequest, body: MeasureStepIn) -> list[dict[str, Any]]:
    """Take a step with several measures; each that cannot take it says why."""
    done = stopping.take(user_of(request), body.ids, body.step, body.on, body.note)
    return [asdict(one) for one in done]


@router.get("/stops/{key}", response=StopMeasureOut)
def measure(request: HttpRequest, key: int) -> dict[str, Any]:
    """A measure with its reasons and its history; that it was looked at is audited."""
    user = user_of(request)
    found = fetch_measure(user, key)
    saw(user, "holdings.measure.view", found)
    return measure_out(found)


@router.post("/stops/{key}/letter", response=StopMeasureOut)
def letter(request: HttpRequest, key: int, body: MeasureLetterIn) -> dict[str, Any]:
    """Draft the notice or the order; it is numbered and issued with the other letters."""
    stopping.draft_letter(user_of(request), key, body.which)
    return measure_out(fetch_measure(user_of(request), key))


@router.post("/dunning", response=PreparedOut)
def prepare(request: HttpRequest, body: PrepareDunningIn) -> dict[str, int]:
    """List who is to be reminded or dunned today."""
    return {"made": dunning.prepare(user_of(request), body.kind, body.region)}


@router.post("/dunning/issue", response=list[DunningOut])
def issue(request: HttpRequest, body: IssueDunningIn) -> list[dict[str, Any]]:
    """Write and number the letters of several."""
    user = user_of(request)
    done = dunning.issue(user, body.ids, body.series_id)
    return [dunning_out(fetch_dunning(user, row.pk)) for row in done]


@router.post("/dunning/deliver", response=PreparedOut)
def deliver(request: HttpRequest, body: DeliverDunningIn) -> dict[str, int]:
    """Note how several were delivered, or that they were refused."""
    given = body.dict()
    ids = given.pop("ids")
    return {"made": dunning.deliver(user_of(request), ids, dunning.Delivery(**given))}


@router.get("/dunning/letters.pdf")
def letters_pdf(
    request: HttpRequest, ids: Annotated[list[int], Query(max_length=200)]
) -> HttpResponse:
    """Several letters as one PDF, a page each, for printing."""
    content = printing.letters_pdf(user_of(request), ids)
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote('催缴通知书.pdf')}"
    return response


@router.get("/dunning/{key}", response=DunningOut)
def one_dunning(request: HttpRequest, key: int) -> dict[str, Any]:
    """One reminder or letter with its bills and its delivery."""
    return dunning_out(fetch_dunning(user_of(request), key))
