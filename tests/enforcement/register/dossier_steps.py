"""What the tests of dossiers do and read."""

from __future__ import annotations

import io
import re
from datetime import datetime
from typing import Any

import pypdfium2
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from liangtian.programmes.enforcement.dossiers.completeness import (
    completeness_of,
)
from liangtian.programmes.enforcement.judging import judge, step
from liangtian.programmes.enforcement.models import (
    Patch,
)
from liangtian.programmes.enforcement.parts import PartJudgement
from liangtian.programmes.enforcement.photos import add_photos
from tests.conftest import People
from tests.enforcement.pictures import jpeg

PATCHES = "/api/enforcement/patches"
FILING = {"file_number": "2026-0001", "retention": "30年", "fonds": "J012"}
LACKS = "原件由乡镇另行保管"


def texts(content: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(content)
    return [page.get_textpage().get_text_range() for page in document]


def squeezed(text: str) -> str:
    return re.sub(r"[\s\u200b]", "", text)


def bytes_of(answer: Any) -> bytes:
    return answer.content if hasattr(answer, "content") else b"".join(answer.streaming_content)


def photographed(user: Any, patch: Patch, count: int = 4, salt: str = "44") -> None:
    _, south, east, north = patch.geom.bounds
    pictures = [
        jpeg(east, (south + north) / 2, 90.0 * n % 360, datetime(2026, 3, 15, 10, n),
             colour=f"#{patch.pk % 200 + 20:02x}{n:02x}{salt}")
        for n in range(count)
    ]  # fmt: skip
    add_photos(user, patch.pk, [(f"第{n}张.jpg", [data]) for n, data in enumerate(pictures)])


def put_in(client: Client, patch: Patch, kind: str, name: str, data: bytes, **more: str) -> Any:
    file = SimpleUploadedFile(name, data)
    return client.post(f"{PATCHES}/{patch.pk}/papers", {"kind": kind, "file": file, **more})


def scan(pages: int) -> bytes:
    """A PDF of so many empty pages."""
    out = io.BytesIO()
    first, *rest = [Image.new("RGB", (210, 297), "#eeeeee") for _ in range(pages)]
    first.save(out, "PDF", save_all=True, append_images=rest)
    return out.getvalue()


def state(client: Client, patch: Patch) -> dict[str, Any]:
    answer = client.get(f"{PATCHES}/{patch.pk}/dossier")
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found | {"by": {check["code"]: check["state"] for check in found["checks"]}}


def confirmed(people: People, patch: Patch, outcome: str = "other") -> None:
    told = [PartJudgement(1, subclass="facility", number="示例备〔2026〕1号")]
    judge(
        people.clerk,
        patch.pk,
        outcome,
        "现场核实，属于其他情形",
        told if outcome == "other" else (),
    )
    step(people.reviewer, patch.pk, "review")


def photographed_more(people: People, patch: Patch) -> None:
    add_photos(people.clerk, patch.pk, [("第九张.jpg", [jpeg(colour="#010203")])])


def completeness(patch: Patch) -> dict[str, str]:
    found = completeness_of([patch.pk])[patch.pk]
    return {code: check.state for code, check in zip(found.codes, found.checks, strict=True)}
