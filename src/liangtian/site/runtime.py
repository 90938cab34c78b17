"""Starting Django, the web server and the worker process."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path

HEARTBEAT_SECONDS = 15.0
IDLE_SECONDS = 1.0
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

    from liangtian.platform.layers.services import ensure_catalogue
    from liangtian.platform.people.services import ensure_roles

    call_command("migrate", verbosity=verbosity, interactive=False)
    ensure_roles()
    ensure_catalogue()


def serve(host: str, port: int, threads: int = 8) -> None:
    """Serve web pages and API until stopped."""
    import waitress

    from liangtian.site.wsgi import application

    waitress.serve(application, host=host, port=port, threads=threads, ident="liangtian")


def drain() -> None:
    """Run every waiting job in this process, then return."""
    from django_tasks import DEFAULT_TASK_BACKEND_ALIAS
    from django_tasks_db.management.commands.db_worker import Worker

    from liangtian.platform.jobs.services import worker_id

    Worker(
        queue_names=["default"], interval=0, batch=True,
        backend_name=DEFAULT_TASK_BACKEND_ALIAS, startup_delay=False,
        max_tasks=None, worker_id=worker_id, excluded_queue_names=[],
    ).run()  # fmt: skip


def work() -> None:
    """Run jobs as they come, until stopped; take up again what a killed worker left."""
    from liangtian.platform.jobs.services import recover_stale

    threading.Thread(target=_beat, daemon=True).start()
    while True:
        recover_stale()
        drain()
        time.sleep(IDLE_SECONDS)


def _beat() -> None:
    """A thread of its own, since a job may compute for minutes between two reports."""
    import logging

    from django.db import DatabaseError, close_old_connections

    from liangtian.platform.jobs.services import beat

    while True:
        time.sleep(HEARTBEAT_SECONDS)
        try:
            close_old_connections()
            beat()
        except DatabaseError:  # a missed beat is made up by the next one
            logging.getLogger(__name__).warning("heartbeat missed", exc_info=True)
