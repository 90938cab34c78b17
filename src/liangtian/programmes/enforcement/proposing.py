"""From what was measured to the proposed legality (拟判定) and the parts of a split patch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
import shapely
from django.utils import timezone
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from liangtian.geo.area import distribute, survey_areas
from liangtian.platform.layers.catalogue import land_classes
from liangtian.policy.decision import Decision, Reason
from liangtian.policy.legality import (
    Cover,
    FactsRefused,
    Flags,
    LegalityProposal,
    Part,
    PatchFacts,
    propose,
)
from liangtian.policy.legality_table import PatchKind
from liangtian.policy.pack import Pack
from liangtian.programmes.enforcement.models import Batch, Outcome, Patch, PatchPart
from liangtian.programmes.enforcement.overlay import Measured, Paper
from liangtian.programmes.enforcement.plane import widest_m
from liangtian.programmes.enforcement.rules import (
    RURAL_ROAD,
    is_rural_road,
    suspected_building,
)

SURVEY, PBF = "dltb", "pbf"
REQUIRED = (SURVEY, PBF)
FARMLAND = "01"  # first-level class 耕地
ADJUSTABLE = "K"  # 可调整地类: orchards and the like that can go back to farmland
CONSTRUCTION = "建设用地"


def proposal_day(patch: Patch) -> date:
    """As of when a patch is judged: the day of the later image; today when that is not known."""
    return patch.period_after or timezone.localdate()


def farmland_of(areas: Mapping[str, Decimal], pack: Pack, on: date) -> Decimal:
    """Farmland (耕地) among survey classes, m²; adjustable classes only if the pack counts them."""
    adjustable = pack.value("enforcement.ratio_count_k_classes", on).flag
    return sum(
        (
            m2
            for code, m2 in areas.items()
            if code.startswith(FARMLAND) or (adjustable and code.endswith(ADJUSTABLE))
        ),
        Decimal(0),
    )


def construction_of(areas: Mapping[str, Decimal]) -> Decimal:
    """Construction land (建设用地) among survey classes, m²."""
    classes = land_classes()
    return sum(
        (m2 for c, m2 in areas.items() if classes.get(c, {}).get("major_class") == CONSTRUCTION),
        Decimal(0),
    )


def papers_asked(patch: Patch, pack: Pack) -> set[str]:
    """Ids of the papers that count for this kind of patch."""
    if pack.legality is None:
        return set()
    kind = pack.legality.kind_of(batch_kind(patch), patch.monitoring_type)
    return {source.id for source in pack.legality.source if kind in source.kinds}


def batch_kind(patch: Patch) -> PatchKind:
    """Land or mineral, as its batch; the table itself knows which types are mining in any batch."""
    return "mineral" if patch.batch.kind == Batch.Kind.MINERAL else "land"


def facts_of(patch: Patch, measured: Measured, pack: Pack, on: date) -> PatchFacts:
    """What the decision table asks for; the survey layer and the basic farmland must be measured."""
    survey, pack_type = measured.of_layer(SURVEY), patch.monitoring_type
    sources = {source.id for source in pack.legality.source} if pack.legality else set()
    covers = [
        Cover(paper.source, paper.number, paper.m2, paper.valid_from, paper.valid_to)
        for paper in measured.papers
        if paper.source in sources
    ]
    if not covers and is_rural_road(pack, patch.monitoring_type):
        covers.append(road_cover(patch))
    return PatchFacts(
        area_m2=patch.area_m2,
        farmland_m2=farmland_of(survey, pack, on),
        pbf_m2=inside(measured.of_layer(PBF)),
        construction_before_m2=construction_of(survey),
        kind=batch_kind(patch),
        monitoring_type=pack_type,
        change_date=patch.period_after,
        before_date=patch.period_before,
        suspected_building=suspected_building(pack, pack_type),
        covers=tuple(covers),
        covers_overlap_m2=measured.papers_overlap_m2,
    )


def road_cover(patch: Patch) -> Cover:
    """A patch that came as a rural road (农村道路) stands for itself; its width decides if it is one.

    The width is that of the widest place, so that a road with a yard beside it is not let through.
    """
    width = round(Decimal(widest_m(patch.geom)), 1)
    return Cover(RURAL_ROAD, "", patch.area_m2, width_m=width, note=f"按图斑最宽处 {width} 米")


def inside(areas: Mapping[str, Decimal]) -> Decimal:
    """m² inside a layer, all its categories together."""
    return sum((m2 for category, m2 in areas.items() if category), Decimal(0))


def propose_for(
    patch: Patch, measured: Measured, missing: list[str], pack: Pack, on: date
) -> tuple[PatchFacts | None, LegalityProposal]:
    """Facts and proposal. Without the layers it rests on the proposal is 存疑 and says what is missing."""
    lacking = [name for code, name in REQUIRED_NAMES.items() if code in missing]
    if lacking:
        names = "、".join(f"“{name}”" for name in lacking)
        text = f"{on} 没有已发布的{names}，不能量算，请发布该图层后重新套合"
        return None, doubtful(pack, text, on)
    facts = facts_of(patch, measured, pack, on)
    try:
        return facts, propose(facts, pack, on)
    except FactsRefused as refused:
        return facts, doubtful(pack, str(refused), on)


REQUIRED_NAMES = {SURVEY: "地类图斑", PBF: "永久基本农田"}


def doubtful(pack: Pack, text: str, on: date) -> LegalityProposal:
    """存疑, for a reason the table is not asked about."""
    label = pack.legality.outcome["undetermined"] if pack.legality else Outcome.UNDETERMINED.label
    decision = Decision(
        outcome=Outcome.UNDETERMINED.value,
        label=label,
        reasons=(Reason(text, ""),),
        clauses=(),
        pack=pack.name,
        pack_version=pack.version,
        on=on,
        warnings=pack.warnings(on),
    )
    return LegalityProposal(decision, (), Flags(), "", "", "")


def parts_of(patch: Patch, measured: Measured, proposal: LegalityProposal) -> list[PatchPart]:
    """The pieces of a split patch with their geometry (EPSG:4490), not saved; none for other outcomes.

    The ground of a paper goes to the earlier paper where two overlap. Areas sum to the patch's.
    """
    if proposal.decision.outcome != Outcome.SPLIT:
        return []
    from liangtian.geo.overlay.coverage import split

    left: BaseGeometry = patch.geom
    unused, cut = list(measured.papers), []
    for part in proposal.parts:
        paper = _paper_of(part, unused)
        if paper is None:
            geom, left = left, shapely.MultiPolygon()
        else:
            unused.remove(paper)
            geom, left = split(left, _array([paper.geom]))
        cut.append((part, geom))
    kept = [(part, geom) for part, geom in cut if not geom.is_empty]
    areas = _part_areas(patch, measured, kept)
    return [
        PatchPart(
            patch=patch, order=order, source=part.source, number=part.number,
            outcome=part.outcome, subclass=part.subclass, m2=m2, geom=geom,
        )
        for order, ((part, geom), m2) in enumerate(zip(kept, areas, strict=True), start=1)
    ]  # fmt: skip


def _paper_of(part: Part, papers: list[Paper]) -> Paper | None:
    if not part.source:
        return None
    same = [p for p in papers if (p.source, p.number) == (part.source, part.number)]
    return min(same, key=lambda p: abs(p.m2 - part.area_m2))


def _part_areas(
    patch: Patch, measured: Measured, kept: list[tuple[Part, BaseGeometry]]
) -> list[Decimal]:
    """The table's areas; where papers overlap only the geometry knows, adjusted to the patch."""
    stated = [part.area_m2 for part, _ in kept]
    if measured.papers_overlap_m2 == 0 and sum(stated, Decimal(0)) == patch.area_m2:
        return stated
    return distribute(patch.area_m2, survey_areas(_array([geom for _, geom in kept])).tolist())


def _array(geoms: Sequence[BaseGeometry]) -> NDArray[np.object_]:
    out = np.empty(len(geoms), dtype=object)
    out[:] = geoms
    return out


def stored_facts(
    facts: PatchFacts | None, on: date, versions: Mapping[str, int], missing: list[str],
    notes: list[str],
) -> dict[str, Any]:  # fmt: skip
    """What a proposal rests on, as kept with the patch: enough to replay it."""
    return {
        "facts": facts.to_dict() if facts else None,
        "on": on.isoformat(),
        "versions": dict(versions),
        "missing": missing,
        "notes": notes,
    }
