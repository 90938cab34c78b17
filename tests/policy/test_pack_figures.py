"""Every figure of every pack is the one docs/algorithms/pack-figures.md shows, and the reverse."""

from __future__ import annotations

from datetime import date

import pytest

from liangtian.policy.pack import Value, available_packs, load_pack
from tests.policy.worked_tables import table

_PAGE = "pack-figures.md"
_NONE = "–"
_FIGURES = table(_PAGE, "key", "amount")
_LISTS = table(_PAGE, "key", "items")


def _shown(value: Value) -> str:
    if isinstance(value.amount, bool):
        return "yes" if value.amount else "no"
    return str(value.amount)


def _all() -> list[tuple[str, Value]]:
    packs = [load_pack(name) for name in available_packs()]
    return [(pack.name, v) for pack in packs for key in pack.keys for v in pack.history(key)]


def test_the_packs_that_come_with_the_system() -> None:
    assert available_packs() == [
        "county-enforcement-2022",
        "korla-2024",
        "land-survey-2020",
        "shandong-county-offset-2023",
        "urad-front-banner-2023",
        "wuzhou-2022",
    ]
    for name in available_packs():
        assert load_pack(name).name == name


def test_the_page_and_the_packs_hold_the_same_figures() -> None:
    shown = [
        (r["pack"], r["key"], r["from"], r["amount"], r["unit"], r["article"], r["confidence"])
        for r in _FIGURES
    ]
    held = [
        (name, v.key, str(v.since or _NONE), _shown(v), v.unit or _NONE, v.clause.article,
         v.confidence or _NONE)
        for name, v in _all()
        if not isinstance(v.amount, tuple)
    ]  # fmt: skip
    assert sorted(shown) == sorted(held)


def test_the_page_and_the_packs_hold_the_same_lists() -> None:
    shown = [tuple(row.values()) for row in _LISTS]
    held = [
        (name, v.key, str(len(v.items)), v.items[0], v.items[-1], v.clause.article)
        for name, v in _all()
        if isinstance(v.amount, tuple)
    ]
    assert sorted(shown) == sorted(held)


@pytest.mark.parametrize("row", table(_PAGE, "valid from"), ids=lambda r: r["pack"])
def test_a_pack_is_valid_for_the_period_shown(row: dict[str, str]) -> None:
    pack = load_pack(row["pack"])
    assert str(pack.valid_from or _NONE) == row["valid from"]
    assert str(pack.valid_to or _NONE) == row["valid to"]


@pytest.mark.parametrize("row", _FIGURES, ids=lambda r: f"{r['key']}@{r['from']}")
def test_a_figure_is_found_on_its_first_day(row: dict[str, str]) -> None:
    on = date(2024, 1, 1) if row["from"] == _NONE else date.fromisoformat(row["from"])
    assert _shown(load_pack(row["pack"]).value(row["key"], on)) == row["amount"]


def test_every_value_has_a_label_and_a_clause() -> None:
    for name, value in _all():
        assert value.label, (name, value.key)
        assert value.clause.text_summary, (name, value.key)
        assert str(value.clause).startswith("《"), (name, value.key)


def test_what_the_document_does_not_say_is_never_cited_from_it() -> None:
    for name, value in _all():
        if value.confidence == "L":
            own = load_pack(name).documents[load_pack(name).document].title
            assert own not in value.clause.document, (name, value.key)
