"""How fast the page of the accountability ratio answers: figures, pages of parts, what if.

    .venv/bin/python benchmarks/ratio.py --patches 85000                    # some 50 000 judged parts of one year
    .venv/bin/python tools/postgres.py .venv/bin/python benchmarks/ratio.py --patches 85000

Whole requests through middleware, session and API, in this process. Fills a database of its own, in a folder that is
removed at the end unless `--folder` names one to keep.
"""

from __future__ import annotations

import argparse
import os
import shutil
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from filling import COUNTY, clerk_of

from ledgers import shown, timed

API = "/api/enforcement/ratio"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--patches", type=int, default=85_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--folder", type=Path, help="kept, and used again if it is filled already")
    args = parser.parse_args()
    folder = args.folder or Path(tempfile.mkdtemp(prefix="liangtian-bench-"))
    os.environ["LIANGTIAN_DATA"] = str(folder)
    try:
        run(args.patches, args.rounds)
    finally:
        if args.folder is None:
            shutil.rmtree(folder)


def run(patches: int, rounds: int) -> None:
    from liangtian.site import runtime

    runtime.start_django()
    from django.core.management import call_command
    from django.db import connection
    from django.test import Client

    from liangtian.platform.people.services import ensure_roles
    from liangtian.programmes.enforcement.models import PatchPart

    call_command("migrate", verbosity=0)
    ensure_roles()
    client = Client(headers={"host": "127.0.0.1"})
    client.force_login(clerk_of(patches, settled=True))
    parts = list(PatchPart.objects.order_by("pk").values_list("pk", flat=True))
    load = os.getloadavg()[0]
    print(
        f"{connection.vendor}, {len(parts)} parts, {rounds} rounds, load {load:.1f}; seconds, p50 / p95\n"
    )
    township = f"{COUNTY}105"
    work: dict[str, Callable[[], Any]] = {
        "figures, places, forecast, which to restore": partial(_get, client, "?year=2026"),
        "the same of a township": partial(_get, client, f"?year=2026&region={township}"),
        "first page of parts": partial(_get, client, "/parts?year=2026"),
        "page 500 of parts": partial(_get, client, "/parts?year=2026&page=500"),
        "first page of the open ones": partial(_get, client, "/parts?year=2026&side=open"),
        "what if 1000 were restored": partial(_what_if, client, parts[:1000]),
    }
    print("| work | seconds |\n| --- | --- |")
    for label, one in work.items():
        print(f"| {label} | {shown(timed(rounds, one))} |", flush=True)


def _get(client: Any, query: str) -> None:
    answer = client.get(API + query)
    assert answer.status_code == 200, answer.content


def _what_if(client: Any, parts: list[int]) -> None:
    body = {"year": 2026, "restored": parts}
    answer = client.post(f"{API}/what-if", body, "application/json")
    assert answer.status_code == 200, answer.content


if __name__ == "__main__":
    main()
