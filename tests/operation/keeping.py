"""Keeps a ledger while another connection changes its rows: `python -m tests.operation.keeping`, outside pytest."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from unittest import mock

from liangtian.site.runtime import start_django


def kept_and_now() -> dict[str, Any]:
    """Monitoring types of the rows that were kept, and of those that stand then."""
    from django.db import connection

    from liangtian.platform.ledgers.declaration import find_ledger
    from liangtian.platform.people.models import User
    from liangtian.platform.regions.models import Region
    from liangtian.platform.returns import snapshots
    from liangtian.programmes.enforcement.models import Patch
    from tests.conftest import County
    from tests.ledgers.conftest import add_patches

    clerk = User.objects.filter(roles__code="county_clerk").first()
    townships, villages = (
        list(Region.objects.filter(level=level).order_by("code"))
        for level in ("township", "village")
    )
    assert clerk is not None
    add_patches(County(clerk.region, *townships[:2], *villages[:2]), clerk, 3)

    def change() -> None:
        Patch.objects.update(monitoring_type="99")
        connection.close()

    walk = snapshots.live_lines

    def walked(*told: Any) -> Iterator[snapshots.Line]:
        with ThreadPoolExecutor(1) as other:
            other.submit(change).result(timeout=20)
        yield from walk(*told)

    ledger = find_ledger("enforcement.patches")
    assert ledger is not None
    with mock.patch.object(snapshots, "live_lines", walked):
        made = snapshots.keep_now(clerk, ledger, {}, "改前")
    at = [column["name"] for column in made.columns].index("monitoring_type")
    return {
        "kept": [cells[at] for _, cells in snapshots.kept_lines(made)],
        "now": list(Patch.objects.values_list("monitoring_type", flat=True)),
    }


if __name__ == "__main__":
    start_django()
    print(json.dumps(kept_and_now()))  # noqa: T201
