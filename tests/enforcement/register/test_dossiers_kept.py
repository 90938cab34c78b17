"""A dossier's originals, its archive, and dossiers of many patches."""

from __future__ import annotations

import io
import json
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from liangtian.platform.files.stores import LocalStore
from liangtian.press.dossier_pdf import dossier_pdf
from liangtian.programmes.enforcement.dossiers import making, running
from liangtian.programmes.enforcement.dossiers.completeness import (
    LABELS,
)
from liangtian.programmes.enforcement.models import (
    DossierRun,
    MilitaryPatch,
)
from liangtian.site.cli import main
from tests.conftest import People, Run, SignedIn
from tests.enforcement.pictures import jpeg
from tests.enforcement.register.conftest import Register
from tests.enforcement.register.dossier_steps import (
    FILING,
    LACKS,
    PATCHES,
    bytes_of,
    confirmed,
    photographed,
    put_in,
    scan,
    state,
    texts,
)

pytestmark = pytest.mark.django_db


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
