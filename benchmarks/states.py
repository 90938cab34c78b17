"""What keeping a long ledger as it stands costs the worker, and comparing two kept states: seconds, peak memory.

    .venv/bin/python benchmarks/states.py                                  # SQLite
    .venv/bin/python tools/postgres.py .venv/bin/python benchmarks/states.py   # PostgreSQL

The states are kept by a `liangtian worker` of its own, the second after one row has been changed; comparing both runs
in this process, as it does in a request, and must find that row. Linux only (/proc).
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from exports import PAUSE_SECONDS, _peak_mib
from filling import clerk_of


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--patches", type=int, default=300_000)
    parser.add_argument("--folder", type=Path, help="kept, and used again if it is filled already")
    args = parser.parse_args()
    folder = args.folder or Path(tempfile.mkdtemp(prefix="liangtian-bench-"))
    os.environ["LIANGTIAN_DATA"] = str(folder)
    try:
        run(args.patches)
    finally:
        if args.folder is None:
            shutil.rmtree(folder)


def run(patches: int) -> None:
    from liangtian.site import runtime

    runtime.start_django()
    from django.core.management import call_command
    from django.db import connection

    from liangtian.platform.people.services import ensure_roles
    from liangtian.programmes.enforcement.models import Patch

    call_command("migrate", verbosity=0)
    ensure_roles()
    clerk = clerk_of(patches)
    print(f"{connection.vendor}, {patches} patches, load average {os.getloadavg()[0]:.1f}\n")
    print("| step | rows | seconds | peak memory, MiB |")
    print("| --- | --- | --- | --- |")
    made, seconds, peak = _kept(clerk, None)
    print(f"| keeping, by a worker | {made.count} | {seconds:.1f} | {peak:.0f} |", flush=True)
    first = Patch.objects.order_by("pk")[0]
    Patch.objects.filter(pk=first.pk).update(number=f"{first.number[:50]}改")
    later, seconds, peak = _kept(clerk, made)
    print(f"| keeping now beside it | {later.count} | {seconds:.1f} | {peak:.0f} |", flush=True)
    before = _own_peak()
    seconds, cpu = _compared(clerk, made, later)
    growth = _own_peak() - before
    print(
        f"| comparing both | {made.count} | {seconds:.1f}, {cpu:.1f} of CPU | grows by {growth:.0f} |"
    )


def _kept(clerk: Any, earlier: Any) -> tuple[Any, float, float]:
    """The first state, or what is kept of now to compare it with."""
    from liangtian.platform.jobs.models import Job
    from liangtian.platform.ledgers.declaration import find_ledger
    from liangtian.platform.returns.jobs import keep_for, start_keeping
    from liangtian.platform.returns.models import Snapshot

    ledger = find_ledger("enforcement.patches")
    assert ledger is not None
    queued = (
        keep_for(clerk, earlier.pk) if earlier else start_keeping(clerk, ledger, {}, "全部图斑")
    )
    if not isinstance(queued, Job):
        raise SystemExit("kept at once: too few patches for a job")
    worker = subprocess.Popen([sys.executable, "-m", "liangtian.site.cli", "worker"])
    try:
        while not (job := Job.objects.get(pk=queued.pk)).finished:
            if worker.poll() is not None:
                raise SystemExit("the worker ended")
            time.sleep(PAUSE_SECONDS)
        peak = _peak_mib(worker.pid)
    finally:
        worker.send_signal(signal.SIGTERM)
        worker.wait()
    if job.status != Job.Status.DONE or not (job.started_at and job.finished_at):
        raise SystemExit(job.error)
    assert job.result is not None, "a finished job has its result"
    made = Snapshot.objects.get(pk=job.result["snapshot"])
    return made, (job.finished_at - job.started_at).total_seconds(), peak


def _compared(clerk: Any, made: Any, later: Any) -> tuple[float, float]:
    from liangtian.platform.returns.states import compared

    started, cpu = time.perf_counter(), time.process_time()
    found = compared(clerk, made.pk, later.pk)
    seconds, cpu = time.perf_counter() - started, time.process_time() - cpu
    if found.counts != {"added": 0, "gone": 0, "changed": 1}:
        raise SystemExit(f"one row was changed, found {found.counts}")
    return seconds, cpu


def _own_peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
