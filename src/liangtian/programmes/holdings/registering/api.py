"""Registrations over HTTP."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import Router

from liangtian.platform.audit.services import saw
from liangtian.platform.people.request import user_of
from liangtian.programmes.holdings.models import Registration
from liangtian.programmes.holdings.pages import fetch_parcel
from liangtian.programmes.holdings.registering import services
from liangtian.programmes.holdings.registering.pages import (
    fetch_registration,
    options_for,
    registration_out,
    registration_ref,
)
from liangtian.programmes.holdings.registering.shapes import (
    RegistrationCheckIn,
    RegistrationDecisionIn,
    RegistrationEntryIn,
    RegistrationIn,
    RegistrationOptionsOut,
    RegistrationOut,
    RegistrationPaperIn,
    RegistrationPapersIn,
    RegistrationReasonIn,
    RegistrationRef,
    RegistrationSurveyIn,
)

router = Router(tags=["registrations"])


@router.get("/registrations/options", response=RegistrationOptionsOut)
def options(request: HttpRequest) -> dict[str, Any]:
    """Rights and sorts of papers to choose from."""
    return options_for(user_of(request))


@router.get("/parcels/{parcel_id}/registrations", response=list[RegistrationRef])
def of_parcel(request: HttpRequest, parcel_id: int) -> list[dict[str, Any]]:
    """The registrations of a parcel, the newest first."""
    parcel = fetch_parcel(user_of(request), parcel_id)
    rows = Registration.objects.filter(parcel=parcel).select_related("parcel")
    return [registration_ref(row) for row in rows]


@router.post("/parcels/{parcel_id}/registrations", response=RegistrationOut)
def apply(request: HttpRequest, parcel_id: int, body: RegistrationIn) -> dict[str, Any]:
    """Take in an application for a parcel whose notice has run out."""
    made = services.apply(
        user_of(request), parcel_id, body.right, body.applied_on, _papers(body.papers)
    )
    return _page(request, made.pk)


@router.get("/registrations/{registration_id}", response=RegistrationOut)
def registration(request: HttpRequest, registration_id: int) -> dict[str, Any]:
    """A registration; that it was looked at is audited."""
    user = user_of(request)
    found = fetch_registration(user, registration_id)
    saw(user, "holdings.registration.view", found)
    return registration_out(user, found)


@router.post("/registrations/{registration_id}/papers", response=RegistrationOut)
def papers(
    request: HttpRequest, registration_id: int, body: RegistrationPapersIn
) -> dict[str, Any]:
    """File more papers."""
    services.add_papers(user_of(request), registration_id, _papers(body.papers))
    return _page(request, registration_id)


@router.post("/registrations/{registration_id}/check", response=RegistrationOut)
def check(request: HttpRequest, registration_id: int, body: RegistrationCheckIn) -> dict[str, Any]:
    """Papers and overlay were looked at."""
    services.check(user_of(request), registration_id, body.outcome, body.note)
    return _page(request, registration_id)


@router.post("/registrations/{registration_id}/survey", response=RegistrationOut)
def survey(
    request: HttpRequest, registration_id: int, body: RegistrationSurveyIn
) -> dict[str, Any]:
    """The parcel was surveyed and its unit has a code."""
    services.survey(user_of(request), registration_id, services.SurveyForm(**body.dict()))
    return _page(request, registration_id)


@router.post("/registrations/{registration_id}/decide", response=RegistrationOut)
def decide(
    request: HttpRequest, registration_id: int, body: RegistrationDecisionIn
) -> dict[str, Any]:
    """Approve or refuse what others prepared."""
    services.decide(user_of(request), registration_id, approve=body.approve, opinion=body.opinion)
    return _page(request, registration_id)


@router.post("/registrations/{registration_id}/enter", response=RegistrationOut)
def enter(request: HttpRequest, registration_id: int, body: RegistrationEntryIn) -> dict[str, Any]:
    """Record the certificate."""
    services.enter(user_of(request), registration_id, body.certificate, body.registered_on)
    return _page(request, registration_id)


@router.post("/registrations/{registration_id}/withdraw", response=RegistrationOut)
def withdraw(
    request: HttpRequest, registration_id: int, body: RegistrationReasonIn
) -> dict[str, Any]:
    """Give an application up."""
    services.withdraw(user_of(request), registration_id, body.reason)
    return _page(request, registration_id)


def _papers(given: list[RegistrationPaperIn]) -> list[services.PaperForm]:
    return [services.PaperForm(one.kind, one.file_id) for one in given]


def _page(request: HttpRequest, key: int) -> dict[str, Any]:
    user = user_of(request)
    return registration_out(user, fetch_registration(user, key))
