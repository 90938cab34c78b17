"""The addresses of operation: for the system administrator, and for the machines that watch."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from tests.site.matrix import EVERYONE, Row
from tests.site.world import World

SYSADMIN = frozenset({"sysadmin"})
NOW = datetime(2026, 3, 31, tzinfo=UTC)


def _drill(w: World, place: str) -> Mapping[str, Any]:
    from liangtian.platform.operation.models import Drill

    made = Drill.objects.create(
        archive="liangtian-20260331-023000.tar.gz", started_at=NOW, finished_at=NOW,
        passed=True, by="冯系统", engine="sqlite",
    )  # fmt: skip
    return {"path": {"drill_id": made.pk}}


ROWS: tuple[Row, ...] = (
    Row("GET", "/api/operation/status", SYSADMIN),
    Row("GET", "/api/operation/backups", SYSADMIN),
    Row("GET", "/api/operation/drills", SYSADMIN),
    Row("GET", "/api/operation/drills/{drill_id}", SYSADMIN, _drill),
    Row("GET", "/api/operation/components", SYSADMIN),
    Row("GET", "/health/live", EVERYONE, stranger=200),
    # No worker runs here, and that is what it says.
    Row("GET", "/health/ready", EVERYONE, other={role: 503 for role in EVERYONE}, stranger=503),
    Row("GET", "/metrics", EVERYONE, stranger=200),
)
