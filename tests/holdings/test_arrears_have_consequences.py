"""Reminders, letters and their delivery; water and power stopped after notice by two persons, and lifted when paid."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from liangtian.platform import triggers
from liangtian.platform.documents import services as documents
from liangtian.platform.errors import Conflict, Forbidden, NotFound, Refused
from liangtian.press.letter import text_of
from liangtian.programmes.holdings.measures import dunning, printing, stopping
from liangtian.programmes.holdings.models import Bill, Dunning, Measure
from tests.conftest import People, Run
from tests.holdings.test_water_is_charged import post
from tests.holdings.test_water_is_charged import watered as watered  # noqa: PLC0414
from tests.holdings.waterworks import fit, read, well


def late(days: int = 60) -> None:
    """Let the bills have been due so many days ago."""
    day = timezone.localdate() - timedelta(days=days)
    with triggers.lifted("holdings_bill"):
        Bill.objects.update(due_on=day, issued_on=day - timedelta(days=30))


@pytest.fixture
def owing(people: People, watered: Any, run_jobs: Run) -> Any:
    """The household has bills of 405.00 and 162.50 yuan for groundwater, long overdue."""
    _, fitting, priced, holder, _ = watered
    read(people.clerk, fitting, date(2024, 4, 30), "2450")
    post(people.clerk, priced.season, date(2024, 4, 1), run_jobs)
    late()
    return holder


def settled(holder: Any) -> None:
    """Everything is paid."""
    for bill in Bill.objects.filter(holder=holder):
        bill.paid = bill.amount
        bill.save(update_fields=["paid"])


def test_letters_ask_for_what_is_owed_and_their_delivery_is_kept(
    people: People, owing: Any
) -> None:
    assert dunning.prepare(people.clerk, "before") == 0
    assert dunning.prepare(people.clerk, "letter") == 1
    assert dunning.prepare(people.clerk, "letter") == 0
    row = Dunning.objects.get()
    assert (row.fen, row.round, len(row.items)) == (56_750, 1, 2)
    series = documents.create_series(people.clerk, "示例催缴")
    dunning.issue(people.clerk, [row.pk], series.pk)
    row.refresh_from_db()
    assert row.letter is not None
    letter = text_of(documents.preview_of(row.letter))
    assert all(x in letter for x in ("王演示：", "567.50 元", "405.00", "162.50", "停止供水"))
    pdf = printing.letters_pdf(people.clerk, [row.pk])
    assert pdf.startswith(b"%PDF")
    today = timezone.localdate()
    with pytest.raises(Refused, match="改正标出"):
        dunning.deliver(people.clerk, [row.pk], dunning.Delivery(today, "hand", refused=True))
    told = dunning.Delivery(today, "left", note="拒收，见证人周演练", refused=True)
    with pytest.raises(NotFound):
        dunning.deliver(people.township_b, [row.pk], told)
    dunning.deliver(people.clerk, [row.pk], told)
    row.refresh_from_db()
    assert (row.state, row.way, row.delivered_on) == ("refused", "left", today)
    with pytest.raises(Conflict):
        dunning.deliver(people.clerk, [row.pk], told)


def test_power_is_stopped_for_each_reason_with_its_clause(people: People, owing: Any) -> None:
    bare = well(people.clerk, "J002", at=(1_600, 1_500), permit="")
    good = well(people.clerk, "J003", at=(1_700, 1_500))
    fit(people.clerk, good, "D-3")
    assert stopping.refresh(people.clerk, "power").proposed == 2
    reasons = {
        m.source.code: [one["code"] for one in m.reasons]
        for m in Measure.objects.select_related("source")
    }
    assert reasons == {"J001": ["groundwater"], "J002": ["no_permit", "no_meter"]}
    assert all(one["clause"] for m in Measure.objects.all() for one in m.reasons)
    assert bare.code == "J002"
    assert stopping.refresh(people.clerk, "power").proposed == 0


def test_water_is_stopped_after_notice_by_two_persons_and_lifted_when_paid(
    people: People, owing: Any
) -> None:
    today = timezone.localdate()
    assert stopping.refresh(people.clerk, "water").proposed == 1
    row = Measure.objects.get()
    assert row.holder_id == owing.pk
    assert "567.50" in row.said
    with pytest.raises(Forbidden):
        stopping.take(people.clerk, [row.pk], "approve", today, "")
    assert "不能办理" in stopping.take(people.reviewer, [row.pk], "approve", today, "")[0].said
    assert stopping.take(people.township_b, [row.pk], "notice", today, "")[0].said
    assert not stopping.take(people.clerk, [row.pk], "notice", today, "当面告知")[0].said
    assert (
        "期满后方可批准" in stopping.take(people.reviewer, [row.pk], "approve", today, "")[0].said
    )
    with pytest.raises(IntegrityError), transaction.atomic():
        Measure.objects.filter(pk=row.pk).update(state="executed", executed_on=today)
    Measure.objects.update(
        noticed_on=today - timedelta(days=20), notice_until=today - timedelta(days=5)
    )
    assert not stopping.take(people.reviewer, [row.pk], "approve", today, "同意")[0].said
    assert not stopping.take(people.clerk, [row.pk], "execute", today, "已关闸")[0].said
    assert stopping.draft_letter(people.clerk, row.pk, "order").letter is not None
    settled(owing)
    stopping.release_paid()
    row.refresh_from_db()
    assert row.state == "releasing"
    assert not stopping.take(people.clerk, [row.pk], "release", today, "已开闸")[0].said
    row.refresh_from_db()
    assert (row.state, row.released_on) == ("released", today)
    assert [s.state for s in row.steps.all()] == [
        "proposed", "noticed", "approved", "executed", "releasing", "released",
    ]  # fmt: skip
    assert stopping.refresh(people.clerk, "water").proposed == 0


def test_who_pays_during_the_notice_is_left_alone(people: People, owing: Any) -> None:
    stopping.refresh(people.clerk, "water")
    stopping.take(people.clerk, [Measure.objects.get().pk], "notice", timezone.localdate(), "")
    settled(owing)
    assert stopping.refresh(people.clerk, "water").cancelled == 1
    assert Measure.objects.get().state == "cancelled"
