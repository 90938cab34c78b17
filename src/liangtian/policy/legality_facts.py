"""What is known of a patch (图斑) when its legality is judged, and what is refused as impossible."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from pydantic import TypeAdapter

from liangtian.policy.legality_table import PatchKind

_CENT = Decimal("0.01")


class FactsRefused(ValueError):  # noqa: N818
    """The facts contradict each other; the message (Chinese) names the field and the figures."""


@dataclass(frozen=True, slots=True)
class Cover:
    """A paper that may justify the patch: approval, filing, licence, or a finding on the ground.

    source      id of a source in the pack's table ("construction_approval", "rural_road", ...)
    number      number of the paper (文号、备案号、许可证号); "" when there is none
    area_m2     area of patch ∩ paper, m2
    valid_from, valid_to   first and last day in force, both included; None = not known / no end
    width_m     width of a rural road, m
    """

    source: str
    number: str
    area_m2: Decimal
    valid_from: date | None = None
    valid_to: date | None = None
    note: str = ""
    width_m: Decimal | None = None


@dataclass(frozen=True, slots=True)
class PatchFacts:
    """Facts of one patch. Areas are survey areas in m2, exact Decimals.

    farmland_m2, pbf_m2, construction_before_m2   farmland (耕地), permanent basic farmland
        (永久基本农田) and construction land (建设用地) of the newest survey under the patch
    kind                that of the batch; a type marked as mining makes it mineral all the same
    monitoring_type     TBLX code of the producer
    change_date         date of the later image (后时相), before_date of the earlier (前时相)
    covers_overlap_m2   sum of the areas of all covers minus the area of their union, m2: without
        it, two papers on the same ground would be counted twice
    """

    area_m2: Decimal
    farmland_m2: Decimal
    pbf_m2: Decimal
    construction_before_m2: Decimal
    kind: PatchKind
    monitoring_type: str
    change_date: date | None
    suspected_building: bool
    covers: tuple[Cover, ...] = ()
    covers_overlap_m2: Decimal = Decimal(0)
    before_date: date | None = None

    def to_dict(self) -> dict[str, Any]:
        """JSON-safe form, to be stored beside the decision so that it can be replayed."""
        dumped: dict[str, Any] = _ADAPTER.dump_python(self, mode="json")
        return dumped

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> PatchFacts:
        """Inverse of `to_dict`; raises pydantic.ValidationError."""
        return _ADAPTER.validate_python(dict(data))


_ADAPTER = TypeAdapter(PatchFacts)


def check_facts(facts: PatchFacts) -> None:
    """Refuse figures that cannot be true together (rounding of 0.01 m2 per figure is let pass)."""
    if not facts.area_m2.is_finite() or facts.area_m2 <= 0:
        raise FactsRefused(f"图斑面积应大于 0，现为 {facts.area_m2} 平方米")
    for label, area in (
        ("耕地面积", facts.farmland_m2),
        ("永久基本农田面积", facts.pbf_m2),
        ("原建设用地面积", facts.construction_before_m2),
    ):
        _inside(label, area, facts.area_m2)
    if facts.farmland_m2 + facts.construction_before_m2 > facts.area_m2 + 2 * _CENT:
        raise FactsRefused(
            f"耕地 {facts.farmland_m2} 与原建设用地 {facts.construction_before_m2} 平方米之和"
            f"超过图斑面积 {facts.area_m2} 平方米，请核对套合结果"
        )
    if facts.before_date and facts.change_date and facts.before_date > facts.change_date:
        raise FactsRefused(f"前时相 {facts.before_date} 晚于后时相 {facts.change_date}")
    _check_covers(facts)


def _check_covers(facts: PatchFacts) -> None:
    for cover in facts.covers:
        name = f"依据 {cover.source} {cover.number}".strip()
        _inside(f"{name} 的重叠面积", cover.area_m2, facts.area_m2)
        if cover.valid_from and cover.valid_to and cover.valid_from > cover.valid_to:
            raise FactsRefused(f"{name} 的起始日 {cover.valid_from} 晚于截止日 {cover.valid_to}")
    total = sum((c.area_m2 for c in facts.covers), Decimal(0))
    largest = max((c.area_m2 for c in facts.covers), default=Decimal(0))
    rounding = _CENT * (len(facts.covers) + 1)
    overlap = facts.covers_overlap_m2
    if not overlap.is_finite() or overlap < 0 or overlap > total - largest + rounding:
        raise FactsRefused(
            f"各依据之间的重叠面积 {overlap} 平方米与各自面积（合计 {total}）不符，请重新套合"
        )
    if total - overlap > facts.area_m2 + rounding:
        raise FactsRefused(
            f"各依据覆盖面积合计 {total - overlap} 平方米，超过图斑面积 {facts.area_m2} 平方米；"
            "依据之间有重叠时须一并给出重叠面积"
        )


def _inside(label: str, area: Decimal, whole: Decimal) -> None:
    if not area.is_finite() or area < 0 or area > whole + _CENT:
        raise FactsRefused(f"{label} {area} 平方米应在 0 与图斑面积 {whole} 平方米之间")
