"""Evidence photos and the dossier."""

from __future__ import annotations

from datetime import date, datetime
from io import BytesIO
from typing import Any

import pypdfium2
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from liangtian.platform.audit.models import AuditEntry
from liangtian.programmes.enforcement.measuring import measure_patches
from liangtian.programmes.enforcement.models import Patch, PatchPhoto
from tests.conftest import County, People, SignedIn
from tests.enforcement.ground import approval, box, make_batch, publish
from tests.enforcement.pictures import jpeg
from tests.enforcement.register.conftest import Register

pytestmark = pytest.mark.django_db
PATCHES = "/api/enforcement/patches"
DAY = datetime(2026, 3, 15, 10, 30)


def send(client: Client, patch: Patch, *pictures: tuple[str, bytes]) -> Any:
    files = [SimpleUploadedFile(name, data, "image/jpeg") for name, data in pictures]
    return client.post(f"{PATCHES}/{patch.pk}/photos", {"files": files})


def spot(patch: Patch, east_m: float = 0.0) -> tuple[float, float]:
    """A place on the east edge of a patch, `east_m` metres outside."""
    _, south, east, north = patch.geom.bounds
    return east + east_m / 91_400, (south + north) / 2


def test_a_photo_brings_time_place_direction_and_distance(
    register: Register, people: People, signed_in: SignedIn
) -> None:
    lon, lat = spot(register.a_illegal, 30)
    page = send(
        signed_in(people.township_a), register.a_illegal,
        ("东侧.jpg", jpeg(lon, lat, 271.5, DAY)),
    ).json()  # fmt: skip
    (photo,) = page["photos"]
    assert photo["taken_at"].startswith("2026-03-15T02:30")
    assert abs(photo["lon"] - lon) < 1e-6
    assert photo["azimuth"] == pytest.approx(271.5)
    assert photo["distance_m"] == pytest.approx(30, abs=1)
    assert photo["flags"] == []
    assert AuditEntry.objects.get(act="enforcement.photo.add").actor == people.township_a


def test_what_is_doubtful_about_a_photo_is_flagged(
    register: Register, people: People, signed_in: SignedIn
) -> None:
    lon, lat = spot(register.a_illegal, 800)
    page = send(
        signed_in(people.township_a), register.a_illegal,
        ("远.jpg", jpeg(lon, lat, 10, datetime(2026, 3, 1), north="M")),
        ("空.jpg", jpeg()),
    ).json()  # fmt: skip
    far, bare = sorted(page["photos"], key=lambda p: p["lon"] is None)
    assert "超过 50 米" in far["flags"][0]
    assert "早于后时相 2026-03-10" in far["flags"][1]
    assert "磁方位角" in far["flags"][2]
    assert bare["flags"] == ["照片没有定位信息", "照片没有拍摄时间", "照片没有拍摄方向"]


def test_a_photo_inside_the_patch_is_at_distance_zero(
    register: Register, people: People, signed_in: SignedIn
) -> None:
    centre = register.a_illegal.geom.representative_point()
    picture = ("中.jpg", jpeg(centre.x, centre.y, 0, DAY))
    page = send(signed_in(people.clerk), register.a_illegal, picture).json()
    assert page["photos"][0]["distance_m"] == 0


def test_a_photo_used_for_another_patch_is_flagged_on_both(
    register: Register, people: People, signed_in: SignedIn
) -> None:
    client = signed_in(people.clerk)
    picture = ("同.jpg", jpeg(*spot(register.a_illegal), 0, DAY))
    send(client, register.a_illegal, picture)
    second = send(client, register.b_legal, picture).json()
    first = client.get(f"{PATCHES}/{register.a_illegal.pk}").json()
    assert "同一张照片已用于其他图斑" in second["photos"][0]["flags"]
    assert "同一张照片已用于其他图斑" in first["photos"][0]["flags"]


def test_the_same_photo_twice_on_a_patch_is_refused_and_nothing_is_kept(
    register: Register, people: People, signed_in: SignedIn
) -> None:
    client, picture = signed_in(people.clerk), jpeg(*spot(register.a_illegal), 0, DAY)
    other = jpeg(colour="#000000")
    assert send(client, register.a_illegal, ("甲.jpg", picture)).status_code == 200
    again = send(client, register.a_illegal, ("新.jpg", other), ("乙.jpg", picture))
    assert again.status_code == 422
    assert "“乙.jpg”" in again.json()["error"]["message"]
    assert PatchPhoto.objects.count() == 1


