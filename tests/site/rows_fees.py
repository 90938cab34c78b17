"""Rows of the matrix: charging rent, collecting it, receipts, settlements, bank statements."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from itertools import count
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from tests.site.matrix import Row, holding
from tests.site.rows_holdings import COUNTY_ONLY, WHERE, _clerk, _holder, _parcel
from tests.site.world import ABROAD, HOME, PLACES, World

API = "/api/holdings/fees"
SEE, RUN, TARIFF = holding("fees.view"), holding("fees.run"), holding("fees.tariff")
COLLECT, ASK, APPROVE = holding("fees.collect"), holding("fees.ask"), holding("fees.approve")
FINANCE, EXPORT = holding("fees.finance"), holding("fees.export")
GRADE = {"grade": "二级", "from_year": 2021, "basis": "基准地价成果"}
WHY = "核对后发现登记有误"
_fresh = count(1)


def _user(w: World, place: str, name: str, role: str) -> Any:
    """Somebody who is none of the readers: finance of a place's county, a clerk of its township."""
    from liangtian.platform.people.models import Office, Role, User

    home = "abroad" if place == ABROAD else "home"
    found = User.objects.filter(username=f"{name}_{home}").first()
    if found is None:
        region = PLACES[place][0]
        office = Office.objects.filter(region__code__startswith=region).first()
        found = User.objects.create_user(
            f"{name}_{home}", "x", name="拟财政", region_id=region, office=office
        )
        found.roles.add(Role.objects.get(code=role))
    return User.objects.get(pk=found.pk)


def _run(w: World, place: str, state: str = "open", region: str = "", kind: str = "water") -> Any:
    from django.utils import timezone

    from liangtian.programmes.holdings.models import BillRun

    today = timezone.localdate()
    return BillRun.objects.create(
        kind=kind, county_id=PLACES[place][0], region_id=region or PLACES[place][1], first_year=2024,
        last_year=2024, issued_on=today, due_on=today, made_by=_clerk(w, place), state=state,
    )  # fmt: skip


def _bill(w: World, place: str) -> Any:
    """A bill of the place's holder."""
    from datetime import date

    from liangtian.programmes.holdings.fees.posting import BillDraft, post_bills
    from liangtian.programmes.holdings.models import Bill

    key = f"water:matrix:{place}:{next(_fresh)}"
    draft = BillDraft(
        key, "water", PLACES[place][2], _holder(w, place).pk, 2024, date(2024, 1, 1),
        date(2024, 12, 31), 50_000, {}, "示例水费", _parcel(w, place).pk,
    )  # fmt: skip
    post_bills(_clerk(w, place), _run(w, place), [draft])
    return Bill.objects.get(key=key)


def _payment(w: World, place: str, method: str = "transfer") -> Any:
    """Taken by somebody else than the readers, at the place."""
    from liangtian.programmes.holdings.fees.paying import PaymentForm, take_payment

    bill, taker = _bill(w, place), _user(w, place, "shoufei", "county_clerk")
    form = PaymentForm(bill.holder_id, Decimal("500.00"), method, f"matrix-{next(_fresh)}", reference="L-1",
                       receipt=False)  # fmt: skip
    return take_payment(taker, form)


def _ahead(w: World, place: str) -> Any:
    """A holder of the place with something in advance and something to pay."""
    from liangtian.programmes.holdings.fees.paying import PaymentForm, take_payment

    holder, taker = _holder(w, place), _user(w, place, "shoufei", "county_clerk")
    form = PaymentForm(holder.pk, Decimal("100000.00"), "transfer", f"matrix-{next(_fresh)}",
                       reference="L-2", receipt=False)  # fmt: skip
    take_payment(taker, form)
    return holder


