"""Whether the bills agree with the payments, waivers and the book, for a check after a restore."""

from __future__ import annotations

from django.db.models import BigIntegerField, Case, F, OuterRef, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce

from liangtian.platform.books.models import Account
from liangtian.programmes.holdings.models import Bill, Charge, Payment, PaymentShare, Waiver


def wrong_bills() -> list[str]:
    """Bills whose `paid` or `waived` isn't what was paid or remitted, and holders whose account owes otherwise."""
    sign = Case(
        When(payment__sort=Payment.Sort.RELEASE, then=Value(-1)), default=Value(1),
        output_field=BigIntegerField(),
    )  # fmt: skip
    shares = PaymentShare.objects.filter(bill=OuterRef("pk"), payment__reversed_on=None)
    paid = shares.order_by().values("bill").annotate(n=Sum(F("amount") * sign)).values("n")
    given = Waiver.objects.filter(bill=OuterRef("pk"), state=Waiver.State.APPROVED)
    waived = given.order_by().values("bill").annotate(n=Sum("amount")).values("n")
    rows = Bill.objects.annotate(
        really_paid=Coalesce(Subquery(paid), 0), really_waived=Coalesce(Subquery(waived), 0)
    ).exclude(paid=F("really_paid"), waived=F("really_waived"))
    return [f"账单 {row.pk}" for row in rows[:100]] + _wrong_accounts()


def _wrong_accounts() -> list[str]:
    owed: dict[str, int] = {}
    found = Bill.objects.filter(reversed_on=None).order_by().values("kind", "holder_id").annotate(
        all=Sum(F("amount") - F("paid") - F("waived"))
    )  # fmt: skip
    for row in found:
        owed[f"应收:{Charge(row['kind']).label}:{row['holder_id']}"] = row["all"]
    kept = dict(Account.objects.filter(code__startswith="应收:").values_list("code", "balance"))
    heads = tuple(f"应收:{one.label}:" for one in Charge)
    return [
        code for code in sorted({*owed, *kept})
        if code.startswith(heads) and owed.get(code, 0) != kept.get(code, 0)
    ][:100]  # fmt: skip
