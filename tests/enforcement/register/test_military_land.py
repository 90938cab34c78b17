"""What is left of a patch of military land, path by path: nothing that anybody but its keeper could read."""

from __future__ import annotations

import json
import logging
import zlib
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.test import Client
from pytest_django import DjangoCaptureOnCommitCallbacks

from liangtian.platform.audit.models import AuditEntry
from liangtian.platform.audit.verifying import verify
from liangtian.platform.documents import services as letters
from liangtian.platform.documents import templates
from liangtian.platform.documents.models import Letter
from liangtian.platform.files.models import StoredFile
from liangtian.platform.files.services import store
from liangtian.platform.jobs.models import Job
from liangtian.platform.jobs.services import enqueue
from liangtian.platform.ledgers.declaration import find_ledger
from liangtian.platform.ledgers.exports import start_export
from liangtian.platform.people.models import Office, Role, User
from liangtian.platform.people.sealed import Sealed
from liangtian.platform.returns import snapshots
from liangtian.press.letter_start import first_template
from liangtian.programmes.enforcement import checking, disposing, judging, meeting, military
from liangtian.programmes.enforcement.checking import CheckForm
from liangtian.programmes.enforcement.models import BatchImport, MilitaryPatch, Patch
from liangtian.programmes.enforcement.photos import add_photos
from tests.conftest import County, People, Run, SignedIn
from tests.enforcement.pictures import jpeg
from tests.enforcement.register.conftest import Register

pytestmark = pytest.mark.django_db
API = "/api/enforcement"


@pytest.fixture
def keeper(county: County, people: People) -> User:
    user = User.objects.create_user("keeper", None, name="保空白", region=county.county)
    user.roles.add(Role.objects.get(code="secrecy_keeper"))
    return user


class Lived:
    """A patch with everything that one gathers, and what was made of it."""

    def __init__(self, register: Register, people: People, county: County, run_jobs: Run) -> None:
        self.patch, self.clerk = register.a_illegal, people.clerk
        Patch.objects.exclude(pk=self.patch.pk).update(attributes={})  # the sample has all alike
        self.number, self.key, self.batch = self.patch.number, self.patch.pk, register.batch
        self.where = self.patch.geom.representative_point().coords[0]
        judging.assign(people.clerk, self.key, note=f"请核查 {self.number}")
        self._photo(people.township_a, "#010203")
        form = CheckForm("built", date(2026, 3, 20), note=f"图斑 {self.number} 已建成")
        checking.save_check(people.township_a, self.key, form)
        judging.step(people.township_a, self.key, "return", "地形所限只拍到一张")
        convened = meeting.save_meeting(
            people.clerk, meeting.MeetingForm("会审", date(2026, 3, 25), "会议室", "王演示")
        )
        meeting.add_items(people.clerk, convened.pk, [self.key], "hand")
        meeting.cancel(people.clerk, convened.pk)
        judging.judge(people.clerk, self.key, "illegal", f"{self.number} 没有批准")
        self._letters(people.clerk)
        ledger = find_ledger("enforcement.patches")
        assert ledger is not None
        self.kept = snapshots.keep_now(people.clerk, ledger, {}, "三月留存")
        self.export = start_export(ledger, people.clerk, {}, ["number", "area_mu"], "csv")
        self.job = enqueue(
            "enforcement.steps", "批量办理", people.clerk, county.county, target="x",
            user_id=people.clerk.pk, ids=[self.key], step="assign", note=self.number, form=None,
        )  # fmt: skip
        run_jobs()
        self.began = BatchImport.objects.create(
            region=county.county, title="三月", period="2026-03", status="done", file=self.batch.file,
            batch=self.batch, created_by=people.clerk,
            contents={"format": "Shapefile", "layers": [], "areal": True, "crs_note": "", "notes": [],
                      "fields": [], "preview": [{"JCBH": self.number}]},
        )  # fmt: skip
        self.began.problems.create(
            row=2,
            number="另一编号",
            reason=f"与图斑 {self.number} 重复",
            advice="",
            severity="duplicate",
        )

    def _photo(self, user: User, colour: str) -> None:
        lon, lat = self.where
        picture = jpeg(lon, lat, 1, datetime(2026, 3, 20, 9), colour=colour)
        add_photos(user, self.key, [(f"{self.number}.jpg", [picture])])
        self.photo = self.patch.photos.get().file_id

    def _letters(self, clerk: User) -> None:
        kind = "enforcement.field_check"
        series = letters.create_series(clerk, "青自然资卫")
        assert clerk.region is not None
        sent = letters.draft(clerk, kind, self.key)
        content = first_template("通知", ["编号：{{ patch_number }}"])
        file = store([content], "模板.docx", user=clerk, region=clerk.region, kind="document")
        template = templates.upload(clerk, kind, file.pk)
        templates.test(clerk, template.pk)
        letters.draft(clerk, kind, self.key)
        self.letter = letters.issue(clerk, sent.pk, series.pk)


