"""Policy packs (政策包): dated, cited numbers of one jurisdiction, read from one TOML file.

A number that decides something is never written in code. It is asked from a pack, for a date, and
comes with the clause it rests on. A county lays its own values over a pack with an override file.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cache, lru_cache
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from pydantic import ValidationError

from liangtian.policy.dossier_items import DossierItem
from liangtian.policy.judgement_table import JudgementTable
from liangtian.policy.legality_table import LegalityTable
from liangtian.policy.obligation_schema import Obligation
from liangtian.policy.pack_checks import (
    check_override,
    check_table,
    check_values,
    checks_of,
    nearest,
    period_of,
    with_types,
)
from liangtian.policy.pack_errors import (
    NotInForce,
    PackRefused,
    UnknownKey,
    UnknownPack,
    WrongType,
)
from liangtian.policy.pack_schema import (
    Amount,
    Document,
    Entry,
    Head,
    OverrideFile,
    PackFile,
    explain,
)
from liangtian.policy.patch_checks.schema import DataCheck
from liangtian.policy.warning_schema import WarningMeasure

_Model = TypeVar("_Model", PackFile, OverrideFile)
_Typed = TypeVar("_Typed")
_VERSION_LENGTH = 12


@dataclass(frozen=True, slots=True)
class Clause:
    """Where a rule stands: document, article, and what it says in our own words."""

    document: str
    article: str
    text_summary: str

    def __str__(self) -> str:
        return f"{self.document}{self.article}"


@dataclass(frozen=True, slots=True)
class Value:
    """One amount in force, with its unit and clause.

    `confidence` H/M/L marks what does not stand in the pack's own document (general knowledge or a
    default of this software): such a value should be confirmed by the county. `local` is true
    where the county's own file supplied it.
    """

    key: str
    label: str
    amount: Amount
    unit: str
    clause: Clause
    since: date | None
    until: date | None
    confidence: str | None
    local: bool

    def _as(self, wanted: type[_Typed], said: str) -> _Typed:
        if type(self.amount) is not wanted:
            raise WrongType(f"参数 {self.key}（{self.label}）应为{said}，现为 {self.amount!r}")
        return self.amount

    @property
    def decimal(self) -> Decimal:
        """The amount as an exact number; raises WrongType."""
        if type(self.amount) is int:
            return Decimal(self.amount)
        return self._as(Decimal, "数")

    @property
    def integer(self) -> int:
        """The amount as a whole number; raises WrongType."""
        return self._as(int, "整数")

    @property
    def text(self) -> str:
        """The amount as text (also a month-day such as "06-30"); raises WrongType."""
        return self._as(str, "文字")

    @property
    def flag(self) -> bool:
        """The amount as a switch; raises WrongType."""
        return self._as(bool, "开关")

    @property
    def day(self) -> date:
        """The amount as a date; raises WrongType."""
        return self._as(date, "日期")

    @property
    def items(self) -> tuple[str, ...]:
        """The amount as a list of texts; raises WrongType."""
        return self._as(tuple, "列表")


@dataclass(frozen=True, slots=True)
class _Dated:
    entry: Entry
    local: bool

    def covers(self, on: date) -> bool:
        since, until = self.entry.since, self.entry.until
        return (since is None or since <= on) and (until is None or on <= until)


@dataclass(frozen=True, slots=True)
class Pack:
    """A loaded policy pack. Immutable; the same bytes always give the same `version`."""

    name: str
    title: str
    jurisdiction: str
    document: str
    issued: date | None
    valid_from: date | None
    valid_to: date | None
    notes: str
    county: str
    documents: Mapping[str, Document]
    version: str
    legality: LegalityTable | None
    judgement: JudgementTable | None
    obligations: tuple[Obligation, ...]
    checks: tuple[DataCheck, ...]
    warning_measures: tuple[WarningMeasure, ...]
    dossier: tuple[DossierItem, ...]
    _values: Mapping[str, tuple[_Dated, ...]]
    # The files themselves, so that what was used can be kept and parsed again.
    content: bytes = field(default=b"", repr=False)
    overrides: bytes | None = field(default=None, repr=False)

    @property
    def keys(self) -> tuple[str, ...]:
        """Every key, sorted."""
        return tuple(sorted(self._values))

    def value(self, key: str, on: date) -> Value:
        """The value in force on a date; the county's own first.

        Raises UnknownKey, or NotInForce when the date lies outside every period of the value.
        After the pack's own end its open values still apply; see `warnings`.
        """
        for dated in self._dated(key):
            if dated.covers(on):
                return self._value(key, dated)
        periods = "、".join(period_of(d.entry) for d in self._dated(key))
        raise NotInForce(
            f"政策包 {self.name} 的参数 {key} 在 {on} 没有生效的取值（已有：{periods}）；"
            "请改用当时有效的政策包，或在本县参数文件中补充该时段"
        )

    def history(self, key: str) -> tuple[Value, ...]:
        """All dated amounts of a key, the county's own first; raises UnknownKey."""
        return tuple(self._value(key, dated) for dated in self._dated(key))

    def clause(self, article: str, summary: str, document: str | None = None) -> Clause:
        """An article of this pack's document, or of a cited one (by its id)."""
        return Clause(_cited(self.documents[document or self.document]), article, summary)

    def expired(self, on: date) -> bool:
        """True after the last day of validity."""
        return self.valid_to is not None and on > self.valid_to

    def warnings(self, on: date) -> tuple[str, ...]:
        """What a reader must be told when this pack is applied on a date (Chinese)."""
        said = []
        title = _cited(self.documents[self.document])
        if self.valid_to is not None and on > self.valid_to:
            said.append(
                f"{title}有效期至 {self.valid_to}，{on} 已超过有效期；"
                "本结论仍按该文件计算，请核对是否已有新规定"
            )
        if self.valid_from is not None and on < self.valid_from:
            said.append(f"{title}自 {self.valid_from} 起施行，{on} 尚未施行，此前事项按原政策执行")
        return tuple(said)

    def _dated(self, key: str) -> tuple[_Dated, ...]:
        try:
            return self._values[key]
        except KeyError:
            raise UnknownKey(
                f"政策包 {self.name} 没有参数 {key}{nearest(key, self._values)}"
            ) from None

    def _value(self, key: str, dated: _Dated) -> Value:
        entry = dated.entry
        return Value(
            key=key,
            label=entry.label,
            amount=entry.parsed(),
            unit=entry.unit,
            clause=self.clause(entry.clause, entry.summary or entry.label, entry.document),
            since=entry.since,
            until=entry.until,
            confidence=entry.confidence,
            local=dated.local,
        )


