"""What a dossier holds and lacks, its originals, its archive, and dossiers of many patches."""

from __future__ import annotations

import io
import json
import re
import subprocess
import zipfile
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, transaction
from django.test import Client
from PIL import Image

from liangtian.platform.audit.models import AuditEntry
from liangtian.platform.files.stores import LocalStore
from liangtian.platform.people.models import Role, User
from liangtian.press.dossier_pdf import dossier_pdf
from liangtian.programmes.enforcement.dossiers import making, running
from liangtian.programmes.enforcement.dossiers.completeness import (
    LABELS,
    TESTS,
    completeness_of,
    items_of,
)
from liangtian.programmes.enforcement.judging import judge, step
from liangtian.programmes.enforcement.models import (
    Disposition,
    DossierRun,
    FieldCheck,
    MilitaryPatch,
    Patch,
    PatchPhoto,
)
from liangtian.programmes.enforcement.parts import PartJudgement
from liangtian.programmes.enforcement.photos import add_photos
from liangtian.programmes.enforcement.rules import pack_in_use
from liangtian.site.cli import main
from tests.conftest import People, Run, SignedIn
from tests.enforcement.pictures import jpeg
from tests.enforcement.register.conftest import Register

pytestmark = pytest.mark.django_db
PATCHES = "/api/enforcement/patches"
FILING = {"file_number": "2026-0001", "retention": "30年", "fonds": "J012"}
LACKS = "原件由乡镇另行保管"


