"""Base lists for subsidies (棉花、小麦补贴面积底册): sown area of each holder by crop and year."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db.models import Max
from django.utils import timezone

from liangtian.platform.audit.services import saw
from liangtian.platform.errors import Refused
from liangtian.platform.ledgers.export import footer
from liangtian.platform.people.scope import require
from liangtian.platform.reasons import reason_given
from liangtian.platform.regions.models import Region
from liangtian.press.workbook import LedgerSheet, SheetColumn, ledger_xlsx
from liangtian.programmes.holdings.codes import pack_in_use
from liangtian.programmes.holdings.models import BaseYear, Crop, Holder, ParcelVersion
from liangtian.programmes.holdings.naming import shown_name, shown_number

if TYPE_CHECKING:
    from liangtian.platform.people.models import User

_AT_ONCE = 500


@dataclass(frozen=True)
class SubsidyLine:
    """What a holder sowed of a crop in a village; a holder is None where none is entered."""

    township: str
    village: str
    code: str
    holder: Holder | None
    parcels: int
    mu: Decimal


def subsidy_crops() -> tuple[str, ...]:
    """The crops the pack names."""
    return pack_in_use().value("holdings.subsidy_crops", timezone.localdate()).items


def as_of(user: User, year: int) -> date:
    """The day whose holders count: of the frozen base of the year, else its last day or today."""
    base = BaseYear.objects.filter(region=(user.region_id or "-")[:6], year=year)
    frozen = base.aggregate(day=Max("as_of"))["day"]
    return frozen or min(date(year, 12, 31), timezone.localdate())


def subsidy_lines(user: User, year: int, crop: str) -> list[SubsidyLine]:
    """Who sowed how much, XPCC land apart, whoever farms the land before who holds it.

    Raises Forbidden, Refused for a crop without subsidy.
    """
    require(user, "holdings.view")
    if crop not in subsidy_crops():
        raise Refused(
            f"补贴作物应为{'、'.join(subsidy_crops())}之一。", fields={"crop": "不是补贴作物"}
        )
    sown: dict[int, Decimal] = defaultdict(Decimal)
    rows = Crop.objects.visible_to(user).filter(year=year, crop=crop).order_by()
    for parcel, mu in rows.values_list("parcel", "area_mu"):
        sown[parcel] += mu
    sums: dict[tuple[str, int], list[Any]] = defaultdict(lambda: [None, 0, Decimal(0)])
    for version in _versions(sorted(sown), as_of(user, year)):
        whose = version.cultivator or version.holder
        line = sums[version.region_id, whose.pk if whose else 0]
        line[0], line[1] = whose, line[1] + 1
        line[2] += sown[version.parcel_id]
    places = Region.objects.select_related("parent").in_bulk({code for code, _ in sums})
    return [
        SubsidyLine(
            (places[code].parent or places[code]).name, places[code].name, code, holder, n, mu
        )
        for (code, _), (holder, n, mu) in sorted(sums.items())
    ]


def line_out(line: SubsidyLine) -> dict[str, Any]:
    """A line for the page, identity masked."""
    return {
        "township": line.township, "village": line.village,
        "holder_id": line.holder.pk if line.holder else None,
        "holder": shown_name(line.holder) if line.holder else "未登记权利人",
        "parcels": line.parcels, "mu": line.mu,
    }  # fmt: skip


def subsidy_xlsx(user: User, year: int, crop: str, reason: str = "") -> tuple[str, bytes]:
    """The base list as a workbook; with a reason, names and numbers in full, which is audited.

    Raises Forbidden without the right to export (with a reason: to unmask), Refused.
    """
    require(user, "holdings.export")
    title = f"{year}年{crop}补贴面积底册"
    if reason:
        require(user, "personal.unmask")
        said = reason_given(reason, "导出完整身份信息")
        saw(user, "holdings.holder.identity", title, region=user.region, note=said)
    lines = subsidy_lines(user, year, crop)
    columns = (
        SheetColumn("乡镇", width=12), SheetColumn("村", width=12),
        SheetColumn("户档号", width=9), SheetColumn("姓名（单位）", width=24),
        SheetColumn("证件号码", width=22), SheetColumn("地块数", kind="integer", unit="块"),
        SheetColumn("种植面积", kind="area_mu", unit="亩"), SheetColumn("备注", width=16),
    )  # fmt: skip
    rows = [_row(line, clear=bool(reason)) for line in lines]
    total = sum((line.mu for line in lines), Decimal(0))
    sheet = LedgerSheet(
        title, columns, rows, footer(user), "单位：亩", {"种植面积": total}, "补贴底册",
        (
            f"权利人和经营者以 {as_of(user, year)} 的登记为准；清查成果只作当年补贴统计的基础依据。",
            "兵团用地不在内。",
        ),
    )  # fmt: skip
    return title, ledger_xlsx(sheet)


def _row(line: SubsidyLine, *, clear: bool) -> tuple[object, ...]:
    holder = line.holder
    if holder is None:
        return (line.township, line.village, "", "", "", line.parcels, line.mu, "未登记权利人")
    name = holder.name if clear else shown_name(holder)
    number = holder.id_number if clear else shown_number(holder)
    return (line.township, line.village, str(holder.pk), name, number, line.parcels, line.mu, "")


def _versions(parcels: list[int], day: date) -> list[ParcelVersion]:
    found: list[ParcelVersion] = []
    for i in range(0, len(parcels), _AT_ONCE):
        rows = ParcelVersion.objects.filter(parcel__in=parcels[i : i + _AT_ONCE], corps=False)
        found += rows.at(day).defer("geom").select_related("holder", "cultivator")
    return found
