"""State land with rent on it: tariffs, grades, contracts and people who collect, made through the services."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from itertools import count
from typing import Any

from tests.conftest import PASSWORD
from tests.holdings.land import contract, parcel, person

LONG_AGO = date(2021, 1, 1)
LEASE_BEGINS = date(2021, 7, 1)
_tokens = count(1)


def officer(
    county: Any, username: str = "caizheng", name: str = "蔡试验", role: str = "finance"
) -> Any:
    """Somebody of the county with a role."""
    from liangtian.platform.people.models import Office, Role, User

    office, _ = Office.objects.get_or_create(
        code="990121-CZ", defaults={"name": "青禾县财政局", "region": county.county}
    )
    user = User.objects.create_user(
        username, PASSWORD, name=name, office=office, region=county.county
    )
    user.roles.add(Role.objects.get(code=role))
    return user


def tariff(clerk: Any, approver: Any, year: int, rate: str, **more: Any) -> Any:
    """An approved tariff from a year on, for farmland of the second grade."""
    from liangtian.programmes.holdings.fees import tariffs

    form = tariffs.TariffForm(
        year, f"{year}年租赁金标准的通知", f"青政办〔{year}〕{more.pop('number', 5)}号",
        [tariffs.RateForm("二级", "耕地", Decimal(rate))], **more,
    )  # fmt: skip
    made = tariffs.enter_tariff(clerk, form)
    return tariffs.decide_tariff(approver, made.pk, approve=True, opinion="同意")


def state_land(clerk: Any, west: float = 0, holder: Any = None, **form: Any) -> Any:
    """A version of a parcel of state land somewhat over 60 mu, of the second grade."""
    from liangtian.programmes.holdings.fees.tariffs import set_grade

    graded = form.pop("graded", True)
    made = parcel(
        clerk, west, form.pop("south", 0), form.pop("on", LONG_AGO), size=(201, 201), ownership="state",
        way=form.pop("way", "租赁"), source_paper="租赁合同", holder_id=holder and holder.pk, **form,
    )  # fmt: skip
    if graded:
        set_grade(clerk, made.parcel_id, "二级", 2021, "示例县基准地价成果")
    return made


def leased(clerk: Any, west: float = 0, **given: Any) -> tuple[Any, Any]:
    """60.00 mu leased from July 2021 at the published tariff; the version and its holder."""
    serial = given.pop("serial", int(west) // 300 + 1)
    holder = given.pop("holder", None) or person(clerk, f"王演示{serial}", serial)
    land = state_land(clerk, west)
    terms = {
        "kind": "lease", "number": f"ZL-{serial}", "starts_on": LEASE_BEGINS,
        "ends_on": date(2031, 6, 30), "price_kind": "tariff", "price_yuan": None,
        "area_mu": Decimal("60.00"), "grantor": "青禾县自然资源局", **given,
    }  # fmt: skip
    contract(clerk, land, holder, **terms)
    return land, holder


def mission(clerk: Any, approver: Any) -> tuple[Any, Any]:
    """The tariffs of 2021 to 2023 and the lease whose bills sum to 14 400 yuan."""
    tariff(clerk, approver, 2021, "80")
    tariff(clerk, approver, 2022, "100")
    return leased(clerk)


def billed(clerk: Any, run_jobs: Any, first: int = 2021, last: int = 2023, **more: Any) -> Any:
    """A run of the county, previewed, confirmed and posted."""
    from liangtian.programmes.holdings.fees import runs

    run = previewed(clerk, run_jobs, first, last, **more)
    runs.confirm_run(clerk, run.pk)
    jobs = run_jobs()
    assert [job.status for job in jobs] == ["done"], [job.error for job in jobs]
    run.refresh_from_db()
    return run


def previewed(clerk: Any, run_jobs: Any, first: int = 2021, last: int = 2023, **more: Any) -> Any:
    """A run of the county that was previewed."""
    from django.utils import timezone

    from liangtian.programmes.holdings.fees import runs

    due = more.get("due_on", timezone.localdate())
    run = runs.start_run(clerk, runs.RunForm(more.get("region", "990121"), first, last, due))
    jobs = run_jobs()
    assert [job.status for job in jobs] == ["done"], [job.error for job in jobs]
    run.refresh_from_db()
    return run


def token() -> str:
    """A fresh one, as a browser sends it."""
    return f"token-{next(_tokens):06d}"


def pay(user: Any, holder: Any, amount: str, **more: Any) -> Any:
    """A payment at the counter, without a receipt unless asked for."""
    from liangtian.programmes.holdings.fees.paying import PaymentForm, take_payment

    given = {"method": "cash", "token": token(), "receipt": False, **more}
    return take_payment(user, PaymentForm(holder.pk, Decimal(amount), **given))


def book(issuer: Any, clerk: Any, first: int = 1, last: int = 5, series: str = "NT2026") -> Any:
    """A range of receipts for a clerk."""
    from liangtian.programmes.holdings.fees.receipts import BookForm, issue_book

    return issue_book(issuer, BookForm(clerk.username, series, first, last))


def due(holder: Any) -> list[tuple[int, str]]:
    """What is left of each of a holder's bills, by year."""
    from liangtian.programmes.holdings.fees.rules import yuan
    from liangtian.programmes.holdings.models import Bill

    rows = Bill.objects.filter(holder=holder, reversed_on=None).order_by("year", "pk")
    return [(b.year, str(yuan(b.due))) for b in rows if b.due]


def trial_balance_is_nought() -> bool:
    """Debits equal credits, every balance is the sum of its lines, and every bill agrees with the book."""
    from django.db.models import Sum

    from liangtian.platform.books.models import Line
    from liangtian.platform.books.reading import wrong_balances
    from liangtian.programmes.holdings.fees.proof import wrong_bills

    total = Line.objects.aggregate(n=Sum("amount"))["n"] or 0
    return (total, wrong_balances(), wrong_bills()) == (0, [], [])
