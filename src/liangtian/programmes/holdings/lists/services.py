"""The steps of a list: read and judge it, match columns anew, let the good rows in, give it up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from liangtian.platform.audit.services import record
from liangtian.platform.errors import Conflict, Refused
from liangtian.platform.files.models import StoredFile
from liangtian.platform.files.services import read_chunks, store
from liangtian.platform.people.scope import require
from liangtian.programmes.holdings.ground import county_of
from liangtian.programmes.holdings.lists.fields import FIELDS, RIGHTS, Kind, suggested, wanting
from liangtian.programmes.holdings.lists.lines import (
    DONE,
    READY,
    SAME,
    WRONG,
    Amiss,
    Cells,
    Judge,
    Line,
)
from liangtian.programmes.holdings.lists.others import BuildingJudge, CropJudge
from liangtian.programmes.holdings.lists.reading import Listing, open_list
from liangtian.programmes.holdings.lists.sources import SourceJudge
from liangtian.programmes.holdings.models import ListFile

if TYPE_CHECKING:
    from liangtian.platform.people.models import User

State = ListFile.State
FILE_KIND = "document"
LONGEST_TITLE = 60
_REMEMBERED = 50  # files of the county that are looked at for one of the same columns


def start(
    user: User,
    file: StoredFile,
    kind: str,
    on: date,
    *,
    mapping: Mapping[str, str] | None = None,
    fixed: Mapping[str, str] | None = None,
    again: ListFile | None = None,
) -> ListFile:
    """Read a file and judge every row; nothing enters yet.

    Columns are matched as they were the last time a file had these, unless told; where a needed one is missing
    the file is kept and every row waits for it. Raises Forbidden, Refused for a file that is no such list,
    Conflict for one that has entered already.
    """
    if kind not in Kind.values:
        raise Refused("请选择表册的类别。", fields={"kind": "请选择"})
    require(user, "holdings.view", *RIGHTS[kind])
    if user.region is None:
        raise Refused("您的账号未设置管辖区划，不能导入。请联系系统管理员。")
    if on > timezone.localdate():
        raise Refused("生效日期晚于今天。", fields={"on": "晚于今天"})
    county = county_of(user.region.code)
    refuse_again(county, kind, file.sha256)
    listing = open_list(file, kind)
    chosen, values = _matched(county, kind, listing, mapping, fixed)
    row = again or ListFile(
        region=user.region, county_id=county, kind=kind, file=file, sha256=file.sha256, on=on,
        made_by=user,
    )  # fmt: skip
    row.headings, row.mapping, row.fixed = listing.table.labels, chosen, values
    row.notes = [*listing.notes, *_skipped(listing)]
    row.rows = kept(_judged(user, row, listing)[1], listing)
    with transaction.atomic():
        row.save()
        record(user, "holdings.list.check", row, after={"file": file.sha256, **counts(row)})
    return row


def rematch(
    user: User, row: ListFile, mapping: Mapping[str, str], fixed: Mapping[str, str]
) -> ListFile:
    """Judge a waiting list again with other columns and fixed values. Raises as `start`, Conflict."""
    require(user, "holdings.view", *RIGHTS[row.kind])
    _refuse_closed(row)
    wrong = wanting(row.kind, mapping, fixed)
    if odd := {n: f"文件里没有列“{c}”" for n, c in mapping.items() if c and c not in row.headings}:
        wrong |= odd
    if wrong:
        raise Refused("字段对应有误，请改正标出的各项。", fields=wrong)
    return start(user, row.file, row.kind, row.on, mapping=mapping, fixed=fixed, again=row)


def accept(user: User, row: ListFile) -> ListFile:
    """Let the good rows in; they are judged anew, so that what was registered meanwhile isn't doubled.

    A row that is refused at the last moment stays out and says why. Raises Forbidden, Conflict for a list that
    is closed or a file that has entered, Refused without a good row.
    """
    require(user, "holdings.view", *RIGHTS[row.kind])
    try:
        with transaction.atomic():
            return _accepted(user, row)
    except IntegrityError as error:
        raise Conflict("同一文件刚由他人导入，请刷新页面。") from error


def _accepted(user: User, row: ListFile) -> ListFile:
    current: ListFile = ListFile.objects.select_for_update(of=("self",)).select_related(
        "file", "region"
    ).get(pk=row.pk)  # fmt: skip
    _refuse_closed(current)
    refuse_again(current.county_id, current.kind, current.sha256)
    listing = open_list(current.file, current.kind)
    judge, lines = _judged(user, current, listing)
    done = [_entered(judge, line) if line.state == READY else line for line in lines]
    if not any(line.state == DONE for line in done):
        raise Refused("没有可以入库的行，请下载标注后的表格核对。")
    judge.finish()
    current.rows, current.state = kept(done, listing), State.ACCEPTED
    current.save(update_fields=["rows", "state"])
    record(user, "holdings.list.accept", current, after=counts(current))
    return current


def discard(user: User, row: ListFile) -> ListFile:
    """Give a list up. Raises Forbidden, Conflict."""
    require(user, "holdings.view", *RIGHTS[row.kind])
    with transaction.atomic():
        current: ListFile = ListFile.objects.select_for_update(of=("self",)).get(pk=row.pk)
        _refuse_closed(current)
        current.state = State.DISCARDED
        current.save(update_fields=["state"])
        record(user, "holdings.list.discard", current)
    return current


def import_file(
    user: User, path: Path, *, kind: str, on: date, fixed: Mapping[str, str], enter: bool = True
) -> ListFile:
    """All steps at once, for the command line: a list without a good row stays as it was judged."""
    require(user, "holdings.view")
    if user.region is None:
        raise Refused("账号未设置管辖区划。")
    file = store(read_chunks(path), path.name, user=user, region=user.region, kind=FILE_KIND)
    row = start(user, file, kind, on, fixed=fixed)
    return accept(user, row) if enter and counts(row)[READY] else row


def refuse_again(county: str, kind: str, sha256: str) -> None:
    """Conflict for a file that has entered the county as the same sort of list."""
    before = ListFile.objects.filter(
        county=county, kind=kind, sha256=sha256, state=State.ACCEPTED
    ).select_related("made_by").first()  # fmt: skip
    if before is not None:
        when = timezone.localtime(before.made_at)
        raise Conflict(
            f"这个文件已于 {when:%Y-%m-%d %H:%M} 由{before.made_by.name}导入（第 {before.pk} 号），不能重复导入。"
            "有增补的请另存修改后的文件。"
        )


def counts(row: ListFile) -> dict[str, int]:
    """How many rows are ready, entered, registered already, wrong."""
    found = [one["state"] for one in row.rows]
    return {state: found.count(state) for state in (READY, DONE, SAME, WRONG)}


def kept(lines: Sequence[Line], listing: Listing) -> list[dict[str, Any]]:
    """Rows as they are kept, each with where it stands in the file."""
    return [
        {"row": n, "state": one.state, "title": one.title, "said": one.said, "column": one.column}
        for n, one in zip(listing.table.numbers, lines, strict=True)
    ]


def _entered(judge: Judge, line: Line) -> Line:
    try:
        with transaction.atomic():
            judge.enter(line)
    except Refused as refusal:
        return Line(WRONG, line.title, refusal.message)
    return Line(DONE, line.title, line.said)


def _matched(
    county: str, kind: str, listing: Listing, mapping: Mapping[str, str] | None,
    fixed: Mapping[str, str] | None,
) -> tuple[dict[str, str], dict[str, str]]:  # fmt: skip
    if mapping is not None:
        return {n: c for n, c in mapping.items() if c}, _said(fixed or {})
    headings = listing.table.labels
    known = ListFile.objects.filter(county=county, kind=kind, state=State.ACCEPTED)
    for row in known.order_by("-made_at")[:_REMEMBERED]:
        if row.headings == headings:
            return dict(row.mapping), {**row.fixed, **_said(fixed or {})}
    return suggested(kind, headings), _said(fixed or {})


def _said(fixed: Mapping[str, str]) -> dict[str, str]:
    return {name: value.strip() for name, value in fixed.items() if value.strip()}


def _judged(user: User, row: ListFile, listing: Listing) -> tuple[Judge, list[Line]]:
    cells = Cells(listing, row.mapping, row.fixed)
    judge = _judge(user, row, cells)
    if wrong := wanting(row.kind, row.mapping, row.fixed):
        labels = {f.name: f.label for f in FIELDS[row.kind]}
        said = "；".join(f"{labels.get(name, name)}：{why}" for name, why in wrong.items())
        return judge, [Line(WRONG, "", said, next(iter(wrong)))] * len(cells)
    titles = cells.column(FIELDS[row.kind][0].name)
    return judge, [_line(judge, i, titles[i][:LONGEST_TITLE]) for i in range(len(cells))]


def _line(judge: Judge, i: int, title: str) -> Line:
    try:
        return judge.line(i)
    except Amiss as amiss:
        return Line(WRONG, title, amiss.said, amiss.column)
    except Refused as refusal:
        return Line(WRONG, title, refusal.message, next(iter(refusal.fields), ""))


def _judge(user: User, row: ListFile, cells: Cells) -> Judge:
    match row.kind:
        case Kind.BUILDING:
            return BuildingJudge(user, cells, row.on)
        case Kind.CROP:
            return CropJudge(user, cells, row.on)
        case _:
            return SourceJudge(user, row.kind, cells, row.on)


def _refuse_closed(row: ListFile) -> None:
    if row.state != State.CHECKED:
        raise Conflict(f"该表册{row.get_state_display()}，不能再办理。")


def _skipped(listing: Listing) -> Sequence[Any]:
    n = listing.table.skipped
    return [f"跳过合计、说明等 {n} 行"] if n else []
