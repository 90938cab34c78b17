"""What a file is, judged by its first bytes rather than its name."""

from __future__ import annotations

import mimetypes
from pathlib import Path

from liangtian.platform.errors import Refused

IMAGES = {b"\xff\xd8\xff": "image/jpeg", b"\x89PNG\r\n\x1a\n": "image/png"}
PROGRAMS = (b"MZ", b"\x7fELF", b"#!", b"\xcf\xfa\xed\xfe")


def content_type_of(path: Path, name: str, kind: str) -> str:
    """MIME type by content. Refused for a photo that is no picture, and for programs of any kind."""
    with path.open("rb") as handle:
        head = handle.read(512)
    image = next((mime for magic, mime in IMAGES.items() if head.startswith(magic)), None)
    if kind == "photo":
        if image is None:
            raise Refused(f"“{name}”不是 JPEG 或 PNG 照片，不能作为举证照片上传。")
        return image
    if head.startswith(PROGRAMS) or b"<script" in head.lower():
        raise Refused(f"“{name}”的内容是程序或脚本，不能上传。")
    if image:
        return image
    if head.startswith(b"%PDF-"):
        return "application/pdf"
    if head.startswith(b"PK\x03\x04"):
        return mimetypes.guess_type(name)[0] or "application/zip"
    if head.startswith(b"SQLite format 3\x00"):
        return "application/geopackage+sqlite3"
    return "application/octet-stream"
