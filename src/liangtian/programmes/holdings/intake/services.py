"""The steps of an intake, each one act: start, choose how to read, match columns, match words, decide, enter, discard."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.db import transaction

from liangtian.platform.audit.services import record
from liangtian.platform.errors import Conflict, NotFound, Refused
from liangtian.platform.files.models import StoredFile
from liangtian.platform.files.services import read_chunks, store
from liangtian.platform.jobs.models import Job
from liangtian.platform.jobs.services import enqueue, run_job
from liangtian.platform.people.scope import require
from liangtian.programmes.holdings.ground import county_of
from liangtian.programmes.holdings.intake import words as code_words
from liangtian.programmes.holdings.intake.entering import Decision, rows_left
from liangtian.programmes.holdings.intake.running import waiting
from liangtian.programmes.holdings.intake.sources import Source, open_source, preview
from liangtian.programmes.holdings.intake.tables import is_table
from liangtian.programmes.holdings.intake.targets import (
    TARGETS,
    check_mapping,
    fingerprint,
    suggest,
)
from liangtian.programmes.holdings.models import Holder, Intake, IntakeMemory, StagedHolder
from liangtian.programmes.holdings.states import refuse_day

if TYPE_CHECKING:
    from liangtian.platform.people.models import User

PERMISSION = "holdings.import"
FILE_KIND = "ledger"
LONGEST_TITLE = 100
WAIT_SECONDS = 0.2
MOST_DECIDED = 1000
Status = Intake.Status


def start_intake(
    user: User, title: str, on: date, table: StoredFile | None, figures: StoredFile | None
) -> Intake:
    """Look at the files and propose how they are read and matched. Refused when they cannot be a ledger."""
    require(user, "holdings.view", PERMISSION)
    region = user.region
    if region is None:
        raise Refused("您的账号未设置管辖区划，不能导入台账。请联系系统管理员。")
    refuse_day(on, county_of(region.code))
    if not 0 < len(title.strip()) <= LONGEST_TITLE:
        raise Refused("请填写名称（1 至 100 个字）。", fields={"title": "必填"})
    table, figures = _sorted(table, figures)
    intake = Intake(
        region=region, title=title.strip(), on=on, table=table, figures=figures, created_by=user
    )
    source = _read(intake, {})
    _propose(intake, source)
    with transaction.atomic():
        intake.save()
        record(user, "holdings.intake.start", intake, after={
            "files": [f.sha256 for f in (table, figures) if f is not None], "on": on,
        })  # fmt: skip
    return intake


def _sorted(
    table: StoredFile | None, figures: StoredFile | None
) -> tuple[StoredFile | None, StoredFile | None]:
    """A figure file given as the table, or the other way round, finds its place."""
    both = [f for f in (table, figures) if f is not None]
    tables = [f for f in both if is_table(Path(f.name))]
    shapes = [f for f in both if f not in tables]
    if not both or len(tables) > 1 or len(shapes) > 1:
        raise Refused(
            "请上传一个表格、一个图形文件，或两者各一个。",
            fields={"table": "一个表格、一个图形文件"},
        )
    return next(iter(tables), None), next(iter(shapes), None)


def choose_reading(user: User, intake: Intake, reading: Mapping[str, Any]) -> Intake:
    """Another sheet, header or layer; the columns are proposed anew."""
    require(user, "holdings.view", PERMISSION)
    with transaction.atomic():
        current = _open(intake)
        source = _read(current, dict(reading))
        _propose(current, source)
        current.status, current.error = Status.UPLOADED, ""
        current.save()
        record(user, "holdings.intake.reading", current, after=current.reading)
    return current


def _read(intake: Intake, reading: dict[str, Any]) -> Source:
    source = open_source(intake, reading, measured=False)
    intake.reading = source.reading
    return source


def _propose(intake: Intake, source: Source) -> None:
    labels, fields = source.table.labels, source.code_fields
    known = IntakeMemory.objects.filter(
        region=county_of(intake.region_id), fingerprint=fingerprint(labels, fields)
    ).first()
    intake.remembered = known is not None
    if known is not None:
        intake.mapping, intake.constants = known.mapping, known.constants
        intake.code_field = known.code_field
    else:
        intake.mapping, intake.constants = suggest(labels), {}
        intake.code_field = suggest(fields)["code"] or (fields[0] if fields else "")
    _describe(intake, source)


def _describe(intake: Intake, source: Source) -> None:
    intake.count = len(source.table.rows)
    intake.contents = {
        **source.contents, "columns": source.table.labels, "code_fields": source.code_fields,
        "skipped": source.table.skipped, "preview": preview(source.table, intake.mapping),
        "words": intake.contents.get("words", {}),
    }  # fmt: skip


def match_columns(
    user: User,
    intake: Intake,
    mapping: Mapping[str, str | None],
    constants: Mapping[str, str],
    code_field: str = "",
) -> Intake:
    """Fix which column says what; the words of the coded columns are collected for the next step."""
    require(user, "holdings.view", PERMISSION)
    with transaction.atomic():
        current = _open(intake)
        source = _read(current, current.reading)
        columns, fixed = check_mapping(
            mapping, constants, source.table.labels, coded=source.joined or source.shapes is None
        )
        if source.joined and code_field not in source.code_fields:
            raise Refused("请选择图形文件中的地块编码字段。", fields={"code_field": "请选择"})
        for name, value in fixed.items():
            if name != "grantor" and value not in code_words.choices(name):
                raise Refused("固定值不在代码表中。", fields={name: "请从列表中选择"})
        current.mapping, current.constants, current.code_field = columns, fixed, code_field
        current.contents["words"] = code_words.found_words(
            {n: source.table.column(c) for n, c in columns.items() if c},
            county_of(current.region_id),
        )
        _describe(current, source)
        current.status, current.error = Status.UPLOADED, ""
        current.save()
        IntakeMemory.objects.update_or_create(
            region_id=county_of(current.region_id),
            fingerprint=fingerprint(source.table.labels, source.code_fields),
            defaults={"mapping": columns, "constants": fixed, "code_field": code_field},
        )
        record(user, "holdings.intake.mapping", current, after={"mapping": columns, **fixed})
    return current


def check(user: User, intake: Intake, words: Mapping[str, Mapping[str, str]]) -> Intake:
    """Fix what the words mean, remember it for the county, and queue the check."""
    require(user, "holdings.view", PERMISSION)
    clean = code_words.check_words(words)
    with transaction.atomic():
        current = _open(intake)
        if any(t.name in current.contents.get("words", {}) for t in TARGETS) and not clean:
            clean = _known(current)
        current.words, current.status, current.error = clean, Status.CHECKING, ""
        code_words.remember(county_of(current.region_id), clean)
        current.job = enqueue(
            "holdings.intake.check", f"检查台账：{current.title}", user, current.region,
            link=f"/holdings-intake/{current.pk}", target=f"holdings.intake:{current.pk}",
            intake_id=current.pk,
        )  # fmt: skip
        current.save()
        record(user, "holdings.intake.check", current, after={"words": clean})
    return current


def _known(intake: Intake) -> dict[str, dict[str, str]]:
    return {
        name: {w["word"]: w["choice"] for w in found if w["choice"]}
        for name, found in intake.contents["words"].items()
    }


def decide(
    user: User, intake: Intake, keys: Sequence[int], decision: str, chosen: int | None = None
) -> int:
    """Say who the named holders of the file are; how many were decided.

    Raises NotFound for a holder that is not of the intake or not among its candidates, Refused for a decision
    that cannot be.
    """
    require(user, "holdings.view", PERMISSION)
    if decision not in Decision.values or len(keys) > MOST_DECIDED:
        raise Refused("请选择判定结果。", fields={"decision": "请选择"})
    with transaction.atomic():
        current = _locked(intake, Status.CHECKED)
        rows = list(current.holders.filter(pk__in=keys).exclude(question=""))
        if len(rows) != len(set(keys)):
            raise NotFound("没有找到要判定的权利人，请刷新页面。")
        for row in rows:
            _decide(user, row, decision, chosen)
        StagedHolder.objects.bulk_update(rows, ["decision", "chosen", "decided_by"])
        current.waiting = waiting(current)
        current.save(update_fields=["waiting"])
        record(user, "holdings.intake.decide", current, after={
            "decision": Decision(decision).label, "holders": [str(r) for r in rows][:20],
            "count": len(rows), "same_as": chosen,
        })  # fmt: skip
    return len(rows)


def _decide(user: User, row: StagedHolder, decision: str, chosen: int | None) -> None:
    if row.holder_id is not None:
        raise Conflict("该权利人已入库，不能再改判定。")
    if decision == Decision.EACH and row.id_number:
        raise Refused("有证件号码的各行是同一人，不能分别登记。")
    if decision == Decision.EACH:
        _refuse_to_part(row)
    row.decided_by, row.decision, row.chosen = user, decision, None
    if decision != Decision.SAME:
        return
    key = chosen or (row.candidates[0] if len(row.candidates) == 1 else None)
    if key is None or key not in row.candidates:
        raise Refused("请选择与哪一个已登记的权利人为同一人。", fields={"chosen": "请选择"})
    row.chosen = Holder.objects.get(pk=key, merged_into=None)


def _refuse_to_part(row: StagedHolder) -> None:
    """Rows of one contract have one holder: they cannot each be somebody else's."""
    rows: dict[str, list[int]] = defaultdict(list)
    for number, contract in row.staged.order_by("row").values_list("row", "contract"):
        if contract:
            rows[contract["number"]].append(number)
    for contract, shared in rows.items():
        if len(shared) > 1:
            raise Refused(
                f"第 {'、'.join(map(str, shared))} 行是同一份合同（{contract}），一份合同只有一个承包（承租）方，不能分别登记。"
                "如确为不同的人，请在源文件中改正合同编号后重新导入。"
            )


