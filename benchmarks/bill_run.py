"""A run of bills against the bare insert of the same rows in the same process; prints both and the ratio.

By the clock and in seconds of this process's CPU, which say the same on a machine with other work to do.

    python benchmarks/bill_run.py --parcels 3000 --years 10

`--parcels 300000` is a whole city. Every parcel has one holder, one lease at the published tariff, and a bill for each year.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

CHUNK, LAST = 500, 2024


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--parcels", type=int, default=3_000)
    parser.add_argument("--years", type=int, default=10)
    given = parser.parse_args()
    if "LIANGTIAN_DATABASE_URL" not in os.environ:
        os.environ["LIANGTIAN_DATA"] = tempfile.mkdtemp(prefix="liangtian-bench-")
    from liangtian.site import runtime

    runtime.start_django()
    runtime.migrate()
    clerk, county = _people()
    _land(clerk, county, given.parcels, range(LAST - given.years + 1, LAST + 1))
    run, preview = _previewed(clerk, county, given.years)
    posted = _timed(lambda: _post(clerk, run))
    bills = given.parcels * given.years
    bare = _bare()
    sys.stdout.write(
        f"{bills} bills of {given.parcels} parcels: preview {preview}, posting {posted} "
        f"({bills / posted.cpu:.0f} a second of CPU), bare insert of the same rows {bare}, "
        f"ratio {posted.wall / bare.wall:.2f} by the clock, {posted.cpu / bare.cpu:.2f} of CPU\n"
    )


class _Took(NamedTuple):
    """Seconds by the clock and of this process's CPU."""

    wall: float
    cpu: float

    def __str__(self) -> str:
        return f"{self.wall:.1f} s (CPU {self.cpu:.1f})"


def _now() -> _Took:
    return _Took(time.perf_counter(), time.process_time())


def _since(start: _Took) -> _Took:
    now = _now()
    return _Took(now.wall - start.wall, now.cpu - start.cpu)


def _timed(what: Any) -> _Took:
    start = _now()
    what()
    return _since(start)


def _people() -> tuple[Any, Any]:
    from liangtian.platform.people.models import Role, User
    from liangtian.platform.regions.models import Region

    for code, name, level, parent in (
        ("99", "示例省", "province", None), ("9901", "示例市", "prefecture", "99"),
        ("990121", "青禾县", "county", "9901"), ("990121100", "柳塘镇", "township", "990121"),
        ("990121100201", "柳塘村", "village", "990121100"),
    ):  # fmt: skip
        Region.objects.create(code=code, name=name, level=level, parent_id=parent, pinyin="")
    clerk = User.objects.create_user("bench", "x", name="张示例", region_id="990121")
    clerk.roles.add(Role.objects.get(code="county_clerk"))
    return clerk, Region.objects.get(code="990121")


