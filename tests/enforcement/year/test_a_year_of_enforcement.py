"""A year of enforcement over HTTP: every branch is taken, and all figures agree with the script's book."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import Run
from tests.enforcement.year import figures, ground
from tests.enforcement.year.desk import by_client
from tests.enforcement.year.script import Script

PATCHES = 48  # four a month: each kind of the mix once


@pytest.mark.django_db
def test_a_year_through_the_public_addresses_agrees_with_its_own_book_to_the_cent(
    run_jobs: Run, tmp_path: Path
) -> None:
    county = ground.people()
    months = ground.months(PATCHES)
    ground.publish(county, [one for drawn in months for one in drawn])
    script = Script(by_client, tmp_path, run_jobs, thorough=False)
    script.begin()
    for number, drawn in enumerate(months, start=1):
        script.month(number, drawn, last=number > 10)
    stages = script.book.stages()
    assert set(stages) >= {
        "received", "confirmed", "disposition", "accepted", "archived",
    }, stages  # fmt: skip
    assert script.book.taken_out
    figures.check(script)