def enter(user: User, intake: Intake) -> Intake:
    """Let the decided rows in, as a job; after a stop it goes on. Refused when there is nothing to enter."""
    require(user, "holdings.view", "holdings.edit", PERMISSION)
    if intake.staged.exclude(contract=None).exists():
        require(user, "holdings.contract")
    with transaction.atomic():
        current = _locked(intake, Status.CHECKED)
        refuse_day(current.on, county_of(current.region_id))
        if not rows_left(current).exists():
            raise Refused(
                "没有可以入库的行。请先判定同名的权利人，或按问题清单改正源文件后重新导入。"
            )
        current.status, current.error = Status.ENTERING, ""
        current.job = enqueue(
            "holdings.intake.enter", f"台账入库：{current.title}", user, current.region,
            link=f"/holdings-intake/{current.pk}", target=f"holdings.intake:{current.pk}",
            intake_id=current.pk, user_id=user.pk,
        )  # fmt: skip
        current.save()
        record(user, "holdings.intake.enter", current, after={"ready": current.ready})
    return current


def discard(user: User, intake: Intake) -> Intake:
    """Give up what has not entered; what has stays."""
    require(user, "holdings.view", PERMISSION)
    with transaction.atomic():
        current = _locked(intake, Status.UPLOADED, Status.CHECKED, Status.FAILED)
        current.staged.filter(entered=False).delete()
        current.status = Status.DONE if current.entered else Status.DISCARDED
        current.save()
        record(user, "holdings.intake.discard", current, after={"entered": current.entered})
    return current


