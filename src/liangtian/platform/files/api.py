"""Files over HTTP: upload, download, thumbnail."""

from __future__ import annotations

from io import BytesIO
from urllib.parse import quote

from django.http import FileResponse, HttpRequest, HttpResponse
from ninja import File, Form, Router, Schema
from ninja.files import UploadedFile
from PIL import Image, ImageOps

from liangtian.platform.errors import Forbidden, NotFound, Refused
from liangtian.platform.files.models import StoredFile
from liangtian.platform.files.services import store
from liangtian.platform.people.request import user_of

router = Router(tags=["files"])
THUMBNAIL_PIXELS = 480
MAX_PIXELS = 120_000_000  # above any camera a county owns; guards against decompression bombs
NEEDED = {
    "batch": "enforcement.import",
    "layer": "layers.import",
    "photo": "enforcement.evidence",
    "document": "files.upload",
}
NEEDED_TO_READ = {
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
def download(request: HttpRequest, file_id: int) -> FileResponse:
    """The bytes as they came in; offered for saving, never run in the page."""
    found = _fetch(request, file_id)
    response = FileResponse(found.path.open("rb"), content_type=found.content_type)
    inline = found.content_type.startswith("image/") or found.content_type == "application/pdf"
    how = "inline" if inline else "attachment"
    response["Content-Disposition"] = f"{how}; filename*=UTF-8''{quote(found.name)}"
    response["Cache-Control"] = "private, max-age=86400"
    return response


@router.get("/{file_id}/thumbnail")
def thumbnail(request: HttpRequest, file_id: int) -> HttpResponse:
    """A small JPEG of a picture, turned upright."""
    found = _fetch(request, file_id)
    if not found.content_type.startswith("image/"):
        raise NotFound("该文件不是图片，没有缩略图。")
    with Image.open(found.path) as image:
        if image.width * image.height > MAX_PIXELS:
            raise Refused(f"照片尺寸 {image.width}×{image.height} 过大，不能生成缩略图。")
        image.draft("RGB", (THUMBNAIL_PIXELS, THUMBNAIL_PIXELS))
        small = ImageOps.exif_transpose(image).convert("RGB")
        small.thumbnail((THUMBNAIL_PIXELS, THUMBNAIL_PIXELS))
    out = BytesIO()
    small.save(out, "JPEG", quality=82)
    response = HttpResponse(out.getvalue(), content_type="image/jpeg")
    response["Cache-Control"] = "private, max-age=86400"
    return response


def _fetch(request: HttpRequest, file_id: int) -> StoredFile:
    user = user_of(request)
    found: StoredFile = StoredFile.objects.fetch_for(user, pk=file_id)
    if not user.may(NEEDED_TO_READ[found.kind]):
        raise NotFound
    return found
