"""Water use by township, source and class of land (用水统计), against the quota."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any

from liangtian.platform.errors import NotFound
from liangtian.platform.ledgers.export import footer
from liangtian.platform.people.scope import COUNTY_DIGITS, require
from liangtian.platform.regions.models import Region
from liangtian.press.workbook import LedgerSheet, SheetColumn, ledger_xlsx
from liangtian.programmes.holdings.models import WaterSeason, WaterSource, WaterTariff, WaterUse
from liangtian.programmes.holdings.water.rules import quota_of

if TYPE_CHECKING:
    from liangtian.platform.people.models import User

TOWNSHIP_DIGITS = 9
KINDS, LANDS = dict(WaterSource.Kind.choices), dict(WaterTariff.Land.choices)


@dataclass(frozen=True)
class UseLine:
    """One township, source and class of a season: land watered, quota, use, and use per mu (m³)."""

    township: str
    code: str
    source: str
    land: str
    holders: int
    mu: Decimal
    quota: Decimal
    m3: Decimal

    @property
    def per_mu(self) -> Decimal:
        """m³/mu, half up to 0.01."""
        return (self.m3 / self.mu).quantize(Decimal("0.01"), ROUND_HALF_UP)


def use_lines(user: User, season_id: int) -> tuple[WaterSeason, list[UseLine]]:
    """The use of a season in the user's region, as charged. Raises Forbidden, NotFound.

    Land is counted once for a season however many months it was watered.
    """
    require(user, "holdings.view")
    season = _season(user, season_id)
    rows = WaterUse.objects.visible_to(user).filter(season=season).order_by()
    m3: dict[tuple[str, str, str], Decimal] = defaultdict(Decimal)
    land: dict[tuple[str, str, str], dict[tuple[int, int], Decimal]] = defaultdict(dict)
    holders: dict[tuple[str, str, str], set[int]] = defaultdict(set)
    columns = ("region", "source__kind", "land", "source", "parcel", "holder", "area_mu", "m3")
    for region, kind, use, source, parcel, holder, mu, volume in rows.order_by("month").values_list(
        *columns
    ):
        key = (region[:TOWNSHIP_DIGITS], kind, use)
        m3[key] += volume
        land[key][source, parcel] = mu
        holders[key].add(holder)
    names = dict(Region.objects.filter(pk__in={k[0] for k in m3}).values_list("code", "name"))
    lines = []
    for key in sorted(m3):
        mu = sum(land[key].values(), Decimal(0))
        lines.append(
            UseLine(
                names.get(key[0], key[0]), key[0], str(KINDS[key[1]]), str(LANDS[key[2]]),
                len(holders[key]), mu, quota_of(season.per_mu, mu), m3[key],
            )
        )  # fmt: skip
    return season, lines


def line_out(line: UseLine) -> dict[str, Any]:
    """A line for the page."""
    return {
        "township": line.township, "code": line.code, "source": line.source, "land": line.land,
        "holders": line.holders, "mu": line.mu, "quota": line.quota, "m3": line.m3,
        "per_mu": line.per_mu,
    }  # fmt: skip


def use_xlsx(user: User, season_id: int) -> tuple[str, bytes]:
    """The statistics as a workbook with its total, and its name."""
    require(user, "holdings.export")
    season, lines = use_lines(user, season_id)
    title = f"{season}农业用水统计表"
    columns = (
        SheetColumn("乡镇", width=14), SheetColumn("水源", width=10),
        SheetColumn("用水类别", width=16), SheetColumn("用水户", kind="integer", unit="户"),
        SheetColumn("灌溉面积", kind="area_mu", unit="亩"),
        SheetColumn("定额水量", kind="area_m2", unit="立方米"),
        SheetColumn("实际用水", kind="area_m2", unit="立方米"),
        SheetColumn("亩均用水", kind="area_m2", unit="立方米/亩"),
    )  # fmt: skip
    rows = [(x.township, x.source, x.land, x.holders, x.mu, x.quota, x.m3, x.per_mu) for x in lines]
    sums = {
        "灌溉面积": sum((x.mu for x in lines), Decimal(0)),
        "定额水量": sum((x.quota for x in lines), Decimal(0)),
        "实际用水": sum((x.m3 for x in lines), Decimal(0)),
    }
    sheet = LedgerSheet(
        title, columns, rows, footer(user), "", sums, "用水统计",
        (
            f"定额 {season.per_mu.normalize():f} 立方米/亩，依据{season.document}{season.clause}。",
            "兵团用地和未能计费的水量不在内。",
        ),
    )  # fmt: skip
    return title, ledger_xlsx(sheet)


def _season(user: User, season_id: int) -> WaterSeason:
    """Seasons are the county's; whoever is in it may read them."""
    county = (user.region_id or "-")[:COUNTY_DIGITS]
    found: WaterSeason | None = WaterSeason.objects.filter(pk=season_id, region=county).first()
    if found is None:
        raise NotFound
    return found
