"""What is wrong with patches as they stand, and which of it keeps a step from being taken."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from liangtian.policy.patch_checks.places import OF_PARTS
from liangtian.policy.patch_checks.record import Reached
from liangtian.policy.patch_checks.running import TESTS, Finding, findings_of
from liangtian.programmes.enforcement.data_checks.records import records_of
from liangtian.programmes.enforcement.models import Patch, PatchProblem
from liangtian.programmes.enforcement.rules import pack_in_use

# What the flow itself refuses: it is listed, but neither said twice nor let pass for a reason.
OF_THE_FLOW = frozenset({"J01", "J11", "J12", "J13", "D13"})
_EXPLAINED = frozenset({"E01"})  # of what goes back from the ground; the opinion says why it is so
_OF_THE_WHOLE = frozenset(TESTS) - OF_PARTS


@dataclass(frozen=True)
class Found:
    """One finding; `part` is 0 for the whole patch."""

    patch: Patch
    part: int
    finding: Finding

    @property
    def where(self) -> tuple[int, str]:
        """What it is told by within its patch."""
        return self.part, self.finding.code


def found_in(patches: Sequence[Patch], least: Reached = "received") -> dict[int, list[Found]]:
    """All that is wrong with each patch, by its key."""
    pack = pack_in_use()
    records = records_of(patches, pack, least)
    result: dict[int, list[Found]] = {}
    for patch in patches:
        rows = records[patch.pk]
        for part, record in rows:
            only = None if len(rows) == 1 else OF_PARTS if part else _OF_THE_WHOLE
            found = [Found(patch, part, one) for one in findings_of(record, pack, only)]
            result.setdefault(patch.pk, []).extend(found)
    return result


def passed_in(patches: Sequence[Patch]) -> dict[int, dict[tuple[int, str], PatchProblem]]:
    """The open problems of each patch that a person let pass, by part and code."""
    rows = PatchProblem.objects.filter(patch__in=[p.pk for p in patches], resolved_at=None)
    found: dict[int, dict[tuple[int, str], PatchProblem]] = {p.pk: {} for p in patches}
    for row in rows.exclude(passed_by=None).select_related("passed_by"):
        found[row.patch_id][row.part, row.code] = row
    return found


def holds(found: Found, row: PatchProblem | None) -> bool:
    """Whether a reason given still stands: what the check rests on is as it was."""
    return row is not None and row.passed_by_id is not None and row.basis == found.finding.basis


def failing(
    patches: Sequence[Patch], least: Reached, *, of_township: bool = False
) -> dict[int, list[str]]:
    """The errors (Chinese) that keep each patch from going up; with `of_township` those put right on the ground."""
    passed, found = passed_in(patches), found_in(patches, least)
    return {
        patch.pk: [
            f"{one.finding.label}（{one.finding.message}）"
            for one in found[patch.pk]
            if one.finding.severity == "error"
            and one.finding.code not in OF_THE_FLOW
            and not (of_township and _not_of_the_ground(one))
            and not holds(one, passed[patch.pk].get(one.where))
        ]
        for patch in patches
    }


def _not_of_the_ground(one: Found) -> bool:
    return one.finding.office != "township" or one.finding.code in _EXPLAINED
