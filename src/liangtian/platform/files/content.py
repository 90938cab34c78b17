"""What a file is, judged by its bytes rather than its name, and whether its kind admits it."""

from __future__ import annotations

import zipfile
from mmap import ACCESS_READ, mmap
from pathlib import Path, PurePosixPath

from django.conf import settings
from PIL import Image

from liangtian.platform.errors import Refused

HEAD = 4096
ZIP = b"PK\x03\x04"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # Word, Excel and WPS files of before 2007
MAGIC = {
    b"\xff\xd8\xff": "image/jpeg",
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"II*\x00": "image/tiff",
    b"MM\x00*": "image/tiff",
    b"%PDF-": "application/pdf",
    b"SQLite format 3\x00": "application/geopackage+sqlite3",
    b"Rar!\x1a\x07": "application/vnd.rar",
    OLE: "application/x-ole-storage",
}
VIDEO = {b"qt  ": "video/quicktime"}  # any other brand of the same container is MP4
OFFICE = {
    "word/": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xl/": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ppt/": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}
TEXT, UNKNOWN = "text/plain", "application/octet-stream"
PICTURES = frozenset({"image/jpeg", "image/png"})
DOCUMENTS = frozenset(
    {
        *PICTURES, *OFFICE.values(), "image/tiff", "application/pdf", "application/ofd",
        "application/zip", "application/x-ole-storage", "application/geopackage+sqlite3",
        "video/mp4", "video/quicktime", TEXT,
    }
)  # fmt: skip
PROGRAMS = (b"MZ", b"\x7fELF", b"#!", b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe")
MARKUP = (b"<script", b"<html", b"<!doctype html", b"<svg")
RUNS_WHEN_OPENED = (
    ".exe", ".dll", ".scr", ".com", ".bat", ".cmd", ".ps1", ".vbs", ".vbe", ".js", ".jse", ".wsf",
    ".hta", ".lnk", ".msi", ".jar", ".sh",
)  # fmt: skip
MACROS = "vbaproject.bin"
OLE_MACROS = "_VBA_PROJECT".encode("utf-16-le")


def content_type_of(path: Path, name: str, kind: str) -> str:
    """MIME type by content.

    Refused for programs, scripts and documents with macros of whatever kind, for a photo that is no
    picture or has too many pixels, and for a document of a type an office does not exchange.
    """
    with path.open("rb") as handle:
        head = handle.read(HEAD)
    if head.startswith(PROGRAMS) or any(tag in head.lower() for tag in MARKUP):
        raise Refused(f"“{name}”的内容是程序、脚本或网页，不能上传。")
    found = _sniffed(path, head)
    if head.startswith(ZIP):
        _refuse_dangerous_entries(path, name)
    if head.startswith(OLE) and _holds(path, OLE_MACROS):
        raise Refused(f"“{name}”带有宏，不能上传。请另存为不含宏的文件（如 .docx、.xlsx）后上传。")
    if found in PICTURES:
        _refuse_too_many_pixels(path, name)
    if kind == "photo" and found not in PICTURES:
        raise Refused(f"“{name}”不是 JPEG 或 PNG 照片，不能作为举证照片上传。")
    if kind == "document" and found not in DOCUMENTS:
        raise Refused(
            f"“{name}”的类型不能识别，不能作为文书材料上传。请上传 PDF、OFD、Word、Excel、图片、视频、"
            "文本或 ZIP 文件。"
        )
    return found


def _holds(path: Path, wanted: bytes) -> bool:
    """Whether the bytes stand anywhere in the file, which is mapped rather than read as a whole."""
    with path.open("rb") as handle, mmap(handle.fileno(), 0, access=ACCESS_READ) as whole:
        return whole.find(wanted) >= 0


def _sniffed(path: Path, head: bytes) -> str:
    for magic, mime in MAGIC.items():
        if head.startswith(magic):
            return mime
    if head[4:8] == b"ftyp":
        return VIDEO.get(head[8:12], "video/mp4")
    if head.startswith(ZIP):
        return _zipped(path)
    return TEXT if _is_text(head) else UNKNOWN


def _zipped(path: Path) -> str:
    names = _entries(path)
    if "[Content_Types].xml" in names:
        for folder, mime in OFFICE.items():
            if any(name.startswith(folder) for name in names):
                return mime
    return "application/ofd" if "OFD.xml" in names else "application/zip"


def _entries(path: Path) -> list[str]:
    try:
        with zipfile.ZipFile(path) as archive:
            return archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError):
        return []


def _refuse_dangerous_entries(path: Path, name: str) -> None:
    for entry in _entries(path):
        lower = entry.lower()
        if PurePosixPath(lower).name == MACROS:
            raise Refused(
                f"“{name}”带有宏，不能上传。请另存为不含宏的文件（如 .docx、.xlsx）后上传。"
            )
        if lower.endswith(RUNS_WHEN_OPENED):
            raise Refused(f"“{name}”里含有程序文件“{entry}”，不能上传。请去掉后重新打包。")


def _refuse_too_many_pixels(path: Path, name: str) -> None:
    """Guards against pictures that are small as a file and huge in memory; reads the header only."""
    try:
        with Image.open(path) as picture:
            width, height = picture.size
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise Refused(f"图片“{name}”已损坏或过大，无法打开，请重新拍摄或导出后上传。") from error
    if width * height > settings.MAX_PICTURE_PIXELS:
        raise Refused(
            f"图片“{name}”有 {width}×{height} 像素，超过 {settings.MAX_PICTURE_PIXELS // 10**6} 百万像素的"
            "上限。请缩小后上传。"
        )


def _is_text(head: bytes) -> bool:
    if b"\x00" in head:
        return False
    for encoding in ("utf-8", "gb18030"):
        try:
            head[: len(head) - 4 if len(head) == HEAD else None].decode(encoding)
        except UnicodeDecodeError as error:
            if len(head) == HEAD and error.start >= HEAD - 8:  # a character cut at the end
                return True
            continue
        return True
    return False
