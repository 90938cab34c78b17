"""What makes a reading (示数) doubtful: each finding with its code and reason; nothing is put right by itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from liangtian.programmes.holdings.water.rules import used

CODES: dict[str, str] = {
    "missing": "未抄表",
    "above_end": "超出表底量程",
    "early": "抄表日期不晚于上次",
    "backwards": "示数倒走",
    "beyond": "超出水泵能力",
    "standing": "长期无变化",
    "differs": "与所报用量不符",
}
BLOCKING = ("above_end", "early", "backwards", "beyond", "differs")


@dataclass(frozen=True)
class Finding:
    """One thing about a reading that a person has to look at."""

    code: str
    reason: str

    @property
    def blocks(self) -> bool:
        """Whether nothing is reckoned from the reading until a person has settled it."""
        return self.code in BLOCKING


@dataclass(frozen=True)
class Earlier:
    """The reading before: its value and day, and for how many months running it had not moved."""

    value: Decimal
    on: date
    still: int = 0


@dataclass(frozen=True)
class Limits:
    """What the meter and the pump can do, in the meter's own unit.

    `per_day`: the most in a day, None where the pump is not known; `still`: months without change after
    which it is listed.
    """

    rollover: Decimal
    factor: Decimal
    per_day: Decimal | None
    still: int


def check_reading(
    value: Decimal,
    on: date,
    earlier: Earlier,
    limits: Limits,
    told: Decimal | None = None,
) -> list[Finding]:
    """Everything doubtful about a reading; `told` is the use its file claims."""
    if value >= limits.rollover:
        return [Finding("above_end", f"示数 {value} 不小于表底量程 {limits.rollover}")]
    if on <= earlier.on:
        return [Finding("early", f"抄表日期 {on} 不晚于上次抄表 {earlier.on}")]
    if value < earlier.value:
        over = used(earlier.value, value, limits.rollover, limits.factor, rolled=True)
        return [
            Finding(
                "backwards",
                f"示数 {value} 小于上次 {earlier.value}；如系翻转，用量为 {plain(over)}",
            )
        ]
    use = used(earlier.value, value, limits.rollover, limits.factor)
    return [*_beyond(use, on, earlier, limits), *_standing(use, earlier, limits), *_told(use, told)]


def _beyond(use: Decimal, on: date, earlier: Earlier, limits: Limits) -> list[Finding]:
    days = (on - earlier.on).days
    if limits.per_day is None or use <= limits.per_day * days:
        return []
    most = plain((limits.per_day * days).quantize(Decimal("0.01")))
    return [Finding("beyond", f"{days} 日用量 {plain(use)}，超过水泵能力 {most}")]


def _standing(use: Decimal, earlier: Earlier, limits: Limits) -> list[Finding]:
    months = earlier.still + 1
    if use or months < limits.still:
        return []
    return [Finding("standing", f"示数连续 {months} 个月没有变化")]


def _told(use: Decimal, told: Decimal | None) -> list[Finding]:
    if told is None or told == use:
        return []
    return [
        Finding("differs", f"按示数计算用量为 {plain(use)}，文件所报为 {plain(told)}（请核对倍率）")
    ]


def plain(number: Decimal) -> str:
    """A number without trailing noughts."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def blocking(found: Sequence[Finding]) -> bool:
    """Whether any of them holds the reading back."""
    return any(one.blocks for one in found)
