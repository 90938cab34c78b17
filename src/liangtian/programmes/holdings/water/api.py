"""Water over HTTP: sources, meters, readings, standards, charges."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from liangtian.platform.audit.services import saw
from liangtian.platform.jobs.api import JobOut, job_out
from liangtian.platform.people.request import user_of
from liangtian.programmes.holdings.ground import figure
from liangtian.programmes.holdings.models import ReadingFile
from liangtian.programmes.holdings.water import meters, pages, readings, runs, sources, standards
from liangtian.programmes.holdings.water import reading_files as incoming
from liangtian.programmes.holdings.water.answers import (
    AllottedOut,
    ReadingFileOut,
    ReadingOut,
    ReadingSheetOut,
    WaterPreviewOut,
    WaterSourceOut,
    WaterStandardsOut,
)
from liangtian.programmes.holdings.water.months import month_of
from liangtian.programmes.holdings.water.rules import Tier
from liangtian.programmes.holdings.water.shapes import (
    AllotIn,
    CoefficientIn,
    CorrectReadingIn,
    MeterIn,
    MonthText,
    ReadingColumnsIn,
    ReadingFileIn,
    ReadingsIn,
    RemoveMeterIn,
    ServeIn,
    SettleReadingIn,
    SheetQuery,
    SwapMeterIn,
    WaterChargeIn,
    WaterSeasonIn,
    WaterSourceIn,
    WaterTariffIn,
)

router = Router(tags=["water"])
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@router.post("/sources", response=WaterSourceOut)
def new_source(request: HttpRequest, body: WaterSourceIn) -> dict[str, Any]:
    """Register a well or a canal."""
    made = sources.save_source(user_of(request), *_source(body))
    return _page(request, made.pk)


@router.get("/sources/{source_id}", response=WaterSourceOut)
def source(request: HttpRequest, source_id: int) -> dict[str, Any]:
    """A well or canal with whom it serves, its meters and readings; that it was looked at is audited."""
    user = user_of(request)
    found = pages.fetch_source(user, source_id)
    saw(user, "holdings.water.view", found)
    return pages.source_out(user, found)


@router.put("/sources/{source_id}", response=WaterSourceOut)
def change_source(request: HttpRequest, source_id: int, body: WaterSourceIn) -> dict[str, Any]:
    """Change a well or a canal; without a figure the one it has stays."""
    sources.save_source(user_of(request), *_source(body), source_id)
    return _page(request, source_id)


@router.put("/sources/{source_id}/parcels", response=WaterSourceOut)
def serve(request: HttpRequest, source_id: int, body: ServeIn) -> dict[str, Any]:
    """Which parcels it waters from a day on."""
    parcels = [sources.Served(p.parcel_id, p.area_mu) for p in body.parcels]
    sources.serve(user_of(request), source_id, parcels, body.on)
    return _page(request, source_id)


@router.post("/sources/{source_id}/meters", response=WaterSourceOut)
def fit(request: HttpRequest, source_id: int, body: MeterIn) -> dict[str, Any]:
    """Fit a meter."""
    meters.fit(user_of(request), source_id, meters.MeterForm(**body.dict()))
    return _page(request, source_id)


@router.post("/fittings/{fitting_id}/remove", response=WaterSourceOut)
def remove(request: HttpRequest, fitting_id: int, body: RemoveMeterIn) -> dict[str, Any]:
    """Take a meter off, with its last reading."""
    row = meters.remove(user_of(request), fitting_id, meters.Removal(**body.dict()))
    return _page(request, row.source_id)


@router.post("/fittings/{fitting_id}/swap", response=WaterSourceOut)
def swap(request: HttpRequest, fitting_id: int, body: SwapMeterIn) -> dict[str, Any]:
    """Put another meter in its place on the same day."""
    removal, form = meters.Removal(**body.removal.dict()), meters.MeterForm(**body.meter.dict())
    row = meters.swap(user_of(request), fitting_id, removal, form)
    return _page(request, row.source_id)


@router.post("/sources/{source_id}/coefficients", response=WaterSourceOut)
def new_coefficient(request: HttpRequest, source_id: int, body: CoefficientIn) -> dict[str, Any]:
    """Enter a coefficient of power to water, to be approved by another."""
    basis = standards.Basis(body.document, body.clause)
    user = user_of(request)
    standards.enter_coefficient(user, source_id, body.per_kwh, body.valid_from, basis)
    return _page(request, source_id)


@router.get("/standards", response=WaterStandardsOut)
def all_standards(request: HttpRequest) -> dict[str, Any]:
    """Tariffs, seasons, and coefficients that wait for approval."""
    return pages.standards(user_of(request))


@router.post("/tariffs", response=WaterStandardsOut)
def new_tariff(request: HttpRequest, body: WaterTariffIn) -> dict[str, Any]:
    """Enter a price of water, to be approved by another."""
    given = body.dict()
    basis = standards.Basis(given.pop("document"), given.pop("clause"))
    tiers = [Tier(**one) for one in given.pop("tiers")]
    form = standards.TariffForm(tiers=tiers, basis=basis, **given)
    standards.enter_tariff(user_of(request), form)
    return pages.standards(user_of(request))


@router.post("/seasons", response=WaterStandardsOut)
def new_season(request: HttpRequest, body: WaterSeasonIn) -> dict[str, Any]:
    """Enter an irrigation season with its quota, to be approved by another."""
    given = body.dict()
    basis = standards.Basis(given.pop("document"), given.pop("clause"))
    standards.enter_season(user_of(request), standards.SeasonForm(basis=basis, **given))
    return pages.standards(user_of(request))


@router.post("/standards/{kind}/{key}/approve", response=WaterStandardsOut)
def approve(
    request: HttpRequest, kind: Literal["tariff", "coefficient", "season"], key: int
) -> dict[str, Any]:
    """Approve what another entered."""
    standards.approve(user_of(request), kind, key)
    return pages.standards(user_of(request))


@router.delete("/standards/{kind}/{key}", response=WaterStandardsOut)
def withdraw(
    request: HttpRequest, kind: Literal["tariff", "coefficient", "season"], key: int
) -> dict[str, Any]:
    """Take back what is not approved yet."""
    standards.withdraw(user_of(request), kind, key)
    return pages.standards(user_of(request))


@router.get("/readings", response=ReadingSheetOut)
def reading_sheet(
    request: HttpRequest, month: MonthText, wanted: Query[SheetQuery]
) -> dict[str, Any]:
    """The meters of a place in a month, with what is missing or doubtful."""
    asked = pages.Wanted(**wanted.dict())
    return pages.sheet(user_of(request), month_of(month), asked)


@router.post("/readings", response=list[ReadingOut])
def enter(request: HttpRequest, body: ReadingsIn) -> list[dict[str, Any]]:
    """Enter readings of a month."""
    seen = [readings.Seen(one.fitting_id, one.on, one.value) for one in body.readings]
    made = readings.enter(user_of(request), month_of(body.month), seen)
    return [pages.reading_out(row, row.fitting.meter.number) for row in made]


@router.post("/readings/{reading_id}/correct", response=ReadingOut)
def correct(request: HttpRequest, reading_id: int, body: CorrectReadingIn) -> dict[str, Any]:
    """Put another reading in a wrong one's place; the wrong one stays on record."""
    row = readings.correct(user_of(request), reading_id, body.on, body.value, body.reason)
    return pages.reading_out(row, row.fitting.meter.number)


