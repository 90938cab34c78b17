"""Reading the tree: a level at a time, by search, one region with its history."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from django.db.models import Count, Q
from shapely.geometry.base import BaseGeometry

from liangtian.geo.area import survey_area
from liangtian.platform.errors import NotFound
from liangtian.platform.regions.models import Region, RegionLineage, RegionQuerySet
from liangtian.platform.regions.register import LEVEL

if TYPE_CHECKING:
    from liangtian.platform.people.models import User

WHOLE_TREE = 400
"""A scope of no more regions is sent whole; a larger one down to the township, the rest when opened."""
PARTS = 1_000  # of the picture's width: bends smaller than this are left out
BOUNDED = ("county", "township", "village")  # levels that a boundary is expected of


def in_scope(user: User) -> RegionQuerySet:
    """Regions of today in the user's scope."""
    return Region.objects.current().within(user.scope)


def fetch(user: User, code: str) -> Region:
    """The region of that code, also one given up; NotFound outside the scope."""
    found: Region | None = Region.objects.within(user.scope).filter(code=code).first()
    if found is None:
        raise NotFound("没有该区划，或不在您的管辖范围内。")
    return found


def opening(user: User) -> list[dict[str, Any]]:
    """What the tree shows first, parents before children."""
    rows = in_scope(user)
    if rows.count() > WHOLE_TREE:
        rows = rows.filter(
            Q(level__in=("province", "prefecture", "county", "township")) | Q(code=user.scope)
        )
    return nodes(user, rows)


def children(user: User, code: str) -> list[dict[str, Any]]:
    """The next level below a region."""
    fetch(user, code)
    return nodes(user, in_scope(user).filter(parent=code))


def boundaries(user: User, code: str) -> list[tuple[str, str, BaseGeometry]]:
    """Code, name and simplified boundary of the next level below a region; of the last level its own.

    Neighbours are simplified together, so that no gap opens between them.
    """
    region = fetch(user, code)
    drawn_ones = in_scope(user).exclude(geom=None)
    found = list(drawn_ones.filter(parent=code)) or list(drawn_ones.filter(code=region.code))
    if not found:
        return []
    geoms = np.array([one.geom for one in found], dtype=object)
    west, south, east, north = shapely.total_bounds(geoms)
    simple = shapely.coverage_simplify(geoms, max(east - west, north - south) / PARTS)
    kept = [new if not new.is_empty else old for new, old in zip(simple, geoms, strict=True)]
    return [(one.code, one.name, geom) for one, geom in zip(found, kept, strict=True)]


def nodes(user: User, rows: Iterable[Region]) -> list[dict[str, Any]]:
    """Rows as the tree needs them; `below` is the number of regions right below."""
    found = list(rows)
    counted = (
        in_scope(user).filter(parent__in=[r.code for r in found])
        if len(found) < WHOLE_TREE
        else in_scope(user)
    )
    below = dict(counted.order_by().values_list("parent").annotate(n=Count("code")))
    return [
        {
            "code": region.code,
            "name": region.name,
            "level": region.level,
            "parent": region.parent_id if region.code != user.scope else None,
            "bounds": list(region.geom.bounds) if region.geom else None,
            "pinyin": region.pinyin,
            "below": below.get(region.code, 0),
        }
        for region in found
    ]


def search(user: User, text: str, limit: int) -> list[dict[str, Any]]:
    """Regions by part of the name, beginning of the code or pinyin, with the way down to them."""
    wanted = "".join(text.split()).lower()
    if not wanted:
        return []
    matching = Q(name__icontains=wanted) | Q(code__startswith=wanted)
    if wanted.isascii() and wanted.isalpha():
        matching |= Q(pinyin__startswith=wanted) | Q(pinyin__contains=wanted)
    rows = list(in_scope(user).filter(matching).defer("geom").order_by("code")[: limit * 4])
    rows = sorted(rows, key=lambda r: (not _begins(r, wanted), len(r.code), r.code))[:limit]
    named = names_above(rows)
    return [
        {
            "code": r.code, "name": r.name, "level": r.level, "level_label": r.get_level_display(),
            "above": [c for c in _above(r.code) if c.startswith(user.scope)],
            "path": [named[c] for c in _above(r.code) if c.startswith(user.scope) and c in named],
        }
        for r in rows
    ]  # fmt: skip


