"""Sealing: committed entries are chained in blocks, behind the acts and never in their way.

An act only digests its own entry. A worker's tick then takes what has been committed, in blocks, and
hashes each block with the one before. Numbers that are missing when a block is made (rolled back, or an
act still running) are kept as its gaps; when such an entry appears later, a later block takes it in.
"""

from __future__ import annotations

import hashlib
import logging
import os
from collections.abc import Iterable, Sequence
from datetime import UTC, timedelta
from functools import reduce
from operator import or_
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from liangtian.platform.audit.digest import FIELDS, digest_of
from liangtian.platform.audit.models import AuditEntry, Seal

logger = logging.getLogger(__name__)
BLOCK = 10_000  # entries of one seal, at most
LATE = timedelta(hours=24)  # an act that takes longer to commit is not believed
MARK = 8  # bytes of each digest kept with its seal, to name the entry that was changed
RANGES_OF_A_QUERY = 100
LOG = "audit-seals.log"

Digested = tuple[int, str]  # number of an entry and the digest of what it says


def seal_all() -> int:
    """Chain every committed entry that is not chained yet; returns how many entries."""
    total = 0
    while (made := _seal_once()) is not None:
        total += made.count
    return total


def _seal_once() -> Seal | None:
    """The next block, or None when nothing waits or another process is sealing."""
    try:
        with transaction.atomic():
            seal = _make(Seal.objects.order_by("number").last())
    except IntegrityError:  # another worker made a seal of that number: what waits is in it
        return None
    if seal is not None:
        _write_down(seal)
    return seal


def _make(last: Seal | None) -> Seal | None:
    after = last.upto_id if last else 0
    late = digested(_late())
    fresh = digested(AuditEntry.objects.filter(pk__gt=after).order_by("pk")[:BLOCK])
    if not fresh and not late:
        return None
    ids = [number for number, _ in fresh]
    seal = Seal(
        number=last.number + 1 if last else 1,
        at=timezone.now(),
        after_id=after,
        upto_id=ids[-1] if ids else after,
        gaps=gaps_between(after, ids),
        late=[number for number, _ in late],
        count=len(fresh) + len(late),
        marks=b"".join(bytes.fromhex(digest)[:MARK] for _, digest in (*fresh, *late)),
        previous=last.hash if last else "",
    )
    seal.hash = hash_of(seal, [*fresh, *late])
    seal.save(force_insert=True)
    return seal


def digested(entries: Any) -> list[Digested]:
    """Number and digest of each entry, in the order of the query, from what the rows say now."""
    return [(pk, digest_of(values)) for pk, *values in entries.values_list("pk", *FIELDS)]


def hash_of(seal: Seal, entries: Iterable[Digested]) -> str:
    """The seal's hash: over its own head, the hash before it, and each entry's number and digest."""
    head = (
        seal.number,
        seal.previous,
        seal.at.astimezone(UTC).isoformat(),
        seal.after_id,
        seal.upto_id,
    )
    total = hashlib.sha256("|".join(map(str, head)).encode())
    for number, digest in entries:
        total.update(f"\n{number}:{digest}".encode())
    return total.hexdigest()


def gaps_between(after: int, ids: Sequence[int]) -> list[list[int]]:
    """The stretches of numbers after `after` that are missing among ascending `ids`."""
    missing, expected = [], after + 1
    for number in ids:
        if number > expected:
            missing.append([expected, number - 1])
        expected = number + 1
    return missing


def _late() -> Any:
    """Entries that appeared since in the gaps of recent seals."""
    recent = Seal.objects.filter(at__gte=timezone.now() - LATE)
    ranges: list[list[int]] = []
    taken: set[int] = set()
    for gaps, late in recent.values_list("gaps", "late"):
        ranges += gaps
        taken.update(late)
    found: set[int] = set()
    for start in range(0, len(ranges), RANGES_OF_A_QUERY):
        some = ranges[start : start + RANGES_OF_A_QUERY]
        inside = reduce(or_, (Q(pk__range=pair) for pair in some))
        found.update(AuditEntry.objects.filter(inside).values_list("pk", flat=True))
    return AuditEntry.objects.filter(pk__in=sorted(found - taken)[:BLOCK]).order_by("pk")


def log_path() -> Path:
    """Where each seal is also written down, outside the database."""
    return Path(settings.DATA) / LOG


def _write_down(seal: Seal) -> None:
    """One line beside the data and one in the log, so that a cut tail of the chain is noticed."""
    line = f"{seal.number} {seal.hash} {seal.upto_id} {seal.count} {seal.at.isoformat()}"
    logger.info("audit seal %s", line)
    with log_path().open("a", encoding="ascii") as out:
        out.write(line + "\n")
        out.flush()
        os.fsync(out.fileno())
