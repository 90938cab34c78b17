"""What a patch of military land leaves on maps, in pictures, outdoors and in files that wait: only what never held it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from pytest_django import DjangoCaptureOnCommitCallbacks

from liangtian.platform.jobs.models import Job
from liangtian.platform.ledgers.declaration import find_ledger
from liangtian.platform.ledgers.exports import start_export
from liangtian.platform.maps.printing import printed_path
from liangtian.platform.people.models import User
from liangtian.programmes.enforcement import military
from liangtian.programmes.enforcement.dossiers import running
from liangtian.programmes.enforcement.models import Patch
from liangtian.programmes.enforcement.photos import add_photos
from liangtian.programmes.enforcement.traces_files import says
from tests.conftest import County, People, Run, SignedIn
from tests.enforcement.pictures import jpeg
from tests.enforcement.register import test_military_land as land
from tests.enforcement.register.conftest import Register
from tests.geo.mvt_reader import read_tile
from tests.layers.deliveries import tile_of

pytestmark = pytest.mark.django_db
keeper = land.keeper
API = "/api/enforcement"
Taken = Callable[[], None]


@pytest.fixture
def living(register: Register, people: People, county: County, run_jobs: Run) -> land.Lived:
    return land.Lived(register, people, county, run_jobs)


@pytest.fixture
def taken(
    living: land.Lived, keeper: User,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> Taken:  # fmt: skip
    def go() -> None:
        with django_capture_on_commit_callbacks(execute=True):
            military.register(keeper, living.key, "J-1")

    return go


def test_no_tile_holds_it_nor_is_an_old_one_said_to_be_still_good(
    living: land.Lived, taken: Taken, people: People, signed_in: SignedIn
) -> None:
    tiles, (lon, lat) = [], living.where
    for z in (10, 14, 18):
        x, y = tile_of(lon, lat, z)[1:]
        tiles.append(f"{API}/tiles/{z}/{x}/{y}.mvt")
    client = signed_in(people.clerk)
    before = {address: client.get(address) for address in tiles}
    assert all(living.number.encode() in answer.content for answer in before.values())
    taken()
    for user in (people.clerk, people.reviewer, people.township_a):
        for address, old in before.items():
            answer = signed_in(user).get(address, headers={"If-None-Match": old["ETag"]})
            assert answer.status_code in (200, 204), "what a browser keeps is not good any more"
            assert living.number.encode() not in answer.content
            shown = read_tile(answer.content)["patches"].properties() if answer.content else {}
            assert living.key not in shown


def test_nothing_answers_where_it_lay(
    living: land.Lived, taken: Taken, people: People, signed_in: SignedIn
) -> None:
    lon, lat = living.where
    west, south, east, north = living.patch.geom.bounds
    corner = str(round(living.patch.geom.geoms[0].exterior.coords[0][0], 6)).encode()
    snapping = f"/api/maps/snapping?bounds={west},{south},{east},{north}&sources=patches"
    assert corner in signed_in(people.clerk).get(snapping).content
    addresses = (
        f"/api/layers/identify?lon={lon}&lat={lat}", snapping,
        f"{API}/field-tasks", f"{API}/steps", "/api/overlays", "/api/overlays/choices",
        "/api/sketches", f"{API}/dossiers", "/api/calendar/deadlines", "/api/dashboards",
    )  # fmt: skip
    people_ = (people.clerk, people.reviewer, people.township_a)
    taken()
    for user in people_:
        client = signed_in(user)
        for address in addresses:
            answer = client.get(address)
            assert answer.status_code < 500, address
            body = land._bytes(answer)
            assert living.number.encode() not in body, (user, address)
            assert corner not in body, (user, address)


def test_what_many_acts_would_do_does_not_name_it(
    living: land.Lived, taken: Taken, people: People, signed_in: SignedIn
) -> None:
    taken()
    for user in (people.clerk, people.reviewer, people.township_a):
        client = signed_in(user)
        for step in ("assign", "confirm", "review", "archive", "return", "plan", "accept"):
            asked = {"step": step, "note": "", "preview": True}
            for path, more in (
                ("steps", {"ids": [living.key]}),
                ("steps/listed", {"query": {"number": living.number}}),
            ):
                answer = client.post(
                    f"{API}/{path}", {**asked, **more}, content_type="application/json"
                )
                assert answer.status_code < 500, (step, path)
                assert living.number.encode() not in answer.content, (step, path)


def test_its_photo_goes_with_the_small_one_kept_of_it(
    living: land.Lived, taken: Taken, people: People, signed_in: SignedIn
) -> None:
    client = signed_in(people.clerk)
    address = f"/api/files/{living.photo}/thumbnail"
    assert client.get(address).status_code == 200
    kept = list((Path(settings.DATA) / "cache/thumbnails").rglob("*.jpg"))
    assert kept
    taken()
    assert client.get(address).status_code == 404
    assert client.get(f"/api/files/{living.photo}").status_code == 404
    assert [path for path in kept if path.exists()] == []


def test_files_that_wait_are_withdrawn_only_where_they_hold_it(  # noqa: PLR0917 -- fixtures
    living: land.Lived, taken: Taken, people: People, county: County, register: Register, run_jobs: Run
) -> None:  # fmt: skip
    ledger = find_ledger("enforcement.patches")
    assert ledger is not None
    other = {"number": register.b_legal.number}

    def asked(query: dict[str, str], columns: list[str], kind: str) -> Any:
        return start_export(ledger, people.clerk, query, columns, kind)

    both = ["number", "area_mu"]
    holding = [asked({}, both, kind) for kind in ("csv", "xlsx", "geojson", "gpkg")]
    unnamed = asked(other, ["area_mu"], "csv")  # nobody can tell what it holds
    clean = [asked(other, both, kind) for kind in ("csv", "xlsx", "geojson")]
    lon, lat = register.b_legal.geom.representative_point().coords[0]
    picture = jpeg(lon, lat, 1, datetime(2026, 3, 20, 9), colour="#0a0b0c")
    add_photos(people.clerk, register.b_legal.pk, [("乙.jpg", [picture])])
    mine = running.start(people.clerk, {"number": living.number})
    others = running.start(people.clerk, other)
    run_jobs()
    shown, plain = (_printed(people.clerk, county, sources) for sources in (["patches"], []))
    for row in (*holding, unnamed, *clean):
        row.refresh_from_db()
        assert row.path.is_file(), row.file_format
    assert mine.folder.is_dir()
    taken()
    assert [row.file_format for row in (*holding, unnamed) if row.path.exists()] == []
    assert [row.file_format for row in clean if not row.path.exists()] == []
    assert (mine.folder.exists(), others.folder.exists()) == (False, True)
    assert (printed_path(shown).exists(), printed_path(plain).exists()) == (False, True)


def _printed(user: User, county: County, sources: list[str]) -> Job:
    made = Job.objects.create(
        kind="maps.print", title="出图：一页", created_by=user, region=county.county, status="done",
        args={"user_id": user.pk, "order": {"title": "一页", "sources": sources}},
        result={"file": "一页.pdf"},
    )  # fmt: skip
    printed_path(made).parent.mkdir(parents=True, exist_ok=True)
    printed_path(made).write_bytes(b"%PDF-")
    return made


@pytest.mark.parametrize("code", ["utf-8", "gb18030"])
def test_a_number_is_found_across_pieces_of_a_long_file(tmp_path: Path, code: str) -> None:
    path, number = tmp_path / "长.csv", "〔涉〕2026-001"
    path.write_bytes(b"x" * ((1 << 20) - 5) + number.encode(code) + b"y" * 100)
    assert says(path, number)
    assert not says(path, "〔涉〕2026-002")


def test_a_patch_that_never_lived_leaves_the_files_of_others(
    register: Register, keeper: User, people: People, run_jobs: Run,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:  # fmt: skip
    ledger = find_ledger("enforcement.patches")
    assert ledger is not None
    export = start_export(ledger, people.clerk, {"region": register.b_legal.region_id}, [], "csv")
    run_jobs()
    with django_capture_on_commit_callbacks(execute=True):
        military.register(keeper, register.a_split.pk, "J-7")
    export.refresh_from_db()
    assert export.path.is_file()
    assert Patch.objects.count() == 2
