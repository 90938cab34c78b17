"""Two counties with everything in them, built through the same services the browser calls.

青禾县 has the townships 柳塘镇 (A, west) and 石桥镇 (B, east); 邻安县 lies east of it. Each of the three
places has one village, patches with a photo each, a job, and land on both sides of every border.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import pyproj
from django.db import transaction
from django.test import Client, override_settings

from tests.conftest import PASSWORD, SIDE, ZONE_38, kept_in, lonlat, plane_box
from tests.enforcement.pictures import jpeg
from tests.layers.deliveries import START, delivery, handed_in

HOME, NEXT, ABROAD = "home", "next", "abroad"  # township A, township B, the other county
ROLES = (
    "county_clerk", "county_reviewer", "leader", "township_clerk", "township_leader",
    "grid_worker", "auditor", "sysadmin", "security_officer",
    "finance", "water", "agriculture", "forestry", "power", "ecology", "culture", "company",
    "secrecy_keeper",
)  # fmt: skip
NOBODY = "nobody"
AT_HOME = (
    "township_clerk",
    "township_leader",
    "grid_worker",
)  # answer for township A and its village, not the county
PLACES = {
    HOME: ("990121", "990121100", "990121100201", "柳塘", 0.0),
    NEXT: ("990121", "990121101", "990121101201", "石桥", SIDE),
    ABROAD: ("990122", "990122100", "990122100201", "东岭", 2 * SIDE),
}
PATCHES_OF_A_PLACE = 3
COLOURS = {HOME: "#557744", NEXT: "#446688", ABROAD: "#884466"}  # so that no photo equals another
BORDER = SIDE  # metres east of the county's corner where A ends and B begins


@dataclass
class World:
    """What the tests ask for; the first key of every mapping is a place."""

    folder: Path
    users: dict[str, Any] = field(default_factory=dict)
    patches: dict[str, list[Any]] = field(default_factory=dict)
    photos: dict[str, Any] = field(default_factory=dict)
    jobs: dict[str, Any] = field(default_factory=dict)
    regions: dict[str, Any] = field(default_factory=dict)
    imports: dict[str, dict[str, Any]] = field(default_factory=dict)
    files: dict[str, dict[str, Any]] = field(default_factory=dict)
    versions: dict[str, dict[str, Any]] = field(default_factory=dict)
    letters: dict[str, dict[str, Any]] = field(default_factory=dict)
    cookies: dict[str, str] = field(default_factory=dict)
    offices: dict[str, Any] = field(default_factory=dict)
    grants: dict[str, Any] = field(default_factory=dict)
    presences: dict[str, Any] = field(default_factory=dict)
    role: Any = None  # a role of the county's own that nobody holds

    def client(self, who: str, **options: Any) -> Client:
        """A browser signed in as a role (or as `who` of `users`); NOBODY is not signed in."""
        client = Client(**options)
        if who != NOBODY:
            client.cookies["sessionid"] = self.cookies[who]
        return client


@contextmanager
def built(folder: Path) -> Iterator[World]:
    """The world inside one transaction that is rolled back at the end."""
    from django.conf import settings

    outer = transaction.atomic()
    # As the test case itself marks the transactions it wraps around.
    outer._from_testcase = True  # type: ignore[attr-defined]
    with override_settings(
        **kept_in(folder),
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
    ):
        assert folder == settings.DATA
        with outer:
            yield _build(World(folder))
            transaction.set_rollback(True)


def _build(world: World) -> World:
    from liangtian.platform.layers.services import ensure_catalogue
    from liangtian.platform.people.services import ensure_roles

    ensure_roles()
    ensure_catalogue()
    counties = _regions(world)
    _people(world, counties)
    for name in ("home", "abroad"):
        county = "county_clerk" if name == HOME else "clerk_abroad"
        _layers(world, name, world.users[county])
        _batch(world, name, world.users[county])
    for place in PLACES:
        _evidence(world, place)
        _judged(world, place)
        _letters(world, place)
    _sessions(world)
    _offices(world)
    return world


def _regions(world: World) -> dict[str, Any]:
    from liangtian.platform.regions.models import Region

    def make(code: str, name: str, level: str, parent: Any, geom: Any = None) -> Any:
        return Region.objects.create(
            code=code, name=name, level=level, parent=parent, geom=geom, pinyin=""
        )

    prefecture = make("9901", "示例市", "prefecture", make("99", "示例省", "province", None))
    whole = {
        "990121": make(
            "990121", "青禾县", "county", prefecture, lonlat(plane_box(0, 0, 2 * SIDE, SIDE))
        ),
        "990122": make(
            "990122", "邻安县", "county", prefecture, lonlat(plane_box(2 * SIDE, 0, SIDE, SIDE))
        ),
    }
    for place, (county, township, village, name, west) in PLACES.items():
        ground = lonlat(plane_box(west, 0, SIDE, SIDE))
        parent = make(township, f"{name}镇", "township", whole[county], ground)
        make(village, f"{name}村", "village", parent, ground)
        world.regions[place] = parent
    return whole


def _people(world: World, counties: dict[str, Any]) -> None:
    from liangtian.platform.people.models import Office, Role, User

    def make(username: str, name: str, role: str, region: Any) -> None:
        office, _ = Office.objects.get_or_create(
            code=f"{region.code}-01",
            defaults={"name": f"{region.name}自然资源所", "region": region},
        )
        user = User.objects.create_user(username, PASSWORD, name=name, region=region, office=office)
        user.roles.add(Role.objects.get(code=role))
        world.users[username] = user

    village = world.regions[HOME].children.get()
    names = (
        "张示例",
        "李样本",
        "周演练",
        "王演示",
        "吴模拟",
        "郑样板",
        "钱虚构",
        "冯假定",
        "陈试用",
        "褚拟财",
        "卫拟水",
        "蒋拟农",
        "沈拟林",
        "韩拟电",
        "秦拟环",
        "尤拟文",
        "杨拟企",
        "许拟密",
    )
    for role, name in zip(ROLES, names, strict=True):
        at = {"grid_worker": village}.get(role, role in AT_HOME and world.regions[HOME])
        make(role, name, role, at or counties["990121"])
    make("clerk_next", "赵假设", "township_clerk", world.regions[NEXT])
    make("clerk_abroad", "孙举例", "county_clerk", counties["990122"])


def _layers(world: World, place: str, clerk: Any) -> None:
    """A published survey whose plots cross the borders, red lines still to be published, problems."""
    west = 0.0 if place == HOME else 2 * SIDE
    plots = [
        plane_box(west + 100, 100, 4_900, 4_900),
        plane_box(west + SIDE - 600, 100, 1_000, 4_900),  # 600 m in A, 400 m in B
        plane_box(west + SIDE + 1_000, 100, 4_900, 4_900),
    ]
    kinds = {
        "DLBM": ["0101", "0103", "0301"], "DLMC": ["水田", "旱地", "乔木林地"],
        "TBBH": ["1", "2", "3"],
    }  # fmt: skip
    permits = [
        plane_box(west + 1_990, 990, 120, 120),
        plane_box(west + SIDE + 1_990, 990, 120, 120),
    ]
    papers = {
        "PZWH": [f"{place}批〔2025〕1号", f"{place}批〔2025〕2号"],
        "PZRQ": ["2025-06-01", "2025-06-01"],
    }
    world.versions[place] = {
        "published": _version(
            world, clerk, "dltb", name=f"{place}-DLTB", plots=plots, columns=kinds, publish=True
        ),
        "permits": _version(
            world,
            clerk,
            "construction_approval",
            name=f"{place}-JSYD",
            plots=permits,
            columns=papers,
            publish=True,
        ),
        "checked": _version(
            world, clerk, "redline", name=f"{place}-HX", plots=permits, columns={"BSM": ["1", "2"]}
        ),
    }


def _version(
    world: World,
    clerk: Any,
    code: str,
    *,
    name: str,
    plots: list[Any],
    columns: dict[str, list[str]],
    publish: bool = False,
) -> Any:
    from liangtian.platform.jobs.services import run_job
    from liangtian.platform.layers.models import Layer
    from liangtian.platform.layers.services import start_import

    file = handed_in(clerk, delivery(world.folder, name, plots, columns))
    world.files.setdefault(name.split("-", 1)[0], {})["layer"] = file
    layer = Layer.objects.get(code=code)
    version, job = start_import(clerk, file, layer, "2025年度", START, publish=publish)
    run_job.call(str(job.pk))
    version.refresh_from_db()
    assert version.status == ("published" if publish else "checked"), version.notes
    return version


def _batch(world: World, place: str, clerk: Any) -> None:
    """Three patches in each township, entered from a Shapefile; a second file waits as checked."""
    from liangtian.programmes.enforcement.imports.services import import_file
    from liangtian.programmes.enforcement.models import Patch

    here = [p for p, row in PLACES.items() if row[0] == PLACES[place][0]]
    done = import_file(
        clerk, _patch_file(world, place, here, 1), period="2026-03", title=f"{place}三月批次"
    )
    assert done.status == "done", done.error
    waiting = import_file(
        clerk, _patch_file(world, place, here, 2),
        period="2026-04", title=f"{place}四月批次", accept=False,
    )  # fmt: skip
    assert waiting.status == "checked", waiting.error
    world.imports[place] = {"done": done, "checked": waiting}
    world.files[place]["batch"] = done.file
    for where in here:
        rows = Patch.objects.within(PLACES[where][1]).select_related("case").order_by("number")
        world.patches[where] = list(rows)
        assert len(world.patches[where]) == PATCHES_OF_A_PLACE


def _patch_file(world: World, place: str, here: list[str], month: int) -> Path:
    plots = {
        f"{where}-{month}-{k + 1}": plane_box(
            PLACES[where][4] + 1_000 + 1_000 * k, 1_000 + 300 * month, 100, 100
        )
        for where in here
        for k in range(PATCHES_OF_A_PLACE)
    }
    return patch_file(world, f"{place}-WPTB{month}", plots)


def patch_file(world: World, name: str, plots: dict[str, Any]) -> Path:
    """A zipped Shapefile of patches by number, in zone 38."""
    columns = {
        "JCBH": list(plots), "TBLX": ["20"] * len(plots),
        "QSX": ["2026-01-05"] * len(plots), "HSX": ["2026-03-10"] * len(plots),
    }  # fmt: skip
    return delivery(world.folder, name, list(plots.values()), columns)


def _evidence(world: World, place: str) -> None:
    """A photo of the first patch and a job that waits, both of the township itself."""
    from liangtian.platform.jobs.services import enqueue
    from liangtian.programmes.enforcement.photos import add_photos

    user = world.users[{HOME: "township_clerk", NEXT: "clerk_next", ABROAD: "clerk_abroad"}[place]]
    patch = world.patches[place][0]
    lon, lat = patch.geom.centroid.coords[0]
    picture = jpeg(lon, lat, 90, datetime(2026, 3, 20), colour=COLOURS[place])
    add_photos(user, patch.pk, [(f"{place}.jpg", [picture])])
    world.photos[place] = patch.photos.get()
    world.jobs[place] = enqueue(
        "enforcement.check", f"{place}的任务", user, world.regions[place],
        import_id=world.imports[HOME if place != ABROAD else place]["checked"].pk,
    )  # fmt: skip


def _judged(world: World, place: str) -> None:
    """The second patch is confirmed."""
    from liangtian.programmes.enforcement.judging import judge
    from liangtian.programmes.enforcement.parts import PartJudgement

    clerk = world.users["clerk_abroad" if place == ABROAD else "county_clerk"]
    told = [PartJudgement(1, subclass="facility", number="示例备〔2026〕1号")]
    judge(clerk, world.patches[place][1].pk, "other", "现场核实，属于其他情形", told)


def _letters(world: World, place: str) -> None:
    """Of the county's clerk: a draft and a sent letter about the first patch, a template, a series."""
    from liangtian.platform.documents import services, templates
    from liangtian.platform.documents.models import NumberSeries
    from liangtian.platform.files.services import store
    from liangtian.press.letter_start import first_template

    clerk = world.users["clerk_abroad" if place == ABROAD else "county_clerk"]
    kind, patch = "enforcement.field_check", world.patches[place][0]
    series = NumberSeries.objects.filter(office=clerk.office).first()
    series = series or services.create_series(clerk, f"{place}自然资卫")
    sent = services.draft(clerk, kind, patch.pk)
    content = first_template("通知", [f"{place}：{{{{ patch_number }}}}"])
    file = store([content], "模板.docx", user=clerk, region=clerk.region, kind="document")
    template = templates.upload(clerk, kind, file.pk)
    templates.test(clerk, template.pk)
    world.letters[place] = {
        "draft": services.draft(clerk, kind, patch.pk),
        "sent": services.issue(clerk, sent.pk, series.pk),
        "series": series,
        "template": template,
    }


