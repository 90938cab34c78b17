"""Charging over HTTP: tariffs, grades, runs, bills, waivers, collection."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from liangtian.platform.ledgers.formats import TYPES
from liangtian.platform.people.request import user_of
from liangtian.platform.people.scope import require
from liangtian.programmes.holdings.codes import listed
from liangtian.programmes.holdings.fees import posting, receipts, reporting, runs, tariffs, waiving
from liangtian.programmes.holdings.fees.api_money import router as money
from liangtian.programmes.holdings.fees.assessing import UNGRADED
from liangtian.programmes.holdings.fees.pages import bill_out, run_out, waiver_out
from liangtian.programmes.holdings.fees.rules import yuan
from liangtian.programmes.holdings.fees.shapes import (
    BillOut,
    BillRunOut,
    CollectedOut,
    FeeDecisionIn,
    FeeOptionsOut,
    GradedOut,
    GradeIn,
    GradeOut,
    GradeRegionIn,
    RentRunIn,
    RentTariffIn,
    RentTariffOut,
    RunProblemPage,
    WaiverIn,
    WaiverOut,
)
from liangtian.programmes.holdings.fees.shapes_money import FeeReasonIn
from liangtian.programmes.holdings.models import (
    Bill,
    BillRun,
    Charge,
    ParcelGrade,
    Payment,
    ReceiptBook,
)

router = Router(tags=["fees"])
router.add_router("", money)
MOST = 50  # runs listed
Page = Annotated[int, Query(1, ge=1, le=10**6)]
SIZE = 50


@router.get("/options", response=FeeOptionsOut)
def options(request: HttpRequest) -> dict[str, Any]:
    """Choices, and how many receipts the user has left."""
    user = user_of(request)
    require(user, "fees.view")
    books = ReceiptBook.objects.filter(clerk=user, written_off_on=None).order_by("series", "first")
    left = [b for b in books if b.following <= b.last]
    return {
        "grades": list(listed("grade")), "uses": list(listed("actual_use")),
        "kinds": [{"value": k.value, "label": str(k.label)} for k in Charge],
        "methods": [
            {"value": m.value, "label": str(m.label)}
            for m in Payment.Method if m != Payment.Method.ADVANCE
        ],
        "clerks": [
            {"value": one.username,
             "label": f"{one.name}（{one.office.name if one.office else one.username}）"}
            for one in (receipts.collectors(user) if user.may("fees.finance") else ())
        ],
        "receipts_left": sum(b.last - b.following + 1 for b in left),
        "next_receipt": f"{left[0].series} {left[0].following:08d}" if left else "",
    }  # fmt: skip


@router.get("/tariffs", response=list[RentTariffOut])
def all_tariffs(request: HttpRequest) -> list[dict[str, Any]]:
    """The tariffs of rent of the user's county."""
    return [tariffs.tariff_out(row) for row in tariffs.tariffs(user_of(request))]


@router.post("/tariffs", response=RentTariffOut)
def enter_tariff(request: HttpRequest, body: RentTariffIn) -> dict[str, Any]:
    """Enter a tariff; another person approves it."""
    rates = [tariffs.RateForm(one.grade, one.use, one.rate) for one in body.rates]
    form = tariffs.TariffForm(
        body.first_year, body.document, body.number, rates, body.last_year, body.clause
    )
    return tariffs.tariff_out(tariffs.enter_tariff(user_of(request), form))


@router.post("/tariffs/{tariff_id}/decide", response=RentTariffOut)
def decide_tariff(request: HttpRequest, tariff_id: int, body: FeeDecisionIn) -> dict[str, Any]:
    """Approve or refuse a tariff."""
    row = tariffs.decide_tariff(
        user_of(request), tariff_id, approve=body.approve, opinion=body.opinion
    )
    return tariffs.tariff_out(row)


@router.get("/parcels/{parcel_id}/grade", response=list[GradeOut])
def grades(request: HttpRequest, parcel_id: int) -> list[dict[str, Any]]:
    """The grades of a parcel, the latest first."""
    return [_grade_out(row) for row in tariffs.grades_of(user_of(request), parcel_id)]


@router.post("/parcels/{parcel_id}/grade", response=GradeOut)
def grade(request: HttpRequest, parcel_id: int, body: GradeIn) -> dict[str, Any]:
    """The grade of a parcel from a year on."""
    row = tariffs.set_grade(user_of(request), parcel_id, body.grade, body.from_year, body.basis)
    return _grade_out(row)


@router.post("/grades", response=GradedOut)
def grade_region(request: HttpRequest, body: GradeRegionIn) -> dict[str, Any]:
    """Give a grade to every parcel of a region that has none yet in that year."""
    done = tariffs.grade_region(
        user_of(request), body.region, body.grade, body.from_year, body.basis
    )
    return {"parcels": done}


@router.get("/runs", response=list[BillRunOut])
def all_runs(request: HttpRequest) -> list[dict[str, Any]]:
    """The latest runs, the newest first."""
    user = user_of(request)
    require(user, "fees.view")
    return [run_out(user, run) for run in _runs(user)[:MOST]]


