"""Where the steps of a job run: in processes of this machine, or on a Spark cluster (see `spark`)."""

from __future__ import annotations

import json
import multiprocessing
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from typing import Protocol

from liangtian.geo.cells.split import Item

Step = Callable[[Item], Item]
"""A function of a module, so that any process can import it. It may be run twice, at the same time even."""
Told = Callable[[int], None]
"""Hears how many items are done."""

_ATTEMPTS = 3


class RunRefused(Exception):  # noqa: N818
    """The steps cannot be run, or not to their end; the message is Chinese."""


class Runner(Protocol):
    """Runs a step on many items, in any order, and gives the answers in theirs."""

    def run(self, step: Step, items: list[Item], told: Told) -> list[Item]:
        """All answers; an item whose process died is run again."""
        ...

    def stop(self) -> None:
        """Leave what was started."""
        ...


class Processes:
    """Plain processes of this machine; with one, this process itself."""

    def __init__(self, number: int) -> None:
        self.number = number
        self._pool: ProcessPoolExecutor | None = None

    def run(self, step: Step, items: list[Item], told: Told) -> list[Item]:
        """All answers; an item whose process died is run again.

        Raises:
            RunRefused: processes died again and again.
        """
        answers: dict[int, Item] = {}
        for _ in range(_ATTEMPTS):
            try:
                for k, answer in self._answers(step, items, answers.keys()):
                    answers[k] = answer
                    told(len(answers))
            except BrokenProcessPool:
                self.stop()
                continue
            return [answers[k] for k in range(len(items))]
        raise RunRefused(
            f"计算进程连续{_ATTEMPTS}次被终止，可能是内存不足。已算好的格不会丢失；"
            "请减少 --processes 或 --cell-plots 后重新运行。"
        )

    def stop(self) -> None:
        """End the processes."""
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
            self._pool = None

    def _answers(
        self, step: Step, items: list[Item], had: Collection[int]
    ) -> Iterator[tuple[int, Item]]:
        left = [k for k in range(len(items)) if k not in had]
        if self.number == 1:
            yield from ((k, step(items[k])) for k in left)
            return
        if self._pool is None:
            context = multiprocessing.get_context("spawn")
            self._pool = ProcessPoolExecutor(self.number, mp_context=context)
        waiting = {self._pool.submit(step, items[k]): k for k in left}
        for future in as_completed(waiting):
            yield waiting[future], future.result()


def as_text(step: Step, text: str) -> str:
    """A step on an item as JSON, which is how items travel."""
    return json.dumps(step(json.loads(text)), ensure_ascii=False)
