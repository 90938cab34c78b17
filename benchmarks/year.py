"""A year of enforcement over HTTP: batches, checks, judgements, meetings, putting right, freezes, returns; time by act.

    .venv/bin/python benchmarks/year.py --patches 3000
    .venv/bin/python tools/postgres.py .venv/bin/python benchmarks/year.py --patches 3000

Makes a county in a folder of its own, starts `liangtian serve` and `liangtian worker` on the loopback
interface, and plays twelve months by the people whose roles they are. The script keeps a book of what it
did; ledger, dashboard, accountability ratio, ranking, letters, freezes, the returns of every month, quarter,
half and whole year, the work reports in Word and their annexes in Excel must agree with it to the cent, else
it ends with an error.
"""

from __future__ import annotations

import argparse
import http.client
import os
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--patches", type=int, default=3000)
    parser.add_argument("--port", type=int, default=8192)
    parser.add_argument("--database-url", help="PostgreSQL instead of SQLite")
    args = parser.parse_args()
    if args.database_url:
        os.environ["LIANGTIAN_DATABASE_URL"] = args.database_url
    with tempfile.TemporaryDirectory(prefix="liangtian-year-") as folder:
        return played(args.patches, args.port, Path(folder))


def played(patches: int, port: int, folder: Path) -> int:
    """The whole year; 0 when all figures agree."""
    from liangtian.site import runtime

    runtime.start_django(folder)
    from django.conf import settings
    from django.db import connection

    runtime.migrate()
    from tests.enforcement.year import figures, ground
    from tests.enforcement.year.desk import by_socket
    from tests.enforcement.year.script import Script

    county, months = ground.people(), ground.months(patches)
    ground.publish(county, [one for drawn in months for one in drawn])
    vendor = connection.vendor
    connection.close()
    os.environ["LIANGTIAN_DATA"] = str(settings.DATA)
    servers = started(port)
    script = Script(partial(by_socket, port), folder, lambda: None)
    began = time.perf_counter()
    try:
        script.begin()
        for number, drawn in enumerate(months, start=1):
            script.month(number, drawn, last=number > 10)
            print(
                f"month {number}: {len(drawn)} patches, {time.perf_counter() - began:.0f} s",
                flush=True,
            )
        figures.check(script)
    finally:
        for server in servers:
            server.terminate()
        for server in servers:
            server.wait()
        told(script, time.perf_counter() - began)
    print(
        f"{vendor}: {len(script.book.entries)} patches, {dict(script.book.stages())}; all figures agree"
    )
    return 0


def started(port: int) -> list[subprocess.Popen[bytes]]:
    """Web server and worker; returns when the server answers."""
    command = [sys.executable, "-m", "liangtian.site.cli"]
    servers = [
        subprocess.Popen([*command, "serve", "--port", str(port)]),
        subprocess.Popen([*command, "worker"]),
    ]
    for _ in range(600):
        try:
            http.client.HTTPConnection("127.0.0.1", port, timeout=5).connect()
            return servers
        except OSError:
            time.sleep(0.1)
    sys.exit("the server does not answer")


def told(script: object, seconds: float) -> None:
    """Time by act, the longest first."""
    watch = script.watch  # type: ignore[attr-defined]
    print(f"{'act':<22}{'calls':>8}{'seconds':>10}{'ms each':>10}")
    for what, spent in sorted(watch.seconds.items(), key=lambda one: -one[1]):
        calls = watch.calls[what]
        print(f"{what:<22}{calls:>8}{spent:>10.1f}{1000 * spent / calls:>10.0f}")
    print(f"{'all':<22}{sum(watch.calls.values()):>8}{seconds:>10.1f}")


if __name__ == "__main__":
    sys.exit(main())
