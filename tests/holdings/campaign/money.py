"""The money of the campaign: tariffs, rent and water, payments, what is undone and waived, arrears pressed for."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import shapely

from tests.holdings.campaign import county
from tests.holdings.campaign.book import NOTHING, Owed, cents, total
from tests.holdings.campaign.script import API, Campaign
from tests.holdings.waterworks import spot

FEES, WATER, MEASURES = f"{API}/fees", f"{API}/water", f"{API}/measures"
DUE = date(2024, 6, 30)
PAPER = {"document": "示例价〔2024〕1号", "clause": "第三条"}
TIERS = [
    {"up_to": "0.2", "mode": "multiply", "value": "1.5"},
    {"up_to": None, "mode": "multiply", "value": "2"},
]


def tariffs(campaign: Campaign) -> None:
    """Entered by one, approved by another; every parcel has its grade."""
    clerk = campaign.at("clerk")
    for year, rate in ((2021, "80.00"), (2022, "100.00")):
        told = {"first_year": year, "document": f"{year}年国有农用地租赁金标准",
                "number": f"青政办〔{year}〕5号", "rates": [{"grade": "二级", "use": "耕地", "rate": rate}]}  # fmt: skip
        made = clerk.post("tariff", f"{FEES}/tariffs", told)
        at = f"{FEES}/tariffs/{made['id']}/decide"
        campaign.refused("clerk", at, {"approve": True}, 403)
        campaign.at("leader").post("tariff", at, {"approve": True, "opinion": "同意"})
    told = {"grade": "二级", "from_year": 2021, "basis": "青禾县基准地价成果", "region": "990121"}
    clerk.post("grade", f"{FEES}/grades", told)


def rent(campaign: Campaign, bills: list[Owed], problems: int) -> None:
    """Three years: previewed, then posted as previewed; once more it changes nothing."""
    clerk = campaign.at("clerk")
    told = {"region": "990121", "first_year": 2021, "last_year": 2023, "due_on": str(DUE)}
    run = clerk.post("rent", f"{FEES}/runs", told)
    campaign.work()
    at = f"{FEES}/runs/{run['id']}"
    shown = clerk.get("rent", at)
    new = next(t for t in shown["totals"] if t["state"] == "new")
    assert (new["count"], cents(new["amount"])) == (len(bills), total(bills, "amount"))
    assert shown["problems"] == problems, clerk.get("rent", f"{at}/problems")
    assert campaign.ledger("fees.bills")["total"] == len(campaign.book.bills)
    clerk.post("rent", f"{at}/confirm")
    campaign.work()
    campaign.book.bills += bills
    nothing_new(campaign)


def nothing_new(campaign: Campaign) -> None:
    """A run of the same years finds every bill of rent as it is, and is given up."""
    clerk = campaign.at("clerk")
    told = {"region": "990121", "first_year": 2021, "last_year": 2023, "due_on": str(DUE)}
    run = clerk.post("rent", f"{FEES}/runs", told)
    campaign.work()
    shown = clerk.get("rent", f"{FEES}/runs/{run['id']}")
    counts = {t["state"]: t["count"] for t in shown["totals"] if t["count"]}
    assert counts == {"unchanged": len(campaign.book.of(kind="rent"))}, shown
    clerk.post("rent", f"{FEES}/runs/{run['id']}/drop")


def water(campaign: Campaign, code: str, mu: str) -> None:
    """1250 kWh of a well are 3250 m³ on a quota of 200 m³ for each mu."""
    clerk, reviewer = campaign.at("clerk"), campaign.at("reviewer")
    plot = campaign.book.plots[code]
    at = f"{WATER}/sources"
    source = clerk.post("well", at, {
        "kind": "well", "code": "J001", "name": "一号井", "region": county.VILLAGES[plot.town],
        "permit": "取水〔2020〕1号", "depth_m": "120", "pump_m3h": "60",
        "geometry": shapely.geometry.mapping(spot(1_500, 1_500)),
    })  # fmt: skip
    at = f"{at}/{source['id']}"
    begun = {"on": "2024-03-01", "parcels": [{"parcel_id": plot.id, "area_mu": mu}]}
    clerk.put("well", f"{at}/parcels", begun)
    meter = {"kind": "power", "number": "D-1", "rollover": "1000000", "factor": "1",
             "fitted_on": "2024-03-01", "first": "1200"}  # fmt: skip
    fitted = clerk.post("well", f"{at}/meters", meter)
    per_kwh = {"per_kwh": "2.6", "valid_from": "2024-03-01", **PAPER}
    clerk.post("well", f"{at}/coefficients", per_kwh)
    season = {"year": 2024, "name": "春灌", "starts_on": "2024-03-01", "ends_on": "2024-06-30",
              "per_mu": "200", **PAPER}  # fmt: skip
    clerk.post("season", f"{WATER}/seasons", season)
    for land in ("contract", "other"):
        price = {"source_kind": "well", "land": land, "price": "0.12", "resource": "0.05",
                 "tiers": TIERS, "valid_from": "2024-01-01", **PAPER}  # fmt: skip
        clerk.post("price", f"{WATER}/tariffs", price)
    standards = clerk.get("standards", f"{WATER}/standards")
    for kind, rows in (
        ("tariff", "tariffs"),
        ("season", "seasons"),
        ("coefficient", "coefficients"),
    ):
        for one in standards[rows]:
            reviewer.post("approve", f"{WATER}/standards/{kind}/{one['id']}/approve")
    season_id = standards["seasons"][0]["id"]
    seen = [{"fitting_id": fitted["fittings"][0]["id"], "on": "2024-04-30", "value": "2450"}]
    campaign.at("liutang").post(
        "reading", f"{WATER}/readings", {"month": "2024-04", "readings": seen}
    )
    shown = clerk.get("charge", f"{WATER}/charges?season_id={season_id}&month=2024-04")
    bills = _water_bills(plot.holder, plot.town, Decimal("3250"), Decimal(mu) * 200)
    assert shown["new"] == len(bills), shown
    charge = {"season_id": season_id, "month": "2024-04", "due_on": str(DUE)}
    clerk.post("charge", f"{WATER}/charges", charge)
    campaign.work()
    campaign.book.bills += bills
    campaign.season, campaign.m3 = season_id, Decimal("3250.00")


def _water_bills(holder: int, town: str, m3: Decimal, quota: Decimal) -> list[Owed]:
    over = max(m3 - quota, NOTHING)
    slab = min(over, quota * Decimal("0.2"))
    price, beyond = Decimal("0.12"), over - slab
    fee = (m3 - over) * price + slab * price * Decimal("1.5") + beyond * price * 2
    return [
        Owed(holder, town, "water", 2024, cents(fee)),
        Owed(holder, town, "resource", 2024, cents(m3 * Decimal("0.05"))),
    ]


def receipts(campaign: Campaign) -> None:
    """Finance hands a range of receipts to each township."""
    for first, who in ((1, "liutang"), (101, "shiqiao")):
        told = {"clerk": who, "series": "NT2024", "first": first, "last": first + 49}
        campaign.at("caizheng").post("receipts", f"{FEES}/books", told)


def pay(campaign: Campaign, code: str, amount: str, **how: Any) -> Any:
    """At the counter of the parcel's township; the same form twice is one payment."""
    plot = campaign.book.plots[code]
    desk = campaign.at(county.CLERKS[plot.town])
    token = f"counter-{campaign.today}-{code}-{amount}"
    told = {"holder_id": plot.holder, "amount": amount, "method": "cash", "token": token, **how}
    made = desk.post("pay", f"{FEES}/payments", told)
    assert desk.post("pay", f"{FEES}/payments", told)["id"] == made["id"]
    campaign.book.pay(plot.holder, amount)
    shared = sum((cents(one["amount"]) for one in made["shares"]), NOTHING)
    assert shared + cents(made["prepaid"]) == cents(amount)
    if told["method"] == "cash":
        cash = campaign.book.cash
        cash[desk.username] = cash.get(desk.username, NOTHING) + Decimal(amount)
    else:
        campaign.book.bank += Decimal(amount)
    return made


