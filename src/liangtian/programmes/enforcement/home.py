"""What the home page and the search box show of the enforcement programme."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db.models import BigIntegerField, Count, F, Q, Sum, Value
from django.db.models.functions import Coalesce, Left, NullIf

from liangtian.platform.ledgers.declaration import MuCents
from liangtian.platform.people.models import User
from liangtian.platform.people.scope import ScopedQuerySet
from liangtian.platform.regions.models import Region
from liangtian.programmes.enforcement.batches import batches_out
from liangtian.programmes.enforcement.flow import SETTLED, TO_JUDGE
from liangtian.programmes.enforcement.models import BatchImport, Outcome, Patch
from liangtian.programmes.enforcement.patch_page import region_path

TOWNSHIP_DIGITS = 9
MOST_BATCHES = 6
MOST_HITS = 8


def home_parts(user: User) -> dict[str, Any]:
    """Tasks and progress of the user's region; nothing without the right to see patches.

    Areas are sums of the figures as the ledger shows them. A patch counts by its judgement, before that
    by its proposal.
    """
    parts = ("tasks", "by_township", "by_outcome", "batches")
    if not user.may("enforcement.view"):
        return {part: [] for part in parts}
    rows = _patches(user)
    return {
        "tasks": _tasks(user, rows),
        "by_township": _by_township(rows),
        "by_outcome": _by_outcome(rows),
        "batches": batches_out(user)[:MOST_BATCHES],
    }


_ILLEGAL = Q(outcome=Outcome.ILLEGAL)


def _patches(user: User) -> ScopedQuerySet:
    outcome = Coalesce(NullIf("judgement_outcome", Value("")), "proposal_outcome")
    rows: ScopedQuerySet = (
        Patch.objects.visible_to(user)
        .order_by()
        .annotate(
            outcome=outcome,
            farmland_cents=MuCents(F("farmland_m2")),
        )
    )
    return rows


def _mu(cents: int | None) -> Decimal:
    return Decimal(cents or 0) / 100


def _tasks(user: User, rows: ScopedQuerySet) -> list[dict[str, Any]]:
    waiting = rows.filter(case__stage__in=TO_JUDGE)
    tasks = []
    if user.may("enforcement.judge"):
        key = waiting.filter(proposal__flags__key_patch=True).count()
        tasks.append(
            (
                "key_patch",
                "重点图斑须实地核查",
                key,
                "/patches?stage=received,verified&key_patch=yes",
            )
        )
    if user.may("enforcement.evidence"):
        bare = waiting.filter(photos=None).count()
        tasks.append(
            (
                "evidence",
                "尚无举证照片的图斑",
                bare,
                "/patches?stage=received,verified&photos__lte=0",
            )
        )
    if user.may("enforcement.import"):
        status = BatchImport.Status
        open_imports = BatchImport.objects.visible_to(user).filter(
            status__in=[status.UPLOADED, status.CHECKED]
        )
        tasks.append(("import", "待处理的批次导入", open_imports.count(), "/imports"))
    return [
        {"kind": kind, "title": title, "count": count, "to": to}
        for kind, title, count, to in tasks
        if count
    ]


def _by_township(rows: ScopedQuerySet) -> list[dict[str, Any]]:
    grouped = (
        rows.annotate(township=Left("region_id", TOWNSHIP_DIGITS))
        .values("township")
        .annotate(
            total=Count("pk"),
            confirmed=Count("pk", filter=Q(case__stage__in=SETTLED)),
            illegal_count=Count("pk", filter=_ILLEGAL),
            cents=Sum("farmland_cents", filter=_ILLEGAL, output_field=BigIntegerField()),
        )
        .order_by("township")
    )
    found = list(grouped)
    names = dict(
        Region.objects.filter(code__in=[row["township"] for row in found]).values_list(
            "code", "name"
        )
    )
    return [
        {
            "code": row["township"],
            "name": names.get(row["township"], row["township"]),
            "total": row["total"],
            "confirmed": row["confirmed"],
            "illegal_count": row["illegal_count"],
            "illegal_farmland_mu": _mu(row["cents"]),
        }
        for row in found
    ]


def _by_outcome(rows: ScopedQuerySet) -> list[dict[str, Any]]:
    grouped = rows.values("outcome").annotate(count=Count("pk"), cents=Sum("farmland_cents"))
    found = {row["outcome"]: row for row in grouped}
    return [
        {
            "outcome": outcome.value,
            "label": outcome.label,
            "count": found[outcome.value]["count"],
            "farmland_mu": _mu(found[outcome.value]["cents"]),
        }
        for outcome in Outcome
        if outcome.value in found
    ]


def search(user: User, text: str) -> list[dict[str, Any]]:
    """Patches by number, within the user's region."""
    text = text.strip()
    if not text or not user.may("enforcement.view"):
        return []
    rows = (
        Patch.objects.visible_to(user)
        .filter(number__icontains=text)
        .select_related("batch", "region__parent__parent")
        .order_by("number", "pk")[:MOST_HITS]
    )
    return [
        {
            "kind": "patch",
            "title": patch.number,
            "subtitle": f"{region_path(patch.region)} · {patch.batch.title}",
            "to": f"/patches/{patch.pk}",
            "bounds": list(patch.geom.bounds),
        }
        for patch in rows
    ]
