"""Regions: everybody looks within the own scope, the system administrator changes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from tests.site.matrix import COUNTY_ONLY, EVERYONE, Row
from tests.site.world import ABROAD, NEXT, PLACES, World

ADMIN = frozenset({"sysadmin"})


def _code(w: World, place: str) -> Mapping[str, Any]:
    return {"path": {"code": PLACES[place][1]}}


def _renaming(w: World, place: str) -> Mapping[str, Any]:
    code = PLACES[place][1]
    body = {
        "kind": "renamed", "old": [code], "new": [{"code": code, "name": "改名镇"}],
        "effective_on": date(2026, 1, 1).isoformat(), "basis": "示例政函〔2026〕1号",
    }  # fmt: skip
    return {"json": body}


def _list(w: World, place: str) -> Mapping[str, Any]:
    text = f"区划代码,名称\n{PLACES[place][1]}299,新设村\n"
    return {"form": {"file": SimpleUploadedFile("清单.csv", text.encode(), "text/csv")}}


def _import(w: World, place: str) -> Mapping[str, Any]:
    from liangtian.platform.people.models import Role, User
    from liangtian.platform.regions.imports.services import import_file
    from liangtian.platform.regions.models import RegionImport

    county = PLACES[place][0]
    found = RegionImport.objects.filter(region_id=county, status="checked").first()
    if found is None:
        user, _ = User.objects.get_or_create(
            username=f"regions-{county}", defaults={"name": "何示范", "region_id": county}
        )
        user.roles.add(Role.objects.get(code="sysadmin"))
        path = w.folder / f"{county}.csv"
        path.write_text(f"区划代码,名称\n{PLACES[place][1]}298,备用村\n", "utf-8")
        found = import_file(user, path)
    return {"path": {"import_id": found.pk}}


IMPORT = "/api/regions/imports/{import_id}"
ROWS: tuple[Row, ...] = (
    Row("GET", "/api/regions/search", EVERYONE, lambda w, p: {"query": {"q": "柳塘"}}),
    Row("GET", "/api/regions/list", EVERYONE),
    Row("GET", "/api/regions/changes", EVERYONE),
    Row("GET", "/api/regions/{code}", EVERYONE, _code, (NEXT, ABROAD)),
    Row("GET", "/api/regions/register", ADMIN, lambda w, p: {"query": {"q": "库尔勒"}}),
    Row("POST", "/api/regions/changes/preview", ADMIN, _renaming, COUNTY_ONLY),
    Row("POST", "/api/regions/changes", ADMIN, _renaming, COUNTY_ONLY),
    Row("GET", "/api/regions/imports", ADMIN),
    Row("POST", "/api/regions/imports", ADMIN, _list),
    Row("GET", "/api/regions/imports/template.xlsx", ADMIN),
    Row("GET", IMPORT, ADMIN, _import, COUNTY_ONLY),
    Row("GET", f"{IMPORT}/rows", ADMIN, _import, COUNTY_ONLY),
    Row("GET", f"{IMPORT}/problems", ADMIN, _import, COUNTY_ONLY),
    Row("POST", f"{IMPORT}/accept", ADMIN, _import, COUNTY_ONLY),
    Row("POST", f"{IMPORT}/discard", ADMIN, _import, COUNTY_ONLY),
)