@router.post("/runs", response=BillRunOut)
def start_run(request: HttpRequest, body: RentRunIn) -> dict[str, Any]:
    """Begin a run of rent; a job previews it."""
    user = user_of(request)
    form = runs.RunForm(body.region, body.first_year, body.last_year, body.due_on)
    return run_out(user, runs.start_run(user, form))


@router.get("/runs/{run_id}", response=BillRunOut)
def one_run(request: HttpRequest, run_id: int) -> dict[str, Any]:
    """One run with its preview."""
    user = user_of(request)
    require(user, "fees.view")
    return run_out(user, _runs(user).fetch_for(user, pk=run_id))


@router.get("/runs/{run_id}/problems", response=RunProblemPage)
def run_problems(request: HttpRequest, run_id: int, page: Page = 1) -> dict[str, Any]:
    """Parcels that can't be billed, and why."""
    user = user_of(request)
    require(user, "fees.view")
    rows = _runs(user).fetch_for(user, pk=run_id).problems.select_related("parcel")
    shown = [
        {
            "parcel_id": p.parcel_id,
            "code": p.parcel.code,
            "years": p.years,
            "reason": p.reason,
            "ungraded": p.reason == UNGRADED,
        }
        for p in rows[(page - 1) * SIZE : page * SIZE]
    ]
    return {"rows": shown, "total": rows.count()}


@router.post("/runs/{run_id}/preview", response=BillRunOut)
def preview_again(request: HttpRequest, run_id: int) -> dict[str, Any]:
    """Preview a run once more, after the register or a tariff changed."""
    user = user_of(request)
    return run_out(user, runs.preview_again(user, run_id))


@router.post("/runs/{run_id}/confirm", response=BillRunOut)
def confirm_run(request: HttpRequest, run_id: int) -> dict[str, Any]:
    """Post what was previewed."""
    user = user_of(request)
    return run_out(user, runs.confirm_run(user, run_id))


@router.post("/runs/{run_id}/drop", response=BillRunOut)
def drop_run(request: HttpRequest, run_id: int) -> dict[str, Any]:
    """Give a run up before it is posted."""
    user = user_of(request)
    return run_out(user, runs.drop_run(user, run_id))


@router.get("/bills/{bill_id}", response=BillOut)
def bill(request: HttpRequest, bill_id: int) -> dict[str, Any]:
    """A bill and what it was computed from."""
    user = user_of(request)
    require(user, "fees.view")
    rows = Bill.objects.select_related("holder", "parcel", "region", "run", "reversed_by")
    return bill_out(user, rows.fetch_for(user, pk=bill_id))


@router.post("/bills/{bill_id}/reverse", response=BillOut)
def reverse_bill(request: HttpRequest, bill_id: int, body: FeeReasonIn) -> dict[str, Any]:
    """Reverse a bill that another person issued; what was paid becomes the holder's advance."""
    posting.reverse_bill(user_of(request), bill_id, body.reason)
    return bill(request, bill_id)


@router.post("/waivers", response=WaiverOut)
def ask_waiver(request: HttpRequest, body: WaiverIn) -> dict[str, Any]:
    """Ask for a remission of a bill."""
    user = user_of(request)
    return waiver_out(user, waiving.ask(user, waiving.WaiverForm(**body.dict())))


@router.post("/waivers/{waiver_id}/decide", response=WaiverOut)
def decide_waiver(request: HttpRequest, waiver_id: int, body: FeeDecisionIn) -> dict[str, Any]:
    """Approve or refuse a remission that another person asked for."""
    user = user_of(request)
    row = waiving.decide(user, waiver_id, approve=body.approve, opinion=body.opinion)
    return waiver_out(user, row)


@router.post("/waivers/{waiver_id}/undo", response=WaiverOut)
def undo_waiver(request: HttpRequest, waiver_id: int, body: FeeReasonIn) -> dict[str, Any]:
    """Undo a remission that another person approved; the bill owes that much again."""
    user = user_of(request)
    return waiver_out(user, waiving.undo(user, waiver_id, body.reason))


@router.get("/collected", response=list[CollectedOut])
def collected(request: HttpRequest, kind: str = "") -> list[dict[str, Any]]:
    """What was collected, by unit and year."""
    return [
        {
            "code": one.code, "name": one.name, "year": one.year, "bills": one.bills,
            "amount": str(yuan(one.amount)), "paid": str(yuan(one.paid)),
            "waived": str(yuan(one.waived)), "left": str(yuan(one.left)),
            "rate": None if one.rate is None else float(one.rate),
        }
        for one in reporting.collected(user_of(request), kind)
    ]  # fmt: skip


@router.get("/collected.xlsx")
def collected_file(request: HttpRequest, kind: str = "") -> HttpResponse:
    """The same as a workbook."""
    content = reporting.collected_xlsx(user_of(request), kind)
    response = HttpResponse(content, content_type=TYPES["xlsx"])
    response["Content-Disposition"] = "attachment; filename*=UTF-8''" + reporting.FILE_NAME
    return response


def _runs(user: Any) -> Any:
    return BillRun.objects.visible_to(user).select_related("region", "made_by")


def _grade_out(row: ParcelGrade) -> dict[str, Any]:
    return {"grade": row.grade, "from_year": row.from_year, "basis": row.basis,
            "entered_by": row.entered_by.name}  # fmt: skip
