"""How long 500 holder files (一户一档) take as a job, and whether they are complete after a kill and a cancellation.

    .venv/bin/python benchmarks/holder_files.py                    # SQLite
    .venv/bin/python benchmarks/holder_files.py --holders 500 --parcels 1500

Fills a database of its own in a folder that is removed at the end. The first pass runs in this process and is
measured by processor time; then a worker of its own is killed (SIGKILL) in the middle and another goes on; then
a third job is cancelled in the middle.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path
from typing import Any

KILL_AT = 0.3  # share done
PAUSE = 0.2


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--holders", type=int, default=500)
    parser.add_argument("--parcels", type=int, default=1500)
    args = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="liangtian-bench-"))
    os.environ |= {
        "LIANGTIAN_DATA": str(folder), "LIANGTIAN_JOB_HEARTBEAT_SECONDS": "0.5",
        "LIANGTIAN_JOB_STALE_SECONDS": "4",
    }  # fmt: skip
    try:
        run(args.holders, args.parcels)
    finally:
        shutil.rmtree(folder)


def run(holders: int, parcels: int) -> None:
    from liangtian.site import runtime

    runtime.start_django()
    from django.core.management import call_command
    from register import fill

    from liangtian.platform.people.models import User
    from liangtian.platform.people.services import ensure_roles

    call_command("migrate", verbosity=0)
    ensure_roles()
    fill(parcels, holders)
    clerk = User.objects.get(username="bench")
    _in_this_process(clerk)
    _killed(clerk)
    _cancelled(clerk)


def _in_this_process(clerk: Any) -> None:
    from liangtian.platform.jobs.services import run_job
    from liangtian.programmes.holdings.dossier import making

    made = making.start(clerk, {})
    clock, processor = time.perf_counter(), time.process_time()
    run_job.call(str(made.pk))
    clock, processor = time.perf_counter() - clock, time.process_time() - processor
    count = _complete(made)
    print(f"{count} files: {processor:.1f} s of processor ({processor / count * 1000:.0f} ms each), "
          f"{clock:.1f} s by the clock, {making.zip_path(made).stat().st_size / 1e6:.1f} MB")  # fmt: skip


def _killed(clerk: Any) -> None:
    from liangtian.programmes.holdings.dossier import making

    made = making.start(clerk, {})
    first = _worker()
    share = _wait(made, lambda job: job.progress >= KILL_AT)
    first.send_signal(signal.SIGKILL)
    first.wait()
    second = _worker()
    _wait(made, lambda job: job.finished)
    _end(second)
    print(f"killed at {share:.0%}: {made.get_status_display()} at attempt {made.attempts}, "
          f"{_complete(made)} files")  # fmt: skip


def _cancelled(clerk: Any) -> None:
    from liangtian.platform.jobs.services import cancel
    from liangtian.programmes.holdings.dossier import making

    made = making.start(clerk, {})
    worker = _worker()
    share = _wait(made, lambda job: job.progress >= KILL_AT)
    cancel(clerk, made)
    _wait(made, lambda job: job.finished)
    _end(worker)
    left = list(making.zip_path(made).parent.glob(f"holders-{made.pk}*"))
    print(f"cancelled at {share:.0%}: {made.get_status_display()}, files left: {len(left)}")


def _complete(made: Any) -> int:
    """How many PDFs the zip holds, each whole and of its own name."""
    from liangtian.programmes.holdings.dossier import making

    made.refresh_from_db()
    with zipfile.ZipFile(making.zip_path(made)) as found:
        names = found.namelist()
        assert found.testzip() is None
        assert len(set(names)) == len(names) == made.result["holders"]
        assert all(found.read(name).startswith(b"%PDF") for name in names)
    return len(names)


def _worker() -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-m", "liangtian.site.cli", "worker"])


def _end(worker: subprocess.Popen[bytes]) -> None:
    worker.terminate()
    worker.wait()


def _wait(made: Any, reached: Any) -> float:
    while True:
        made.refresh_from_db()
        if reached(made):
            return float(made.progress)
        time.sleep(PAUSE)


if __name__ == "__main__":
    main()