def settle(intake: Intake) -> Intake:
    """Bring an intake whose job was cancelled, failed or given up out of its waiting state."""
    job, before = intake.job, intake.status
    waits = before in (Status.CHECKING, Status.ENTERING)
    if not waits or job is None or not job.finished or job.status == Job.Status.DONE:
        return intake
    error = job.error or f"任务{job.get_status_display()}。"
    if before == Status.ENTERING:
        error += "已入库的行保留；再次确认入库，从中断处继续。"
    after = {
        "status": Status.CHECKED if before == Status.ENTERING else Status.FAILED,
        "error": error,
    }
    if Intake.objects.filter(pk=intake.pk, status=before, job=job).update(**after):
        intake.status, intake.error = after["status"], after["error"]
    return intake


def import_files(
    user: User, paths: Sequence[Path], *, title: str, on: date, constants: Mapping[str, str],
    accept: bool = True,
) -> Intake:  # fmt: skip
    """All steps at once, for the command line, with what is proposed or remembered; the jobs run in this process.

    Holders that a person has to tell apart stay undecided, their rows do not enter.
    """
    require(user, "holdings.view", PERMISSION)
    if user.region is None:
        raise Refused("账号未设置管辖区划。")
    files = [
        store(read_chunks(p), p.name, user=user, region=user.region, kind=FILE_KIND) for p in paths
    ]
    first, second = [*files, None][:2]
    assert first is not None
    intake = start_intake(user, title, on, first, second)
    try:
        fixed = {**intake.constants, **constants}
        intake = match_columns(user, intake, intake.mapping, fixed, intake.code_field)
        intake = check(user, intake, {})
    except Refused:
        discard(user, intake)
        raise
    _run_here(intake)
    if accept and intake.status == Status.CHECKED and rows_left(intake).exists():
        intake = enter(user, intake)
        _run_here(intake)
    return settle(intake)


def _run_here(intake: Intake) -> None:
    """Run the intake's job in this process, or, where a worker was quicker, wait for its end."""
    job = intake.job
    assert job is not None
    run_job.call(str(job.pk))
    job.refresh_from_db()
    while not job.finished:
        time.sleep(WAIT_SECONDS)
        job.refresh_from_db()
    intake.refresh_from_db()


def _open(intake: Intake) -> Intake:
    current = _locked(intake, Status.UPLOADED, Status.CHECKED, Status.FAILED)
    if current.entered:
        raise Conflict(
            f"“{current.title}”已有行入库，只能继续入库或放弃其余的行，不能再改对应关系。"
        )
    return current


def _locked(intake: Intake, *states: str) -> Intake:
    current: Intake = (
        Intake.objects.select_for_update(of=("self",))
        .select_related("table", "figures", "region")
        .get(pk=intake.pk)
    )
    if current.status not in states:
        raise Conflict(
            f"“{current.title}”现为“{current.get_status_display()}”，不能进行此项操作。请刷新页面。"
        )
    return current
