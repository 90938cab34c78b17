"""Writers of dossiers: papers put in and taken out, a dossier archived, checked against its hashes."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from liangtian.platform.audit.services import record
from liangtian.platform.cases.services import Taking, take_step
from liangtian.platform.errors import Conflict, Forbidden, NotFound, Refused
from liangtian.platform.files.models import StoredFile
from liangtian.platform.files.services import read_chunks, store
from liangtian.platform.people.models import User
from liangtian.platform.people.scope import require
from liangtian.platform.reasons import reason_given
from liangtian.press.dossier_pdf import dossier_pdf
from liangtian.press.errors import PressError
from liangtian.programmes.enforcement.dossiers.content import (
    Filing,
    Made,
    changed,
    digests,
    filed,
    made_of,
)
from liangtian.programmes.enforcement.dossiers.originals import (
    copy_checked,
    save_originals,
    write_originals,
)
from liangtian.programmes.enforcement.facts import PatchState
from liangtian.programmes.enforcement.flow import ARCHIVE, ARCHIVED, FLOW
from liangtian.programmes.enforcement.judging import lock_patch
from liangtian.programmes.enforcement.models import ArchivedDossier, DossierPaper, Patch
from liangtian.programmes.enforcement.patch_page import fetch_patch
from liangtian.programmes.enforcement.rules import pack_in_use

ADDERS = ("enforcement.evidence", "enforcement.archive")
RETENTION = "enforcement.dossier_retention"


@dataclass(frozen=True)
class PaperFacts:
    """What is told of a paper that is put in."""

    kind: str
    title: str = ""
    number: str = ""
    responsible: str = ""
    dated: date | None = None


def printed(patch: Patch, made: Made) -> bytes:
    """The PDF. Refused when the press cannot print it."""
    try:
        return dossier_pdf(made.dossier)
    except PressError as error:
        raise Refused(f"图斑 {patch.number} 的卷宗不能生成：{error}") from error


def clear_for(user: User, patch: Patch, reason: str) -> str:
    """The reason for which personal names are printed unmasked, kept in the trail; "" without one.

    Raises Forbidden for who may not, Refused for a reason that is too short.
    """
    if not reason.strip():
        return ""
    require(user, "personal.unmask")
    text = reason_given(reason, "查看未脱敏的内容", 200)
    with transaction.atomic():
        record(user, "personal.unmask", patch, note=text, after={"dossier": patch.number})
    return text


def patch_dossier(user: User, patch_id: int, reason: str = "") -> tuple[str, bytes]:
    """File name and PDF of a patch's dossier, as far as the user may see the ground around it.

    With a `reason` personal names are unmasked. Raises Forbidden, NotFound, Refused.
    """
    require(user, "enforcement.view", "enforcement.export")
    patch = fetch_patch(user, patch_id)
    text = clear_for(user, patch, reason)
    content = printed(patch, made_of(user, patch, clear=bool(text)))
    with transaction.atomic():
        after = {"bytes": len(content)}
        record(user, "enforcement.patch.dossier", patch, after=after, note=text)
    return f"图斑卷宗-{patch.number}.pdf", content


def patch_originals(user: User, patch_id: int) -> tuple[str, io.BufferedRandom]:
    """File name and zip of a patch's originals. Raises Forbidden, NotFound, Refused without originals."""
    require(user, "enforcement.view", "enforcement.export")
    patch = fetch_patch(user, patch_id)
    made = made_of(user, patch, maps=False)
    if not made.originals:
        raise Refused(f"图斑 {patch.number} 还没有照片或其他原件，没有可打包的内容。")
    folder = Path(settings.DATA)
    out = tempfile.TemporaryFile(dir=folder, prefix=".originals-")  # noqa: SIM115 -- sent by the caller
    write_originals(patch.number, made.originals, out)
    out.seek(0)
    with transaction.atomic():
        files = [{"name": o.file.name, "sha256": o.file.sha256} for o in made.originals]
        record(user, "enforcement.patch.originals", patch, after={"files": files})
    return f"图斑原件-{patch.number}.zip", out


