"""What grows in a whole village in a season (全村种植情况): one table to fill in, saved at once or not at all."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Q

from liangtian.platform.audit.services import record
from liangtian.platform.errors import NotFound, Refused
from liangtian.platform.people.scope import require
from liangtian.platform.regions.models import Region
from liangtian.programmes.holdings.crops import Sown, check_season, sown_wrong
from liangtian.programmes.holdings.models import Crop, Parcel, ParcelVersion
from liangtian.programmes.holdings.naming import shown_name
from liangtian.programmes.holdings.parcels import area_mu

if TYPE_CHECKING:
    from liangtian.platform.people.models import User

MOST = 5000  # parcels of a village
ROWS_PER_STATEMENT = 500


@dataclass(frozen=True)
class Season:
    """A village (or a township whose villages have no parcels of their own), a year, a season."""

    region: str
    year: int
    season: str


@dataclass(frozen=True)
class RowForm:
    """What is entered of a parcel; `was`: what the page showed before, so that nobody's entry is overwritten unseen."""

    parcel_id: int
    sown: Sequence[Sown]
    was: Sequence[Sown] | None = None


def crop_sheet(user: User, asked: Season) -> dict[str, Any]:
    """Every parcel of the village with what grows on it in the season and what grew the year before.

    XPCC land isn't listed. Raises Forbidden, NotFound outside the scope, Refused for the season.
    """
    require(user, "holdings.view")
    check_season(asked.year, asked.season)
    region = _village(user, asked.region)
    versions = _versions(user, region)
    keys = [v.parcel_id for v in versions]
    now, last = _entered(asked, keys, asked.year), _entered(asked, keys, asked.year - 1)
    return {
        "region": region.code, "region_name": region.name, "year": asked.year,
        "season": asked.season,
        "rows": [
            {
                "parcel_id": v.parcel_id, "code": v.code, "place": v.place_name,
                "holder": shown_name(v.holder) if v.holder else "", "area_mu": area_mu(v),
                "sown": told(now[v.parcel_id]), "last": told(last[v.parcel_id]),
            }
            for v in versions
        ],
    }  # fmt: skip


def save_village(user: User, asked: Season, rows: Sequence[RowForm]) -> int:
    """Enter a season of a village, in place of what was entered for these parcels; how many rows changed.

    Nothing is saved when a row is wrong: Refused tells each, under "rows.<parcel>". Raises Forbidden,
    NotFound outside the scope.
    """
    require(user, "holdings.view", "holdings.edit")
    region = _village(user, asked.region)
    return save_rows(user, region, asked.year, asked.season, rows)


def save_rows(user: User, region: Region, year: int, season: str, rows: Sequence[RowForm]) -> int:
    """As `save_village`, for parcels anywhere in a region."""
    check_season(year, season)
    with transaction.atomic():
        keys = sorted({row.parcel_id for row in rows})
        list(Parcel.objects.visible_to(user).filter(pk__in=keys).select_for_update())
        versions = {v.parcel_id: v for v in _versions(user, region, keys)}
        before = _entered(Season(region.code, year, season), keys, year)
        wrong = faults(rows, versions, before)
        if wrong:
            raise Refused(
                f"有 {len(wrong)} 行不对，全部没有保存。请改正标出的各行后再保存。",
                fields={f"rows.{key}": said for key, said in wrong.items()},
            )
        changed = [r for r in rows if _plain(r.sown) != _plain(before[r.parcel_id])]
        _replace(user, year, season, changed, versions)
        if changed:
            record(
                user, "holdings.crop.village", region, note=f"{year}年{season}",
                before={versions[r.parcel_id].code: told(before[r.parcel_id]) for r in changed},
                after={versions[r.parcel_id].code: told(r.sown) for r in changed},
            )  # fmt: skip
    return len(changed)


def faults(
    rows: Sequence[RowForm], versions: Mapping[int, ParcelVersion],
    before: Mapping[int, Sequence[Sown]],
) -> dict[int, str]:  # fmt: skip
    """What is wrong with rows, by parcel."""
    wrong: dict[int, str] = {}
    seen: set[int] = set()
    for row in rows:
        version = versions.get(row.parcel_id)
        if row.parcel_id in seen:
            wrong[row.parcel_id] = "同一地块列了两次"
        elif version is None:
            wrong[row.parcel_id] = "地块不在本村，或已分割、合并，请刷新页面"
        elif said := sown_wrong(row.sown, area_mu(version)):
            wrong[row.parcel_id] = said
        elif row.was is not None and _plain(row.was) != _plain(before[row.parcel_id]):
            wrong[row.parcel_id] = f"他人刚登记为：{in_words(before[row.parcel_id])}。请刷新后再改"
        seen.add(row.parcel_id)
    return wrong


def in_words(sown: Sequence[Sown]) -> str:
    """Crops with their areas."""
    return "、".join(f"{one.crop} {one.area_mu} 亩" for one in sown) or "未种植"


def told(sown: Sequence[Sown]) -> list[dict[str, Any]]:
    """Crops as they are shown and kept in the trail."""
    return [{"crop": one.crop, "area_mu": str(one.area_mu)} for one in sown]


def seasons_of(keys: Sequence[int], year: int, season: str) -> dict[int, list[Sown]]:
    """What is entered of some parcels in a season, by parcel."""
    return _entered(Season("", year, season), keys, year)


def _village(user: User, code: str) -> Region:
    found = Region.objects.current().within(user.region_id or "-").filter(code=code).first()
    if found is None or found.level not in ("village", "township"):
        raise NotFound("没有找到该村，或不在您的管辖范围内。")
    return found


def _versions(user: User, region: Region, keys: Sequence[int] | None = None) -> list[ParcelVersion]:
    rows = ParcelVersion.objects.visible_to(user).filter(valid_to=None, corps=False)
    village = Q(region=region) if keys is None else Q(region__code__startswith=region.code)
    rows = rows.filter(village)
    if keys is not None:
        rows = rows.filter(parcel__in=keys)
    found = list(rows.select_related("holder").defer("geom").order_by("code")[: MOST + 1])
    if len(found) > MOST:
        raise Refused(f"“{region.name}”的地块多于 {MOST} 个，请分组登记。")
    return found


def _entered(asked: Season, keys: Sequence[int], year: int) -> dict[int, list[Sown]]:
    rows = Crop.objects.filter(parcel__in=keys, year=year, season=asked.season)
    found: dict[int, list[Sown]] = defaultdict(list)
    for key, crop, mu in rows.order_by("crop").values_list("parcel_id", "crop", "area_mu"):
        found[key].append(Sown(crop, mu))
    return found


def _plain(sown: Sequence[Sown]) -> list[tuple[str, Decimal]]:
    return sorted((one.crop, Decimal(one.area_mu)) for one in sown)


def _replace(
    user: User, year: int, season: str, changed: Sequence[RowForm],
    versions: Mapping[int, ParcelVersion],
) -> None:  # fmt: skip
    keys = [row.parcel_id for row in changed]
    for start in range(0, len(keys), ROWS_PER_STATEMENT):
        some = keys[start : start + ROWS_PER_STATEMENT]
        Crop.objects.filter(parcel__in=some, year=year, season=season).delete()
    Crop.objects.bulk_create(
        [
            Crop(
                parcel_id=row.parcel_id, region_id=versions[row.parcel_id].region_id, year=year,
                season=season, crop=one.crop, area_mu=one.area_mu, entered_by=user,
            )
            for row in changed
            for one in row.sown
        ],
        ROWS_PER_STATEMENT,
    )  # fmt: skip
