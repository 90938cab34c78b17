"""Speed of sealing and verifying the audit trail.

`python benchmarks/audit.py [--entries N]` writes N entries into a database of its own in a temporary folder (or the
one of LIANGTIAN_DATABASE_URL, which must be empty), seals and verifies them, searches, and prints rows a second.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

CHUNK = 5_000
ACTS = ("enforcement.patch.view", "enforcement.patch.confirm", "file.download", "session.start")


def entries(count: int, user: Any) -> None:
    """N entries of about half a year, a third of them with before and after."""
    from liangtian.platform.audit.acts import act_of
    from liangtian.platform.audit.digest import FIELDS, digest_of
    from liangtian.platform.audit.models import AuditEntry

    start = datetime(2026, 1, 1, tzinfo=UTC)
    for first in range(0, count, CHUNK):
        made = []
        for n in range(first, min(first + CHUNK, count)):
            act = ACTS[n % len(ACTS)]
            entry = AuditEntry(
                at=start + timedelta(seconds=15 * n), actor=user, actor_name=user.name, act=act,
                kind=act_of(act).kind, target_type="enforcement.patch", target_id=str(n % 5_000),
                target_label=f"990121SJBG{n:08d}", region_id=user.region_id, address="10.0.0.1",
                before={"outcome": None} if n % 3 == 0 else None,
                after={"outcome": "legal", "n": n} if n % 3 == 0 else None,
            )  # fmt: skip
            entry.digest = digest_of([getattr(entry, name) for name in FIELDS])
            made.append(entry)
        AuditEntry.objects.bulk_create(made)


def timed(name: str, count: int, work: Callable[[], Any]) -> Any:
    begun = time.perf_counter()
    result = work()
    seconds = time.perf_counter() - begun
    print(f"{name:<34}{seconds:9.3f} s{count / seconds:12.0f} rows/s")
    return result


def main() -> int:
    """Run everything once."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entries", type=int, default=20_000)
    count = parser.parse_args().entries
    with tempfile.TemporaryDirectory() as folder:
        os.environ["LIANGTIAN_DATA"] = folder
        from liangtian.site.runtime import migrate, start_django

        start_django()
        migrate()
        from liangtian.platform.audit.chain import seal_all
        from liangtian.platform.audit.search import EntryQuery, found, readable_by
        from liangtian.platform.audit.verifying import verify
        from liangtian.platform.people.models import Role, User
        from liangtian.platform.regions.models import Region

        county, _ = Region.objects.get_or_create(
            code="990121", defaults={"name": "青禾县", "level": "county"}
        )
        user = User.objects.create_user("bench", None, name="郑样例", region=county)
        user.roles.add(Role.objects.get(code="auditor"))
        timed("write", count, lambda: entries(count, user))
        timed("seal", count, seal_all)
        verdict = timed("verify", count, verify)
        print(verdict)
        middle = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=15 * count // 2)
        for name, query in (
            ("first page", EntryQuery()),
            ("one person, one act", EntryQuery(person="bench", act="session.start")),
            ("one object", EntryQuery(target_type="enforcement.patch", target_id="17")),
            ("an hour half way", EntryQuery(since=middle, until=middle + timedelta(hours=1))),
            ("text that occurs once", EntryQuery(text=f"{count // 3:08d}")),
            ("an address that never occurs", EntryQuery(address="10.9.9.9")),
            ("not successful", EntryQuery(success=False)),
        ):
            rows = found(readable_by(user), query).select_related("region", "actor").order_by("-pk")
            timed(f"search: {name}", count, lambda rows=rows: list(rows[:51]))  # type: ignore[misc]
            timed("  counted to 10 000", count, lambda rows=rows: rows[:10_001].count())  # type: ignore[misc]
        return 1 if verdict.problem else 0


if __name__ == "__main__":
    sys.exit(main())
