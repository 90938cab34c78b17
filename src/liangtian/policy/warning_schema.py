"""Shape of a warning measure (督办措施) in a pack file: when it is proposed, and what it answers to."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Literal

from pydantic import BaseModel, ConfigDict, model_validator

Metric = Literal[
    "late_judgements", "late_remedies", "put_right_percent", "illegal_mu", "open_illegal_mu",
    "place_from_worst", "notices_unanswered", "letters_unanswered", "talks_unheeded",
    "projects_refusing", "in_scope",
]  # fmt: skip
METRICS: dict[Metric, str] = {
    "late_judgements": "逾期未判定图斑（个）",
    "late_remedies": "逾期未整改图斑（个）",
    "put_right_percent": "违法占用耕地已整改（%）",
    "illegal_mu": "违法占用耕地（亩）",
    "open_illegal_mu": "尚未整改的违法占用耕地（亩）",
    "place_from_worst": "末位排名（倒数第几）",
    "notices_unanswered": "通报后逾期未整改（次）",
    "letters_unanswered": "函件逾期未答复（件）",
    "talks_unheeded": "约谈后逾期未整改（次）",
    "projects_refusing": "拒不整改的行业项目（个）",
    "in_scope": "整改后仍达到问责条件（1为是）",
}


class _Strict(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class Condition(_Strict):
    """A figure of the township compared with a value of the pack: at least, or at most."""

    metric: Metric
    least: str | None = None
    most: str | None = None

    @model_validator(mode="after")
    def _one_bound(self) -> Condition:
        if (self.least is None) == (self.most is None):
            raise ValueError("least 与 most 须写且只写一个")
        return self

    @property
    def value(self) -> str:
        """Key of the pack's value compared with."""
        return self.least or self.most or ""


class WarningMeasure(_Strict):
    """[[warning]] of a pack file. Proposed when all conditions of one line of `when` hold."""

    id: str
    label: str
    letter: str = ""
    """Kind of the Word letter made for it, "" when there is none."""
    reply: str = ""
    """Key of the working days in which an answer is due, "" when none is."""
    decided_by: str
    when: list[list[Condition]]
    clause: str
    document: str | None = None


def mistakes(measures: Collection[WarningMeasure], values: Collection[str]) -> Iterator[str]:
    """What is wrong with the measures of a pack (Chinese)."""
    seen: set[str] = set()
    for measure in measures:
        if measure.id in seen:
            yield f"督办措施 {measure.id} 重复"
        seen.add(measure.id)
        if not measure.when or not all(measure.when):
            yield f"督办措施 {measure.id} 没有写提出的条件"
        keys = [condition.value for line in measure.when for condition in line]
        for key in [*keys, *([measure.reply] if measure.reply else [])]:
            if key not in values:
                yield f"督办措施 {measure.id} 引用了不存在的参数 {key}"
