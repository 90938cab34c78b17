"""What a run of freezes (增违挂钩) costs: preview, proposal, confirmation with its posting; processor seconds and queries.

    .venv/bin/python benchmarks/freezes.py --patches 15000                  # some 3 000 illegal parts of one year
    .venv/bin/python tools/postgres.py .venv/bin/python benchmarks/freezes.py --patches 15000

First all parts are frozen, then all of them are reversed because they are found to be old construction land. Those of
the database's own process are not in the processor seconds. Fills a database of its own.
"""

from __future__ import annotations

import argparse
import os
import shutil
import tempfile
import time
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from filling import COUNTY, clerk_of

YEAR = 2026


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--patches", type=int, default=15_000)
    args = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="liangtian-bench-"))
    os.environ["LIANGTIAN_DATA"] = str(folder)
    try:
        run(args.patches)
    finally:
        shutil.rmtree(folder)


def run(patches: int) -> None:
    from liangtian.site import runtime

    runtime.start_django()
    from django.core.management import call_command
    from django.db import connection

    from liangtian.platform.books.reserve import FARMLAND
    from liangtian.platform.people.models import Role, User
    from liangtian.platform.people.services import ensure_roles
    from liangtian.platform.regions.models import Region
    from liangtian.programmes.enforcement import freeze_proposals, freezing
    from liangtian.programmes.enforcement.models import PatchPart

    call_command("migrate", verbosity=0)
    ensure_roles()
    clerk = clerk_of(patches, settled=True)
    second = User.objects.create_user("second", None, name="第二人", region_id=COUNTY)
    second.roles.add(Role.objects.get(code="county_reviewer"))
    county = Region.objects.get(code=COUNTY)
    income = freeze_proposals.Income(FARMLAND, Decimal(9_000_000), "示例〔2026〕1号", date.today())
    freeze_proposals.confirm(second, freeze_proposals.propose_income(clerk, county, income).pk)
    print(f"{connection.vendor}, load average {os.getloadavg()[0]:.1f}\n")
    print("| work | changes | seconds | of CPU | queries |\n| --- | --- | --- | --- | --- |")

    def all_of(what: str) -> None:
        plan = _measured(f"{what}: preview", lambda: freezing.preview(clerk, county, YEAR))
        made = _measured("proposal", lambda: freeze_proposals.propose_run(clerk, county, YEAR))
        _measured("confirmation", lambda: freeze_proposals.confirm(second, made.pk))
        if not plan.steps or freezing.preview(clerk, county, YEAR).steps:
            raise SystemExit("a run leaves nothing to be done")

    all_of("all frozen")
    PatchPart.objects.filter(judgement="illegal").update(old_construction=True)
    all_of("all reversed")


def _measured(what: str, work: Callable[[], Any]) -> Any:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    start, cpu = time.perf_counter(), time.process_time()
    with CaptureQueriesContext(connection) as queries:
        found = work()
    seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
    changes = len(found.steps) if hasattr(found, "steps") else ""
    print(f"| {what} | {changes} | {seconds:.1f} | {cpu:.1f} | {len(queries)} |", flush=True)
    return found


if __name__ == "__main__":
    main()
