"""What the home page and the search box show of the enforcement programme."""

from __future__ import annotations

from typing import Any

from liangtian.platform.people.models import User


def home_figures(user: User) -> dict[str, Any]:
    """Tasks, figures and progress of the user's region."""
    return {"tasks": [], "figures": [], "by_township": [], "by_outcome": [], "batches": []}


def search(user: User, text: str) -> list[dict[str, Any]]:
    """Patches by number."""
    return []
