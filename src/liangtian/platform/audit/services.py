"""Writing the audit trail."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models, transaction

from liangtian.platform.audit import context
from liangtian.platform.audit.models import AuditEntry

if TYPE_CHECKING:
    from liangtian.platform.people.models import User
    from liangtian.platform.regions.models import Region


def record(
    actor: User | None,
    act: str,
    target: models.Model | str,
    *,
    region: Region | None = None,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    note: str = "",
) -> AuditEntry:
    """Add one entry; must run in the transaction of the act, so that neither stands alone.

    Raises RuntimeError outside a transaction.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError(f"audit entry {act!r} outside the transaction of its act")
    is_row = isinstance(target, models.Model)
    return AuditEntry.objects.create(
        actor=actor,
        actor_name=actor.name if actor else "",
        act=act,
        target_type=target._meta.label_lower if isinstance(target, models.Model) else "",
        target_id=str(target.pk) if isinstance(target, models.Model) else "",
        target_label=str(target)[:200],
        region=region or (getattr(target, "region", None) if is_row else None),
        before=_plain(before),
        after=_plain(after),
        note=note,
        address=context.address.get(),
    )


def _plain(values: dict[str, Any] | None) -> dict[str, Any] | None:
    """Dates and decimals as JSON text, so that the entry never depends on a class."""
    import json

    if values is None:
        return None
    plain: dict[str, Any] = json.loads(json.dumps(values, cls=DjangoJSONEncoder))
    return plain