def _book(w: World, place: str, clerk: Any = None) -> Any:
    from liangtian.programmes.holdings.models import ReceiptBook

    first = next(_fresh) * 100
    taker = clerk or _user(w, place, "shoufei", "county_clerk")
    from django.utils import timezone

    return ReceiptBook.objects.create(
        region_id=PLACES[place][1], county_id=PLACES[place][0], series="JZ", first=first,
        last=first + 9, following=first, clerk=taker, issued_by=taker,
        issued_on=timezone.localdate(),
    )  # fmt: skip


def _tariff_in(w: World, place: str) -> Mapping[str, Any]:
    rate = {"grade": "二级", "use": "耕地", "rate": "80.00"}
    return {
        "json": {"first_year": 2021, "document": "通知", "number": "〔2021〕5号", "rates": [rate]}
    }


def _tariff(w: World, place: str) -> Mapping[str, Any]:
    from liangtian.programmes.holdings.models import RentTariff

    made = RentTariff.objects.create(
        region_id=PLACES[place][0], first_year=2000 + next(_fresh) % 90, document="通知", number="号",
        entered_by=_user(w, place, "shoufei", "county_clerk"),
    )  # fmt: skip
    return {"path": {"tariff_id": made.pk}, "json": {"approve": True, "opinion": "同意"}}


def _on_run(state: str = "open", region: bool = True) -> Any:
    def request(w: World, place: str) -> Mapping[str, Any]:
        from liangtian.programmes.holdings.models import BillRun

        BillRun.objects.filter(state="posting").update(state="posted")
        code = PLACES[place][1] if region else PLACES[place][0]
        return {"path": {"run_id": _run(w, place, state, code, "rent").pk}}

    return request


def _new_run(w: World, place: str) -> Mapping[str, Any]:
    return {
        "json": {
            "region": PLACES[place][1],
            "first_year": 2024,
            "last_year": 2024,
            "due_on": "2099-12-31",
        }
    }


def _on_holder(**body: Any) -> Any:
    return lambda w, place: {"path": {"holder_id": _holder(w, place).pk}, "json": body}


def _pay(w: World, place: str) -> Mapping[str, Any]:
    holder = _bill(w, place).holder_id
    return {"json": {"holder_id": holder, "amount": "1.00", "method": "cash", "receipt": False,
                     "token": f"matrix-{next(_fresh)}"}}  # fmt: skip


def _owing(w: World, place: str) -> Mapping[str, Any]:
    """A holder with a bill to pay and nothing in advance for it."""
    return {"path": {"holder_id": _bill(w, place).holder_id}}


def _on_ahead(**body: Any) -> Any:
    def request(w: World, place: str) -> Mapping[str, Any]:
        holder = _ahead(w, place)
        _bill(w, place)
        return {
            "path": {"holder_id": holder.pk},
            "json": {**body, "token": f"matrix-{next(_fresh)}"},
        }

    return request


def _on_payment(**body: Any) -> Any:
    return lambda w, place: {"path": {"payment_id": _payment(w, place).pk}, "json": body}


def _on_bill(w: World, place: str) -> Mapping[str, Any]:
    return {"path": {"bill_id": _bill(w, place).pk}}


def _reversed(w: World, place: str) -> Mapping[str, Any]:
    return {**_on_bill(w, place), "json": {"reason": WHY}}


def _waiver_in(w: World, place: str) -> Mapping[str, Any]:
    return {"json": {"bill_id": _bill(w, place).pk, "amount": "10.00", "document": "青政复〔2024〕7号",
                     "reason": "受灾绝收，经批准减免"}}  # fmt: skip


def _waiver(w: World, place: str) -> Mapping[str, Any]:
    from liangtian.programmes.holdings.fees.waiving import WaiverForm, ask

    form = WaiverForm(
        _bill(w, place).pk, Decimal("10"), "青政复〔2024〕7号", "受灾绝收，经批准减免"
    )
    made = ask(_user(w, place, "shoufei", "county_clerk"), form)
    return {"path": {"waiver_id": made.pk}, "json": {"approve": True}}