def wrong_payment(campaign: Campaign, code: str, amount: str) -> None:
    """Taken for the wrong holder; who took it can't undo it, finance can, and its receipt is void."""
    before = {id(one): one.paid for one in campaign.book.bills}
    made = pay(campaign, code, amount)
    at, why = f"{FEES}/payments/{made['id']}/reverse", {"reason": "记错了承租人，应记另一户"}
    campaign.refused("liutang", at, why, 403)
    undone = campaign.at("caizheng").post("undo", at, why)
    assert undone["reversed_on"] == str(campaign.today)
    for one in campaign.book.bills:
        one.paid = before[id(one)]
    campaign.book.cash["liutang"] -= Decimal(amount)


def waive(campaign: Campaign, code: str, year: int, amount: str) -> None:
    """Asked for with a document by the township, approved by another."""
    plot = campaign.book.plots[code]
    (bill,) = campaign.book.of(holder=plot.holder, kind="rent", year=year)
    account = campaign.at("liutang").get("account", f"{FEES}/holders/{plot.holder}")
    key = next(b["id"] for b in account["due"] if (b["kind"], b["year"]) == ("rent", year))
    told = {"bill_id": key, "amount": amount, "document": "青政复〔2024〕7号",
            "reason": "受灾绝收，经批准减免"}  # fmt: skip
    asked = campaign.at("liutang").post("waive", f"{FEES}/waivers", told)
    at = f"{FEES}/waivers/{asked['id']}/decide"
    campaign.refused("liutang", at, {"approve": True}, 403)
    campaign.at("leader").post("waive", at, {"approve": True, "opinion": "同意"})
    bill.waived += Decimal(amount)


