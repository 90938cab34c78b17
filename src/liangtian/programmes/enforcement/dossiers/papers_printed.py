"""Papers of a dossier as printed: a PDF page by page, a picture as a picture, anything else by its name."""

from __future__ import annotations

from collections.abc import Sequence

from django.conf import settings

from liangtian.platform.files.content import PICTURES
from liangtian.press.dossier import Block, Notice, Part, Picture, Pictures, Scans, Table
from liangtian.press.errors import ScanRefused
from liangtian.press.scan import scanned
from liangtian.programmes.enforcement.dossiers.ground import day
from liangtian.programmes.enforcement.dossiers.originals import Original
from liangtian.programmes.enforcement.models import DossierPaper, Patch

Kind = DossierPaper.Kind
PHASES = ((Kind.IMAGE_BEFORE, "前时相影像"), (Kind.IMAGE_AFTER, "后时相影像"))


def image_part(patch: Patch, papers: Sequence[DossierPaper]) -> Part:
    """The images of both dates; an empty slot where one is not there."""
    slots, present = [], 0
    for kind, title in PHASES:
        when = patch.period_before if kind == Kind.IMAGE_BEFORE else patch.period_after
        mine = [p for p in papers if p.kind == kind and p.file.content_type in PICTURES]
        present += bool(mine)
        slots += [
            Picture(title, p.file.content, [
                f"来源：{p.responsible or '未填'}", f"时间：{day(p.dated or when)}",
                f"SHA-256：{p.file.sha256[:16]}…",
            ]) for p in mine
        ] or [Picture(title, None, [f"时间：{day(when)}"], "影像未提供")]  # fmt: skip
    made = "、".join(dict.fromkeys(p.responsible for p in papers if p.kind in dict(PHASES)))
    return Part(
        "前后时相影像", [Pictures(slots, 75.0)], responsible=made,
        dated=day(patch.period_after), remark="" if present == len(PHASES) else "缺",
    )  # fmt: skip


def paper_parts(papers: Sequence[DossierPaper], kinds: Sequence[str]) -> list[Part]:
    """The papers of some kinds, each a part of its own."""
    return [_part(paper) for paper in papers if paper.kind in kinds]


def _part(paper: DossierPaper) -> Part:
    blocks, remark = _shown(paper)
    return Part(
        f"{paper.get_kind_display()}：{paper.title}", blocks, paper.number, paper.responsible,
        str(paper.dated or ""), remark,
    )  # fmt: skip


def _shown(paper: DossierPaper) -> tuple[list[Block], str]:
    file = paper.file
    if file.content_type in PICTURES:
        return [Scans(file.name, [file.content])], ""
    if file.content_type != "application/pdf":
        said = f"原件“{file.name}”不能印入本卷，见原件清单及随附的原件包。"
        return [Notice(said)], "原件另存"
    with file.open() as stream:
        content = stream.read()
    most = settings.DOSSIER_PAGES_OF_A_PAPER
    try:
        pages, count = scanned(content, file.name, most)
    except ScanRefused as refusal:
        return [Notice(str(refusal), grave=True)], "未印入"
    blocks: list[Block] = [Scans(file.name, pages)]
    if count > most:
        blocks.append(Notice(f"原件共 {count} 页，此处印前 {most} 页，其余见原件包。"))
    return blocks, "" if count <= most else "节印"


def list_part(originals: Sequence[Original]) -> Part:
    """The originals with their hashes (原件清单)."""
    if not originals:
        return Part("原件清单", [Notice("无。本卷没有原件。")])
    rows = [
        (str(n), f"{o.file.name}\n{o.file.sha256}", o.part, f"{o.file.size:,}")
        for n, o in enumerate(originals, start=1)
    ]
    head = ("序号", "文件名 / SHA-256", "所属部分", "大小（字节）")
    return Part("原件清单", [Table(head, rows, (11, 0, 30, 26), numbers=(3,))])
