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

from liangtian.geo.overlay import ENGINE
from liangtian.platform.audit.services import record
from liangtian.platform.jobs.registry import JobRun
from liangtian.platform.layers.models import Layer, LayerVersion
from liangtian.platform.layers.queries import published_version
from liangtian.platform.packs.services import keep_version, pack_at
from liangtian.policy.legality import LegalityProposal
from liangtian.policy.pack import Pack
from liangtian.programmes.enforcement.earlier import batches_before, beyond_sliver
from liangtian.programmes.enforcement.flow import UNJUDGED
from liangtian.programmes.enforcement.models import (
    Batch,
    EarlierOverlap,
    Patch,
    PatchArea,
    PatchPart,
)
from liangtian.programmes.enforcement.overlay import Measured, Versions, overlay
from liangtian.programmes.enforcement.parts import set_farmland, share_out
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

CHUNK = 64
Choose = Callable[[Layer, date], LayerVersion | None]
MEASURED_FIELDS = (
    "farmland_m2", "pbf_m2", "measured_at", "engine", "facts", "proposal", "proposal_outcome",
)  # fmt: skip


@dataclass(frozen=True)
class _Basis:
    """What the patches of one batch are measured with."""

    layers: Sequence[Layer]
    pack: Pack
    choose: Choose
    earlier: Sequence[int]  # ids of the batches before


@dataclass
class _Result:
    """One patch with all that follows from measuring it; nothing saved yet."""

    patch: Patch
    areas: list[PatchArea]
    parts: list[PatchPart]
    earlier: list[EarlierOverlap]


def measure_patches(batch: Batch, run: JobRun | None = None, *, again: bool = False) -> int:
    """Overlay and propose for every patch of the batch not measured yet; returns how many.

    Chunk by chunk, each in one transaction: killed in between, the next call does what is left. `again`
    measures anew, with the versions now published, what nobody has judged yet.
    """
    # By village, so that a chunk is a neighbourhood and reads only the features around it.
    waiting = list(_open(batch, again).order_by("region_id", "pk").values_list("pk", flat=True))
    pack = pack_in_use()
    basis = _Basis(
        list(Layer.objects.all()), pack, _chooser(batch.region_id), batches_before(batch)
    )
    done = 0
    for start in range(0, len(waiting), CHUNK):
        if run is not None:
            run.progress(start / len(waiting), f"套合 {start}/{len(waiting)} 个图斑")
        keys = waiting[start : start + CHUNK]
        patches = list(Patch.objects.filter(pk__in=keys).select_related("batch").order_by("pk"))
        results = _measure(patches, basis)
        with transaction.atomic():
            saved = _save(_open(batch, again), results)
            keep_version(pack)
            record(
                run.job.created_by if run else batch.imported_by,
                "enforcement.batch.measure", batch,
                after={"patches": saved, "pack": pack.name, "pack_version": pack.version},
            )  # fmt: skip
        done += saved
    return done


def _open(batch: Batch, again: bool) -> QuerySet[Patch]:
    """Patches that may be measured now."""
    wanted = Q(case__stage__in=UNJUDGED) if again else Q(measured_at=None)
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


def _measure(patches: Sequence[Patch], basis: _Basis) -> list[_Result]:
    chosen: list[Versions] = []
    for patch in patches:
        on = proposal_day(patch)
        found = {layer.code: basis.choose(layer, on) for layer in basis.layers}
        chosen.append({code: v for code, v in found.items() if v is not None})
    measured = overlay(patches, chosen, basis.earlier)
    return [
        _conclude(patch, versions, one, basis)
        for patch, versions, one in zip(patches, chosen, measured, strict=True)
    ]