@pytest.fixture
def lived(  # noqa: PLR0917 -- fixtures
    register: Register, people: People, county: County, run_jobs: Run, keeper: User,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
    caplog: pytest.LogCaptureFixture,
) -> Lived:  # fmt: skip
    """Taken into the register after it had lived."""
    made = Lived(register, people, county, run_jobs)
    assert made.number in everything_said(), "there is something to take out"
    caplog.clear()
    with (
        caplog.at_level(logging.DEBUG, "liangtian"),
        django_capture_on_commit_callbacks(execute=True),
    ):
        military.register(keeper, made.key, "J-1")
    assert made.number not in caplog.text
    return made


def rows_saying(number: str) -> Iterator[tuple[str, Any]]:
    """Every row of every table that holds the number anywhere, as (table, key)."""
    for model in apps.get_models():
        for row in model._default_manager.order_by().values():
            text = "".join(
                zlib.decompress(bytes(v)).decode(errors="replace")
                if model._meta.label_lower == "returns.snapshotpart" and name == "data"
                else str(v)
                for name, v in row.items()
            )
            if number in text:
                yield model._meta.label_lower, row.get("snapshot_id") or row[model._meta.pk.attname]


def everything_said() -> str:
    return json.dumps(
        [str(row) for m in apps.get_models() for row in m._default_manager.order_by().values()]
    )


def test_no_row_of_any_table_names_it_but_those_that_are_sealed(lived: Lived) -> None:
    sealed = set(Sealed.objects.values_list("target_type", "target_id"))
    parents = {"returns.snapshotpart": "returns.snapshot"}
    left = [
        (table, key)
        for table, key in rows_saying(lived.number)
        if table != "enforcement.militarypatch" and (parents.get(table, table), key) not in sealed
    ]
    # The steps of its case stay for good; they have no door but the page of the patch, which is gone.
    assert [one for one in left if one[0] != "cases.casestep"] == []


def test_nothing_lies_where_it_lay(lived: Lived) -> None:
    for model in apps.get_models():
        if any(f.name == "geom" for f in model._meta.fields) and "layers" not in model._meta.label:
            for row in model._default_manager.exclude(geom=None).values_list("geom", flat=True):
                assert not row.equals(lived.patch.geom), model


PAGES = (
    f"{API}/patches/{{key}}", f"{API}/patches/{{key}}/stages", f"{API}/patches/{{key}}/problems",
    f"{API}/patches/{{key}}/dossier", f"{API}/patches/{{key}}/dossier.pdf", f"{API}/batches",
    f"{API}/ratio?year=2026", f"{API}/ratio/parts?year=2026", f"{API}/imports/{{began}}",
    f"{API}/problems/counts", f"{API}/meetings", "/api/home", "/api/inbox", "/api/inbox?done=1",
    "/api/search?q={number}", "/api/search?q=990121", "/api/jobs", "/api/jobs/{job}", "/api/messages",
    "/api/ledgers/enforcement.patches/rows", "/api/ledgers/enforcement.problems/rows",
    "/api/ledgers/documents.letters/rows", "/api/ledgers/enforcement.patches/extent",
    "/api/ledgers/enforcement.patches/export.csv", "/api/ledgers/enforcement.patches/export.geojson",
    "/api/ledgers/enforcement.patches/rows?number={number}", "/api/ogc/collections/enforcement.patches/items",
    "/api/documents/letters/{letter}", "/api/documents/letters/{letter}/letter.docx", "/api/snapshots?ledger=enforcement.patches",
    "/api/files/{raw}", "/api/files/{photo}", "/api/files/{paper}", f"{API}/military",
    "/api/audit/entries", "/api/audit/entries/{entry}",
)  # fmt: skip


