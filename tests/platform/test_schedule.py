"""What the workers do by the clock."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from liangtian.platform.jobs import schedule
from liangtian.platform.jobs.models import Tick
from liangtian.platform.jobs.schedule import every, run_due

pytestmark = pytest.mark.django_db


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Only a tick of this test is declared; each of its calls is noted."""
    monkeypatch.setattr(schedule, "ticks", {})
    seen: list[str] = []

    @every("test.tick", seconds=60)
    def tick() -> None:
        assert run_due("another worker") == []
        seen.append("called")

    return seen


def test_a_tick_runs_when_due_and_not_again_before_its_time(calls: list[str]) -> None:
    assert run_due("one") == ["test.tick"]
    assert run_due("one") == run_due("two") == []
    Tick.objects.update(due_at=timezone.now() - timedelta(seconds=1))
    assert run_due("two") == ["test.tick"]
    assert len(calls) == 2


def test_a_tick_held_by_a_killed_worker_is_free_after_its_lease(calls: list[str]) -> None:
    run_due("one")
    past = timezone.now() - timedelta(seconds=1)
    Tick.objects.update(due_at=past, held_until=timezone.now() + timedelta(minutes=1))
    assert run_due("two") == []
    Tick.objects.update(held_until=past)
    assert run_due("two") == ["test.tick"]


def test_a_tick_that_fails_says_so_and_runs_at_its_next_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(schedule, "ticks", {})

    @every("test.broken", seconds=60)
    def broken() -> None:
        raise ZeroDivisionError("nought")

    run_due("one")
    row = Tick.objects.get(name="test.broken")
    assert row.error == "ZeroDivisionError: nought"
    assert row.held_until is None
    assert row.due_at > timezone.now()


def test_two_ticks_of_one_name_are_a_programming_error(calls: list[str]) -> None:
    with pytest.raises(ValueError, match="two ticks"):
        every("test.tick", seconds=1)(lambda: None)
