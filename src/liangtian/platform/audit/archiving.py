"""Old entries leave the database in one way only: into a file that holds its part of the chain."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from liangtian.platform import triggers
from liangtian.platform.audit.chain import Digested, hash_of
from liangtian.platform.audit.digest import FIELDS, digest_of
from liangtian.platform.audit.models import Archive, AuditEntry, Seal
from liangtian.platform.audit.services import record
from liangtian.platform.errors import Refused

SHORTEST_DAYS = 184  # 网络安全法 (2025) 第二十三条: six months, the longest of which have 184 days
SEAL_FIELDS = ("number", "at", "after_id", "upto_id", "gaps", "late", "count", "previous", "hash")


def keep_days() -> int:
    """Days an entry stays at least. Raises Refused for a setting below what the law asks."""
    if settings.AUDIT_KEEP_DAYS < SHORTEST_DAYS:
        raise Refused(
            f"审计保留天数设为 {settings.AUDIT_KEEP_DAYS} 天，少于六个月({SHORTEST_DAYS} 天)。"
            "请把 LIANGTIAN_AUDIT_KEEP_DAYS 改为 184 或更大。"
        )
    days: int = settings.AUDIT_KEEP_DAYS
    return days


def archive(folder: Path) -> Archive | None:
    """Write the entries of all seals older than the time they are kept to a file, then delete them.

    The file is read back and held against the chain before anything is deleted. None when nothing is
    old enough. Raises Refused when the file does not agree, DatabaseError when this database user does
    not own the tables.
    """
    limit = timezone.now() - timedelta(days=keep_days())
    before = Archive.objects.order_by("upto_seal").last()
    seals = Seal.objects.filter(number__gt=before.upto_seal if before else 0, at__lt=limit)
    numbers = list(seals.order_by("number").values_list("number", flat=True))
    if not numbers:
        return None
    path = folder / f"audit-{numbers[0]:08d}-{numbers[-1]:08d}.jsonl.gz"
    _write(path, seals.order_by("number"))
    count = check(path)
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    path.with_name(path.name + ".sha256").write_text(f"{sha256}  {path.name}\n")
    with transaction.atomic():
        with triggers.lifted("audit_"):
            for seal in seals.order_by("number").iterator(chunk_size=100):
                _entries(seal).delete()
        made = Archive.objects.create(
            upto_seal=numbers[-1],
            upto_id=Seal.objects.get(pk=numbers[-1]).upto_id,
            file=path.name,
            sha256=sha256,
            count=count,
        )
        after = {"file": path.name, "sha256": sha256, "entries": count, "upto_seal": numbers[-1]}
        record(None, "audit.archive", made, after=after, note="命令行归档，由数据库属主执行。")
    return made


def _entries(seal: Seal) -> Any:
    """The entries a seal covers; those in its gaps belong to a later one."""
    inside = AuditEntry.objects.filter(pk__gt=seal.after_id, pk__lte=seal.upto_id)
    for first, last in seal.gaps:
        inside = inside.exclude(pk__range=(first, last))
    return inside | AuditEntry.objects.filter(pk__in=seal.late) if seal.late else inside


def _write(path: Path, seals: Any) -> None:
    partial = path.with_name(path.name + ".partial")
    with partial.open("wb") as raw:
        with gzip.open(raw, "wt", encoding="utf-8") as out:
            for seal in seals.iterator(chunk_size=100):
                _line(out, {"seal": {name: getattr(seal, name) for name in SEAL_FIELDS}})
                rows = _entries(seal).values("pk", "digest", *FIELDS).order_by("pk")
                by_number = {row["pk"]: row for row in rows.iterator(chunk_size=5_000)}
                late = set(seal.late)
                for number in [n for n in by_number if n not in late] + list(seal.late):
                    _line(out, {"entry": by_number[number]})
        raw.flush()
        os.fsync(raw.fileno())
    os.replace(partial, path)


def _line(out: IO[str], value: dict[str, Any]) -> None:
    out.write(json.dumps(value, cls=_Exact, ensure_ascii=False) + "\n")


class _Exact(DjangoJSONEncoder):
    """Times to the microsecond; Django's own cuts them at milliseconds."""

    def default(self, o: Any) -> Any:
        return o.isoformat() if isinstance(o, datetime) else super().default(o)


def check(path: Path) -> int:
    """Hold an archive against itself and, where the seals are at hand, against the database.

    Returns the number of entries. Raises Refused (Chinese), naming the first broken place.
    """
    total, previous = 0, None
    for seal, entries in _blocks(path):
        if previous is not None and seal.previous != previous:
            raise Refused(f"归档文件中第 {seal.number} 号封存与上一号不相接。")
        if len(entries) != seal.count or hash_of(seal, entries) != seal.hash:
            raise Refused(
                f"归档文件中第 {seal.number} 号封存与其中的记录不符，文件被改动或不完整。"
            )
        known = Seal.objects.filter(pk=seal.number).values_list("hash", flat=True).first()
        if known is not None and known != seal.hash:
            raise Refused(f"归档文件中第 {seal.number} 号封存与数据库中的不同。")
        total, previous = total + len(entries), seal.hash
    return total


def _blocks(path: Path) -> Iterator[tuple[Seal, list[Digested]]]:
    """Each seal of a file with the digests of its entries, computed from what they say."""
    seal: Seal | None = None
    entries: list[Digested] = []
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            value = json.loads(line)
            if (row := value.get("entry")) is not None:
                row["at"] = parse_datetime(row["at"])
                entries.append((row["pk"], digest_of([row[name] for name in FIELDS])))
                continue
            if seal is not None:
                yield seal, entries
            seal, entries = Seal(**{**value["seal"], "at": parse_datetime(value["seal"]["at"])}), []
    if seal is not None:
        yield seal, entries