def add_paper(
    user: User, patch_id: int, facts: PaperFacts, name: str, chunks: Iterable[bytes]
) -> DossierPaper:
    """Put an original in. Raises Forbidden, NotFound, Refused, Conflict for one that is there already."""
    _may_add(user)
    patch: Patch = Patch.objects.fetch_for(user, pk=patch_id)
    if facts.kind not in DossierPaper.Kind.values:
        raise Refused(f"材料类别“{facts.kind}”无效。", fields={"kind": "请选择"})
    file = store(chunks, name, user=user, region=patch.region, kind=StoredFile.Kind.DOCUMENT)
    images = (DossierPaper.Kind.IMAGE_BEFORE, DossierPaper.Kind.IMAGE_AFTER)
    if facts.kind in images and file.content_type not in ("image/jpeg", "image/png"):
        raise Refused("时相影像请上传 JPEG 或 PNG 图片。", fields={"file": "不是 JPEG 或 PNG 图片"})
    with transaction.atomic():
        Patch.objects.select_for_update().get(pk=patch.pk)
        if patch.papers.filter(kind=facts.kind, file__sha256=file.sha256, removed_at=None).exists():
            raise Conflict(f"“{file.name}”已在卷内，不必重复登记。")
        paper = DossierPaper.objects.create(
            patch=patch, kind=facts.kind, file=file, number=facts.number.strip()[:100],
            title=(facts.title.strip() or Path(file.name).stem)[:200],
            responsible=facts.responsible.strip()[:100], dated=facts.dated, added_by=user,
        )  # fmt: skip
        record(user, "enforcement.paper.add", patch,
               after={"kind": paper.kind, "title": paper.title, "sha256": file.sha256})  # fmt: skip
    return paper


def remove_paper(user: User, patch_id: int, paper_id: int, reason: str) -> None:
    """Take a paper out, with a reason; the file and the entry stay."""
    _may_add(user)
    text = reason_given(reason, "移出卷内材料")
    with transaction.atomic():
        patch = lock_patch(user, patch_id)
        paper = patch.papers.filter(pk=paper_id, removed_at=None).first()
        if paper is None:
            raise NotFound
        paper.removed_by, paper.removed_at, paper.removed_reason = user, timezone.now(), text
        paper.save(update_fields=["removed_by", "removed_at", "removed_reason"])
        record(user, "enforcement.paper.remove", patch, note=text,
               before={"kind": paper.kind, "title": paper.title})  # fmt: skip


def _may_add(user: User) -> None:
    require(user, "enforcement.view")
    if not any(user.may(permission) for permission in ADDERS):
        raise Forbidden


def archive(user: User, patch_id: int, filing: Filing, reason: str = "") -> ArchivedDossier:
    """Freeze the dossier (归档): its PDF and its originals under their hashes, in one transaction.

    The case goes into the archive with the first version; a later one needs a change. Raises Forbidden,
    NotFound, Refused without a number or with parts missing and no `reason`, Conflict when nothing changed,
    the number is taken, or the case is not so far.
    """
    with transaction.atomic():
        ready = _ready(user, patch_id, filing, reason)
        patch, row = ready.patch, _frozen(user, ready)
        row.save()
        record(user, "enforcement.dossier.archive", patch, note=row.reason, after={
            "number": row.file_number, "version": row.version, "pdf": row.pdf.sha256,
            "originals": row.originals.sha256 if row.originals else "", "missing": row.missing,
        })  # fmt: skip
    return row


def check_archiving(user: User, patch_id: int, filing: Filing, reason: str = "") -> None:
    """Raise what `archive` would raise, but for a dossier that cannot be printed; nothing is made or kept."""
    with transaction.atomic():
        _ready(user, patch_id, filing, reason)
        transaction.set_rollback(True)


def first_filing(patch: Patch) -> Filing:
    """What a dossier of many is filed under: its patch's own number, the first of the pack's periods."""
    allowed = pack_in_use().value(RETENTION, timezone.localdate()).items
    return Filing(file_number=patch.number, retention=allowed[0])


@dataclass(frozen=True)
class _Ready:
    """A patch whose dossier may be archived: as what, for which reason where something lacks."""

    patch: Patch
    filing: Filing
    made: Made  # without maps
    reason: str
    parts: dict[str, str]  # digests

    @property
    def missing(self) -> list[str]:
        return [check.label for check in self.made.completeness.missing]


