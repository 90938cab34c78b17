"""Reconciliation with the bank (银行对账): statements taken in once, matches suggested, confirmed by a person."""

from __future__ import annotations

import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from liangtian.platform.audit.services import record
from liangtian.platform.errors import Conflict, Refused
from liangtian.platform.people.scope import require
from liangtian.platform.regions.models import Region
from liangtian.platform.sheets import csv_rows, sheets
from liangtian.programmes.holdings.codes import pack_in_use
from liangtian.programmes.holdings.fees.rules import fen
from liangtian.programmes.holdings.ground import county_of
from liangtian.programmes.holdings.models import BankLine, Payment

if TYPE_CHECKING:
    from liangtian.platform.people.models import User

MOST = 20_000  # lines of one file
SURE = "金额、流水号一致"  # the bank's own number: no doubt left
SHOWN = 100  # lines a person works through at once
_HEADINGS = {
    "on": ("交易日期", "记账日期", "日期"),
    "amount": ("贷方金额", "贷方发生额", "收入金额", "收入", "金额"),
    "payer": ("对方户名", "对方名称", "付款人", "付款方"),
    "reference": ("交易流水号", "流水号", "凭证号"),
    "text": ("摘要", "用途", "备注"),
}
_NEEDED = {"on": "交易日期", "amount": "贷方金额"}
_DIGITS = re.compile(r"\D")


@dataclass(frozen=True, slots=True)
class Taken:
    """What taking in a file did: new lines, known ones, lines that are no credits."""

    new: int
    known: int
    skipped: int


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A payment that may be what a line of the bank says, and why."""

    line: BankLine
    payment: Payment | None
    why: str


def import_statement(user: User, path: Path, name: str) -> Taken:
    """Take in a statement (CSV, Excel). Lines that are there already are passed over.

    Raises Forbidden, Refused for a file that has no date or amount column, or a line that can't be read.
    """
    require(user, "fees.view", "fees.finance")
    county = Region.objects.get(code=county_of(user.region_id or ""))
    read, skipped = _read(path)
    with transaction.atomic():
        known = set(
            BankLine.objects.filter(region=county, on__in={r["on"] for r in read}).values_list(
                "digest", flat=True
            )
        )
        lines = [
            BankLine(region=county, file=name[:200], imported_by=user, **row)
            for row in read
            if row["digest"] not in known
        ]
        BankLine.objects.bulk_create(lines, batch_size=500)
        taken = Taken(len(lines), len(read) - len(lines), skipped)
        record(user, "fees.bank.import", name, region=county,
               after={"new": taken.new, "known": taken.known, "skipped": taken.skipped})  # fmt: skip
    return taken


def suggestions(user: User) -> list[Suggestion]:
    """Lines not matched yet, each with the payment it most likely is, the oldest first."""
    require(user, "fees.view", "fees.finance")
    rows = BankLine.objects.visible_to(user).filter(payment=None).order_by("on", "pk")
    lines = list(rows[:SHOWN])
    within = pack_in_use().value("fees.statement_days", timezone.localdate()).integer
    free: dict[int, list[Payment]] = defaultdict(list)
    for payment in _unmatched(user).filter(amount__in={line.amount for line in lines}):
        free[payment.amount].append(payment)
    found = []
    for line in lines:
        ranked = sorted(
            (place, payment.pk, payment, why)
            for payment in free[line.amount]
            for place, why in _likeness(line, payment, within)
        )
        if ranked:
            _, _, payment, why = ranked[0]
            free[line.amount].remove(payment)
            found.append(Suggestion(line, payment, why))
        else:
            found.append(Suggestion(line, None, ""))
    return found


def unmatched_payments(user: User) -> list[Payment]:
    """Transfers and scans that no line of the bank was found for, the oldest first."""
    require(user, "fees.view", "fees.finance")
    return list(_unmatched(user)[:SHOWN])


def match(user: User, line_id: int, payment_id: int, why: str) -> BankLine:
    """Confirm that a line is a payment. Raises Forbidden, NotFound, Refused for another amount, Conflict."""
    require(user, "fees.view", "fees.finance")
    with transaction.atomic():
        line: BankLine = BankLine.objects.select_for_update().fetch_for(user, pk=line_id)
        payment: Payment = Payment.objects.select_for_update(of=("self",)).fetch_for(
            user, pk=payment_id
        )
        if line.payment_id or BankLine.objects.filter(payment=payment).exists():
            raise Conflict("该流水或该笔收款已有对应。")
        if line.amount != payment.amount:
            raise Refused("流水金额与收款金额不同，不能对应。")
        line.payment, line.matched_by, line.matched_at = payment, user, timezone.now()
        line.why = why.strip()[:100] or "人工核对"
        line.save(update_fields=["payment", "matched_by", "matched_at", "why"])
        record(user, "fees.bank.match", line, after={"payment": payment.pk, "why": line.why})
    return line


def unmatch(user: User, line_id: int) -> BankLine:
    """Take a confirmation back. Raises Forbidden, NotFound, Conflict for a line that has none."""
    require(user, "fees.view", "fees.finance")
    with transaction.atomic():
        line: BankLine = BankLine.objects.select_for_update().fetch_for(user, pk=line_id)
        if not line.payment_id:
            raise Conflict("该流水还没有对应。")
        before = {"payment": line.payment_id}
        line.payment, line.matched_by, line.matched_at, line.why = None, None, None, ""
        line.save(update_fields=["payment", "matched_by", "matched_at", "why"])
        record(user, "fees.bank.unmatch", line, before=before, after={"payment": None})
    return line


def _unmatched(user: User) -> Any:
    rows = Payment.objects.visible_to(user).filter(
        sort=Payment.Sort.TAKEN, method__in=(Payment.Method.TRANSFER, Payment.Method.SCAN),
        reversed_on=None, bank_line=None,
    )  # fmt: skip
    return rows.select_related("holder", "clerk").order_by("on", "pk")


def _likeness(line: BankLine, payment: Payment, within: int) -> list[tuple[int, str]]:
    """How well a payment of the same amount fits, the best first; nothing when it can't be."""
    apart = abs((line.on - payment.on).days)
    if line.reference and line.reference == payment.reference:
        return [(0, SURE)]
    if apart > within:
        return []
    when = f"日期相差{apart}日" if apart else "同一日"
    if line.payer and line.payer in (payment.payer, payment.holder.name):
        return [(1 + apart, f"金额、户名一致，{when}")]
    return [(100 + apart, f"金额一致，{when}")]