def give_back(campaign: Campaign, code: str) -> None:
    """What was paid too much goes back."""
    plot, book = campaign.book.plots[code], campaign.book
    amount = book.advances.pop(plot.holder)
    told = {"amount": str(amount), "method": "transfer", "reason": "多缴的款项退还本人",
            "token": f"refund-{code}"}  # fmt: skip
    campaign.at("caizheng").post("refund", f"{FEES}/holders/{plot.holder}/refund", told)
    book.bank -= amount


def settle(campaign: Campaign, who: str) -> None:
    """The day is handed over, and checked by finance; the cash goes to the treasury."""
    book = campaign.book
    counted = book.cash.pop(who)
    told = {"on": str(campaign.today), "counted": str(counted)}
    made = campaign.at(who).post("settle", f"{FEES}/settlements", told)
    assert (cents(made["cash"]), cents(made["difference"])) == (counted, NOTHING)
    campaign.at("caizheng").post("settle", f"{FEES}/settlements/{made['id']}/check")
    book.treasury += counted


def dun(campaign: Campaign) -> None:
    """A letter to everybody who is late, numbered and delivered."""
    clerk = campaign.at("clerk")
    late = [h for h in campaign.book.holders() if total(campaign.book.of(holder=h), "left")]
    assert clerk.post("dun", f"{MEASURES}/dunning", {"kind": "letter"})["made"] == len(late)
    ids = [row["id"] for row in campaign.rows("holdings.dunnings")]
    series = clerk.post("dun", "/api/documents/series", {"word": "青农催"})
    issued = clerk.post("dun", f"{MEASURES}/dunning/issue", {"ids": ids, "series_id": series["id"]})
    asked = {one["holder"]["id"]: Decimal(one["fen"]) / 100 for one in issued}
    assert asked == {h: total(campaign.book.of(holder=h), "left") for h in late}
    query = "&".join(f"ids={one}" for one in ids)
    assert clerk.get("dun", f"{MEASURES}/dunning/letters.pdf?{query}").startswith(b"%PDF")
    told = {"ids": ids, "on": str(campaign.today), "way": "hand", "receiver": "本人"}
    assert clerk.post("dun", f"{MEASURES}/dunning/deliver", told)["made"] == len(late)


def stop_list(campaign: Campaign, code: str) -> int:
    """Who owes water too long is listed, and told; the measure's key."""
    clerk = campaign.at("clerk")
    assert clerk.post("stop", f"{MEASURES}/refresh", {"kind": "water"})["proposed"] == 1
    (row,) = campaign.rows("holdings.measures")
    found = clerk.get("stop", f"{MEASURES}/stops/{row['id']}")
    plot = campaign.book.plots[code]
    owed = [*campaign.book.of(holder=plot.holder, kind="water"),
            *campaign.book.of(holder=plot.holder, kind="resource")]  # fmt: skip
    assert (found["holder"]["id"], Decimal(found["fen"]) / 100) == (
        plot.holder,
        total(owed, "left"),
    )
    step(campaign, "clerk", row["id"], "notice")
    step(campaign, "reviewer", row["id"], "approve", "期满后方可批准")
    return int(row["id"])


def step(campaign: Campaign, who: str, key: int, what: str, said: str = "") -> None:
    """One step of a measure."""
    told = {"ids": [key], "step": what, "on": str(campaign.today), "note": "现场办理"}
    (done,) = campaign.at(who).post("stop", f"{MEASURES}/steps", told)
    assert said in done["said"] if said else not done["said"], done


def release(campaign: Campaign, key: int) -> None:
    """Once it is paid, the list proposes to lift what was stopped."""
    clerk = campaign.at("clerk")
    assert clerk.post("stop", f"{MEASURES}/refresh", {"kind": "water"})["releasing"] == 1
    step(campaign, "clerk", key, "release")
    assert clerk.get("stop", f"{MEASURES}/stops/{key}")["state"] == "released"
