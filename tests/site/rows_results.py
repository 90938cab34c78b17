"""Rows of the matrix: reports, annexes and packages of half-year results."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from tests.site.matrix import EXPORT, VIEW, WHERE, Request, Row
from tests.site.rows_returns import UNSEEN, _maker
from tests.site.world import World

API = "/api/enforcement/results"
ONE, KEPT = f"{API}/{{return_id}}", f"{API}/packages/{{package_id}}"
FORM, PERIOD = "enforcement.results.half", "2026-H1"
MAKERS = frozenset({"county_clerk", "township_clerk"})


def _signed(w: World, place: str) -> Any:
    """The return of a place, signed by two others."""
    from liangtian.platform.people.models import User
    from liangtian.platform.returns import services
    from liangtian.platform.returns.forms import find_form
    from liangtian.platform.returns.models import Return

    made = Return.objects.filter(region=w.regions[place], form=FORM, period=PERIOD).last()
    if made is not None:
        return made
    form = find_form(FORM)
    assert form is not None
    made = services.prepare(User.objects.get(pk=_maker(w, place).pk), form, PERIOD)
    for part in ("checker", "signer"):
        one, new = User.objects.get_or_create(
            username=f"{part}_{place}",
            defaults={"name": "许范例", "region": w.regions[place]},
        )
        if new:
            one.roles.add(w.users["township_leader"].roles.get())
        made = services.sign(User.objects.get(pk=one.pk), made.pk)
    return made


def _issued(w: World, place: str) -> Any:
    """Its report, as if issued by who made it."""
    from liangtian.platform.documents.models import Letter, NumberSeries
    from liangtian.platform.files.services import store
    from liangtian.platform.people.models import Office

    sheet, maker = _signed(w, place), _maker(w, place)
    kind = "enforcement.work_report.half"
    there = Letter.objects.filter(kind=kind, source_id=sheet.pk).first()
    if there is not None:
        return there
    office, _ = Office.objects.get_or_create(
        code=f"{sheet.region_id}-01",
        defaults={"name": f"{sheet.region.name}自然资源所", "region": sheet.region},
    )
    series = NumberSeries.objects.create(office=office, region=sheet.region, word=f"{place}成果")
    file = store([b"PK"], "报告.txt", user=maker, region=sheet.region, kind="document")
    return Letter.objects.create(
        kind=kind, title="工作报告", office=office, region=sheet.region, source_id=sheet.pk,
        about=str(sheet), addressee="上级", values={}, created_by=maker, state="issued",
        series=series, year=2026, serial=1, number=f"{place}1号", file=file, issued_by=maker,
        issued_on=timezone.localdate(),
    )  # fmt: skip


def _return(**more: Any) -> Request:
    return lambda w, place: {"path": {"return_id": _signed(w, place).pk}, **more}


def _ready(w: World, place: str) -> Mapping[str, Any]:
    _issued(w, place)
    return {"path": {"return_id": _signed(w, place).pk}, "json": {}}


def _package(**more: Any) -> Request:
    def request(w: World, place: str) -> Mapping[str, Any]:
        from liangtian.programmes.enforcement.models import ResultPackage

        letter, sheet = _issued(w, place), _signed(w, place)
        made, _ = ResultPackage.objects.get_or_create(
            sheet=sheet, letter=letter,
            defaults={"region": sheet.region, "file": letter.file, "sha256": letter.file.sha256,
                      "manifest": {"files": []}, "made_by": sheet.frozen_by},
        )  # fmt: skip
        return {"path": {"package_id": made.pk}, **more}

    return request


REPORTED = {"on": timezone.localdate().isoformat(), "receipt": "HZ-1"}
ROWS: tuple[Row, ...] = (
    Row("GET", ONE, VIEW - {"grid_worker"}, _return(), WHERE, UNSEEN),
    Row("GET", f"{ONE}/annex.xlsx", EXPORT, _return(), WHERE, UNSEEN),
    Row("GET", f"{ONE}/patches.csv", EXPORT, _return(), WHERE, UNSEEN),
    Row("POST", f"{ONE}/package", MAKERS, _ready, WHERE, UNSEEN),
    Row("GET", f"{KEPT}/file.zip", EXPORT, _package(), WHERE, UNSEEN),
    Row("POST", f"{KEPT}/reported", MAKERS, _package(json=REPORTED), WHERE, UNSEEN),
)
