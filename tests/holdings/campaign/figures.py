"""Every figure the system shows of the campaign, held against the script's own book, to the fen."""

from __future__ import annotations

import io
from decimal import Decimal
from typing import Any

import pypdfium2
import python_calamine

from tests.fees.money import trial_balance_is_nought
from tests.holdings.campaign.book import KINDS, NOTHING, cents, total
from tests.holdings.campaign.county import CLERKS, NAMES, TOWNS
from tests.holdings.campaign.money import FEES, WATER
from tests.holdings.campaign.script import API, Campaign


def same(what: str, found: Any, wanted: Any) -> None:
    """They are equal, or it is said which."""
    assert found == wanted, f"{what}: the system says {found}, the book {wanted}"


def check(campaign: Campaign) -> None:
    """All that may be asked for at any stage."""
    _land(campaign)
    _book(campaign)
    _ledgers(campaign)
    _dashboard(campaign)
    _report(campaign)
    _accounts(campaign)


def _land(campaign: Campaign) -> None:
    """Parcels and their areas, by ledger and township; land of XPCC stands apart."""
    for town in ("", *TOWNS):
        for name, corps in (("holdings.parcels", False), ("holdings.corps", True)):
            found = campaign.ledger(name, f"region={town}")
            plots = campaign.book.land(town, corps=corps)
            same(f"{name} of {town}", found["total"], len(plots))
            wanted = sum((p.mu for p in plots), NOTHING)
            same(
                f"area of {name} of {town}",
                cents((found["sums"] or {}).get("area_mu") or 0),
                wanted,
            )
    judged = campaign.ledger("holdings.judgements", "state=confirmed")
    same("judged", judged["total"], sum(p.judged for p in campaign.book.plots.values()))


def _book(campaign: Campaign) -> None:
    """The trial balance is nought, and what each group of accounts holds follows from the campaign's book."""
    assert trial_balance_is_nought()
    book = campaign.book
    found = campaign.at("clerk").get("trial balance", "/api/books/trial-balance")
    assert found["balanced"]

    def held(start: str) -> Decimal:
        rows = [a for a in found["accounts"] if a["code"].startswith(start)]
        return sum((cents(a["debit"]) - cents(a["credit"]) for a in rows), NOTHING)

    for kind, label in KINDS.items():
        bills = book.of(kind=kind)
        same(f"应收:{label}", held(f"应收:{label}:"), total(bills, "left"))
        same(f"收入:{label}", -held(f"收入:{label}:"), total(bills, "amount"))
    same("减免", held("减免"), total(book.bills, "waived"))
    same("预收", -held("预收"), sum(book.advances.values(), NOTHING))
    same("库存现金", held("库存现金"), sum(book.cash.values(), NOTHING))
    same("银行存款", held("银行存款"), book.bank)
    same("国库", held("国库"), book.treasury)


def _ledgers(campaign: Campaign) -> None:
    """Bills and arrears, for the county and each township, by the county and the township itself."""
    for town in ("", *TOWNS):
        bills = campaign.book.of(town=town)
        for who in ("clerk", *([CLERKS[town]] if town else [])):
            found = campaign.ledger("fees.bills", f"region={town}", who)
            same(f"bills of {town} for {who}", found["total"], len(bills))
            for name in ("amount", "paid", "waived", "left"):
                same(f"{name} of {town}", cents(found["sums"].get(name) or 0), total(bills, name))
    late = campaign.ledger("fees.arrears")
    from tests.holdings.campaign.money import DUE

    wanted = total(campaign.book.bills, "left") if campaign.today > DUE else NOTHING
    same("arrears", cents((late["sums"] or {}).get("left") or 0), wanted)


def _dashboard(campaign: Campaign) -> None:
    for town in ("", *TOWNS):
        found = campaign.at("clerk").get(
            "dashboard", f"/api/dashboards/fees?period=all&region={town}"
        )
        shown = {one["name"]: one["value"] for one in found["figures"]}
        bills = campaign.book.of(town=town)
        for name in ("amount", "paid", "waived", "left"):
            same(f"{name} of {town}", cents(shown[name] or 0), total(bills, name))


def _report(campaign: Campaign) -> None:
    """What was collected by township and year, on the page and as Excel."""
    rows = campaign.at("clerk").get("report", f"{FEES}/collected")
    keys = {(b.town, b.year) for b in campaign.book.bills}
    same("lines of the report", {(r["code"], r["year"]) for r in rows}, keys)
    for row in rows:
        bills = campaign.book.of(town=row["code"], year=row["year"])
        for name in ("amount", "paid", "waived", "left"):
            same(f"{name} of {row['name']} {row['year']}", cents(row[name]), total(bills, name))
    if keys:
        _excel(campaign)


def _excel(campaign: Campaign) -> None:
    content = campaign.at("clerk").get("report", f"{FEES}/collected.xlsx")
    sheet = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(
        0
    )
    lines = [[str(cell) for cell in row if cell != ""] for row in sheet.to_python()]
    towns = NAMES.values()
    # The number of the line, unit, year, bills, and four sums.
    found = {
        (line[1], int(float(line[2]))): line for line in lines if len(line) > 7 and line[1] in towns
    }
    for town, year in {(b.town, b.year) for b in campaign.book.bills}:
        bills = campaign.book.of(town=town, year=year)
        wanted = [total(bills, name) for name in ("amount", "paid", "waived", "left")]
        same(f"Excel {town} {year}", [cents(x) for x in found[NAMES[town], year][4:8]], wanted)
    sums = next(line for line in lines if line and "合" in str(line[0]))
    wanted = [total(campaign.book.bills, n) for n in ("amount", "paid", "waived", "left")]
    same("Excel sum", [cents(x) for x in sums[-4:]], wanted)


def _accounts(campaign: Campaign) -> None:
    """What each holder owes and has in advance, at the counter."""
    book = campaign.book
    for holder in book.holders():
        bills = book.of(holder=holder)
        found = campaign.at("clerk").get("account", f"{FEES}/holders/{holder}")
        same(f"owed by {holder}", cents(found["owed"]), total(bills, "left"))
        same(f"in advance of {holder}", cents(found["advance"]), book.advances.get(holder, NOTHING))
        due = sorted((one["kind"], one["year"], cents(one["left"])) for one in found["due"])
        same(f"due of {holder}", due, sorted((b.kind, b.year, b.left) for b in bills if b.left))


def holder_files(campaign: Campaign) -> None:
    """The file of every holder, as PDF: its bills sum up to what the book says."""
    for plot in campaign.book.plots.values():
        bills = campaign.book.of(holder=plot.holder)
        content = campaign.at("clerk").post("file", f"{API}/holders/{plot.holder}/file.pdf")
        pages = pypdfium2.PdfDocument(content)
        text = "".join(page.get_textpage().get_text_range() for page in pages)
        for name in ("amount", "paid", "waived", "left") if bills else ():
            assert f"{total(bills, name):,.2f}" in text, (plot.code, name, total(bills, name))
        assert plot.code in text
        assert f"{plot.mu:,.2f}" in text


def water_report(campaign: Campaign, season: int, m3: Decimal) -> None:
    """Water use as charged, on the page and as Excel."""
    lines = campaign.at("clerk").get("report", f"{WATER}/use?season_id={season}")
    same("water used", sum((cents(line["m3"]) for line in lines), NOTHING), m3)
    content = campaign.at("clerk").get("report", f"{WATER}/use.xlsx?season_id={season}")
    sheet = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(
        0
    )
    cells = [cents(c) for row in sheet.to_python() for c in row if isinstance(c, float)]
    assert m3 in cells
