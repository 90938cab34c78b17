"""How far a parcel has come (进度): what its stage is on a day, and what may not happen before its notice ran out."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Case, CharField, Count, F, Q, Value, When
from django.utils import timezone

from liangtian.platform.errors import Conflict
from liangtian.programmes.holdings.models import (
    NoticeParcel,
    Objection,
    Parcel,
    ParcelStanding,
    ParcelVersion,
    Registration,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models.expressions import Combinable


class Stage(models.TextChoices):
    """The stages in their order."""

    WAITING = "waiting", "待公示"
    RUNNING = "running", "公示中"
    OBJECTED = "objected", "有异议"
    REOPENED = "reopened", "重新核查"
    PASSED = "passed", "公示期满"
    JUDGED = "judged", "已研判"


# What the register says of a parcel and a notice shows; if it changes, it was not this that was shown.
SHOWN = ("area_m2", "holder_id", "ownership", "way", "source_paper", "actual_use", "place_name")
_ADVICE = {
    Stage.WAITING: "还没有公示。请先将其列入公示",
    Stage.RUNNING: "正在公示，公示期满后才能继续办理",
    Stage.OBJECTED: "有未答复的公示异议。请先答复异议",
    Stage.REOPENED: "异议成立，已重新核查。更正后应重新公示",
}


def stage_of(standing: ParcelStanding | None, on: date | None = None) -> Stage:
    """The stage on a day (default: today)."""
    if standing is None:
        return Stage.WAITING
    if standing.objections:
        return Stage.OBJECTED
    if standing.reopened:
        return Stage.REOPENED
    if standing.noticed_until is None:
        return Stage.WAITING
    if standing.noticed_until >= (on or timezone.localdate()):
        return Stage.RUNNING
    return Stage.JUDGED if standing.judged else Stage.PASSED


def stage_column(path: str = "") -> Combinable:
    """The same as a column of the database; `path` leads to the standing."""
    today = timezone.localdate()
    return Case(
        When(**{f"{path}objections__gt": 0}, then=Value(Stage.OBJECTED.value)),
        When(**{f"{path}reopened": True}, then=Value(Stage.REOPENED.value)),
        When(**{f"{path}noticed_until": None}, then=Value(Stage.WAITING.value)),
        When(**{f"{path}noticed_until__gte": today}, then=Value(Stage.RUNNING.value)),
        When(~Q(**{f"{path}judged": ""}), then=Value(Stage.JUDGED.value)),
        default=Value(Stage.PASSED.value),
        output_field=CharField(),
    )


def to_be_noticed() -> Q:
    """Versions whose parcel waits for a notice: never noticed, withdrawn, or surveyed again."""
    never = Q(parcel__standing=None)
    again = Q(parcel__standing__reopened=True, parcel__standing__objections=0)
    return never | again | Q(parcel__standing__noticed_until=None)


def require_cleared(parcel: Parcel) -> NoticeParcel:
    """What a parcel was noticed as, once that ran out with no open objection. Conflict (Chinese) before."""
    found = blocked([parcel])
    if found:
        raise Conflict(found[parcel.pk])
    standing = ParcelStanding.objects.get(parcel=parcel)
    shown: NoticeParcel = NoticeParcel.objects.get(notice=standing.notice_id, parcel=parcel)
    return shown


def blocked(parcels: Iterable[Parcel]) -> dict[int, str]:
    """Of those parcels the ones that may not go on, with the reason (Chinese)."""
    rows = list(parcels)
    keys = [row.pk for row in rows]
    standings = {s.parcel_id: s for s in ParcelStanding.objects.filter(parcel__in=keys)}
    said: dict[int, str] = {}
    for row in rows:
        stage = stage_of(standings.get(row.pk))
        if stage in _ADVICE:
            said[row.pk] = f"地块 {row.code} {_ADVICE[stage]}。"
    cleared = [s for key, s in standings.items() if key not in said]
    for code, key in _changed(cleared):
        said[key] = f"地块 {code} 公示后台账又有变更，公示的不是现状。请重新公示后再办理。"
    return said


def _changed(standings: list[ParcelStanding]) -> list[tuple[str, int]]:
    """Code and key of the parcels that are no longer what their notice showed."""
    notices = {s.parcel_id: s.notice_id for s in standings}
    shown = {
        row["parcel_id"]: row
        for row in NoticeParcel.objects.filter(
            parcel__in=notices, notice__in=set(notices.values())
        ).values("parcel_id", "notice_id", *SHOWN)
        if notices[row["parcel_id"]] == row["notice_id"]
    }
    now = ParcelVersion.objects.filter(parcel__in=notices, valid_to=None)
    entered = Registration.objects.filter(
        parcel__in=notices, state=Registration.State.REGISTERED
    ).values_list("parcel_id", "certificate")
    papers = set(entered)  # the certificate that came of the notice is no change of what it showed
    return [
        (row["code"], row["parcel_id"])
        for row in now.values("parcel_id", "code", "paper_number", *SHOWN)
        if any(
            row[name] != shown[row["parcel_id"]][name]
            for name in SHOWN
            if name != "source_paper" or (row["parcel_id"], row["paper_number"]) not in papers
        )
    ]


def count_objections(parcel_ids: Iterable[int]) -> None:
    """Write down how many objections to those parcels are open, in the caller's transaction."""
    keys = set(parcel_ids)
    counted: dict[int, int] = dict(
        Objection.objects.filter(parcel__in=keys, state=Objection.State.OPEN)
        .order_by()
        .values_list("parcel_id")
        .annotate(n=Count("pk"))
    )
    for key in keys:
        ParcelStanding.objects.filter(parcel=key).update(objections=counted.get(key, 0))


def progress(rows: Any) -> dict[str, int]:
    """How many of those standings are at each stage."""
    found = rows.annotate(stage=stage_column()).order_by().values_list("stage")
    return dict(found.annotate(n=Count(F("pk"))))
