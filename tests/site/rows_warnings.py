"""Rows of the matrix: warnings to townships (督办)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from tests.site.matrix import WHERE, Request, Row, holding
from tests.site.world import ABROAD, PLACES, World

API = "/api/enforcement/warnings"
ONE = f"{API}/{{warning_id}}"
SEE, MAKE = holding("warnings.view"), holding("warnings.propose")
DECIDE, ANSWER = holding("warnings.decide"), holding("warnings.answer")
SHEET = SEE & holding("enforcement.export")
REASON = "整改工作部署不到位，进展缓慢"


def _people(w: World, place: str) -> tuple[Any, Any]:
    """The clerk of the county, and a leader, whom only the first county has: else one made here."""
    from liangtian.platform.people.models import Role, User

    if place != ABROAD:
        return w.users["county_clerk"], w.users["leader"]
    clerk = w.users["clerk_abroad"]
    leader, _ = User.objects.get_or_create(
        username="leader_abroad",
        defaults={"name": "周虚拟", "office": clerk.office, "region": clerk.region},
    )
    leader.roles.add(Role.objects.get(code="leader"))
    return clerk, leader


def _warning(w: World, place: str, measure: str, until: str) -> Any:
    from liangtian.programmes.enforcement import warnings
    from liangtian.programmes.enforcement.models import TownshipWarning

    clerk, leader = _people(w, place)
    town, year = PLACES[place][1], timezone.localdate().year
    before = TownshipWarning.objects.filter(region=town, measure=measure, ended_at=None)
    before.update(ended_at=timezone.now(), ended_by=clerk)
    made = warnings.propose_by_hand(clerk, town, measure, year, REASON)
    if until == "proposed":
        return made
    warnings.decide(leader, made.pk)
    if until == "decided":
        return made
    warnings.draft_letter(clerk, made.pk)
    if until == "lettered":
        return made
    made = warnings.send(clerk, made.pk, w.letters[place]["series"].pk)
    if until == "answered" and made.needs_reply:
        warnings.reply(_answerer(place), made.pk, "已制定整改措施，月底前完成")
    if until == "held":
        warnings.hold(clerk, made.pk, timezone.localdate())
    return made


def _answerer(place: str) -> Any:
    from liangtian.platform.people.models import Office, Role, User

    code = PLACES[place][1]
    office = Office.objects.get(code=f"{code}-ZF") if place == ABROAD else None
    user, _ = User.objects.get_or_create(
        username=f"answerer_{place}",
        defaults={"name": "吴虚拟", "region_id": code, "office": office},
    )
    user.roles.add(Role.objects.get(code="township_clerk"))
    return user


def _at(until: str, measure: str = "notice", **body: Any) -> Request:
    def made(w: World, place: str) -> Mapping[str, Any]:
        found = {"path": {"warning_id": _warning(w, place, measure, until).pk}}
        return {**found, "json": body} if body else found

    return made


def _send(w: World, place: str) -> Mapping[str, Any]:
    made = _warning(w, place, "notice", "lettered")
    series = w.letters[place]["series"].pk
    return {"path": {"warning_id": made.pk}, "json": {"series_id": series}}


def _new(w: World, place: str) -> Mapping[str, Any]:
    body = {"region": PLACES[place][1], "measure": "joint", "reason": REASON}
    return {"json": {**body, "year": timezone.localdate().year}}


TODAY = {"on": timezone.localdate().isoformat()}
HIDDEN = frozenset({403, 404})
ROWS: tuple[Row, ...] = (
    Row("GET", f"{API}/ranking", SEE),
    Row("GET", f"{API}/ranking.xlsx", SHEET),
    Row("GET", API, SEE),
    Row("POST", f"{API}/propose", MAKE),
    Row("POST", API, MAKE, _new, WHERE, elsewhere=422),
    Row("GET", ONE, SEE, _at("sent"), WHERE, HIDDEN),
    Row("GET", f"{ONE}/letter.docx", SEE, _at("sent"), WHERE, HIDDEN),
    Row("POST", f"{ONE}/decide", DECIDE, _at("proposed", note=""), WHERE, HIDDEN),
    Row("POST", f"{ONE}/drop", DECIDE, _at("proposed", note=REASON), WHERE, HIDDEN),
    Row("POST", f"{ONE}/letter", MAKE, _at("decided"), WHERE, HIDDEN),
    Row("POST", f"{ONE}/send", MAKE, _send, WHERE, HIDDEN),
    Row(
        "POST",
        f"{ONE}/reply",
        ANSWER,
        _at("sent", text="已制定整改措施，月底前完成"),
        WHERE,
        HIDDEN,
    ),
    Row("POST", f"{ONE}/return_reply", MAKE, _at("answered", note=REASON), WHERE, HIDDEN),
    Row("POST", f"{ONE}/hold", MAKE, _at("sent", "talk", **TODAY), WHERE, HIDDEN),
    Row("POST", f"{ONE}/report", MAKE, _at("held", "talk", **TODAY), WHERE, HIDDEN),
    Row("POST", f"{ONE}/close", MAKE, _at("answered", note=""), WHERE, HIDDEN),
)
