"""Finding entries: who may read which, by what they can be asked for, and how they are shown."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

from django.apps import apps
from django.db.models import Q, QuerySet
from django.utils import timezone
from ninja import Schema
from pydantic import Field

from liangtian.platform.audit.acts import Kind, act_of
from liangtian.platform.audit.models import AuditEntry
from liangtian.platform.errors import Forbidden
from liangtian.platform.people.models import User
from liangtian.platform.people.scope import COUNTY_DIGITS
from liangtian.platform.people.sealed import sealed_rows

if TYPE_CHECKING:
    pass

HIDDEN = "（已封存）"
_TELLING = ("text", "target_type", "target_id", "region")
OFFICER_ROLES = ("sysadmin", "security_officer", "auditor")
SLACK = timedelta(days=1)  # numbers follow time but for acts that took long to commit
Text = Annotated[str, Field(max_length=100)]


class EntryQuery(Schema):
    """What entries can be asked for; all given conditions hold together."""

    since: datetime | None = None
    until: datetime | None = None
    person: Text = ""
    kind: Text = ""
    act: Text = ""
    success: bool | None = None
    target_type: Text = ""
    target_id: Text = ""
    region: Text = ""
    address: Text = ""
    text: Text = ""


def require_reader(user: User) -> None:
    """Raise Forbidden unless the user may read the trail, or the officers' part of it."""
    if not (user.may("audit.view") or user.may("audit.officers")):
        raise Forbidden


def readable_by(user: User) -> QuerySet[AuditEntry]:
    """The entries a user may read.

    The auditor reads those of his region and those that lie in none; the security officer of these only
    sessions, security events and what the three officers (三员) did.
    """
    require_reader(user)
    entries = AuditEntry.objects.annotate(sealed=sealed_rows(AuditEntry))
    if not user.scope:
        return entries.none()
    if (
        len(user.scope) > COUNTY_DIGITS
    ):  # that there is something on this ground tells where it lies
        entries = entries.filter(sealed=False)
    entries = entries.filter(Q(region__isnull=True) | Q(region__code__startswith=user.scope))
    if user.may("audit.view"):
        return entries
    officers = User.objects.filter(roles__code__in=OFFICER_ROLES).values_list("pk", flat=True)
    own = Q(kind__in=(Kind.SESSION, Kind.SECURITY)) | Q(actor__in=list(officers))
    return entries.filter(own)


def found(entries: QuerySet[AuditEntry], query: EntryQuery) -> QuerySet[AuditEntry]:
    """Those of the entries (of `readable_by`) that answer the query."""
    entries = _within(entries, query.since, query.until)
    if any(getattr(query, name).strip() for name in _TELLING):
        entries = entries.filter(~sealed_rows(AuditEntry))  # or what is hidden could be guessed at
    for name in ("kind", "act", "target_type", "target_id", "address"):
        if value := getattr(query, name).strip():
            entries = entries.filter(**{name: value})
    if query.success is not None:
        entries = entries.filter(success=query.success)
    if region := query.region.strip():
        entries = entries.filter(region__code__startswith=region)
    if person := query.person.strip():
        known = User.objects.filter(Q(name=person) | Q(username=person)).values_list(
            "pk", flat=True
        )
        entries = entries.filter(actor__in=list(known))
    if text := query.text.strip():
        entries = entries.filter(Q(target_label__icontains=text) | Q(note__icontains=text))
    return entries


def _within(
    entries: QuerySet[AuditEntry], since: datetime | None, until: datetime | None
) -> QuerySet[AuditEntry]:
    """Bounded in time, and by number too, so that reading by number starts at the right place."""
    numbers = AuditEntry.objects.order_by("at", "pk")
    if since is not None:
        since = _aware(since)
        first = numbers.filter(at__lte=since - SLACK).last()
        entries = entries.filter(at__gte=since, pk__gt=first.pk if first else -1)
    if until is not None:
        until = _aware(until)
        last = numbers.filter(at__gte=until + SLACK).first()
        entries = entries.filter(at__lte=until)
        entries = entries.filter(pk__lt=last.pk) if last else entries
    return entries


def _aware(moment: datetime) -> datetime:
    return timezone.make_aware(moment) if timezone.is_naive(moment) else moment


def in_chunks(entries: QuerySet[AuditEntry], size: int = 2_000) -> Iterator[AuditEntry]:
    """All of them, newest first, a page in memory at a time."""
    shown = entries.select_related("region", "actor").order_by("-pk")
    page = list(shown[:size])
    while page:
        yield from page
        page = list(shown.filter(pk__lt=page[-1].pk)[:size])


def is_hidden(entry: AuditEntry) -> bool:
    """Whether what an entry says is sealed; that it is there, and by whom, is not."""
    return bool(getattr(entry, "sealed", False))


def row_of(entry: AuditEntry) -> dict[str, Any]:
    """An entry as one line; of a sealed one who did what kind of act and when."""
    hidden = {
        "target_id": "", "target_label": HIDDEN, "note": "", "region": "",
    } if is_hidden(entry) else {}  # fmt: skip
    return {
        **{name: getattr(entry, name) for name in _PLAIN},
        "username": entry.actor.username if entry.actor else "",
        "kind_label": entry.get_kind_display(),
        "act_label": act_of(entry.act).label,
        "target_type_label": type_label(entry.target_type),
        "region": entry.region.name if entry.region else "",
        **hidden,
    }


_PLAIN = ("id", "at", "actor_name", "kind", "act", "success", "target_type", "target_id",
          "target_label", "note", "address")  # fmt: skip


def type_label(target_type: str) -> str:
    """Chinese name of a kind of object."""
    try:
        return str(apps.get_model(target_type)._meta.verbose_name) if target_type else ""
    except (LookupError, ValueError):
        return target_type
