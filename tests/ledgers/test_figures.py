"""Count, sums, extent and groups of a narrowed ledger are those of its rows, added up without a database."""

from __future__ import annotations

from collections import Counter
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from liangtian.platform.ledgers.declaration import find_ledger
from liangtian.platform.ledgers.extent import extent
from liangtian.platform.ledgers.groups import grouped
from liangtian.platform.ledgers.pages import read_page
from liangtian.platform.ledgers.query import filtered
from tests.conftest import People

pytestmark = pytest.mark.django_db
MU = Decimal("0.0015")
CONDITIONS: dict[str, tuple[st.SearchStrategy[str], Any]] = {
    "region": (
        st.sampled_from(["990121", "990121100", "990121100200", "990121101"]),
        lambda row, said: row.region_id.startswith(said),
    ),
    "judgement": (
        st.sampled_from(["legal", "illegal", "legal,other"]),
        lambda row, said: row.judgement_outcome in said.split(","),
    ),
    "judgement__empty": (
        st.sampled_from(["0", "1"]),
        lambda row, said: (row.judgement_outcome == "") == (said == "1"),
    ),
    "area_mu__gte": (
        st.sampled_from(["0.15", "0.2", "0.31"]),
        lambda row, said: _mu(row.area_m2) >= Decimal(said),
    ),
    "monitoring_type": (
        st.sampled_from(["10", "11,12"]),
        lambda row, said: row.monitoring_type in said.split(","),
    ),
    "period_after__gte": (
        st.sampled_from(["2026-03-09", "2026-04-01"]),
        lambda row, said: str(row.period_after) >= said,
    ),
    "number": (st.sampled_from(["0000", "2", "-0003"]), lambda row, said: said in row.number),
    "q": (
        st.sampled_from(["00012", "2026", "nothing"]),
        lambda row, said: said in row.number or said in row.batch.title or said in row.region.name,
    ),
}


def _mu(m2: Decimal | None) -> Decimal:
    return (m2 * MU).quantize(Decimal("0.01"), ROUND_HALF_UP) if m2 is not None else Decimal(0)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(query=st.fixed_dictionaries({}, optional={k: s for k, (s, _) in CONDITIONS.items()}))
def test_figures_are_those_of_the_rows(
    patches: list[Any], people: People, query: dict[str, str]
) -> None:
    ledger = find_ledger("enforcement.patches")
    assert ledger is not None
    rows = [
        row
        for row in type(patches[0]).objects.select_related("batch", "region")
        if all(CONDITIONS[name][1](row, said) for name, said in query.items())
    ]
    page = read_page(ledger, people.clerk, query)
    assert page.total == len(rows)
    assert page.sums == {
        "area_mu": sum(_mu(row.area_m2) for row in rows),
        "farmland_mu": sum(_mu(row.farmland_m2) for row in rows),
        "pbf_mu": sum(_mu(row.pbf_m2) for row in rows),
    }
    first = sorted(rows, key=lambda row: (row.number, row.pk))[:50]
    assert [shown["id"] for shown in page.rows] == [row.pk for row in first]
    groups = grouped(ledger, people.clerk, query, ["judgement"]).groups
    assert {g.keys[0]: g.count for g in groups} == Counter(row.judgement_outcome for row in rows)
    bounds = extent(ledger, filtered(ledger, people.clerk, query))
    if not rows:
        assert bounds is None
        return
    sides = list(zip(*(row.geom.bounds for row in rows), strict=True))
    expected = [min(sides[0]), min(sides[1]), max(sides[2]), max(sides[3])]
    assert bounds == pytest.approx(expected, abs=1e-4)  # the tree keeps boxes in single precision


def test_the_extent_does_not_hang_on_which_rows_are_looked_up_first(
    patches: list[Any], people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = find_ledger("enforcement.patches")
    assert ledger is not None
    rows = filtered(ledger, people.clerk, {"judgement": "legal"})
    found = []
    for sample in (1, 2, 7, 900):
        monkeypatch.setattr("liangtian.platform.ledgers.extent.SAMPLE", sample)
        found.append(extent(ledger, rows))
    assert found[0] is not None
    assert len(set(found)) == 1
