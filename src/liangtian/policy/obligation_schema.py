"""Shape of an obligation (时限事项) in a pack file."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Literal

from pydantic import BaseModel, ConfigDict, model_validator

Every = Literal["month", "quarter", "year", "event"]


class Obligation(BaseModel):
    """[[obligation]] of a pack file.

    `due` says how the date follows: `day` of a month, `month_end`, days after `quarter_end`, a yearly
    `monthday`, or a `period` after the event. `value` is the key of the pack's value for it, `after` are
    keys of months (of years for a `monthday`) that lie between.
    """

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    id: str
    label: str
    what: str
    every: Every
    event: str = ""
    due: Literal["day", "month_end", "quarter_end", "monthday", "period"]
    value: str
    after: list[str] = []
    level: Literal["county", "township"] = "county"
    role: str
    remind: str
    escalate: str
    escalate_to: str

    @model_validator(mode="after")
    def _consistent(self) -> Obligation:
        if (self.every == "event") != bool(self.event):
            raise ValueError("every = event 时须写 event，其他情形不写")
        if self.due == "period" and self.every != "event":
            raise ValueError("due = period 只用于 every = event")
        if self.due == "monthday" and self.every != "year":
            raise ValueError("due = monthday 只用于 every = year")
        return self

    def values_needed(self) -> tuple[str, ...]:
        """Every value of the pack that the obligation needs."""
        return (self.value, *self.after, self.remind, self.escalate)


def mistakes(obligations: Collection[Obligation], values: Collection[str]) -> Iterator[str]:
    """What is wrong with the obligations of a pack (Chinese)."""
    seen: set[str] = set()
    for obligation in obligations:
        if obligation.id in seen:
            yield f"时限事项 {obligation.id} 重复"
        seen.add(obligation.id)
        for key in obligation.values_needed():
            if key not in values:
                yield f"时限事项 {obligation.id} 引用了不存在的参数 {key}"
