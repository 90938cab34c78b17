"""Dossiers: what one holds, its papers, its archive, and dossiers of many patches."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from tests.enforcement.pictures import jpeg
from tests.site.matrix import EVERYONE, EXPORT, VIEW, Request, Row, holding
from tests.site.world import ABROAD, HOME, NEXT, PLACES, World

PATCH = "/api/enforcement/patches/{patch_id}"
ADD = (holding("enforcement.evidence") | holding("enforcement.archive")) & VIEW
ARCHIVE = holding("enforcement.archive") & EXPORT
WHERE = tuple(PLACES)
UNSEEN = frozenset({403, 404})
FILING = {"file_number": "2026-0001", "retention": "30年", "reason": "原件由乡镇另行保管"}


def _patch(**rest: Any) -> Request:
    return lambda w, place: {"path": {"patch_id": w.patches[place][0].pk}, **rest}


def _clerk(w: World, place: str) -> Any:
    return w.users[{HOME: "county_clerk", NEXT: "county_clerk", ABROAD: "clerk_abroad"}[place]]


def _new_paper(w: World, place: str) -> Mapping[str, Any]:
    file = SimpleUploadedFile("影像.jpg", jpeg(colour="#123456"), "image/jpeg")
    path = {"patch_id": w.patches[place][0].pk}
    return {"path": path, "form": {"kind": "image_before", "file": file}}


def _paper(w: World, place: str) -> Mapping[str, Any]:
    from liangtian.programmes.enforcement.dossiers.services import PaperFacts, add_paper

    patch = w.patches[place][0]
    paper = patch.papers.filter(kind="other", removed_at=None).first() or add_paper(
        _clerk(w, place), patch.pk, PaperFacts("other"), "说明.txt", [f"{place}的说明".encode()]
    )
    path = {"patch_id": patch.pk, "paper_id": paper.pk}
    return {"path": path, "json": {"reason": "登记到了错误的图斑"}}


def _settled(w: World, place: str) -> Any:
    """The third patch, judged as other land and confirmed by another."""
    from liangtian.platform.people.models import User
    from liangtian.programmes.enforcement.judging import judge, step
    from liangtian.programmes.enforcement.models import Patch
    from liangtian.programmes.enforcement.parts import PartJudgement

    patch = Patch.objects.get(pk=w.patches[place][2].pk)
    if not patch.judgement_outcome:
        clerk = _clerk(w, place)
        told = [PartJudgement(1, subclass="facility", number="示例备〔2026〕2号")]
        judge(clerk, patch.pk, "other", "现场核实，属于其他情形", told)
        other, new = User.objects.get_or_create(
            username=f"second_{place}", defaults={"name": "施模样", "region": clerk.region}
        )
        if new:
            other.roles.add(w.users["county_reviewer"].roles.get())
        step(User.objects.get(pk=other.pk), patch.pk, "review")
    return patch


def _to_archive(w: World, place: str) -> Mapping[str, Any]:
    patch = _settled(w, place)
    number = {"file_number": f"2026-{place}"}
    return {"path": {"patch_id": patch.pk}, "json": FILING | number}


def _archived(w: World, place: str) -> Mapping[str, Any]:
    """A version of the first patch, frozen as it stands."""
    from django.db import transaction

    from liangtian.programmes.enforcement.dossiers.content import Filing, made_of
    from liangtian.programmes.enforcement.dossiers.services import _frozen, _Ready

    patch, clerk = w.patches[place][0], _clerk(w, place)
    row = patch.archived.first()
    if row is None:
        filing = Filing("J001", "2026", f"2026-{place}-1", "30年", 1)
        with transaction.atomic():
            made = made_of(clerk, patch, maps=False)
            row = _frozen(clerk, _Ready(patch, filing, made, "", {}))
            row.save()
    return {"path": {"archived_id": row.pk, "which": "pdf"}}


def _run(w: World, place: str) -> Mapping[str, Any]:
    """A finished run of the county's clerk, fetched by whoever asks."""
    from django.utils import timezone

    from liangtian.programmes.enforcement.models import DossierRun

    clerk = w.users["county_clerk"]
    run, new = DossierRun.objects.get_or_create(
        title="矩阵", created_by=clerk,
        defaults={
            "region": clerk.region, "ready_at": timezone.now(), "made": 1, "lacking": 0,
            "failed": 0, "files": [{"name": "图斑卷宗.zip", "size": 2, "sha256": "0" * 64}],
        },
    )  # fmt: skip
    if new:
        run.folder.mkdir(parents=True)
        (run.folder / "图斑卷宗.zip").write_bytes(b"PK")
    return {"path": {"run_id": run.pk, "number": 1}}


ROWS: tuple[Row, ...] = (
    Row("GET", f"{PATCH}/dossier", VIEW, _patch(), WHERE),
    Row("GET", f"{PATCH}/originals.zip", EXPORT, _patch(), WHERE),
    Row("POST", f"{PATCH}/papers", ADD, _new_paper, WHERE),
    Row("POST", f"{PATCH}/papers/{{paper_id}}/remove", ADD, _paper, WHERE),
    Row("POST", f"{PATCH}/archive", ARCHIVE, _to_archive, WHERE),
    Row("POST", f"{PATCH}/dossier/verify", EXPORT, _patch(), WHERE),
    Row("GET", "/api/enforcement/archived/{archived_id}/{which}", EXPORT, _archived, WHERE),
    Row("POST", "/api/enforcement/dossiers", EXPORT, lambda w, p: {"json": {"query": {}}}),
    Row("GET", "/api/enforcement/dossiers", EVERYONE),
    Row("GET", "/api/enforcement/dossiers/{run_id}/files/{number}", {"county_clerk"}, _run,
        denied=UNSEEN),
)  # fmt: skip
