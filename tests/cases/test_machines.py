"""What a declared flow must fulfil, and that the page of the flows shows what is declared."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from liangtian.platform.cases.drawing import svg, table
from liangtian.platform.cases.machine import BadMachine, State, problems, register
from liangtian.programmes.enforcement.flow import FLOW

DOCS = Path(__file__).parents[2] / "docs"


def test_the_flow_of_a_patch_has_nothing_wrong() -> None:
    assert list(problems(FLOW)) == []


def test_a_state_nobody_reaches_or_leaves_is_told() -> None:
    lost = replace(FLOW, states=(*FLOW.states, State("lost", "遗失")))
    said = list(problems(lost))
    assert "state lost is never reached" in said
    assert "state lost is a dead end" in said
    assert "nobody has a case in lost" in said


def test_unknown_guards_permissions_and_events_are_told() -> None:
    wrong = replace(
        FLOW.transitions[1], permission="enforcement.jugde", guards=("x",), starts=("y",)
    )
    said = list(
        problems(replace(FLOW, transitions=(FLOW.transitions[0], wrong, *FLOW.transitions[2:])))
    )
    assert said == [
        "assign: unknown permission enforcement.jugde", "assign: unknown guard x",
        "assign: unknown event y",
    ]  # fmt: skip


def test_a_flow_is_declared_once() -> None:
    with pytest.raises(BadMachine, match="twice"):
        register(FLOW)


def test_the_page_shows_the_flow_as_declared() -> None:
    assert table(FLOW) in (DOCS / "flows.md").read_text("utf-8"), "run python tools/flows.py"
    kept = (DOCS / "pictures" / "flow-enforcement-patch.svg").read_text("utf-8")
    assert kept == svg(FLOW), "run python tools/flows.py"


def test_the_picture_fills_the_present_state_only() -> None:
    assert "待复核（当前）" in svg(FLOW, "judged")
    assert "（当前）" not in svg(FLOW)
