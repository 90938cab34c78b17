"""Everything the page of one patch shows."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import shapely
from django.db.models import Q

from liangtian.geo.area import round_m2, to_mu
from liangtian.platform.cases.inbox import task_out
from liangtian.platform.cases.opinions import consultations_out
from liangtian.platform.cases.services import steps_open
from liangtian.platform.errors import NotFound
from liangtian.platform.layers.catalogue import field_label
from liangtian.platform.packs.services import pack_at
from liangtian.platform.people.models import User
from liangtian.platform.people.scope import require
from liangtian.platform.regions.models import Region
from liangtian.policy.legality import LegalityProposal
from liangtian.policy.pack import Pack
from liangtian.programmes.enforcement.earlier import earlier_out
from liangtian.programmes.enforcement.facts import PatchState
from liangtian.programmes.enforcement.flow import (
    CONFIRMED,
    FLOW,
    JUDGED,
    STEP_LABELS,
    TO_JUDGE,
)
from liangtian.programmes.enforcement.judging import conclusions
from liangtian.programmes.enforcement.models import Outcome, Patch, PatchArea
from liangtian.programmes.enforcement.overlay import OUTSIDE
from liangtian.programmes.enforcement.photos import photos_of
from liangtian.programmes.enforcement.rules import (
    FLAG_LABELS,
    pack_in_use,
    pack_title,
    raised_flags,
    type_label,
)

UNCOVERED = "依据之外"  # the part of a split patch that no paper covers
COUNTY_AND_BELOW = ("county", "township", "village", "group")
# Field names batches come with, beyond those of the survey database.
BATCH_FIELDS = {
    "JCBH": "监测编号",
    "JCMJ": "监测面积(亩)",
    "XZQDM": "行政区代码",
    "XMC": "县名称",
    "TBLX": "图斑类型",
    "TZ": "变化特征",
    "QSX": "前时相",
    "HSX": "后时相",
    "JSYDXZ": "建设用地现状",
    "SFYN": "是否涉及永久基本农田",
    "SFHX": "是否涉及生态保护红线",
}


def fetch_patch(user: User, patch_id: int) -> Patch:
    """One patch with what its page reads; Forbidden or NotFound."""
    require(user, "enforcement.view")
    found: Patch | None = (
        Patch.objects.visible_to(user)
        .select_related("batch__imported_by", "case", "judged_by__office", "county")
        .select_related("region__parent__parent")
        .filter(pk=patch_id)
        .first()
    )
    if found is None:
        raise NotFound
    return found


def patch_out(user: User, patch: Patch) -> dict[str, Any]:
    """The patch as the browser shows it."""
    stage, pack = patch.case.stage, pack_in_use()
    previous_id, next_id = neighbours(user, patch)
    west, south, east, north = patch.geom.bounds
    return {
        "id": patch.pk,
        "number": patch.number,
        "batch": {
            "id": patch.batch_id, "title": patch.batch.title, "period": patch.batch.period,
        },
        "region": {
            "code": patch.region_id, "name": patch.region.name, "path": region_path(patch.region),
        },
        "stage": stage,
        "stage_label": FLOW.labels[stage],
        "monitoring_type": {
            "code": patch.monitoring_type, "label": type_label(pack, patch.monitoring_type),
        },
        "period_before": patch.period_before,
        "period_after": patch.period_after,
        "declared_area_mu": patch.declared_area_mu,
        "area_m2": patch.area_m2,
        "area_mu": mu(patch.area_m2),
        "farmland_mu": None if patch.farmland_m2 is None else mu(patch.farmland_m2),
        "pbf_mu": None if patch.pbf_m2 is None else mu(patch.pbf_m2),
        "attributes": attributes_of(patch),
        "geometry": json.loads(shapely.to_geojson(patch.geom)),
        "bounds": [west, south, east, north],
        "overlay": overlay_out(patch),
        "earlier": earlier_out(user, patch),
        "proposal": proposal_out(patch),
        "judgement": judgement_out(patch),
        "photos": photos_of(patch),
        "history": history_of(patch),
        "may": {
            "judge": stage in TO_JUDGE and user.may("enforcement.judge"),
            "reopen": stage in (CONFIRMED, JUDGED) and user.may("enforcement.judge"),
            "evidence": user.may("enforcement.evidence"),
            "export": user.may("enforcement.export"),
        },
        "flow": FLOW.kind,
        "steps": steps_open(FLOW, patch.case, user, PatchState(patch)),
        "task": task_out(patch.case, user),
        "consultations": consultations_out(patch.case),
        "previous_id": previous_id,
        "next_id": next_id,
        "outcomes": [{"value": v, "label": label} for v, label in conclusions(patch).items()],
    }  # fmt: skip


def mu(m2: Decimal) -> Decimal:
    """亩 as shown: two decimals, half up."""
    return round_m2(to_mu(m2))


def region_path(region: Region) -> str:
    """Names from the county down."""
    names, at = [], region
    while at is not None and at.level in COUNTY_AND_BELOW:
        names.append(at.name)
        if at.level == "county" or at.parent is None:
            break
        at = at.parent
    return " / ".join(reversed(names))


def attributes_of(patch: Patch) -> list[dict[str, Any]]:
    """The fields as they came, with their Chinese names where known."""
    out = []
    for name, value in patch.attributes.items():
        label = BATCH_FIELDS.get(name.upper()) or field_label(name)
        out.append({"label": label, "value": value if value not in ("", None) else None})
    return out


def overlay_layers(patch: Patch) -> list[tuple[Any, list[PatchArea]]]:
    """(version, areas) in the order of the layers; within a version the remainder last."""
    by_version: dict[int, list[PatchArea]] = {}
    rows = patch.areas.select_related("version__layer").order_by(
        "version__layer__position", "version_id", "category"
    )
    for row in rows:
        by_version.setdefault(row.version_id, []).append(row)
    return [
        (areas[0].version, sorted(areas, key=lambda a: (a.category == OUTSIDE, -a.m2)))
        for areas in by_version.values()
    ]


def category_code(area: PatchArea) -> str:
    """The category as shown: empty for a layer that has but one, whose code says nothing to a reader."""
    return "" if area.category == area.version.layer.code else area.category


def overlay_out(patch: Patch) -> dict[str, Any] | None:
    """Areas by category of every layer; None until measured."""
    if patch.measured_at is None:
        return None
    layers = []
    for version, areas in overlay_layers(patch):
        inside = [area for area in areas if area.category != OUTSIDE]
        inside_m2 = sum((area.m2 for area in inside), Decimal(0))
        layers.append(
            {
                "layer_code": version.layer.code,
                "layer_name": version.layer.name,
                "version_id": version.pk,
                "version_label": version.label,
                "rows": [
                    {
                        "category": category_code(area),
                        "label": version.layer.category_name(area.category),
                        "m2": area.m2,
                        "mu": mu(area.m2),
                    }
                    for area in inside
                ],
                "inside_m2": inside_m2,
                "outside_m2": patch.area_m2 - inside_m2,
            }
        )
    return {
        "engine": patch.engine,
        "at": patch.measured_at,
        "layers": layers,
        "total_m2": patch.area_m2,
    }


def proposal_out(patch: Patch) -> dict[str, Any] | None:
    """The proposal with its parts on the ground; None until measured."""
    facts: dict[str, Any] | None = patch.facts
    if patch.proposal is None or facts is None:
        return None
    proposal = LegalityProposal.from_dict(patch.proposal)
    decision, pack = proposal.decision, _pack(proposal.decision.pack_version)
    return {
        "outcome": decision.outcome,
        "label": decision.label,
        "subclass": proposal.subclass or None,
        "subclass_label": proposal.subclass_label or None,
        "reasons": [{"text": r.text, "clause": r.clause} for r in decision.reasons],
        "flags": [{"code": c, "label": FLAG_LABELS[c]} for c in raised_flags(proposal)],
        "parts": parts_out(patch, pack),
        "pack": decision.pack,
        "pack_name": pack_title(pack, facts["county"]) if pack else decision.pack,
        "pack_version": decision.pack_version,
        "pack_warning": ";".join(warnings_of(patch, proposal)) or None,
        "at": patch.measured_at,
    }


def warnings_of(patch: Patch, proposal: LegalityProposal) -> list[str]:
    """What a reader of the proposal must see: of the pack, and of the layers it rests on."""
    notes = (patch.facts or {}).get("notes", [])
    return [text.rstrip("。") for text in (*proposal.decision.warnings, *notes)]


def parts_out(patch: Patch, pack: Pack | None) -> list[dict[str, Any]]:
    """The parts of a split patch."""
    sources = {s.id: s.label for s in pack.legality.source} if pack and pack.legality else {}
    return [
        {
            "source": part.source,
            "source_label": sources.get(part.source, part.source) or UNCOVERED,
            "number": part.number,
            "outcome": part.outcome,
            "label": Outcome(part.outcome).label,
            "m2": part.m2,
            "mu": mu(part.m2),
            "geometry": json.loads(shapely.to_geojson(part.geom)),
        }
        for part in patch.parts.exclude(geom=None)
    ]


def _pack(version: str) -> Pack | None:
    """The very pack the proposal was made with; None for a proposal of before versions were kept."""
    try:
        return pack_at(version)
    except NotFound:
        return None


def judgement_out(patch: Patch) -> dict[str, Any] | None:
    """What people decided; None before."""
    if not patch.judgement_outcome or patch.judged_by is None:
        return None
    return {
        "outcome": patch.judgement_outcome,
        "label": Outcome(patch.judgement_outcome).label,
        "overridden": patch.overridden,
        "reason": patch.judgement_reason,
        "by": patch.judged_by.name,
        "at": patch.judged_at,
    }


def history_of(patch: Patch) -> list[dict[str, Any]]:
    """Every step, oldest first."""
    return [
        {
            "at": step.at,
            "by": step.by.name if step.by else "系统",
            "on_behalf_of": step.on_behalf_of.name if step.on_behalf_of else None,
            "step": step.step,
            "step_label": STEP_LABELS.get(step.step, step.step),
            "from_stage": step.from_stage or None,
            "to_stage": step.to_stage or None,
            "opinion": step.opinion,
        }
        for step in patch.case.steps.select_related("by", "on_behalf_of")
    ]


def neighbours(user: User, patch: Patch) -> tuple[int | None, int | None]:
    """The patches before and after in the ledger's own order, among those the user may see."""
    rows = Patch.objects.visible_to(user).values_list("pk", flat=True)
    here = {"number": patch.number}
    before = rows.filter(Q(number__lt=patch.number) | Q(**here, pk__lt=patch.pk))
    after = rows.filter(Q(number__gt=patch.number) | Q(**here, pk__gt=patch.pk))
    return (
        before.order_by("-number", "-pk").first(),
        after.order_by("number", "pk").first(),
    )
