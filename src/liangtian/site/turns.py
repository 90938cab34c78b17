"""Who gets a thread of the web server when: people signing in do not keep the others waiting.

The hash of a password takes a good part of a second of the processor on purpose. At half past eight a whole
office signs in within a minute; if each held a thread, no ledger page would be answered until all were in.
So only a quarter of the threads works on sign-ins at a time. The other sign-ins wait in the order they
came, without a thread.
"""

from __future__ import annotations

from collections import deque
from typing import Any

from waitress.task import ThreadedTaskDispatcher

SIGN_IN = ("POST", "/api/session")


class Turns(ThreadedTaskDispatcher):  # type: ignore[misc]  # waitress has no types
    """Waitress' own dispatcher with a second queue, for sign-ins."""

    def __init__(self, threads: int) -> None:
        super().__init__()
        self._free = max(1, threads // 4)
        self._waiting: deque[Any] = deque()
        self.set_thread_count(threads)

    def add_task(self, task: Any) -> None:
        """Take a connection whose next request is complete."""
        if not _signs_in(task):
            super().add_task(task)
            return
        with self.lock:
            if not self._free:
                self._waiting.append(task)
                return
            self._free -= 1
        super().add_task(_SigningIn(task, self))

    def give_turn(self) -> None:
        """One sign-in is done: the next one's turn."""
        with self.lock:
            if not self._waiting:
                self._free += 1
                return
            task = self._waiting.popleft()
        super().add_task(_SigningIn(task, self))

    def shutdown(self, cancel_pending: bool = True, timeout: float = 5) -> bool:
        """Who still waits is sent away with the rest."""
        with self.lock:
            self.queue.extend(self._waiting)
            self._waiting.clear()
        return bool(super().shutdown(cancel_pending, timeout))


class _SigningIn:
    """A sign-in that holds one of the turns."""

    def __init__(self, task: Any, turns: Turns) -> None:
        self._task, self._turns = task, turns

    def service(self) -> None:
        try:
            self._task.service()
        finally:
            self._turns.give_turn()

    def cancel(self) -> None:
        self._task.cancel()


def _signs_in(connection: Any) -> bool:
    request = connection.requests[0]
    return (getattr(request, "command", None), getattr(request, "path", None)) == SIGN_IN
