"""Decisions are stored and compared."""

from __future__ import annotations

import dataclasses
import json
from datetime import date

import pytest

from liangtian.policy.decision import Decision, Reason, clauses_of

_REASONS = (
    Reason("图斑面积 12.00 亩", "《甲》一"),
    Reason("其中耕地 3.00 亩", "《乙》二"),
    Reason("超过 2.00 亩", "《甲》一"),
)
_DECISION = Decision(
    outcome="illegal",
    label="违法",
    reasons=_REASONS,
    clauses=clauses_of(_REASONS),
    pack="sample",
    pack_version="0123456789ab",
    on=date(2022, 7, 1),
    warnings=("已过有效期",),
)


def test_each_clause_is_listed_once_in_order() -> None:
    assert _DECISION.clauses == ("《甲》一", "《乙》二")


def test_a_decision_survives_json() -> None:
    assert Decision.from_dict(json.loads(json.dumps(_DECISION.to_dict()))) == _DECISION


def test_a_decision_cannot_be_changed() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        _DECISION.outcome = "legal"  # type: ignore[misc]


@pytest.mark.parametrize(
    ("change", "equal"),
    [
        ({}, True),
        ({"pack_version": "ba9876543210"}, True),
        ({"warnings": ()}, True),
        ({"outcome": "legal"}, False),
        ({"label": "合法"}, False),
        ({"reasons": _REASONS[:2]}, False),
        ({"clauses": ("《甲》一",)}, False),
        ({"pack": "other"}, False),
        ({"on": date(2022, 7, 2)}, False),
    ],
)
def test_a_replay_is_equal_when_it_concludes_the_same_for_the_same_reasons(
    change: dict[str, object], equal: bool
) -> None:
    other = dataclasses.replace(_DECISION, **change)  # type: ignore[arg-type]
    assert _DECISION.replayed_equal(other) is equal
    assert other.replayed_equal(_DECISION) is equal
