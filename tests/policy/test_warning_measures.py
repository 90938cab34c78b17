"""The worked tables of docs/algorithms/warnings.md."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from liangtian.policy.pack import load_pack
from liangtian.policy.warning_measures import proposed, ranked
from liangtian.policy.warning_schema import Metric
from tests.policy.worked_tables import table

PACK = load_pack("county-enforcement-2022")
ON = date(2022, 9, 1)


@pytest.mark.parametrize(
    "case", table("warnings.md", "case", "figures", "proposed"), ids=lambda case: case["case"]
)
def test_figures_call_for_the_measures_written(case: dict[str, str]) -> None:
    pairs = (part.split("=") for part in case["figures"].split())
    figures: dict[Metric, Decimal] = {name: Decimal(figure) for name, figure in pairs}  # type: ignore[misc]
    found = proposed(figures, PACK, ON)
    assert (" ".join(each.measure.id for each in found) or "–") == case["proposed"]
    assert all(reason.text and reason.clause for each in found for reason in each.reasons)


def test_the_page_lists_the_measures_of_the_pack_with_their_bounds() -> None:
    written = {row["measure"]: row for row in table("warnings.md", "measure", "label", "clause")}
    assert list(written) == [measure.id for measure in PACK.warning_measures]
    for measure in PACK.warning_measures:
        lines = [
            " and ".join(
                f"{c.metric} {'≥' if c.least else '≤'} {PACK.value(c.value, ON).decimal:f}"
                for c in line
            )
            for line in measure.when
        ]
        row = written[measure.id]
        assert row["proposed when (one line is enough)"] == " or ".join(lines)
        assert (row["label"], row["clause"]) == (measure.label, measure.clause)


@pytest.mark.parametrize(
    "case", table("warnings.md", "case", "places"), ids=lambda case: case["case"]
)
def test_townships_are_ranked_as_written(case: dict[str, str]) -> None:
    rows = [part.split() for part in case["townships: share, open mu"].split("；")]
    got = ranked([(name, Decimal(share), Decimal(mu)) for name, share, mu in rows])
    assert " ".join(f"{each.township}{each.place}" for each in got) == case["places"]
    worst = max(each.place for each in got)
    assert all(each.from_worst == 1 for each in got if each.place == worst)
