"""What a long export costs the worker: seconds, peak memory, size; and that the file is the ledger.

    .venv/bin/python benchmarks/exports.py                                  # SQLite
    .venv/bin/python tools/postgres.py .venv/bin/python benchmarks/exports.py   # PostgreSQL

Each file is written by a `liangtian worker` of its own, first of about 10 000 rows, then of all: what the
second needs more memory than the first is what grows with the ledger. Linux only (/proc).
"""

from __future__ import annotations

import argparse
import csv
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

from filling import clerk_of

FORMATS = ("csv", "xlsx", "gpkg", "shp", "gdb", "geojson", "kml")
SMALL = {"area_mu__lte": "0.99"}  # one row in thirteen
LIMIT_MIB = 220
PAUSE_SECONDS = 0.2


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--patches", type=int, default=130_000)
    parser.add_argument("--formats", default="csv,xlsx,gpkg,shp", help=f"of {','.join(FORMATS)}")
    parser.add_argument("--folder", type=Path, help="kept, and used again if it is filled already")
    args = parser.parse_args()
    folder = args.folder or Path(tempfile.mkdtemp(prefix="liangtian-bench-"))
    os.environ["LIANGTIAN_DATA"] = str(folder)
    try:
        sys.exit(run(args.patches, args.formats.split(",")))
    finally:
        if args.folder is None:
            shutil.rmtree(folder)


def run(patches: int, formats: list[str]) -> int:
    from liangtian.site import runtime

    runtime.start_django()
    from django.core.management import call_command
    from django.db import connection

    from liangtian.platform.people.services import ensure_roles

    call_command("migrate", verbosity=0)
    ensure_roles()
    clerk = clerk_of(patches)
    print(f"{connection.vendor}, {patches} patches, load average {os.getloadavg()[0]:.1f}\n")
    print("| format | rows | seconds | rows/s | size, MiB | peak memory, MiB | growth, MiB |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    highest = 0.0
    for kind in formats:
        (_, _, before), whole = measured(clerk, kind, SMALL), measured(clerk, kind, {})
        made, seconds, peak = whole
        highest = max(highest, peak)
        print(
            f"| {kind} | {made.rows} | {seconds:.0f} | {made.rows / seconds:.0f} "
            f"| {made.size / 2**20:.1f} | {peak:.0f} | {peak - before:.0f} |",
            flush=True,
        )
    print(f"\nload average {os.getloadavg()[0]:.1f}; highest peak {highest:.0f} MiB of {LIMIT_MIB}")
    return int(highest >= LIMIT_MIB)


def measured(clerk: Any, kind: str, query: dict[str, str]) -> tuple[Any, float, float]:
    """The finished export, the seconds its job took, and the worker's peak memory in MiB."""
    from liangtian.platform.jobs.models import Job
    from liangtian.platform.ledgers.declaration import find_ledger
    from liangtian.platform.ledgers.exports import start_export

    ledger = find_ledger("enforcement.patches")
    assert ledger is not None
    made = start_export(ledger, clerk, query, [], kind)
    worker = subprocess.Popen([sys.executable, "-m", "liangtian.site.cli", "worker"])
    try:
        while True:
            job = Job.objects.get(pk=str(made.job_id))
            if job.finished:
                break
            if worker.poll() is not None:
                raise SystemExit("the worker ended")
            time.sleep(PAUSE_SECONDS)
        peak = _peak_mib(worker.pid)
    finally:
        worker.send_signal(signal.SIGTERM)
        worker.wait()
    if job.status != Job.Status.DONE or not (job.started_at and job.finished_at):
        raise SystemExit(f"{kind}: {job.error}")
    made.refresh_from_db()
    _check(made, ledger, clerk, query)
    made.path.unlink()
    return made, (job.finished_at - job.started_at).total_seconds(), peak


def _peak_mib(pid: int) -> float:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) / 1024
    raise SystemExit("no VmHWM in /proc")


def _check(made: Any, ledger: Any, clerk: Any, query: dict[str, str]) -> None:
    """The file has as many rows as the ledger, and they add up to the same."""
    from liangtian.platform.ledgers.query import filtered, totals

    count, sums = totals(ledger, clerk, filtered(ledger, clerk, query))
    labels = {c.label: c.name for c in ledger.columns if c.sum}
    rows, found = 0, dict.fromkeys(sums, Decimal(0))
    for line in _lines(made, tuple(labels)):
        rows += 1
        for label, value in zip(labels, line, strict=True):
            found[labels[label]] += value
    if (rows, found) != (count, sums) or rows != made.rows:
        raise SystemExit(f"{made.file_format}: {rows} rows, {found}; ledger {count}, {sums}")


def _lines(made: Any, labels: tuple[str, ...]) -> Iterator[list[Decimal]]:
    if made.file_format == "csv":
        with made.path.open(encoding="utf-8-sig", newline="") as handle:
            for row in csv.DictReader(handle):
                yield [_cents(row[f"{label}（亩）"]) for label in labels]
    elif made.file_format == "xlsx":
        yield from _lines_of_sheet(made.path, labels)
    else:
        yield from _lines_of_layer(made, labels)


def _lines_of_sheet(path: Path, labels: tuple[str, ...]) -> Iterator[list[Decimal]]:
    import python_calamine

    book = python_calamine.CalamineWorkbook.from_path(str(path))
    places: list[int] = []
    for row in book.get_sheet_by_index(0).iter_rows():
        if row[0] == "序号":
            places = [row.index(f"{label}\n（亩）") for label in labels]
        elif isinstance(row[0], float | int) and places:
            yield [_cents(row[place]) for place in places]


def _lines_of_layer(made: Any, labels: tuple[str, ...]) -> Iterator[list[Decimal]]:
    import pyogrio

    from liangtian.platform.ledgers.formats import SUFFIXES

    with tempfile.TemporaryDirectory() as folder:
        named = Path(folder) / f"file{SUFFIXES[made.file_format]}"
        os.link(made.path, named) if _same_disk(made.path, folder) else shutil.copy(
            made.path, named
        )
        source = f"/vsizip/{named}" if made.file_format == "shp" else named
        meta, _, shapes, fields = pyogrio.raw.read(source)
    names = list(meta["fields"])
    if any(shape is None for shape in shapes):
        raise SystemExit("a row without its figure")
    for row in zip(*(fields[names.index(label)] for label in labels), strict=True):
        yield [_cents(value) for value in row]


def _same_disk(path: Path, folder: str) -> bool:
    return path.stat().st_dev == Path(folder).stat().st_dev


def _cents(value: Any) -> Decimal:
    text = str(value)
    return Decimal(0) if text in ("", "nan", "None") else Decimal(text).quantize(Decimal("0.01"))


if __name__ == "__main__":
    main()
