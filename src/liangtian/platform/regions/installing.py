"""Entering a real county from the national list: province, prefecture, county and townships."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db import transaction

from liangtian.platform.audit.services import record
from liangtian.platform.people.scope import require
from liangtian.platform.regions import register
from liangtian.platform.regions.models import Region
from liangtian.platform.regions.pinyin import pinyin_of

if TYPE_CHECKING:
    from liangtian.platform.people.models import User


@dataclass
class Installed:
    """What was done: codes by what became of them."""

    county: register.Place
    created: list[register.Place] = field(default_factory=list)
    present: list[str] = field(default_factory=list)
    differing: list[tuple[Region, str]] = field(default_factory=list)  # ours, name in the list
    retired: list[Region] = field(default_factory=list)
    own: list[Region] = field(default_factory=list)  # townships the list does not have


def install_county(user: User | None, code: str) -> Installed:
    """Enter what is missing of a county; what is there stays as it is and is reported.

    A name that differs from the list is left: it may have been changed here (更名). `user` None is the
    installation itself. Raises Refused for a code that is no county of the list.
    """
    if user is not None:
        require(user, "regions.manage")
    county = register.county_named(code)
    known = register.places()
    wanted = [known[county.code[:2]], known[county.code[:4]], county]
    wanted += [p for p in known.values() if len(p.code) == 9 and p.parent == county.code]
    done = Installed(county)
    with transaction.atomic():
        there = {r.code: r for r in Region.objects.filter(code__in=[p.code for p in wanted])}
        for place in wanted:
            _enter(done, place, there.get(place.code))
        listed = {place.code for place in wanted}
        towns = Region.objects.current().filter(parent=county.code).exclude(code__in=listed)
        done.own = list(towns.defer("geom"))
        if done.created:
            after = {"source": register.AS_OF, "created": [p.code for p in done.created]}
            row = Region.objects.get(code=county.code)
            record(user, "regions.install", row, region=row, after=after)
    return done


def _enter(done: Installed, place: register.Place, row: Region | None) -> None:
    if row is None:
        Region.objects.create(
            code=place.code, name=place.name, level=place.level, parent_id=place.parent,
            pinyin=pinyin_of(place.name),
        )  # fmt: skip
        done.created.append(place)
    elif row.valid_to is not None:
        done.retired.append(row)
    elif row.name != place.name:
        done.differing.append((row, place.name))
    else:
        done.present.append(place.code)
