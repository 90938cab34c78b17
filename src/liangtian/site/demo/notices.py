"""Notices of the sample register: two run out, one with its objection answered; one runs; the rest waits."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from django.db import transaction
from django.utils import timezone

from liangtian.platform.people.models import User
from liangtian.programmes.holdings.models import Notice
from liangtian.programmes.holdings.notices import drafting, objecting
from liangtian.programmes.holdings.notices.waiting import waiting_villages
from liangtian.site.demo.clock import clock_at, morning

RAN = timedelta(days=60)  # ago the first ones were put up
RUNS = timedelta(days=6)  # ago the one that still runs
CONTACT = "所在乡镇自然资源所，工作日 9:30 至 18:30，电话 13800000000"
AREA = objecting.ObjectionForm(
    "王演示",
    "13800000000",
    "面积",
    "与东邻以水渠为界，公示图把渠边一段画给了邻户，请复测。",
    number=1,
)
HOLDER = objecting.ObjectionForm(
    "李样本", "13800000000", "权利人", "该地三年前已由本户耕种，请核对承包协议上的姓名。", number=2
)


def load_notices(clerk: User) -> None:
    """Put them up, once: every second village that waits, the largest still running."""
    places = sorted(waiting_villages(clerk), key=lambda one: -one["waiting"])
    if Notice.objects.exists() or not places:
        return
    today = timezone.localdate()
    with transaction.atomic():
        first, *others = [one["code"] for one in places]
        for number, code in enumerate(others[:4]):
            notice = _up(clerk, [code], today - RAN)
            if number == 0 and notice.parcels > 1:
                _objected(clerk, notice, today - RAN)
        up = _up(clerk, [first], today - RUNS)
        with clock_at(morning(today - RUNS + timedelta(days=2))):
            objecting.log(clerk, up.pk, HOLDER, timezone.localdate())


def _up(clerk: User, villages: list[str], day: date) -> Notice:
    with clock_at(morning(day)):
        made = drafting.draft(clerk, drafting.NoticeForm(villages, contact=CONTACT))
        return drafting.publish(clerk, made.pk)


def _objected(clerk: User, notice: Notice, day: date) -> None:
    """One objection in time, found wanting; one upheld, so that its parcel is surveyed again."""
    with clock_at(morning(day + timedelta(days=5))):
        made = objecting.log(clerk, notice.pk, AREA, timezone.localdate())
        other = objecting.log(clerk, notice.pk, replace(HOLDER, kind="界线"), timezone.localdate())
    with clock_at(morning(day + timedelta(days=9))):
        objecting.answer(
            clerk, made.pk, upheld=False, said="现场复测两次，面积相差在容差以内，维持公示。"
        )
        objecting.answer(
            clerk, other.pk, upheld=True, said="承包协议记载的界线与图上不符，重新核查后再公示。"
        )
