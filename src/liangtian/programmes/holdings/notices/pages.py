"""What the pages of a notice, of an objection and of a parcel's progress show."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from liangtian.platform.jobs.models import Job
from liangtian.platform.people.scope import require
from liangtian.platform.personal import masked
from liangtian.programmes.holdings.models import (
    Notice,
    NoticeParcel,
    Objection,
    Parcel,
    ParcelStanding,
)
from liangtian.programmes.holdings.notices.papers import places_of, printed_mu, printed_row
from liangtian.programmes.holdings.notices.stage import stage_of
from liangtian.programmes.holdings.pages import place_out

if TYPE_CHECKING:
    from liangtian.platform.people.models import User

_PEOPLE = ("created_by", "published_by", "withdrawn_by", "map_file", "table_file", "region")


def fetch_notice(user: User, notice_id: int) -> Notice:
    """The notice. Raises Forbidden, NotFound outside the scope."""
    require(user, "holdings.view")
    found: Notice = Notice.objects.select_related(*_PEOPLE).fetch_for(user, pk=notice_id)
    return found


def notice_out(user: User, notice: Notice) -> dict[str, Any]:
    """A notice with its list, what came in against it, and its link for who may publish."""
    plain = (
        "id", "title", "issuer", "contact", "note", "state", "days", "clause", "starts_on", "ends_on",
        "parcels", "created_at", "published_at", "withdrawn_on", "withdrawn_reason",
    )  # fmt: skip
    places = places_of(notice)
    raised = list(notice.objections.select_related("parcel"))
    of_parcel = Counter(one.parcel_id for one in raised if one.state == Objection.State.OPEN)
    return {
        **{name: getattr(notice, name) for name in plain},
        "phase": phase_of(notice),
        "region": place_out(notice.region),
        "area_mu": sum(printed_mu(place.rows) for place in places),
        "villages": [
            {
                "code": place.region.code, "name": place.name, "area_mu": printed_mu(place.rows),
                "rows": [_row_out(row, of_parcel[row.parcel_id]) for row in place.rows],
            }
            for place in places
        ],
        "left_out": notice.left_out,
        "token": notice.token if user.may("holdings.notice") and is_open(notice) else "",
        "created_by": notice.created_by.name,
        "published_by": notice.published_by.name if notice.published_by else "",
        "has_papers": notice.map_file_id is not None and notice.table_file_id is not None,
        "papers_failed": _failed(notice),
        "objections": [objection_ref(one) for one in raised],
        "unanswered": sum(of_parcel.values()),
    }  # fmt: skip


def phase_of(notice: Notice, on: date | None = None) -> str:
    """Its state and dates in one word, as the ledger has it."""
    today = on or timezone.localdate()
    if notice.state != Notice.State.PUBLISHED or not notice.starts_on or not notice.ends_on:
        return str(notice.state)
    if today < notice.starts_on:
        return "coming"
    return "running" if today <= notice.ends_on else "over"


def is_open(notice: Notice) -> bool:
    """Whether its link is alive, now or from its first day on."""
    return phase_of(notice) in ("coming", "running")


def _row_out(row: NoticeParcel, open_objections: int) -> dict[str, Any]:
    told = printed_row(row)
    names = ("code", "holder", "place", "area_mu", "ownership", "way", "source_paper", "actual_use")
    return {
        "number": row.number, "parcel_id": row.parcel_id, "objections": open_objections,
        **dict(zip(names, told[1:], strict=True)),
    }  # fmt: skip


def _failed(notice: Notice) -> str:
    """Why the papers of a published notice could not be made; empty when they could or are being made."""
    if notice.state == Notice.State.DRAFT or (notice.map_file_id and notice.table_file_id):
        return ""
    last = Job.objects.filter(target=f"holdings.notice:{notice.pk}").order_by("-pk").first()
    return str(last.error) if last is not None and last.status == Job.Status.FAILED else ""


def objection_ref(row: Objection) -> dict[str, Any]:
    """An objection in a list."""
    return {
        "id": row.pk, "number": row.number, "parcel_id": row.parcel_id, "lot": row.lot,
        "name": str(masked("name", row.name)), "kind": row.kind, "state": row.state,
        "state_label": row.get_state_display(), "filed_on": row.filed_on, "due_on": row.due_on,
        "late": _late(row),
    }  # fmt: skip


def objection_out(row: Objection) -> dict[str, Any]:
    """An objection with what was said, who said it masked."""
    files = row.files.select_related("file")
    return {
        **objection_ref(row),
        "notice_id": row.notice_id, "notice_title": row.notice.title,
        "region": place_out(row.region),
        "id_number": str(masked("id_number", row.id_number)),
        "phone": str(masked("phone", row.phone)),
        "text": row.text, "channel": row.channel, "channel_label": row.get_channel_display(),
        "logged_by": row.logged_by.name if row.logged_by else "", "logged_at": row.logged_at,
        "answer": row.answer, "answered_on": row.answered_on,
        "answered_by": row.answered_by.name if row.answered_by else "",
        "files": [
            {"id": one.file_id, "name": one.file.name, "answer": one.answer} for one in files
        ],
    }  # fmt: skip


def _late(row: Objection) -> bool:
    ended = row.answered_on or timezone.localdate()
    return bool(ended > row.due_on)


def standing_out(parcel: Parcel) -> dict[str, Any]:
    """How far a parcel has come, under which notices it stood, what was said against it."""
    standing = ParcelStanding.objects.filter(parcel=parcel).first()
    stage = stage_of(standing)
    shown = NoticeParcel.objects.filter(parcel=parcel).exclude(notice__state=Notice.State.DRAFT)
    rows = shown.select_related("notice").defer("geom").order_by("-notice")
    raised = Objection.objects.filter(parcel=parcel).select_related("notice")
    return {
        "stage": stage.value,
        "stage_label": stage.label,
        "noticed_until": standing.noticed_until if standing else None,
        "judged": standing.judged if standing else "",
        "notices": [
            {
                "id": row.notice_id, "title": row.notice.title, "number": row.number,
                "phase": phase_of(row.notice), "starts_on": row.notice.starts_on,
                "ends_on": row.notice.ends_on,
            }
            for row in rows
        ],
        "objections": [objection_ref(one) for one in raised],
    }  # fmt: skip
