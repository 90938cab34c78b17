"""A file gone wrong is read with every row accounted for, or refused in words; it never breaks a reader.

`python benchmarks/mutated_files.py` tries ten thousand.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.formats.mutant_trial import FAILED, READ, tried
from tests.formats.mutants import mutant, seeds

FOUND = (
    1058,
    1323,
    4050,
    4209,
    4981,
    10003,
    10024,
    10077,
    10134,
    10163,
    10181,
    10382,
    11605,
)  # once broke a reader
SHARDS, EACH = 5, 30


@pytest.fixture(scope="module")
def originals(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return seeds(tmp_path_factory.mktemp("seeds"))


def test_every_seed_is_sound(originals: list[Path]) -> None:
    assert {path.name: tried(path) for path in originals} == {p.name: (READ, "") for p in originals}


@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # numbers that are none
@pytest.mark.parametrize("shard", range(SHARDS))
def test_mutants_are_read_in_full_or_refused(
    originals: list[Path], tmp_path: Path, shard: int
) -> None:
    numbers = [*range(shard * EACH, (shard + 1) * EACH), *(FOUND if not shard else ())]
    wrong = []
    for number in numbers:
        folder = tmp_path / str(number)
        folder.mkdir()
        path, what = mutant(originals, number, folder)
        outcome, why = tried(path)
        if outcome == FAILED:
            wrong.append(f"{number}: {what}: {why}")
    assert not wrong, "\n".join(wrong)
