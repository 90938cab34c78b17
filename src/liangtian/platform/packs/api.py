"""Policy packs and the data dictionary over HTTP; read only."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Schema

from liangtian.platform.packs import dictionary as declared
from liangtian.platform.packs import reading
from liangtian.platform.packs.models import PackVersion
from liangtian.platform.packs.services import pack_at, pack_named, pack_or_refuse
from liangtian.platform.people.models import User
from liangtian.platform.people.request import user_of
from liangtian.platform.people.scope import require
from liangtian.policy.pack import available_packs
from liangtian.policy.patch_checks.schema import Severity

router = Router(tags=["packs"])
PERMISSION = "packs.view"


class PackHead(Schema):
    id: str
    title: str
    jurisdiction: str
    county: str
    version: str
    issued: date | None
    valid_from: date | None
    valid_to: date | None
    expired: bool
    warnings: list[str]
    values: int
    own_values: int
    unsure: int


class PackDocument(Schema):
    id: str
    title: str
    number: str
    issued: date | None
    in_force: date | None
    own: bool
    sureness: str


class PackAmount(Schema):
    text: str
    since: date | None
    until: date | None
    document: str
    article: str
    summary: str
    sureness: str
    sureness_note: str
    local: bool
    in_force: bool


class PackEntry(Schema):
    key: str
    label: str
    unit: str
    kind: str
    group: str
    amounts: list[PackAmount]


class PackCheck(Schema):
    code: str
    label: str
    severity: Severity
    own_severity: Severity | None
    stage: str
    office: Literal["county", "township"]
    advice: str
    document: str
    article: str


class PackMeasure(Schema):
    id: str
    label: str
    when: list[list[str]]
    reply: str
    decided_by: str
    document: str
    article: str


class VersionHead(Schema):
    version: str
    county: str
    first_used_at: datetime


class PackOut(PackHead):
    notes: str
    documents: list[PackDocument]
    entries: list[PackEntry]
    checks: list[PackCheck]
    measures: list[PackMeasure]
    versions: list[VersionHead]


class PackVersionOut(PackOut):
    content: str
    overrides: str | None
    in_force_now: bool


class PackDifference(Schema):
    key: str
    label: str
    unit: str
    change: Literal["changed", "added", "removed"]
    left: list[PackAmount]
    right: list[PackAmount]


class LandClass(Schema):
    code: str
    name: str
    level1: str
    major_class: str
    colour: str


class DictionaryColumn(Schema):
    name: str
    label: str
    unit: str
    kind: str
    summed: bool
    filtered: bool
    choices: list[str]
    sensitivity: str
    masked: bool


class DictionaryLedger(Schema):
    name: str
    title: str
    permission: str
    columns: list[DictionaryColumn]


class FlowState(Schema):
    code: str
    label: str
    final: bool
    desk: str
    task: str


class FlowWay(Schema):
    label: str
    origins: list[str]
    to: str
    permission: str
    opinion: bool


class DictionaryFlow(Schema):
    kind: str
    title: str
    states: list[FlowState]
    transitions: list[FlowWay]


class DictionaryName(Schema):
    code: str
    label: str


class DictionaryRole(Schema):
    code: str
    name: str
    permissions: list[DictionaryName]


class Dictionary(Schema):
    land_standard: str
    land_classes: list[LandClass]
    ledgers: list[DictionaryLedger]
    flows: list[DictionaryFlow]
    roles: list[DictionaryRole]
    permissions: list[DictionaryName]


@router.get("/packs", response=list[PackHead])
def packs(request: HttpRequest) -> list[dict[str, Any]]:
    """All packs as they are in force here."""
    _reader(request)
    on = timezone.localdate()
    return [reading.head(pack_named(name), on) for name in available_packs()]


@router.get("/packs/compare", response=list[PackDifference])
def compare(request: HttpRequest, left: str, right: str) -> list[dict[str, Any]]:
    """What differs between two versions."""
    _reader(request)
    return reading.differences(pack_at(left), pack_at(right))


@router.get("/packs/versions/{version}", response=PackVersionOut)
def version(request: HttpRequest, version: str) -> dict[str, Any]:
    """The very content of one version, also after the files were edited."""
    _reader(request)
    pack = pack_at(version)
    return {
        **reading.whole(pack, timezone.localdate()),
        "versions": _versions(pack.name),
        "content": pack.content.decode(),
        "overrides": None if pack.overrides is None else pack.overrides.decode(),
        "in_force_now": pack.version == pack_or_refuse(pack.name).version,
    }


@router.get("/packs/{pack_id}", response=PackOut)
def one(request: HttpRequest, pack_id: str, on: date | None = None) -> dict[str, Any]:
    """A pack as it is in force: values with unit, clause, dates; the county's own beside them."""
    _reader(request)
    pack = pack_or_refuse(pack_id)
    return {**reading.whole(pack, on or timezone.localdate()), "versions": _versions(pack_id)}


@router.get("/dictionary", response=Dictionary)
def dictionary(request: HttpRequest) -> dict[str, Any]:
    """Land classes, ledgers, workflows and roles as the program declares them; holds no data."""
    user_of(request)
    return declared.everything()


def _reader(request: HttpRequest) -> User:
    user = user_of(request)
    require(user, PERMISSION)
    return user


def _versions(pack: str) -> list[dict[str, Any]]:
    rows = PackVersion.objects.filter(pack=pack)
    return [dict(row) for row in rows.values("version", "county", "first_used_at")]