def _approved(w: World, place: str) -> Mapping[str, Any]:
    from liangtian.programmes.holdings.fees.waiving import decide

    key = _waiver(w, place)["path"]["waiver_id"]
    decide(_user(w, place, "pizhun", "finance"), key, approve=True, opinion="")
    return {"path": {"waiver_id": key}, "json": {"reason": WHY}}


def _receipt(w: World, place: str) -> Mapping[str, Any]:
    from liangtian.programmes.holdings.models import Receipt

    book = _book(w, place)
    type(book).objects.filter(pk=book.pk).update(following=book.first + 1)
    made = Receipt.objects.create(
        region_id=PLACES[place][1],
        book=book,
        number=book.first,
        payment=_payment(w, place),
        made_by=book.clerk,
    )
    return {"path": {"receipt_id": made.pk}}


def _book_in(w: World, place: str) -> Mapping[str, Any]:
    first = next(_fresh) * 100
    return {"json": {"clerk": _user(w, place, "shoufei", "county_clerk").username, "series": "JZ",
                     "first": first, "last": first + 9}}  # fmt: skip


def _own_book(w: World, place: str) -> Mapping[str, Any]:
    """Of the county clerk, who alone may spoil a number of it."""
    return {"path": {"book_id": _book(w, place, _clerk(w, place)).pk}, "json": {"reason": WHY}}


def _on_book(w: World, place: str) -> Mapping[str, Any]:
    return {"path": {"book_id": _book(w, place).pk}}


def _settled(w: World, place: str) -> Mapping[str, Any]:
    from liangtian.programmes.holdings.fees.settling import settle
    from liangtian.programmes.holdings.models import Settlement

    taker = _user(w, place, "shoufei", "county_clerk")
    made = Settlement.objects.filter(clerk=taker).first()
    if made is None:
        on = _payment(w, place).on
        made = settle(taker, on, Decimal("0"), "")
    return {"path": {"settlement_id": made.pk}}


def _line(w: World, place: str, payment: Any = None) -> Any:
    from django.utils import timezone

    from liangtian.programmes.holdings.models import BankLine

    taker = _user(w, place, "shoufei", "county_clerk")
    told = {"payment": payment, "why": "人工核对", "matched_by": taker} if payment else {}
    return BankLine.objects.create(
        region_id=PLACES[place][0], on=timezone.localdate(), amount=50_000,
        digest=f"{next(_fresh):064d}", file="x.csv", imported_by=taker, **told,
    )  # fmt: skip


def _match(w: World, place: str) -> Mapping[str, Any]:
    return {"path": {"line_id": _line(w, place).pk}, "json": {"payment_id": _payment(w, place).pk}}


def _unmatch(w: World, place: str) -> Mapping[str, Any]:
    return {"path": {"line_id": _line(w, place, _payment(w, place)).pk}}


def _statement(w: World, place: str) -> Mapping[str, Any]:
    text = "交易日期,贷方金额\n2024-03-01,500.00\n"
    return {"form": {"file": SimpleUploadedFile("流水.csv", text.encode(), "text/csv")}}