@pytest.mark.parametrize(
    ("name", "content"), [("a.jpg", b"<html>"), ("b.jpg", b"\xff\xd8\xff\xe0 broken")]
)
def test_what_is_no_picture_is_refused(
    register: Register, people: People, signed_in: SignedIn, name: str, content: bytes
) -> None:
    answer = send(signed_in(people.clerk), register.a_illegal, (name, content))
    assert answer.status_code == 422
    assert name in answer.json()["error"]["message"]
    assert not PatchPhoto.objects.exists()


def test_the_other_township_neither_adds_nor_sees_photos(
    register: Register, people: People, signed_in: SignedIn
) -> None:
    picture = ("甲.jpg", jpeg(*spot(register.a_illegal), 0, DAY))
    page = send(signed_in(people.township_a), register.a_illegal, picture).json()
    outsider = signed_in(people.township_b)
    assert send(outsider, register.a_illegal, ("乙.jpg", jpeg())).status_code == 404
    assert outsider.get(page["photos"][0]["url"]).status_code == 404
    assert outsider.get(page["photos"][0]["thumbnail"]).status_code == 404
    assert signed_in(people.township_a).get(page["photos"][0]["url"]).status_code == 200
    assert send(signed_in(people.auditor), register.a_illegal, picture).status_code == 403


def text_of(content: bytes) -> str:
    pages = pypdfium2.PdfDocument(BytesIO(content))
    return "".join(page.get_textpage().get_text_bounded() for page in pages)


def test_the_dossier_tells_the_patch_from_facts_to_history(
    register: Register, people: People, signed_in: SignedIn
) -> None:
    client, patch = signed_in(people.clerk), register.a_split
    send(client, patch, ("东侧.jpg", jpeg(*spot(patch, 20), 270, DAY)))
    client.post(
        f"{PATCHES}/{patch.pk}/confirm", {"outcome": "split"}, content_type="application/json"
    )
    answer = client.get(f"{PATCHES}/{patch.pk}/dossier.pdf")
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/pdf"
    text = "".join(text_of(answer.content).split())
    for wanted in (
        patch.number, "青禾县", "水田", "示例批〔2025〕1号", "国土调查套合图", "管控与审批套合图",
        "中央经线114°E", "张示例", "照片拍摄位置图", "距图斑20", "部分合法", register.batch.file_sha256[:16],
    ):  # fmt: skip
        assert wanted in text, wanted
    entry = AuditEntry.objects.get(act="enforcement.patch.dossier")
    assert (entry.actor, entry.target_id) == (people.clerk, str(patch.pk))


def test_a_dossier_before_photos_and_judgement_says_what_is_missing(
    register: Register, people: People, signed_in: SignedIn
) -> None:
    answer = signed_in(people.township_a).get(f"{PATCHES}/{register.a_illegal.pk}/dossier.pdf")
    text = "".join(text_of(answer.content).split())
    assert "尚未上传举证照片" in text
    assert "尚未判定" in text


def test_maps_of_a_township_end_at_its_boundary(
    register: Register, people: People, county: County, signed_in: SignedIn
) -> None:
    publish(
        people, county, "temporary_land",
        [
            approval(box(9900, 2000, 30, 30), "示例临〔2025〕1号", date(2025, 6, 1)),
            approval(box(10_010, 2000, 40, 30), "示例临〔2025〕2号", date(2025, 6, 1)),
        ],
    )  # fmt: skip
    batch = make_batch(
        people, county, [("边1", box(9940, 2000, 40, 40), county.village_a)], title="边界"
    )
    measure_patches(batch)
    address = f"{PATCHES}/{batch.patches.get().pk}/dossier.pdf"

    def papers(user: Any) -> set[str]:
        text = "".join(text_of(signed_in(user).get(address).content).split())
        return {n for n in "12" if f"示例临〔2025〕{n}号" in text}

    assert papers(people.clerk) == {"1", "2"}
    assert papers(people.township_a) == {"1"}


def test_the_dossier_needs_the_right_to_export(
    register: Register, people: People, signed_in: SignedIn
) -> None:
    from liangtian.platform.people.models import Role

    people.township_a.roles.set([Role.objects.get(code="grid_worker")])
    address = f"{PATCHES}/{register.a_illegal.pk}/dossier.pdf"
    assert signed_in(people.township_a).get(address).status_code == 403
