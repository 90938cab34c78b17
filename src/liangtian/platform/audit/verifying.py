"""Walking the chain from its beginning, and naming the first place where it is broken."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.utils import timezone

from liangtian.platform import triggers
from liangtian.platform.audit.chain import LATE, MARK, Digested, hash_of, log_path, seal_all
from liangtian.platform.audit.digest import FIELDS, digest_of
from liangtian.platform.audit.models import Archive, AuditEntry, Seal

PAGE = 5_000  # entries held in memory at once
SEALS_OF_A_PAGE = 200
BEFORE_ALL = -(2**63)  # a forger may choose a number below the first
Report = Callable[[float], None]


class Broken(Exception):  # noqa: N818 -- a finding
    """The first broken place, in Chinese."""


@dataclass(frozen=True)
class Verdict:
    """What a walk along the chain found; `problem` is empty when all is in order."""

    seals: int
    entries: int
    problem: str


def verify(report: Report = lambda share: None) -> Verdict:
    """Seal what waits, then check triggers, every seal, every entry, and the seals written down."""
    seal_all()
    walk = _Walk(report)
    try:
        if absent := triggers.missing("audit_"):
            raise Broken(
                f"数据库缺少审计保护触发器：{'、'.join(absent)}。请由数据库属主运行 liangtian migrate。"
            )
        walk.go()
    except Broken as found:
        return Verdict(walk.seals, walk.entries, str(found))
    return Verdict(walk.seals, walk.entries, "")


class _Walk:
    """One pass over seals and entries side by side, both read in pages by their numbers."""

    def __init__(self, report: Report) -> None:
        self.seals = self.entries = self.waiting = 0
        self._report, self._began = report, timezone.now()
        self._archived = Archive.objects.order_by("upto_seal").last()
        self._last = Seal.objects.order_by("number").last()
        self._rows = _entries(self._archived.upto_id if self._archived else BEFORE_ALL)
        self._next: Digested | None = None
        self._late: dict[int, str] = {}

    def go(self) -> None:
        written = _written_down()
        self._late = self._late_ones()
        self._strangers()
        previous, upto, number = "", 0, 0
        for seal in _seals():
            if self._last is None or seal.number > self._last.number:
                break  # made while we walk
            if seal.number != number + 1:
                raise Broken(f"第 {number + 1} 号封存缺失(现有第 {seal.number} 号)：封存链被删改。")
            if seal.previous != previous or seal.after_id != upto:
                raise Broken(f"第 {seal.number} 号封存与上一号不相接：封存链被改动。")
            self._check(seal)
            if written.get(seal.number, seal.hash) != seal.hash:
                raise Broken(f"第 {seal.number} 号封存与数据目录中的封存日志不符：封存链被重造。")
            previous, upto, number = seal.hash, seal.upto_id, seal.number
            self.seals += 1
            self._report(number / self._last.number)
        for _ in self._rows:  # what was committed since; each is held against its own digest
            self.waiting += 1
        if written and max(written) > number:
            raise Broken(
                f"封存日志记到第 {max(written)} 号，数据库只到第 {number} 号：链尾被截去，"
                "或数据库由较早的备份恢复。"
            )

    def _late_ones(self) -> dict[int, str]:
        """Digests of the entries that a later seal took in; they are few."""
        numbers = [n for late in Seal.objects.values_list("late", flat=True) for n in late]
        found = AuditEntry.objects.filter(pk__in=numbers) if numbers else AuditEntry.objects.none()
        return {pk: _own(pk, stored, values) for pk, stored, *values in found.values_list(*_ROW)}

    def _check(self, seal: Seal) -> None:
        """One seal against the entries it covers."""
        if self._archived and seal.number <= self._archived.upto_seal:
            return  # its entries are in a file; `verify --archive` reads that
        marks = [bytes(seal.marks)[i : i + MARK] for i in range(0, seal.count * MARK, MARK)]
        covered: list[Digested] = []
        expected = _numbers(seal)
        for number, (found, digest) in zip(expected, self._upto(seal, expected), strict=True):
            if digest[: 2 * MARK] != marks[len(covered)].hex():
                raise Broken(
                    f"第 {number} 条审计记录的内容与第 {seal.number} 号封存不符：记录被修改。"
                )
            covered.append((found, digest))
        if hash_of(seal, covered) != seal.hash:
            raise Broken(f"第 {seal.number} 号封存的摘要不符：该封存或其中的记录被修改。")
        self.entries += len(covered)

    def _upto(self, seal: Seal, expected: list[int]) -> Iterator[Digested]:
        """The entries a seal expects, in its order; Broken at one too many or one too few."""
        late = set(seal.late)
        for number in expected:
            if number in late:
                if number not in self._late:
                    raise Broken(f"第 {number} 条审计记录缺失：记录被删除。")
                yield number, self._late[number]
                continue
            row = self._take(seal)
            if row is None or row[0] > number:
                raise Broken(f"第 {number} 条审计记录缺失(第 {seal.number} 号封存)：记录被删除。")
            if row[0] < number:
                raise Broken(f"第 {row[0]} 条审计记录不在任何封存之内：记录是事后插入的。")
            self._next = None
            yield row

    def _strangers(self) -> None:
        """Entries before the end of the archive that no later seal took in have no business here."""
        if self._archived is None:
            return
        here = AuditEntry.objects.filter(pk__lte=self._archived.upto_id).order_by("pk")
        for number in here.values_list("pk", flat=True):
            if number not in self._late:
                raise Broken(f"第 {number} 条审计记录所在时段已归档：记录是事后插入的。")

    def _take(self, seal: Seal) -> Digested | None:
        """The next entry of the main stream, left in place until it is used."""
        while self._next is None or self._next[0] in self._late or self._awaited(seal):
            self._next = next(self._rows, None)
            if self._next is None:
                return None
        return self._next

    def _awaited(self, seal: Seal) -> bool:
        """Whether the next entry lies in a gap of a recent seal: committed while we walk."""
        if self._next is None or seal.at < self._began - LATE:
            return False
        return any(first <= self._next[0] <= last for first, last in seal.gaps)


_ROW = ("pk", "digest", *FIELDS)


def _own(pk: int, stored: str, values: list[object]) -> str:
    """The digest of what an entry says; Broken when it carries another."""
    digest = digest_of(values)
    if stored != digest:
        raise Broken(f"第 {pk} 条审计记录的内容与自身摘要不符：记录被修改或伪造。")
    return digest


def _entries(after: int) -> Iterator[Digested]:
    while rows := list(
        AuditEntry.objects.filter(pk__gt=after).order_by("pk").values_list(*_ROW)[:PAGE]
    ):
        for pk, stored, *values in rows:
            yield pk, _own(pk, stored, values)
        after = rows[-1][0]


def _seals() -> Iterator[Seal]:
    number = 0
    while page := list(Seal.objects.filter(number__gt=number).order_by("number")[:SEALS_OF_A_PAGE]):
        yield from page
        number = page[-1].number


def _numbers(seal: Seal) -> list[int]:
    """The numbers of the entries of a seal, in its order."""
    numbers: list[int] = []
    start = seal.after_id + 1
    for first, last in seal.gaps:
        numbers += range(start, first)
        start = last + 1
    numbers += range(start, seal.upto_id + 1)
    return [*numbers, *seal.late]


def _written_down() -> dict[int, str]:
    """Number and hash of each seal of the log beside the data."""
    if not log_path().is_file():
        return {}
    lines = (line.split() for line in log_path().read_text("ascii").splitlines())
    return {int(words[0]): words[1] for words in lines if len(words) >= 2}
