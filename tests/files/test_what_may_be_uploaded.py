"""Bytes decide what a file is; what could do harm on an office computer is refused by name."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import pytest
from PIL import Image

from liangtian.platform.errors import Refused
from liangtian.platform.files.models import StoredFile
from liangtian.platform.files.services import store
from tests.conftest import People

MACRO_STREAM = "_VBA_PROJECT".encode("utf-16-le")
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def zipped(*names: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in names:
            archive.writestr(name, "content")
    return out.getvalue()


def picture(kind: str, size: tuple[int, int] = (8, 8)) -> bytes:
    out = io.BytesIO()
    Image.new("1" if kind == "PNG" else "RGB", size).save(out, kind)
    return out.getvalue()


WORD, EXCEL = zipped("[Content_Types].xml", "word/document.xml"), zipped("[Content_Types].xml", "xl/a.xml")  # fmt: skip
ADMITTED = [
    (b"%PDF-1.7 \n", "application/pdf"),
    (WORD, "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    (EXCEL, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    (zipped("OFD.xml", "Doc_0/Document.xml"), "application/ofd"),
    (zipped("a.shp", "a.dbf"), "application/zip"),
    (OLE + b"\x00" * 600, "application/x-ole-storage"),
    (b"\x00\x00\x00\x18ftypmp42" + b"\x00" * 20, "video/mp4"),
    (b"\x00\x00\x00\x14ftypqt  " + b"\x00" * 20, "video/quicktime"),
    (picture("JPEG"), "image/jpeg"),
    (picture("PNG"), "image/png"),
    (picture("TIFF"), "image/tiff"),
    ("说明".encode("gb18030") * 3000, "text/plain"),
    ("说明，".encode() * 3000, "text/plain"),
]
REFUSED = [
    (b"MZ\x90\x00", "说明.pdf", "程序"),
    (b"#!/bin/sh\n", "说明.txt", "程序"),
    (b"<HTML><body>", "说明.txt", "网页"),
    (b'<?xml version="1.0"?><svg xmlns="">', "图.png", "网页"),
    (zipped("[Content_Types].xml", "word/vbaProject.bin"), "通知.docx", "宏"),
    (OLE + MACRO_STREAM, "通知.doc", "宏"),
    (zipped("材料/安装.EXE"), "材料.zip", "安装.EXE"),
    (b"\x00\x01\x02\x03" * 20, "数据.bin", "不能识别"),
    (picture("PNG")[:20], "图.png", "损坏"),
]


def keep(people: People, content: bytes, name: str, kind: str = "document") -> StoredFile:
    user = people.clerk
    return store([content], name, user=user, region=user.region, kind=kind)


@pytest.mark.parametrize(("content", "mime"), ADMITTED, ids=[mime for _, mime in ADMITTED])
def test_the_type_is_told_by_the_bytes(people: People, content: bytes, mime: str) -> None:
    assert keep(people, content, "没有后缀").content_type == mime


@pytest.mark.parametrize(("content", "name", "said"), REFUSED, ids=[str(i) for i in range(9)])
def test_harmful_and_broken_files_are_refused(
    people: People, content: bytes, name: str, said: str
) -> None:
    with pytest.raises(Refused, match=said):
        keep(people, content, name)
    assert not StoredFile.objects.exists()


def test_a_small_file_that_is_a_huge_picture_is_refused(people: People, settings: Any) -> None:
    settings.MAX_PICTURE_PIXELS = 1_000_000
    bomb = picture("PNG", (4_000, 3_000))
    assert len(bomb) < 5_000
    with pytest.raises(Refused, match="4000×3000"):
        keep(people, bomb, "炸弹.png", "photo")


def test_each_kind_has_its_own_limit_of_size(people: People, settings: Any) -> None:
    settings.MAX_UPLOAD_MB = settings.MAX_UPLOAD_MB | {"photo": 1}
    large = picture("JPEG") + b"\x00" * 1024**2
    with pytest.raises(Refused, match="举证照片 1 MB") as refusal:
        keep(people, large, "大.jpg", "photo")
    assert refusal.value.status == 413
    assert keep(people, large, "大.jpg").size == len(large)