def test_no_page_file_or_answer_tells_of_it(
    lived: Lived, people: People, signed_in: SignedIn
) -> None:
    entry = AuditEntry.objects.filter(
        target_type="enforcement.patch", target_id=str(lived.key), act="enforcement.patch.submit"
    ).get()
    names = {
        "key": lived.key, "number": lived.number, "began": lived.began.pk, "job": lived.job.pk,
        "letter": lived.letter.pk, "raw": lived.batch.file_id, "photo": lived.photo,
        "paper": lived.letter.file_id, "entry": entry.pk,
    }  # fmt: skip
    for user in (people.clerk, people.reviewer, people.township_a, people.auditor):
        client = signed_in(user)
        for page in PAGES:
            address = page.format(**names)
            answer = client.get(address)
            body = _bytes(answer)
            echoed = "number=" in address or "q=" in address
            assert answer.status_code < 500, (user, address)
            assert lived.number.encode() not in body or (echoed and b'"rows":[]' in body), (
                user,
                address,
            )
        for page in (f"{API}/patches/{{key}}", "/api/documents/letters/{letter}", "/api/files/{raw}",
                     "/api/files/{paper}"):  # fmt: skip
            assert client.get(page.format(**names)).status_code in (403, 404), (user, page)
    by_text = signed_in(people.auditor).get("/api/audit/entries", {"text": lived.number}).json()
    assert {row["act"] for row in by_text["rows"]} <= {"audit.search"}  # one's own question
    told = signed_in(people.auditor).get(f"/api/audit/entries/{entry.pk}").json()
    assert (told["target_label"], told["note"], told["changes"], told["digest"]) == (
        "（已封存）",
        "",
        [],
        "",
    )


def _bytes(answer: Any) -> bytes:
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def test_the_keeper_still_opens_what_was_sealed(
    lived: Lived, keeper: User, people: People, signed_in: SignedIn
) -> None:
    client: Client = signed_in(keeper)
    assert client.get(f"/api/files/{lived.batch.file_id}").status_code == 200
    assert client.get(f"/api/files/{lived.letter.file_id}").status_code == 200
    assert [row["number"] for row in client.get(f"{API}/military").json()] == [lived.number]
    assert Letter.objects.visible_to(keeper).filter(pk=lived.letter.pk).exists()
    assert not Letter.objects.visible_to(people.clerk).filter(pk=lived.letter.pk).exists()
    assert not MilitaryPatch.objects.visible_to(people.reviewer).exists()


def test_the_chain_of_the_trail_still_holds(lived: Lived) -> None:
    assert verify().problem == ""


def test_files_made_before_are_withdrawn(lived: Lived, people: People, signed_in: SignedIn) -> None:
    assert lived.export.ready_at is None or not lived.export.path.exists()
    for path in Path(settings.DATA).rglob("*"):
        if path.is_file() and "files" not in path.parts:
            assert lived.number.encode() not in path.read_bytes(), path
    counted = signed_in(people.clerk).get("/api/ledgers/enforcement.patches/rows").json()
    assert counted["total"] == 2
    assert Patch.objects.count() == 2
    job = Job.objects.get(pk=lived.job.pk)
    assert lived.number not in json.dumps(job.result or {})


def test_a_photo_that_serves_another_patch_stays_with_it_and_is_sealed(
    register: Register, people: People, keeper: User, county: County
) -> None:
    lon, lat = register.a_illegal.geom.centroid.coords[0]
    picture = jpeg(lon, lat, 1, datetime(2026, 3, 20, 9), colour="#040506")
    for patch in (register.a_illegal, register.a_split):
        add_photos(people.township_a, patch.pk, [("同一张.jpg", [picture])])
    shared = register.a_split.photos.get().file_id
    military.register(keeper, register.a_illegal.pk, "J-2")
    assert register.a_split.photos.count() == 1
    assert StoredFile.objects.filter(pk=shared).exists()


def test_a_disposed_patch_is_taken_out_as_well(
    register: Register, people: People, keeper: User, county: County
) -> None:
    office = Office.objects.create(code="99-z", name="柳塘镇人民政府", region=county.township_a)
    judging.judge(people.clerk, register.a_illegal.pk, "illegal")
    judging.step(people.reviewer, register.a_illegal.pk, "review")
    part = register.a_illegal.parts.get()
    disposing.plan(people.clerk, part.pk, disposing.Plan("case", office.pk, demolish=True))
    disposing.hand_down(people.clerk, register.a_illegal.pk)
    military.register(keeper, register.a_illegal.pk, "J-3")
    assert not Patch.objects.filter(pk=register.a_illegal.pk).exists()
