"""Putting the made-up county into the system, by the doors a user has.

Every step looks whether it is done, so that a second start adds nothing and a start that was broken off
goes on. The third batch stays a file: it is there to be imported by hand.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import make_password

from liangtian.platform.calendar import deadlines
from liangtian.platform.calendar.models import Deadline
from liangtian.platform.errors import Refused
from liangtian.platform.files.models import StoredFile
from liangtian.platform.files.services import read_chunks, store
from liangtian.platform.layers.models import Layer, LayerVersion
from liangtian.platform.layers.services import publish, start_import
from liangtian.platform.people.grants import install as install_grant
from liangtian.platform.people.models import Office, Role, User
from liangtian.platform.regions.models import Region
from liangtian.platform.regions.services import import_boundaries
from liangtian.programmes.enforcement.imports.services import import_file
from liangtian.programmes.enforcement.models import Batch, Patch
from liangtian.programmes.enforcement.photos import add_photos
from liangtian.site import runtime
from liangtian.site.demo.fees import load_fees
from liangtian.site.demo.generate import generate
from liangtian.site.demo.holdings import load_register
from liangtian.site.demo.judging import load_judging
from liangtian.site.demo.notices import load_notices
from liangtian.site.demo.water import load_water
from liangtian.site.demo.year import Year
from liangtian.site.demo.zones import load_zones

Say = Callable[[str], None]
PASSWORD = "Liangtian-2026"
ACCOUNTS_NOTE = f"密码均为 {PASSWORD}，仅限本机试用"
LATE, EARLY_DAYS = 1, 2  # obligations left undone; days before the due day that others were done
LAYER_CODES = {
    "survey": "dltb",
    "pbf": "pbf",
    "red_line": "redline",
    "slope": "slope25",
    "town_boundary": "town_boundary",
    "planning": "planning",
    "construction_approval": "construction_approval",
    "facility_agriculture": "facility_agriculture",
    "temporary_land": "temporary_land",
    "mining_licence": "mining_licence",
}


def load_county(size: Any, say: Say) -> None:
    """Make the files (once), then bring in regions, people, layers, batches and photos."""
    folder = Path(settings.DATA) / "demo"
    if not (folder / "manifest.json").is_file():
        say("正在生成示例县的数据文件…")
        generate(folder, size)
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    county = manifest["county"]
    if not Region.objects.filter(code=county["code"]).exists():
        say("正在导入行政区划…")
        _load_regions(folder, manifest)
    people = json.loads((folder / "people.json").read_text("utf-8"))
    _load_people(people)
    clerk = User.objects.filter(roles__code="county_clerk").order_by("pk")[0]
    for entry in manifest["files"]:
        if entry["kind"] in LAYER_CODES:
            _load_layer(clerk, folder, entry, say)
    _load_year(clerk, folder, manifest, say)
    _load_deadlines(say)
    say("正在登记承包经营台账…")
    load_register(clerk)
    say("正在公示清查成果…")
    load_notices(clerk)
    runtime.drain()
    load_water(clerk)
    say("正在开出三年租赁金账单…")
    collectors = (
        User.objects.filter(roles__code=role).order_by("pk")[0]
        for role in ("township_clerk", "finance")
    )
    load_fees(clerk, *collectors)
    say("正在比对部门图层、研判地块…")
    load_zones(clerk)
    load_judging(clerk)


def sample_accounts() -> Iterator[tuple[str, str, str]]:
    """Account, name, and what the person does."""
    for user in User.objects.select_related("office").prefetch_related("roles").order_by("pk"):
        roles = "、".join(role.name for role in user.roles.all())
        yield user.username, user.name, f"{user.office.name if user.office else ''} {roles}"


def _load_regions(folder: Path, manifest: dict[str, Any]) -> None:
    county = manifest["county"]
    path = next(folder / e["path"] for e in manifest["files"] if e["kind"] == "regions")
    import_boundaries(
        None, path, county_code=county["code"], county_name=county["name"],
        province_name=county["province"], prefecture_name=county["prefecture"],
    )  # fmt: skip


def _load_people(people: dict[str, Any]) -> None:
    for office in people["offices"]:
        above = Office.objects.filter(code=office["parent"]).first()
        values = {"name": office["name"], "region_id": office["region"], "parent": above}
        values["kind"] = _kind(office["name"])
        Office.objects.get_or_create(code=office["code"], defaults=values)
    hashed = make_password(PASSWORD)  # once for all: a hash is made to be slow
    for person in people["people"]:
        if User.objects.filter(username=person["login"]).exists():
            continue
        user = User.objects.create(
            username=person["login"], password=hashed, name=person["name"], phone=person["phone"],
            office=Office.objects.get(code=person["office"]),
        )  # fmt: skip
        region = Region.objects.get(code=person["region"])
        install_grant(user, Role.objects.get(code=person["role"]), region, "示例县")


def _kind(name: str) -> str:
    """The kind of a sample office, by the end of its name."""
    ends = {"公司": "company", "局": "bureau", "大队": "section", "股": "section"}
    towns = ("镇人民政府", "乡人民政府", "办事处")
    kinds = (kind for end, kind in ends.items() if name.endswith(end))
    return "township" if name.endswith(towns) else next(kinds, "department")


def _load_layer(clerk: User, folder: Path, entry: dict[str, Any], say: Say) -> None:
    layer = Layer.objects.get(code=LAYER_CODES[entry["kind"]])
    label = f"{entry['year']}年度" if entry["year"] else entry["valid_from"][:7]
    done = LayerVersion.objects.filter(layer=layer, label=label, status="published")
    if done.exists():
        return
    say(f"正在导入图层：{entry['title']}({entry['rows']} 个图形)…")
    file = _stored(clerk, folder / entry["path"], "layer")
    version, _ = start_import(
        clerk,
        file,
        layer,
        label,
        date.fromisoformat(entry["valid_from"]),
        valid_to=_day(entry["valid_to"]),
    )
    runtime.drain()
    publish(clerk, version, take_over=True)


def _load_year(clerk: User, folder: Path, manifest: dict[str, Any], say: Say) -> None:
    """The batches in the order they came down, with what the county did in between."""
    batches = {e["meta"]["batch"]: e for e in manifest["files"] if e["kind"] == "patch_batch"}
    designed = {number: told["outcome"] for number, told in manifest["patches"].items()}
    year = Year(folder, designed, fresh=not Batch.objects.exists())
    first, *_ = sorted(batches)

    def load(month: str) -> None:
        _load_batch(clerk, folder, batches[month], say)
        if month == first:
            _load_photos(clerk, folder, manifest["photos"], say)

    for month in year.months():
        if month in batches:
            year.bring_in(month, partial(load, month))


def _load_batch(clerk: User, folder: Path, entry: dict[str, Any], say: Say) -> None:
    period = entry["meta"]["batch"]
    if Batch.objects.filter(period=period).exists():
        return
    say(f"正在导入图斑批次：{entry['title']}({entry['rows']} 个图斑)…")
    done = import_file(clerk, folder / entry["path"], period=period, title=entry["title"])
    if done.status != done.Status.DONE:
        raise Refused(f"示例批次“{entry['title']}”未能入库：{done.error}")


def _load_photos(clerk: User, folder: Path, photos: list[dict[str, Any]], say: Say) -> None:
    by_number: dict[str, list[Path]] = {}
    for photo in photos:
        by_number.setdefault(photo["JCBH"], []).append(folder / photo["path"])
    patches = Patch.objects.filter(number__in=by_number, photos=None)
    if patches:
        say(f"正在导入举证照片({len(photos)} 张)…")
    for patch in patches:
        add_photos(clerk, patch.pk, [(p.name, read_chunks(p)) for p in by_number[patch.number]])


def _load_deadlines(say: Say) -> None:
    """The obligations of this year as of today: what is past was done in time, but for the last, which is late."""
    today = deadlines.today()
    new_year = today.replace(month=1, day=1)
    ahead = today + timedelta(days=settings.CALENDAR_DAYS_AHEAD)
    if not deadlines.make_periodic(new_year, ahead, due_from=new_year):
        return
    say(f"正在生成 {today.year} 年的时限…")
    past = Deadline.objects.filter(source_kind="", done_on=None, due_on__lt=today)
    for deadline in past.order_by("due_on", "pk")[: max(past.count() - LATE, 0)]:
        doer = User.objects.filter(roles__code=deadline.role, region=deadline.desk).order_by("pk")[
            0
        ]
        deadlines.finish(doer, deadline.pk, "示例：已按期完成")
        done_on = max(deadline.starts_on, deadline.due_on - timedelta(days=EARLY_DAYS))
        Deadline.objects.filter(pk=deadline.pk).update(done_on=done_on)


def _stored(user: User, path: Path, kind: str) -> StoredFile:
    if user.region is None:
        raise ValueError(f"sample user {user.username} has no region")
    return store(read_chunks(path), path.name, user=user, region=user.region, kind=kind)


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
