"""The rows of letters, their templates and numbers. Only the office that writes a letter changes it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.site.matrix import COUNTY_ONLY, VIEW, WHERE, Request, Row, holding
from tests.site.world import World

WRITERS, LAYOUT = holding("documents.register"), holding("documents.templates")
COUNTY_OFFICE = frozenset({"county_clerk", "county_reviewer", "water"}) & WRITERS
ELSEWHERE = dict.fromkeys(WRITERS - COUNTY_OFFICE, 404)  # a township's own office
API, KIND = "/api/documents", "enforcement.field_check"
LETTER, TEMPLATE = f"{API}/letters/{{letter_id}}", f"{API}/templates/{{template_id}}"


def _letter(which: str, **rest: Any) -> Request:
    return lambda w, place: {"path": {"letter_id": w.letters[place][which].pk}, **rest}


def _template(w: World, place: str) -> Mapping[str, Any]:
    return {"path": {"template_id": w.letters[place]["template"].pk}}


def _upload(w: World, place: str) -> Mapping[str, Any]:
    return {"json": {"kind": KIND, "file_id": w.letters[place]["template"].file_id}}


def _draft(w: World, place: str) -> Mapping[str, Any]:
    return {"json": {"kind": KIND, "source_id": w.patches[place][0].pk}}


def _issue(w: World, place: str) -> Mapping[str, Any]:
    letters = w.letters[place]
    path = {"letter_id": letters["draft"].pk}
    return {"path": path, "json": {"series_id": letters["series"].pk}}


def _kind(w: World, place: str) -> Mapping[str, Any]:
    return {"path": {"kind": KIND}}


def _word(w: World, place: str) -> Mapping[str, Any]:
    return {"json": {"word": "新增代字"}}


CHANGE = {"values": {"deadline": "3个工作日内"}}
REASON = {"reason": "主送单位写错，重新制发"}

ROWS: tuple[Row, ...] = (
    Row("GET", f"{API}/kinds", WRITERS | LAYOUT),
    Row("GET", f"{API}/kinds/{{kind}}/first.docx", LAYOUT, _kind),
    Row("GET", f"{API}/templates", LAYOUT),
    Row("POST", f"{API}/templates", LAYOUT, _upload, COUNTY_ONLY),
    Row("POST", f"{TEMPLATE}/test", LAYOUT, _template, COUNTY_ONLY),
    Row("GET", f"{TEMPLATE}/sample.docx", LAYOUT, _template, COUNTY_ONLY),
    Row("POST", f"{TEMPLATE}/activate", LAYOUT, _template, COUNTY_ONLY),
    Row("POST", f"{TEMPLATE}/retire", LAYOUT, _template, COUNTY_ONLY),
    Row("GET", f"{API}/series", WRITERS | LAYOUT),
    Row("POST", f"{API}/series", LAYOUT, _word),
    Row("POST", f"{API}/letters", WRITERS & VIEW, _draft, WHERE),
    Row("GET", LETTER, WRITERS, _letter("draft"), WHERE),
    Row("GET", f"{LETTER}/letter.docx", WRITERS, _letter("sent"), WHERE),
    Row("PUT", LETTER, COUNTY_OFFICE, _letter("draft", json=CHANGE), WHERE, other=ELSEWHERE),
    Row("DELETE", LETTER, COUNTY_OFFICE, _letter("draft"), WHERE, other=ELSEWHERE),
    Row("POST", f"{LETTER}/issue", COUNTY_OFFICE, _issue, WHERE, other=ELSEWHERE),
    Row("POST", f"{LETTER}/void", COUNTY_OFFICE, _letter("sent", json=REASON), WHERE,
        other=ELSEWHERE),
)  # fmt: skip