def _land(clerk: Any, county: Any, parcels: int, years: range) -> None:
    """Parcels with holder, lease, grade and tariffs, past the services: they are not what is measured."""
    from django.utils import timezone
    from shapely import box

    from liangtian.platform.people.models import User
    from liangtian.programmes.holdings.models import (
        Contract,
        ContractLine,
        Holder,
        Parcel,
        ParcelGrade,
        ParcelVersion,
        RentTariff,
        SurveyUnit,
        TariffRate,
    )  # fmt: skip

    village, since = "990121100201", date(2010, 1, 1)
    unit = SurveyUnit.objects.create(region_id="990121100", kind="township", name="柳塘镇")
    for start in range(0, parcels, CHUNK):
        some = range(start, min(start + CHUNK, parcels))
        holders = Holder.objects.bulk_create(
            Holder(region_id=village, county=county, kind="person", name=f"户{n}", entered_by=clerk)
            for n in some
        )
        land = Parcel.objects.bulk_create(
            Parcel(region_id=village, county=county, code=f"99012110020100{n:06d}") for n in some
        )
        ParcelVersion.objects.bulk_create(
            ParcelVersion(
                parcel=p,
                code=p.code,
                region_id=village,
                valid_from=since,
                unit=unit,
                geom=box(111, 34, 111.001, 34.001),
                area_m2=Decimal("10000.00"),
                holder=h,
                ownership="state",
                way="租赁",
                source_paper="租赁合同",
                actual_use="耕地",
                change="register",
                changed_by=clerk,
            )
            for p, h in zip(land, holders, strict=True)
        )
        contracts = Contract.objects.bulk_create(
            Contract(
                region_id=village,
                county=county,
                kind="lease",
                number=p.code,
                grantor="青禾县自然资源局",
                holder=h,
                starts_on=since,
                ends_on=date(2040, 12, 31),
                price_kind="tariff",
                entered_by=clerk,
            )
            for p, h in zip(land, holders, strict=True)
        )
        ContractLine.objects.bulk_create(
            ContractLine(
                contract=c,
                parcel=p,
                area_mu=Decimal("15.00"),
                starts_on=since,
                ends_on=date(2040, 12, 31),
            )
            for p, c in zip(land, contracts, strict=True)
        )
        ParcelGrade.objects.bulk_create(
            ParcelGrade(parcel=p, grade="二级", from_year=2010, basis="示例", entered_by=clerk)
            for p in land
        )
    other = User.objects.create_user("bench2", "x", name="李样本", region_id="990121")
    for year in years:
        tariff = RentTariff.objects.create(
            region=county,
            first_year=year,
            document="通知",
            number=f"〔{year}〕1号",
            entered_by=clerk,
        )
        TariffRate.objects.create(tariff=tariff, grade="二级", use="耕地", rate=8_000 + year)
        tariff.state, tariff.decided_by, tariff.decided_at = "approved", other, timezone.now()
        tariff.save()


def _previewed(clerk: Any, county: Any, years: int) -> tuple[Any, _Took]:
    from django.db import transaction

    from liangtian.programmes.holdings.fees import runs

    with transaction.atomic():
        run = runs.open_run(clerk, "rent", county, (LAST - years + 1, LAST), date(2099, 12, 31))
    took = _timed(lambda: runs.preview_run(run.pk, lambda share, note: None))
    run.refresh_from_db()
    return run, took


def _post(clerk: Any, run: Any) -> None:
    from liangtian.programmes.holdings.fees import runs

    run.state = "posting"
    run.save()
    runs.post_run(clerk, run.pk, lambda share, note: None)


def _bare() -> _Took:
    """Seconds to insert bills, entries and lines like those that were posted, and nothing else; then undone."""
    from django.db import transaction

    from liangtian.platform.books.models import Entry, Line
    from liangtian.programmes.holdings.models import Bill

    took, numbers, after = _Took(0.0, 0.0), iter(range(1, 10**9)), 0
    last = Bill.objects.order_by("-pk")[0].pk
    while some := list(Bill.objects.filter(pk__gt=after, pk__lte=last).order_by("pk")[:CHUNK]):
        after = some[-1].pk
        entries = list(Entry.objects.filter(pk__in=[b.entry_id for b in some]).order_by("pk"))
        lines = list(Line.objects.filter(entry__in=entries).order_by("pk"))
        for entry in entries:
            entry.key, entry.year, entry.on = f"bare:{entry.key}", 1999, date(1999, 1, 1)
            entry.number, entry.sealed = next(numbers), False
        start = _now()
        with transaction.atomic():
            old = {entry.pk: entry for entry in entries}
            for entry in entries:
                entry.pk = None
            Entry.objects.bulk_create(entries)
            for line in lines:
                line.pk, line.entry = None, old[line.entry_id]
            Line.objects.bulk_create(lines)
            for bill in some:
                bill.pk, bill.key, bill.entry = None, f"bare:{bill.key}", old[bill.entry_id]
            Bill.objects.bulk_create(some)
        part = _since(start)
        took = _Took(took.wall + part.wall, took.cpu + part.cpu)
    return took


if __name__ == "__main__":
    main()
