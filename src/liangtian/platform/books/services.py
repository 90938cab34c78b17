"""The only writers of the book: open accounts, post, reverse, close. Postings are array work, not a query per row."""

from __future__ import annotations

import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F

from liangtian.platform.audit.services import record
from liangtian.platform.books.commodities import COMMODITIES
from liangtian.platform.books.models import (
    CODE,
    DEBIT_KINDS,
    Account,
    Closing,
    Entry,
    Line,
    Voucher,
)
from liangtian.platform.errors import Conflict, NotFound, Refused
from liangtian.platform.people.scope import require
from liangtian.platform.reasons import reason_given
from liangtian.platform.regions.models import Region

if TYPE_CHECKING:
    from liangtian.platform.people.models import User

COUNTY_DIGITS = 6
_FIXED = ("kind", "region_id", "guarded")
_AT_ONCE = 500  # rows in a statement: SQLite takes 32 766 values


@dataclass(frozen=True, slots=True)
class Side:
    """One line to be posted: smallest units of the account's commodity, debit positive."""

    account: Account
    amount: int
    text: str = ""


@dataclass(frozen=True, slots=True)
class Draft:
    """An entry to be posted. `key` names what it is for (e.g. `fees.bill:17`): each is posted once.

    `reverses` is the entry it turns round, see `reversing`.
    """

    key: str
    on: date
    text: str
    region: Region
    sides: tuple[Side, ...]
    reverses: Entry | None = None

    @property
    def digest(self) -> str:
        """The content as it was posted: the same key with other content is a conflict."""
        content = [
            self.on.isoformat(), self.text, self.region.code,
            sorted((side.account.pk, side.amount, side.text) for side in self.sides),
        ]  # fmt: skip
        return hashlib.sha256(json.dumps(content, ensure_ascii=False).encode()).hexdigest()


def open_accounts(user: User, accounts: Sequence[Account]) -> list[Account]:
    """Open accounts that are not there yet, by code and commodity; those that are come back as they are.

    Runs in the transaction of the caller's act. Raises Refused for a code that cannot be, Conflict when one
    is there with another kind or region, or guarded otherwise.
    """
    _in_transaction()
    for (
        account
    ) in accounts:  # SQLite passes over what breaks a constraint when told to ignore conflicts
        if not re.fullmatch(CODE, account.code) or account.commodity not in COMMODITIES:
            raise Refused(
                f"账户代码“{account.code}”或品种“{account.commodity}”无效。代码各段以“:”相连，"
                "每段以汉字、数字或大写字母开头。"
            )
    codes = sorted({account.code for account in accounts})
    there = _by_code(codes)
    missing = [a for a in accounts if (a.code, a.commodity) not in there]
    Account.objects.bulk_create(missing, ignore_conflicts=True, batch_size=_AT_ONCE)
    there = _by_code(codes)
    for account in accounts:
        stands = there[account.code, account.commodity]
        if any(getattr(stands, name) != getattr(account, name) for name in _FIXED):
            raise Conflict(f"账户“{account.code}”已存在，但类别、区划或透支规则不同。")
    if missing:
        record(
            user,
            "books.open",
            f"{len(missing)} 个账户",
            after={"codes": [a.code for a in missing[:50]]},
        )
    return [there[account.code, account.commodity] for account in accounts]


def _by_code(codes: Sequence[str]) -> dict[tuple[str, str], Account]:
    found = {}
    for start in range(0, len(codes), _AT_ONCE):
        for account in Account.objects.filter(code__in=codes[start : start + _AT_ONCE]):
            found[account.code, account.commodity] = account
    return found


def reversing(entry: Entry, on: date) -> Draft:
    """The draft that undoes an entry: all signs turned. Its lines and their accounts may be prefetched."""
    sides = tuple(Side(line.account, -line.amount, line.text) for line in entry.lines.all())
    return Draft(f"reverse:{entry.pk}", on, f"冲销 {entry}"[:200], entry.region, sides, entry)