def available_packs() -> list[str]:
    """Names of the packs that come with the software, sorted."""
    return list(_names())


# What comes with the program is the same as long as it runs.
@cache
def _names() -> tuple[str, ...]:
    folder = files("liangtian.policy").joinpath("packs")
    found = (f.name for f in folder.iterdir() if f.name.endswith(".toml"))
    return tuple(sorted(name.removesuffix(".toml") for name in found))


@cache
def _own(name: str) -> bytes:
    return files("liangtian.policy").joinpath("packs", f"{name}.toml").read_bytes()


def load_pack(name: str, overrides: Path | None = None) -> Pack:
    """Read a pack by name, with a county's own TOML file laid over it.

    Parsed once per content: an edited override file takes effect at the next call.
    Raises UnknownPack, PackRefused (malformed file, overlapping periods, unknown key overridden).
    """
    if name not in _names():
        raise UnknownPack(f"没有政策包 {name}；现有：{'、'.join(available_packs())}")
    base = _own(name)
    if overrides is None:
        return parse_pack(f"{name}.toml", base)
    try:
        own = overrides.read_bytes()
    except OSError as problem:
        raise PackRefused(f"读不到本县参数文件 {overrides}：{problem.strerror}") from problem
    return parse_pack(f"{name}.toml", base, overrides.name, own)


@lru_cache(maxsize=64)
def parse_pack(file: str, base: bytes, own_file: str = "", own: bytes | None = None) -> Pack:
    """Build a pack from the bytes of its file and of a county's file; raises PackRefused."""
    parsed = _read(file, base, PackFile)
    over = _read(own_file, own, OverrideFile) if own is not None else None
    documents = {d.id: d for d in [*parsed.document, *(over.document if over else [])]}
    head = parsed.pack
    check_values(file, parsed.values, documents)
    if head.document not in documents:
        raise PackRefused(f"政策包 {file}：[pack] document 指向未列出的文件 {head.document}")
    values = {
        key: tuple(_Dated(_begin(e, head), local=False) for e in entries)
        for key, entries in parsed.values.items()
    }
    if over:
        check_override(own_file, over, parsed)
        check_values(own_file, over.values, documents)
        for key, entries in over.values.items():
            values[key] = (*(_Dated(e, local=True) for e in entries), *values[key])
    table = parsed.legality
    if table:
        check_table(file, table, parsed.values, documents)
    if over and over.patch_type:
        table = with_types(own_file, table, over.patch_type)
    own_head = over.override if over else None
    return Pack(
        name=head.id,
        title=head.name,
        jurisdiction=head.jurisdiction,
        document=head.document,
        issued=(own_head and own_head.issued) or head.issued,
        valid_from=(own_head and own_head.valid_from) or head.valid_from,
        valid_to=(own_head and own_head.valid_to) or head.valid_to,
        notes=head.notes,
        county=own_head.county if own_head else "",
        documents=MappingProxyType(documents),
        version=_version(base, own),
        legality=table,
        judgement=parsed.judgement,
        obligations=tuple(parsed.obligation),
        warning_measures=tuple(parsed.warning),
        checks=checks_of(file, own_file, parsed, over, documents),
        dossier=tuple(parsed.dossier),
        _values=MappingProxyType(values),
        content=base,
        overrides=own,
    )


def _version(base: bytes, own: bytes | None) -> str:
    digest = hashlib.sha256(base)
    if own is not None:
        digest.update(b"\0" + own)
    return digest.hexdigest()[:_VERSION_LENGTH]


def _read(file: str, data: bytes, model: type[_Model]) -> _Model:
    try:
        return model.model_validate(tomllib.loads(data.decode("utf-8")))
    except ValidationError as problem:
        raise PackRefused(f"政策包 {file}：{explain(problem)}") from problem
    except UnicodeDecodeError as problem:
        raise PackRefused(f"政策包 {file} 不是 UTF-8 文本，请另存为 UTF-8") from problem
    except tomllib.TOMLDecodeError as problem:
        raise PackRefused(f"政策包 {file} 不是合法的 TOML：{problem}") from problem


def _begin(entry: Entry, head: Head) -> Entry:
    """A value without its own start begins with its pack."""
    if entry.since is not None or head.valid_from is None:
        return entry
    return entry.model_copy(update={"since": head.valid_from})


def _cited(document: Document) -> str:
    return f"《{document.title}》" + (f"（{document.number}）" if document.number else "")
