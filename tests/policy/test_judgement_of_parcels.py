"""The decision table for parcels: the worked cases of the documentation, and what every table must keep."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from liangtian.policy.judgement import UNPAID, ParcelFacts, judge, table_of
from liangtian.policy.judgement_table import BOOL_FACTS, JudgementTable
from liangtian.policy.pack import load_pack

ON = date(2026, 3, 1)
PACK = load_pack("korla-2024")
DOC = Path(__file__).parents[2] / "docs" / "algorithms" / "judgement.md"
PLAIN = ParcelFacts(
    "collective", "承包", "承包协议", "", "耕地", Decimal(1000), 2005,
    has_papers=True, compared=True, contract_in_force=True,
)  # fmt: skip
_CASE = re.compile(r"^\| (?P<case>[^|]+) \| (?P<facts>[^|]+) \| (?P<row>\w+) \| (?P<klass>\w+) \|$")


def _cases() -> list[Any]:
    found = [m for line in DOC.read_text("utf-8").splitlines() if (m := _CASE.match(line))]
    return [
        pytest.param(m["facts"], m["row"], m["klass"], id=m["case"])
        for m in found
        if m["row"] != "row"  # the table's head
    ]


def _facts(text: str) -> ParcelFacts:
    given: dict[str, Any] = {}
    zones = {}
    for part in [] if text == "–" else text.split():
        name, value = part.split("=")
        if name.startswith("zone:"):
            zones[name[5:]] = Decimal(value)
        elif name == "reclaimed_year":
            given[name] = None if value == "?" else int(value)
        elif name in BOOL_FACTS:
            given[name] = value == "yes"
        else:
            given[name] = value
    return replace(PLAIN, zones=zones, **given)


@pytest.mark.parametrize(("facts", "row", "klass"), _cases())
def test_the_worked_cases_come_out_as_written(facts: str, row: str, klass: str) -> None:
    said = judge(_facts(facts), PACK, ON)
    assert (said.row, said.decision.outcome) == (row, klass)


def test_the_documentation_has_a_case_for_every_row_and_class() -> None:
    table = table_of(PACK)
    cases = [case.values for case in _cases()]
    assert {row for _, row, _ in cases} == {row.id for row in table.row}
    assert {klass for _, _, klass in cases} == {klass.id for klass in table.klass}


def test_every_row_is_explained_and_exactly_the_first_that_holds_fires() -> None:
    said = judge(_facts("has_papers=no source_paper=无 reclaimed_year=1998"), PACK, ON)
    fired = [one for one in said.trace if one.fired]
    assert [one.row for one in fired] == ["bare_early"]
    assert all(test.held for test in fired[0].tests)
    assert [t.found for t in fired[0].tests] == ["否", "1998"]
    before = said.trace[: [one.row for one in said.trace].index("bare_early")]
    assert all(any(not test.held for test in one.tests) for one in before)
    assert said.decision.reasons[0].text == "1998年开发，在1998年及以前，无手续，属历史遗留，可补办"
    assert "五.5" in said.decision.clauses[0]


def test_unknown_payment_warns_and_known_payment_does_not() -> None:
    assert UNPAID in judge(PLAIN, PACK, ON).decision.warnings
    assert judge(replace(PLAIN, owing=False), PACK, ON).decision.warnings == ()


facts_of_any = st.builds(
    ParcelFacts,
    ownership=st.sampled_from(["state", "collective"]),
    way=st.sampled_from(["承包", "流转", "无手续占用"]),
    source_paper=st.sampled_from(["无", "承包协议", "不动产权证"]),
    land_kind=st.just(""),
    actual_use=st.sampled_from(["耕地", "林地", "其他"]),
    area_m2=st.just(Decimal(1000)),
    reclaimed_year=st.none() | st.integers(1900, 2100),
    has_papers=st.booleans(),
    registered=st.booleans(),
    contract_in_force=st.booleans(),
    transferred=st.booleans(),
    transfer_in_force=st.booleans(),
    owing=st.none() | st.booleans(),
    compared=st.booleans(),
    opinions_open=st.booleans(),
    zones=st.dictionaries(
        st.sampled_from([z.id for z in table_of(PACK).zone]),
        st.decimals("0.01", "1000", places=2),
    ),
)


@settings(max_examples=60)
@given(facts=facts_of_any)
def test_every_parcel_gets_one_class_and_the_same_again_from_what_is_kept(
    facts: ParcelFacts,
) -> None:
    said = judge(facts, PACK, ON)
    assert sum(one.fired for one in said.trace) == 1
    again = judge(ParcelFacts.from_dict(facts.to_dict()), PACK, ON)
    assert again == said
    if not facts.compared:
        assert said.decision.outcome == "more_evidence"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"row": [{"id": "a", "label": "甲", "when": [], "judged": "z", "reason": "", "clause": "一"}]},
         "未定义的结论"),
        ({"row": []}, "最后一行没有条件"),
        ({"row": [{"id": "a", "label": "甲", "when": [{"fact": "owing", "above": "x"}],
                   "judged": "c", "reason": "", "clause": "一"}]}, "其中一种比较"),
        ({"row": [{"id": "a", "label": "甲", "when": [], "judged": "c", "reason": "{color}",
                   "clause": "一"}]}, "不认识的词"),
        ({"row": [{"id": "a", "label": "甲", "when": [{"zones": ["sea"], "is": True}], "judged": "c",
                   "reason": "", "clause": "一"},
                  {"id": "b", "label": "乙", "when": [], "judged": "c", "reason": "", "clause": "一"}]},
         "未定义的比对图层"),
    ],
)  # fmt: skip
def test_a_table_that_cannot_decide_is_refused(change: dict[str, Any], said: str) -> None:
    whole = {
        "sliver": "k", "zone": [],
        "class": [{"id": "c", "label": "类", "tag": "info", "measure": "无"}], **change,
    }  # fmt: skip
    with pytest.raises(ValueError, match=said):
        JudgementTable.model_validate(whole)