def post(user: User, drafts: Sequence[Draft]) -> list[Entry]:
    """Post entries and answer those of all drafts; what was posted before, with the same content, stands.

    Runs in the transaction of the caller's act, which has checked who may do it. Numbers are given without
    gaps by county and year. Raises Refused (unbalanced, no county, closed period), Conflict (same key with
    other content, account overdrawn).
    """
    _in_transaction()
    _check(drafts)
    _lock({_county(draft.region) for draft in drafts})
    there = _posted(drafts)
    new = [draft for draft in drafts if draft.key not in there]
    if new:
        _change_balances(new)
        there |= {entry.key: entry for entry in _write(user, new)}
        record(user, "books.post", f"{len(new)} 笔分录", region=new[0].region,
               after={"count": len(new), "first": str(there[new[0].key]), "last": str(there[new[-1].key])})  # fmt: skip
    return [there[draft.key] for draft in drafts]


def reverse(user: User, entry_id: int, reason: str, on: date) -> Entry:
    """Undo an entry by one with all signs turned. Raises Conflict when it was reversed or is a reversal."""
    require(user, "books.reverse")
    reason = reason_given(reason, "冲销")
    with transaction.atomic():
        found = Entry.objects.visible_to(user).select_for_update().filter(pk=entry_id, sealed=True)
        entry: Entry | None = found.first()
        if entry is None:
            raise NotFound
        if entry.reverses_id or Entry.objects.filter(reverses=entry).exists():
            raise Conflict(f"分录“{entry}”已冲销，或本身就是冲销分录。")
        made = post(user, [reversing(entry, on)])[0]
        record(user, "books.reverse", entry, note=reason, after={"reversed_by": str(made)})
    return made


def close(user: User, county: Region, through: date) -> Closing:
    """Close the books of a county through a day. Raises Refused for one before the last closing."""
    require(user, "books.close")
    if not user.region_id or not county.code.startswith(user.region_id):
        raise NotFound
    if county.level != Region.Level.COUNTY:
        raise Refused(f"“{county.name}”不是县，只能按县结账。")
    with transaction.atomic():
        _lock([_county(county)])
        last = Closing.objects.filter(county=county).first()
        if last and last.through >= through:
            raise Refused(
                f"{county.name}已结账至 {last.through}，结账日期须在其后。",
                fields={"through": "须晚于上次结账"},
            )
        closing = Closing.objects.create(county=county, through=through, closed_by=user)
        record(user, "books.close", closing, region=county, after={"through": through})
    return closing


def _in_transaction() -> None:
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("the book is written outside the transaction of an act")


def _check(drafts: Sequence[Draft]) -> None:
    keys = {draft.key for draft in drafts}
    if len(keys) < len(drafts):
        raise Refused("同一来源的分录在一次入账中出现了两次。")
    for draft in drafts:
        sums: dict[str, int] = defaultdict(int)
        for side in draft.sides:
            sums[side.account.commodity] += side.amount
        if not draft.sides or any(sums.values()) or any(not side.amount for side in draft.sides):
            raise Refused(f"分录“{draft.text}”借贷不平衡或有为零的行，不能入账。")


def _posted(drafts: Sequence[Draft]) -> dict[str, Entry]:
    """Entries of these keys that are there, each with the content of its draft."""
    by_key = {draft.key: draft for draft in drafts}
    keys, found = list(by_key), {}
    for start in range(0, len(keys), _AT_ONCE):
        for entry in Entry.objects.filter(key__in=keys[start : start + _AT_ONCE], sealed=True):
            if entry.digest != by_key[entry.key].digest:
                raise Conflict(f"“{entry}”已入账，内容与本次不同；请先冲销原分录。")
            found[entry.key] = entry
    return found


