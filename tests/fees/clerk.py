"""Clerks at counters of their own: `open` bills four holders, `pay CLERK…` takes money for them, all at once.

Each payment is a form with a token of its own; its number is said once it is done.
"""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal

from liangtian.site import runtime

HOLDERS, EACH, OWED = 4, 13, 100_000


def opened() -> None:
    """Four holders who owe a thousand yuan each, in two bills, and eight clerks."""
    from django.db import transaction

    from liangtian.platform.people.models import Role, User
    from liangtian.platform.regions.models import Region
    from liangtian.programmes.holdings.fees.posting import BillDraft, post_bills
    from liangtian.programmes.holdings.fees.runs import open_run
    from liangtian.programmes.holdings.models import Holder

    county = Region.objects.get(level="county")
    user = User.objects.first()
    assert user is not None
    for n in range(8):
        clerk = User.objects.create_user(f"window{n}", "x", name=f"窗口{n}", region=county)
        clerk.roles.add(Role.objects.get(code="county_clerk"))
    holders = Holder.objects.bulk_create(
        Holder(region=county, county=county, kind="person", name=f"户{n}", entered_by=user)
        for n in range(HOLDERS)
    )
    with transaction.atomic():
        run = open_run(user, "water", county, (2023, 2024), date(2099, 12, 31))
    drafts = [
        BillDraft(f"water:{h.pk}:{year}", "water", county.code, h.pk, year, date(year, 1, 1),
                  date(year, 12, 31), OWED // 2, {}, "示例水费")
        for h in holders for year in (2023, 2024)
    ]  # fmt: skip
    post_bills(user, run, drafts)


def paid(clerk: int) -> None:
    """Thirteen payments of 50 yuan; what is too much becomes an advance."""
    from liangtian.platform.people.models import User
    from liangtian.programmes.holdings.fees.paying import PaymentForm, take_payment
    from liangtian.programmes.holdings.models import Holder

    user = User.objects.get(username=f"window{clerk}")
    holders = list(Holder.objects.order_by("pk"))
    for n in range(clerk * EACH, (clerk + 1) * EACH):
        holder = holders[n % HOLDERS]
        form = PaymentForm(holder.pk, Decimal("50.00"), "cash", f"pay-{n:06d}", receipt=False)
        take_payment(user, form)
        sys.stdout.write(f"paid {n}\n")
        sys.stdout.flush()


def proved() -> None:
    """Say what is wrong with the bills and the book, if anything."""
    from liangtian.platform.books.reading import wrong_balances
    from liangtian.programmes.holdings.fees.proof import wrong_bills

    sys.stdout.write(f"wrong {[*map(str, wrong_balances()), *wrong_bills()]}\n")


if __name__ == "__main__":
    runtime.start_django()
    if sys.argv[1] == "open":
        opened()
    elif sys.argv[1] == "prove":
        proved()
    else:
        clerks = [int(word) for word in sys.argv[2:]]
        with ThreadPoolExecutor(len(clerks)) as counters:
            list(counters.map(paid, clerks))
