"""Files over HTTP: upload, download, thumbnail."""

from __future__ import annotations

from urllib.parse import quote

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from ninja import File, Form, Router, Schema
from ninja.files import UploadedFile

from liangtian.platform.audit.services import saw
from liangtian.platform.errors import Forbidden, NotFound, Refused
from liangtian.platform.files.content import PICTURES
from liangtian.platform.files.models import StoredFile
from liangtian.platform.files.sending import cached, ranged, unchanged
from liangtian.platform.files.services import store
from liangtian.platform.files.thumbnails import thumbnail_of
from liangtian.platform.people.request import user_of
from liangtian.platform.people.sealed import SEALED, is_sealed

router = Router(tags=["files"])
SHOWN_IN_THE_PAGE = {*PICTURES, "application/pdf", "video/mp4", "video/quicktime"}
NEEDED = {
    "batch": "enforcement.import",
    "layer": "layers.import",
    "photo": "enforcement.evidence",
    "document": "files.upload",
    "ledger": "holdings.import",
}
NEEDED_TO_READ = {  # what is not named here leaves by a door of its own
    "batch": "enforcement.import",
    "layer": "layers.import",
    "photo": "enforcement.view",
    "document": "enforcement.view",
}


class FileOut(Schema):
    id: int
    name: str
    size: int
    sha256: str
    content_type: str


@router.post("", response=FileOut)
def upload(request: HttpRequest, kind: Form[str], file: File[UploadedFile]) -> StoredFile:
    """Take one file in; its use decides who may."""
    user = user_of(request)
    if kind not in NEEDED:
        raise Refused(f"文件用途“{kind}”无效。", fields={"kind": "无效"})
    if not user.may(NEEDED[kind]) or user.region is None:
        raise Forbidden
    return store(file.chunks(), file.name or "", user=user, region=user.region, kind=kind)


@router.get("/{file_id}")
def download(request: HttpRequest, file_id: int) -> HttpResponseBase:
    """The bytes as they came in; offered for saving, never run in the page."""
    found = _fetch(request, file_id)
    saw(user_of(request), "file.download", found, after={"sha256": found.sha256})
    if (known := unchanged(request, found.sha256)) is not None:
        return known
    response = ranged(request, found.open(), found.size, found.content_type)
    how = "inline" if found.content_type in SHOWN_IN_THE_PAGE else "attachment"
    response["Content-Disposition"] = f"{how}; filename*=UTF-8''{quote(found.name)}"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'; media-src 'self'"
    return cached(response, found.sha256)


@router.get("/{file_id}/thumbnail")
def thumbnail(request: HttpRequest, file_id: int) -> HttpResponseBase:
    """A small JPEG of a picture, turned upright."""
    found = _fetch(request, file_id)
    if found.content_type not in PICTURES:
        raise NotFound("该文件不是图片，没有缩略图。")
    if (known := unchanged(request, found.sha256)) is not None:
        return known
    return cached(HttpResponse(thumbnail_of(found), content_type="image/jpeg"), found.sha256)


def _fetch(request: HttpRequest, file_id: int) -> StoredFile:
    user = user_of(request)
    found: StoredFile = StoredFile.objects.fetch_for(user, pk=file_id)
    needed = SEALED if is_sealed(found) else NEEDED_TO_READ.get(found.kind)
    if needed is None or not user.may(needed):
        raise NotFound
    return found
