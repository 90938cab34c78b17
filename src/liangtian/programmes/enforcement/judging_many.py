"""The same step for many patches at once, each with its own permission, scope and guards."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from liangtian.platform.errors import Conflict, Refused
from liangtian.platform.jobs.models import Job
from liangtian.platform.jobs.registry import JobRun, job
from liangtian.platform.jobs.services import enqueue
from liangtian.platform.people.models import User
from liangtian.platform.people.scope import require
from liangtian.programmes.enforcement.dossiers import services as dossiers
from liangtian.programmes.enforcement.dossiers.running import listed
from liangtian.programmes.enforcement.flow import ARCHIVE, ASSIGN, FLOW, REVIEW, SUBMIT
from liangtian.programmes.enforcement.judging import assign, judge, step
from liangtian.programmes.enforcement.models import Patch

STEPS = {"assign": ASSIGN, "confirm": SUBMIT, "review": REVIEW, "archive": ARCHIVE}
MOST_AT_ONCE = 500  # a month's batch of a county; more would hold a request too long
MOST_ARCHIVED = 50  # each prints its dossier
KIND = "enforcement.steps"
LABELS = {"assign": "派发", "confirm": "按拟判定判定", "review": "复核", "archive": "归档"}
TOLD = 200  # refusals a job's result names


def take(
    user: User, ids: list[int], step: str, note: str = "", *, whole: bool, preview: bool = False
) -> dict[str, Any]:
    """Take a step for many patches: assign, judge as proposed (`confirm`), review, archive; what became of each.

    Archiving freezes each dossier under the number of its patch; where something lacks the note is the reason.
    With `whole`, one refusal leaves all as they were. `preview` does it all and takes it all back, so that
    what it tells is what would happen. Raises Forbidden, Refused for too many.
    """
    require(user, "enforcement.view", FLOW.transition(STEPS[step]).permission)
    wanted = list(dict.fromkeys(ids))
    most = MOST_ARCHIVED if step == ARCHIVE else MOST_AT_ONCE
    if not wanted or len(wanted) > most:
        raise Refused(
            f"请选择 1 至 {most} 个图斑，现选 {len(wanted)} 个。",
            fields={"ids": "数量不符"},
        )
    seen = {p.pk: p for p in Patch.objects.visible_to(user).filter(pk__in=wanted)}
    rows: list[dict[str, Any]] = []
    with transaction.atomic():
        for key in wanted:
            rows.append(_one(user, seen.get(key), key, step, note, preview=preview))
        refused = sum(not row["done"] for row in rows)
        if preview:
            transaction.set_rollback(True)
        elif whole and refused:
            transaction.set_rollback(True)
            left = "因其他图斑未能办理，本次未办。"
            rows = [{**row, "done": False, "message": row["message"] or left} for row in rows]
    done = sum(row["done"] for row in rows)
    return {"done": done, "refused": len(rows) - done, "rows": rows}


def take_listed(user: User, query: dict[str, str], step: str, note: str = "") -> Job:
    """Queue a step for every patch of a filtered list that stands where the step begins; for lists too long to wait for.

    Raises Forbidden, Refused for an unknown filter or when there is none, Conflict while the same user's
    last such job is still under way.
    """
    require(user, "enforcement.view", FLOW.transition(STEPS[step]).permission)
    count = len(_waiting(user, query, step))
    if not count or user.region is None:
        raise Refused("查询结果中没有可以办理这一步的图斑。", fields={"query": "没有可办理的图斑"})
    target = f"enforcement.steps:{user.pk}"
    if Job.objects.filter(
        target=target, status__in=(Job.Status.QUEUED, Job.Status.RUNNING)
    ).exists():
        raise Conflict("您上一次的批量办理还没有结束，请等它结束后再办。")
    return enqueue(
        KIND, f"批量{LABELS[step]}（{count} 个图斑）", user, user.region, link="/patches", target=target,
        user_id=user.pk, query=query, step=step, note=note,
    )  # fmt: skip


def _waiting(user: User, query: dict[str, str], step: str) -> list[int]:
    return listed(user, {**query, "stage": ",".join(FLOW.transition(STEPS[step]).origins)})


@job(KIND, "批量办理图斑", retry=True)
def run_steps(
    run: JobRun, user_id: int, query: dict[str, str], step: str, note: str
) -> dict[str, Any]:
    """Worker side, each patch in a transaction of its own; begun again it goes on with those still waiting."""
    user = User.objects.get(pk=user_id)
    waiting, done, refused = _waiting(user, query, step), 0, []
    for place, key in enumerate(waiting):
        run.progress(place / len(waiting), f"已办理 {place} / {len(waiting)} 个图斑")
        row = _one(user, Patch.objects.visible_to(user).filter(pk=key).first(), key, step, note,
                   preview=False)  # fmt: skip
        done += row["done"]
        if not row["done"]:
            refused.append({"number": row["number"], "message": row["message"]})
    return {"done": done, "refused": len(refused), "rows": refused[:TOLD]}


def _one(
    user: User, patch: Patch | None, key: int, name: str, note: str, *, preview: bool
) -> dict[str, Any]:
    row = {"id": key, "number": patch.number if patch else "", "done": False, "message": ""}
    if patch is None:
        return {**row, "message": "没有找到，或不在您的管辖范围内。"}
    try:
        with transaction.atomic():
            if name == ASSIGN:
                assign(user, key, note=note)
            elif name == REVIEW:
                step(user, key, name, note)
            elif name == ARCHIVE:
                put_away = dossiers.check_archiving if preview else dossiers.archive
                put_away(user, key, dossiers.first_filing(patch), note)
            elif patch.proposal_outcome in ("", "undetermined"):
                raise Conflict("没有可照准的拟判定，须逐个判定。")
            else:
                judge(user, key, patch.proposal_outcome, note)
    except Refused as refusal:
        return {**row, "message": refusal.message}
    return {**row, "done": True}
