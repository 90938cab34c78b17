"""A county register of patches of any length, made in bulk: past the services, but under every constraint."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import shapely

COUNTY, TOWNSHIPS, VILLAGES, BATCHES = "990121", 15, 20, 24
OUTCOMES = ("legal", "illegal", "other", "", "")
PROPOSED = ("illegal", "legal", "undetermined")
STAGES = ("received", "checking", "judged", "confirmed")
TYPES = ("20", "11", "12", "40")
FLAGGED, PLAIN = '{"flags":{"key_patch":true}}', '{"flags":{"key_patch":false}}'
CORNERS = 16
CHUNK = 20_000


def clerk_of(patches: int, *, settled: bool = False) -> Any:
    """The county's clerk; the register is filled first, unless the database has its patches already.

    `settled`: every judged patch is confirmed too, and all of them came down in 2026.
    """
    from liangtian.platform.people.models import User
    from liangtian.programmes.enforcement.models import Patch

    if Patch.objects.count() != patches:
        _fill(patches, settled)
    return User.objects.get(username="bench")


def _fill(count: int, settled: bool) -> None:
    from django.db import connection, transaction

    from liangtian.platform.cases.models import Case
    from liangtian.platform.operation.jobs import refresh_statistics
    from liangtian.programmes.enforcement.models import (
        EarlierOverlap,
        Patch,
        PatchPart,
        PatchPhoto,
    )

    started = time.perf_counter()
    with transaction.atomic():
        clerk, file, batches = _surroundings(2026 if settled else 2025)
        villages = [f"{COUNTY}1{t:02}2{v:02}" for t in range(TOWNSHIPS) for v in range(VILLAGES)]
        places = [villages[n * 7919 % len(villages)] for n in range(count)]
        at = datetime(2026, 3, 5, 3, tzinfo=UTC)
        _put(Case, (
            {"id": n + 1, "region": places[n], "kind": "enforcement.patch", "title": f"B{n:06}",
             "stage": _stage(n, settled), "opened_at": at} for n in range(count)
        ))  # fmt: skip
        # Parts first: those of a judged patch are closed.
        _put(PatchPart, (_part(n) for n in range(count) if OUTCOMES[n % len(OUTCOMES)]))
        _put(Patch, _patches(count, places, batches, clerk.pk, at))
        _put(PatchPhoto, (
            {"id": n // 8 + 1, "patch": n + 1, "file": file.pk, "flags": "[]", "taken_at": at,
             "place_from": "", "purpose": "evidence", "software": "", "added_by": clerk.pk,
             "added_at": at} for n in range(0, count, 8)
        ))  # fmt: skip
        _put(EarlierOverlap, (
            {"id": n // 20 + 1, "patch": n + 1, "earlier": n, "m2": "12.50"}
            for n in range(20, count, 20)
        ))  # fmt: skip
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
    refresh_statistics()  # as the worker does every hour
    print(f"filled with {count} patches in {time.perf_counter() - started:.0f} s")


def _surroundings(first_year: int) -> tuple[Any, Any, list[Any]]:
    from liangtian.platform.files.models import StoredFile
    from liangtian.platform.people.models import Role, User
    from liangtian.platform.regions.models import Region
    from liangtian.programmes.enforcement.models import Batch

    Region.objects.bulk_create(_regions(Region), ignore_conflicts=True)
    county = Region.objects.get(code=COUNTY)
    clerk = User.objects.create_user("bench", None, name="王测试", region=county)
    clerk.roles.add(Role.objects.get(code="county_clerk"))
    file = StoredFile.objects.create(
        sha256="0" * 64, name="x", size=1, content_type="x", kind="batch", created_by=clerk,
        region=county,
    )  # fmt: skip
    last = 12 * (2027 - first_year)
    months = [
        f"{first_year + n * last // BATCHES // 12}-{n * last // BATCHES % 12 + 1:02}"
        for n in range(BATCHES)
    ]
    batches = [
        Batch.objects.create(
            region=county, title=f"{month}批次", period=month, file=file, layer=str(n),
            file_sha256="0" * 64, crs_label="x", imported_by=clerk,
        ) for n, month in enumerate(months)
    ]  # fmt: skip
    return clerk, file, batches


def _regions(region: Any) -> list[Any]:
    found = [
        region(code="99", name="示例省", level="province"),
        region(code="9901", name="示例市", level="prefecture", parent_id="99"),
        region(code=COUNTY, name="青禾县", level="county", parent_id="9901"),
    ]
    for t in range(TOWNSHIPS):
        code = f"{COUNTY}1{t:02}"
        found.append(region(code=code, name=f"镇{t}", level="township", parent_id=COUNTY))
        found += [
            region(code=f"{code}2{v:02}", name=f"村{t}-{v}", level="village", parent_id=code)
            for v in range(VILLAGES)
        ]
    return found


def _stage(n: int, settled: bool) -> str:
    if settled and OUTCOMES[n % len(OUTCOMES)]:
        return "confirmed"
    return STAGES[n % 4] if OUTCOMES[n % len(OUTCOMES)] else STAGES[n % 2]


def _patches(
    count: int, places: Sequence[str], batches: Sequence[Any], clerk: int, at: datetime
) -> Iterator[dict[str, Any]]:
    turn = np.linspace(0, 2 * np.pi, CORNERS, endpoint=False)
    ring = np.stack([3e-4 * np.cos(turn), 2e-4 * np.sin(turn)], axis=1)
    for start in range(0, count, CHUNK):
        numbers = np.arange(start, min(start + CHUNK, count))
        centres = np.stack([111 + numbers % 600 * 1e-3, 34 + numbers // 600 * 1e-3], axis=1)
        shapes = shapely.multipolygons(
            shapely.polygons(centres[:, None, :] + ring), indices=np.arange(len(numbers))
        )
        for n, shape in zip(numbers.tolist(), shapes, strict=True):
            whose = {"geom": shape, "region": places[n], "batch": batches[n * BATCHES // count].pk}
            yield _patch(n, clerk, at) | whose


def _patch(n: int, clerk: int, at: datetime) -> dict[str, Any]:
    outcome, cents = OUTCOMES[n % len(OUTCOMES)], _cents(n)
    return {
        "id": n + 1, "case": n + 1, "county": COUNTY, "row": n,
        "number": f"B{n:06}", "monitoring_type": TYPES[n % 4], "area_m2": _m2(cents),
        "farmland_m2": _m2(cents // 2), "pbf_m2": _m2(cents // 4),
        "period_before": date(2025, 1 + n % 6, 9), "period_after": date(2026, 1 + n % 6, 9),
        "attributes": f'{{"JCBH":"B{n:06}","BZ":"示例"}}', "measured_at": at, "engine": "bench",
        "proposal": FLAGGED if n % 9 == 0 else PLAIN,
        "proposal_outcome": PROPOSED[n % 3], "judgement_outcome": outcome,
        "judgement_reason": "", "overridden": False,
        "judged_by": clerk if outcome else None, "judged_at": at if outcome else None,
    }  # fmt: skip


def _part(n: int) -> dict[str, Any]:
    """The only part of a judged patch; every third illegal one has been restored."""
    outcome, cents = OUTCOMES[n % len(OUTCOMES)], _cents(n)
    mu = round(cents // 2 * 15 / 10_000)  # hundredths of a mu
    return {
        "id": n + 1, "patch": n + 1, "order": 1, "source": "", "number": "", "outcome": outcome,
        "m2": _m2(cents), "farmland_m2": _m2(cents // 2), "farmland_mu": _m2(mu),
        "pbf_m2": _m2(cents // 4), "judgement": outcome, "subclass": "", "old_construction": False,
        "farm_damage": False, "homestead": False, "affordable_housing": False,
        "restored_mu": _m2(mu) if outcome == "illegal" and n % 3 == 0 else "0", "regularised_mu": "0",
    }  # fmt: skip


def _cents(n: int) -> int:
    return 20_000 + n * 7919 % 600_000


def _m2(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02}"


def _put(model: Any, rows: Iterator[dict[str, Any]]) -> None:
    """Rows by COPY on PostgreSQL, by one prepared statement on SQLite (with its R*Tree triggers)."""
    from django.db import connection

    postgres = connection.vendor == "postgresql"
    fields = [f for f in model._meta.local_concrete_fields if not getattr(f, "generated", False)]
    columns = ",".join(f'"{f.column}"' for f in fields)
    lines = ([_cell(row.get(f.name), postgres) for f in fields] for row in rows)
    table = model._meta.db_table
    with connection.cursor() as cursor:
        if postgres:
            with cursor.copy(f'COPY "{table}" ({columns}) FROM STDIN') as copy:
                for line in lines:
                    copy.write_row(line)
            cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}")  # fmt: skip
            return
    marks = ",".join("?" * len(fields))
    connection.connection.executemany(f'INSERT INTO "{table}" ({columns}) VALUES ({marks})', lines)


def _cell(value: Any, postgres: bool) -> Any:
    if isinstance(value, shapely.Geometry):
        if postgres:
            return shapely.to_wkb(shapely.set_srid(value, 4490), hex=True, include_srid=True)
        return shapely.to_wkb(value)
    if postgres or not isinstance(value, date):
        return value
    return value.replace(tzinfo=None).isoformat(" ") if isinstance(value, datetime) else str(value)
