"""Rows of the matrix: notices of survey results and objections to them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from tests.site.matrix import EVERYONE, Row, holding
from tests.site.rows_holdings import _clerk, _parcel
from tests.site.world import PLACES, World

WHERE = tuple(PLACES)
SEE, NOTICE = holding("holdings.view"), holding("holdings.notice")
OPEN = SEE & holding("personal.unmask")
PRINT = SEE & holding("holdings.export")
ONE = "/api/holdings/notices/{notice_id}"
OBJECTION = "/api/holdings/objections/{objection_id}"
PUBLIC = "/api/public/notices/{token}"
CONTACT = "自然资源所，13800000000"
REASON = {"reason": "村界有误，更正后重新公示"}
SAID: dict[str, Any] = {
    "name": "王演示",
    "phone": "13800000000",
    "number": 1,
    "kind": "面积",
    "text": "少量三分地",
}


def _draft(w: World, place: str) -> Any:
    """A draft of the village, as the register is now."""
    from liangtian.programmes.holdings.models import Notice
    from liangtian.programmes.holdings.notices import drafting

    form = drafting.NoticeForm([PLACES[place][2]], contact=CONTACT)
    found = Notice.objects.filter(region=PLACES[place][2], state="draft").first()
    if found is None:
        _parcel(w, place, 400)
        return drafting.draft(_clerk(w, place), form)
    return drafting.edit(_clerk(w, place), found.pk, form)


def _up(w: World, place: str) -> Any:
    """A notice of one parcel of the village, published today."""
    from liangtian.programmes.holdings.models import Notice
    from liangtian.programmes.holdings.notices import drafting

    found = Notice.objects.filter(region=PLACES[place][2], state="published").first()
    if found is not None:
        return found
    clerk, only = _clerk(w, place), _parcel(w, place, 500)
    form = drafting.NoticeForm([PLACES[place][2]], contact=CONTACT)
    made = drafting.draft(clerk, form)
    others = made.rows.exclude(parcel=only).values_list("parcel_id", flat=True)
    drafting.edit(clerk, made.pk, form, list(others))
    return drafting.publish(clerk, made.pk)


def _objection(w: World, place: str) -> Any:
    from liangtian.programmes.holdings.models import Objection
    from liangtian.programmes.holdings.notices import objecting

    found = Objection.objects.filter(region=PLACES[place][2], state="open").first()
    form = objecting.ObjectionForm(**SAID)
    return found or objecting.log(_clerk(w, place), _up(w, place).pk, form, date.today())


def _on_draft(**body: Any) -> Any:
    return lambda w, place: {"path": {"notice_id": _draft(w, place).pk}, "json": body}


def _on_notice(**body: Any) -> Any:
    return lambda w, place: {"path": {"notice_id": _up(w, place).pk}, "json": body}


def _paper(w: World, place: str) -> Mapping[str, Any]:
    return {"path": {"notice_id": _draft(w, place).pk, "what": "xlsx"}}


def _on_objection(**body: Any) -> Any:
    return lambda w, place: {"path": {"objection_id": _objection(w, place).pk}, "json": body}


def _new(w: World, place: str) -> Mapping[str, Any]:
    _parcel(w, place, 600)
    return {"json": {"villages": [PLACES[place][2]], "contact": CONTACT}}


def _change(w: World, place: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = _on_draft(villages=[PLACES[place][2]], contact=CONTACT)(w, place)
    return found


def _standing(w: World, place: str) -> Mapping[str, Any]:
    return {"path": {"parcel_id": _parcel(w, place).pk}}


def _link(**body: Any) -> Any:
    return lambda w, place: {"path": {"token": _up(w, place).token}, "json": body}


def _file(w: World, place: str) -> Mapping[str, Any]:
    from liangtian.platform.files.services import store
    from liangtian.programmes.holdings.models import Notice

    up = _up(w, place)
    clerk = _clerk(w, place)
    file = store(
        [b"%PDF-1.7\n%%EOF\n"], "公示表.pdf", user=clerk, region=up.region, kind="document"
    )
    Notice.objects.filter(pk=up.pk).update(table_file=file)
    return {"path": {"token": up.token, "what": "table"}}


ROWS: tuple[Row, ...] = (
    Row("GET", "/api/holdings/notices/options", SEE),
    Row("POST", "/api/holdings/notices", NOTICE, _new, WHERE),
    Row("GET", ONE, SEE, _on_draft(), WHERE),
    Row("PUT", ONE, NOTICE, _change, WHERE),
    Row("DELETE", ONE, NOTICE, _on_draft(), WHERE),
    Row("POST", f"{ONE}/publish", NOTICE, _on_draft(), WHERE),
    Row("POST", f"{ONE}/withdraw", NOTICE, _on_notice(**REASON), WHERE),
    Row("GET", f"{ONE}/papers/{{what}}", PRINT, _paper, WHERE),
    Row("POST", f"{ONE}/objections", NOTICE,
        lambda w, p: {"path": {"notice_id": _up(w, p).pk},
                      "json": {**SAID, "filed_on": str(date.today())}}, WHERE),
    Row("GET", OBJECTION, SEE, _on_objection(), WHERE),
    Row("POST", f"{OBJECTION}/identity", OPEN, _on_objection(**REASON), WHERE),
    Row("POST", f"{OBJECTION}/answer", NOTICE,
        _on_objection(upheld=False, answer="复测无误，维持公示"), WHERE),
    Row("POST", f"{OBJECTION}/retract", NOTICE, _on_objection(**REASON), WHERE),
    Row("GET", "/api/holdings/parcels/{parcel_id}/standing", SEE, _standing, WHERE),
    Row("GET", PUBLIC, EVERYONE, _link(), stranger=200),
    Row("GET", f"{PUBLIC}/{{what}}.pdf", EVERYONE, _file, stranger=200),
    Row("POST", f"{PUBLIC}/objections", EVERYONE, _link(**SAID), stranger=200),
)  # fmt: skip
