"""Starting Django, the web server and the worker process."""

from __future__ import annotations

import os
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

    from liangtian.platform.cases.services import mend_tasks
    from liangtian.platform.layers.services import ensure_catalogue
    from liangtian.platform.people.services import ensure_roles

    call_command("migrate", verbosity=verbosity, interactive=False)
    ensure_roles()
    ensure_catalogue()
    mend_tasks()


def serve(host: str, port: int, threads: int = 8) -> None:
    """Serve web pages and API until stopped."""
    import waitress

    from liangtian.site.wsgi import application

    waitress.serve(application, host=host, port=port, threads=threads, ident="liangtian")


def drain() -> None:
    """Run every waiting job in this process, then return."""
    from liangtian.platform.jobs import worker

    worker.drain()


def work() -> None:
    """Be the worker process until told to stop."""
    from liangtian.platform.jobs import worker

    worker.work()
