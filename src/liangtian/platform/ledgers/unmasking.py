"""Reading what is masked: asked for with a reason, for some minutes, and written down each time (脱敏查看).

A ledger masks its personal columns on every path. Only two ways lead past that, each for who holds the
ledger's `unmask_permission` and says why: the page of the ledger while an `Unmasking` is in force, and an
export that was asked for unmasked. Groups, dashboards, returns, comparisons and the interfaces for other
programs have no such way.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from liangtian.platform.audit.services import record
from liangtian.platform.errors import Forbidden, NotFound, Refused
from liangtian.platform.ledgers.declaration import Ledger
from liangtian.platform.ledgers.models import Unmasking
from liangtian.platform.ledgers.pages import Page, read_page, read_rows
from liangtian.platform.people.models import Presence
from liangtian.platform.people.scope import require
from liangtian.platform.people.security import current
from liangtian.platform.personal import masked
from liangtian.platform.personal_digest import DigestField, digests
from liangtian.platform.reasons import reason_given

if TYPE_CHECKING:
    from liangtian.platform.people.models import User


@dataclass(frozen=True)
class Leave:
    """What a user may read of a ledger now: all of it, or some rows; with the reasons and the end."""

    whole: bool
    rows: frozenset[int]
    reasons: tuple[str, ...]
    until: datetime | None


PAGING = frozenset({"page", "size", "after", "totals"})
BY_NUMBER = "（按完整号码）"
NOTHING = Leave(False, frozenset(), (), None)


def ask(user: User, session: str, ledger: Ledger, reason: str, row: int | None = None) -> Unmasking:
    """Read the ledger, or one row of it, unmasked from now on for the minutes of the security policy.

    Raises Forbidden without the permission or for a token, Refused without a reason or for a ledger
    without masked columns, NotFound for a row the user may not see.
    """
    reason = allowed(user, ledger, reason)
    sign_in = Presence.objects.filter(user=user, session_key=session, ended_at=None).first()
    if sign_in is None:
        raise Forbidden("脱敏内容只能登录后在页面上查看。")
    if row is not None and not ledger.rows(user).filter(pk=row).exists():
        raise NotFound
    now = timezone.now()
    minutes = current()["unmask_minutes"]
    with transaction.atomic():
        made = Unmasking.objects.create(
            ledger=ledger.name, row=row, user=user, sign_in=sign_in, reason=reason, at=now,
            until=now + timedelta(minutes=minutes),
        )  # fmt: skip
        record(user, "personal.unmask", ledger.title, region=user.region, note=reason,
               after={"ledger": ledger.name, "row": row, "minutes": minutes})  # fmt: skip
    return made


def allowed(user: User, ledger: Ledger, reason: str) -> str:
    """The reason as it is kept. Raises Forbidden or Refused for who may not read the ledger unmasked."""
    require(user, ledger.permission, ledger.unmask_permission)
    if not ledger.personal:
        raise Refused(f"“{ledger.title}”没有脱敏的列。")
    return reason_given(reason, "查看未脱敏的内容", 200)


def end(user: User, ledger: Ledger) -> None:
    """Mask again at once."""
    now = timezone.now()
    with transaction.atomic():
        rows = Unmasking.objects.filter(user=user, ledger=ledger.name, until__gt=now)
        after = {"ledger": ledger.name, "ended": rows.update(until=now)}
        record(user, "personal.mask", ledger.title, region=user.region, after=after)


def in_force(user: User, session: str, ledger: Ledger) -> Leave:
    """What the user asked to read in this sign-in and still may."""
    if not ledger.personal or not user.may(ledger.unmask_permission):
        return NOTHING
    asked = Unmasking.objects.filter(user=user, ledger=ledger.name, until__gt=timezone.now())
    found = list(asked.filter(sign_in__session_key=session, sign_in__ended_at=None))
    whole = [one for one in found if one.row is None]
    return Leave(
        whole=bool(whole),
        rows=frozenset(one.row for one in found if one.row is not None),
        reasons=tuple(dict.fromkeys(one.reason for one in found)),
        until=max((one.until for one in whole or found), default=None),
    )


def as_seen(user: User, session: str, ledger: Ledger) -> Ledger:
    """The ledger as the user reads it on its page now."""
    return ledger.opened() if in_force(user, session, ledger).whole else ledger


def number_sought(user: User, session: str, ledger: Ledger, name: str, number: str) -> str:
    """The condition that stands for a whole number; that it was looked for is written down, it itself is not.

    Raises Refused for a column without digest or an empty number, Forbidden without an unmasking of the ledger.
    """
    require(user, ledger.permission, ledger.unmask_permission)
    leave, column = in_force(user, session, ledger), ledger.column(name)
    if column is None or not column.digest:
        raise Refused(f"“{ledger.title}”没有可按完整号码查询的列“{name}”。")
    if not leave.whole:
        raise Forbidden(f"“{column.label}”已脱敏。请先点“查看脱敏内容”并说明事由，再按号码查询。")
    found = digests(number, _sealed_for(ledger.rows(user).model, column.digest))
    if not found:
        raise Refused(f"请填写完整的{column.label}。", fields={"number": "请填写"})
    with transaction.atomic():
        record(user, "personal.search", ledger.title, region=user.region, note="；".join(leave.reasons),
               after={"ledger": ledger.name, "columns": [name]})  # fmt: skip
    return ",".join(found)


def _sealed_for(model: Any, path: str) -> str:
    """What the encrypted column is sealed for, whose digests lie at `path`."""
    first, _, rest = path.partition("__")
    field = model._meta.get_field(first)
    if rest:
        return _sealed_for(field.related_model, rest)
    assert isinstance(field, DigestField)
    return field.sealed_for


def page_seen(
    user: User, session: str, ledger: Ledger, params: Mapping[str, str]
) -> tuple[Page, Leave]:
    """One page as the user may read it now; what was shown unmasked is written down with its rows."""
    leave = in_force(user, session, ledger)
    opened = ledger.opened()
    page = read_page(opened if leave.whole else ledger, user, params)
    keys = [row["id"] for row in page.rows if leave.whole or row["id"] in leave.rows]
    if not keys:
        return page, leave
    if not leave.whole:
        clear = read_rows(opened, user, keys)
        page = replace(page, rows=[clear.get(row["id"], row) for row in page.rows])
    _note(user, ledger, leave, [row for row in page.rows if row["id"] in keys], params)
    return page, leave


def _note(
    user: User, ledger: Ledger, leave: Leave, rows: list[dict[str, Any]], params: Mapping[str, str]
) -> None:
    """Write down who saw which rows, by number and by what the first open column calls them."""
    named = next((c for c in ledger.columns if not c.personal), None)
    after = {
        "ledger": ledger.name, "row_ids": [row["id"] for row in rows],
        "records": [str(row[named.name] or "") for row in rows] if named else [],
        "columns": [c.name for c in ledger.columns if c.personal],
        "filters": recorded(ledger, params),
    }  # fmt: skip
    with transaction.atomic():
        record(user, "personal.saw", ledger.title, region=user.region, after=after,
               note="；".join(leave.reasons))  # fmt: skip


def recorded(ledger: Ledger, params: Mapping[str, str]) -> dict[str, Any]:
    """Filters as they go into the audit trail: what was asked of a personal column is masked there too."""
    kept: dict[str, Any] = {}
    for key, value in params.items():
        if key in PAGING:
            continue
        column = ledger.column(key.partition("__")[0])
        if column and column.digest:
            kept[key] = BY_NUMBER
        else:
            kept[key] = masked(column.sensitivity, value) if column else value
    return kept
