"""Small pictures for lists, made once and kept beside the data; they can be deleted at any time."""

from __future__ import annotations

import os
import tempfile
from io import BytesIO
from pathlib import Path

from django.conf import settings
from PIL import Image, ImageOps

from liangtian.platform.files.models import StoredFile

THUMBNAIL_PIXELS = 480  # longest side
QUALITY = 82


def thumbnail_of(file: StoredFile) -> bytes:
    """JPEG of a stored picture, upright, without its metadata."""
    kept = _place(file.sha256)
    if kept.is_file():
        return kept.read_bytes()
    made = _made(file)
    kept.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=kept.parent)
    with os.fdopen(handle, "wb") as out:
        out.write(made)
    os.replace(temporary, kept)  # whole or not at all, whoever makes it first
    return made


def drop_thumbnail(sha256: str) -> None:
    """Take away what is kept of a picture that is no more."""
    _place(sha256).unlink(missing_ok=True)


def _place(sha256: str) -> Path:
    return Path(settings.DATA) / "cache/thumbnails" / sha256[:2] / f"{sha256}.jpg"


def _made(file: StoredFile) -> bytes:
    with file.open() as stream, Image.open(BytesIO(stream.read())) as image:
        image.draft("RGB", (THUMBNAIL_PIXELS, THUMBNAIL_PIXELS))
        small = ImageOps.exif_transpose(image).convert("RGB")
        small.thumbnail((THUMBNAIL_PIXELS, THUMBNAIL_PIXELS))
    out = BytesIO()
    small.save(out, "JPEG", quality=QUALITY)
    return out.getvalue()
