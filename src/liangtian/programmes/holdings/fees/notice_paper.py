"""A payment notice (缴费通知单): what a holder has to pay and by when, on paper, for handing over."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.utils import timezone

from liangtian.platform.audit.services import saw
from liangtian.platform.errors import Conflict
from liangtian.platform.people.scope import require
from liangtian.press.letter_pages import LetterPage, LetterTable, letters_pdf
from liangtian.programmes.holdings.fees.paying import debts
from liangtian.programmes.holdings.fees.rules import capitals, yuan
from liangtian.programmes.holdings.models import Bill, Holder

if TYPE_CHECKING:
    from liangtian.platform.people.models import User

_HEAD = ("年度", "费种", "地块", "缴费期限", "应缴（元）")


def notice_pdf(user: User, holder_id: int) -> bytes:
    """All open bills of a holder that the user may see, in the full name of who is to pay.

    Raises Forbidden, NotFound, Conflict when nothing is owed.
    """
    require(user, "fees.view", "fees.collect")
    holder: Holder = Holder.objects.select_related("region", "county").fetch_for(user, pk=holder_id)
    owed = debts(user, holder)
    if not owed:
        raise Conflict("该户没有待缴账单，不需要缴费通知单。")
    saw(user, "fees.notice.print", holder, after={"bills": len(owed)})
    on = timezone.localdate()
    day = f"{on.year}年{on.month}月{on.day}日"
    issuer = user.office.name if user.office else holder.county.name
    page = LetterPage(
        f"户档 {holder.pk}", holder.name, day, f"{user.name}，农用地收费窗口", _blocks(owed, day)
    )  # fmt: skip
    return letters_pdf("缴费通知单", issuer, [page], on)


def _blocks(owed: Sequence[Bill], day: str) -> list[str | LetterTable]:
    whole = sum(bill.due for bill in owed)
    rows = [
        (str(bill.year), str(bill.get_kind_display()), bill.parcel.code if bill.parcel else "—",
         str(bill.due_on), f"{yuan(bill.due):,.2f}")
        for bill in owed
    ]  # fmt: skip
    return [
        f"截至{day}，您（单位）应缴农用地费用共计人民币 {yuan(whole):,.2f} 元（大写：{capitals(whole)}），明细如下：",
        LetterTable(_HEAD, rows),
        "请在缴费期限以前缴清，缴费后请索取收费专用票据。如已缴费或对金额有异议，请携带票据或合同到收费窗口核对。",
    ]
