"""A small site outside pytest: `python -m tests.operation.scratch VERB`, on what the environment names."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from liangtian.site.runtime import drain, start_django

PLOTS = 12


def prepare() -> None:
    """A county with its people, a published layer, received files: everything that a backup must keep."""
    from django.conf import settings

    from liangtian.platform.files.services import store
    from liangtian.platform.layers.models import Layer
    from liangtian.platform.layers.services import start_import
    from tests.conftest import make_county, make_people, plane_box
    from tests.layers.deliveries import START, delivery, handed_in

    county = make_county()
    people = make_people(county)
    for number in range(3):
        content = f"会议纪要第{number}号".encode() * 1000
        store(
            [content], f"纪要{number}.txt", user=people.clerk, region=county.county, kind="document"
        )
    columns = {
        "DLBM": ["0101"] * PLOTS, "DLMC": ["水田"] * PLOTS,
        "TBBH": [str(n) for n in range(PLOTS)],
    }  # fmt: skip
    plots = [plane_box(100 * n, 0, 100, 100) for n in range(PLOTS)]
    path = delivery(Path(settings.DATA), "DLTB", plots, columns)
    layer = Layer.objects.get(code="dltb")
    start_import(people.clerk, handed_in(people.clerk, path), layer, "2025", START, publish=True)
    drain()


FIRST = ("regions", "people", "audit", "files", "jobs", "layers", "cases", "enforcement")


def first() -> None:
    """A database as the first release made it, with rows in its tables."""
    from datetime import date
    from decimal import Decimal

    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    from tests.conftest import lonlat, plane_box

    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("CREATE EXTENSION IF NOT EXISTS postgis")
    targets = [(app, "0001_initial") for app in FIRST]
    executor = MigrationExecutor(connection)
    executor.migrate(targets)
    model = MigrationExecutor(connection).loader.project_state(targets).apps.get_model
    county = None
    for code, name, level in (("99", "示例省", "province"), ("9901", "示例市", "prefecture"),
                              ("990121", "青禾县", "county")):  # fmt: skip
        county = model("regions", "Region").objects.create(
            code=code, name=name, level=level, parent=county, geom=lonlat(plane_box(0, 0, 9, 9))
        )
    role = model("people", "Role").objects.create(
        code="old_role", name="旧角色", permissions=["x.y"]
    )
    user = model("people", "User").objects.create(
        username="clerk", name="张示例", password="!", region=county
    )
    user.roles.add(role)
    for act in ("session.start", "file.store", "enforcement.judge"):
        model("audit", "AuditEntry").objects.create(
            act=act, actor=user, actor_name="张示例", region=county, after={"面积": "1.50"}
        )
    file = model("files", "StoredFile").objects.create(
        sha256="ab" * 32, name="旧.zip", size=12, content_type="application/zip", kind="batch",
        created_by=user, region=county,
    )  # fmt: skip
    model("jobs", "Job").objects.create(kind="old", title="旧任务", created_by=user, region=county)
    layer = model("layers", "Layer").objects.create(
        code="dltb", name="地类图斑", group="survey", category_label="地类"
    )
    version = model("layers", "LayerVersion").objects.create(
        label="2025", valid_from=date(2025, 12, 31), created_by=user, layer=layer, region=county,
        source_file=file,
    )  # fmt: skip
    for row in (1, 2):
        model("layers", "Feature").objects.create(
            row=row, fid=str(row), category="0101", title=f"图斑{row}", area_m2=Decimal("123.45"),
            geom=lonlat(plane_box(100 * row, 0, 100, 100)), version=version,
        )  # fmt: skip
    model("enforcement", "Batch").objects.create(
        title="旧批次", period="2026-03", file_sha256="ab" * 32, layer="tb", crs_label="CGCS2000",
        file=file, imported_by=user, region=county,
    )  # fmt: skip


def half() -> None:
    """Die when all tables are made, before the first migration counts as applied."""
    import os

    from django.db.migrations.recorder import MigrationRecorder

    from liangtian.platform.operation import anew

    MigrationRecorder.record_applied = lambda *_: os._exit(1)  # type: ignore[method-assign]
    anew.make_tables()


VERBS: dict[str, Any] = {"prepare": prepare, "first": first, "half": half}

if __name__ == "__main__":
    start_django()
    print(json.dumps(VERBS[sys.argv[1]](*sys.argv[2:])))  # noqa: T201
