"""Figures in the text format of Prometheus. Requests are counted in this process, the rest in the database."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.db.models import Count, Min
from django.utils import timezone

from liangtian import __version__
from liangtian.platform.audit.models import AuditEntry
from liangtian.platform.jobs.models import Job
from liangtian.platform.operation.models import Backup, Drill, Process
from liangtian.platform.operation.processes import SILENT_AFTER
from liangtian.platform.people.models import LoginFailure

BUCKETS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)  # seconds


class Requests:
    """How many requests of which route ended how, and how long they took."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: Counter[tuple[str, str, int]] = Counter()
        self._within: Counter[tuple[str, float]] = Counter()
        self._seconds: Counter[str] = Counter()

    def note(self, method: str, route: str, status: int, seconds: float) -> None:
        with self._lock:
            self._counts[method, route, status] += 1
            self._seconds[route] += seconds  # type: ignore[assignment]
            for limit in BUCKETS:
                if seconds <= limit:
                    self._within[route, limit] += 1

    def lines(self) -> Iterator[str]:
        with self._lock:
            counts, within, seconds = dict(self._counts), dict(self._within), dict(self._seconds)
        yield "# TYPE liangtian_requests_total counter"
        for (method, route, status), count in sorted(counts.items()):
            yield (
                f'liangtian_requests_total{{method="{method}",route="{route}",status="{status}"}} '
                f"{count}"
            )
        yield "# TYPE liangtian_request_seconds histogram"
        for route in sorted(seconds):
            total = sum(n for (_, r, _), n in counts.items() if r == route)
            for limit in BUCKETS:
                found = within.get((route, limit), 0)
                yield f'liangtian_request_seconds_bucket{{route="{route}",le="{limit}"}} {found}'
            yield f'liangtian_request_seconds_bucket{{route="{route}",le="+Inf"}} {total}'
            yield f'liangtian_request_seconds_sum{{route="{route}"}} {seconds[route]:.6f}'
            yield f'liangtian_request_seconds_count{{route="{route}"}} {total}'


requests = Requests()


def text() -> str:
    """Everything, as Prometheus reads it."""
    return "\n".join([*requests.lines(), *_state()]) + "\n"


def _state() -> Iterator[str]:
    yield f'liangtian_info{{version="{__version__}",database="{connection.vendor}"}} 1'
    jobs = dict(Job.objects.order_by().values_list("status").annotate(Count("pk")))
    for status in Job.Status.values:
        yield f'liangtian_jobs{{state="{status}"}} {jobs.get(status, 0)}'
    yield f"liangtian_queue_age_seconds {queue_age():.0f}"
    yield f"liangtian_database_bytes {database_size()}"
    yield f"liangtian_tile_cache_bytes {folder_size(Path(settings.DATA) / 'tiles')}"
    yield f"liangtian_audit_rows {AuditEntry.objects.count()}"
    failed = AuditEntry.objects.filter(act="session.refused").count()
    yield f"liangtian_logins_failed_total {failed}"
    yield f"liangtian_accounts_with_recent_failures {_failing()}"
    now = timezone.now()
    for kind in Process.Kind.values:
        found = Process.objects.filter(kind=kind, seen_at__gte=now - SILENT_AFTER).count()
        yield f'liangtian_processes{{kind="{kind}"}} {found}'
    backup = Backup.objects.filter(done=True).first()
    drill = Drill.objects.filter(passed=True).first()
    for name, last in (("backup", backup), ("drill", drill)):
        moment = last.finished_at.timestamp() if last else 0
        yield f"liangtian_last_{name}_timestamp_seconds {moment:.0f}"


def _failing() -> int:
    return LoginFailure.objects.values("username").distinct().count()


def queue_age() -> float:
    """Seconds that the oldest waiting job has waited."""
    oldest = Job.objects.filter(status=Job.Status.QUEUED).aggregate(at=Min("created_at"))["at"]
    return (timezone.now() - oldest).total_seconds() if oldest else 0.0


def database_size() -> int:
    """Bytes that the database takes."""
    if connection.vendor == "sqlite":
        path = Path(str(connection.settings_dict["NAME"]))
        return path.stat().st_size if path.is_file() else 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_database_size(current_database())")
        return int(cursor.fetchone()[0])


def folder_size(folder: Path) -> int:
    """Bytes of all files below a folder."""
    return sum(p.stat().st_size for p in folder.rglob("*") if p.is_file())
