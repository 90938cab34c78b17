"""Writing the audit trail."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models, transaction
from django.utils import timezone

from liangtian.platform.audit import context
from liangtian.platform.audit.acts import act_of
from liangtian.platform.audit.digest import FIELDS, digest_of
from liangtian.platform.audit.models import AuditEntry
from liangtian.platform.personal_numbers import hidden, hidden_within

if TYPE_CHECKING:
    from liangtian.platform.people.models import User
    from liangtian.platform.regions.models import Region

Values = dict[str, Any]
ROWS_PER_STATEMENT = 500


@dataclass(frozen=True)
class Told:
    """What one entry tells of: the row, what it was before and after, in whose words."""

    target: models.Model | str
    before: Values | None = None
    after: Values | None = None
    note: str = ""


def record(
    actor: User | None,
    act: str,
    target: models.Model | str,
    *,
    region: Region | None = None,
    before: Values | None = None,
    after: Values | None = None,
    note: str = "",
    success: bool = True,
) -> AuditEntry:
    """Add one entry; must run in the transaction of the act, so that neither stands alone.

    Of `before` and `after` only the fields that differ are kept. Whole identity and mobile numbers are
    masked in every text. Without a region of its own or of its
    target the entry lies in the actor's. Raises RuntimeError outside a transaction.
    """
    _within_its_act(act)
    entry = _entry(actor, act, Told(target, before, after, note), region, success=success)
    entry.save(force_insert=True)
    return entry


def record_all(actor: User, act: str, told: Sequence[Told]) -> None:
    """As `record`, one entry for each, in one statement; rows with their regions read cost no query."""
    _within_its_act(act)
    AuditEntry.objects.bulk_create(
        [_entry(actor, act, one, None) for one in told], batch_size=ROWS_PER_STATEMENT
    )


def _within_its_act(act: str) -> None:
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError(f"audit entry {act!r} outside the transaction of its act")


def _entry(
    actor: User | None, act: str, told: Told, region: Region | None, *, success: bool = True
) -> AuditEntry:
    target = told.target
    row = isinstance(target, models.Model)
    before, after = _difference(_plain(told.before), _plain(told.after))
    before, after = hidden_within(before), hidden_within(after)
    entry = AuditEntry(
        at=timezone.now(),
        actor=actor,
        actor_name=actor.name if actor else "",
        kind=act_of(act).kind,
        act=act,
        success=success,
        target_type=target._meta.label_lower if isinstance(target, models.Model) else "",
        target_id=str(target.pk) if isinstance(target, models.Model) else "",
        target_label=hidden(str(target))[:200],
        region=region or (getattr(target, "region", None) if row else None) or _home(actor),
        before=before,
        after=after,
        note=hidden(told.note),
        address=context.address.get(),
    )
    entry.digest = digest_of([getattr(entry, name) for name in FIELDS])
    return entry


def saw(
    actor: User,
    act: str,
    target: models.Model | str,
    *,
    region: Region | None = None,
    after: Values | None = None,
    note: str = "",
) -> None:
    """Note that someone saw or fetched a thing; the same again within minutes is not noted twice.

    `settings.AUDIT_SEEN_MINUTES` says how many.
    """
    since = timezone.now() - timedelta(minutes=settings.AUDIT_SEEN_MINUTES)
    seen = AuditEntry.objects.filter(
        actor=actor, act=act, at__gte=since, target_label=hidden(str(target))[:200],
        target_id=str(target.pk) if isinstance(target, models.Model) else "",
    )  # fmt: skip
    if seen.exists():
        return
    with transaction.atomic():
        record(actor, act, target, region=region, after=after, note=note)


def _home(actor: User | None) -> Region | None:
    return actor.region if actor else None


def _difference(before: Values | None, after: Values | None) -> tuple[Values | None, Values | None]:
    """Both without the fields that say the same in both."""
    if before is None or after is None:
        return before, after
    same = {key for key in before.keys() & after.keys() if before[key] == after[key]}
    return (
        {key: value for key, value in before.items() if key not in same},
        {key: value for key, value in after.items() if key not in same},
    )


def _plain(values: Values | None) -> Values | None:
    """Dates and decimals as JSON text, so that the entry never depends on a class."""
    if values is None:
        return None
    plain: Values = json.loads(json.dumps(values, cls=DjangoJSONEncoder))
    return plain
