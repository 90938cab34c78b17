"""How fast a register of 200 000 parcels and 60 000 holders answers, and how fast a ledger of them enters.

    .venv/bin/python benchmarks/register.py                                    # SQLite
    .venv/bin/python tools/postgres.py .venv/bin/python benchmarks/register.py  # PostgreSQL

The parcels enter through the chunks of the import (`holdings.intake.entering`). Fills a database of its own,
in a folder that is removed at the end unless `--folder` names one to keep.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from filling import COUNTY, TOWNSHIPS, VILLAGES

DAY, LATER = date(2024, 3, 1), date(2025, 4, 1)
WEST, SOUTH, STEP, ACROSS = 86.0, 41.0, 0.0024, 600  # degrees; parcels in a row
ROWS = 2_000  # put with one statement
WAYS = ("承包", "租赁", "流转", "划拨", "无手续占用")
PAPERS = ("承包协议", "租赁合同", "承包协议", "国有土地使用证", "无")
USES = ("耕地", "耕地", "园地", "耕地", "草地")
TOWNSHIP = f"{COUNTY}105"
FILTERS: dict[str, dict[str, str]] = {
    "all parcels": {},
    "one township": {"region": TOWNSHIP},
    "way 租赁": {"way": "租赁"},
    "area 80 mu and more, by area": {"area_mu__gte": "80", "sort": "-area_mu"},
    "no papers, use 草地": {"source_paper": "无", "actual_use": "草地"},
    "reclaimed since 2000": {"reclaimed_year__gte": "2000"},
    "a fragment of the code": {"code": "00123"},
    "any text": {"q": "村3-"},
    "as of a past day": {"as_of": "2024-06-01"},
}  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--parcels", type=int, default=200_000)
    parser.add_argument("--holders", type=int, default=60_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--folder", type=Path, help="kept, and used again if it is filled already")
    args = parser.parse_args()
    folder = args.folder or Path(tempfile.mkdtemp(prefix="liangtian-bench-"))
    os.environ["LIANGTIAN_DATA"] = str(folder)
    try:
        run(args.parcels, args.holders, args.rounds)
    finally:
        if args.folder is None:
            shutil.rmtree(folder)


def run(parcels: int, holders: int, rounds: int) -> None:
    from liangtian.site import runtime

    runtime.start_django()
    from django.core.management import call_command
    from django.db import connection

    from liangtian.platform.people.models import User
    from liangtian.platform.people.services import ensure_roles
    from liangtian.programmes.holdings.models import ParcelVersion

    call_command("migrate", verbosity=0)
    ensure_roles()
    if not ParcelVersion.objects.exists():
        fill(parcels, holders)
    clerk = User.objects.get(username="bench")
    print(
        f"{connection.vendor}, {parcels} parcels, {holders} holders, {rounds} rounds; seconds, p50 / p95\n"
    )
    measure(clerk, parcels, rounds)


def fill(parcels: int, holders: int) -> None:
    """Region, people, then everything by the chunks of an import; a tenth of the parcels change later."""
    from django.db import connection

    from liangtian.platform.operation.jobs import refresh_statistics
    from liangtian.programmes.holdings.intake.entering import Entering

    intake, clerk = _surroundings()
    started = time.perf_counter()
    _stage(intake, parcels, holders)
    staged = time.perf_counter()
    entering = Entering(intake, clerk)
    while entering.chunk():
        pass
    done = time.perf_counter()
    rate = parcels / (done - staged)
    print(
        f"staged in {staged - started:.0f} s, entered in {done - staged:.0f} s: {rate:.0f} parcels/s"
    )
    intake.staged.all().delete()
    _change(clerk, parcels // 10)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
    refresh_statistics()  # as the worker does every hour


def _surroundings() -> tuple[Any, Any]:
    from filling import _regions

    from liangtian.platform.files.models import StoredFile
    from liangtian.platform.people.models import Role, User
    from liangtian.platform.regions.models import Region
    from liangtian.programmes.holdings.models import Intake

    Region.objects.bulk_create(_regions(Region), ignore_conflicts=True)
    county = Region.objects.get(code=COUNTY)
    clerk = User.objects.create_user("bench", None, name="王测试", region=county)
    clerk.roles.add(Role.objects.get(code="county_clerk"))
    file = StoredFile.objects.create(
        sha256="0" * 64, name="x.xlsx", size=1, content_type="x", kind="ledger", created_by=clerk,
        region=county,
    )  # fmt: skip
    intake = Intake.objects.create(
        region=county, title="基准", on=DAY, table=file, created_by=clerk, status="entering"
    )
    return intake, clerk


def _stage(intake: Any, parcels: int, holders: int) -> None:
    from liangtian.programmes.holdings.models import StagedHolder, StagedRow

    made = StagedHolder.objects.bulk_create(
        [
            StagedHolder(
                intake=intake, key=f"{n:064}", first_row=n, kind="person", name=f"王样{n:05}",
                paper="id_card", id_number=f"99012119700101{n % 10000:04}{n}"[:18] + f"{n}",
                phone="13800000000", region_id=_village(n), decision="new",
            )
            for n in range(holders)
        ],
        ROWS,
    )  # fmt: skip
    keys = [one.pk for one in made]
    for some in _some(_rows(intake, parcels, keys), ROWS):
        StagedRow.objects.bulk_create(some)


def _some(rows: Iterator[Any], size: int) -> Iterator[list[Any]]:
    while some := list(islice(rows, size)):
        yield some


def _village(n: int) -> str:
    n = n * 7919 % (TOWNSHIPS * VILLAGES)
    return f"{COUNTY}1{n // VILLAGES:02}2{n % VILLAGES:02}"


def _rows(intake: Any, count: int, holders: list[int]) -> Iterator[Any]:
    from liangtian.programmes.holdings.models import StagedRow

    turn = np.linspace(0, 2 * np.pi, 13)[:-1]
    ring = np.stack([0.45 * STEP * np.cos(turn), 0.45 * STEP * np.sin(turn)], axis=1)
    for n in range(count):
        whose = n % len(holders)
        centre = np.array([WEST + n % ACROSS * STEP, SOUTH + n // ACROSS * STEP])
        kind = n % len(WAYS)
        yield StagedRow(
            intake=intake, row=n + 1, act="new", code=f"{_village(whose)}00{n:05}",
            region_id=_village(whose), holder_id=holders[whose],
            geom=shapely.Polygon(centre + ring), area_m2=Decimal(20_000 + n % 60_000),
            values={
                "ownership": "state" if kind == 3 else "collective", "way": WAYS[kind],
                "source_paper": PAPERS[kind], "paper_number": "", "land_kind": "",
                "actual_use": USES[kind], "irrigation": "地表水", "reclaimed_year": 1980 + n % 40,
                "place_name": f"{n % 100}号地", "note": "", "corps": n % 29 == 0,
            },
            contract={
                "number": f"HT-{whose}", "kind": "household", "grantor": "村民委员会",
                "starts_on": "2021-01-01", "ends_on": "2030-12-31", "signed_on": None,
                "price_kind": "per_mu", "price_yuan": "100.00", "area_mu": "20.00",
            } if kind < 2 and n < len(holders) else None,
        )  # fmt: skip


def _change(clerk: Any, count: int) -> None:
    """Every tenth parcel has a past: the state of the import ended a year later."""
    from django.utils import timezone

    from liangtian.programmes.holdings.models import ParcelVersion
    from liangtian.programmes.holdings.states import state_of

    rows = ParcelVersion.objects.filter(valid_to=None).order_by("pk")[: count * 10 : 10]
    for some in _some(iter(rows), ROWS):
        ParcelVersion.objects.filter(pk__in=[v.pk for v in some]).update(valid_to=LATER)
        ParcelVersion.objects.bulk_create([
            ParcelVersion(
                parcel_id=v.parcel_id, code=v.code, region_id=v.region_id, valid_from=LATER,
                change="edit", reason="基准", changed_by=clerk, changed_at=timezone.now(),
                **(state_of(v) | {"actual_use": "园地"}),
            )
            for v in some
        ])  # fmt: skip


def measure(clerk: Any, parcels: int, rounds: int) -> None:
    from liangtian.platform.ledgers.declaration import find_ledger
    from liangtian.platform.ledgers.groups import grouped
    from liangtian.platform.ledgers.pages import read_page

    ledger = find_ledger("holdings.parcels")
    assert ledger is not None
    print("| ledger | rows | list + count + sums |\n| --- | --- | --- |")
    for label, query in FILTERS.items():
        page = read_page(ledger, clerk, query)
        print(
            f"| {label} | {page.total} | {shown(timed(rounds, partial(read_page, ledger, clerk, query)))} |"
        )
    for name in ("holdings.holders", "holdings.contracts"):
        other = find_ledger(name)
        assert other is not None
        page = read_page(other, clerk, {})
        print(
            f"| {other.title} | {page.total} | {shown(timed(rounds, partial(read_page, other, clerk, {})))} |"
        )
    print("\n| work | seconds |\n| --- | --- |")
    rest: dict[str, Callable[[], Any]] = {
        "groups by township": lambda: grouped(ledger, clerk, {}, ["region:township"]),
        "township × way": lambda: grouped(ledger, clerk, {}, ["region:township", "way"]),
        **_pages(clerk, parcels),
    }
    for label, work in rest.items():
        print(f"| {label} | {shown(timed(rounds, work))} |")


def _pages(clerk: Any, parcels: int) -> dict[str, Callable[[], Any]]:
    from liangtian.platform import tilecache
    from liangtian.programmes.holdings.finding import Wanted, search, select
    from liangtian.programmes.holdings.models import Holder, ParcelVersion
    from liangtian.programmes.holdings.pages import (
        fetch_holder,
        fetch_parcel,
        holder_out,
        parcel_out,
    )
    from liangtian.programmes.holdings.tiles import parcel_tile

    middle = ParcelVersion.objects.filter(valid_to=None).order_by("pk")[parcels // 2]
    holder = Holder.objects.order_by("pk")[1000]
    place = middle.geom.centroid

    def tile(z: int, *, fresh: bool = False) -> bytes:
        if fresh:
            shutil.rmtree(tilecache.folder() / "holdings", ignore_errors=True)
        x = int((place.x + 180) / 360 * 2**z)
        y = int((0.5 - np.arcsinh(np.tan(np.radians(place.y))) / (2 * np.pi)) * 2**z)
        return parcel_tile(clerk, z, x, y)

    west, south = WEST + 100 * STEP, SOUTH + 50 * STEP
    box = shapely.box(west, south, west + 60 * STEP, south + 60 * STEP)
    return {
        "search box: a code": lambda: search(clerk, middle.code[:14]),
        "search box: a name": lambda: search(clerk, holder.name),
        "parcel page": lambda: parcel_out(clerk, fetch_parcel(clerk, middle.parcel_id)),
        "holder page": lambda: holder_out(clerk, fetch_holder(clerk, holder.pk)),
        "range of 3600 parcels with sums": lambda: select(clerk, Wanted(geometry=box)),
        "map tile, zoom 8, nothing kept": partial(tile, 8, fresh=True),
        "map tile, zoom 8": partial(tile, 8),
        "map tile, zoom 10, nothing kept": partial(tile, 10, fresh=True),
        "map tile, zoom 11": partial(tile, 11),
        "map tile, zoom 12": partial(tile, 12),
        "map tile, zoom 14": partial(tile, 14),
        "map tile, zoom 16": partial(tile, 16),
    }  # fmt: skip


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
