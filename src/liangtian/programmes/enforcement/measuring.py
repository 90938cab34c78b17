"""What a patch covers: overlay with the published layers, facts, proposed legality."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from liangtian.platform.audit.services import record
from liangtian.platform.jobs.registry import JobRun
from liangtian.platform.layers.models import Layer, LayerVersion
from liangtian.platform.layers.queries import published_version
from liangtian.policy.legality import LegalityProposal
from liangtian.policy.pack import Pack
from liangtian.programmes.enforcement.flow import RECEIVED
from liangtian.programmes.enforcement.models import Batch, Patch, PatchArea, PatchPart
from liangtian.programmes.enforcement.overlay import Measured, Versions, overlay
from liangtian.programmes.enforcement.proposing import (
    PBF,
    REQUIRED,
    SURVEY,
    farmland_of,
    inside,
    papers_asked,
    parts_of,
    proposal_day,
    propose_for,
    stored_facts,
)
from liangtian.programmes.enforcement.rules import pack_in_use

ENGINE = "等积投影逐对求交"  # how the overlay was computed, for the record
CHUNK = 64
Choose = Callable[[Layer, date], LayerVersion | None]
MEASURED_FIELDS = (
    "farmland_m2", "pbf_m2", "measured_at", "engine", "facts", "proposal", "proposal_outcome",
)  # fmt: skip


@dataclass
class _Result:
    """One patch with all that follows from measuring it; nothing saved yet."""

    patch: Patch
    areas: list[PatchArea]
    parts: list[PatchPart]


def measure_patches(batch: Batch, run: JobRun | None = None, *, again: bool = False) -> int:
    """Overlay and propose for every patch of the batch not measured yet; returns how many.

    Chunk by chunk, each in one transaction: killed in between, the next call does what is left. `again`
    measures anew, with the versions now published, what nobody has judged yet.
    """
    # By village, so that a chunk is a neighbourhood and reads only the features around it.
    waiting = list(_open(batch, again).order_by("region_id", "pk").values_list("pk", flat=True))
    layers, pack, choose = list(Layer.objects.all()), pack_in_use(), _chooser(batch.region_id)
    done = 0
    for start in range(0, len(waiting), CHUNK):
        if run is not None:
            run.progress(start / len(waiting), f"套合 {start}/{len(waiting)} 个图斑")
        keys = waiting[start : start + CHUNK]
        patches = list(Patch.objects.filter(pk__in=keys).select_related("batch").order_by("pk"))
        results = _measure(patches, layers, pack, choose)
        with transaction.atomic():
            saved = _save(_open(batch, again), results)
            record(
                run.job.created_by if run else batch.imported_by,
                "enforcement.batch.measure", batch,
                after={"patches": saved, "pack": pack.name, "pack_version": pack.version},
            )  # fmt: skip
        done += saved
    return done


def _open(batch: Batch, again: bool) -> QuerySet[Patch]:
    """Patches that may be measured now."""
    wanted = Q(case__stage=RECEIVED) if again else Q(measured_at=None)
    return Patch.objects.filter(wanted, batch=batch)


def _chooser(county: str) -> Choose:
    """Which version of a layer a patch is measured with; each question asked once."""

    @cache
    def choose(layer: Layer, on: date) -> LayerVersion | None:
        if layer.group == Layer.Group.APPROVAL:
            # Papers carry their own dates, so the newest register tells most.
            newest = published_version(layer.code, timezone.localdate(), county)
            if newest is not None:
                return newest
        return published_version(layer.code, on, county)

    return choose


def _measure(
    patches: Sequence[Patch], layers: Sequence[Layer], pack: Pack, choose: Choose
) -> list[_Result]:
    chosen: list[Versions] = []
    for patch in patches:
        found = {layer.code: choose(layer, proposal_day(patch)) for layer in layers}
        chosen.append({code: v for code, v in found.items() if v is not None})
    measured = overlay(patches, chosen)
    return [
        _conclude(patch, versions, one, layers, pack)
        for patch, versions, one in zip(patches, chosen, measured, strict=True)
    ]


def _conclude(
    patch: Patch, versions: Versions, measured: Measured, layers: Sequence[Layer], pack: Pack
) -> _Result:
    on = proposal_day(patch)
    asked = papers_asked(patch, pack)
    absent = [x for x in layers if x.code not in versions and x.code in asked]
    missing = [code for code in REQUIRED if code not in versions] + [x.code for x in absent]
    facts, proposal = propose_for(patch, measured, missing, pack, on)
    notes = [f"“{layer.name}”没有已发布的版本,未参与判定。" for layer in absent] + measured.notes
    patch.farmland_m2 = (
        farmland_of(measured.of_layer(SURVEY), pack, on) if SURVEY in versions else None
    )
    patch.pbf_m2 = inside(measured.of_layer(PBF)) if PBF in versions else None
    patch.measured_at, patch.engine = timezone.now(), ENGINE
    used = {code: version.pk for code, version in versions.items()}
    patch.facts = stored_facts(facts, on, used, missing, notes)
    patch.proposal, patch.proposal_outcome = proposal.to_dict(), proposal.decision.outcome
    areas = [PatchArea(patch=patch, version=v, category=c, m2=m2) for v, c, m2 in measured.areas]
    return _Result(patch, areas, parts_of(patch, measured, proposal))


def _save(allowed: QuerySet[Patch], results: Sequence[_Result]) -> int:
    """Write the results of those patches that may still be measured; in the caller's transaction."""
    rows = allowed.filter(pk__in=[r.patch.pk for r in results])
    still = set(rows.select_for_update(of=("self",)).values_list("pk", flat=True))
    mine = [r for r in results if r.patch.pk in still]
    PatchArea.objects.filter(patch__in=still).delete()
    PatchPart.objects.filter(patch__in=still).delete()
    PatchArea.objects.bulk_create([area for r in mine for area in r.areas])
    PatchPart.objects.bulk_create([part for r in mine for part in r.parts])
    Patch.objects.bulk_update([r.patch for r in mine], MEASURED_FIELDS)
    return len(mine)


@dataclass(frozen=True)
class Replay:
    """A stored proposal beside the one reached again from the same versions and the same day."""

    equal: bool
    differences: list[str]


def replay(patch: Patch) -> Replay:
    """Measure and propose again with the versions, pack and day on record, and compare; saves nothing.

    Raises ValueError for a patch that was never measured.
    """
    stored: dict[str, Any] | None = patch.facts
    if stored is None or patch.proposal is None:
        raise ValueError(f"图斑 {patch.number} 尚未套合,没有可以复算的结果。")
    found = LayerVersion.objects.select_related("layer").in_bulk(stored["versions"].values())
    versions = {code: found[pk] for code, pk in stored["versions"].items()}
    pack, on = pack_in_use(), date.fromisoformat(stored["on"])
    measured = overlay([patch], [versions])[0]
    facts, proposal = propose_for(patch, measured, stored["missing"], pack, on)
    before = LegalityProposal.from_dict(patch.proposal)
    kept = sorted(patch.areas.values_list("version_id", "category", "m2"))
    again = sorted((v.pk, c, m2) for v, c, m2 in measured.areas)
    checks = {
        "套合面积": kept == again,
        "判定依据": stored["facts"] == (facts.to_dict() if facts else None),
        "拟判定": before.decision.replayed_equal(proposal.decision),
        "分割部分": before.parts == proposal.parts,
        "标识": before.flags == proposal.flags,
    }
    wrong = [name for name, same in checks.items() if not same]
    return Replay(not wrong, wrong)
