"""Whether a disposition has been carried out: what is still missing before it may be reported done."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from django.utils import timezone

from liangtian.programmes.enforcement.models import Disposition


def unfinished(disposition: Disposition, photos: Sequence[datetime]) -> list[str]:
    """What is missing (Chinese); `photos` are the times of the photos taken after rectification."""
    found = []
    one = disposition
    if one.handling == Disposition.Handling.CASE and not (one.case_number and one.case_filed_on):
        found.append("未填立案文号和立案日期")
    if one.demolish and one.demolished_on is None:
        found.append("未填拆除日期")
    elif one.demolish and not any(timezone.localdate(at) >= one.demolished_on for at in photos):  # type: ignore[operator]
        found.append(f"没有拆除日期（{one.demolished_on}）之后拍摄的整改照片")
    if one.complete_papers and not (one.papers_number and one.papers_on and one.papers_mu):
        found.append("未填补办批准文号、日期和面积")
    if one.fine_yuan and one.fine_paid_on is None:
        found.append("罚款尚未缴清")
    return found


def as_reported(disposition: Disposition, farmland_mu: Decimal) -> tuple[Decimal, Decimal]:
    """What is restored and what regularised of a part, mu of farmland, going by what was entered as done.

    Papers count up to the farmland, for they are of all the ground; what they leave is restored where the
    buildings were pulled down.
    """
    one, nothing = disposition, Decimal(0)
    papers = min(one.papers_mu or nothing, farmland_mu) if one.complete_papers else nothing
    return (farmland_mu - papers if one.demolish and one.demolished_on else nothing), papers
