"""Which way the patches of the sample year take, so that a county of today is one that could be."""

from __future__ import annotations

from collections import Counter

import pytest

from liangtian.site.demo.acts import Acts
from liangtian.site.demo.matters import Matters
from liangtian.site.demo.together import Together
from liangtian.site.demo.ways import WAYS, Seen, Ways
from liangtian.site.demo.year import _COUNTY


def batch(month: int) -> list[Seen]:
    """Some of every kind, in two townships."""
    kinds = ("legal", "other", "illegal", "legal", "illegal", "other", "illegal", "legal") * 3
    designed = {"legal": "approved_inside", "other": "unchanged", "illegal": "farmland_unapproved"}
    return [
        Seen(100 * month + n, f"N{month:02}{n:02}", f"99012110{n % 2}", designed[kind], kind, key=False)
        for n, kind in enumerate(kinds)
    ]  # fmt: skip


def test_what_is_legal_is_filed_unless_it_came_down_lately() -> None:
    ways, left = Ways(military=""), Counter[int]()
    for from_last in (8, 5, 2, 1, 0):
        for seen, way in ways.of_batch(batch(from_last), from_last=from_last):
            ends = [act for _, act in WAYS[way]]
            if seen.proposal in ("legal", "other") and "review" in ends and "archive" not in ends:
                left[from_last] += 1
    assert not left[8]
    assert not left[5]
    assert not left[2]
    assert left[1]


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_every_act_of_a_way_is_known_and_no_patch_has_two_on_a_day(
    way: tuple[tuple[int, str], ...],
) -> None:
    days = [day for day, _ in way]
    assert days == sorted(set(days))
    for _, act in way:
        assert hasattr(Together, act) != hasattr(Acts, act), act


def test_every_act_of_the_county_is_known() -> None:
    acts = [act for _, months in _COUNTY for _, act in months]
    assert [act for act in acts if not hasattr(Matters, act)] == []