def _sessions(world: World) -> None:
    for username, user in world.users.items():
        client = Client()
        client.force_login(user)
        world.cookies[username] = client.cookies["sessionid"].value


def _offices(world: World) -> None:
    """An office of each place with a person, a grant that waits and a session in it."""
    from liangtian.platform.people.models import Grant, Office, Presence, Role, User

    world.role = Role.objects.create(code="custom-1", name="示例角色", permissions=["layers.view"])
    for place, region in world.regions.items():
        office = Office.objects.create(
            code=f"{region.code}-ZF", name=f"{region}政府", region=region
        )
        user = User.objects.create_user(f"staff_{place}", PASSWORD, name="何演示", office=office)
        world.offices[place] = office
        world.users[f"staff_{place}"] = user
        world.grants[place] = Grant.objects.create(
            user=user, role=Role.objects.get(code="grid_worker"), region=region, reason="示例"
        )
        world.presences[place] = Presence.objects.create(user=user, session_key=f"key-{place}")


def point(east: float, north: float) -> tuple[float, float]:
    """Longitude and latitude of a place, metres from the first county's south-west corner."""
    from tests.conftest import EAST, NORTH

    change = pyproj.Transformer.from_crs(ZONE_38, 4490, always_xy=True)
    lon, lat = change.transform(EAST + east, NORTH + north)
    return float(lon), float(lat)
