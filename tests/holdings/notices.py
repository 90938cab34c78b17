"""Notices of the test county, made through the services."""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import date
from typing import Any

from liangtian.programmes.holdings.notices import drafting, objecting
from liangtian.site.demo.clock import clock_at, morning

VILLAGE = "990121100201"
CONTACT = "柳塘镇自然资源所，0990-1234567"
FORM = drafting.NoticeForm([VILLAGE], contact=CONTACT)
SAID = objecting.ObjectionForm("王演示", "13800000000", "面积", "东边少量了三分地", number=1)


def on(day: date) -> AbstractContextManager[None]:
    """The clock of this process stands at that day."""
    return clock_at(morning(day))


def published(user: Any, day: date, villages: Any = (VILLAGE,)) -> Any:
    """A notice of all that waits in those villages, published on a day for as long as the pack says."""
    with on(day):
        made = drafting.draft(user, drafting.NoticeForm(list(villages), contact=CONTACT))
        return drafting.publish(user, made.pk)
