"""What a dossier holds and lacks, and how it is printed."""

from __future__ import annotations

from datetime import date, datetime

import pypdfium2
import pytest

from liangtian.platform.audit.models import AuditEntry
from liangtian.platform.people.models import Role, User
from liangtian.programmes.enforcement.dossiers.completeness import (
    TESTS,
    completeness_of,
    items_of,
)
from liangtian.programmes.enforcement.judging import judge, step
from liangtian.programmes.enforcement.models import (
    Disposition,
    FieldCheck,
    PatchPhoto,
)
from liangtian.programmes.enforcement.rules import pack_in_use
from tests.conftest import People, SignedIn
from tests.enforcement.pictures import jpeg
from tests.enforcement.register.conftest import Register
from tests.enforcement.register.dossier_steps import (
    PATCHES,
    completeness,
    confirmed,
    photographed,
    photographed_more,
    put_in,
    scan,
    squeezed,
    state,
    texts,
)

pytestmark = pytest.mark.django_db


def test_every_item_of_the_pack_is_tested_by_the_program() -> None:
    assert {item.code for item in items_of(pack_in_use())} == set(TESTS)
    assert all(item.clause for item in pack_in_use().dossier)


def test_a_new_patch_lacks_what_comes_later_and_nothing_yet(
    register: Register, people: People, signed_in: SignedIn
) -> None:
    shown = state(signed_in(people.township_a), register.a_illegal)
    assert (shown["status"], shown["status_label"]) == ("ongoing", "办理中")
    assert shown["by"]["situation"] == "there"
    assert shown["by"]["photos"] == "later"
    assert shown["by"]["penalty"] == "not_needed"  # no case yet
    assert "缺 0 项" in shown["verdict"]


def test_a_confirmed_patch_lacks_photos_until_they_are_there(
    register: Register, people: People, signed_in: SignedIn
) -> None:
    client, patch = signed_in(people.clerk), register.a_illegal
    confirmed(people, patch)
    before = state(client, patch)
    assert before["status"] == "lacking"
    assert {"photos", "image_before", "approval"} <= {
        code for code, found in before["by"].items() if found == "missing"
    }
    photographed(people.clerk, patch, 3)
    assert state(client, patch)["by"]["photos"] == "missing"  # the pack wants four
    photographed_more(people, patch)
    for kind in ("image_before", "image_after"):
        assert put_in(client, patch, kind, f"{kind}.jpg", jpeg(colour="#445566")).status_code == 200
    assert put_in(client, patch, "approval", "批复.pdf", scan(2)).status_code == 200
    by = state(client, patch)["by"]
    assert {by[c] for c in ("photos", "photo_places", "image_before", "approval")} == {"there"}
    assert by["disposition"] == "not_needed"


def test_an_illegal_patch_needs_disposition_penalty_and_photos_after_demolition(
    register: Register, people: People, signed_in: SignedIn
) -> None:
    patch = register.a_illegal
    judge(people.clerk, patch.pk, "illegal", "未取得批准手续即建设")
    step(people.reviewer, patch.pk, "review")
    part = patch.parts.get()
    assert completeness(patch)["disposition"] == "later"  # not told what is to be done yet
    office = people.township_a.office
    Disposition.objects.create(
        part=part, handling="case", owner=office, entered_by=people.clerk, demolish=True,
        case_number="示例立〔2026〕1号", case_filed_on=date(2026, 4, 1),
        demolished_on=date(2026, 5, 1),
    )  # fmt: skip
    found = completeness(patch)
    assert found["disposition"] == found["case_file"] == found["demolition"] == "there"
    assert found["penalty"] == found["rectified_photos"] == found["acceptance"] == "later"
    photographed(people.clerk, patch, 1)
    photo = patch.photos.get()
    PatchPhoto.objects.filter(pk=photo.pk).update(purpose="rectified")  # taken in March
    assert completeness(patch)["rectified_photos"] == "later"
    after = datetime.fromisoformat("2026-05-02T09:00+08:00")
    PatchPhoto.objects.filter(pk=photo.pk).update(taken_at=after)
    assert completeness(patch)["rectified_photos"] == "there"


