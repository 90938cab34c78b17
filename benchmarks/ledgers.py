"""How fast a ledger of 300 000 patches answers: list, count and sums, map extent; deep pages; groups.

    .venv/bin/python benchmarks/ledgers.py                                  # SQLite
    .venv/bin/python tools/postgres.py .venv/bin/python benchmarks/ledgers.py   # PostgreSQL

Fills a database of its own, in a folder that is removed at the end unless `--folder` names one to keep.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from filling import clerk_of

FILTERS: dict[str, dict[str, str]] = {
    "all rows": {},
    "one township": {"region": "990121105"},
    "judged illegal": {"judgement": "illegal"},
    "one batch, one type": {"batch": "3", "monitoring_type": "20"},
    "area 3 mu and more, by area": {"area_mu__gte": "3", "sort": "-area_mu"},
    "not judged, images of March": {
        "judgement__empty": "1", "period_after__gte": "2026-03-01", "period_after__lte": "2026-03-31",
    },
    "at stage 判定, by township name": {"stage": "judged", "sort": "township_name"},
    "a fragment of the number": {"number": "1234"},
    "any text": {"q": "B12345"},
}  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--patches", type=int, default=300_000)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--folder", type=Path, help="kept, and used again if it is filled already")
    args = parser.parse_args()
    folder = args.folder or Path(tempfile.mkdtemp(prefix="liangtian-bench-"))
    os.environ["LIANGTIAN_DATA"] = str(folder)
    try:
        run(args.patches, args.rounds)
    finally:
        if args.folder is None:
            shutil.rmtree(folder)


def run(patches: int, rounds: int) -> None:
    from liangtian.site import runtime

    runtime.start_django()
    from django.core.management import call_command
    from django.db import connection

    from liangtian.platform.people.services import ensure_roles

    call_command("migrate", verbosity=0)
    ensure_roles()

    clerk = clerk_of(patches)
    print(f"{connection.vendor}, {patches} patches, {rounds} rounds; seconds, p50 / p95\n")
    measure(clerk, patches, rounds)


def measure(clerk: Any, patches: int, rounds: int) -> None:
    from liangtian.platform.ledgers.declaration import find_ledger
    from liangtian.platform.ledgers.groups import grouped
    from liangtian.platform.ledgers.pages import read_page

    ledger = find_ledger("enforcement.patches")
    assert ledger is not None
    print(
        "| work | rows | list + count + sums | extent | together |\n| --- | --- | --- | --- | --- |"
    )
    for label, query in FILTERS.items():
        page = read_page(ledger, clerk, query)
        one = timed(rounds, partial(read_page, ledger, clerk, query))
        two = timed(rounds, partial(_extent, ledger, clerk, query))
        both = [a + b for a, b in zip(one, two, strict=True)]
        print(f"| {label} | {page.total} | {shown(one)} | {shown(two)} | {shown(both)} |")
    last = str(patches // 50)
    cursor = read_page(ledger, clerk, {"page": str(patches // 100), "totals": "0"}).next or ""
    rest: dict[str, Callable[[], Any]] = {
        f"page {last} by number": lambda: read_page(ledger, clerk, {"page": last, "totals": "0"}),
        f"page {patches // 100 + 1} by cursor": lambda: read_page(
            ledger, clerk, {"after": cursor, "totals": "0"}
        ),
        f"page {last} sorted by area": lambda: read_page(
            ledger, clerk, {"page": last, "totals": "0", "sort": "area_mu"}
        ),
        "groups by township": lambda: grouped(ledger, clerk, {}, ["region:township"]),
        "township × judgement": lambda: grouped(
            ledger, clerk, {}, ["region:township", "judgement"]
        ),
    }
    print("\n| work | seconds |\n| --- | --- |")
    for label, work in rest.items():
        print(f"| {label} | {shown(timed(rounds, work))} |")


def _extent(ledger: Any, clerk: Any, query: dict[str, str]) -> Any:
    from liangtian.platform.ledgers.extent import extent
    from liangtian.platform.ledgers.query import filtered

    return extent(ledger, filtered(ledger, clerk, query))


def timed(rounds: int, work: Callable[[], Any]) -> list[float]:
    """Seconds by the clock of each round, after one that warms up."""
    work()
    found = []
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        found.append(time.perf_counter() - start)
    return found


def shown(seconds: list[float]) -> str:
    ordered = sorted(seconds)
    high = ordered[min(len(ordered) - 1, round(0.95 * (len(ordered) - 1)))]
    return f"{statistics.median(ordered):.2f} / {high:.2f}"


if __name__ == "__main__":
    main()
