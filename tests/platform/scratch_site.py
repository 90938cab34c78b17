"""A site of its own for tests that need real processes: `python -m tests.platform.scratch_site VERB`.

It runs outside pytest, on the database and the folder that the environment names.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from liangtian.site.runtime import start_django

COLUMNS, ROWS = 100, 80  # plots of the layer that is imported
PLOTS = COLUMNS * ROWS
PATCHES = 6_000  # rows of the ledger that is exported


def people() -> None:
    """A county with its people."""
    from liangtian.platform.people.models import Role, User
    from liangtian.platform.regions.models import Region
    from tests.conftest import SIDE, lonlat, plane_box

    top = None
    for code, name, level in (
        ("99", "示例省", "province"), ("9901", "示例市", "prefecture"), ("990121", "青禾县", "county"),
    ):  # fmt: skip
        top = Region.objects.create(code=code, name=name, level=level, parent=top)
    a = Region.objects.create(
        code="990121100", name="柳塘镇", level="township", parent=top,
        geom=lonlat(plane_box(0, 0, SIDE, SIDE)),
    )  # fmt: skip
    for username, role, region in (
        ("clerk", "county_clerk", top),
        ("liutang", "township_clerk", a),
        ("auditor", "auditor", top),
    ):
        user = User.objects.create_user(username, None, name="张示例", region=region)
        user.roles.add(Role.objects.get(code=role))


def prepare() -> dict[str, Any]:
    """The import of a layer of 8000 plots in the queue."""
    from django.conf import settings

    from liangtian.platform.layers.models import Layer
    from liangtian.platform.layers.services import start_import
    from liangtian.platform.people.models import User
    from tests.conftest import plane_box
    from tests.layers.deliveries import START, delivery, handed_in

    clerk = User.objects.get(username="clerk")
    plots = [plane_box(100 * i, 100 * j, 100, 100) for j in range(ROWS) for i in range(COLUMNS)]
    columns = {
        "DLBM": ["0101"] * PLOTS, "DLMC": ["水田"] * PLOTS,
        "TBBH": [str(n) for n in range(1, PLOTS + 1)],
    }  # fmt: skip
    path = delivery(Path(settings.DATA), "DLTB", plots, columns)
    layer = Layer.objects.get(code="dltb")
    version, _ = start_import(clerk, handed_in(clerk, path), layer, "2025", START, publish=True)
    return {"version": version.pk}


def queue() -> dict[str, Any]:
    """Twelve exports of the trail waiting to be done."""
    from liangtian.platform.jobs.services import enqueue
    from liangtian.platform.people.models import User
    from liangtian.platform.regions.models import Region

    auditor = User.objects.get(username="auditor")
    county = Region.objects.get(code="990121")
    for n in range(12):
        enqueue("audit.export", f"导出{n}", auditor, county, format="csv", query={})
    return {"jobs": 12}


def export() -> dict[str, Any]:
    """A register of patches, and the export of all of it as a GeoPackage waiting to be done."""
    from liangtian.platform.ledgers.declaration import find_ledger
    from liangtian.platform.ledgers.exports import start_export
    from liangtian.platform.people.models import User
    from liangtian.platform.regions.models import Region
    from tests.conftest import County
    from tests.ledgers.conftest import add_patches

    top, a = (Region.objects.get(code=code) for code in ("990121", "990121100"))
    clerk = User.objects.get(username="clerk")
    add_patches(County(top, a, a, a, a), clerk, PATCHES)
    ledger = find_ledger("enforcement.patches")
    assert ledger is not None
    made = start_export(ledger, clerk, {}, [], "gpkg")
    return {"path": str(made.path)}


def overlay() -> dict[str, Any]:
    """A run over all plots of the layer waiting to be done."""
    from liangtian.platform.layers.models import LayerVersion
    from liangtian.platform.overlays.services import Wanted, start
    from liangtian.platform.people.models import User
    from tests.layers.deliveries import START

    version = LayerVersion.objects.get().pk
    clerk = User.objects.get(username="clerk")
    made = start(clerk, Wanted("layer", version, [version], START, ordered=True))
    return {"run": made.pk}


def bills() -> dict[str, Any]:
    """A run of rent over more than two parts of parcels and two years, confirmed and waiting to be posted."""
    from datetime import date

    from django.db import transaction

    from liangtian.platform.people.models import User
    from liangtian.programmes.holdings.fees import runs
    from tests.fees.many import YEARS, let

    clerk = User.objects.get(username="clerk")
    let(clerk)
    assert clerk.region is not None
    with transaction.atomic():
        years = YEARS[0], YEARS[-1]
        run = runs.open_run(clerk, "rent", clerk.region, years, date(2099, 12, 31))
    runs.preview_run(run.pk, lambda share, note: None)
    runs.confirm_run(clerk, run.pk)
    return {"run": run.pk}


FILES = 40  # holders whose files are made


def holder_files() -> dict[str, Any]:
    """Some holders with a parcel each, and the job of all their files waiting to be done."""
    from liangtian.platform.people.models import User
    from liangtian.programmes.holdings.dossier import making
    from tests.holdings import land

    clerk = User.objects.get(username="clerk")
    for n in range(FILES):
        holder = land.person(clerk, f"王样{n}", n + 1, region="990121100")
        land.parcel(clerk, 120.0 * n, 200, holder_id=holder.pk)
    return {"path": str(making.zip_path(making.start(clerk, {})))}


def more_files() -> dict[str, Any]:
    """The files of the same holders once more."""
    from liangtian.platform.people.models import User
    from liangtian.programmes.holdings.dossier import making

    return {"path": str(making.zip_path(making.start(User.objects.get(username="clerk"), {})))}


def go_on() -> dict[str, Any]:
    """The run that was cancelled is taken up again."""
    from liangtian.platform.people.models import User
    from liangtian.programmes.holdings.fees.runs import confirm_run
    from liangtian.programmes.holdings.models import BillRun

    confirm_run(User.objects.get(username="clerk"), BillRun.objects.get().pk)
    return {}


def proved() -> dict[str, Any]:
    """What is wrong with the bills and the book, if anything, and the trial balance."""
    from tests.fees.money import trial_balance_is_nought

    return {"nought": trial_balance_is_nought()}


def look() -> dict[str, Any]:
    """What the clerk and a township see of the layer through the API."""
    from django.test import Client

    from liangtian.platform.layers.models import LayerVersion
    from liangtian.platform.people.models import User
    from tests.layers.deliveries import point_at, tile_of

    version = LayerVersion.objects.get().pk
    lon, lat = point_at(150, 150)
    address = f"/api/layers/versions/{version}"
    seen: dict[str, Any] = {}
    for user in User.objects.exclude(username="auditor"):
        client = Client(headers={"host": "127.0.0.1"})
        client.force_login(user)
        shown = client.get(address)
        tile = client.get("{}/tiles/{}/{}/{}.mvt".format(address, *tile_of(lon, lat, 15)))
        found = client.get(f"/api/layers/identify?lon={lon}&lat={lat}&versions={version}").json()
        seen[user.username] = {
            "status": shown.json().get("status") if shown.status_code == 200 else None,
            "tile": tile.status_code,
            "found": [hit["title"] for hit in found],
        }
    return seen


if __name__ == "__main__":
    start_django()
    verbs: dict[str, Any] = {
        "people": people,
        "prepare": prepare,
        "queue": queue,
        "export": export,
        "overlay": overlay,
        "bills": bills,
        "holder_files": holder_files,
        "more_files": more_files,
        "go on": go_on,
        "proved": proved,
        "look": look,
    }
    print(json.dumps(verbs[sys.argv[1]]()))  # noqa: T201
