"""Many patches through one door: looked at, refused one by one, moved together; long lists by a job."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import transaction
from ninja import Schema

from liangtian.platform.audit.services import record_all
from liangtian.platform.cases.services import Turn, look, move_all
from liangtian.platform.errors import Conflict, Refused
from liangtian.platform.jobs.models import Job
from liangtian.platform.jobs.registry import JobRun, job
from liangtian.platform.jobs.services import enqueue
from liangtian.platform.people.models import User
from liangtian.platform.people.scope import require
from liangtian.programmes.enforcement.data_checks.keeping import keep
from liangtian.programmes.enforcement.dossiers import services as dossiers
from liangtian.programmes.enforcement.dossiers.running import listed
from liangtian.programmes.enforcement.facts import Gathered
from liangtian.programmes.enforcement.flow import ARCHIVE, FLOW
from liangtian.programmes.enforcement.many.dispositions import FORMS
from liangtian.programmes.enforcement.many.doors import STEPS, Door, Work
from liangtian.programmes.enforcement.models import Patch

KIND = "enforcement.steps"
CHUNK = 200  # patches of one transaction and of one statement
PREVIEWED = 10  # times as many are looked at by a preview as are done while one waits
TOLD = 200  # refusals a job's result names
_IN_ORDER = (
    "assign", "return", "recheck", "confirm", "review", "plan", "dispose", "progress", "rectify",
    "accept", "archive",
)  # fmt: skip
_BY_NAME = {door.name: door for door in (*STEPS, *FORMS)}
DOORS: Mapping[str, Door] = {name: _BY_NAME[name] for name in _IN_ORDER}


@dataclass(frozen=True)
class Asked:
    """What is asked for all: the door by its name, the words, and the form where the door has one."""

    step: str
    note: str = ""
    form: Schema | None = None


@dataclass
class _Line:
    """What became of one patch: what was done in words, or why not."""

    number: str = ""
    words: str = ""
    refusal: str = ""


def doors_for(user: User) -> list[Door]:
    """The doors the user may use. Raises Forbidden for who may not see patches."""
    require(user, "enforcement.view")
    return [door for door in DOORS.values() if user.may(door.permission)]


def take(
    user: User, ids: Sequence[int], asked: Asked, *, whole: bool = False, preview: bool = False
) -> dict[str, Any]:
    """Take many patches through a door; what became of each, or the job that does it where they are too many.

    With `whole`, one refusal leaves all as they were. `preview` tells what would happen and writes nothing; it
    looks at `PREVIEWED` times as many as are done in a request, and says how many it left out.
    More than `settings.BULK_IN_REQUEST`, of dossiers to print a tenth of it, go to the background. Raises
    Forbidden, Refused for none, for a form that lacks, and for `whole` with too many, Conflict while the
    same user's last such job is under way.
    """
    door, keys = _door(user, asked), list(dict.fromkeys(ids))
    most = max(settings.BULK_IN_REQUEST // door.weight, 1)
    if not keys:
        raise Refused("没有可以办理这一步的图斑，请先选择图斑。", fields={"ids": "未选择"})
    left_out = 0
    if preview:
        left_out, keys = max(len(keys) - most * PREVIEWED, 0), keys[: most * PREVIEWED]
        lines = _all(user, door, asked, keys, preview=True)
    elif len(keys) <= most:
        with transaction.atomic():
            lines = _all(user, door, asked, keys, preview=False)
            if whole and any(line.refusal for line in lines.values()):
                transaction.set_rollback(True)
                left = "因其他图斑未能办理，本次未办。"
                for line in lines.values():
                    line.refusal = line.refusal or left
    elif whole:
        raise Refused(f"“有一个不能办理时全部不办”一次最多 {most} 个图斑，现选 {len(keys)} 个。")
    else:
        queued = _queue(user, door, asked, keys)
        return {"done": 0, "refused": 0, "rows": [], "job": queued, "not_looked_at": 0}
    rows = [
        {"id": key, "number": lines[key].number, "done": not lines[key].refusal,
         "message": lines[key].refusal or lines[key].words}
        for key in keys
    ]  # fmt: skip
    done = sum(not line.refusal for line in lines.values())
    refused = len(rows) - done
    return {"done": done, "refused": refused, "rows": rows, "job": None, "not_looked_at": left_out}


def take_listed(
    user: User, query: dict[str, str], asked: Asked, *, preview: bool = False
) -> dict[str, Any]:
    """As `take`, every patch of a filtered list that stands where the door begins."""
    door = _door(user, asked)
    where = {**query, **door.filters, "stage": ",".join(door.origins)}
    return take(user, listed(user, where), asked, preview=preview)


def _door(user: User, asked: Asked) -> Door:
    door = DOORS.get(asked.step)
    if door is None:
        raise Refused(f"没有名为“{asked.step}”的批量办理事项。", fields={"step": "不在可选范围内"})
    require(user, "enforcement.view", door.permission)
    if door.form is not None and not isinstance(asked.form, door.form):
        raise Refused(f"请填写“{door.label}”的内容。", fields={"form": "未填写"})
    return door


def _queue(user: User, door: Door, asked: Asked, keys: Sequence[int]) -> Job:
    target = f"{KIND}:{user.pk}"
    running = (Job.Status.QUEUED, Job.Status.RUNNING)
    if Job.objects.filter(target=target, status__in=running).exists():
        raise Conflict("您上一次的批量办理还没有结束，请等它结束后再办。")
    assert user.region is not None  # who has no region sees no patch
    form = asked.form.model_dump(mode="json") if asked.form is not None else None
    return enqueue(
        KIND, f"批量{door.label}（{len(keys)} 个图斑）", user, user.region, link="/patches",
        target=target, user_id=user.pk, ids=list(keys), step=asked.step, note=asked.note, form=form,
    )  # fmt: skip


@job(KIND, "批量办理图斑", retry=True)
def run_steps(run: JobRun, user_id: int, ids: list[int], **told: Any) -> dict[str, Any]:
    """Worker side, chunk by chunk, each in a transaction of its own; begun again it leaves what is done."""
    user, door = User.objects.get(pk=user_id), DOORS[told["step"]]
    form = door.form(**told["form"]) if door.form else None
    asked = Asked(door.name, told["note"], form)
    places, waiting = {key: place for place, key in enumerate(ids)}, ids
    if run.job.attempts > 1:
        there = Patch.objects.filter(pk__in=ids, case__stage__in=door.origins)
        still = set(there.values_list("pk", flat=True))
        waiting = [key for key in ids if key in still]
    size, done, refused = max(CHUNK // door.weight, 1), 0, list[dict[str, str]]()
    for start in range(0, len(waiting), size):
        run.progress(start / len(waiting), f"已办理 {start} / {len(waiting)} 个图斑")
        some = waiting[start : start + size]
        with transaction.atomic():
            lines = _chunk(user, door, asked, {key: places[key] for key in some}, preview=False)
        done += sum(not line.refusal for line in lines.values())
        refused += [
            {"number": one.number, "message": one.refusal} for one in lines.values() if one.refusal
        ]
    return {"done": done, "refused": len(refused), "rows": refused[:TOLD]}


def _all(
    user: User, door: Door, asked: Asked, keys: Sequence[int], *, preview: bool
) -> dict[int, _Line]:
    lines: dict[int, _Line] = {}
    for start in range(0, len(keys), CHUNK):
        places = {key: start + k for k, key in enumerate(keys[start : start + CHUNK])}
        with transaction.atomic():
            lines |= _chunk(user, door, asked, places, preview=preview)
    return lines


def _chunk(
    user: User, door: Door, asked: Asked, places: Mapping[int, int], *, preview: bool
) -> dict[int, _Line]:
    """In the caller's transaction; a handful of queries however many patches, but for dossiers to print."""
    rows = Patch.objects.visible_to(user).filter(pk__in=places).order_by("pk")
    patches: list[Patch] = list(
        rows.select_for_update(of=("self",))
        .select_related("case", "region")
        .defer("geom", "attributes", "region__geom")
    )
    lines = {key: _Line(refusal="没有找到，或不在您的管辖范围内。") for key in places}
    lines |= {patch.pk: _Line(patch.number) for patch in patches}
    if door.step == ARCHIVE:
        for patch in patches:
            _archive(user, patch, asked.note, lines[patch.pk], preview=preview)
        return lines
    work = Work(user, asked.note, asked.form, Gathered(patches), places)
    turns = _looked_at(door, work, lines)
    if turns and not preview:
        able = [patch for patch, _ in turns]
        if door.step:
            move_all(FLOW, door.step, user, [turn for _, turn in turns])
        door.write(work, able)
        keep(able)
        record_all(user, door.act, [door.told(work, patch) for patch in able])
    return lines


