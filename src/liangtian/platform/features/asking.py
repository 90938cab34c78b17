"""What a client asks of a collection, read strictly: a parameter nobody knows is refused, not ignored."""

from __future__ import annotations

from collections.abc import Collection as Names
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from liangtian.platform.errors import Refused
from liangtian.platform.features.crs import CRS84, check, inward

Bounds = tuple[float, float, float, float]
DEFAULT_LIMIT, LARGEST_LIMIT = 1_000, 10_000
OWN = frozenset({"f", "limit", "after", "bbox", "bbox-crs", "crs", "datetime"})
LARGEST_KEY = 2**63 - 1


@dataclass(frozen=True)
class Asked:
    """One request for items: bounds in EPSG:4490 (lon, lat), days inclusive, None for open."""

    limit: int = DEFAULT_LIMIT
    after: int = 0
    bbox: Bounds | None = None
    crs: str = CRS84
    since: date | None = None
    until: date | None = None
    filters: Mapping[str, str] = field(default_factory=dict)


def read(params: Mapping[str, str], known: Names[str], systems: list[str]) -> Asked:
    """The request from its query string; `known` are the properties that can be filtered by.

    Raises Refused (400, requirement /req/core/query-param-unknown and -invalid).
    """
    check_known(params, {*OWN, *known})
    crs = check("crs", params.get("crs", CRS84), systems)
    since, until = _interval(params.get("datetime", ""))
    return Asked(
        limit=min(_whole("limit", params.get("limit", str(DEFAULT_LIMIT)), 1), LARGEST_LIMIT),
        after=_whole("after", params.get("after", "0"), 0),
        bbox=_bbox(params, systems),
        crs=crs,
        since=since,
        until=until,
        filters={name: params[name] for name in known if params.get(name)},
    )


def check_known(params: Mapping[str, str], known: Names[str]) -> None:
    """Refused (400) for a parameter that means nothing here, or another format than JSON."""
    for name in params:
        if name not in known:
            raise Refused(f"没有参数“{name}”。", status=400, fields={name: "没有此参数"})
    if params.get("f", "json") not in ("json", "geojson"):
        raise Refused("只提供 JSON 格式(f=json)。", status=400, fields={"f": "只提供 json"})


def _whole(name: str, text: str, least: int) -> int:
    if not text.isdecimal() or not least <= int(text) <= LARGEST_KEY:
        wanted = f"不小于 {least} 的整数"
        raise Refused(
            f"参数 {name} 应为{wanted}，收到“{text}”。", status=400, fields={name: wanted}
        )
    return int(text)


def _bbox(params: Mapping[str, str], systems: list[str]) -> Bounds | None:
    system = check("bbox-crs", params.get("bbox-crs", CRS84), systems)
    text = params.get("bbox", "")
    if not text:
        return None
    try:
        numbers = [float(part) for part in text.split(",")]
    except ValueError:
        numbers = []
    if len(numbers) == 6:  # heights are of no account here
        numbers = [*numbers[:2], *numbers[3:5]]
    if len(numbers) != 4 or not all(abs(n) < 1e9 for n in numbers) or numbers[1] > numbers[3]:
        raise Refused(
            f"参数 bbox 应为“最小,最小,最大,最大”四个数，收到“{text}”。",
            status=400, fields={"bbox": "四个数，逗号分隔"},
        )  # fmt: skip
    west, south, east, north = numbers
    return inward((west, south, east, north), system)


def _interval(text: str) -> tuple[date | None, date | None]:
    if not text:
        return None, None
    parts = text.split("/")
    try:
        if len(parts) > 2:
            raise ValueError(text)
        days = [None if part in ("", "..") else _day(part) for part in parts]
    except ValueError:
        raise Refused(
            f"参数 datetime 应为日期或“起/止”，收到“{text}”。",
            status=400, fields={"datetime": "例如 2026-01-01/2026-12-31"},
        ) from None  # fmt: skip
    return days[0], days[-1]


def _day(text: str) -> date:
    if "T" not in text:
        return date.fromisoformat(text)
    return datetime.fromisoformat(text).date()