def _ready(user: User, patch_id: int, filing: Filing, reason: str) -> _Ready:
    """Take the step where it is still to be taken, and look at what would be printed but for the maps."""
    require(user, "enforcement.view", "enforcement.export", "enforcement.archive")
    _check(filing)
    lock_patch(user, patch_id)
    patch = fetch_patch(user, patch_id)
    last = patch.archived.first()
    if patch.case.stage != ARCHIVED:
        taking = Taking(f"案卷号 {filing.file_number}", {}, PatchState(patch))
        take_step(FLOW, patch.case, ARCHIVE, user, taking)
    made = made_of(user, patch, maps=False)
    text = reason_given(reason, "缺件归档") if made.completeness.missing else ""
    parts = digests(made.dossier)
    changes = changed(last.contents, parts) if last else []
    if last and not changes:
        raise Conflict(f"卷宗与已归档的第 {last.version} 版相同，不必再归档。")
    filing = replace(filing, version=last.version + 1 if last else 1, changes=changes)
    _check_free(patch, filing)
    return _Ready(patch, filing, made, text, parts)


def _check(filing: Filing) -> None:
    if not filing.file_number.strip():
        raise Refused("归档须填写案卷号。", fields={"file_number": "请填写"})
    allowed = pack_in_use().value(RETENTION, timezone.localdate()).items
    if filing.retention not in allowed:
        raise Refused(f"保管期限应为：{'、'.join(allowed)}。", fields={"retention": "请选择"})


def _check_free(patch: Patch, filing: Filing) -> None:
    same = ArchivedDossier.objects.filter(
        county=patch.county, fonds=filing.fonds, catalogue=filing.catalogue,
        file_number=filing.file_number,
    ).exclude(patch=patch)  # fmt: skip
    if same.exists():
        raise Conflict(f"案卷号“{filing.file_number}”已用于另一图斑的卷宗，请改用未用过的案卷号。")


def _frozen(user: User, ready: _Ready) -> ArchivedDossier:
    patch, filing = ready.patch, ready.filing
    made = filed(user, patch, ready.made, filing)
    content = printed(patch, made)
    name = f"图斑卷宗-{patch.number}-第{filing.version}版"
    kind = StoredFile.Kind.DOSSIER
    pdf = store([content], f"{name}.pdf", user=user, region=patch.region, kind=kind)
    originals = None
    if made.originals:
        with tempfile.TemporaryDirectory(prefix=".archive-", dir=settings.DATA) as folder:
            path = Path(folder) / f"{name}-原件.zip"
            save_originals(patch.number, made.originals, path)
            chunks = read_chunks(path)
            originals = store(chunks, path.name, user=user, region=patch.region, kind=kind)
    return ArchivedDossier(
        patch=patch, county=patch.county, version=filing.version, fonds=filing.fonds,
        catalogue=filing.catalogue, file_number=filing.file_number, retention=filing.retention,
        pdf=pdf, originals=originals, contents=ready.parts, changes=list(filing.changes),
        archived_by=user, missing=ready.missing, reason=ready.reason,
    )  # fmt: skip


def fetch_archived(user: User, archived_id: int, which: str) -> StoredFile:
    """A frozen file, for who may export; that it was taken out is audited. Refused when it was altered."""
    require(user, "enforcement.view", "enforcement.export")
    row = ArchivedDossier.objects.filter(pk=archived_id).select_related("pdf", "originals").first()
    if row is None or not Patch.objects.visible_to(user).filter(pk=row.patch_id).exists():
        raise NotFound
    file = row.pdf if which == "pdf" else row.originals
    if file is None:
        raise NotFound("该卷宗没有原件包。")
    copy_checked(file)
    with transaction.atomic():
        record(user, "enforcement.dossier.fetch", row.patch, after={"sha256": file.sha256})
    return file


def verified(user: User, patch_id: int) -> list[str]:
    """What no longer is as it was archived or came in, file by file; empty when all is well."""
    require(user, "enforcement.view", "enforcement.export")
    patch = fetch_patch(user, patch_id)
    files = [
        (f"第 {row.version} 版{what}", file)
        for row in patch.archived.select_related("pdf", "originals")
        for what, file in (("卷宗", row.pdf), ("原件包", row.originals))
        if file is not None
    ]
    files += [(f"{o.part}原件", o.file) for o in made_of(user, patch, maps=False).originals]
    found = [f"{what}“{file.name}”：{said}" for what, file in files if (said := _problem(file))]
    with transaction.atomic():
        record(user, "enforcement.dossier.verify", patch, success=not found,
               after={"files": len(files), "problems": found})  # fmt: skip
    return found


def _problem(file: StoredFile) -> str:
    try:
        copy_checked(file)
    except Refused as refusal:
        return refusal.message
    return ""
