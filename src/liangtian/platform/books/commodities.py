"""What the book counts: money and indicators, each in whole smallest units so that sums are exact."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from liangtian.platform.errors import Refused


@dataclass(frozen=True, slots=True)
class Commodity:
    """A thing of which amounts are kept, with `places` decimals of its unit. `code` fits Beancount's grammar."""

    code: str
    name: str
    unit: str
    places: int

    def smallest(self, amount: Decimal) -> int:
        """An amount in whole smallest units. Raises Refused when it has more decimals than are kept."""
        scaled = amount.scaleb(self.places)
        if not amount.is_finite() or scaled != scaled.to_integral_value():
            raise Refused(f"{self.name}的数额 {amount} 最多只能有 {self.places} 位小数。")
        return int(scaled)

    def amount(self, smallest: int) -> Decimal:
        """Whole smallest units as an amount of the unit."""
        return Decimal(smallest).scaleb(-self.places)


COMMODITIES = {
    one.code: one
    for one in (
        Commodity("CNY", "人民币", "元", 2),
        Commodity("FARMLAND-M2", "耕地数量指标", "平方米", 2),
        Commodity("PADDY-M2", "水田规模指标", "平方米", 2),
        Commodity("CAPACITY-KG", "粮食产能指标", "公斤", 2),
        Commodity("WATER-M3", "水量", "立方米", 2),
    )
}
