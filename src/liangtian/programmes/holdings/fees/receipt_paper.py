"""A receipt on paper (收费票据): what it says of a payment; the look is the press's."""

from __future__ import annotations

from collections import defaultdict

from django.utils import timezone

from liangtian.platform.personal import masked
from liangtian.press.receipt import Paper, PaperLine, paper_pdf
from liangtian.programmes.holdings.fees.rules import capitals, yuan
from liangtian.programmes.holdings.models import Receipt
from liangtian.programmes.holdings.naming import shown_name

_MOST_LINES = 8  # more are summed up by kind of charge


def receipt_pdf(receipt: Receipt, *, clear: bool) -> bytes:
    """The printed receipt of a payment. Raises PressError for a name no font can write.

    `clear`: in the payer's full name, as the paper handed over must have it; otherwise masked.
    """
    row = receipt.payment
    assert row is not None
    shares = list(row.shares.select_related("bill__parcel").order_by("pk"))
    sums: dict[tuple[str, str], int] = defaultdict(int)
    for share in shares:
        bill = share.bill
        label = f"{bill.year}年{bill.get_kind_display()}"
        parcel = bill.parcel.code if bill.parcel and len(shares) <= _MOST_LINES else ""
        sums[label, parcel] += share.amount
    lines = [PaperLine(label, note, f"{yuan(n):,.2f}") for (label, note), n in sums.items()]
    if row.prepaid > 0:
        lines.append(PaperLine("预缴", "抵扣以后账单", f"{yuan(row.prepaid):,.2f}"))
    return paper_pdf(
        Paper(
            title=f"{receipt.book.county.name}农用地收费专用票据",
            series=receipt.book.series, number=f"{receipt.number:08d}", on=row.on,
            payer=row.holder.name if clear else shown_name(row.holder), account=f"户档{row.holder_id}",
            handed=row.payer if clear else str(masked("name", row.payer) or ""),
            method=row.get_method_display(), reference=row.reference, lines=lines,
            amount=f"{yuan(row.amount):,.2f}", capitals=capitals(row.amount),
            unit=receipt.region.name, clerk=row.clerk.name,
            printed=timezone.localtime().strftime("%Y-%m-%d %H:%M"),
            void=receipt.state == Receipt.State.VOID,
        )
    )  # fmt: skip
