"""Long ledgers are kept in the background, also to be compared with, so that no request waits for them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.db import transaction

from liangtian.platform.jobs.models import Job
from liangtian.platform.jobs.registry import JobRun, job
from liangtian.platform.jobs.schedule import every
from liangtian.platform.jobs.services import enqueue
from liangtian.platform.ledgers.declaration import Ledger, find_ledger
from liangtian.platform.ledgers.query import filtered
from liangtian.platform.people.models import User
from liangtian.platform.returns.models import Snapshot
from liangtian.platform.returns.snapshots import drop_old, keep_now, require_keepable
from liangtian.platform.returns.states import fetch_snapshot, period_of


def start_keeping(
    user: User, ledger: Ledger, query: Mapping[str, str], title: str
) -> Snapshot | Job:
    """The kept state, or the job that makes it where the ledger is long. Raises like `keep_now`."""
    region = require_keepable(user, ledger, query, title)
    if filtered(ledger, user, query).count() <= settings.SNAPSHOT_ROWS_AT_ONCE:
        return keep_now(user, ledger, query, title)
    with transaction.atomic():
        return enqueue(
            "ledgers.keep", f"留存：{ledger.title}（{title.strip()}）", user, region, link="/returns/compare",
            user_id=user.pk, ledger=ledger.name, query=dict(query), name=title,
        )  # fmt: skip


@job("ledgers.keep", "留存台账", retry=True)
def keep_later(
    run: JobRun, *, user_id: int, ledger: str, query: dict[str, str], name: str
) -> dict[str, Any]:
    """Keep the rows as they are now; the result names the kept state."""
    run.progress(0.05, "留存各行")
    found = find_ledger(ledger)
    assert found is not None, "a ledger is declared as long as the program runs"
    made = keep_now(User.objects.get(pk=user_id), found, query, name)
    return {"snapshot": made.pk, "rows": made.count}


def keep_for(user: User, snapshot_id: int) -> Job:
    """Keep what a kept state's conditions select now, to compare both. Raises NotFound, Forbidden, Refused."""
    earlier = fetch_snapshot(user, snapshot_id)
    ledger = find_ledger(earlier.ledger)
    assert ledger is not None, "`fetch_snapshot` found it"
    region = require_keepable(user, ledger, earlier.query, earlier.title)
    with transaction.atomic():
        return enqueue(
            "ledgers.keep_for", f"比较：{ledger.title}（{earlier.title}）与现在", user, region,
            link="/returns/compare", user_id=user.pk, snapshot=earlier.pk,
        )  # fmt: skip


@job("ledgers.keep_for", "留存台账以供比较", retry=True)
def keep_for_later(run: JobRun, *, user_id: int, snapshot: int) -> dict[str, Any]:
    """Keep the rows of now beside those of the earlier state; the result names both."""
    run.progress(0.05, "留存现在的各行")
    user = User.objects.get(pk=user_id)
    earlier = fetch_snapshot(user, snapshot)
    found = find_ledger(earlier.ledger)
    assert found is not None, "a ledger is declared as long as the program runs"
    title = f"与“{earlier.title}”比较"[:120]
    made = keep_now(user, found, earlier.query, title, period_of(earlier), passing=True)
    return {"earlier": earlier.pk, "snapshot": made.pk, "rows": made.count}


@every("returns.states", 24 * 3600)
def drop_old_states() -> None:
    """Kept states go when their time is over."""
    drop_old()