def _read(path: Path) -> tuple[list[dict[str, Any]], int]:
    rows = csv_rows(path) if path.suffix.lower() == ".csv" else next(iter(sheets(path)), [])
    start, places = _heading(rows)
    found: list[dict[str, Any]] = []
    skipped, seen = 0, defaultdict(int)  # type: ignore[var-annotated]
    for number, row in enumerate(rows[start:], start + 1):
        cells = {name: row[at] if at < len(row) else "" for name, at in places.items()}
        if not any(str(cell).strip() for cell in row):
            continue
        one = _line(cells, number)
        if one is None:
            skipped += 1
            continue
        same = json.dumps([str(v) for v in one.values()], ensure_ascii=False)
        seen[same] += 1  # two equal lines of one file are two credits
        one["digest"] = hashlib.sha256(f"{same}{seen[same]}".encode()).hexdigest()
        found.append(one)
        if len(found) > MOST:
            raise Refused(f"对账单超过 {MOST} 行，请按月分开导入。")
    return found, skipped


def _heading(rows: Sequence[Sequence[Any]]) -> tuple[int, dict[str, int]]:
    for at, row in enumerate(rows[:20]):
        names = [str(cell).strip() for cell in row]
        places = {
            field: names.index(word)
            for field, words in _HEADINGS.items()
            for word in words
            if word in names and not any(w in names for w in words[: words.index(word)])
        }
        if set(_NEEDED) <= set(places):
            return at + 1, places
    wanted = "、".join(_NEEDED.values())
    raise Refused(f"对账单前 20 行中没有找到表头，至少应有“{wanted}”两列。")


def _line(cells: dict[str, Any], number: int) -> dict[str, Any] | None:
    """One credit; None for a line without one (debits, sums)."""
    text = str(cells["amount"]).replace(",", "").replace("￥", "").strip()
    try:
        amount = fen(Decimal(text).quantize(Decimal("0.01"))) if text else 0
    except (InvalidOperation, ValueError):
        raise Refused(f"对账单第 {number} 行的金额“{text}”不是数字。") from None
    if amount <= 0:
        return None
    return {
        "on": _day(cells["on"], number), "amount": amount,
        "payer": str(cells.get("payer", "")).strip()[:100],
        "reference": str(cells.get("reference", "")).strip()[:60],
        "text": str(cells.get("text", "")).strip()[:200],
    }  # fmt: skip


def _day(cell: Any, number: int) -> date:
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    digits = _DIGITS.sub("", str(cell))[:8]
    try:
        return datetime.strptime(digits, "%Y%m%d").date()
    except ValueError:
        raise Refused(f"对账单第 {number} 行的日期“{cell}”不能识别，应如 2026-03-31。") from None
