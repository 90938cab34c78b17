"""What the clock itself does: makes the deadlines of the coming months, reminds, sends notices."""

from __future__ import annotations


def schedule() -> None:
    """Register with the worker's schedule."""
