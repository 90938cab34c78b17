"""Keeping a ledger as it stands, and reading it back.

Rows are kept as printed, by key, in packed parts; the hash covers the unpacked lines, so that it can be
computed from any copy of the rows.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from array import array
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from liangtian.platform.audit.services import record
from liangtian.platform.errors import Conflict, Refused
from liangtian.platform.ledgers.declaration import Ledger
from liangtian.platform.ledgers.export import CHUNK, as_text, extract
from liangtian.platform.ledgers.query import filtered, totals
from liangtian.platform.moment import one_moment
from liangtian.platform.people.scope import require
from liangtian.platform.personal_numbers import refuse_to_keep
from liangtian.platform.returns.models import Return, Snapshot, SnapshotPart

if TYPE_CHECKING:
    from liangtian.platform.people.models import User
    from liangtian.platform.regions.models import Region

ROWS_OF_A_PART = 2_000
PARTS_READ = 4  # from the database at a time
Line = tuple[int, list[str]]
Text = tuple[int, str]  # a row's key, and the row as it is kept


@dataclass(frozen=True)
class Packed:
    """The rows of a ledger at a moment, ready to be kept."""

    at: datetime
    parts: list[bytes]
    sha256: str
    count: int
    sums: dict[str, Any]


def packed_now(
    user: User, ledger: Ledger, query: Mapping[str, str], only: Q | None = None
) -> Packed:
    """The filtered rows as they stand; memory holds the packed rows only (some 30 bytes a row).

    Raises Refused for too many rows, Conflict when somebody changed the ledger while it was walked.
    """
    at = timezone.now()
    rows = filtered(ledger, user, query).filter(only or Q())
    count, sums = totals(ledger, user, rows)
    if count > settings.SNAPSHOT_ROWS:
        raise Refused(
            f"共 {count} 行，超过一次留存的 {settings.SNAPSHOT_ROWS} 行。"
            "请先按乡镇、批次等缩小范围再留存。"
        )
    parts, digest, walked = _packed(live_lines(ledger, user, query, only))
    if walked != count or totals(ledger, user, rows) != (count, sums):
        raise Conflict("留存期间台账有变动，合计与各行不一致，没有留存。请稍后重试。")
    return Packed(at, parts, digest, count, sums)


def keep(
    user: User, ledger: Ledger, query: Mapping[str, str], found: Packed, *, title: str,
    region: Region, passing: bool = False,
) -> Snapshot:  # fmt: skip
    """Keep what was packed; part of the caller's transaction. `passing`: for one comparison only."""
    made = Snapshot.objects.create(
        ledger=ledger.name, title=title[:120], query=dict(query), region=region, taken_by=user,
        taken_at=found.at,
        columns=[
            {"name": c.name, "label": c.label, "unit": c.unit or "", "kind": c.kind, "sum": c.sum}
            for c in ledger.columns
        ],
        count=found.count, sums={name: as_text(value) for name, value in found.sums.items()},
        sha256=found.sha256, passing=passing,
    )  # fmt: skip
    for order, data in enumerate(found.parts):
        SnapshotPart.objects.create(snapshot=made, order=order, data=data)
    return made


def require_keepable(user: User, ledger: Ledger, query: Mapping[str, str], title: str) -> Region:
    """The region a kept state belongs to. Raises Forbidden, Refused without a name or with whole numbers of people."""
    require(user, ledger.permission, ledger.export_permission)
    if not title.strip() or user.region is None:
        raise Refused("请填写留存名称。", fields={"title": "请填写"})
    refuse_to_keep("留存", [title, *query.values()])
    return user.region


def keep_now(
    user: User, ledger: Ledger, query: Mapping[str, str], title: str, only: Q | None = None,
    *, passing: bool = False,
) -> Snapshot:  # fmt: skip
    """A state of the ledger to compare with later; nobody waits while it is read.

    Raises like `require_keepable` and `packed_now`.
    """
    region = require_keepable(user, ledger, query, title)
    with one_moment():
        found = packed_now(user, ledger, query, only)
    with transaction.atomic():
        made = keep(user, ledger, query, found, title=title.strip(), region=region, passing=passing)
        record(user, "ledger.keep", made,
               after={"ledger": ledger.name, "filters": dict(query), "rows": made.count})  # fmt: skip
    return made


def live_lines(
    ledger: Ledger, user: User, query: Mapping[str, str], only: Q | None = None
) -> Iterator[Line]:
    """The rows as they are now: key and printed cells, by key."""
    wanted = extract(ledger, user, {k: v for k, v in query.items() if k != "sort"}, [])
    rows = filtered(ledger, user, query).filter(only or Q())
    keys = array("q", rows.order_by("pk").values_list("pk", flat=True).iterator(chunk_size=CHUNK))
    for key, cells in replace(wanted, keys=keys).keyed():
        yield key, [as_text(cell) for cell in cells]


def kept_lines(snapshot: Snapshot) -> Iterator[Line]:
    """The rows as they were kept, by key."""
    return (line_of(text) for _, text in kept_texts(snapshot))


def kept_texts(snapshot: Snapshot) -> Iterator[Text]:
    """The rows as they were kept, by key, not yet taken apart."""
    for data in (
        snapshot.parts.order_by("order").values_list("data", flat=True).iterator(PARTS_READ)
    ):
        for text in zlib.decompress(bytes(data)).decode().removesuffix("\n").split("\n"):
            yield int(text[1 : text.index(",")]), text


def text_of(key: int, cells: list[str]) -> str:
    """A row as it is kept, without the end of the line."""
    return json.dumps([key, cells], ensure_ascii=False, separators=(",", ":"))


def line_of(text: str) -> Line:
    """A kept row taken apart."""
    key, cells = json.loads(text)
    return key, cells


def _packed(lines: Iterator[Line]) -> tuple[list[bytes], str, int]:
    """The rows in packed parts, their hash and their number."""
    number, total = 0, hashlib.sha256()
    parts: list[bytes] = []
    waiting: list[str] = []

    def pack() -> None:
        text = "".join(waiting).encode()
        total.update(text)
        parts.append(zlib.compress(text))
        waiting.clear()

    for key, cells in lines:
        number += 1
        waiting.append(text_of(key, cells) + "\n")
        if len(waiting) == ROWS_OF_A_PART:
            pack()
    if waiting:
        pack()
    return parts, total.hexdigest(), number


def visible_snapshots(user: User, ledger: Ledger) -> Any:
    """The kept states of a ledger that lie in the user's region."""
    require(user, ledger.permission)
    rows = Snapshot.objects.visible_to(user).filter(ledger=ledger.name)
    return rows.select_related("taken_by", "region")


def drop_old() -> int:
    """Forget kept states whose time is over and that no return rests on; how many.

    What was kept for one comparison goes after `settings.EXPORT_DAYS`, what somebody named after
    `settings.STATE_KEEP_DAYS`.
    """
    now = timezone.now()
    old = Q(passing=True, taken_at__lt=now - timedelta(days=settings.EXPORT_DAYS))
    old |= Q(passing=False, taken_at__lt=now - timedelta(days=settings.STATE_KEEP_DAYS))
    gone = 0
    for key in list(Snapshot.objects.filter(old, declared=None).values_list("pk", flat=True)):
        with transaction.atomic():
            row = Snapshot.objects.select_for_update().get(pk=key)
            if Return.objects.filter(snapshot=row).exists():
                continue
            record(None, "ledger.forget", row, after={"ledger": row.ledger, "rows": row.count})
            row.delete()
        gone += 1
    return gone
