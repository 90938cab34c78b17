"""Published versions of the database in the place of files, for `liangtian overlay` by cells: `db:CODE[@版本]`."""

from __future__ import annotations

import itertools
import shutil
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from liangtian.site.overlay_source import Refused, Say

if TYPE_CHECKING:
    from liangtian.platform.layers.models import LayerVersion
    from liangtian.platform.people.models import User

MARK = "db:"
FIGURES = 20_000
"""Figures of one file: files are read side by side, one after another held in memory."""


def stored_files(given: str, login: str | None, folder: Path, say: Say) -> Path:
    """A folder of GeoPackages with the fields 编号, 名称 and 类别, written once for each content.

    Raises:
        Refused: nobody named, no such version, or not allowed to; the message is Chinese.
    """
    from liangtian.platform.errors import Refused as Refusal
    from liangtian.site import runtime
    from liangtian.site.acting import acting_user

    if not login:
        raise Refused(f"“{given}”是库中的图层，请用 --user 写明以谁的名义读取。")
    runtime.start_django()
    try:
        user = acting_user(login)
        version = _allowed(user, given.removeprefix(MARK))
    except Refusal as refusal:
        raise Refused(str(refusal)) from refusal
    made = folder / f"{version.layer.code}-{version.pk}-{_content(version)}"
    if not made.is_dir():
        _write(user, version, made)
    say(f"{version}：{version.feature_count}个图形，类别字段为“类别”，编号字段为“编号”。")
    return made


def _content(version: LayerVersion) -> str:
    from liangtian.platform.layers.ready import key_of

    return "".join(c for c in key_of(version) if c.isalnum())[-16:]


def _allowed(user: User, text: str) -> LayerVersion:
    from liangtian.platform.errors import Refused as Refusal
    from liangtian.platform.people.scope import require
    from liangtian.site.commands.overlay_run import named_version

    require(user, "layers.view", "layers.export")
    version = named_version(user, text, date.today())
    if not version.region_id.startswith(user.scope):
        raise Refusal(f"“{version}”超出您的管辖范围，不能整层读取。")
    return version


def _write(user: User, version: LayerVersion, made: Path) -> None:
    import shapely
    from django.db import transaction

    from liangtian.geo.formats import write_vector
    from liangtian.platform.audit.services import record
    from liangtian.platform.geofield import AsWkb
    from liangtian.platform.layers.models import Feature

    beside = made.with_name(f"{made.name}.part")
    shutil.rmtree(beside, ignore_errors=True)
    beside.mkdir(parents=True)
    with transaction.atomic():
        record(user, "layers.export", version, after={"folder": made.name})
        names = ("row", "title", "category", AsWkb("geom"))
        rows = Feature.objects.filter(version=version).order_by("row")
        found = rows.values_list(*names).iterator(2_000)
        for number in itertools.count(1):
            some = list(itertools.islice(found, FIGURES))
            if not some:
                break
            columns = {
                "编号": [str(one[0]) for one in some],
                "名称": [one[1] for one in some],
                "类别": [one[2] for one in some],
            }
            shapes = shapely.from_wkb([bytes(one[3]) for one in some])
            write_vector(beside / f"{number:05}.gpkg", "GPKG", shapes, columns, 4490)
    beside.rename(made)
