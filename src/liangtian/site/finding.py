"""What a check of the security settings finds."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """One line of `liangtian check --dengbao`: the clause, what was looked at, how it is set, and what to do.

    `level` is the protection level (等级) from which on it is asked for.
    """

    clause: str
    item: str
    setting: str
    passed: bool
    advice: str
    level: int = 2
