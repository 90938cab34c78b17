"""The county of the scripted year: its people, its layers, and where each patch of a month lies."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count
from types import SimpleNamespace
from typing import Any

import shapely

from liangtian.platform.people.models import Office, Role, User
from tests.conftest import PASSWORD, County, make_county, make_people, plane_box
from tests.enforcement import ground
from tests.enforcement.files import Sent

MONTHS = 12
PITCH = 130.0  # metres from one patch to the next
IN_A_ROW = 70
TOWNS = ("990121100", "990121101")
NAMES = {"990121100": "柳塘镇", "990121101": "石桥镇"}
CLERKS = {"990121100": "liutang", "990121101": "shiqiao"}
CHECKERS = {"990121100": "check_a", "990121101": "check_b"}
HEADS = {"990121100": "head_a", "990121101": "head_b"}
EXTRA = (("leader", "周拟定", "leader", "01"), ("keeper", "吴备查", "secrecy_keeper", "01"),
         ("farming", "郑农拟", "agriculture", "02"), ("woods", "冯林拟", "forestry", "03"))  # fmt: skip
# What a month is made of, over and over; one key patch, one astride the wood and one military beside.
MIX = (
    "legal", "facility", "illegal", "legal", "split", "illegal", "home", "legal", "illegal", "facility",
    "transport", "legal", "illegal", "stock", "split", "legal", "illegal", "damage", "home", "wood",
)  # fmt: skip


@dataclass(frozen=True)
class Drawn:
    """A patch before it is sent: what it is meant to be, its township, figure and type."""

    number: str
    kind: str
    town: str
    plane: Any
    type: str


def people() -> County:
    """The county and everybody who acts in it."""
    county = make_county()
    make_people(county)
    for username, name, role, serial in EXTRA:
        office, _ = Office.objects.get_or_create(
            code=f"990121-{serial}",
            defaults={"name": f"青禾县第{serial}局", "region": county.county},
        )
        user = User.objects.create_user(
            username, PASSWORD, name=name, office=office, region=county.county
        )
        user.roles.add(Role.objects.get(code=role))
    for region in (county.township_a, county.township_b):
        _of_township(region)
    return county


def _of_township(region: Any) -> None:
    """Its government, and who checks and signs its returns beside the clerk that makes them."""
    Office.objects.create(
        code=f"{region.code}-02", name=f"{region.name}人民政府", region=region,
        kind=Office.Kind.TOWNSHIP,
    )  # fmt: skip
    for username, role in ((CHECKERS, "township_clerk"), (HEADS, "township_leader")):
        user = User.objects.create_user(
            username[region.code], PASSWORD, name=f"{region.name}{role}", region=region,
            office=Office.objects.get(code=f"{region.code}-01"),
        )  # fmt: skip
        user.roles.add(Role.objects.get(code=role))


def seen_on() -> date:
    """The day of the later image of every patch; the year's acts are all of later days."""
    return date.today() - timedelta(days=30)


def publish(county: County, drawn: list[Drawn]) -> None:
    """Land survey, basic farmland, and a paper for each patch that is meant to have one."""
    as_people = SimpleNamespace(clerk=User.objects.get(username="clerk"))
    early = seen_on() - timedelta(days=800)
    survey = [
        (ground.box(-100, -100, 20_200, 5_100), {"category": "0101"}),
        (ground.box(-100, 5_000, 20_200, 5_100), {"category": "0301"}),
    ]
    layers: dict[str, list[tuple[Any, dict[str, Any]]]] = {
        "dltb": survey,
        "pbf": [(ground.box(-100, -100, 20_200, 1_100), {})],
        "construction_approval": [
            ground.approval(_paper(one), f"示例批〔2025〕{one.number[-7:]}号", early)
            for one in drawn
            if one.kind in ("legal", "split")
        ],
        "facility_agriculture": [
            ground.approval(_paper(one), f"示例设农备{one.number[-7:]}", early)
            for one in drawn
            if one.kind in ("facility", "military")
        ],
    }
    for code, features in layers.items():
        ground.publish(as_people, county, code, features, valid_from=early)


def _paper(one: Drawn) -> Any:
    """The ground of a paper: all of the patch and a little more, or its western 60 %."""
    west, south, east, north = one.plane.bounds
    if one.kind == "split":
        east = west + 0.6 * (east - west) - 4
    return shapely.box(west - 4, south - 4, east + 4, north + 4)


def months(patches: int) -> list[list[Drawn]]:
    """About so many patches, month by month; the townships take turns."""
    each = max(patches // MONTHS, 3)
    order, mixed, places = 0, count(), {town: _places(town) for town in TOWNS}
    keys = {town: _strip(town, 4_300.0, 260.0) for town in TOWNS}
    astride = {town: _strip(town, 5_000.0, PITCH) for town in TOWNS}
    woods = {town: _strip(town, 5_300.0, PITCH) for town in TOWNS}
    basic = {town: _strip(town, 400.0, PITCH) for town in TOWNS}
    where = {"key": keys, "astride": astride, "wood": woods, "damage": basic}
    out = []
    for month in range(1, MONTHS + 1):
        kinds = ["key", "astride", *(["military"] if month % 3 == 0 else [])]
        kinds += [MIX[next(mixed) % len(MIX)] for _ in range(each - len(kinds))]
        drawn = []
        for k, kind in enumerate(kinds, start=1):
            town = TOWNS[(order + month) % 2]
            x, y = next(where.get(kind, places)[town])
            number = f"990121SJBG{date.today():%y}{month:02}{k:04d}"
            drawn.append(Drawn(number, kind, town, _figure(kind, x, y, order), _type(kind)))
            order += 1
        out.append(drawn)
    return out


def _figure(kind: str, x: float, y: float, n: int) -> Any:
    width, height = 20 + (n * 7 % 41) + 0.37, 20 + (n * 13 % 37) + 0.61
    if kind == "key":
        width, height = 205.0 + n % 7, 175.0 + n % 5
    if kind == "astride":
        return plane_box(x, y - height * 0.4, width, height)
    return plane_box(x, y, width, height)


def _type(kind: str) -> str:
    return {"transport": "DL2", "damage": "KT"}.get(kind, "20")


def _places(town: str) -> Iterator[tuple[float, float]]:
    """The fields between basic farmland and the strip of the key patches."""
    for row in range(24):
        for column in range(IN_A_ROW):
            yield _east(town) + 300 + column * PITCH, 1_150 + row * PITCH


def _strip(town: str, south: float, pitch: float) -> Iterator[tuple[float, float]]:
    for row in range(4):
        for column in range(int(IN_A_ROW * PITCH / pitch)):
            step = row * pitch if south != 5_000.0 else 0.0
            yield _east(town) + 300 + column * pitch, south + step


def _east(town: str) -> float:
    return 10_000.0 * TOWNS.index(town)


def sent(one: Drawn) -> Sent:
    """The row of the file."""
    after = f"{seen_on():%Y%m%d}"
    before = f"{seen_on() - timedelta(days=90):%Y%m%d}"
    return Sent(one.number, one.plane, {"TBLX": one.type, "QSX": before, "HSX": after})
