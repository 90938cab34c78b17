"""Joint review meetings over HTTP."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q
from django.http import HttpRequest
from ninja import Router

from liangtian.geo.area import round_m2, to_mu
from liangtian.platform.cases.shapes import OfficeAskedOut
from liangtian.platform.people.models import User
from liangtian.platform.people.request import user_of
from liangtian.platform.people.scope import require
from liangtian.programmes.enforcement import meeting as meetings
from liangtian.programmes.enforcement.flow import FLOW
from liangtian.programmes.enforcement.judging import conclusions
from liangtian.programmes.enforcement.models import AgendaItem, Meeting, Outcome
from liangtian.programmes.enforcement.patch_page import region_path
from liangtian.programmes.enforcement.shapes_stages import (
    AgendaIn,
    DecisionIn,
    MeetingIn,
    MeetingOut,
    MeetingRow,
    ToMeetOut,
)

router = Router(tags=["enforcement"])


@router.get("", response=list[MeetingRow])
def rows(request: HttpRequest) -> list[dict[str, Any]]:
    """Meetings of the county, the newest first."""
    user = user_of(request)
    require(user, "enforcement.view")
    return [_row(one) for one in _counted(user)]


@router.post("", response=MeetingOut)
def convene(request: HttpRequest, body: MeetingIn) -> dict[str, Any]:
    """Convene a meeting."""
    made = meetings.save_meeting(user_of(request), _form(body))
    return _out(user_of(request), made.pk)


@router.get("/waiting", response=list[ToMeetOut])
def waiting(request: HttpRequest, why: str = "disputed") -> list[dict[str, Any]]:
    """Patches that ought to come before a meeting: `why` is disputed, key, or hand for any."""
    return [
        {
            "id": patch.pk,
            "number": patch.number,
            "place": region_path(patch.region),
            "stage": FLOW.labels[patch.case.stage],
        }
        for patch in meetings.patches_to_meet(user_of(request), why)
    ]


@router.get("/offices", response=list[OfficeAskedOut])
def offices(request: HttpRequest) -> list[dict[str, Any]]:
    """Offices of the county that may sit."""
    found = meetings.offices_to_sit(user_of(request))
    return [{"id": o.pk, "name": o.name, "kind": o.get_kind_display()} for o in found]


@router.get("/{meeting_id}", response=MeetingOut)
def one(request: HttpRequest, meeting_id: int) -> dict[str, Any]:
    """A meeting with its members, agenda, opinions and decisions."""
    return _out(user_of(request), meeting_id)


@router.put("/{meeting_id}", response=MeetingOut)
def change(request: HttpRequest, meeting_id: int, body: MeetingIn) -> dict[str, Any]:
    """Change a meeting or its members."""
    meetings.save_meeting(user_of(request), _form(body), meeting_id)
    return _out(user_of(request), meeting_id)


@router.post("/{meeting_id}/items", response=MeetingOut)
def add(request: HttpRequest, meeting_id: int, body: AgendaIn) -> dict[str, Any]:
    """Put patches on the agenda."""
    meetings.add_items(user_of(request), meeting_id, body.patches, body.why)
    return _out(user_of(request), meeting_id)


@router.delete("/{meeting_id}/items/{item_id}", response=MeetingOut)
def drop(request: HttpRequest, meeting_id: int, item_id: int) -> dict[str, Any]:
    """Take a patch off the agenda."""
    meetings.drop_item(user_of(request), meeting_id, item_id)
    return _out(user_of(request), meeting_id)


@router.put("/{meeting_id}/items/{item_id}", response=MeetingOut)
def decide(request: HttpRequest, meeting_id: int, item_id: int, body: DecisionIn) -> dict[str, Any]:
    """Note opinions and the decision on one patch."""
    said = [meetings.Said(o.member, o.stance, o.text) for o in body.opinions]
    decision = meetings.Decision(body.outcome, body.postponed, body.reason, said)
    meetings.decide(user_of(request), meeting_id, item_id, decision)
    return _out(user_of(request), meeting_id)


@router.post("/{meeting_id}/sign", response=MeetingOut)
def sign(request: HttpRequest, meeting_id: int) -> dict[str, Any]:
    """Sign: the decisions become the judgements of the patches."""
    meetings.sign(user_of(request), meeting_id)
    return _out(user_of(request), meeting_id)


@router.post("/{meeting_id}/cancel", response=MeetingOut)
def cancel(request: HttpRequest, meeting_id: int) -> dict[str, Any]:
    """Call the meeting off."""
    meetings.cancel(user_of(request), meeting_id)
    return _out(user_of(request), meeting_id)


def _form(body: MeetingIn) -> meetings.MeetingForm:
    values = body.dict()
    return meetings.MeetingForm(
        **{**values, "members": [meetings.Seat(**seat) for seat in values["members"]]}
    )


def _counted(user: User) -> Any:
    decided = Q(items__postponed=True) | ~Q(items__outcome="")
    return Meeting.objects.visible_to(user).annotate(
        count=Count("items", distinct=True),
        decided=Count("items", filter=decided & Q(items__isnull=False), distinct=True),
    )


def _row(one: Any) -> dict[str, Any]:
    return {
        **{n: getattr(one, n) for n in ("id", "title", "held_on", "place", "chair", "status")},
        "status_label": one.get_status_display(),
        "items": one.count,
        "decided": one.decided,
    }


def _out(user: User, meeting_id: int) -> dict[str, Any]:
    meetings.fetch_meeting(user, meeting_id)
    one = _counted(user).select_related("created_by", "signed_by").get(pk=meeting_id)
    members = one.members.select_related("office")
    items = one.items.select_related("patch__case", "patch__region__parent__parent")
    open_ = one.status in (Meeting.Status.PREPARING, Meeting.Status.HELD)
    return {
        **_row(one),
        "recorder": one.recorder,
        "created_by": one.created_by.name,
        "signed_by": one.signed_by.name if one.signed_by else "",
        "signed_at": one.signed_at,
        "members": [
            {
                **{n: getattr(m, n) for n in ("id", "name", "post", "present", "absence")},
                "office": m.office_id,
                "office_name": m.office.name,
            }
            for m in members
        ],
        "agenda": [_item(item) for item in items.prefetch_related("opinions")],
        "may": {
            "edit": open_ and user.may("enforcement.meet"),
            "sign": open_ and user.may("enforcement.sign") and one.created_by_id != user.pk,
        },
    }


def _item(item: AgendaItem) -> dict[str, Any]:
    patch = item.patch
    return {
        **{n: getattr(item, n) for n in ("id", "order", "why", "outcome", "postponed", "reason")},
        "why_label": item.get_why_display(),
        "outcome_label": str(Outcome(item.outcome).label) if item.outcome else "",
        "patch": patch.pk,
        "number": patch.number,
        "place": region_path(patch.region),
        "stage": FLOW.labels[patch.case.stage],
        "farmland_mu": None if patch.farmland_m2 is None else round_m2(to_mu(patch.farmland_m2)),
        "proposal": patch.proposal_outcome or None,
        "proposal_label": patch.get_proposal_outcome_display() if patch.proposal_outcome else "",
        "judgement": patch.get_judgement_outcome_display() if patch.judgement_outcome else "",
        "choices": [{"code": v, "label": label} for v, label in conclusions(patch).items()],
        "opinions": [
            {"member": o.member_id, "stance": o.stance, "text": o.text} for o in item.opinions.all()
        ],
    }
