"""Freezes linked to violations: proposed each month by the clerk, confirmed by the reviewer, checked with the book."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from tests.enforcement.year.book import Part, cents

if TYPE_CHECKING:
    from tests.enforcement.year.script import Script

FREEZES = "/api/enforcement/freezes"
LEDGER = "/api/ledgers/enforcement.freezes/rows"
SCARCE, PLENTY = (
    Decimal(60),
    Decimal(100_000),
)  # mu: in spring the reserve lacks, in winter it does not


def take_in(script: Script, mu: Decimal) -> None:
    """Indicators come in by a paper; who proposed it cannot confirm it."""
    told = {"commodity": "FARMLAND-M2", "mu": str(mu), "document": f"示储〔2026〕{mu}号",
            "on": str(script.today)}  # fmt: skip
    made = script.at("clerk").post("reserve", f"{FREEZES}/reserve", told)
    script.at("clerk").post("reserve", f"{FREEZES}/proposals/{made['id']}/confirm", status=403)
    script.at("reviewer").post("reserve", f"{FREEZES}/proposals/{made['id']}/confirm")
    script.taken_in += mu


def monthly(script: Script) -> None:
    """Bring every part to what it should hold."""
    year, clerk = script.today.year, script.at("clerk")
    if not clerk.get("freezes", f"{FREEZES}?year={year}")["changes"]:
        return
    made = clerk.post("freezes", f"{FREEZES}/run", {"year": year})
    told = script.at("reviewer").post("freezes", f"{FREEZES}/proposals/{made['id']}/confirm")
    script.wait_for(told["job"])
    found = clerk.get("freezes", f"{FREEZES}?year={year}")
    assert found["changes"] == 0, found["steps"][:3]
    whole = next(one for one in found["reserves"] if one["commodity"] == "FARMLAND-M2")["m2"]
    kept = sum(Decimal(whole[name]) for name in ("free", "frozen", "spent"))
    wanted = (script.taken_in * 2000 / 3).quantize(Decimal("0.01"))
    assert abs(kept - wanted) <= Decimal("0.02"), (kept, wanted)  # two incomes, each to the cent


def check(script: Script) -> None:
    """Every part of the ledger, to the cent; with enough in the reserve nothing is owed."""
    rows: dict[str, list[Part]] = {}
    for entry in script.book.of():
        for part in entry.parts if entry.settled else ():
            if _counts(part):
                rows.setdefault(entry.number, []).append(part)
    found = _listed(script)
    assert set(found) == set(rows), set(found) ^ set(rows)
    for number, parts in rows.items():
        shown = sorted(_figures(row) for row in found[number])
        assert shown == sorted(_wanted(part) for part in parts), (number, shown, parts)


def _counts(part: Part) -> bool:
    return part.judgement == "illegal" and part.farmland_mu > 0 and not (
        part.left_out or part.duty_done
    )  # fmt: skip


def _wanted(part: Part) -> tuple[Decimal, ...]:
    """Frozen in all, released, spent, still frozen, owed."""
    released = part.restored if part.confirmed else Decimal(0)
    spent = part.regularised if part.penalised else Decimal(0)
    return (part.farmland_mu, released, spent, part.farmland_mu - released - spent, Decimal(0))


def _listed(script: Script) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    page = 1
    while True:
        answer = script.at("clerk").get("freezes", f"{LEDGER}?size=200&page={page}")
        for row in answer["rows"]:
            found.setdefault(row["number"], []).append(row)
        if page * 200 >= answer["total"]:
            return found
        page += 1


def _figures(row: Any) -> tuple[Decimal, ...]:
    return tuple(cents(row[name]) for name in ("wanted", "released", "spent", "frozen", "owed"))
