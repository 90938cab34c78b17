"""The originals of a dossier (原件), and the zip that hands them on with their hashes."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from liangtian.platform.documents.kinds import all_kinds
from liangtian.platform.documents.models import Letter
from liangtian.platform.errors import Refused
from liangtian.platform.files.models import StoredFile
from liangtian.platform.people.models import User
from liangtian.programmes.enforcement.models import (
    DossierPaper,
    LeadingCheck,
    Meeting,
    Patch,
    PatchPhoto,
)

LETTERS_OF = "卫片图斑"  # the source of letters written about a patch
CHUNK = 1024 * 1024
LONGEST_NAME = 80
HEAD = ("序号", "文件", "所属部分", "题名", "文号", "原文件名", "大小（字节）", "SHA-256")
_UNSAFE = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|]+')
# Fixed, so that equal contents give equal bytes.
_TIME = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class Original:
    """One file: which part of the dossier it belongs to, what it is called there."""

    part: str
    title: str
    number: str
    file: StoredFile


def originals_of(user: User, patch: Patch) -> list[Original]:
    """Every original of a patch that the user may see, in the order of the dossier."""
    photos = list(patch.photos.select_related("file"))
    papers = list(patch.papers.filter(removed_at=None).select_related("file"))
    images = (DossierPaper.Kind.IMAGE_BEFORE, DossierPaper.Kind.IMAGE_AFTER)
    found = [_of_paper(paper) for paper in papers if paper.kind in images]
    found += _of_photos(photos, PatchPhoto.Purpose.EVIDENCE, "现场照片")
    found += _of_photos(photos, PatchPhoto.Purpose.RECTIFIED, "整改照片")
    found += [_of_paper(paper) for paper in papers if paper.kind not in images]
    return [*found, *_leading(patch), *_duty(patch), *_minutes(user, patch), *_letters(user, patch)]


def _of_photos(photos: Iterable[PatchPhoto], purpose: str, part: str) -> list[Original]:
    mine = [photo for photo in photos if photo.purpose == purpose]
    return [Original(part, f"照片 {n}", "", photo.file) for n, photo in enumerate(mine, start=1)]


def _of_paper(paper: DossierPaper) -> Original:
    return Original(str(paper.get_kind_display()), paper.title, paper.number, paper.file)


def _leading(patch: Patch) -> list[Original]:
    rows = LeadingCheck.objects.filter(patch=patch).select_related("record_file")
    return [Original("领导小组实地核查", "实地核查记录", "", row.record_file) for row in rows]


def _duty(patch: Patch) -> list[Original]:
    parts = patch.parts.filter(project__duty_file__isnull=False).select_related(
        "project__duty_file"
    )
    projects = {part.project.pk: part.project for part in parts if part.project}
    return [
        Original("监管服务履职", project.name, project.listing_number, project.duty_file)
        for project in projects.values()
        if project.duty_file
    ]


def _minutes(user: User, patch: Patch) -> list[Original]:
    """Minutes speak of other patches too: only for who may see the whole meeting."""
    seen = Meeting.objects.visible_to(user).filter(items__patch=patch, minutes__file__isnull=False)
    rows = seen.select_related("minutes__file").distinct().order_by("held_on", "pk")
    return [
        Original("会审纪要", meeting.title, meeting.minutes.number, meeting.minutes.file)
        for meeting in rows
        if meeting.minutes and meeting.minutes.file
    ]


def _letters(user: User, patch: Patch) -> list[Original]:
    kinds = [kind.code for kind in all_kinds() if kind.source == LETTERS_OF]
    rows = (
        Letter.objects.visible_to(user)
        .filter(kind__in=kinds, source_id=patch.pk, state=Letter.State.ISSUED)
        .select_related("file")
    )
    return [
        Original("制发文书", letter.title, letter.number, letter.file)
        for letter in rows.order_by("issued_on", "pk")
        if letter.file
    ]


def listed(originals: Sequence[Original]) -> list[tuple[str, Original]]:
    """Each with its path in the zip: a folder per part, numbered through, names any system can hold."""
    folders = list(dict.fromkeys(original.part for original in originals))
    return [
        (f"{folders.index(o.part) + 1:02d}-{_clean(o.part)}/{n:03d}-{_clean(o.file.name)}", o)
        for n, o in enumerate(originals, start=1)
    ]


def _clean(name: str) -> str:
    stem, dot, suffix = _UNSAFE.sub("_", name).strip(" .").rpartition(".")
    return f"{stem[:LONGEST_NAME]}{dot}{suffix[:LONGEST_NAME]}" if dot else suffix[:LONGEST_NAME]


def write_originals(number: str, originals: Sequence[Original], target: IO[bytes]) -> None:
    """The originals of patch `number` as a zip, with 清单.csv, manifest.json and SHA256SUMS.

    Equal originals give equal bytes. Each file's hash is checked as it is read: Refused (code `altered`)
    when it is not what came in.
    """
    rows = listed(originals)
    lists = {"清单.csv": _csv(rows), "manifest.json": _json(number, rows)}
    sums = [(hashlib.sha256(data).hexdigest(), name) for name, data in lists.items()]
    sums += [(original.file.sha256, path) for path, original in rows]
    lists["SHA256SUMS"] = "".join(f"{total}  {name}\n" for total, name in sums).encode()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for name, data in lists.items():
            archive.writestr(_entry(name), data)
        for path, original in rows:
            with archive.open(_entry(path), "w", force_zip64=True) as out:
                copy_checked(original.file, out)


def copy_checked(file: StoredFile, out: IO[bytes] | None = None) -> None:
    """Read a file through, to `out` where one is given. Refused when it is not what came in."""
    total = hashlib.sha256()
    with file.open() as source:
        while chunk := source.read(CHUNK):
            total.update(chunk)
            if out is not None:
                out.write(chunk)
    if total.hexdigest() != file.sha256:
        raise Refused(
            f"原件“{file.name}”与入库时的校验值不符，已停止使用。请联系系统管理员从备份恢复。",
            code="altered",
        )


def _entry(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, _TIME)
    info.create_system, info.external_attr = 3, 0o100644 << 16
    return info


def _csv(rows: Sequence[tuple[str, Original]]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(HEAD)
    for n, (path, o) in enumerate(rows, start=1):
        writer.writerow([
            n, path, *map(_plain, (o.part, o.title, o.number, o.file.name)), o.file.size,
            o.file.sha256,
        ])  # fmt: skip
    return out.getvalue().encode("utf-8-sig")


def _plain(text: str) -> str:
    """A text that a spreadsheet does not take for a formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t") else text


def _json(number: str, rows: Sequence[tuple[str, Original]]) -> bytes:
    files = [
        {
            "path": path, "part": o.part, "title": o.title, "number": o.number,
            "name": o.file.name, "size": o.file.size, "sha256": o.file.sha256,
        }
        for path, o in rows
    ]  # fmt: skip
    whole = {"patch": number, "files": files}
    return json.dumps(whole, ensure_ascii=False, indent=1).encode()


def save_originals(number: str, originals: Sequence[Original], path: Path) -> None:
    """The zip in a file."""
    with path.open("wb") as target:
        write_originals(number, originals, target)
