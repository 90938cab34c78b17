"""Starting Django, the web server and the worker process."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

DEFAULT_PORT = 8000


def start_django(data: Path | None = None) -> None:
    """Make models and services usable; `data` overrides LIANGTIAN_DATA for this process and its children."""
    if data is not None:
        os.environ["LIANGTIAN_DATA"] = str(data.resolve())
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "liangtian.site.settings")
    import django

    django.setup()


def migrate(verbosity: int = 0) -> None:
    """Bring the database to the present schema, with the roles and layer catalogue that come with it."""
    from django.core.management import call_command

    from liangtian.platform import triggers
    from liangtian.platform.cases.services import mend_tasks
    from liangtian.platform.layers.services import ensure_catalogue
    from liangtian.platform.operation import anew, schema
    from liangtian.platform.people.services import ensure_roles

    steps = schema.pending()
    if anew.is_empty():
        anew.make_tables()
    try:
        call_command("migrate", verbosity=verbosity, interactive=False)
    finally:
        triggers.put_up()  # also when a step failed: the old program goes on behind them
    schema.note(steps)
    ensure_roles()
    ensure_catalogue()
    mend_tasks()


def serve(host: str, port: int) -> None:
    """Serve web pages and API until told to stop; then finish what is under way.

    Raises Refused (Chinese) when the database does not fit this program.
    """
    from django.conf import settings

    from liangtian.platform.operation import processes
    from liangtian.site.serving import run_server

    _fits()
    default = settings.DATABASES["default"]
    if "postgresql" in default["ENGINE"]:  # the worker has no such limit
        limit = f"-c statement_timeout={settings.REQUEST_SECONDS * 1000}"
        default.setdefault("OPTIONS", {})["options"] = limit
    processes.start_pulse("web")
    try:
        with _compiled():
            run_server(host, port)
    finally:
        processes.end_pulse("web")


@contextmanager
def _compiled() -> Iterator[None]:
    """See meanwhile that the overlay lies compiled on disk, in a process of its own, whose memory comes back.

    Loading it from there takes the first overlay under a second; keeping the compiler loaded
    would take each process 150 MiB for as long as it lives.
    """
    words = "from liangtian.geo.overlay import warm_up; warm_up()"
    child = subprocess.Popen([sys.executable, "-c", words])
    threading.Thread(target=child.wait, name="compiling", daemon=True).start()
    try:
        yield
    finally:
        child.terminate()


def _fits() -> None:
    """Raises Refused (Chinese) when program and database do not fit each other."""
    from django.db import connection

    from liangtian.platform.errors import Refused
    from liangtian.platform.operation import schema

    if wrong := schema.trouble():
        raise Refused(wrong)
    connection.close()


def drain() -> None:
    """Run every waiting job in this process, then return."""
    from liangtian.platform.jobs import worker

    worker.drain()


def work() -> None:
    """Be the worker process until told to stop. Raises Refused (Chinese) like `serve`."""
    from liangtian.platform.jobs import worker
    from liangtian.platform.operation import processes

    _fits()
    processes.start_pulse("worker")
    try:
        with _compiled():
            worker.work()
    finally:
        processes.end_pulse("worker")
