"""Measuring a batch anew, for example once a layer that was missing has been published."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from liangtian.platform.audit.services import record
from liangtian.platform.jobs.models import Job
from liangtian.platform.jobs.registry import JobRun, job
from liangtian.platform.jobs.services import enqueue
from liangtian.platform.people.models import User
from liangtian.platform.people.scope import require
from liangtian.programmes.enforcement.data_checks.running import check_all
from liangtian.programmes.enforcement.measuring import measure_patches
from liangtian.programmes.enforcement.models import Batch

KIND = "enforcement.measure"


def remeasure(user: User, batch_id: int) -> Job:
    """Queue the job that measures every patch of the batch nobody has judged yet.

    Raises Forbidden, or NotFound for a batch of another region.
    """
    require(user, "enforcement.view", "enforcement.import")
    batch: Batch = Batch.objects.fetch_for(user, pk=batch_id)
    with transaction.atomic():
        record(user, "enforcement.batch.remeasure", batch)
        return enqueue(
            KIND, f"重新套合“{batch.title}”", user, batch.region,
            link=f"/patches?batch={batch.pk}", target=f"enforcement.batch:{batch.pk}", batch_id=batch.pk,
        )  # fmt: skip


@job(KIND, "重新套合批次", retry=True)
def run_remeasure(run: JobRun, batch_id: int) -> dict[str, Any]:
    """Worker side; begun again after a kill it measures all of them once more."""
    batch = Batch.objects.get(pk=batch_id)
    measured = measure_patches(batch, run, again=True)
    check_all(batch.patches.all())
    return {"patches": measured}
