"""The package of a result: report, annexes, the signed return and a manifest; made once, registered when uploaded."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from typing import Any

from django.db import transaction
from django.utils import timezone

from liangtian.platform.audit.services import record
from liangtian.platform.documents.models import Letter
from liangtian.platform.documents.services import preview_of
from liangtian.platform.errors import Conflict, Refused
from liangtian.platform.files.services import store
from liangtian.platform.jobs.models import Job
from liangtian.platform.jobs.registry import JobRun, job
from liangtian.platform.jobs.services import enqueue
from liangtian.platform.people.models import User
from liangtian.platform.people.scope import require
from liangtian.platform.returns import documents
from liangtian.platform.returns.models import Return
from liangtian.platform.returns.services import fetch
from liangtian.programmes.enforcement.models import ResultPackage
from liangtian.programmes.enforcement.results.annexes import (
    annex_xlsx,
    patches_csv,
    upstream_fields,
)
from liangtian.programmes.enforcement.results.figures import Result, result_of
from liangtian.programmes.enforcement.results.report import KINDS
from liangtian.programmes.enforcement.rules import pack_in_use

FORMAT = "liangtian-result/1"
JOB = "enforcement.result_package"
Tell = Callable[[float, str], None]
_ZIP_TIME = (
    1980,
    1,
    1,
    0,
    0,
    0,
)  # the earliest a zip can hold, so that equal files give equal packages


@dataclass(frozen=True)
class Piece:
    """One file of the package."""

    name: str
    content: bytes

    @property
    def sha256(self) -> str:
        """Hash of its bytes."""
        return hashlib.sha256(self.content).hexdigest()


def kind_of(found: Result) -> str:
    """The kind of report that belongs to the form."""
    return KINDS["year" if len(found.sheet.period) == 4 else "half"]


def letter_of(found: Result) -> Letter | None:
    """The report in force of this version of the return: the issued one, else the latest draft."""
    rows = Letter.objects.filter(kind=kind_of(found), source_id=found.sheet.pk).select_related(
        "file"
    )
    rows = rows.exclude(state=Letter.State.VOID)
    issued: Letter | None = rows.filter(state=Letter.State.ISSUED).first()
    return issued or rows.first()


def lacking(found: Result) -> list[str]:
    """What is still to be done before the package can be made, in words."""
    sheet, letter = found.sheet, letter_of(found)
    wanted = []
    if sheet.signed_at is None:
        wanted.append("成果汇总表尚未签批")
    if sheet.status not in Return.LIVE:
        wanted.append(f"成果汇总表现为“{sheet.get_status_display()}”，请使用现行版本")
    if letter is None:
        wanted.append("尚未起草工作报告")
    elif letter.state != Letter.State.ISSUED:
        wanted.append("工作报告尚未编号制发")
    return wanted


def target_of(return_id: int) -> str:
    """By what the browser finds the job of a return."""
    return f"{JOB}:{return_id}"


def start(user: User, return_id: int) -> Job:
    """Ask for the package; a worker makes it. Raises Forbidden, NotFound, Refused for what is lacking."""
    require(user, "enforcement.export", "returns.prepare")
    sheet = fetch(user, return_id)
    if wanted := lacking(result_of(sheet)):
        raise Refused(f"还不能生成成果包：{'；'.join(wanted)}。")
    with transaction.atomic():
        return enqueue(
            JOB, f"生成成果包：{sheet.title}", user, sheet.region, link=f"/returns/{sheet.pk}",
            target=target_of(sheet.pk), user_id=user.pk, return_id=sheet.pk,
        )  # fmt: skip


@job(JOB, "生成成果包", retry=True)
def make_later(run: JobRun, *, user_id: int, return_id: int) -> dict[str, Any]:
    """The same package again for the same return and report."""
    made = make(User.objects.get(pk=user_id), return_id, run.progress)
    return {"package": made.pk, "sha256": made.sha256, "size": made.file.size}


def make(user: User, return_id: int, tell: Tell = lambda share, words: None) -> ResultPackage:
    """Make the package; the one there is for the same return and report. Raises Refused for what is lacking."""
    require(user, "enforcement.export", "returns.prepare")
    sheet = fetch(user, return_id)
    found = result_of(sheet)
    if wanted := lacking(found):
        raise Refused(f"还不能生成成果包：{'；'.join(wanted)}。")
    letter = letter_of(found)
    assert letter is not None
    there: ResultPackage | None = ResultPackage.objects.filter(sheet=sheet, letter=letter).first()
    if there is not None:
        return there
    pieces = pieces_of(found, letter, tell)
    tell(0.9, "正在打包并计算校验码")
    manifest = manifest_of(found, letter, pieces)
    content = packed(pieces, manifest)
    name = f"{sheet.title}（第{sheet.version}版）成果包.zip"
    with transaction.atomic():
        Return.objects.select_for_update().get(pk=sheet.pk)
        again: ResultPackage | None = ResultPackage.objects.filter(
            sheet=sheet, letter=letter
        ).first()
        if again is not None:
            return again
        file = store([content], name, user=user, region=sheet.region, kind="dossier")
        made = ResultPackage.objects.create(
            region=sheet.region, sheet=sheet, letter=letter, file=file, sha256=file.sha256,
            manifest=manifest, made_by=user,
        )  # fmt: skip
        record(user, "enforcement.result.package", made, after={"sha256": made.sha256})
    return made


def pieces_of(
    found: Result, letter: Letter | None, tell: Tell = lambda share, words: None
) -> list[Piece]:
    """The files; without a report where there is none yet."""
    title = found.sheet.title
    wanted: list[tuple[str, str, Callable[[], bytes]]] = [
        ("成果汇总表", f"附件1-{title}.xlsx", lambda: documents.xlsx(found.sheet)),
        ("成果汇总表打印稿", f"附件1-{title}.pdf", lambda: documents.pdf(found.sheet)),
        ("统计表和图斑明细表", "附件2-统计表和图斑明细表.xlsx", lambda: annex_xlsx(found)),
        ("上级字段明细表", "附件3-图斑明细表（上级字段）.csv", lambda: patches_csv(found)),
    ]
    if letter is not None:
        name = f"{letter.number or '（草稿）'}{letter.title}.docx"
        wanted.insert(0, ("工作报告", name, lambda: preview_of(letter)))
    pieces = []
    for number, (what, name, write) in enumerate(wanted):
        tell(0.9 * number / len(wanted), f"正在生成{what}")
        pieces.append(Piece(name, write()))
    return pieces


def manifest_of(found: Result, letter: Letter | None, pieces: list[Piece]) -> dict[str, Any]:
    """What the package holds and what it rests on."""
    sheet, pack = found.sheet, pack_in_use()
    return {
        "format": FORMAT,
        "title": sheet.title,
        "region": sheet.region_id,
        "region_name": sheet.region.name,
        "period": sheet.period,
        "version": sheet.version,
        "correction": sheet.reason,
        "return_sha256": sheet.sha256,
        "signatures": [
            {"post": one["label"], "name": one["name"]} for one in documents.signatures(sheet)
        ],
        "report_number": letter.number if letter else "",
        "parts": len(found.rows),
        "policy": f"{pack.title}（{pack.version}）",
        "fields": [
            {"upstream": one.name, "label": one.column.label} for one in upstream_fields()
        ],
        "files": [
            {"name": one.name, "size": len(one.content), "sha256": one.sha256} for one in pieces
        ],
    }  # fmt: skip


def packed(pieces: list[Piece], manifest: dict[str, Any]) -> bytes:
    """The zip; equal files give equal bytes. `SHA256SUMS` can be checked with the usual tools."""
    sums = "".join(f"{one.sha256}  {one.name}\n" for one in pieces)
    listed = json.dumps(manifest, ensure_ascii=False, indent=2, sort_keys=True) + "\n"
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in (
            *((one.name, one.content) for one in pieces),
            ("清单.json", listed.encode()),
            ("SHA256SUMS", sums.encode()),
        ):
            entry = zipfile.ZipInfo(name, _ZIP_TIME)
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            archive.writestr(entry, content)
    return out.getvalue()


def report(user: User, package_id: int, on: date, receipt: str) -> ResultPackage:
    """Write down that the package was uploaded. Raises Conflict when it is written down already."""
    require(user, "enforcement.export", "returns.prepare")
    seen: ResultPackage = ResultPackage.objects.fetch_for(user, pk=package_id)
    if not timezone.localdate(seen.made_at) <= on <= timezone.localdate():
        raise Refused(
            "报送日期不能早于成果包的生成日期，也不能晚于今天。", fields={"on": "日期不符"}
        )
    with transaction.atomic():
        made: ResultPackage = ResultPackage.objects.select_for_update(of=("self",)).get(pk=seen.pk)
        if made.reported_on:
            raise Conflict(f"“{made}”已于 {made.reported_on} 登记报送。")
        made.reported_on, made.receipt, made.reported_by = on, receipt.strip()[:100], user
        made.save(update_fields=["reported_on", "receipt", "reported_by"])
        record(user, "enforcement.result.report", made,
               after={"reported_on": on, "receipt": made.receipt})  # fmt: skip
    return made
