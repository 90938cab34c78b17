"""A register of made-up patches, put in directly: what ledgers do does not depend on how rows came."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tests.conftest import County, People, lonlat, plane_box

OUTCOMES = ("legal", "illegal", "", "other")


def add_patches(county: County, clerk: Any, count: int, *, period: str = "2026-03") -> list[Any]:
    """`count` patches in turn in village A, township A itself, and village B."""
    from django.utils import timezone

    from liangtian.platform.cases.models import Case
    from liangtian.platform.files.models import StoredFile
    from liangtian.programmes.enforcement.models import Batch, Patch

    file = StoredFile.objects.create(
        sha256=f"{count:064d}", name="x.shp", size=1, content_type="x", kind="batch",
        created_by=clerk, region=county.county,
    )  # fmt: skip
    batch = Batch.objects.create(
        region=county.county, title=f"{period}批次", period=period, file=file, layer=period,
        file_sha256=file.sha256, crs_label="x", imported_by=clerk,
    )  # fmt: skip
    places = (county.village_a, county.township_a, county.village_b)
    cases = Case.objects.bulk_create(
        Case(region=places[n % 3], kind="enforcement.patch", title=str(n), stage="received")
        for n in range(count)
    )
    rows = []
    for n, case in enumerate(cases):
        outcome = OUTCOMES[n % 4]
        judged = {"judged_by": clerk, "judged_at": timezone.now()} if outcome else {}
        area = Decimal(10_001 + 333 * n) / 100
        rows.append(
            Patch(
                batch=batch, case=case, county=county.county, region=case.region, row=n,
                number=f"{period}-{n:05d}", monitoring_type=str(10 + n % 3), area_m2=area,
                farmland_m2=None if n % 5 == 4 else area / 2,
                pbf_m2=None, judgement_outcome=outcome, period_after=date(2026, 1 + n % 6, 9),
                geom=lonlat(plane_box(100 * (n % 90) + 5, 120 * (n // 90) + 5, 50, 50)), **judged,
            )
        )  # fmt: skip
    return Patch.objects.bulk_create(rows)


@pytest.fixture
def patches(county: County, people: People) -> list[Any]:
    """Sixty patches."""
    return add_patches(county, people.clerk, 60)
