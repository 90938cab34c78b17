"""Clerks at counters of their own: `open` makes a small book, `post CLERK…` takes their payments, all at once.

Each payment is a transaction by itself; its number is said once it is done.
"""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import date

from liangtian.site import runtime

DAY = date(2026, 3, 2)
OWED, HOLDERS, EACH = 100_000, 4, 13


def opened() -> None:
    """Four holders who owe a thousand yuan each."""
    from django.db import transaction

    from liangtian.platform.books.models import Account
    from liangtian.platform.books.services import Draft, Side, open_accounts, post
    from liangtian.platform.people.models import User
    from liangtian.platform.regions.models import Region

    county = Region.objects.get(level="county")
    user = User.objects.first()
    assert user is not None

    def account(code: str, kind: str, guarded: bool = False) -> Account:
        return Account(code=code, name=code, kind=kind, commodity="CNY", guarded=guarded,
                       region=county, opened_on=date(2026, 1, 1))  # fmt: skip

    names = [account(f"应收:H{n}", "assets", guarded=True) for n in range(HOLDERS)]
    with transaction.atomic():
        *dues, rent, _ = open_accounts(
            user, [*names, account("租金收入", "income"), account("库存现金", "assets")]
        )
        for due in dues:
            sides = (Side(due, OWED), Side(rent, -OWED))
            post(user, [Draft(f"bill:{due.code}", DAY, "示例租金", county, sides)])


def paid(clerk: int) -> None:
    """Thirteen payments of 50 yuan; a payment of more than is owed is refused."""
    from django.db import transaction

    from liangtian.platform.books.models import Account
    from liangtian.platform.books.services import Draft, Side, post
    from liangtian.platform.errors import Conflict
    from liangtian.platform.people.models import User

    user = User.objects.first()
    assert user is not None
    cash = Account.objects.get(code="库存现金")
    dues = list(Account.objects.filter(code__startswith="应收").order_by("code"))
    for n in range(clerk * EACH, (clerk + 1) * EACH):
        due = dues[n % HOLDERS]
        draft = Draft(
            f"pay:{n}", DAY, f"收款 {n}", due.region, (Side(cash, 5_000), Side(due, -5_000))
        )
        try:
            with transaction.atomic():
                post(user, [draft])
        except Conflict:
            sys.stdout.write(f"refused {n}\n")
        else:
            sys.stdout.write(f"posted {n}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    runtime.start_django()
    if sys.argv[1] == "open":
        opened()
    else:
        clerks = [int(word) for word in sys.argv[2:]]
        with ThreadPoolExecutor(len(clerks)) as counters:
            list(counters.map(paid, clerks))
