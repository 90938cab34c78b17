"""Rows of the matrix: wells, meters, readings, prices, charges and measures on arrears."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from liangtian.programmes.holdings.water import standards
from liangtian.site.examples import EXAMPLES
from tests.holdings import waterworks
from tests.site.matrix import Row, holding
from tests.site.rows_holdings import COUNTY_ONLY, WHERE, _clerk, _holder, _parcel
from tests.site.world import ABROAD, PLACES, World

SEE, EDIT, RATES = holding("holdings.view"), holding("water.edit"), holding("water.rates")
APPROVE, CHARGE = holding("water.approve"), holding("water.charge")
PROPOSE, EXECUTE = holding("measures.propose"), holding("measures.execute")
EXPORT = holding("holdings.export") & SEE
ISSUE = PROPOSE & holding("documents.register") & holding("personal.unmask")
WATER = "/api/holdings/water"
SOURCE, MEASURES = f"{WATER}/sources/{{source_id}}", "/api/holdings/measures"
MAY = date(2024, 5, 31)


def _well(w: World, place: str) -> Any:
    from liangtian.programmes.holdings.models import WaterSource

    found = WaterSource.objects.filter(code=f"J-{place}").first()
    spot = (PLACES[place][4] + 1_500, 1_500)
    return found or waterworks.well(_clerk(w, place), f"J-{place}", PLACES[place][2], at=spot)


def _fitting(w: World, place: str) -> Any:
    from liangtian.programmes.holdings.models import Fitting

    found = Fitting.objects.filter(source=_well(w, place), removed_on=None).first()
    return found or waterworks.fit(_clerk(w, place), _well(w, place), f"D-{place}")


def _at(name: str, **more: Any) -> Any:
    """A body of the examples sent to the well of a place."""

    def request(w: World, place: str) -> Mapping[str, Any]:
        body = {**EXAMPLES[name], **more} if name else {}
        return {"path": {"source_id": _well(w, place).pk}, "json": body}

    return request


def _source(w: World, place: str) -> dict[str, Any]:
    return {**EXAMPLES["WaterSourceIn"], "code": f"N-{place}", "region": PLACES[place][2]}


def _new(w: World, place: str) -> Mapping[str, Any]:
    return {"json": _source(w, place)}


def _change(w: World, place: str) -> Mapping[str, Any]:
    return {"path": {"source_id": _well(w, place).pk}, "json": _source(w, place)}


def _serve(w: World, place: str) -> Mapping[str, Any]:
    served = [{"parcel_id": _parcel(w, place).pk, "area_mu": "10.00"}]
    return {"path": {"source_id": _well(w, place).pk},
            "json": {"parcels": served, "on": "2024-03-01"}}  # fmt: skip


def _new_meter(w: World, place: str) -> Mapping[str, Any]:
    body = {**EXAMPLES["MeterIn"], "number": f"新-{place}"}
    return {"path": {"source_id": _well(w, place).pk}, "json": body}


def _take_off(w: World, place: str) -> Mapping[str, Any]:
    return {"path": {"fitting_id": _fitting(w, place).pk}, "json": EXAMPLES["RemoveMeterIn"]}


def _swap(w: World, place: str) -> Mapping[str, Any]:
    body = EXAMPLES["SwapMeterIn"]
    meter = {**body["meter"], "number": f"换-{place}"}
    return {"path": {"fitting_id": _fitting(w, place).pk}, "json": {**body, "meter": meter}}


def _reading(w: World, place: str, value: str = "1000") -> Any:
    """A reading that goes back, so that it is doubtful."""
    from liangtian.programmes.holdings.models import Reading

    found = Reading.objects.filter(fitting=_fitting(w, place)).exclude(state="replaced").first()
    return found or waterworks.read(_clerk(w, place), _fitting(w, place), MAY, value)


def _on_reading(name: str) -> Any:
    return lambda w, place: {"path": {"reading_id": _reading(w, place).pk}, "json": EXAMPLES[name]}


def _read(w: World, place: str) -> Mapping[str, Any]:
    one = {"fitting_id": _fitting(w, place).pk, "on": "2024-04-30", "value": "1300"}
    return {"json": {"month": "2024-04", "readings": [one]}}


def _table(w: World, place: str) -> Any:
    """A list of one meter, as the power company sends it."""
    from liangtian.platform.files.services import store
    from liangtian.platform.regions.models import Region

    _fitting(w, place)
    region = Region.objects.get(code=PLACES[place][0])
    text = f"表号,本月示数,抄表日期\nD-{place},1500,2024-05-31\n"
    return store([text.encode()], "用电量.csv", user=_clerk(w, place), region=region,
                 kind="document")  # fmt: skip


def _file_body(w: World, place: str) -> Mapping[str, Any]:
    """A file of the place itself, seen by whoever answers for it."""
    file = _table(w, place)
    file.region_id = PLACES[place][2]
    file.save(update_fields=["region"])
    return {"json": {"file_id": file.pk, "kind": "power", "month": "2024-05"}}


def _incoming(w: World, place: str) -> Any:
    from liangtian.programmes.holdings.models import ReadingFile
    from liangtian.programmes.holdings.water import reading_files

    county = PLACES[place][0]
    found = ReadingFile.objects.filter(region=county, state="checked").first()
    if found is None:
        found = reading_files.start(
            _clerk(w, place), _table(w, place).pk, "power", date(2024, 5, 1)
        )
    return found


def _on_file(name: str = "") -> Any:
    return lambda w, place: {
        "path": {"key": _incoming(w, place).pk}, "json": EXAMPLES.get(name, {}),
    }  # fmt: skip


def _season(w: World, place: str, *, approved: bool = True) -> Any:
    from liangtian.programmes.holdings.models import WaterSeason

    county = PLACES[place][0]
    found = WaterSeason.objects.filter(region=county, name="春灌").first()
    if found is None:
        from liangtian.platform.people.models import User

        clerk = _clerk(w, place)
        form = {**EXAMPLES["WaterSeasonIn"]}
        basis = standards.Basis(form.pop("document"), form.pop("clause"))
        form |= {k: date.fromisoformat(form[k]) for k in ("starts_on", "ends_on")}
        form["per_mu"] = Decimal(form["per_mu"])
        found = standards.enter_season(clerk, standards.SeasonForm(basis=basis, **form))
        if approved:
            found.approved_by = User.objects.exclude(pk=clerk.pk).first()
            found.approved_at = found.entered_at
            found.save()
    return found


def _waiting(w: World, place: str) -> Mapping[str, Any]:
    """A coefficient that waits for approval."""
    from liangtian.programmes.holdings.models import Coefficient

    found = Coefficient.objects.filter(source=_well(w, place)).first()
    found = found or standards.enter_coefficient(
        _clerk(w, place), _well(w, place).pk, Decimal(2), MAY, waterworks.BASIS
    )
    return {"path": {"kind": "coefficient", "key": found.pk}}


def _charges(w: World, place: str) -> Mapping[str, Any]:
    return {"query": {"season_id": _season(w, place).pk, "month": "2024-05"}}


def _charge(w: World, place: str) -> Mapping[str, Any]:
    return {"json": {**EXAMPLES["WaterChargeIn"], "season_id": _season(w, place).pk}}


def _use(w: World, place: str) -> Mapping[str, Any]:
    return {"query": {"season_id": _season(w, place).pk}}


def _allot(w: World, place: str) -> Mapping[str, Any]:
    return {"json": {"season_id": _season(w, place).pk, "on": "2024-05-31"}}


def _measure(w: World, place: str) -> Any:
    from liangtian.programmes.holdings.models import Measure

    well = _well(w, place)
    found = Measure.objects.filter(source=well).first()
    return found or Measure.objects.create(
        kind="power", region=well.region, source=well, said="未安装计量设施",
        reasons=[{"code": "no_meter", "text": "未安装计量设施", "clause": "四.(二)"}],
        proposed_by=_clerk(w, place),
    )  # fmt: skip


def _on_measure(body: Mapping[str, Any] | None = None) -> Any:
    return lambda w, place: {"path": {"key": _measure(w, place).pk}, "json": dict(body or {})}


def _step(w: World, place: str) -> Mapping[str, Any]:
    return {"json": {**EXAMPLES["MeasureStepIn"], "ids": [_measure(w, place).pk]}}


def _dunned(w: World, place: str, state: str = "prepared") -> Any:
    from liangtian.programmes.holdings.models import Dunning

    row, _ = Dunning.objects.get_or_create(
        holder=_holder(w, place), kind="after", as_of=MAY, defaults={
            "region": _holder(w, place).region, "fen": 100, "made_by": _clerk(w, place),
        },
    )  # fmt: skip
    if row.state != state:
        row.state = state
        row.save()
    return row


def _dunnings(state: str, **body: Any) -> Any:
    return lambda w, place: {"json": {"ids": [_dunned(w, place, state).pk], **body}}


def _letters(w: World, place: str) -> Mapping[str, Any]:
    """A letter that was issued, whoever may print it."""
    from liangtian.platform.documents import services
    from liangtian.programmes.holdings.models import Dunning

    clerk, holder = _clerk(w, place), _holder(w, place)
    row, made = Dunning.objects.get_or_create(
        holder=holder, kind="letter", as_of=MAY,
        defaults={"region": holder.region, "fen": 100, "state": "issued", "made_by": clerk},
    )  # fmt: skip
    if made:
        letter = services.draft(clerk, "holdings.dunning", row.pk)
        series = w.letters[ABROAD if place == ABROAD else "home"]["series"]
        row.letter = services.issue(clerk, letter.pk, series.pk)
        row.save()
    return {"query": {"ids": row.pk}}


ROWS: tuple[Row, ...] = (
    Row("POST", f"{WATER}/sources", EDIT, _new, WHERE),
    Row("GET", SOURCE, SEE, _at(""), WHERE),
    Row("PUT", SOURCE, EDIT, _change, WHERE),
    Row("PUT", f"{SOURCE}/parcels", EDIT, _serve, WHERE),
    Row("POST", f"{SOURCE}/meters", EDIT, _new_meter, WHERE),
    Row("POST", f"{WATER}/fittings/{{fitting_id}}/remove", EDIT, _take_off, WHERE),
    Row("POST", f"{WATER}/fittings/{{fitting_id}}/swap", EDIT, _swap, WHERE),
    Row("POST", f"{SOURCE}/coefficients", RATES, _at("CoefficientIn"), WHERE),
    Row("GET", f"{WATER}/standards", SEE),
    Row("POST", f"{WATER}/tariffs", RATES, lambda w, p: {"json": EXAMPLES["WaterTariffIn"]}),
    Row("POST", f"{WATER}/seasons", RATES, lambda w, p: {"json": EXAMPLES["WaterSeasonIn"]}),
    Row("POST", f"{WATER}/standards/{{kind}}/{{key}}/approve", APPROVE, _waiting, WHERE),
    Row("DELETE", f"{WATER}/standards/{{kind}}/{{key}}", RATES, _waiting, WHERE),
    Row("GET", f"{WATER}/readings", SEE, lambda w, p: {"query": {"month": "2024-05"}}),
    Row("POST", f"{WATER}/readings", EDIT, _read, WHERE),
    Row("POST", f"{WATER}/readings/{{reading_id}}/correct", EDIT, _on_reading("CorrectReadingIn"),
        WHERE),
    Row("POST", f"{WATER}/readings/{{reading_id}}/settle", EDIT, _on_reading("SettleReadingIn"),
        WHERE),
    Row("GET", f"{WATER}/reading-files", EDIT),
    Row("POST", f"{WATER}/reading-files", EDIT, _file_body, WHERE),
    Row("PUT", f"{WATER}/reading-files/{{key}}", EDIT - {"township_clerk"},
        _on_file("ReadingColumnsIn"), COUNTY_ONLY, denied=frozenset({403, 404})),
    Row("POST", f"{WATER}/reading-files/{{key}}/accept", EDIT - {"township_clerk"}, _on_file(),
        COUNTY_ONLY, denied=frozenset({403, 404})),
    Row("POST", f"{WATER}/reading-files/{{key}}/discard", EDIT - {"township_clerk"}, _on_file(),
        COUNTY_ONLY, denied=frozenset({403, 404})),
    Row("GET", f"{WATER}/reading-files/{{key}}/marked.xlsx", EDIT - {"township_clerk"},
        _on_file(), COUNTY_ONLY, denied=frozenset({403, 404})),
    Row("GET", f"{WATER}/charges", CHARGE, _charges, COUNTY_ONLY),
    Row("POST", f"{WATER}/charges", CHARGE, _charge, COUNTY_ONLY),
    Row("POST", f"{WATER}/allocations", CHARGE, _allot, COUNTY_ONLY),
    Row("GET", f"{WATER}/use", SEE, _use, COUNTY_ONLY),
    Row("GET", f"{WATER}/use.xlsx", EXPORT, _use, COUNTY_ONLY),
    Row("GET", f"{WATER}/subsidy", SEE, lambda w, p: {"query": {"year": 2024, "crop": "棉花"}}),
    Row("GET", f"{WATER}/subsidy.xlsx", EXPORT,
        lambda w, p: {"query": {"year": 2024, "crop": "棉花"}}),
    Row("POST", f"{MEASURES}/refresh", PROPOSE, lambda w, p: {"json": {"kind": "power"}}),
    Row("POST", f"{MEASURES}/steps", PROPOSE, _step),
    Row("GET", f"{MEASURES}/stops/{{key}}", SEE, _on_measure(), WHERE),
    Row("POST", f"{MEASURES}/stops/{{key}}/letter", ISSUE, _on_measure({"which": "notice"}), WHERE),
    Row("POST", f"{MEASURES}/dunning", PROPOSE, lambda w, p: {"json": {"kind": "letter"}}),
    Row("POST", f"{MEASURES}/dunning/issue", PROPOSE & holding("personal.unmask"),
        _dunnings("prepared", series_id=1), WHERE),
    Row("POST", f"{MEASURES}/dunning/deliver", PROPOSE,
        _dunnings("issued", on="2024-06-05", way="hand"), WHERE),
    Row("GET", f"{MEASURES}/dunning/letters.pdf", PROPOSE & holding("personal.unmask"), _letters,
        COUNTY_ONLY),
    Row("GET", f"{MEASURES}/dunning/{{key}}", SEE,
        lambda w, p: {"path": {"key": _dunned(w, p).pk}}, WHERE),
)  # fmt: skip
