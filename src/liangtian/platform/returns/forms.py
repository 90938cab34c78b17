"""A form of return is declared once: which ledger it sums up, how, for which period."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from liangtian.platform.ledgers.declaration import Ledger, find_ledger
from liangtian.platform.people.scope import ScopedQuerySet
from liangtian.platform.returns.periods import Kind


@dataclass(frozen=True)
class Post:
    """Who signs a return after its maker (填表人): as printed, what signing is called, the permission it needs."""

    code: str
    label: str
    act: str
    permission: str


CHECKER = Post("checker", "审核人", "审核", "returns.check")
HEAD = Post("head", "负责人", "签批", "returns.sign")


@dataclass(frozen=True)
class Form:
    """A return every township fills in and the county consolidates.

    within: which rows belong to the months `first`..`last` (`"2026-01"`, both included).
    lines, across: dimensions of the ledger; a line of the county's own return is a township.
    basis: what the figures rest on (packs, layer versions), kept with the return and hashed.
    posts: who signs, in this order, each another person; the last signature makes the return final.
    """

    name: str
    title: str
    ledger_name: str
    period: Kind
    within: Callable[[str, str], Q]
    lines: str = "region:village"
    across: str = ""
    basis: Callable[[ScopedQuerySet], dict[str, Any]] = lambda rows: {}
    posts: tuple[Post, ...] = (CHECKER, HEAD)

    @property
    def ledger(self) -> Ledger:
        """The ledger it sums up."""
        ledger = find_ledger(self.ledger_name)
        if ledger is None:
            raise LookupError(f"form {self.name}: no ledger {self.ledger_name}")
        return ledger


_forms: dict[str, Form] = {}


def register(form: Form) -> Form:
    """Make a form known under its name; an app's `returns.py` calls this on import."""
    if form.name in _forms:
        raise ValueError(f"two forms named {form.name!r}")
    _forms[form.name] = form
    return form


def all_forms() -> list[Form]:
    """Every registered form, by name."""
    return [_forms[name] for name in sorted(_forms)]


def find_form(name: str) -> Form | None:
    """The form of that name."""
    return _forms.get(name)
