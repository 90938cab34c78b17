"""How fast a ledger of 300 000 patches answers: list, count and sums, map extent; deep pages; groups.

    .venv/bin/python benchmarks/ledgers.py                                  # SQLite
    .venv/bin/python tools/postgres.py .venv/bin/python benchmarks/ledgers.py   # PostgreSQL

Fills a database of its own, in a folder that is removed at the end.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

TOWNSHIPS, VILLAGES = 15, 20
OUTCOMES = ("legal", "illegal", "other", "", "")
FILTERS: dict[str, dict[str, str]] = {
    "all rows": {},
    "one township": {"region": "990121105"},
    "judged illegal": {"judgement": "illegal"},
    "area 3 mu and more, by area": {"area_mu__gte": "3", "sort": "-area_mu"},
    "not judged, images of March": {
        "judgement__empty": "1", "period_after__gte": "2026-03-01", "period_after__lte": "2026-03-31",
    },
    "a word in the number": {"q": "B12345"},
}  # fmt: skip
CHUNK = 5_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--patches", type=int, default=300_000)
    parser.add_argument("--rounds", type=int, default=7)
    args = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="liangtian-bench-"))
    os.environ["LIANGTIAN_DATA"] = str(folder)
    try:
        run(args.patches, args.rounds)
    finally:
        shutil.rmtree(folder)


def run(patches: int, rounds: int) -> None:
    from liangtian.site import runtime

    runtime.start_django()
    runtime.migrate()
    from django.db import connection

    clerk = fill(patches)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    print(f"{connection.vendor}, {patches} patches, {rounds} rounds; seconds, p50 / p95\n")
    measure(clerk, patches, rounds)


def fill(count: int) -> Any:
    """Regions, a clerk, one batch, and `count` patches, past the services: rows in bulk."""
    import shapely

    from liangtian.platform.files.models import StoredFile
    from liangtian.platform.people.models import Role, User
    from liangtian.platform.regions.models import Region
    from liangtian.programmes.enforcement.models import Batch, Patch

    Region.objects.bulk_create(_regions(Region), ignore_conflicts=True)
    county = Region.objects.get(code="990121")
    clerk = User.objects.create_user("bench", None, name="王测试", region=county)
    clerk.roles.add(Role.objects.get(code="county_clerk"))
    file = StoredFile.objects.create(
        sha256="0" * 64, name="x", size=1, content_type="x", kind="batch", created_by=clerk,
        region=county,
    )  # fmt: skip
    batch = Batch.objects.create(
        region=county, title="批次", period="2026-03", file=file, layer="x", file_sha256="0" * 64,
        crs_label="x", imported_by=clerk,
    )  # fmt: skip
    villages = [r for r in Region.objects.filter(code__startswith="990121") if len(r.code) == 12]
    started = time.perf_counter()
    for start in range(0, count, CHUNK):
        numbers = range(start, min(start + CHUNK, count))
        cases = _cases(villages, numbers)
        west = [111 + (n % 600) * 1e-3 for n in numbers]
        south = [34 + (n // 600) * 1e-3 for n in numbers]
        boxes = shapely.box(west, south, [x + 5e-4 for x in west], [y + 4e-4 for y in south])
        Patch.objects.bulk_create(
            _patch(batch, clerk, n, case, box)
            for n, case, box in zip(numbers, cases, boxes, strict=True)
        )
    print(f"filled in {time.perf_counter() - started:.0f} s")
    return User.objects.get(pk=clerk.pk)


def _regions(region: Any) -> list[Any]:
    found = [
        region(code="99", name="示例省", level="province"),
        region(code="9901", name="示例市", level="prefecture", parent_id="99"),
        region(code="990121", name="青禾县", level="county", parent_id="9901"),
    ]
    for t in range(TOWNSHIPS):
        code = f"9901211{t:02}"
        found.append(region(code=code, name=f"镇{t}", level="township", parent_id="990121"))
        found += [
            region(code=f"{code}2{v:02}", name=f"村{t}-{v}", level="village", parent_id=code)
            for v in range(VILLAGES)
        ]
    return found


def _cases(villages: list[Any], numbers: range) -> list[Any]:
    from liangtian.platform.cases.models import Case

    return Case.objects.bulk_create(
        Case(
            region=villages[n * 7 % len(villages)], kind="enforcement.patch", title=str(n),
            stage="received",
        )
        for n in numbers
    )  # fmt: skip


def _patch(batch: Any, clerk: Any, n: int, case: Any, box: Any) -> Any:
    from django.utils import timezone

    from liangtian.programmes.enforcement.models import Patch

    outcome = OUTCOMES[n % len(OUTCOMES)]
    area = Decimal(20_000 + n * 7919 % 600_000) / 100
    return Patch(
        batch=batch, case=case, county_id="990121", region=case.region, row=n, number=f"B{n:06}",
        monitoring_type="20", area_m2=area, farmland_m2=area / 2, pbf_m2=area / 4, geom=box,
        period_after=date(2026, 1 + n % 6, 9), proposal_outcome="illegal",
        judgement_outcome=outcome, judged_by=clerk if outcome else None,
        judged_at=timezone.now() if outcome else None,
    )  # fmt: skip


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
