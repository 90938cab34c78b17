"""The figures of a pack that the data checks compare with, and how a check is entered under its code."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from liangtian.policy.patch_checks.record import PatchRecord


@dataclass(frozen=True, slots=True)
class Limits:
    """Figures of the pack. `numbered` are subclasses whose paper must have a number."""

    parts_m2: Decimal
    declared_mu: Decimal
    declared_percent: Decimal
    key_mu: Decimal
    photos: int
    directions: tuple[str, ...]
    photo_distance_m: Decimal
    sliver_m2: Decimal
    numbered: frozenset[str]
    seen_on_the_ground: frozenset[str]


Test = Callable[[PatchRecord, Limits], str | None]


def entering(tests: dict[str, Test], code: str) -> Callable[[Test], Test]:
    """Decorator that enters a test under the code of its check."""

    def enter(test: Test) -> Test:
        tests[code] = test
        return test

    return enter


def in_mu(m2: Decimal) -> str:
    """Square metres shown in mu to two places."""
    return f"{(m2 * 3 / 2000).quantize(Decimal('0.01')):f}"


def after(earlier: date | None, later: date | None) -> bool:
    """Whether two known days are in the wrong order."""
    return earlier is not None and later is not None and earlier > later


def judged_illegal(patch: PatchRecord) -> bool:
    """Whether the patch or a part of it is illegal."""
    return "illegal" in {patch.judgement.outcome} | {part.outcome for part in patch.parts}
