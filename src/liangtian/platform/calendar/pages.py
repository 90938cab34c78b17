"""Where the matters that deadlines belong to are handled in the browser."""

from __future__ import annotations

from collections.abc import Callable, Collection

Pages = Callable[[Collection[int]], dict[int, str]]  # addresses by the number of the matter
PAGES: dict[str, Pages] = {}


def pages_of(kind: str, pages: Pages) -> None:
    """Say where the matters of a kind are handled."""
    PAGES[kind] = pages
