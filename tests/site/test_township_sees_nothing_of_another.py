"""What the clerk of 柳塘镇 gets to see: all of his township, nothing of the one beside it."""

from __future__ import annotations

import json
import math
from decimal import ROUND_HALF_UP, Decimal
from io import BytesIO
from typing import Any

import numpy as np
import pypdfium2
import pytest
import shapely
from python_calamine import CalamineWorkbook

from liangtian.geo.area import survey_areas, to_mu
from liangtian.platform.files.models import StoredFile
from liangtian.platform.regions.models import Region
from liangtian.programmes.enforcement.imports.services import import_file
from liangtian.programmes.enforcement.models import Patch
from tests.conftest import plane_box
from tests.geo.mvt_reader import ReadLayer, read_tile
from tests.layers.deliveries import tile_of
from tests.site.all_rows import MATRIX
from tests.site.matrix import Row
from tests.site.world import (
    ABROAD,
    BORDER,
    HOME,
    NEXT,
    PATCHES_OF_A_PLACE,
    World,
    patch_file,
    point,
)

ROWS = "/api/ledgers/enforcement.patches/rows"
EXPORT = "/api/ledgers/enforcement.patches/export.xlsx"
OWN_NUMBERS = [f"home-1-{k + 1}" for k in range(PATCHES_OF_A_PLACE)]
EXTENT = 4096
PACKED = (".xlsx", ".pdf")  # read back by tests of their own
ANSWERS = [
    row
    for row in MATRIX
    if row.method == "GET" and row.path.startswith("/api/") and not row.path.endswith(PACKED)
]


@pytest.fixture
def clerk(world: World) -> Any:
    return world.client("township_clerk")


@pytest.fixture
def own_ground(world: World) -> Any:
    return world.regions[HOME].geom


def get(client: Any, address: str, **query: Any) -> Any:
    answer = client.get(address, query)
    assert answer.status_code == 200, answer.content
    return answer.json()


def mu(areas: list[Decimal]) -> Decimal:
    cent = Decimal("0.01")
    return sum((to_mu(m2).quantize(cent, ROUND_HALF_UP) for m2 in areas), Decimal(0))


def marks(world: World, place: str) -> list[str]:
    """Words by which anything of a place would be recognised."""
    region = world.regions[place]
    return [
        f"{place}-1-", f"{place}-2-", f"{place}.jpg", f"{place}的任务", region.code,
        region.name, region.children.get().name, world.photos[place].file.sha256,
    ]  # fmt: skip


def content_of(answer: Any) -> bytes:
    """What was sent, with the escapes of JSON undone."""
    if answer.streaming:
        return b"".join(answer.streaming_content)
    if answer.headers.get("Content-Type", "").startswith("application/json"):
        return json.dumps(answer.json(), ensure_ascii=False).encode()
    return bytes(answer.content)


