"""Referrals and petitions over HTTP."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import Router

from liangtian.platform.audit.services import saw
from liangtian.platform.people.request import user_of
from liangtian.programmes.holdings.pages import fetch_holder, fetch_parcel
from liangtian.programmes.holdings.referring import pages, petitions, referrals
from liangtian.programmes.holdings.referring.shapes import (
    MatterOptionsOut,
    MatterReasonIn,
    MattersOut,
    PetitionAnswerIn,
    PetitionCloseIn,
    PetitionerOut,
    PetitionIn,
    PetitionOut,
    ReferralAnswerIn,
    ReferralDayIn,
    ReferralDecisionIn,
    ReferralIn,
    ReferralOut,
)

router = Router(tags=["matters"])


@router.get("/matters/options", response=MatterOptionsOut)
def options(request: HttpRequest) -> dict[str, Any]:
    """Choices of referrals and petitions."""
    return pages.options_for(user_of(request))


@router.get("/parcels/{parcel_id}/matters", response=MattersOut)
def of_parcel(request: HttpRequest, parcel_id: int) -> dict[str, Any]:
    """What was referred and petitioned about a parcel."""
    user = user_of(request)
    return pages.of_parcel(user, fetch_parcel(user, parcel_id))


@router.get("/holders/{holder_id}/matters", response=MattersOut)
def of_holder(request: HttpRequest, holder_id: int) -> dict[str, Any]:
    """What was referred and petitioned about a holder or its land."""
    user = user_of(request)
    return pages.of_holder(user, fetch_holder(user, holder_id))


@router.post("/referrals", response=ReferralOut)
def propose(request: HttpRequest, body: ReferralIn) -> dict[str, Any]:
    """Propose to refer a matter to another authority."""
    made = referrals.propose(user_of(request), referrals.ReferralForm(**body.dict()))
    return _referral(request, made.pk)


@router.get("/referrals/{referral_id}", response=ReferralOut)
def referral(request: HttpRequest, referral_id: int) -> dict[str, Any]:
    """A referral; that it was looked at is audited."""
    user = user_of(request)
    found = pages.fetch_referral(user, referral_id)
    saw(user, "holdings.referral.view", found)
    return pages.referral_out(user, found)


@router.post("/referrals/{referral_id}/decide", response=ReferralOut)
def decide(request: HttpRequest, referral_id: int, body: ReferralDecisionIn) -> dict[str, Any]:
    """Approve or refuse what another proposed."""
    referrals.decide(user_of(request), referral_id, approve=body.approve, opinion=body.opinion)
    return _referral(request, referral_id)


@router.post("/referrals/{referral_id}/send", response=ReferralOut)
def send(request: HttpRequest, referral_id: int, body: ReferralDayIn) -> dict[str, Any]:
    """It went out with its letter."""
    referrals.send(user_of(request), referral_id, body.on)
    return _referral(request, referral_id)


@router.post("/referrals/{referral_id}/answer", response=ReferralOut)
def answer_referral(
    request: HttpRequest, referral_id: int, body: ReferralAnswerIn
) -> dict[str, Any]:
    """What the authority answered."""
    referrals.answer(user_of(request), referral_id, body.on, body.answer, body.files)
    return _referral(request, referral_id)


@router.post("/referrals/{referral_id}/cancel", response=ReferralOut)
def cancel(request: HttpRequest, referral_id: int, body: MatterReasonIn) -> dict[str, Any]:
    """Give a referral up before it was sent."""
    referrals.cancel(user_of(request), referral_id, body.reason)
    return _referral(request, referral_id)


@router.post("/petitions", response=PetitionOut)
def log(request: HttpRequest, body: PetitionIn) -> dict[str, Any]:
    """Enter a petition."""
    made = petitions.log(user_of(request), petitions.PetitionForm(**body.dict()))
    return _petition(request, made.pk)


@router.get("/petitions/{petition_id}", response=PetitionOut)
def petition(request: HttpRequest, petition_id: int) -> dict[str, Any]:
    """A petition; that it was looked at is audited."""
    user = user_of(request)
    found = petitions.fetch_petition(user, petition_id)
    saw(user, "holdings.petition.view", found)
    return pages.petition_out(user, found)


@router.post("/petitions/{petition_id}/identity", response=PetitionerOut)
def identity(request: HttpRequest, petition_id: int, body: MatterReasonIn) -> dict[str, Any]:
    """Who petitioned, in full, for a reason that goes to the audit trail."""
    found = petitions.identity(user_of(request), petition_id, body.reason)
    return {"name": found.name, "id_number": found.id_number, "phone": found.phone}


@router.post("/petitions/{petition_id}/answer", response=PetitionOut)
def answer_petition(
    request: HttpRequest, petition_id: int, body: PetitionAnswerIn
) -> dict[str, Any]:
    """Answer a petition."""
    petitions.answer(user_of(request), petition_id, body.answer, body.files)
    return _petition(request, petition_id)


@router.post("/petitions/{petition_id}/close", response=PetitionOut)
def close(request: HttpRequest, petition_id: int, body: PetitionCloseIn) -> dict[str, Any]:
    """Close a petition that was answered, or was taken back."""
    petitions.close(user_of(request), petition_id, body.result, retracted=body.retracted)
    return _petition(request, petition_id)


def _referral(request: HttpRequest, key: int) -> dict[str, Any]:
    user = user_of(request)
    return pages.referral_out(user, pages.fetch_referral(user, key))


def _petition(request: HttpRequest, key: int) -> dict[str, Any]:
    user = user_of(request)
    return pages.petition_out(user, petitions.fetch_petition(user, key))