def test_the_ledger_says_the_same_and_filters_by_it(
    register: Register, people: People, signed_in: SignedIn
) -> None:
    client = signed_in(people.clerk)
    confirmed(people, register.a_illegal)
    rows = client.get("/api/ledgers/enforcement.patches/rows").json()["rows"]
    found = {row["id"]: row["dossier"] for row in rows}
    told = completeness_of(found)
    assert found == {key: whole.status for key, whole in told.items()}
    lacking = client.get("/api/ledgers/enforcement.patches/rows?dossier=lacking").json()["rows"]
    assert [row["id"] for row in lacking] == [register.a_illegal.pk]


def test_the_pdf_has_checklist_index_and_bookmarks_on_the_right_pages(
    register: Register, people: People, signed_in: SignedIn
) -> None:
    client, patch = signed_in(people.clerk), register.a_split
    photographed(people.clerk, patch, 40)
    put_in(client, patch, "penalty", "处罚决定书.pdf", scan(3), number="示例罚〔2026〕1号",
           title="行政处罚决定书", responsible="青禾县自然资源局", dated="2026-04-01")  # fmt: skip
    put_in(client, patch, "other", "说明.txt", "用地情况说明".encode())
    confirmed(people, patch, "split")
    content = client.get(f"{PATCHES}/{patch.pk}/dossier.pdf").content
    pages = texts(content)
    assert "卷宗材料检查表" in pages[1]
    assert "前时相影像缺" in squeezed(pages[1])
    document = pypdfium2.PdfDocument(content)
    marks = {str(m.get_title()): m.get_dest().get_index() for m in document.get_toc()}
    for title, page in marks.items():
        assert squeezed(title) in squeezed(pages[page]), title
    index = squeezed("".join(p for p in pages[:6] if "卷内文件目录" in p))
    (title,) = [title for title in marks if "行政处罚决定书" in title]
    assert f"处罚文书：行政处罚决定书2026-04-01{marks[title] + 1}" in index
    assert "示例罚〔2026〕1号" in index
    whole = squeezed("".join(pages))
    for wanted in ("原件第3页，共3页", "照片拍摄位置图", "不能印入本卷", "分割部分2", "各部分判定"):
        assert squeezed(wanted) in whole, wanted
    assert whole.count("方位角") >= 40


def test_a_land_user_is_masked_unless_a_reason_is_given_by_who_may(
    register: Register, people: People, signed_in: SignedIn
) -> None:
    patch = register.a_illegal
    FieldCheck.objects.create(
        patch=patch, situation="built", checked_on=date(2026, 3, 20), land_user="赵钱孙",
        by=people.township_a, returned_at=datetime.fromisoformat("2026-03-21T09:00+08:00"),
    )  # fmt: skip
    address = f"{PATCHES}/{patch.pk}/dossier.pdf"
    client = signed_in(people.clerk)
    masked = squeezed("".join(texts(client.get(address).content)))
    assert "赵*孙" in masked
    assert "赵钱孙" not in masked
    refused = signed_in(people.township_a).get(f"{address}?reason=核对当事人身份")
    may = people.township_a.may("personal.unmask")
    assert refused.status_code == (200 if may else 403)
    people.clerk.roles.add(Role.objects.create(
        code="opens", name="可查看", permissions=["personal.unmask"]))  # fmt: skip
    clear = signed_in(User.objects.get(pk=people.clerk.pk)).get(f"{address}?reason=核对当事人身份")
    assert "赵钱孙" in squeezed("".join(texts(clear.content)))
    assert AuditEntry.objects.filter(act="personal.unmask", note="核对当事人身份").exists()