@router.post("/readings/{reading_id}/settle", response=ReadingOut)
def settle(request: HttpRequest, reading_id: int, body: SettleReadingIn) -> dict[str, Any]:
    """Say that a doubtful reading is right, or that the meter rolled over."""
    row = readings.settle(user_of(request), reading_id, body.reason, rolled=body.rolled)
    return pages.reading_out(row, row.fitting.meter.number)


@router.get("/reading-files", response=list[ReadingFileOut])
def reading_files(request: HttpRequest) -> list[dict[str, Any]]:
    """The last files of readings."""
    return pages.files(user_of(request))


@router.post("/reading-files", response=ReadingFileOut)
def new_file(request: HttpRequest, body: ReadingFileIn) -> dict[str, Any]:
    """Look at a file of readings and match its rows; nothing is entered yet."""
    row = incoming.start(user_of(request), body.file_id, body.kind, month_of(body.month))
    return pages.file_out(row)


@router.put("/reading-files/{key}", response=ReadingFileOut)
def rematch(request: HttpRequest, key: int, body: ReadingColumnsIn) -> dict[str, Any]:
    """Match the file again with other columns."""
    return pages.file_out(incoming.rematch(user_of(request), key, body.mapping))


@router.post("/reading-files/{key}/accept", response=ReadingFileOut)
def accept_file(request: HttpRequest, key: int) -> dict[str, Any]:
    """Enter the good rows."""
    return pages.file_out(incoming.accept(user_of(request), key))


@router.post("/reading-files/{key}/discard", response=ReadingFileOut)
def discard_file(request: HttpRequest, key: int) -> dict[str, Any]:
    """Give the file up."""
    return pages.file_out(incoming.discard(user_of(request), key))


@router.get("/reading-files/{key}/marked.xlsx")
def marked(request: HttpRequest, key: int) -> HttpResponse:
    """The same table with what became of each row."""
    row, content = incoming.marked(user_of(request), key)
    return workbook(f"{_stem(row)}（标注）.xlsx", content)


@router.get("/charges", response=WaterPreviewOut)
def preview(
    request: HttpRequest, season_id: Annotated[int, Query(ge=1)], month: MonthText
) -> dict[str, Any]:
    """What would be charged up to a month, against what stands, and what cannot be charged."""
    return runs.preview(user_of(request), season_id, month_of(month))


@router.post("/charges", response=JobOut)
def charge(request: HttpRequest, body: WaterChargeIn) -> dict[str, Any]:
    """Post the charges up to a month, as a job."""
    user = user_of(request)
    return job_out(runs.start(user, body.season_id, month_of(body.month), body.due_on), user)


@router.post("/allocations", response=AllottedOut)
def allot(request: HttpRequest, body: AllotIn) -> dict[str, Any]:
    """Allot the season's water to every holder by irrigated land."""
    made = runs.allot(user_of(request), body.season_id, body.on)
    return {"holders": len(made), "m3": sum(a.m3 for a in made)}


def workbook(name: str, content: bytes) -> HttpResponse:
    """An Excel file under its Chinese name."""
    response = HttpResponse(content, content_type=XLSX)
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    return response


def _stem(row: ReadingFile) -> str:
    return row.file.name.rsplit(".", 1)[0]


def _source(body: WaterSourceIn) -> tuple[sources.SourceForm, Any]:
    given = body.dict()
    geometry = given.pop("geometry")
    return sources.SourceForm(**given), None if geometry is None else figure(geometry)


def _page(request: HttpRequest, source_id: int) -> dict[str, Any]:
    user = user_of(request)
    return pages.source_out(user, pages.fetch_source(user, source_id))
