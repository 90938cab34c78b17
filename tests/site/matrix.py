"""Who may do what, and on whose ground: one row or more for every address of the site.

A row says which roles are let in on an object of township A (home). What follows for the other places is
the same for every row: who answers for township A finds nothing in township B, and nobody finds
anything in the other county.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from liangtian.platform.people.permissions import OWN_OFFICE
from liangtian.platform.people.permissions import ROLES as RIGHTS
from tests.conftest import PASSWORD
from tests.enforcement.pictures import jpeg
from tests.layers.deliveries import tile_of
from tests.site.world import ABROAD, AT_HOME, HOME, NEXT, NOBODY, PLACES, ROLES, World, point


def holding(right: str) -> frozenset[str]:
    """The roles that hold a right, also as part of its whole family."""
    wanted = {right, f"{right.split('.', maxsplit=1)[0]}.*"}
    return frozenset(role for role, (_, rights) in RIGHTS.items() if wanted & set(rights))


EVERYONE = frozenset(ROLES)
OFFICERS = frozenset({"auditor", "sysadmin", "security_officer"})  # 三员: no business data
BUREAUS = frozenset({"finance", "water", "agriculture", "forestry", "power", "ecology", "culture"})
VIEW = EVERYONE - OFFICERS - BUREAUS - {"company"}
LAYERS = VIEW | BUREAUS
JUDGE = frozenset({"county_clerk", "county_reviewer"})
EVIDENCE = frozenset({"county_clerk", "township_clerk", "grid_worker"})
EXPORT = VIEW - {"grid_worker", "secrecy_keeper"}
CLERK = frozenset({"county_clerk"})
WITH_JOBS = holding("jobs.view")
COUNTY_ONLY = (HOME, ABROAD)  # things the county keeps as a whole; township B has none of its own
HERE = (HOME,)  # no object at all: the answer is made of what the user may see

Request = Callable[[World, str], Mapping[str, Any]]


def nothing(world: World, place: str) -> Mapping[str, Any]:
    """No path value, no query, no body."""
    return {}


@dataclass(frozen=True)
class Row:
    """One use of one address.

    `request` gives what goes into the path (`path`), the query (`query`), the body (`json` or `form`).
    `denied` is what a role outside `allow` hears, `other` what single roles hear instead, `elsewhere`
    what is heard about an object out of one's region, `stranger` what who is not signed in hears.
    """

    method: str
    path: str
    allow: Collection[str]
    request: Request = nothing
    places: tuple[str, ...] = HERE
    denied: frozenset[int] = frozenset({403})
    other: Mapping[str, int] = field(default_factory=dict)
    elsewhere: int = 404
    stranger: int = 401
    use: str = ""

    def __str__(self) -> str:
        return f"{self.method} {self.path} {self.use}".strip()

    def expected(self, role: str, place: str) -> Collection[int]:
        """The statuses that are right for a role on an object of a place."""
        if role == NOBODY:
            return {self.stranger}
        hidden = place == ABROAD or (place == NEXT and role in AT_HOME)
        if role in self.other:
            return {self.elsewhere if hidden else self.other[role]}
        if role not in self.allow:
            return self.denied | ({404} if hidden or role in OWN_OFFICE else set())
        return {self.elsewhere} if hidden else {200}


def _patch(index: int = 0, **rest: Any) -> Request:
    return lambda w, place: {"path": {"patch_id": w.patches[place][index].pk}, **rest}


def _version(which: str, **rest: Any) -> Request:
    return lambda w, place: {"path": {"version_id": w.versions[place][which].pk}, **rest}


def _import(**rest: Any) -> Request:
    return lambda w, place: {"path": {"import_id": w.imports[place]["checked"].pk}, **rest}


def _job(w: World, place: str) -> Mapping[str, Any]:
    return {"path": {"job_id": w.jobs[place].pk}}


def _region(w: World, place: str) -> Mapping[str, Any]:
    return {"path": {"code": PLACES[place][2]}}


def _photo(w: World, place: str) -> Mapping[str, Any]:
    return {"path": {"file_id": w.photos[place].file_id}}


def _file(kind: str) -> Request:
    return lambda w, place: {"path": {"file_id": w.files[place][kind].pk}}


def _batch(w: World, place: str) -> Mapping[str, Any]:
    return {"path": {"batch_id": w.imports[place]["done"].batch_id}}


def _mapping(w: World, place: str) -> Mapping[str, Any]:
    current = w.imports[place]["checked"]
    return {"path": {"import_id": current.pk}, "json": {"mapping": current.mapping}}


def _picture() -> SimpleUploadedFile:
    taken = datetime(2026, 3, 21)
    return SimpleUploadedFile("现场.jpg", jpeg(111, 34, 10, taken, colour="#123456"), "image/jpeg")


def _upload(kind: str) -> Request:
    return lambda w, place: {"form": {"kind": kind, "file": _picture()}}


def _new_photo(w: World, place: str) -> Mapping[str, Any]:
    return {"path": {"patch_id": w.patches[place][0].pk}, "form": {"files": [_picture()]}}


def _new_import(w: World, place: str) -> Mapping[str, Any]:
    body = {"file_id": w.files[place]["batch"].pk, "period": "2026-05", "title": "再次导入"}
    return {"json": body}


def _new_layer(w: World, place: str) -> Mapping[str, Any]:
    body = {
        "file_id": w.files[place]["layer"].pk, "layer_code": "slope25", "label": "新",
        "valid_from": "2026-01-01",
    }  # fmt: skip
    return {"json": body}


def _patch_tile(w: World, place: str) -> Mapping[str, Any]:
    lon, lat = w.patches[place][0].geom.centroid.coords[0]
    z, x, y = tile_of(lon, lat, 14)
    return {"path": {"z": z, "x": x, "y": y}}


def _layer_tile(w: World, place: str) -> Mapping[str, Any]:
    z, x, y = tile_of(*point(1_000, 1_000), 14)
    return {"path": {"version_id": w.versions[place]["published"].pk, "z": z, "x": x, "y": y}}


def _identify(w: World, place: str) -> Mapping[str, Any]:
    lon, lat = point(1_000, 1_000)
    return {"query": {"lon": lon, "lat": lat, "versions": w.versions[HOME]["published"].pk}}


def _ledger(w: World, place: str) -> Mapping[str, Any]:
    return {"path": {"name": "enforcement.patches"}}


def _sign_in(w: World, place: str) -> Mapping[str, Any]:
    return {"json": {"username": "leader", "password": PASSWORD}}


JUDGED = {"outcome": "illegal", "reason": "现场核实，没有任何批准手续"}
REASON = {"reason": "依据有误，需要重新核实"}
PATCH = "/api/enforcement/patches/{patch_id}"
IMPORT = "/api/enforcement/imports/{import_id}"
VERSION = "/api/layers/versions/{version_id}"
LEDGER = "/api/ledgers/{name}"
WHERE = tuple(PLACES)
HIDDEN_OR_DENIED = frozenset({403, 404})

CORE: tuple[Row, ...] = (
    # The page itself holds nothing but the program; 503 where it was not built.
    Row("GET", "/", EVERYONE, stranger=200),
    # Session
    Row("GET", "/api/session", EVERYONE, stranger=200),
    Row("POST", "/api/session", EVERYONE, _sign_in, stranger=200),
    Row("DELETE", "/api/session", EVERYONE, stranger=200),
    # Regions
    Row("GET", "/api/regions", EVERYONE),
    Row("GET", "/api/regions/{code}/geometry", EVERYONE, _region, WHERE),
    # Home
    Row("GET", "/api/home", EVERYONE),
    Row("GET", "/api/search", EVERYONE, lambda w, p: {"query": {"q": "柳塘"}}),
    # Files
    Row("POST", "/api/files", CLERK, _upload("batch"), use="batch"),
    Row("POST", "/api/files", CLERK, _upload("layer"), use="layer"),
    Row("POST", "/api/files", EVIDENCE, _upload("photo"), use="photo"),
    Row("POST", "/api/files", EVIDENCE | {"finance", "water"}, _upload("document"), use="document"),
    Row("GET", "/api/files/{file_id}", VIEW, _photo, WHERE, HIDDEN_OR_DENIED, use="photo"),
    Row("GET", "/api/files/{file_id}", CLERK, _file("batch"), COUNTY_ONLY, HIDDEN_OR_DENIED,
        use="batch"),
    Row("GET", "/api/files/{file_id}", CLERK, _file("layer"), COUNTY_ONLY, HIDDEN_OR_DENIED,
        use="layer"),
    Row("GET", "/api/files/{file_id}/thumbnail", VIEW, _photo, WHERE, HIDDEN_OR_DENIED),
    # Jobs: one's own, or those of the region for who may see jobs
    Row("GET", "/api/jobs", EVERYONE),
    Row("GET", "/api/jobs/{job_id}", WITH_JOBS, _job, WHERE, frozenset({404})),
    Row("POST", "/api/jobs/{job_id}/cancel", {"township_clerk", "sysadmin"}, _job, WHERE,
        frozenset({404}), other={"county_clerk": 403, "county_reviewer": 403, "water": 403}),
    # Ledgers
    Row("GET", "/api/ledgers", EVERYONE),
    Row("GET", LEDGER, VIEW, _ledger),
    Row("GET", f"{LEDGER}/rows", VIEW, _ledger),
    # Layers
    Row("GET", "/api/layers", LAYERS),
    Row("GET", "/api/layers/identify", LAYERS, _identify),
    Row("POST", "/api/layers/imports", CLERK, _new_layer, COUNTY_ONLY),
    Row("GET", VERSION, LAYERS, _version("published"), COUNTY_ONLY, use="published"),
    Row("GET", VERSION, CLERK, _version("checked"), COUNTY_ONLY, HIDDEN_OR_DENIED,
        use="not yet published"),
    Row("GET", f"{VERSION}/tiles/{{z}}/{{x}}/{{y}}.mvt", LAYERS, _layer_tile, COUNTY_ONLY),
    Row("GET", f"{VERSION}/problems", CLERK, _version("checked"), COUNTY_ONLY),
    Row("POST", f"{VERSION}/publish", CLERK, _version("checked"), COUNTY_ONLY),
    Row("POST", f"{VERSION}/withdraw", CLERK, _version("published", json=REASON), COUNTY_ONLY),
    # Enforcement
    Row("GET", "/api/enforcement/batches", VIEW),
    Row("POST", "/api/enforcement/batches/{batch_id}/measure", CLERK, _batch, COUNTY_ONLY),
    Row("GET", "/api/enforcement/tiles/{z}/{x}/{y}.mvt", VIEW, _patch_tile, WHERE, elsewhere=204),
    Row("GET", PATCH, VIEW, _patch(), WHERE),
    Row("POST", f"{PATCH}/confirm", JUDGE, _patch(0, json=JUDGED), WHERE),
    Row("POST", f"{PATCH}/reopen", JUDGE, _patch(1, json=REASON), WHERE),
    Row("POST", f"{PATCH}/photos", EVIDENCE, _new_photo, WHERE),
    Row("GET", f"{PATCH}/dossier.pdf", EXPORT, _patch(), WHERE),
    Row("GET", "/api/enforcement/imports", CLERK),
    Row("POST", "/api/enforcement/imports", CLERK, _new_import, COUNTY_ONLY, HIDDEN_OR_DENIED),
    Row("GET", IMPORT, CLERK, _import(), COUNTY_ONLY),
    Row("PUT", f"{IMPORT}/mapping", CLERK, _mapping, COUNTY_ONLY),
    Row("GET", f"{IMPORT}/problems", CLERK, _import(), COUNTY_ONLY),
    Row("POST", f"{IMPORT}/accept", CLERK, _import(), COUNTY_ONLY),
    Row("POST", f"{IMPORT}/discard", CLERK, _import(), COUNTY_ONLY),
)  # fmt: skip