def text_of(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    return "".join(page.get_textpage().get_text_bounded() for page in document)


@pytest.mark.parametrize("row", ANSWERS, ids=str)
def test_no_answer_names_anything_of_another_place(world: World, row: Row) -> None:
    parts = row.request(world, HOME)
    address = row.path.format(**parts.get("path", {}))
    for who, unseen in (("township_clerk", (NEXT, ABROAD)), ("county_clerk", (ABROAD,))):
        content = content_of(world.client(who).get(address, parts.get("query")))
        found = [m for place in unseen for m in marks(world, place) if m.encode() in content]
        assert not found, f"{who} reads {found} at {address}"


def test_the_marks_are_words_their_owner_does_read(world: World) -> None:
    client = world.client("clerk_next")
    patch = world.patches[NEXT][0].pk
    addresses = (ROWS, f"/api/enforcement/patches/{patch}", "/api/jobs", "/api/regions")
    seen = b"".join(content_of(client.get(address)) for address in addresses).decode()
    unread = [m for m in marks(world, NEXT) if m not in seen]
    assert unread == ["next-2-"]  # the second file is not in the register yet


def test_the_ledger_counts_and_sums_his_own_rows(clerk: Any, world: World) -> None:
    page = get(clerk, ROWS)
    assert [row["number"] for row in page["rows"]] == OWN_NUMBERS
    assert page["total"] == PATCHES_OF_A_PLACE
    own = [patch.area_m2 for patch in world.patches[HOME]]
    assert Decimal(str(page["sums"]["area_mu"])) == mu(own)
    whole = get(world.client("county_clerk"), ROWS)
    both = own + [patch.area_m2 for patch in world.patches[NEXT]]
    assert (whole["total"], Decimal(str(whole["sums"]["area_mu"]))) == (len(both), mu(both))


@pytest.mark.parametrize(
    "query",
    [
        {"region": "990121101"},
        {"region": "990122"},
        {"q": "next"},
        {"number": "next"},
        {"township_name": "石桥"},
        {"region_name": "石桥"},
        {"page": 2},
    ],
    ids=str,
)
def test_no_filter_reaches_beyond_his_township(clerk: Any, query: dict[str, Any]) -> None:
    page = get(clerk, ROWS, **query)
    assert page["rows"] == []
    if "page" not in query:
        assert (page["total"], set(page["sums"].values())) == (0, {0})


def test_asking_for_the_county_gives_his_township(clerk: Any) -> None:
    for region in ("99", "990121", "990121100"):
        assert get(clerk, ROWS, region=region)["total"] == PATCHES_OF_A_PLACE


def test_the_workbook_holds_the_rows_of_the_list(clerk: Any, world: World) -> None:
    def cells(client: Any) -> set[str]:
        answer = client.get(EXPORT)
        assert answer.status_code == 200
        book = CalamineWorkbook.from_filelike(BytesIO(answer.content))
        sheets = (book.get_sheet_by_name(name).to_python() for name in book.sheet_names)
        return {str(cell) for sheet in sheets for line in sheet for cell in line}

    own = cells(clerk)
    assert {c for c in own if "-1-" in c} == set(OWN_NUMBERS)
    assert not any("石桥" in cell for cell in own)
    assert any("石桥" in cell for cell in cells(world.client("county_clerk")))


def test_patch_tiles_hold_his_patches_at_every_zoom(clerk: Any, world: World) -> None:
    for z in (6, 9, 12):
        shown = set()
        for patch in (*world.patches[HOME], *world.patches[NEXT]):
            lon, lat = patch.geom.centroid.coords[0]
            _, x, y = tile_of(lon, lat, z)
            content = clerk.get(f"/api/enforcement/tiles/{z}/{x}/{y}.mvt").content
            tags = read_tile(content)["patches"].properties().values() if content else []
            shown |= {tag["number"] for tag in tags}
        assert shown == set(OWN_NUMBERS)
    lon, lat = world.patches[NEXT][0].geom.centroid.coords[0]
    z, x, y = tile_of(lon, lat, 14)
    address = f"/api/enforcement/tiles/{z}/{x}/{y}.mvt"
    assert clerk.get(address).status_code == 204
    assert world.client("clerk_next").get(address).status_code == 200


def shown_in(layer: ReadLayer, tile: tuple[int, int, int]) -> Any:
    """Everything drawn in a tile, in degrees."""
    z, x, y = tile

    def degrees(xy: Any) -> Any:
        lon = (x + xy[:, 0] / EXTENT) / 2**z * 360 - 180
        turn = math.pi * (1 - 2 * (y + xy[:, 1] / EXTENT) / 2**z)
        return np.column_stack([lon, np.degrees(np.arctan(np.sinh(turn)))])

    return shapely.union_all([shapely.transform(g, degrees) for g in layer.polygons().values()])


@pytest.mark.parametrize("z", [9, 12, 15])
def test_layer_tiles_end_at_his_border(clerk: Any, world: World, own_ground: Any, z: int) -> None:
    version, tile = world.versions[HOME]["published"], tile_of(*point(BORDER - 10, 3_000), z)
    address = f"/api/layers/versions/{version.pk}/tiles/{{}}/{{}}/{{}}.mvt".format(*tile)
    step = 360 / 2**z / EXTENT  # degrees in one unit of the tile's grid
    layers = [
        read_tile(client.get(address).content)["features"]
        for client in (clerk, world.client("county_clerk"))
    ]
    own, whole = (shown_in(layer, tile) for layer in layers)
    assert own_ground.buffer(2 * step).covers(own)
    assert not own_ground.buffer(20 * step).covers(whole)
    classes = {tags["category"] for tags in layers[0].properties().values()}
    assert "0103" in classes, "the plot that crosses the border is there as far as it is his"
    assert "0301" not in classes


def test_beyond_his_border_the_layer_is_empty(clerk: Any, world: World) -> None:
    version, tile = world.versions[HOME]["published"], tile_of(*point(BORDER + 3_000, 3_000), 14)
    address = f"/api/layers/versions/{version.pk}/tiles/{{}}/{{}}/{{}}.mvt".format(*tile)
    assert clerk.get(address).content == b""
    assert world.client("county_clerk").get(address).content != b""


def test_a_click_finds_what_lies_on_his_ground(clerk: Any, world: World, own_ground: Any) -> None:
    versions = ",".join(str(v.pk) for v in world.versions[HOME].values())

    def at(client: Any, east: float, north: float = 3_000) -> list[dict[str, Any]]:
        lon, lat = point(east, north)
        found = get(client, "/api/layers/identify", lon=lon, lat=lat, versions=versions)
        return list(found)

    (crossing,) = at(clerk, BORDER - 100)
    seen = shapely.from_geojson(shapely.to_geojson(shapely.geometry.shape(crossing["geometry"])))
    assert crossing["cut"]
    assert own_ground.buffer(1e-8).covers(seen)
    assert crossing["area_m2"] == pytest.approx(survey_areas(np.array([seen]))[0], abs=0.01)
    assert crossing["area_m2"] == pytest.approx(600 * 4_900, rel=0.002)
    assert at(clerk, BORDER + 100) == []
    assert len(at(world.client("county_clerk"), BORDER + 100)) == 1
    assert at(world.client("county_clerk"), 2 * BORDER + 1_000) == []


@pytest.mark.parametrize(
    "text", ["石桥", "990121101", "next-1-1", "东岭", "990122", "abroad", "home批〔2025〕2号"]
)
def test_search_finds_nothing_beyond_his_township(clerk: Any, world: World, text: str) -> None:
    assert get(clerk, "/api/search", q=text) == []


def test_search_finds_his_own(clerk: Any) -> None:
    for text in ("柳塘", "home-1-1", "home批〔2025〕1号"):
        assert get(clerk, "/api/search", q=text), text


def test_home_speaks_of_his_township(clerk: Any, world: World) -> None:
    def figures(page: dict[str, Any]) -> dict[str, float]:
        return {f["key"]: f["value"] for f in page["figures"]}

    home, whole = get(clerk, "/api/home"), get(world.client("county_clerk"), "/api/home")
    assert figures(home)["received"] == PATCHES_OF_A_PLACE
    assert figures(whole)["received"] == 2 * PATCHES_OF_A_PLACE
    assert [row["name"] for row in home["by_township"]] == ["柳塘镇"]
    assert [row["name"] for row in whole["by_township"]] == ["柳塘镇", "石桥镇"]
    assert sum(row["count"] for row in home["by_outcome"]) == PATCHES_OF_A_PLACE
    assert [(b["total"], b["confirmed"]) for b in home["batches"]] == [(PATCHES_OF_A_PLACE, 0)]
    assert {t["kind"]: t["count"] for t in home["tasks"]} == {"evidence": PATCHES_OF_A_PLACE - 2}


def test_batches_are_counted_within_his_township(clerk: Any) -> None:
    (batch,) = get(clerk, "/api/enforcement/batches")
    assert (batch["total"], batch["confirmed"]) == (PATCHES_OF_A_PLACE, 0)  # one waits for review


def test_jobs_are_those_of_his_township(clerk: Any, world: World) -> None:
    page = get(clerk, "/api/jobs", size=200)
    assert [job["id"] for job in page["rows"]] == [str(world.jobs[HOME].pk)]
    assert page["total"] == 1


def test_no_file_of_others_is_handed_out(clerk: Any, world: World) -> None:
    own = world.photos[HOME].file_id
    for file in StoredFile.objects.order_by("pk"):
        for address in (f"/api/files/{file.pk}", f"/api/files/{file.pk}/thumbnail"):
            assert clerk.get(address).status_code == (200 if file.pk == own else 404), file


def test_regions_are_his_township_and_below(clerk: Any, world: World) -> None:
    tree = get(clerk, "/api/regions")
    assert [row["code"] for row in tree] == ["990121100", "990121100201"]
    assert tree[0]["parent"] is None
    for region in Region.objects.all():
        status = clerk.get(f"/api/regions/{region.code}/geometry").status_code
        assert status == (200 if region.code.startswith("990121100") else 404), region


def test_turning_pages_from_patch_to_patch_stays_at_home(clerk: Any, world: World) -> None:
    own = [patch.pk for patch in world.patches[HOME]]
    walked: list[int] = []
    at: int | None = own[0]
    while at is not None and len(walked) < 10:
        walked.append(at)
        at = get(clerk, f"/api/enforcement/patches/{at}")["next_id"]
    assert walked == own


def test_the_dossier_of_his_patch_names_no_other_township(clerk: Any, world: World) -> None:
    answer = clerk.get(f"/api/enforcement/patches/{world.patches[HOME][0].pk}/dossier.pdf")
    text = text_of(answer.content)
    assert "home-1-1" in text
    assert not [m for place in (NEXT, ABROAD) for m in marks(world, place) if m in text]


def test_an_earlier_patch_beyond_the_border_is_not_named(clerk: Any, world: World) -> None:
    """Two months, one piece of ground on the border: first entered as B's, then as A's."""
    county = world.users["county_clerk"]
    for number, period, west in (("next-8-1", "2026-06", -30), ("home-9-1", "2026-07", -90)):
        plot = plane_box(BORDER + west, 6_000, 100, 100)
        path = patch_file(world, number, {number: plot})
        assert import_file(county, path, period=period, title=period).status == "done"
    patch = Patch.objects.get(number="home-9-1")
    assert patch.region.code.startswith(world.regions[HOME].code)
    address = f"/api/enforcement/patches/{patch.pk}"
    whole = content_of(world.client("county_clerk").get(address)).decode()
    assert "next-8-1" in whole
    assert "next-8-1" not in content_of(clerk.get(address)).decode()
    flags = [
        get(client, ROWS, q="home-9-1")["rows"][0]["earlier"]
        for client in (clerk, world.client("county_clerk"))
    ]
    assert flags == ["no", "yes"]
    for client, own in ((clerk, False), (world.client("county_clerk"), True)):
        assert ("next-8-1" in text_of(client.get(f"{address}/dossier.pdf").content)) is own


def test_a_photo_sent_in_by_another_township_stays_there(clerk: Any, world: World) -> None:
    page = get(clerk, f"/api/enforcement/patches/{world.patches[HOME][0].pk}")
    assert [photo["file_id"] for photo in page["photos"]] == [world.photos[HOME].file_id]


def test_an_account_without_a_region_sees_nothing_at_all(world: World) -> None:
    user = world.users["township_clerk"]
    user.region = None
    user.save()
    client = world.client("township_clerk")
    assert get(client, ROWS)["total"] == 0
    assert get(client, "/api/regions") == []
    assert get(client, "/api/search", q="柳塘") == []
    assert get(client, "/api/enforcement/batches") == []
    for place in (HOME, NEXT):
        patch = world.patches[place][0].pk
        assert client.get(f"/api/enforcement/patches/{patch}").status_code == 404
    assert client.get("/api/layers").status_code == 403
    own_job = {job["title"] for job in get(client, "/api/jobs")["rows"]}
    assert own_job <= {"home的任务"}  # what he himself started


def test_a_village_without_a_boundary_still_finds_its_patches(world: World) -> None:
    village = world.regions[HOME].children.get()
    village.geom = None
    village.save()
    client = world.client("grid_worker")
    assert [hit["title"] for hit in get(client, "/api/search", q="home-1-1")] == ["home-1-1"]
    assert get(client, ROWS)["total"] == PATCHES_OF_A_PLACE
    assert client.get("/api/layers").status_code == 403


def test_an_account_switched_off_is_signed_out_at_once(world: World) -> None:
    user = world.users["township_clerk"]
    user.is_active = False
    user.save()
    assert world.client("township_clerk").get(ROWS).status_code == 401
