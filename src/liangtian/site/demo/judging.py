"""Judgement in the sample register: compared with the departments, proposed for, most of it confirmed, some disposed of."""

from __future__ import annotations

from datetime import timedelta
from itertools import groupby

from django.utils import timezone

from liangtian.platform.people.models import Office, User
from liangtian.programmes.holdings.comparing import opinions, running
from liangtian.programmes.holdings.judging import confirming, disposing, proposing
from liangtian.programmes.holdings.judging.proposing import ready
from liangtian.programmes.holdings.models import Comparison, ComparisonHit, Judgement
from liangtian.site import runtime
from liangtian.site.demo.clock import clock_at, morning

AGO = timedelta(days=20)  # the review was held
OFTEN_RIGHT, SOMETIMES_WRONG = 10, 3  # every so many hits the department says no
LEFT = 4  # proposals that still wait
SAID = {True: "与部门底图一致，属实。", False: "经核对现状与证照，该处已不属管理范围。"}


def load_judging(clerk: User) -> None:
    """Compare, let the departments speak, propose, review and plan; once."""
    if Comparison.objects.exists():
        return
    running.start(clerk)
    runtime.drain()
    for role in opinions.departments():
        _speak(User.objects.filter(roles__code=role).order_by("pk").first(), role)
    if ready(clerk, clerk.region_id or "").exists():
        proposing.start(clerk)
        runtime.drain()
        _review(clerk)


def _speak(official: User | None, role: str) -> None:
    """A department answers for the hits of each of its zones, all but the last one."""
    hits = ComparisonHit.objects.filter(role=role, comparison__current=True).order_by("zone", "pk")
    if official is None:
        return
    told: dict[bool, list[int]] = {True: [], False: []}
    for zone, some in groupby(hits, key=lambda hit: hit.zone):
        every = OFTEN_RIGHT if zone in ("second_round", "standard_farmland") else SOMETIMES_WRONG
        for n, hit in enumerate(list(some)[:-1], start=1):
            told[n % every != 0].append(hit.pk)
    for confirmed, keys in told.items():
        if keys:
            opinions.decide(official, keys[:200], confirmed=confirmed, opinion=SAID[confirmed])


def _review(clerk: User) -> None:
    """A meeting confirms all but a few; one parcel is judged otherwise; two dispositions, one of them late."""
    reviewer = User.objects.filter(roles__code="county_reviewer").order_by("pk").first()
    rows = list(Judgement.objects.filter(state="proposed").order_by("pk"))
    done = [row for row in rows if row.proposed != "more_evidence"][:-LEFT]
    if reviewer is None or not done:
        return
    today = timezone.localdate()
    with clock_at(morning(today - AGO)):
        meeting = confirming.hold(reviewer, confirming.MeetingForm(
            "第一次研判会审", today - AGO, "县自然资源局三楼会议室", "王假设", ["李样本", "何示范", "林虚拟"],
        ))  # fmt: skip
    confirming.confirm(reviewer, [row.pk for row in done[1:200]], meeting_id=meeting.pk)
    confirming.confirm(reviewer, [done[0].pk], outcome="papers_missing",
                       reason="承包协议缺村委会盖章页，补齐前按手续不完备", meeting_id=meeting.pk)  # fmt: skip
    office = Office.objects.filter(region__code__startswith=clerk.region_id or "-").order_by("pk")[
        0
    ]
    for number, row in enumerate(done[:2]):
        _plan(clerk, row, office, timedelta(days=10 - 20 * number))


def _plan(clerk: User, row: Judgement, office: Office, left: timedelta) -> None:
    today = timezone.localdate()
    form = disposing.PlanForm("补签合同", "由乡镇组织村委会与农户补签、补盖章，报县备案。", office.pk,
                              today + left)  # fmt: skip
    with clock_at(morning(min(today, today + left) - timedelta(days=1))):
        disposing.plan(clerk, row.parcel_id, form)
