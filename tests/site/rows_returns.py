"""Returns and kept states of ledgers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.site.matrix import EVERYONE, EXPORT, VIEW, Request, Row
from tests.site.world import HOME, NEXT, PLACES, World

FORM, PERIOD = "enforcement.patches.quarter", "2026-Q1"
ONE = "/api/returns/{return_id}"
BACK = {"reason": "数据与底册不符"}
PREPARE = frozenset({"county_clerk", "township_clerk"})
WHERE = tuple(PLACES)
UNSEEN = frozenset({403, 404})


def _by_form(w: World, place: str) -> Mapping[str, Any]:
    return {"query": {"form": FORM, "period": PERIOD}}


def _new(w: World, place: str) -> Mapping[str, Any]:
    return {"json": {"form": FORM, "period": PERIOD, "reason": "上期数据有误，更正"}}


def _maker(w: World, place: str) -> Any:
    """Who fills in for a place; the world gives the third one a clerk of the county alone."""
    from liangtian.platform.people.models import User

    maker = w.users.get({HOME: "township_clerk", NEXT: "clerk_next"}.get(place, ""))
    if maker is None:
        maker, new = User.objects.get_or_create(
            username="clerk_dongling", defaults={"name": "何例子", "region": w.regions[place]}
        )
        if new:
            maker.roles.add(w.users["township_clerk"].roles.get())
    return maker


def _made(w: World, place: str, state: str) -> Any:
    from liangtian.platform.people.models import User
    from liangtian.platform.returns import services
    from liangtian.platform.returns.forms import find_form
    from liangtian.platform.returns.models import Return

    maker, form = _maker(w, place), find_form(FORM)
    assert form is not None
    made = Return.objects.filter(region=w.regions[place], form=FORM, period=PERIOD).last()
    made = made or services.prepare(User.objects.get(pk=maker.pk), form, PERIOD)
    if state != "frozen" and made.status == "frozen":
        for part in ("checker", "signer"):
            one, new = User.objects.get_or_create(
                username=f"{part}_{place}",
                defaults={"name": "许范例", "region": w.regions[place]},
            )
            if new:
                one.roles.add(w.users["township_leader"].roles.get())
            made = services.sign(User.objects.get(pk=one.pk), made.pk)
    if state == "sent" and made.status == "signed":
        made = services.send(User.objects.get(pk=maker.pk), made.pk)
    return made


def _return(state: str = "frozen", **more: Any) -> Request:
    def request(w: World, place: str) -> Mapping[str, Any]:
        path = {"return_id": _made(w, place, state).pk, **more.pop("path", {})}
        return {"path": path, **more}

    return request


def _file(w: World, place: str) -> Mapping[str, Any]:
    return {"path": {"return_id": _made(w, place, "frozen").pk, "file_format": "xlsx"}}


def _second(w: World, place: str) -> Mapping[str, Any]:
    """A second version after the first."""
    from liangtian.platform.people.models import User
    from liangtian.platform.returns import services
    from liangtian.platform.returns.forms import find_form

    form = find_form(FORM)
    assert form is not None
    made = _made(w, place, "frozen")
    if made.version == 1:
        maker = User.objects.get(pk=_maker(w, place).pk)
        made = services.prepare(maker, form, PERIOD, "按底册更正数据")
    return {"path": {"return_id": made.pk}}


def _snapshots(w: World, place: str) -> Mapping[str, Any]:
    return {"query": {"ledger": "enforcement.patches"}}


def _keep(w: World, place: str) -> Mapping[str, Any]:
    return {"json": {"ledger": "enforcement.patches", "title": "留存"}}


def _compare(w: World, place: str) -> Mapping[str, Any]:
    return {"query": {"left": _made(w, place, "frozen").snapshot_id}}


def _beside(w: World, place: str) -> Mapping[str, Any]:
    return {"path": {"snapshot_id": _made(w, place, "frozen").snapshot_id}}


ROWS: tuple[Row, ...] = (
    Row("GET", "/api/returns/forms", EVERYONE),
    Row("GET", "/api/returns", VIEW, _by_form),
    Row("POST", "/api/returns", {"township_clerk"}, _new, other={"county_clerk": 422}),
    Row("GET", ONE, VIEW - {"grid_worker"}, _return(), WHERE, UNSEEN),
    Row("POST", f"{ONE}/sign", {"township_leader"}, _return(json={}), WHERE, UNSEEN,
        other={"township_clerk": 422}),  # who made it
    Row("POST", f"{ONE}/decline", {"township_clerk", "township_leader"}, _return(json=BACK), WHERE, UNSEEN),
    Row("POST", f"{ONE}/send", {"township_clerk"}, _return("signed", json={}), (HOME,), UNSEEN),
    Row("POST", f"{ONE}/send-back", {"county_clerk"}, _return("sent", json=BACK), (HOME,), UNSEEN,
        other={"township_clerk": 422}),
    Row("GET", f"{ONE}/differences", VIEW - {"grid_worker"}, _second, WHERE, UNSEEN),
    Row("GET", f"{ONE}/file.{{file_format}}", VIEW - {"grid_worker"}, _file, WHERE, UNSEEN),
    Row("GET", "/api/snapshots", VIEW, _snapshots),
    Row("POST", "/api/snapshots", EXPORT, _keep),
    Row("GET", "/api/snapshots/compare", VIEW - {"grid_worker"}, _compare, WHERE, UNSEEN),
    Row("POST", "/api/snapshots/{snapshot_id}/now", EXPORT, _beside, WHERE, UNSEEN),
    Row("GET", "/api/snapshots/compare.xlsx", EXPORT, _compare, WHERE, UNSEEN),
)  # fmt: skip
