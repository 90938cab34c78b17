"""Runs of bills (批量开单): preview the whole, post it part by part; restartable, and the same thing once."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from liangtian.platform.audit.services import record
from liangtian.platform.errors import Conflict, NotFound, Refused
from liangtian.platform.jobs.models import Job
from liangtian.platform.jobs.services import enqueue
from liangtian.platform.people.scope import require
from liangtian.platform.regions.models import Region
from liangtian.programmes.holdings.fees.assessing import (
    Assessor,
    Reckoned,
    last_billable_year,
    years_said,
)
from liangtian.programmes.holdings.fees.posting import (
    BillDraft,
    Posted,
    cancel_bills,
    differs,
    post_bills,
)
from liangtian.programmes.holdings.ground import county_of
from liangtian.programmes.holdings.models import Bill, BillRun, Charge, RunProblem
from liangtian.programmes.holdings.models.parcels import FIRST_YEAR

if TYPE_CHECKING:
    from liangtian.platform.people.models import User

PREVIEW, POST = "fees.preview", "fees.post"
STATES = ("new", "changed", "unchanged", "gone", "held")
_TOWNSHIP_DIGITS = 9
Report = Callable[[float, str], None]


@dataclass(frozen=True)
class RunForm:
    """What is to be billed: rent of a region for some years, payable by a day."""

    region: str
    first_year: int
    last_year: int
    due_on: date


def start_run(user: User, form: RunForm) -> BillRun:
    """Begin a run of rent; a job previews it. Raises Forbidden, NotFound outside the scope, Refused."""
    require(user, "fees.view", "fees.run")
    _check(form)
    region = Region.objects.filter(code=form.region).first()
    if region is None or not region.code.startswith(user.region_id or "-"):
        raise NotFound
    with transaction.atomic():
        run = open_run(user, Charge.RENT, region, (form.first_year, form.last_year), form.due_on)
        _enqueue(PREVIEW, f"预览{run}", user, run)
    return run


def open_run(
    user: User, kind: str, region: Region, years: tuple[int, int], due_on: date
) -> BillRun:
    """A run of any kind of charge for the bills of a region, issued today. In the caller's transaction.

    Raises Refused for a region above the counties.
    """
    county = Region.objects.get(code=county_of(region.code))
    run: BillRun = BillRun.objects.create(
        kind=kind, county=county, region=region, first_year=years[0], last_year=years[1],
        issued_on=timezone.localdate(), due_on=due_on, made_by=user,
    )  # fmt: skip
    record(user, "fees.run.start", run, after={"years": list(years), "due_on": due_on})
    return run


def preview_run(run_id: int, report: Report) -> dict[str, Any]:
    """Reckon a run without posting it: totals by township and year, differences to what stands."""
    run = BillRun.objects.get(pk=run_id)
    figures, digest = _Figures(), hashlib.sha256()
    problems: dict[tuple[int, str], list[int]] = defaultdict(list)
    for part, share in _parts(run):
        gone = figures.add(part, run)
        _digest(digest, part, gone)
        for one in part.problems:
            problems[one.parcel, one.reason].append(one.year)
        report(share, f"已核算 {figures.parcels} 个地块")
    with transaction.atomic():
        run = BillRun.objects.select_for_update().get(pk=run_id)
        if run.state not in (BillRun.State.OPEN, BillRun.State.PREVIEWED):
            raise Conflict(f"{run}现为“{run.get_state_display()}”，不能再预览。")
        run.problems.all().delete()
        RunProblem.objects.bulk_create(
            [
                RunProblem(run=run, parcel_id=parcel, years=years_said(years)[:60], reason=reason)
                for (parcel, reason), years in problems.items()
            ],
            batch_size=500,
        )
        run.preview = figures.as_json(len({parcel for parcel, _ in problems}))
        run.digest, run.state = digest.hexdigest(), BillRun.State.PREVIEWED
        run.save(update_fields=["preview", "digest", "state"])
        record(run.made_by, "fees.run.preview", run, after={"totals": run.preview["totals"]})
    return {"run": run.pk, "totals": run.preview["totals"]}


def preview_again(user: User, run_id: int) -> BillRun:
    """Have a run previewed once more. Raises Forbidden, NotFound, Conflict for one that is posted or given up."""
    require(user, "fees.view", "fees.run")
    with transaction.atomic():
        run = _mine(user, run_id)
        if run.state not in (BillRun.State.OPEN, BillRun.State.PREVIEWED):
            raise Conflict(f"{run}现为“{run.get_state_display()}”，不能再预览。")
        _require_idle(run)
        _enqueue(PREVIEW, f"预览{run}", user, run)
    return run


def confirm_run(user: User, run_id: int) -> BillRun:
    """Have a previewed run posted, or one that was cut off go on. Raises Forbidden, NotFound, Conflict."""
    require(user, "fees.view", "fees.run")
    with transaction.atomic():
        run = _mine(user, run_id)
        if run.state not in (BillRun.State.PREVIEWED, BillRun.State.POSTING):
            raise Conflict(f"{run}现为“{run.get_state_display()}”，不能入账。")
        _require_idle(run)
        other = BillRun.objects.filter(
            county=run.county, kind=run.kind, state=BillRun.State.POSTING
        ).exclude(pk=run.pk)
        if found := other.first():
            raise Conflict(f"本县的{found}（第 {found.pk} 批）正在入账，请待其完成后再办。")
        if run.state == BillRun.State.PREVIEWED:
            run.state, run.issued_on = BillRun.State.POSTING, timezone.localdate()
            run.due_on = max(run.due_on, run.issued_on)
            run.save(update_fields=["state", "issued_on", "due_on"])
        record(user, "fees.run.confirm", run, after={"totals": run.preview.get("totals")})
        _enqueue(POST, f"{run}开单入账", user, run)
    return run


def post_run(user: User, run_id: int, report: Report) -> dict[str, Any]:
    """Post a confirmed run from where it stands, each part in one transaction with the mark how far it is.

    Raises Conflict when the register changed since the preview, the run was given up, or another worker posts it.
    """
    run = BillRun.objects.select_related("county", "region").get(pk=run_id)
    if run.state == BillRun.State.POSTED:
        return _counts(run)
    if run.after == 0:
        _require_same(run, report)
    after = run.after
    for part, share in _parts(run, after):
        with transaction.atomic():
            _require_turn(run, after)
            after = part.parcels[-1]
            posted, gone = _post_part(user, run, part)
            BillRun.objects.filter(pk=run.pk).update(
                after=after, new=F("new") + posted.new,
                unchanged=F("unchanged") + posted.unchanged, gone=F("gone") + gone,
                replaced=F("replaced") + posted.replaced, held=F("held") + posted.held,
            )  # fmt: skip
        report(share, f"已入账至第 {round(share * 100)}%")
    with transaction.atomic():
        _require_turn(run, after)
        run.refresh_from_db()
        run.state, run.posted_at = BillRun.State.POSTED, timezone.now()
        run.save(update_fields=["state", "posted_at"])
        record(user, "fees.run.post", run, after=_counts(run))
    return _counts(run)


def _require_turn(run: BillRun, after: int) -> None:
    """Lock the run for the next part; Conflict when somebody else moved it meanwhile."""
    now = BillRun.objects.select_for_update().get(pk=run.pk)
    if (now.state, now.after) != (BillRun.State.POSTING, after):
        raise Conflict(f"{run}现为“{now.get_state_display()}”，已由他人办理，本任务不再入账。")


def _require_idle(run: BillRun) -> None:
    if job := under_way(run):
        raise Conflict(f"“{job.title}”{job.get_status_display()}，请待其完成。")


def under_way(run: BillRun) -> Job | None:
    """The job that waits or works on a run."""
    live = (Job.Status.QUEUED, Job.Status.RUNNING)
    found: Job | None = Job.objects.filter(target=target_of(run), status__in=live).first()
    return found


def drop_run(user: User, run_id: int) -> BillRun:
    """Give up a run before its first bill is posted. Raises Forbidden, NotFound, Conflict."""
    require(user, "fees.view", "fees.run")
    with transaction.atomic():
        run = _mine(user, run_id)
        if run.after or run.state not in (
            BillRun.State.OPEN,
            BillRun.State.PREVIEWED,
            BillRun.State.POSTING,
        ):
            raise Conflict(f"{run}已有账单入账或已结束，不能放弃；错误的账单请冲销。")
        _require_idle(run)
        run.state = BillRun.State.DROPPED
        run.save(update_fields=["state"])
        record(user, "fees.run.drop", run)
    return run


def gone_bills(part: Reckoned, run: BillRun) -> list[Bill]:
    """Bills that stand for these parcels and years and are no longer owed; not those nobody can reckon."""
    wanted = {draft.key for draft in part.drafts}
    open_ = {(one.parcel, one.year) for one in part.problems}
    return [
        bill
        for bill in _standing(part, run)
        if bill.key not in wanted and (bill.parcel_id, bill.year) not in open_
    ]


def target_of(run: BillRun) -> str:
    """By what the browser finds the jobs of a run."""
    return f"fees.run:{run.pk}"


class _Figures:
    """Counts and sums of a preview."""

    def __init__(self) -> None:
        self.parcels = 0
        self.totals: dict[str, list[int]] = {state: [0, 0] for state in STATES}
        self.places: dict[tuple[str, int], list[int]] = defaultdict(lambda: [0, 0])

    def add(self, part: Reckoned, run: BillRun) -> list[Bill]:
        """Add a part; returns the bills it would take away."""
        self.parcels += len(part.parcels)
        stands = {bill.key: bill for bill in _standing(part, run)}
        for draft in part.drafts:
            self._count(_state(stands.get(draft.key), draft), draft.amount)
            place = self.places[draft.region_id[:_TOWNSHIP_DIGITS], draft.year]
            place[0] += 1
            place[1] += draft.amount
        gone = gone_bills(part, run)
        for bill in gone:
            self._count("gone", bill.amount)
        return gone

    def _count(self, state: str, amount: int) -> None:
        self.totals[state][0] += 1
        self.totals[state][1] += amount

    def as_json(self, problems: int) -> dict[str, Any]:
        """As the run keeps it: fen."""
        codes = {code for code, _ in self.places}
        names = dict(Region.objects.filter(code__in=codes).values_list("code", "name"))
        return {
            "parcels": self.parcels, "problems": problems, "totals": self.totals,
            "places": [
                {"code": code, "name": names.get(code, code), "year": year, "count": count,
                 "amount": amount}
                for (code, year), (count, amount) in sorted(self.places.items())
            ],
        }  # fmt: skip


def _state(bill: Bill | None, draft: BillDraft) -> str:
    if bill is None:
        return "new"
    if not differs(bill, draft):
        return "unchanged"
    return "held" if bill.waived else "changed"


def _standing(part: Reckoned, run: BillRun) -> Sequence[Bill]:
    rows = Bill.objects.filter(
        parcel__in=part.parcels, kind=run.kind, reversed_on=None,
        year__gte=run.first_year, year__lte=run.last_year,
    )  # fmt: skip
    return list(rows.defer("basis"))


def _parts(run: BillRun, after: int = 0) -> Any:
    years = range(run.first_year, run.last_year + 1)
    assessor = Assessor(run.county_id, run.region_id, years)
    whole, done = max(assessor.count(), 1), 0
    for part in assessor.parts(after):
        done += len(part.parcels)
        yield part, min(done / whole, 1.0) * 0.99


def _digest(digest: Any, part: Reckoned, gone: Sequence[Bill]) -> None:
    for draft in part.drafts:
        digest.update(f"{draft.key}={draft.amount}/{draft.holder_id};".encode())
    for bill in gone:
        digest.update(f"-{bill.key};".encode())


def _require_same(run: BillRun, report: Report) -> None:
    digest = hashlib.sha256()
    for part, share in _parts(run):
        _digest(digest, part, gone_bills(part, run))
        report(share * 0.1, "正在与预览核对")
    if digest.hexdigest() != run.digest:
        with transaction.atomic():
            BillRun.objects.filter(pk=run.pk).update(state=BillRun.State.OPEN)
            record(run.made_by, "fees.run.stale", run)
        raise Conflict("预览以后，地块、合同、标准或账单有变动，本批没有入账。请重新预览后再确认。")


def _post_part(user: User, run: BillRun, part: Reckoned) -> tuple[Posted, int]:
    gone = cancel_bills(user, run, gone_bills(part, run))
    return post_bills(user, run, part.drafts), gone


def _counts(run: BillRun) -> dict[str, Any]:
    names = ("new", "unchanged", "replaced", "gone", "held")
    return {"run": run.pk, **{name: getattr(run, name) for name in names}}


def _mine(user: User, run_id: int) -> BillRun:
    run: BillRun = BillRun.objects.select_for_update().fetch_for(user, pk=run_id)
    if run.kind != Charge.RENT:
        raise Conflict(f"{run}由“水费核算”办理，不在此处操作。")
    return run


def _enqueue(kind: str, title: str, user: User, run: BillRun) -> Job:
    return enqueue(
        kind, title, user, run.region, link=f"/fees/runs/{run.pk}", target=target_of(run),
        run_id=run.pk, user_id=user.pk,
    )  # fmt: skip


def _check(form: RunForm) -> None:
    wrong = {}
    if form.first_year < FIRST_YEAR or form.last_year > last_billable_year():
        wrong["last_year"] = "超出范围，最晚为本年度"
    if form.last_year < form.first_year:
        wrong["last_year"] = "早于起始年度"
    if form.due_on < timezone.localdate():
        wrong["due_on"] = "早于今天"
    if wrong:
        raise Refused("没有开始开单，请改正标出的各项。", fields=wrong)
