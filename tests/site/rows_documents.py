"""The rows of letters, their templates and numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from liangtian.platform.people.permissions import ROLES as RIGHTS
from tests.site.matrix import ABROAD, HERE, NEXT, WHERE, Row
from tests.site.world import HOME, World

WRITERS = frozenset(
    role for role, (_, rights) in RIGHTS.items() if {"documents.*", "documents.register"} & {*rights}
)
LAYOUT = frozenset(role for role, (_, rights) in RIGHTS.items() if "documents.*" in rights)
LETTERS, LETTER = "/api/documents/letters", "/api/documents/letters/{letter_id}"
TEMPLATE = "/api/documents/templates/{template_id}"
KIND = "enforcement.field_check"
