"""The list of batches, each counted as far as the user may see it."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q

from liangtian.platform.people.models import User
from liangtian.platform.people.scope import require
from liangtian.programmes.enforcement.flow import SETTLED
from liangtian.programmes.enforcement.models import Batch, Patch


def batches_out(user: User) -> list[dict[str, Any]]:
    """Batches of the user's region, and those with patches in it; newest month first."""
    require(user, "enforcement.view")
    counts = {
        row["batch_id"]: row
        for row in Patch.objects.visible_to(user)
        .order_by()
        .values("batch_id")
        .annotate(total=Count("pk"), confirmed=Count("pk", filter=Q(case__stage__in=SETTLED)))
    }
    own = Batch.objects.visible_to(user).values_list("pk", flat=True)
    batches = Batch.objects.filter(pk__in={*counts, *own}).select_related("file", "imported_by")
    nothing = {"total": 0, "confirmed": 0}
    return [
        {
            "id": batch.pk,
            "title": batch.title,
            "period": batch.period,
            "kind": batch.kind,
            "file": {
                "id": batch.file_id, "name": batch.file.name, "sha256": batch.file_sha256,
            },
            "crs_label": batch.crs_label,
            "encoding": batch.encoding,
            "total": counts.get(batch.pk, nothing)["total"],
            "confirmed": counts.get(batch.pk, nothing)["confirmed"],
            "imported_at": batch.imported_at,
            "imported_by": batch.imported_by.name,
        }
        for batch in batches
    ]  # fmt: skip
