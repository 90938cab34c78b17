"""Where the accountability ratio goes by the end of the patch year, and what that forecast assumes. Pure.

The past is assessed month by month with what was known at each month's end. The months to come are taken to
be like the last few: so much new construction, legal and illegal, and so much put right. Nothing else is
assumed, and each assumption is told with its figure.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Literal

from liangtian.policy.accountability import Accountability, AssessedPatch, Level, assess
from liangtian.policy.clocks import month_end
from liangtian.policy.pack import Pack

Course = Literal["continued", "nothing_put_right", "nothing_new"]
COURSES: dict[Course, str] = {
    "continued": "照近几个月的情况继续",
    "nothing_put_right": "不再整改",
    "nothing_new": "不再新增违法",
}

_NOUGHT = Decimal(0)


@dataclass(frozen=True, slots=True)
class DatedPatch:
    """A patch with the days on which it came down and was put right; areas as of today."""

    patch: AssessedPatch
    issued: date
    regularised_on: date | None = None
    restored_on: date | None = None


@dataclass(frozen=True, slots=True)
class MonthFigures:
    """The ratio as it stood at the end of a month, and what that month brought. Areas in mu.

    new_illegal_mu  illegal farmland that counts, before anything was put right
    new_legal_mu    new construction that is in the denominator only
    off_numerator_mu, off_denominator_mu
                    what papers completed and ground restored took off in this month
    """

    month: date
    state: Accountability
    new_illegal_mu: Decimal
    new_legal_mu: Decimal
    off_numerator_mu: Decimal
    off_denominator_mu: Decimal


@dataclass(frozen=True, slots=True)
class YearEnd:
    """One course of the months to come. `to_restore_mu` is the least area whose restoration by then
    leaves the place out of scope, 0 when it is out already."""

    course: Course
    numerator_mu: Decimal
    denominator_mu: Decimal
    ratio: Decimal | None
    in_scope: bool
    to_restore_mu: Decimal


@dataclass(frozen=True, slots=True)
class Forecast:
    """`months` of the past with `courses` to the year's end, and Chinese sentences on what is assumed."""

    months: tuple[MonthFigures, ...]
    months_left: int
    courses: tuple[YearEnd, ...]
    assumptions: tuple[str, ...]


def forecast(
    patches: Sequence[DatedPatch], level: Level, pack: Pack, year: int, on: date
) -> Forecast:
    """Months of a patch year up to `on`, and the courses from there to December.

    The mean is over the last `enforcement.forecast_months` whole months, or as many as there were; the
    month of `on` stays as it stands, unless it ends that day or there is no other. Raises ValueError when
    `on` lies before the year, and as `assess` does.
    """
    if on.year < year:
        raise ValueError(f"{on} 在 {year} 卫片年度之前，还没有可据以预测的月份")
    months = tuple(_months(patches, level, pack, year, on))
    whole = months if on >= month_end(months[-1].month) else months[:-1]
    window = (whole or months)[-pack.value("enforcement.forecast_months", on).integer :]
    left = 12 - len(months)
    mean = _Mean.of(window)
    courses = tuple(_year_end(course, months[-1].state, mean, left) for course in COURSES)
    return Forecast(months, left, courses, _assumptions(mean, len(window), left))


def _months(
    patches: Sequence[DatedPatch], level: Level, pack: Pack, year: int, on: date
) -> Iterator[MonthFigures]:
    last = 12 if on.year > year else on.month
    before = (_NOUGHT,) * 4
    for number in range(1, last + 1):
        month = date(year, number, 1)
        until = on if number == last else month_end(month)
        known = [_as_of(dated, until) for dated in patches if dated.issued <= until]
        state = assess(known, level, pack, on)
        raw = assess([_not_put_right(patch) for patch in known], level, pack, on)
        total = (
            raw.numerator_mu,
            raw.denominator_mu - raw.numerator_mu,
            raw.numerator_mu - state.numerator_mu,
            raw.denominator_mu - state.denominator_mu,
        )
        yield MonthFigures(
            month, state, *(now - then for now, then in zip(total, before, strict=True))
        )
        before = total


def _as_of(dated: DatedPatch, day: date) -> AssessedPatch:
    """The patch as it was known on a day. What has no date was so from the beginning."""
    patch = dated.patch
    if dated.regularised_on and dated.regularised_on > day:
        patch = replace(patch, regularised_mu=_NOUGHT)
    if dated.restored_on and dated.restored_on > day:
        patch = replace(patch, restored_mu=_NOUGHT)
    return patch


def _not_put_right(patch: AssessedPatch) -> AssessedPatch:
    return replace(patch, regularised_mu=_NOUGHT, restored_mu=_NOUGHT)


@dataclass(frozen=True, slots=True)
class _Mean:
    """What a month brings, mu."""

    illegal: Decimal
    legal: Decimal
    off_numerator: Decimal
    off_denominator: Decimal

    @classmethod
    def of(cls, months: Sequence[MonthFigures]) -> _Mean:
        count = len(months)
        return cls(
            sum((m.new_illegal_mu for m in months), _NOUGHT) / count,
            sum((m.new_legal_mu for m in months), _NOUGHT) / count,
            sum((m.off_numerator_mu for m in months), _NOUGHT) / count,
            sum((m.off_denominator_mu for m in months), _NOUGHT) / count,
        )


def _year_end(course: Course, now: Accountability, mean: _Mean, left: int) -> YearEnd:
    illegal = _NOUGHT if course == "nothing_new" else mean.illegal
    put_right = course != "nothing_put_right"
    off_above = mean.off_numerator if put_right else _NOUGHT
    off_below = mean.off_denominator if put_right else _NOUGHT
    wanted = now.numerator_mu + left * (illegal - off_above)
    above = max(wanted, _NOUGHT)
    # No more can be put right than is open: what the numerator cannot give, the denominator keeps.
    below = now.denominator_mu + left * (illegal + mean.legal - off_below)
    if wanted < 0 and off_above:
        below -= wanted * (off_below / off_above)
    below = max(below, above)
    large = above >= now.threshold_mu
    high = below > 0 and above * 100 >= now.share_percent * below
    in_scope = large and high
    return YearEnd(
        course,
        above,
        below,
        above / below if below else None,
        in_scope,
        _to_restore(above, below, now) if in_scope else _NOUGHT,
    )


def _to_restore(above: Decimal, below: Decimal, now: Accountability) -> Decimal:
    """The least x, to 0.01 mu, with above − x < threshold or (above − x) × 100 < share × (below − x)."""
    share = now.share_percent
    bounds = [above - now.threshold_mu]
    if share < 100:
        bounds.append((above * 100 - share * below) / (100 - share))
    step = Decimal("0.01")
    return (min(bounds) / step).to_integral_value("ROUND_FLOOR") * step + step


def _assumptions(mean: _Mean, window: int, left: int) -> tuple[str, ...]:
    if not left:
        return ("卫片年度已满，不作预测。",)
    return (
        f"今后 {left} 个月每月的情况与最近 {window} 个整月的平均数相同，本月按现有数据计。",
        f"每月新增违法占用耕地 {_mu(mean.illegal)} 亩，新增合法建设占用耕地 {_mu(mean.legal)} 亩。",
        f"每月整改（拆除复耕、补办手续）从分子中扣减 {_mu(mean.off_numerator)} 亩，"
        f"从分母中扣减 {_mu(mean.off_denominator)} 亩，扣减不超过尚未整改的面积。",
        "判定结论、重大基础设施清单和扣减方法不变。",
    )


def _mu(area: Decimal) -> str:
    return f"{area.quantize(Decimal('0.01')):f}"
