"""The enforcement year of the sample county, played from batch to batch by the services a user's screens call.

Every act falls on a day of its own, and the days run in order; what lies after today is left for later. The
work between two batches is one transaction, noted in a file: a start that was broken off goes on after it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from heapq import heappop, heappush
from pathlib import Path

from django.db import transaction
from django.utils import timezone

from liangtian.programmes.enforcement.models import Batch, Patch
from liangtian.site.demo.acts import Acts, Cast
from liangtian.site.demo.batches import LATER_MONTHS, MONTHS
from liangtian.site.demo.clock import clock_at, morning
from liangtian.site.demo.matters import Matters
from liangtian.site.demo.together import Together
from liangtian.site.demo.ways import WAYS, Seen, Ways

PLAYED = (*MONTHS[:2], *LATER_MONTHS)
"""The months that are played; the third of the first stays a file."""
COMES_DOWN = 3  # day of the month after, on which a batch comes down
APART = timedelta(minutes=4)  # between two acts of a day
# Day after a batch came down, the batch's month, what the county then does.
_COUNTY: tuple[tuple[str, tuple[tuple[int, str], ...]], ...] = (
    ("2026-02", ((13, "convene"), (15, "decide"), (16, "sign"), (20, "register_projects"))),
    ("2026-05", ((5, "propose"), (7, "agree"), (8, "send"), (9, "drop"), (14, "answer"), (18, "close"),
                 (24, "hand_in_half"), (26, "sum_up_half"))),
    ("2026-08", ((6, "propose"), (8, "agree"), (10, "send"), (20, "answer"), (25, "close"))),
    ("2026-09", ((5, "hand_in"), (9, "hand_in_late"), (10, "sum_up"))),
    ("2026-10", ((5, "hand_in"), (8, "propose"), (9, "agree"), (9, "hand_in_late"), (11, "send"),
                 (12, "sum_up"), (15, "convene"))),
)  # fmt: skip


def received_on(month: str) -> date:
    """The day a month's batch comes down."""
    year, number = map(int, month.split("-"))
    return date(year + number // 12, number % 12 + 1, COMES_DOWN)


def _military(designed: Mapping[str, str]) -> str:
    """The first lent ground of the second month."""
    month = MONTHS[1][2:].replace("-", "")
    lent = (n for n, what in designed.items() if what == "temporary_valid" and f"SJBG{month}" in n)
    return next(lent, "")


@dataclass(order=True)
class _Due:
    """One act and its day; `order` keeps those of a day as they were planned."""

    day: date
    order: int
    name: str = field(compare=False)
    patch: int | None = field(compare=False, default=None)


class Year:
    """Plays the year; `folder` keeps what was played of it."""

    def __init__(self, folder: Path, designed: Mapping[str, str], *, fresh: bool) -> None:
        self._note = folder / "year.json"
        self.begun = fresh or self._note.is_file()
        if self.begun and not self._note.is_file():
            self._note.write_text("[]", encoding="utf-8")
        cast = Cast()
        self._acts = Acts(cast, designed)
        self._matters, self._together = Matters(cast, self._acts), Together(cast, self._acts)
        self._designed, self._ways = designed, Ways(_military(designed))
        self._due: list[_Due] = []
        self._order = 0

    def months(self) -> Iterator[str]:
        """The months whose batch has come down by now; the first two in any case."""
        today = timezone.localdate()
        yield from (m for m in PLAYED if received_on(m) <= today or m in PLAYED[:2])

    def bring_in(self, month: str, load: Callable[[], None]) -> None:
        """Import a batch as of the day it came down, and do what falls due before the next."""
        moment = min(morning(received_on(month)), timezone.now())
        with clock_at(moment):
            load()
        if not self.begun:
            return  # a county of before there was a year to play: its users have gone on themselves
        self._plan(month)
        later = [m for m in PLAYED if m > month]
        self._play(month, received_on(later[0]) if later else date.max)

    def _plan(self, month: str) -> None:
        came, batch = received_on(month), Batch.objects.filter(period=month).first()
        if batch is None:
            return
        last = len(PLAYED) - 1 - PLAYED.index(month)
        for seen, way in self._ways.of_batch(self._seen(batch), from_last=last):
            for day, name in WAYS[way]:
                self._add(came + timedelta(days=day), name, seen.id)
        for day, name in dict(_COUNTY).get(month, ()):
            self._add(came + timedelta(days=day), name)

    def _seen(self, batch: Batch) -> Sequence[Seen]:
        rows = Patch.objects.filter(batch=batch).order_by("number")
        return [
            Seen(
                row.pk, row.number, str(row.region_id)[:9], self._designed[row.number],
                row.proposal_outcome, bool((row.proposal or {}).get("flags", {}).get("key_patch")),
            )
            for row in rows
        ]  # fmt: skip

    def _add(self, day: date, name: str, patch: int | None = None) -> None:
        self._order += 1
        heappush(self._due, _Due(day, self._order, name, patch))

    def _play(self, month: str, before: date) -> None:
        """One transaction; what was played in an earlier start is only taken off the list."""
        played = json.loads(self._note.read_text("utf-8"))
        end = min(before, timezone.localdate() + timedelta(days=1))
        with transaction.atomic():
            while self._due and self._due[0].day < end:
                day, today = self._due[0].day, dict[str, list[int | None]]()
                while self._due and self._due[0].day == day:
                    due = heappop(self._due)
                    today.setdefault(due.name, []).append(due.patch)
                if month not in played:
                    self._live(day, today)
        if month not in played:
            self._note.write_text(json.dumps([*played, month]), encoding="utf-8")

    def _live(self, day: date, acts: Mapping[str, Sequence[int | None]]) -> None:
        """One day's acts, each with the patches whose turn it is; without one it is the county's own."""
        moment = morning(day)
        for name, patches in acts.items():
            many = self._together.plays(name)
            for some in [patches] if many else [[one] for one in patches]:
                with clock_at(min(moment, timezone.now())):
                    self._take(name, [key for key in some if key is not None], many=many)
                moment += APART

    def _take(self, name: str, patches: Sequence[int], *, many: bool) -> None:
        if not patches:
            self._matters.play(name)
        elif many:
            self._together.play(name, patches)
        else:
            self._acts.play(name, patches[0])
