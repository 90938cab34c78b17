"""No data whatever makes the API fail: every operation, as five people, with data from its description.

`python benchmarks/schemathesis_run.py --examples 50` does the same for longer.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.site import fuzzing
from tests.site.world import World


@pytest.fixture(scope="module")
def described() -> Any:
    return fuzzing.described()


@pytest.mark.parametrize("who", fuzzing.PEOPLE)
def test_every_operation_answers_as_described(world: World, described: Any, who: str) -> None:
    """Here in the hands of the first who may; the longer run puts all in everybody's hands."""
    faults = [
        fault
        for operation in fuzzing.operations(described)
        if fuzzing.let_in(operation)[0] == who
        for fault in fuzzing.tried(world, operation, who, examples=1)
    ]
    assert not faults, "\n".join(map(str, faults))


def test_every_operation_has_a_row_to_be_called_with(described: Any) -> None:
    lost = [o.label for o in fuzzing.operations(described) if not fuzzing.rows_of(o)]
    assert lost == []
