"""Rows of the matrix: the import of ledgers, and finding parcels."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from shapely.geometry import mapping

from tests.holdings.land import ground
from tests.site.matrix import Row, holding
from tests.site.rows_holdings import EDIT, PARCEL, SEE, WHERE, _clerk, _on_parcel, _parcel
from tests.site.world import PLACES, World

IMPORT = holding("holdings.import")
INTAKE = "/api/holdings/intakes/{intake_id}"
FIXED = {"ownership": "集体", "source_paper": "承包协议", "actual_use": "园地"}
TEXT = "地块编码,使用方式,姓名,村\n{code},家庭承包,拟新户,{village}村\n"


def _file(w: World, place: str) -> Any:
    from liangtian.platform.files.services import store
    from liangtian.platform.regions.models import Region

    code = _parcel(w, place).code
    text = TEXT.format(code=code, village=PLACES[place][3])
    region = Region.objects.get(code=PLACES[place][1])
    return store(
        [text.encode()], f"{place}.csv", user=_clerk(w, place), region=region, kind="ledger"
    )


def _started(w: World, place: str) -> Any:
    """An import of the township's own, looked at."""
    from liangtian.programmes.holdings.intake import services
    from liangtian.programmes.holdings.models import Intake

    made = services.start_intake(_clerk(w, place), "台账", date(2024, 6, 1), _file(w, place), None)
    Intake.objects.filter(pk=made.pk).update(region=PLACES[place][1])
    return Intake.objects.select_related("region", "table", "figures").get(pk=made.pk)


def _checked(w: World, place: str) -> Any:
    """The same, checked: one row whose holder a person has to tell apart, decided."""
    from liangtian.platform.jobs.services import run_job
    from liangtian.programmes.holdings import holders
    from liangtian.programmes.holdings.intake import services

    user, village = _clerk(w, place), PLACES[place][2]
    holders.save_holder(user, holders.HolderForm("person", "拟新户", village), namesake=True)
    made = services.match_columns(user, _started(w, place), _mapping(), FIXED)
    made = services.check(user, made, {"way": {"家庭承包": "承包"}})
    assert made.job is not None
    run_job.call(str(made.job.pk))
    made.refresh_from_db()
    (asked,) = made.holders.all()
    services.decide(user, made, [asked.pk], "new")
    return made


def _mapping() -> dict[str, str | None]:
    return {"code": "地块编码", "way": "使用方式", "name": "姓名", "village": "村"}


def _on(make: Any, **body: Any) -> Any:
    def request(w: World, place: str) -> Mapping[str, Any]:
        found: dict[str, Any] = {"path": {"intake_id": make(w, place).pk}}
        return found | ({"json": body} if body else {})

    return request


def _decide(w: World, place: str) -> Mapping[str, Any]:
    made = _checked(w, place)
    body = {"holders": [made.holders.get().pk], "decision": "skip"}
    return {"path": {"intake_id": made.pk}, "json": body}


def _start(w: World, place: str) -> Mapping[str, Any]:
    from liangtian.platform.files.models import StoredFile

    kept = _file(w, place)
    StoredFile.objects.filter(pk=kept.pk).update(region=PLACES[place][1])
    return {"json": {"title": "台账", "on": "2024-06-01", "table_id": kept.pk}}


def _range(w: World, place: str) -> Mapping[str, Any]:
    figure = ground(PLACES[place][4] + 3_000, 3_000)
    return {"json": {"geometry": mapping(figure)}}


def _preview(w: World, place: str) -> Mapping[str, Any]:
    figure = ground(PLACES[place][4] + 3_000, 3_000, 90, 100)
    found: Mapping[str, Any] = _on_parcel(geometry=mapping(figure), on="2024-09-01")(w, place)
    return found


ROWS: tuple[Row, ...] = (
    Row("GET", "/api/holdings/intakes", IMPORT),
    Row("POST", "/api/holdings/intakes", IMPORT, _start, WHERE),
    Row("GET", "/api/holdings/intakes/template.xlsx", IMPORT),
    Row("GET", INTAKE, IMPORT, _on(_started), WHERE),
    Row("PUT", f"{INTAKE}/reading", IMPORT, _on(_started, sheet="", layer=""), WHERE),
    Row("PUT", f"{INTAKE}/columns", IMPORT, _on(_started, mapping=_mapping(), constants=FIXED), WHERE),
    Row("PUT", f"{INTAKE}/words", IMPORT, _on(_started, words={}), WHERE),
    Row("GET", f"{INTAKE}/problems", IMPORT, _on(_checked), WHERE),
    Row("GET", f"{INTAKE}/rows", IMPORT, _on(_checked), WHERE),
    Row("GET", f"{INTAKE}/holders", IMPORT, _on(_checked), WHERE),
    Row("PUT", f"{INTAKE}/holders", IMPORT, _decide, WHERE),
    Row("POST", f"{INTAKE}/enter", IMPORT, _on(_checked), WHERE),
    Row("POST", f"{INTAKE}/discard", IMPORT, _on(_started), WHERE),
    Row("GET", f"{INTAKE}/marked.xlsx", IMPORT & holding("personal.unmask"), _on(_checked), WHERE),
    Row("POST", "/api/holdings/classes", holding("holdings.manage")),
    Row("GET", f"{PARCEL}/neighbours", EDIT, _on_parcel(), WHERE),
    Row("POST", f"{PARCEL}/boundary/preview", EDIT, _preview, WHERE),
    Row("POST", "/api/holdings/selection", SEE, _range),
)  # fmt: skip