def texts(content: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(content)
    return [page.get_textpage().get_text_range() for page in document]


def squeezed(text: str) -> str:
    return re.sub(r"[\s\u200b]", "", text)


def bytes_of(answer: Any) -> bytes:
    return answer.content if hasattr(answer, "content") else b"".join(answer.streaming_content)


def photographed(user: Any, patch: Patch, count: int = 4, salt: str = "44") -> None:
    _, south, east, north = patch.geom.bounds
    pictures = [
        jpeg(east, (south + north) / 2, 90.0 * n % 360, datetime(2026, 3, 15, 10, n),
             colour=f"#{patch.pk % 200 + 20:02x}{n:02x}{salt}")
        for n in range(count)
    ]  # fmt: skip
    add_photos(user, patch.pk, [(f"第{n}张.jpg", [data]) for n, data in enumerate(pictures)])


def put_in(client: Client, patch: Patch, kind: str, name: str, data: bytes, **more: str) -> Any:
    file = SimpleUploadedFile(name, data)
    return client.post(f"{PATCHES}/{patch.pk}/papers", {"kind": kind, "file": file, **more})


def scan(pages: int) -> bytes:
    """A PDF of so many empty pages."""
    out = io.BytesIO()
    first, *rest = [Image.new("RGB", (210, 297), "#eeeeee") for _ in range(pages)]
    first.save(out, "PDF", save_all=True, append_images=rest)
    return out.getvalue()


def state(client: Client, patch: Patch) -> dict[str, Any]:
    answer = client.get(f"{PATCHES}/{patch.pk}/dossier")
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found | {"by": {check["code"]: check["state"] for check in found["checks"]}}


def confirmed(people: People, patch: Patch, outcome: str = "other") -> None:
    told = [PartJudgement(1, subclass="facility", number="示例备〔2026〕1号")]
    judge(
        people.clerk,
        patch.pk,
        outcome,
        "现场核实，属于其他情形",
        told if outcome == "other" else (),
    )
    step(people.reviewer, patch.pk, "review")


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


def photographed_more(people: People, patch: Patch) -> None:
    add_photos(people.clerk, patch.pk, [("第九张.jpg", [jpeg(colour="#010203")])])


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


def completeness(patch: Patch) -> dict[str, str]:
    found = completeness_of([patch.pk])[patch.pk]
    return {code: check.state for code, check in zip(found.codes, found.checks, strict=True)}


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


def test_the_zip_of_originals_proves_itself_and_is_the_same_twice(
    register: Register, people: People, signed_in: SignedIn, tmp_path: Path
) -> None:
    client, patch = signed_in(people.clerk), register.a_illegal
    photographed(people.clerk, patch)
    put_in(client, patch, "other", "=说明 一.txt", "用地情况说明".encode())
    content = bytes_of(client.get(f"{PATCHES}/{patch.pk}/originals.zip"))
    assert content == bytes_of(client.get(f"{PATCHES}/{patch.pk}/originals.zip"))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        archive.extractall(tmp_path / "out")
    checked = subprocess.run(
        ["sha256sum", "-c", "SHA256SUMS"], cwd=tmp_path / "out", capture_output=True, check=False
    )
    assert checked.returncode == 0, checked.stdout
    assert checked.stdout.count(b": OK") == 7
    told = json.loads((tmp_path / "out/manifest.json").read_text("utf-8"))
    assert told["patch"] == patch.number
    assert [f["part"] for f in told["files"]] == ["现场照片"] * 4 + ["其他材料"]
    listed = (tmp_path / "out/清单.csv").read_text("utf-8-sig")
    assert "'=说明 一.txt" in listed  # no formula for a spreadsheet


def test_a_changed_original_is_found_by_its_hash(
    register: Register, people: People, signed_in: SignedIn, settings: Any
) -> None:
    client, patch = signed_in(people.clerk), register.a_illegal
    photographed(people.clerk, patch, salt="66")
    verify = f"{PATCHES}/{patch.pk}/dossier/verify"
    assert client.post(verify).json() == {"problems": []}
    file = patch.photos.all()[0].file
    place = LocalStore(Path(settings.FILES_ROOT)).path(file.sha256)
    place.chmod(0o600)
    place.write_bytes(jpeg(colour="#ff0000"))
    (problem,) = client.post(verify).json()["problems"]
    assert file.name in problem
    assert "校验值不符" in problem
    answer = client.get(f"{PATCHES}/{patch.pk}/originals.zip")
    assert answer.json()["error"]["code"] == "altered"


def test_archiving_freezes_a_version_and_a_change_makes_the_next(
    register: Register, people: People, signed_in: SignedIn
) -> None:
    patch = register.a_illegal
    photographed(people.clerk, patch)
    confirmed(people, patch)
    client, address = signed_in(people.reviewer), f"{PATCHES}/{patch.pk}/archive"
    send: dict[str, Any] = {"data": FILING, "content_type": "application/json"}
    assert client.post(address, **send).json()["error"]["fields"] == {
        "reason": "至少 5 个字，现有 0 个"
    }
    send["data"] = FILING | {"reason": LACKS}
    shown = client.post(address, **send).json()
    (first,) = shown["archived"]
    assert (first["version"], first["file_number"], first["changes"]) == (1, "2026-0001", [])
    assert "前时相影像" in first["missing"]
    assert shown["changed"] == []
    assert client.post(address, **send).status_code == 409  # nothing changed
    frozen = bytes_of(client.get(f"/api/enforcement/archived/{first['id']}/pdf"))
    assert "2026-0001" in texts(frozen)[0]
    put_in(signed_in(people.clerk), patch, "approval", "批复.pdf", scan(1), title="备案批复")
    changed = state(client, patch)["changed"]
    assert "增加“批准、备案文件：备案批复”" in changed
    second = client.post(address, **send).json()["archived"][0]
    assert (second["version"], second["changes"]) == (2, changed)
    assert bytes_of(client.get(f"/api/enforcement/archived/{first['id']}/pdf")) == frozen
    patch.case.refresh_from_db()
    assert patch.case.stage == "archived"
    with pytest.raises(DatabaseError, match="已归档的卷宗不能改动"), transaction.atomic():
        patch.archived.update(file_number="另一号")


def test_a_number_of_the_archive_is_used_for_one_patch_only(
    register: Register, people: People, signed_in: SignedIn
) -> None:
    client = signed_in(people.reviewer)
    send: dict[str, Any] = {"data": FILING | {"reason": LACKS}, "content_type": "application/json"}
    for patch, status in ((register.a_illegal, 200), (register.b_legal, 409)):
        confirmed(people, patch)
        assert client.post(f"{PATCHES}/{patch.pk}/archive", **send).status_code == status
    register.b_legal.case.refresh_from_db()
    assert register.b_legal.case.stage == "confirmed"  # nothing of the refused one stays


def test_a_paper_taken_out_stays_on_record_and_out_of_the_dossier(
    register: Register, people: People, signed_in: SignedIn
) -> None:
    client, patch = signed_in(people.township_a), register.a_illegal
    data = jpeg(colour="#778899")
    shown = put_in(client, patch, "image_before", "前.jpg", data).json()
    assert put_in(client, patch, "image_before", "前.jpg", data).status_code == 409
    address = f"{PATCHES}/{patch.pk}/papers/{shown['papers'][0]['id']}/remove"
    send: dict[str, Any] = {"content_type": "application/json"}
    assert client.post(address, {"reason": "错"}, **send).status_code == 422
    assert client.post(address, {"reason": "时相不是本图斑的"}, **send).json()["papers"] == []
    assert patch.papers.get().removed_reason == "时相不是本图斑的"
    assert client.post(address, {"reason": "时相不是本图斑的"}, **send).status_code == 404


def test_the_batch_makes_every_dossier_of_the_filter_and_lists_what_lacks(
    register: Register, people: People, signed_in: SignedIn, run_jobs: Run
) -> None:
    MilitaryPatch.objects.create(
        region=register.a_illegal.county, batch=register.batch, number="990121202603999",
        form_number="涉-1", registered_by=people.clerk,
    )  # fmt: skip
    client = signed_in(people.clerk)
    photographed(people.clerk, register.a_illegal)
    confirmed(people, register.a_illegal)
    asked = {"query": {"year": "2026"}, "originals": True}
    started = client.post("/api/enforcement/dossiers", asked, content_type="application/json")
    assert started.json()["patches"] == 3
    (job,) = [job for job in run_jobs() if job.kind == running.JOB]
    assert (job.status, job.result) == ("done", {"made": 3, "lacking": 3, "failed": 0})
    (run,) = client.get("/api/enforcement/dossiers").json()
    content = bytes_of(client.get(f"/api/enforcement/dossiers/{run['id']}/files/1"))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = archive.namelist()
        lists = archive.read(making.LIST).decode("utf-8-sig")
        pdf = archive.read("990121202603001/图斑卷宗-990121202603001.pdf")
    assert "990121202603001/图斑原件-990121202603001.zip" in names
    assert len([name for name in names if name.endswith(".pdf")]) == 3
    assert "990121202603999" not in lists + "".join(names)
    assert LABELS["lacking"] in lists
    assert "卷内文件目录" in "".join(texts(pdf))
    assert not (DossierRun.objects.get().folder / "work").exists()
    other = signed_in(people.reviewer)
    assert other.get(f"/api/enforcement/dossiers/{run['id']}/files/1").status_code == 404


def test_a_batch_that_was_killed_goes_on_with_what_is_left(
    register: Register, people: People, run_jobs: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = running.start(people.clerk, {})
    printed: list[str] = []
    print_one = dossier_pdf

    def dying(dossier: Any) -> bytes:
        if len(printed) == 1:
            raise KeyboardInterrupt  # the process goes
        printed.append(dossier.number)
        return print_one(dossier)

    monkeypatch.setattr(making, "dossier_pdf", dying)
    with pytest.raises(KeyboardInterrupt):
        making.make_all(
            people.clerk, run.patches, run.folder / "work", originals=False, clear=False
        )
    whole = [path.name for path in (run.folder / "work").iterdir() if path.name[0] != "."]
    assert whole == printed
    again: list[str] = []

    def counting(dossier: Any) -> bytes:
        again.append(dossier.number)
        return print_one(dossier)

    monkeypatch.setattr(making, "dossier_pdf", counting)
    (job,) = [job for job in run_jobs() if job.kind == running.JOB]
    assert job.status == "done"
    assert sorted([*printed, *again]) == sorted(set(printed) | set(again))  # none made twice
    run.refresh_from_db()
    assert (run.made, run.failed) == (3, 0)


def test_one_broken_photo_does_not_stop_the_batch(
    register: Register, people: People, tmp_path: Path, settings: Any
) -> None:
    photographed(people.clerk, register.a_illegal, 1, "55")
    file = register.a_illegal.photos.get().file
    place = LocalStore(Path(settings.FILES_ROOT)).path(file.sha256)
    place.chmod(0o600)
    place.write_bytes(b"\xff\xd8\xff broken")
    lines = making.make_all(
        people.clerk, running.listed(people.clerk, {}), tmp_path / "out", originals=False,
        clear=False,
    )  # fmt: skip
    assert [bool(line.problem) for line in lines] == [True, False, False]
    assert "第0张" in lines[0].problem
    assert not (tmp_path / "out" / register.a_illegal.number).exists()


def test_the_command_fills_a_folder_and_goes_on_with_it(
    register: Register, people: People, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ["dossiers", str(tmp_path / "out"), "--user", "liutang", "--year", "2026"]
    assert main(asked) == 0
    assert "共 2 个图斑，生成 2 卷" in capsys.readouterr().out
    made = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.pdf")}
    assert len(made) == 2
    assert main(asked) == 0
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.pdf")} == made
    assert main(["dossiers", str(tmp_path), "--user", "nobody"]) == 1
    assert main(["dossiers", str(tmp_path), "--user", "liutang", "--where", "odd=1"]) == 1


def test_a_township_makes_dossiers_of_its_own_patches_only(
    register: Register, people: People
) -> None:
    mine = running.listed(people.township_a, {})
    assert register.b_legal.pk not in mine
    assert len(mine) == 2
