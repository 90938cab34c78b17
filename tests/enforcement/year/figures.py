"""Every figure the system shows of the year, held against the script's own book, to the cent."""

from __future__ import annotations

import io
import re
import zipfile
from collections import Counter
from decimal import Decimal
from typing import Any

from tests.enforcement.year import reserve
from tests.enforcement.year.book import Book, Entry, cents
from tests.enforcement.year.ground import TOWNS
from tests.enforcement.year.script import API, Script

_PROPOSED = {"legal": "legal", "facility": "other", "split": "split"}


def check(script: Script) -> None:
    """All of them."""
    _ledger(script)
    _dashboard(script)
    _ratio(script)
    _ratio_of_parts(script)
    _warnings(script)
    reserve.check(script)


def _concluded(entry: Entry) -> str:
    return entry.outcome or _PROPOSED.get(entry.kind, "illegal")


def _same(what: str, found: Any, wanted: Any) -> None:
    assert found == wanted, f"{what}: the system says {found}, the book {wanted}"


def _ledger(script: Script) -> None:
    """Rows, sums and every stage, for the county and each township."""
    book, clerk = script.book, script.at("clerk")
    for town in ("", *TOWNS):
        entries = list(book.of(town=town))
        found = clerk.get("ledger", f"/api/ledgers/enforcement.patches/rows?region={town}&size=20")
        _same(f"patches of {town}", found["total"], len(entries))
        _same(f"area of {town}", cents(found["sums"]["area_mu"]), book.mu(entries, "m2"))
        _same(f"farmland of {town}", cents(found["sums"]["farmland_mu"]), book.mu(entries))
    stages = Counter(row["stage"] for row in script.rows())
    _same("stages", stages, book.stages())
    printed = {r["id"]: cents(r["farmland_mu"]) for r in script.rows()}
    _same("the printed rows", sum(printed.values()), book.mu(list(book.of())))
    for number in script.book.taken_out:
        gone = clerk.get("ledger", f"/api/ledgers/enforcement.patches/rows?number={number}")
        _same(number, gone["total"], 0)


def _dashboard(script: Script) -> None:
    book = script.book
    for town in ("", *TOWNS):
        address = f"/api/dashboards/enforcement?period=all&region={town}"
        found = script.at("clerk").get("dashboard", address)
        shown = {one["name"]: one["value"] for one in found["figures"]}
        entries = list(book.of(town=town))
        illegal = [e for e in entries if _concluded(e) == "illegal"]
        for name, wanted in (
            ("received", len(entries)),
            ("confirmed", sum(e.settled for e in entries)),
            ("archived", book.stages(town)["archived"]),
            ("illegal", len(illegal)),
        ):
            _same(f"{name} of {town}", shown[name], wanted)
        _same(f"farmland {town}", cents(shown["farmland"]), book.mu(entries))
        _same(f"illegal farmland {town}", cents(shown["illegal_farmland"]), book.mu(illegal))


def _ratio(script: Script) -> None:
    """Both sides for the county and each township, and the same in the list of townships."""
    year = script.today.year
    for town in ("", *TOWNS):
        found = script.at("clerk").get("ratio", f"{API}/ratio?year={year}&region={town}")
        _ratio_is(script.book, town, found)
        open_ones = [e for e in script.book.of(town=town) if not e.settled]
        _same(f"not settled of {town}", found["unsettled"], len(open_ones))
        for place in found["places"]:
            if place["region"] in TOWNS:
                _ratio_is(script.book, place["region"], place)


def _ratio_is(book: Book, town: str, found: Any) -> None:
    share = book.ratio(town)
    _same(f"numerator of {town}", cents(found["numerator_mu"]), share.numerator)
    _same(f"denominator of {town}", cents(found["denominator_mu"]), share.denominator)
    _same(f"open of {town}", cents(found["open_mu"]), book.open_mu(town))
    if share.denominator:
        wanted = share.numerator / share.denominator
        assert abs(Decimal(found["ratio"]) - wanted) < Decimal("1e-9"), (found["ratio"], wanted)


def _ratio_of_parts(script: Script) -> None:
    """The treatments of all parts sum to the ratio, page after page."""
    year, page, seen = script.today.year, 1, []
    while True:
        found = script.at("clerk").get("ratio", f"{API}/ratio/parts?year={year}&page={page}")
        seen += found["parts"]
        if len(seen) >= found["count"]:
            break
        page += 1
    share = script.book.ratio()
    _same("numerators", sum((cents(p["numerator_mu"]) for p in seen), cents(0)), share.numerator)
    _same(
        "denominators", sum((cents(p["denominator_mu"]) for p in seen), cents(0)), share.denominator
    )


def _warnings(script: Script) -> None:
    """The ranking; then a warning from the rules to the letter, which says the very figures."""
    clerk, book = script.at("clerk"), script.book
    for row in clerk.get("warnings", "/api/enforcement/warnings/ranking")["rows"]:
        whole, left = book.blamed_on(row["code"])
        _same(f"illegal of {row['code']}", cents(row["illegal_mu"]), whole)
        _same(f"open of {row['code']}", cents(row["open_illegal_mu"]), left)
    clerk.post("warnings", "/api/enforcement/warnings/propose")
    proposed = clerk.get("warnings", "/api/enforcement/warnings")
    assert proposed, "open illegal farmland calls for warnings"
    series = clerk.post("warnings", "/api/documents/series", {"word": "青自然资督"})
    for warning in proposed:
        at = f"/api/enforcement/warnings/{warning['id']}"
        script.at("leader").post("warnings", f"{at}/decide", {"note": "同意"})
        drafted = clerk.post("warnings", f"{at}/letter")
        assert drafted["letter_id"], drafted
        clerk.post("warnings", f"{at}/send", {"series_id": series["id"]})
        letter = _text_of(clerk.get("warnings", f"{at}/letter.docx"))
        _, open_mu = book.blamed_on(warning["region"])
        if "尚未整改" in warning["reasons"][0]["text"]:
            assert str(open_mu) in letter, (open_mu, letter)
        town = script.at({"990121100": "liutang", "990121101": "shiqiao"}[warning["region"]])
        town.post("warnings", f"{at}/reply", {"text": "已逐图斑明确责任人和期限。"})
        closed = clerk.post("warnings", f"{at}/close", {"note": "答复属实"})
        _same("stage of the warning", closed["stage"], "closed")


def _text_of(docx: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(docx)) as z:
        return re.sub(r"<[^>]+>", "", z.read("word/document.xml").decode("utf-8"))