def _begins(region: Region, wanted: str) -> bool:
    words = [region.name, region.code, *region.pinyin.split()]
    return any(word.startswith(wanted) for word in words)


def names_above(rows: Iterable[Region]) -> dict[str, str]:
    """Names of all regions above those given, by code."""
    codes = {code for row in rows for code in _above(row.code)}
    return dict(Region.objects.filter(code__in=codes).values_list("code", "name"))


def _above(code: str) -> list[str]:
    return [code[:length] for length in sorted(LEVEL) if length < len(code)]


def detail(user: User, code: str) -> dict[str, Any]:
    """One region: path, validity, area of its boundary, what lies below and lacks a boundary, history."""
    region = fetch(user, code)
    named = names_above([region])
    below = Region.objects.current().within(code).exclude(code=code).order_by()
    return {
        "code": region.code,
        "name": region.name,
        "level": region.level,
        "level_label": region.get_level_display(),
        "path": [named[c] for c in _above(code) if c in named],
        "pinyin": region.pinyin,
        "valid_from": region.valid_from,
        "valid_to": region.valid_to,
        "bounds": list(region.geom.bounds) if region.geom else None,
        "area_m2": survey_area(region.geom) if region.geom else None,
        "below": [
            {"level": level, "level_label": str(Region.Level(level).label), "count": n, "without_boundary": n - drawn}
            for level, n, drawn in below.values_list("level").annotate(n=Count("code"), drawn=Count("geom"))
        ],
        "history": history(code),
    }  # fmt: skip


def history(code: str) -> list[dict[str, Any]]:
    """Every change on the way to this code and from it, newest first."""
    seen, asked, found = set(), [code], {}
    while asked:
        one = asked.pop()
        if one in seen:
            continue
        seen.add(one)
        for line in (
            RegionLineage.objects.filter(Q(old_code=one) | Q(new_code=one))
            .select_related("change__made_by")
            .defer("old_geom")
        ):
            found[line.pk] = line
            asked += [line.old_code, line.new_code]
    ordered = sorted(found.values(), key=lambda x: (x.change.effective_on, x.pk), reverse=True)
    return [line_out(line) for line in ordered]


def line_out(line: RegionLineage) -> dict[str, Any]:
    """One line of a change with the change's own particulars."""
    change = line.change
    return {
        "change_id": change.pk, "kind": change.kind, "kind_label": change.get_kind_display(),
        "effective_on": change.effective_on, "basis": change.basis, "note": change.note,
        "made_by": change.made_by.name, "made_at": change.made_at,
        "old_code": line.old_code, "old_name": line.old_name, "new_code": line.new_code,
        "new_name": line.new_name, "takes_data": line.takes_data, "rows": line.rows,
    }  # fmt: skip


def listed(
    user: User, *, parent: str, text: str, without_boundary: bool, retired: bool
) -> RegionQuerySet:
    """The list beside the tree: right below a region, or all below it that fit the search."""
    rows = Region.objects.within(user.scope)
    if not retired:
        rows = rows.current()
    wide = bool(text or without_boundary or retired)
    if parent:
        rows = rows.within(parent).exclude(code=parent) if wide else rows.filter(parent=parent)
    if text:
        wanted = text.strip().lower()
        rows = rows.filter(
            Q(name__icontains=wanted) | Q(code__startswith=wanted) | Q(pinyin__contains=wanted)
        )
    if without_boundary:
        rows = rows.filter(geom=None, level__in=BOUNDED)
    return rows.defer("geom")
