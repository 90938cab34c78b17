"""Data checks (数据检查) of patches before they are sent up: what is missing, contradictory or impossible. Pure.

Which checks there are, how severe each is and on which clause it rests, stands in the pack; here is what each
tests, by its code. A check answers with what is wrong (Chinese, with the figures), or None.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from liangtian.policy.pack import Pack
from liangtian.policy.pack_errors import PackRefused
from liangtian.policy.patch_checks import decisions, facts, remedies
from liangtian.policy.patch_checks.limits import Limits, Test
from liangtian.policy.patch_checks.places import FIELDS, basis_of, value_of
from liangtian.policy.patch_checks.record import PatchRecord
from liangtian.policy.patch_checks.schema import DataCheck, Severity

_KEY = "enforcement."
TESTS: dict[str, Test] = facts.TESTS | decisions.TESTS | remedies.TESTS


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing wrong with a patch: the check, what is wrong and where, what to do, whose it is.

    `basis` is a digest of what the check rests on: a reason given for the finding holds while it is the same.
    """

    code: str
    label: str
    severity: Severity
    office: str
    message: str
    advice: str
    clause: str
    section: str
    field: str
    value: str
    basis: str


def findings_of(
    record: PatchRecord, pack: Pack, only: Collection[str] | None = None
) -> tuple[Finding, ...]:
    """All that is wrong with a patch as it stands, in the order of the pack; by the checks of `only`, if given.

    Raises PackRefused for a check of the pack whose code is not known here, PackError for values not in force.
    """
    limits = limits_of(pack, record.on)
    asked = [check for check in pack.checks if only is None or check.code in only]
    return tuple(_findings(record, asked, pack, limits))


def _findings(
    record: PatchRecord, asked: Sequence[DataCheck], pack: Pack, limits: Limits
) -> Iterator[Finding]:
    for check in asked:
        if check.severity == "off" or not record.reached(check.stage):
            continue
        message = _test(check, record, limits)
        if message:
            clause = pack.clause(check.clause, check.label, check.document)
            section, field, _ = FIELDS[check.code]
            yield Finding(
                check.code, check.label, check.severity, check.office, message, check.advice, str(clause),
                section, field, value_of(check.code, record), basis_of(check.code, record),
            )  # fmt: skip


def _test(check: DataCheck, record: PatchRecord, limits: Limits) -> str | None:
    try:
        test = TESTS[check.code]
    except KeyError:
        raise PackRefused(f"政策包的数据检查 {check.code} 在程序中没有对应的检查内容") from None
    return test(record, limits)


def limits_of(pack: Pack, on: date) -> Limits:
    """The figures the checks compare with, in force on a day."""

    def decimal(name: str) -> Decimal:
        return pack.value(_KEY + name, on).decimal

    table = pack.legality
    unverified = {"unchanged", "pseudo_change"}
    numbered = {s.subclass for s in table.source if s.needs_number} if table else set()
    return Limits(
        parts_m2=decimal("check_parts_m2"),
        declared_mu=decimal("declared_area_difference_mu"),
        declared_percent=decimal("declared_area_difference_percent"),
        key_mu=decimal("key_patch_farmland_mu"),
        photos=pack.value(_KEY + "evidence_min_photos", on).integer,
        directions=pack.value(_KEY + "evidence_directions", on).items,
        photo_distance_m=decimal("evidence_max_distance_m"),
        sliver_m2=decimal("sliver_m2"),
        numbered=frozenset(numbered),
        seen_on_the_ground=frozenset(unverified),
    )
