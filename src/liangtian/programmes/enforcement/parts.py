"""The parts of a patch: measured with it, judged one by one, never more or less than the whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from liangtian.geo.area import distribute, round_m2, to_mu
from liangtian.platform.errors import Refused
from liangtian.programmes.enforcement.models import Outcome, Patch, PatchPart
from liangtian.programmes.enforcement.rules import pack_in_use

CONCLUSIONS = (Outcome.LEGAL, Outcome.ILLEGAL, Outcome.OTHER)
STOCK, FARM_DAMAGE = "stock", "farm_damage"  # subclasses of the pack that the ratio leaves out
JUDGED_FIELDS = (
    "judgement", "subclass", "number", "old_construction", "farm_damage", "homestead",
    "affordable_housing",
)  # fmt: skip


@dataclass(frozen=True)
class PartJudgement:
    """What is decided of one part; None leaves what was proposed."""

    order: int
    outcome: str | None = None
    subclass: str | None = None
    number: str | None = None
    homestead: bool = False
    affordable_housing: bool = False


def part_name(part: PatchPart, count: int) -> str:
    """A part in words: by its number where a patch has several."""
    return f"第 {part.order} 部分" if count > 1 else "图斑"


def share_out(
    whole: Decimal | None, pieces: Sequence[Decimal], most: Sequence[Decimal]
) -> list[Decimal | None]:
    """Figures of pieces adjusted so that they sum to the whole's, none beyond its `most`.

    None where the whole is not known; where all pieces are nought, `most` is what they share by.
    """
    if whole is None:
        return [None] * len(pieces)
    shares = distribute(whole, list(pieces) if any(pieces) else list(most))
    for i, limit in enumerate(most):
        for k in range(len(shares)):
            moved = min(shares[i] - limit, most[k] - shares[k])
            if k != i and moved > 0:
                shares[i], shares[k] = shares[i] - moved, shares[k] + moved
    return [*shares]


def set_farmland(patch: Patch, parts: Sequence[PatchPart], m2: Sequence[Decimal]) -> None:
    """Give the parts their farmland, m² and mu, each summing to the patch's own figure."""
    whole_mu = None if patch.farmland_m2 is None else round_m2(to_mu(patch.farmland_m2))
    shares = share_out(patch.farmland_m2, m2, [part.m2 for part in parts])
    exact = [to_mu(share or Decimal(0)) for share in shares]
    in_mu = [None] * len(parts) if whole_mu is None else distribute(whole_mu, exact)
    for part, share, mu in zip(parts, shares, in_mu, strict=True):
        part.farmland_m2, part.farmland_mu = share, mu


def whole_part(patch: Patch) -> PatchPart:
    """The single part of a patch that is not divided, not saved."""
    subclass = (patch.proposal or {}).get("subclass", "")
    part = PatchPart(
        patch=patch, order=1, m2=patch.area_m2, pbf_m2=patch.pbf_m2, outcome=patch.proposal_outcome,
        subclass=subclass,
    )  # fmt: skip
    set_farmland(patch, [part], [patch.farmland_m2 or Decimal(0)])
    return part


def decide_parts(
    patch: Patch, parts: Sequence[PatchPart], outcome: str, given: Sequence[PartJudgement] = ()
) -> list[PatchPart]:
    """Decide every part, not saved; a split takes each part's own, else all alike. Without parts it is one.

    Raises Refused for a part that is not there or has no conclusion, or a subclass of another outcome.
    """
    decided = list(parts) or [whole_part(patch)]
    told = {one.order: one for one in given}
    if unknown := set(told) - {part.order for part in decided}:
        raise Refused(
            f"图斑 {patch.number} 没有第 {min(unknown)} 部分。", fields={"parts": "没有这一部分"}
        )
    subclasses = subclasses_of()
    for part in decided:
        _decide(part, outcome, told.get(part.order), subclasses)
    if outcome == Outcome.SPLIT and len({part.judgement for part in decided}) < 2:
        raise Refused(
            "各部分判定相同，不是部分合法，请改选相应结论。", fields={"outcome": "各部分判定相同"}
        )
    return decided


def save_parts(decided: Sequence[PatchPart]) -> None:
    """Save decided parts, of one patch or of many; before the judgement of their patches is."""
    PatchPart.objects.bulk_create([part for part in decided if part.pk is None])
    PatchPart.objects.bulk_update([p for p in decided if p.pk is not None], JUDGED_FIELDS)


def subclasses_of() -> Mapping[str, str]:
    """Outcome of every subclass of the pack in use."""
    table = pack_in_use().legality
    return {row.id: row.outcome for row in table.subclass} if table else {}


def unjudge_parts(patch: Patch) -> None:
    """Take the decision back from every part; the patch itself was taken back before."""
    patch.parts.update(
        judgement="", old_construction=False, farm_damage=False, homestead=False,
        affordable_housing=False, project=None, restored_mu=0, regularised_mu=0,
    )  # fmt: skip


def _decide(
    part: PatchPart, outcome: str, told: PartJudgement | None, subclasses: Mapping[str, str]
) -> None:
    chosen = outcome
    if outcome == Outcome.SPLIT:
        chosen = (told.outcome if told and told.outcome else part.outcome) or ""
    if chosen not in CONCLUSIONS:
        raise Refused(
            f"第 {part.order} 部分须判定为合法、违法或其他用地。", fields={"parts": "请选择判定"}
        )
    subclass = told.subclass if told and told.subclass is not None else part.subclass
    if told and told.subclass and subclasses.get(told.subclass) != chosen:
        raise Refused("子类与判定不符，请重新选择子类。", fields={"subclass": "与判定不符"})
    part.judgement = chosen
    part.subclass = subclass if subclasses.get(subclass) == chosen else ""
    if told and told.number is not None:
        part.number = told.number.strip()[:100]
    illegal = chosen == Outcome.ILLEGAL
    part.old_construction = illegal and part.subclass == STOCK
    part.farm_damage = illegal and part.subclass == FARM_DAMAGE
    part.homestead = illegal and told is not None and told.homestead
    part.affordable_housing = illegal and told is not None and told.affordable_housing