def _conclude(patch: Patch, versions: Versions, measured: Measured, basis: _Basis) -> _Result:
    on, pack = proposal_day(patch), basis.pack
    asked = papers_asked(patch, pack)
    absent = [x for x in basis.layers if x.code not in versions and x.code in asked]
    missing = [code for code in REQUIRED if code not in versions] + [x.code for x in absent]
    facts, proposal = propose_for(patch, measured, missing, pack, on)
    notes = [f"“{layer.name}”没有已发布的版本，未参与判定。" for layer in absent] + measured.notes
    patch.farmland_m2 = (
        farmland_of(measured.of_layer(SURVEY), pack, on) if SURVEY in versions else None
    )
    patch.pbf_m2 = inside(measured.of_layer(PBF)) if PBF in versions else None
    patch.measured_at, patch.engine = timezone.now(), ENGINE
    used = {code: version.pk for code, version in versions.items()}
    patch.facts = stored_facts(facts, on, used, missing, notes) | {
        "earlier_batches": list(basis.earlier),
        "county": pack.county,  # whose own values were laid over the pack, "" for nobody's
    }
    patch.proposal, patch.proposal_outcome = proposal.to_dict(), proposal.decision.outcome
    areas = [PatchArea(patch=patch, version=v, category=c, m2=m2) for v, c, m2 in measured.areas]
    overlaps = [
        EarlierOverlap(patch=patch, earlier_id=pk, m2=m2)
        for pk, m2 in beyond_sliver(measured, pack, on)
    ]
    parts = parts_of(patch, measured, proposal)
    _measure_parts(patch, parts, versions, pack)
    return _Result(patch, areas, parts, overlaps)


def _measure_parts(
    patch: Patch, parts: Sequence[PatchPart], versions: Versions, pack: Pack
) -> None:
    """Farmland and basic farmland of each part, adjusted to what the patch has of them."""
    if not parts:
        return
    chosen = {code: versions[code] for code in REQUIRED}
    ground = [Patch(geom=part.geom, area_m2=part.m2) for part in parts]
    measured = overlay(ground, [chosen] * len(parts))
    on = proposal_day(patch)
    set_farmland(patch, parts, [farmland_of(m.of_layer(SURVEY), pack, on) for m in measured])
    shares = share_out(
        patch.pbf_m2, [inside(m.of_layer(PBF)) for m in measured], [part.m2 for part in parts]
    )
    for part, pbf_m2 in zip(parts, shares, strict=True):
        part.pbf_m2 = pbf_m2


def _save(allowed: QuerySet[Patch], results: Sequence[_Result]) -> int:
    """Write the results of those patches that may still be measured; in the caller's transaction."""
    rows = allowed.filter(pk__in=[r.patch.pk for r in results])
    still = set(rows.select_for_update(of=("self",)).values_list("pk", flat=True))
    mine = [r for r in results if r.patch.pk in still]
    PatchArea.objects.filter(patch__in=still).delete()
    PatchPart.objects.filter(patch__in=still).delete()
    EarlierOverlap.objects.filter(patch__in=still).delete()
    PatchArea.objects.bulk_create([area for r in mine for area in r.areas])
    PatchPart.objects.bulk_create([part for r in mine for part in r.parts])
    EarlierOverlap.objects.bulk_create([one for r in mine for one in r.earlier])
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
        raise ValueError(f"图斑 {patch.number} 尚未套合，没有可以复算的结果。")
    found = LayerVersion.objects.select_related("layer").in_bulk(stored["versions"].values())
    versions = {code: found[pk] for code, pk in stored["versions"].items()}
    before = LegalityProposal.from_dict(patch.proposal)
    pack, on = pack_at(before.decision.pack_version), date.fromisoformat(stored["on"])
    measured = overlay([patch], [versions], stored["earlier_batches"])[0]
    facts, proposal = propose_for(patch, measured, stored["missing"], pack, on)
    kept = sorted(patch.areas.values_list("version_id", "category", "m2"))
    again = sorted((v.pk, c, m2) for v, c, m2 in measured.areas)
    overlapped = set(patch.earlier_overlaps.values_list("earlier_id", "m2"))
    checks = {
        "套合面积": kept == again,
        "往期图斑": overlapped == set(beyond_sliver(measured, pack, on)),
        "判定依据": stored["facts"] == (facts.to_dict() if facts else None),
        "拟判定": before.decision.replayed_equal(proposal.decision),
        "分割部分": before.parts == proposal.parts,
        "标识": before.flags == proposal.flags,
    }
    wrong = [name for name, same in checks.items() if not same]
    return Replay(not wrong, wrong)