def _looked_at(door: Door, work: Work, lines: Mapping[int, _Line]) -> list[tuple[Patch, Turn]]:
    """Those that may pass, with the step that is theirs to take; the others' lines say why not."""
    turns = []
    for patch in work.among.patches:
        try:
            if patch.case.stage not in door.origins:
                now = FLOW.labels[patch.case.stage]
                raise Conflict(f"现处于“{now}”环节，不能办理“{door.label}”。请刷新页面后再试。")
            lines[patch.pk].words = door.look(work, patch)
        except Refused as refusal:
            lines[patch.pk].refusal = refusal.message
        else:
            turns.append((patch, Turn(patch.case, door.taking(work, patch))))
    if door.step:
        look(FLOW, door.step, work.user, [turn for _, turn in turns])
    for patch, turn in turns:
        if turn.refusal is not None:
            lines[patch.pk].refusal = turn.refusal.message
    return [(patch, turn) for patch, turn in turns if turn.refusal is None]


def _archive(user: User, patch: Patch, note: str, line: _Line, *, preview: bool) -> None:
    put_away = dossiers.check_archiving if preview else dossiers.archive
    try:
        with transaction.atomic():
            put_away(user, patch.pk, dossiers.first_filing(patch), note)
    except Refused as refusal:
        line.refusal = refusal.message
