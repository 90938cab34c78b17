"""Rows of the matrix: registration of rights, referrals, petitions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from django.utils import timezone

from liangtian.site.examples import EXAMPLES
from tests.holdings.land import FORM, SPRING, ground
from tests.site.matrix import Row, holding
from tests.site.rows_holdings import _clerk, _holder, _parcel
from tests.site.rows_judging import _proposer
from tests.site.world import PLACES, World

WHERE = tuple(PLACES)
SEE, REGISTER, APPROVE = (holding(f"holdings.{act}") for act in ("view", "register", "approve"))
REFER, PETITION = holding("holdings.refer"), holding("holdings.petition")
OPEN = SEE & holding("personal.unmask")
ENTER = REGISTER & holding("holdings.edit")
ONE = "/api/holdings/registrations/{registration_id}"
REFERRAL = "/api/holdings/referrals/{referral_id}"
PETITIONED = "/api/holdings/petitions/{petition_id}"
REASON = {"reason": "当事人已主动退地，不再办理"}


def _unit(place: str, serial: int) -> str:
    return f"{PLACES[place][0]}001001GN{list(PLACES).index(place)}{serial:04d}W00000000"


def _file(w: World, place: str, name: str) -> int:
    from liangtian.platform.files.services import store
    from liangtian.platform.regions.models import Region

    region = Region.objects.get(code=PLACES[place][2])
    made = store(
        [b"%PDF-1.7\n%%EOF\n"], name, user=_clerk(w, place), region=region, kind="document"
    )
    return int(made.pk)


def _ready(w: World, place: str) -> Any:
    """A held parcel of the place, judged after its notice ran out."""
    from liangtian.programmes.holdings import parcels
    from liangtian.programmes.holdings.models import Parcel, ParcelStanding
    from liangtian.programmes.holdings.notices import drafting
    from tests.holdings.notices import on

    found = Parcel.objects.filter(code=f"{place}-rights").first()
    if found is not None:
        return found
    clerk, today = _clerk(w, place), timezone.localdate()
    figure = ground(PLACES[place][4] + 3_900, 3_000)
    form = replace(FORM, holder_id=_holder(w, place).pk)
    made = parcels.register(clerk, form, figure, SPRING, f"{place}-rights").parcel
    with on(today - timedelta(days=40)):
        shown = drafting.NoticeForm([PLACES[place][2]], contact="自然资源所，13800000000")
        notice = drafting.draft(clerk, shown)
        others = notice.rows.exclude(parcel=made).values_list("parcel_id", flat=True)
        drafting.edit(clerk, notice.pk, shown, list(others))
        drafting.publish(clerk, notice.pk)
    ParcelStanding.objects.filter(parcel=made).update(judged="合法完备")
    return made


def _registration(w: World, place: str, state: str) -> Any:
    """An application in a state, the only one under way; who took it in is none of the roles that are tried."""
    from liangtian.programmes.holdings.models import Registration, RegistrationFile

    parcel, today = _ready(w, place), timezone.localdate()
    Registration.objects.filter(parcel=parcel, state__in=Registration.OPEN).update(
        state="withdrawn"
    )
    other = _proposer(w, place)
    values: dict[str, Any] = {"state": state}
    if state != "applied":
        values["checked_by"] = other
    if state in ("surveyed", "approved"):
        last = today - timedelta(days=2)
        values |= {"surveyed_on": last, "surveyor": "县测绘队", "unit_code": _unit(place, 1)}
    if state == "approved":
        values["approved_by"] = _clerk(w, place)
    version = parcel.versions.get(valid_to=None)
    row = Registration.objects.create(
        region=parcel.region, county_id=parcel.county_id, parcel=parcel, version=version,
        holder=version.holder, right="土地承包经营权", applied_on=today - timedelta(days=5),
        entered_by=other, **values,
    )  # fmt: skip
    file = _file(w, place, "申请书.pdf")
    RegistrationFile.objects.create(registration=row, file_id=file, kind="承包协议")
    return row


def _on(state: str, **body: Any) -> Any:
    return lambda w, place: {
        "path": {"registration_id": _registration(w, place, state).pk}, "json": body,
    }  # fmt: skip


def _apply(w: World, place: str) -> Mapping[str, Any]:
    from liangtian.programmes.holdings.models import Registration

    parcel = _ready(w, place)
    Registration.objects.filter(parcel=parcel, state__in=Registration.OPEN).update(
        state="withdrawn"
    )
    body = {"right": "土地承包经营权", "applied_on": str(timezone.localdate())}
    return {"path": {"parcel_id": parcel.pk}, "json": body}


def _papers(w: World, place: str) -> Mapping[str, Any]:
    row = _registration(w, place, "applied")
    papers = [{"kind": "身份证", "file_id": _file(w, place, "身份证.pdf")}]
    return {"path": {"registration_id": row.pk}, "json": {"papers": papers}}


def _survey(w: World, place: str) -> Mapping[str, Any]:
    row = _registration(w, place, "checked")
    body = {"on": str(timezone.localdate()), "surveyor": "县测绘队", "unit_code": _unit(place, 2)}
    return {"path": {"registration_id": row.pk}, "json": body}


def _enter(w: World, place: str) -> Mapping[str, Any]:
    row = _registration(w, place, "approved")
    body = {"certificate": f"示第{row.pk:07d}号", "registered_on": str(timezone.localdate())}
    return {"path": {"registration_id": row.pk}, "json": body}


def _of_parcel(w: World, place: str) -> Mapping[str, Any]:
    return {"path": {"parcel_id": _parcel(w, place).pk}}


def _of_holder(w: World, place: str) -> Mapping[str, Any]:
    return {"path": {"holder_id": _holder(w, place).pk}}


def _referral(w: World, place: str, state: str) -> Any:
    from liangtian.programmes.holdings.models import Referral

    values: dict[str, Any] = {"state": state}
    if state in ("approved", "sent"):
        values |= {"approved_by": _clerk(w, place), "approved_at": timezone.now()}
    if state == "sent":
        values["sent_on"] = timezone.localdate()
    parcel = _parcel(w, place)
    return Referral.objects.create(
        region=parcel.region, parcel=parcel, authority="police", receiver="公安局", text="开垦林地",
        basis="四.(二)", proposed_by=_proposer(w, place), **values,
    )  # fmt: skip


def _referred(state: str, **body: Any) -> Any:
    return lambda w, place: {
        "path": {"referral_id": _referral(w, place, state).pk}, "json": body,
    }  # fmt: skip


def _send(w: World, place: str) -> Mapping[str, Any]:
    from liangtian.platform.documents import services as documents
    from liangtian.platform.documents.models import Letter
    from liangtian.programmes.holdings.referring.referrals import LETTER

    row, clerk = _referral(w, place, "approved"), _clerk(w, place)
    letter = documents.draft(clerk, LETTER, row.pk)
    series = documents.create_series(clerk, f"移送{row.pk}")
    documents.issue(clerk, letter.pk, series.pk)
    assert Letter.objects.get(pk=letter.pk).number
    body = {"on": str(timezone.localdate())}
    return {"path": {"referral_id": row.pk}, "json": body}


def _answered(w: World, place: str) -> Mapping[str, Any]:
    row = _referral(w, place, "sent")
    body = {"on": str(timezone.localdate()), "answer": "已立案调查，另行函告"}
    return {"path": {"referral_id": row.pk}, "json": body}


def _propose(w: World, place: str) -> Mapping[str, Any]:
    given = {**EXAMPLES["ReferralIn"], "parcel_id": _parcel(w, place).pk, "holder_id": None}
    return {"json": {**given, "files": []}}


def _petition(w: World, place: str, state: str = "open") -> Any:
    from liangtian.programmes.holdings.models import Petition

    today, parcel = timezone.localdate(), _parcel(w, place)
    told = {"answered_on": today, "answered_by": _clerk(w, place), "answer": "经复测无误"}
    return Petition.objects.create(
        region=parcel.region, parcel=parcel, name="王演示", channel="visit", kind="其他", text="复测",
        received_on=today, due_on=today, logged_by=_clerk(w, place), state=state,
        **(told if state == "answered" else {}),
    )  # fmt: skip


def _petitioned(state: str, **body: Any) -> Any:
    return lambda w, place: {
        "path": {"petition_id": _petition(w, place, state).pk}, "json": body,
    }  # fmt: skip


def _log(w: World, place: str) -> Mapping[str, Any]:
    given = {**EXAMPLES["PetitionIn"], "parcel_id": _parcel(w, place).pk}
    return {"json": {**given, "received_on": str(timezone.localdate())}}


ROWS: tuple[Row, ...] = (
    Row("GET", "/api/holdings/registrations/options", SEE),
    Row("GET", "/api/holdings/parcels/{parcel_id}/registrations", SEE, _of_parcel, WHERE),
    Row("POST", "/api/holdings/parcels/{parcel_id}/registrations", REGISTER, _apply, WHERE),
    Row("GET", ONE, SEE, _on("applied"), WHERE),
    Row("POST", f"{ONE}/papers", REGISTER, _papers, WHERE),
    Row("POST", f"{ONE}/check", REGISTER, _on("applied", outcome="pass"), WHERE),
    Row("POST", f"{ONE}/survey", REGISTER, _survey, WHERE),
    Row("POST", f"{ONE}/decide", APPROVE, _on("surveyed", approve=True), WHERE),
    Row("POST", f"{ONE}/enter", ENTER, _enter, WHERE),
    Row("POST", f"{ONE}/withdraw", REGISTER, _on("applied", **REASON), WHERE),
    Row("GET", "/api/holdings/matters/options", SEE),
    Row("GET", "/api/holdings/parcels/{parcel_id}/matters", SEE, _of_parcel, WHERE),
    Row("GET", "/api/holdings/holders/{holder_id}/matters", SEE, _of_holder, WHERE),
    Row("POST", "/api/holdings/referrals", REFER, _propose, WHERE),
    Row("GET", REFERRAL, SEE, _referred("proposed"), WHERE),
    Row("POST", f"{REFERRAL}/decide", APPROVE, _referred("proposed", approve=True), WHERE),
    Row("POST", f"{REFERRAL}/send", REFER, _send, WHERE),
    Row("POST", f"{REFERRAL}/answer", REFER, _answered, WHERE),
    Row("POST", f"{REFERRAL}/cancel", REFER, _referred("proposed", **REASON), WHERE),
    Row("POST", "/api/holdings/petitions", PETITION, _log, WHERE),
    Row("GET", PETITIONED, SEE, _petitioned("open"), WHERE),
    Row("POST", f"{PETITIONED}/identity", OPEN, _petitioned("open", **REASON), WHERE),
    Row("POST", f"{PETITIONED}/answer", PETITION, _petitioned("open", answer="经复测无误，维持登记"), WHERE),
    Row("POST", f"{PETITIONED}/close", PETITION,
        _petitioned("answered", result="信访人认可答复意见"), WHERE),
)  # fmt: skip
