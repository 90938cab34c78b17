"""The files of a result written to a folder of this machine, for who works by the command line."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from django.db import transaction

from liangtian.platform.audit.services import record
from liangtian.platform.errors import Refused
from liangtian.platform.people.scope import require
from liangtian.platform.returns.models import Return
from liangtian.platform.returns.services import fetch
from liangtian.programmes.enforcement.results import package
from liangtian.programmes.enforcement.results.figures import result_of
from liangtian.programmes.enforcement.returns import RESULTS

if TYPE_CHECKING:
    from liangtian.platform.people.models import User


@dataclass(frozen=True)
class Written:
    """What was written; `lacking` says what keeps it from being final."""

    title: str
    names: tuple[str, ...]
    lacking: tuple[str, ...]


def write_result(user: User, region: str, period: str, folder: Path) -> Written:
    """Write the files of the version in force. Raises Forbidden, Refused when there is none."""
    require(user, "enforcement.export")
    code = region or user.region_id or ""
    rows = Return.objects.visible_to(user).filter(
        form__in=[form.name for form in RESULTS], region=code, period=period
    )
    newest = rows.filter(status__in=Return.LIVE).order_by("-version").first()
    if newest is None:
        raise Refused(f"区划 {code} 没有 {period} 的成果汇总表。请先在“报表”中冻结或汇总。")
    found = result_of(fetch(user, newest.pk))
    letter = package.letter_of(found)
    pieces = package.pieces_of(found, letter)
    manifest = package.manifest_of(found, letter, pieces)
    folder.mkdir(parents=True, exist_ok=True)
    for piece in pieces:
        (folder / piece.name).write_bytes(piece.content)
    (folder / f"{newest.title}成果包.zip").write_bytes(package.packed(pieces, manifest))
    with transaction.atomic():
        record(user, "enforcement.result.export", newest, after={"parts": len(found.rows)})
    return Written(
        newest.title, tuple(piece.name for piece in pieces), tuple(package.lacking(found))
    )
