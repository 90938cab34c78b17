"""Many dossiers into a folder: read one after the other, printed by threads, each put in its place whole.

A folder that was begun before is gone on with: what lies there is whole and is not made again.
"""

from __future__ import annotations

import csv
import json
import os
import shutil
import tempfile
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

from django.conf import settings

from liangtian.platform.errors import NotFound, Refused
from liangtian.platform.people.models import User
from liangtian.press.dossier import Dossier
from liangtian.press.dossier_pdf import dossier_pdf
from liangtian.press.errors import PressError
from liangtian.programmes.enforcement.dossiers.completeness import LABELS, completeness_of
from liangtian.programmes.enforcement.dossiers.content import Made, made_of
from liangtian.programmes.enforcement.dossiers.originals import Original, save_originals
from liangtian.programmes.enforcement.models import Patch
from liangtian.programmes.enforcement.patch_page import fetch_patch

WAITING = 4  # dossiers read ahead of the printers, so that few photos are held at once
CHUNK = 100  # patches whose completeness is asked at once
TOLD = "told.json"
LIST = "卷宗清单.csv"
LACKING_LIST = "不齐全清单.csv"
HEAD = ("监测编号", "所在区划", "判定", "齐全情况", "缺件", "未生成原因")


@dataclass(frozen=True)
class Line:
    """What became of one patch."""

    patch: int
    number: str
    region: str = ""
    outcome: str = ""
    status: str = ""
    missing: str = ""
    problem: str = ""


Report = Callable[[int, int], None]  # done, of so many


def make_all(
    user: User, patches: Sequence[int], folder: Path, *, originals: bool, clear: bool,
    report: Report = lambda done, whole: None,
) -> list[Line]:  # fmt: skip
    """A folder per patch, named by its number, with its PDF and, if wanted, its originals.

    A patch that cannot be printed is told of and left out; one the user no longer sees likewise.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for left in folder.glob(".making-*"):
        shutil.rmtree(left, ignore_errors=True)
    lines: list[Line] = []
    with ThreadPoolExecutor(settings.DOSSIER_PRINTERS) as pool:
        waiting: deque[Future[Line]] = deque()
        try:
            for begun in _begun(pool, user, patches, folder, originals=originals, clear=clear):
                waiting.append(begun)
                if len(waiting) > WAITING:
                    lines.append(waiting.popleft().result())
                    report(len(lines), len(patches))
            while waiting:
                lines.append(waiting.popleft().result())
                report(len(lines), len(patches))
        except BaseException:
            for one in waiting:
                one.cancel()
            raise
    return lines


def _begun(
    pool: ThreadPoolExecutor, user: User, patches: Sequence[int], folder: Path, *,
    originals: bool, clear: bool,
) -> Iterator[Future[Line]]:  # fmt: skip
    for n, key in enumerate(patches):
        if n % CHUNK == 0:
            wholes = completeness_of(patches[n : n + CHUNK])
        try:
            patch = fetch_patch(user, key)
        except NotFound:
            yield _settled(Line(key, str(key), problem="图斑已不在本系统或不在您的辖区"))
            continue
        place = folder / safe_name(patch.number)
        if (known := _known(place)) is not None:
            yield _settled(known)
            continue
        made = made_of(user, patch, clear=clear, whole=wholes.get(key))
        files = made.originals if originals else []
        yield pool.submit(_make, made.dossier, files, _line(patch, made), place)


def _settled(line: Line) -> Future[Line]:
    future: Future[Line] = Future()
    future.set_result(line)
    return future


def _known(place: Path) -> Line | None:
    told = place / TOLD
    return Line(**json.loads(told.read_text("utf-8"))) if told.is_file() else None


def _line(patch: Patch, made: Made) -> Line:
    whole = made.completeness
    return Line(
        patch.pk, patch.number, patch.region.name,
        str(patch.get_judgement_outcome_display()) if patch.judgement_outcome else "未判定",
        LABELS[whole.status], "；".join(check.label for check in whole.missing),
    )  # fmt: skip


def _make(dossier: Dossier, originals: list[Original], line: Line, place: Path) -> Line:
    """In a thread, without the database: print, pack, and move the folder to its place."""
    with tempfile.TemporaryDirectory(prefix=".making-", dir=place.parent) as work:
        inside = Path(work) / place.name
        inside.mkdir()
        try:
            (inside / f"图斑卷宗-{place.name}.pdf").write_bytes(dossier_pdf(dossier))
            if originals:
                save_originals(dossier.number, originals, inside / f"图斑原件-{place.name}.zip")
        except (PressError, Refused) as problem:
            return Line(**{**asdict(line), "problem": str(problem)})
        (inside / TOLD).write_text(json.dumps(asdict(line), ensure_ascii=False), "utf-8")
        os.replace(inside, place)
    return line


def safe_name(number: str) -> str:
    """A patch number as a folder's name."""
    return "".join(c if c.isalnum() or c in "-_." else "_" for c in number).strip(".") or "_"


def write_lists(lines: Sequence[Line], folder: Path) -> list[Path]:
    """The list of all, and of those that are not whole, as CSV that a spreadsheet opens."""
    lacking = [line for line in lines if line.problem or line.status != LABELS["whole"]]
    out = []
    for name, rows in ((LIST, lines), (LACKING_LIST, lacking)):
        path = folder / name
        with path.open("w", encoding="utf-8-sig", newline="") as handle:
            writer = csv.writer(handle)
            writer.writerow(HEAD)
            for line in rows:
                writer.writerow([
                    line.number, line.region, line.outcome, line.status, line.missing, line.problem,
                ])  # fmt: skip
        out.append(path)
    return out