def _change_balances(drafts: Iterable[Draft]) -> None:
    """Add to the accounts, locked in one order so that two postings cannot wait for each other."""
    change: dict[int, int] = defaultdict(int)
    for draft in drafts:
        for side in draft.sides:
            change[side.account.pk] += side.amount
    ids = sorted(change)
    for start in range(0, len(ids), _AT_ONCE):
        locked = Account.objects.select_for_update().filter(pk__in=ids[start : start + _AT_ONCE])
        accounts = list(locked.order_by("pk"))
        for account in accounts:
            account.balance += change[account.pk]
            _guard(account, change[account.pk])
        Account.objects.bulk_update(accounts, ["balance"])


def _guard(account: Account, change: int) -> None:
    """Raises Conflict for an overdraft, with what is there and what is missing."""
    sign = 1 if account.kind in DEBIT_KINDS else -1
    if not account.guarded or sign * account.balance >= 0:
        return
    commodity = COMMODITIES[account.commodity]
    before = commodity.amount(sign * (account.balance - change))
    wanted, unit = commodity.amount(-sign * change), commodity.unit
    raise Conflict(f"账户“{account.name}”余额不足：现有 {before} {unit}，需要 {wanted} {unit}。")


def _write(user: User, drafts: Sequence[Draft]) -> list[Entry]:
    counties = _counties(drafts)
    numbers = _numbers(drafts, counties)
    entries = Entry.objects.bulk_create(
        [
            Entry(
                key=draft.key, county_id=counties[draft.region.code], region=draft.region,
                year=draft.on.year, number=number, on=draft.on, text=draft.text,
                digest=draft.digest, reverses=draft.reverses, posted_by=user,
            )
            for draft, number in zip(drafts, numbers, strict=True)
        ],
        batch_size=_AT_ONCE,
    )  # fmt: skip
    Line.objects.bulk_create(
        [
            Line(entry=entry, account=side.account, amount=side.amount, text=side.text)
            for entry, draft in zip(entries, drafts, strict=True)
            for side in draft.sides
        ],
        batch_size=_AT_ONCE,
    )
    for start in range(0, len(entries), _AT_ONCE):
        some = [entry.pk for entry in entries[start : start + _AT_ONCE]]
        Entry.objects.filter(pk__in=some).update(sealed=True)
    for entry in entries:
        entry.sealed = True
    return entries


def _counties(drafts: Sequence[Draft]) -> dict[str, str]:
    """The county of each region. Raises Refused for a day that is closed."""
    counties = {draft.region.code: _county(draft.region) for draft in drafts}
    first: dict[str, date] = {}
    for draft in drafts:
        county = counties[draft.region.code]
        first[county] = min(first.get(county, draft.on), draft.on)
    for closing in Closing.objects.filter(county_id__in=first):
        if closing.through >= first[closing.county_id]:
            raise Refused(
                f"已结账至 {closing.through}，不能再记入 {first[closing.county_id]} 的分录。"
            )
    return counties


def _county(region: Region) -> str:
    """The code of the county a region lies in. Raises Refused for one above the counties."""
    if len(region.code) < COUNTY_DIGITS:
        raise Refused(f"“{region.name}”不属于任何一个县，不能入账。")
    return region.code[:COUNTY_DIGITS]


def _lock(counties: Iterable[str]) -> None:
    """One posting or closing at a time in a county: numbers have no gaps and nothing slips into a closed day.

    `no_key`, so that others who only refer to the county are not held up.
    """
    list(
        Region.objects.select_for_update(no_key=True)
        .filter(code__in=sorted(counties))
        .order_by("code")
    )


def _numbers(drafts: Sequence[Draft], counties: dict[str, str]) -> list[int]:
    """A number for each draft, in their order, after the last of its county and year."""
    wanted: dict[tuple[str, int], int] = defaultdict(int)
    for draft in drafts:
        wanted[counties[draft.region.code], draft.on.year] += 1
    following = {}
    for (county, year), count in wanted.items():
        voucher, _ = Voucher.objects.get_or_create(county_id=county, year=year)
        following[county, year] = voucher.last + 1
        Voucher.objects.filter(pk=voucher.pk).update(last=F("last") + count)
    given = []
    for draft in drafts:
        place = counties[draft.region.code], draft.on.year
        given.append(following[place])
        following[place] += 1
    return given
