"""The data checks over a batch, a month or a year: a job, the command line, and the clock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from liangtian.platform.audit.services import record
from liangtian.platform.errors import Conflict, NotFound, Refused
from liangtian.platform.jobs.models import Job
from liangtian.platform.jobs.registry import JobRun, job
from liangtian.platform.jobs.schedule import every
from liangtian.platform.jobs.services import enqueue
from liangtian.platform.people.models import User
from liangtian.platform.people.scope import require
from liangtian.platform.regions.models import Region
from liangtian.programmes.enforcement.data_checks.keeping import Kept, keep
from liangtian.programmes.enforcement.models import Batch, Disposition, Patch

KIND = "enforcement.checks"
CHUNK = 200
_A_DAY = 24 * 3600.0


@dataclass(frozen=True)
class Range:
    """Which patches: of one batch, or of the batches of months `first` to `last` ("YYYY-MM")."""

    batch: int | None = None
    first: str = ""
    last: str = ""

    @property
    def label(self) -> str:
        """The range in words."""
        if self.batch is not None:
            return "一个批次"
        return self.first if self.first == self.last else f"{self.first} 至 {self.last}"


def patches_of(user: User, wanted: Range) -> QuerySet[Patch]:
    """The patches of a range that the user may see.

    Raises Forbidden, NotFound for a batch the user sees nothing of, Refused for no range.
    """
    require(user, "enforcement.view")
    rows: QuerySet[Patch] = Patch.objects.visible_to(user)
    if wanted.batch is not None:
        rows = rows.filter(batch=wanted.batch)
        if (
            not rows.exists()
            and not Batch.objects.visible_to(user).filter(pk=wanted.batch).exists()
        ):
            raise NotFound("没有这个批次，或不在您的管辖范围内。")
        return rows
    if not wanted.first or not wanted.last or wanted.first > wanted.last:
        raise Refused(
            "请选择要检查的月份，起始月份不晚于截止月份。", fields={"first": "请选择月份"}
        )
    return rows.filter(batch__period__gte=wanted.first, batch__period__lte=wanted.last)


def start(user: User, wanted: Range) -> Job:
    """Queue the checks of a range. Raises as `patches_of`, and Conflict when there is nothing to check."""
    require(user, "enforcement.view", "enforcement.judge")
    if not patches_of(user, wanted).exists():
        raise Conflict("所选范围内没有图斑。")
    with transaction.atomic():
        region = Region.objects.get(code=user.region_id)
        record(user, "enforcement.check.start", region, after=asdict(wanted))
        return enqueue(
            KIND, f"数据检查（{wanted.label}）", user, region, link="/checks", target="enforcement.checks",
            user_id=user.pk, **asdict(wanted),
        )  # fmt: skip


@job(KIND, "图斑数据检查", retry=True)
def run_checks(run: JobRun, user_id: int, **wanted: Any) -> dict[str, Any]:
    """Worker side; begun again after a kill it checks all of them once more, to the same list."""
    rows = patches_of(User.objects.get(pk=user_id), Range(**wanted))
    return asdict(check_all(rows, run.progress))


def check_all(rows: QuerySet[Patch], report: Callable[[float, str], None] | None = None) -> Kept:
    """Check patches chunk by chunk, each in a transaction of its own."""
    keys = list(rows.order_by("pk").values_list("pk", flat=True))
    total = Kept()
    for begin in range(0, len(keys), CHUNK):
        if report is not None:
            report(begin / len(keys), f"检查 {begin} / {len(keys)} 个图斑")
        some = Patch.objects.filter(pk__in=keys[begin : begin + CHUNK]).defer("geom", "attributes")
        kept = keep(list(some.select_related("case")))
        total.patches += kept.patches
        total.errors += kept.errors
        total.warnings += kept.warnings
        total.resolved += kept.resolved
    return total


@every("enforcement.checks", _A_DAY)
def overdue_daily() -> None:
    """What time alone makes wrong: the day by which a part was to be put right has passed."""
    late = Disposition.objects.filter(due_on__lt=timezone.localdate(), accepted_on=None)
    check_all(Patch.objects.filter(parts__disposition__in=late).distinct())
