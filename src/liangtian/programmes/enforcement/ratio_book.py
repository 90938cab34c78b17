"""The accountability ratio as a workbook: the regions below on one sheet, how every part counts on the next."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils import timezone

from liangtian.platform.people.models import User
from liangtian.policy.accountability import Accountability, Treatment
from liangtian.press.workbook import LedgerSheet, SheetColumn, SheetFooter, workbook_xlsx
from liangtian.programmes.enforcement.ratio import Asked
from liangtian.programmes.enforcement.ratio_sums import Place

LEGALITY = {"legal": "合法", "illegal": "违法", "other": "其他用地"}
LISTING = {"none": "", "provincial": "省级清单", "national": "国家级清单"}


def ratio_xlsx(
    user: User, asked: Asked, names: Sequence[str], result: Accountability, below: Sequence[Place]
) -> bytes:
    """Both sheets; sums are checked against the figures shown on the page. `names`: of the region of each part."""
    office = user.office.name if user.office else asked.region.name
    footer = SheetFooter(unit=office, on=timezone.localdate(), maker=user.name)
    title = f"{asked.region.name}{asked.year}年度违法占用耕地面积比例"
    notes = [reason.text for reason in result.reasons] + [f"依据：{result.reasons[0].clause}"]
    sheets = [_parts(title, footer, names, result, notes)]
    if below:
        sheets.insert(0, _places(title, footer, below, result, notes))
    return workbook_xlsx(sheets)


def _places(
    title: str,
    footer: SheetFooter,
    below: Sequence[Place],
    result: Accountability,
    notes: list[str],
) -> LedgerSheet:
    rows = [
        [
            place.region.name, place.result.numerator_mu, place.result.denominator_mu,
            place.result.ratio, place.open_mu,
        ]
        for place in below
    ]  # fmt: skip
    inside = sum(place.result.denominator_mu for place in below) == result.denominator_mu
    sums = {"计入分子": result.numerator_mu, "计入分母": result.denominator_mu} if inside else {}
    return LedgerSheet(
        title=f"{title}汇总表",
        columns=[
            SheetColumn("区划", width=18),
            SheetColumn("计入分子", "亩", "area_mu"),
            SheetColumn("计入分母", "亩", "area_mu"),
            SheetColumn("比例", "", "percent"),
            SheetColumn("尚未整改", "亩", "area_mu"),
        ],
        rows=rows, footer=footer, sums=dict(sums), name="汇总", notes=notes,
    )  # fmt: skip


def _parts(
    title: str, footer: SheetFooter, names: Sequence[str], result: Accountability, notes: list[str]
) -> LedgerSheet:
    return LedgerSheet(
        title=f"{title}计算明细表",
        columns=[
            SheetColumn("监测编号", width=24),
            SheetColumn("区划", width=16),
            SheetColumn("判定", width=10),
            SheetColumn("占用耕地", "亩", "area_mu"),
            SheetColumn("补办手续", "亩", "area_mu"),
            SheetColumn("拆除复耕", "亩", "area_mu"),
            SheetColumn("重大基础设施", width=12),
            SheetColumn("计入分子", "亩", "area_mu"),
            SheetColumn("计入分母", "亩", "area_mu"),
            SheetColumn("计算说明", width=60),
        ],
        rows=map(_row, names, result.treatments),
        footer=footer,
        sums={"计入分子": result.numerator_mu, "计入分母": result.denominator_mu},
        name="明细", notes=notes, pinned=1,
    )  # fmt: skip


def _row(region: str, treated: Treatment) -> list[object]:
    patch = treated.patch
    return [
        patch.id, region, LEGALITY[patch.legality], patch.farmland_mu,
        patch.regularised_mu, patch.restored_mu, LISTING[patch.infrastructure],
        treated.numerator_mu, treated.denominator_mu,
        "；".join(reason.text for reason in treated.reasons),
    ]  # fmt: skip
