"""How often one address may ask for what is open to everybody, within this process."""

from __future__ import annotations

import threading
import time
from collections import deque
from dataclasses import dataclass, field

from liangtian.platform.errors import Refused

MOST_ADDRESSES = 10_000  # remembered at once; beyond that the oldest are forgotten


@dataclass
class Pace:
    """At most `limit` times in `seconds` for each address."""

    limit: int
    seconds: float
    _asked: dict[str, deque[float]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, address: str) -> None:
        """Count one request. Refused (429) for one too many."""
        now = time.monotonic()
        with self._lock:
            asked = self._asked.pop(address, deque())
            self._asked[address] = asked  # the latest stands last
            while asked and now - asked[0] > self.seconds:
                asked.popleft()
            if len(self._asked) > MOST_ADDRESSES:
                del self._asked[next(iter(self._asked))]
            if len(asked) >= self.limit:
                raise Refused("操作太频繁，请稍后再试。", code="too_often", status=429)
            asked.append(now)
