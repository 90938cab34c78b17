"""Accountability ratio (违法占用耕地面积比例): illegal over all new construction on farmland. Pure.

Areas are mu (亩) of farmland as exact decimals; a percentage is never rounded before it is compared.
Every patch answers with what it adds to each side and why, so that the figure can be checked by hand.
What is deducted from which side is a switch of the policy pack with its clause.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Literal, get_args

from liangtian.policy.decision import Reason
from liangtian.policy.pack import Pack, Value

Level = Literal["county", "prefecture", "province"]
Legality = Literal["legal", "illegal", "other"]
Infrastructure = Literal["none", "provincial", "national"]
LEVELS: dict[Level, str] = {"county": "县级", "prefecture": "市级", "province": "省级"}

_NOUGHT = Decimal(0)
_KEY = "enforcement."


class PatchRefused(ValueError):  # noqa: N818
    """A patch whose entries cannot be; `field` is its English name, the message Chinese."""

    def __init__(self, patch: str, field: str, message: str) -> None:
        super().__init__(f"图斑 {patch}：{message}")
        self.field = field


@dataclass(frozen=True, slots=True)
class AssessedPatch:
    """What the ratio asks of one patch; a patch split by its papers comes as its parts. Areas in mu.

    farmland_mu       farmland taken
    regularised_mu    of it, papers completed (补办用地手续)
    restored_mu       of it, demolished and tilled again (拆除复耕)
    duty_done         the duty of supervision over listed infrastructure was fulfilled, with evidence
    """

    id: str
    farmland_mu: Decimal
    legality: Legality
    old_construction: bool = False
    farm_damage: bool = False
    infrastructure: Infrastructure = "none"
    duty_done: bool = False
    regularised_mu: Decimal = _NOUGHT
    restored_mu: Decimal = _NOUGHT
    homestead: bool = False
    affordable_housing: bool = False

    @property
    def open_mu(self) -> Decimal:
        """Farmland neither restored nor with papers completed."""
        return self.farmland_mu - self.regularised_mu - self.restored_mu


@dataclass(frozen=True, slots=True)
class Treatment:
    """What one patch adds to numerator and denominator, in mu, and the reasons."""

    patch: AssessedPatch
    numerator_mu: Decimal
    denominator_mu: Decimal
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Accountability:
    """The ratio of a set of patches at one level. `ratio` is a fraction, None without construction."""

    level: Level
    numerator_mu: Decimal
    denominator_mu: Decimal
    ratio: Decimal | None
    measured_mu: Decimal
    """The area compared with the threshold."""
    threshold_mu: Decimal
    share_percent: Decimal
    in_scope: bool
    reasons: tuple[Reason, ...]
    treatments: tuple[Treatment, ...]
    pack: str
    pack_version: str
    on: date


def assess(patches: Iterable[AssessedPatch], level: Level, pack: Pack, on: date) -> Accountability:
    """Treat every patch and compare the sums with area and share of the level.

    Patches of several places are put together before dividing: a mean of ratios is not a ratio.
    Raises PatchRefused for entries that cannot be, PackError when a value is not in force.
    """
    rules = _Rules(pack, level, on)
    treatments = tuple(rules.treat(patch) for patch in patches)
    return rules.sum_up(treatments)


def fewest_to_restore(
    patches: Sequence[AssessedPatch], level: Level, pack: Pack, on: date
) -> tuple[AssessedPatch, ...] | None:
    """The fewest patches whose whole restoration leaves the place out of scope; () when it is already.

    Restoring takes the same area from both sides, so the largest open areas go first; the last one is
    then exchanged for the smallest that still suffices. None when no restoration is enough (possible
    only where the threshold is compared before deductions). Raises as `assess` does.
    """
    rules = _Rules(pack, level, on)
    treated = [rules.treat(patch) for patch in patches]
    if not rules.sum_up(treated).in_scope:
        return ()
    restored = [rules.restored(treatment) for treatment in treated]
    gains = [t.numerator_mu - r.numerator_mu for t, r in zip(treated, restored, strict=True)]
    order = sorted((n for n, gain in enumerate(gains) if gain > 0), key=lambda n: (-gains[n], n))

    def escapes(chosen: Sequence[int]) -> bool:
        after = list(treated)
        for place in chosen:
            after[place] = restored[place]
        return not rules.sum_up(after).in_scope

    count = _first(range(1, len(order) + 1), lambda n: escapes(order[:n]))
    if count is None:
        return None
    head, tail = order[: count - 1], order[count - 1 :]
    too_small = _first(range(len(tail)), lambda n: not escapes([*head, tail[n]]))
    last = tail[(len(tail) if too_small is None else too_small) - 1]
    return tuple(patches[n] for n in (*head, last))


def _first(numbers: range, holds: Callable[[int], bool]) -> int | None:
    """The first number of a range for which a condition holds that stays true once it is."""
    place = bisect_left(numbers, True, key=holds)
    return numbers[place] if place < len(numbers) else None


class _Rules:
    """The switches of a pack in force on a day, for one level."""

    def __init__(self, pack: Pack, level: Level, on: date) -> None:
        if level not in get_args(Level):
            raise ValueError(f"没有级别 {level}；可用：{'、'.join(LEVELS)}")
        self.pack, self.level, self.on = pack, level, on
        self._values: dict[str, Value] = {}

    def value(self, name: str) -> Value:
        if name not in self._values:  # asked several times for each of many patches
            self._values[name] = self.pack.value(_KEY + name, self.on)
        return self._values[name]

    def flag(self, name: str) -> bool:
        return self.value(f"ratio_{name}").flag

    def reason(self, name: str, text: str) -> Reason:
        return Reason(text, str(self.value(name).clause))

    def treat(self, patch: AssessedPatch) -> Treatment:
        check_patch(patch)
        if patch.legality == "other":
            text = "其他用地，不是新增建设用地，分子分母都不计"
            return self._neither(patch, self.reason("accountable_share_percent", text))
        if patch.legality == "legal":
            text = f"合法新增建设占用耕地{patch.farmland_mu}亩，计入分母"
            reason = self.reason("accountable_share_percent", text)
            return Treatment(patch, _NOUGHT, patch.farmland_mu, (reason,))
        left_out = self._left_out(patch)
        return self._neither(patch, left_out) if left_out else self._counted(patch)

    def restored(self, treatment: Treatment) -> Treatment:
        """The same patch when all of it that has no papers is tilled again."""
        patch = treatment.patch
        if patch.legality != "illegal":
            return treatment
        return self.treat(replace(patch, restored_mu=patch.farmland_mu - patch.regularised_mu))

    def _neither(self, patch: AssessedPatch, reason: Reason) -> Treatment:
        return Treatment(patch, _NOUGHT, _NOUGHT, (reason,))

    def _left_out(self, patch: AssessedPatch) -> Reason | None:
        """Why an illegal patch counts on neither side, in the order of precedence."""
        if patch.old_construction and not self.flag("stock_construction_counted"):
            return self.reason(
                "ratio_stock_construction_counted", "存量建设用地违法，分子分母都不计"
            )
        if patch.farm_damage and not self.flag("farm_damage_counted"):
            return self.reason("ratio_farm_damage_counted", "农业项目破坏耕地，分子分母都不计")
        if patch.homestead and self.flag("homestead_deducted"):
            return self.reason("ratio_homestead_deducted", "农村宅基地，按设置分子分母都扣减")
        if patch.affordable_housing and self.flag("affordable_housing_deducted"):
            return self.reason(
                "ratio_affordable_housing_deducted", "保障性安居工程，按设置分子分母都扣减"
            )
        return None

    def _counted(self, patch: AssessedPatch) -> Treatment:
        above = below = patch.farmland_mu
        reasons = [
            self.reason(
                "accountable_share_percent", f"违法占用耕地{patch.farmland_mu}亩，计入分子和分母"
            )
        ]
        freed, why = self._infrastructure(patch)
        reasons += why
        above = _NOUGHT if freed and self.flag("infrastructure_from_numerator") else above
        below = _NOUGHT if freed and self.flag("infrastructure_from_denominator") else below
        for amount, name, text in self._deductions(patch):
            sides = [
                side for side in ("numerator", "denominator") if self.flag(f"{name}_from_{side}")
            ]
            above -= min(above, amount) if "numerator" in sides else _NOUGHT
            below -= min(below, amount) if "denominator" in sides else _NOUGHT
            if sides and not freed:
                words = "和".join("分子" if side == "numerator" else "分母" for side in sides)
                reasons.append(
                    self.reason(f"ratio_{name}_from_{sides[0]}", f"{text}，从{words}中扣减")
                )
        if not freed:
            reasons += self._no_longer_deducted(patch)
        return Treatment(patch, above, below, tuple(reasons))

    def _deductions(self, patch: AssessedPatch) -> list[tuple[Decimal, str, str]]:
        """What is taken off, restored ground first: area, switch, words."""
        found = []
        if patch.restored_mu and (patch.open_mu == 0 or self.flag("partial_restoration_by_area")):
            found.append((patch.restored_mu, "restored", f"拆除复耕{patch.restored_mu}亩"))
        if patch.regularised_mu:
            found.append((patch.regularised_mu, "papers", f"补办手续{patch.regularised_mu}亩"))
        return found

    def _infrastructure(self, patch: AssessedPatch) -> tuple[bool, list[Reason]]:
        if patch.infrastructure == "none":
            return False, []
        list_name = "国家级" if patch.infrastructure == "national" else "省级"
        at_province = self.level == "province" and patch.infrastructure == "provincial"
        if at_province and not self.flag("provincial_list_at_province"):
            text = "省级清单内重大基础设施，评估省级时不扣减"
            return False, [self.reason("ratio_provincial_list_at_province", text)]
        if not patch.duty_done and self.flag("infrastructure_needs_duty"):
            text = f"{list_name}清单内重大基础设施，未履行监管服务职责，不扣减"
            return False, [self.reason("ratio_infrastructure_needs_duty", text)]
        text = f"{list_name}清单内重大基础设施，已履行监管服务职责，扣减"
        return True, [self.reason("ratio_infrastructure_from_numerator", text)]

    def _no_longer_deducted(self, patch: AssessedPatch) -> list[Reason]:
        reasons = []
        if patch.homestead:
            reasons.append(self.reason("ratio_homestead_deducted", "农村宅基地不再扣减"))
        if patch.affordable_housing:
            reasons.append(
                self.reason("ratio_affordable_housing_deducted", "保障性安居工程不再扣减")
            )
        return reasons

    def sum_up(self, treatments: Sequence[Treatment]) -> Accountability:
        above = sum((t.numerator_mu for t in treatments), _NOUGHT)
        below = sum((t.denominator_mu for t in treatments), _NOUGHT)
        threshold = self.value(f"accountable_{self.level}_mu")
        share = self.value("accountable_share_percent")
        after = self.flag("threshold_after_deduction")
        illegal = (t.patch.farmland_mu for t in treatments if t.patch.legality == "illegal")
        measured = above if after else sum(illegal, _NOUGHT)
        large = measured >= threshold.decimal
        high = below > 0 and above * 100 >= share.decimal * below
        name = LEVELS[self.level]
        reasons = (
            Reason(
                f"违法占用耕地{measured}亩，{'达到' if large else '未达到'}{name}面积{threshold.decimal}亩",
                str(threshold.clause),
            ),
            Reason(
                f"比例{_percent(above, below)}，{'达到' if high else '未达到'}{share.decimal}%",
                str(share.clause),
            ),
        )
        return Accountability(
            level=self.level,
            numerator_mu=above,
            denominator_mu=below,
            ratio=above / below if below else None,
            measured_mu=measured,
            threshold_mu=threshold.decimal,
            share_percent=share.decimal,
            in_scope=large and high,
            reasons=reasons,
            treatments=tuple(treatments),
            pack=self.pack.name,
            pack_version=self.pack.version,
            on=self.on,
        )


def check_patch(patch: AssessedPatch) -> None:
    """Raises PatchRefused when areas are negative, add up to more than the patch, or contradict it."""
    for field, label in (
        ("farmland_mu", "占用耕地"),
        ("regularised_mu", "补办手续"),
        ("restored_mu", "拆除复耕"),
    ):
        area: Decimal = getattr(patch, field)
        if not area.is_finite() or area < 0:
            raise PatchRefused(patch.id, field, f"{label}面积 {area} 应为不小于 0 的数")
    if patch.open_mu < 0:
        raise PatchRefused(
            patch.id,
            "restored_mu",
            f"补办手续 {patch.regularised_mu} 亩与拆除复耕 {patch.restored_mu} 亩之和"
            f"大于占用耕地 {patch.farmland_mu} 亩，请核对",
        )
    if patch.legality != "illegal" and (patch.regularised_mu or patch.restored_mu):
        raise PatchRefused(
            patch.id, "legality", "不是违法图斑，却填了补办手续或拆除复耕面积，请核对"
        )


def _percent(above: Decimal, below: Decimal) -> str:
    """As shown: 14.996 must not read as 15.00."""
    if not below:
        return "无（没有新增建设占用耕地）"
    return f"{cut_percent(above / below)}%"


def cut_percent(ratio: Decimal) -> Decimal:
    """A ratio in percent to two places, cut off and not rounded: every page and paper shows it so."""
    return (ratio * 100).quantize(Decimal("0.01"), rounding="ROUND_DOWN")