ROWS: tuple[Row, ...] = (
    Row("GET", f"{API}/options", SEE),
    Row("GET", f"{API}/tariffs", SEE),
    Row("POST", f"{API}/tariffs", TARIFF, _tariff_in),
    Row("POST", f"{API}/tariffs/{{tariff_id}}/decide", APPROVE, _tariff, COUNTY_ONLY),
    Row("GET", f"{API}/parcels/{{parcel_id}}/grade", SEE,
        lambda w, p: {"path": {"parcel_id": _parcel(w, p).pk}}, WHERE),
    Row("POST", f"{API}/parcels/{{parcel_id}}/grade", TARIFF,
        lambda w, p: {"path": {"parcel_id": _parcel(w, p).pk}, "json": GRADE}, WHERE),
    Row("POST", f"{API}/grades", TARIFF,
        lambda w, p: {"json": {**GRADE, "region": PLACES[p][1]}}, WHERE),
    Row("GET", f"{API}/runs", SEE),
    Row("POST", f"{API}/runs", RUN, _new_run, WHERE),
    Row("GET", f"{API}/runs/{{run_id}}", SEE, _on_run(), WHERE),
    Row("GET", f"{API}/runs/{{run_id}}/problems", SEE, _on_run(), WHERE),
    Row("POST", f"{API}/runs/{{run_id}}/preview", RUN, _on_run(), WHERE),
    Row("POST", f"{API}/runs/{{run_id}}/confirm", RUN, _on_run("previewed"), WHERE),
    Row("POST", f"{API}/runs/{{run_id}}/drop", RUN, _on_run(), WHERE),
    Row("GET", f"{API}/bills/{{bill_id}}", SEE, _on_bill, WHERE),
    Row("POST", f"{API}/bills/{{bill_id}}/reverse", APPROVE, _reversed, WHERE),
    Row("POST", f"{API}/waivers/{{waiver_id}}/undo", APPROVE, _approved, WHERE),
    Row("POST", f"{API}/waivers", ASK, _waiver_in, WHERE),
    Row("POST", f"{API}/waivers/{{waiver_id}}/decide", APPROVE, _waiver, WHERE),
    Row("GET", f"{API}/collected", SEE),
    Row("GET", f"{API}/collected.xlsx", EXPORT),
    Row("POST", f"{API}/seek", SEE, lambda w, p: {"json": {"text": "拟户1"}}),
    Row("GET", f"{API}/holders/{{holder_id}}", SEE, _on_holder(), WHERE),
    Row("GET", f"{API}/holders/{{holder_id}}/notice.pdf", COLLECT, _owing, WHERE),
    Row("POST", f"{API}/payments", COLLECT, _pay, WHERE),
    Row("GET", f"{API}/payments/{{payment_id}}", SEE, _on_payment(), WHERE),
    Row("POST", f"{API}/payments/{{payment_id}}/reverse", FINANCE, _on_payment(reason=WHY), WHERE),
    Row("POST", f"{API}/holders/{{holder_id}}/offset", COLLECT, _on_ahead(), WHERE),
    Row("POST", f"{API}/holders/{{holder_id}}/refund", FINANCE,
        _on_ahead(amount="1.00", method="transfer", reason="多缴的款项退还本人"), WHERE),
    Row("GET", f"{API}/receipts/{{receipt_id}}.pdf", SEE, _receipt, WHERE),
    Row("GET", f"{API}/books", SEE),
    Row("POST", f"{API}/books", FINANCE, _book_in, (HOME, ABROAD)),
    Row("POST", f"{API}/books/{{book_id}}/void", COLLECT, _own_book, WHERE,
        other={"township_clerk": 422, "finance": 422}),
    Row("POST", f"{API}/books/{{book_id}}/write-off", FINANCE, _on_book, WHERE),
    Row("GET", f"{API}/settlements", SEE),
    # Whoever collects has nothing to settle in this world; settling itself is tested in tests/fees.
    Row("POST", f"{API}/settlements", frozenset(),
        lambda w, p: {"json": {"on": "2024-03-01", "counted": "0.00"}},
        other=dict.fromkeys(COLLECT, 409)),
    Row("POST", f"{API}/settlements/{{settlement_id}}/check", FINANCE, _settled, COUNTY_ONLY),
    Row("GET", f"{API}/bank", FINANCE),
    Row("POST", f"{API}/bank", FINANCE, _statement),
    Row("POST", f"{API}/bank/{{line_id}}/match", FINANCE, _match, COUNTY_ONLY),
    Row("POST", f"{API}/bank/{{line_id}}/unmatch", FINANCE, _unmatch, COUNTY_ONLY),
)  # fmt: skip
