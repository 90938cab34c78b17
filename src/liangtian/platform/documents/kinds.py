"""The kinds of letters the system can write; a programme declares its own in a module `letters.py`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from liangtian.platform.people.models import User
    from liangtian.platform.regions.models import Region


@dataclass(frozen=True)
class Field:
    """A value a letter can hold. `sample` shows what it looks like; `edited` means the clerk may change it."""

    name: str
    label: str
    sample: str
    edited: bool = False


@dataclass(frozen=True)
class Table:
    """A table a letter can hold, a row for each line; a template repeats its row `for row in <name>`."""

    name: str
    label: str
    columns: Sequence[Field]

    @property
    def sample(self) -> list[dict[str, str]]:
        """One row of samples."""
        return [{column.name: column.sample for column in self.columns}]

    @property
    def as_field(self) -> Field:
        """How it stands in the list of what a template may use."""
        inside = "、".join(f"row.{column.name}（{column.label}）" for column in self.columns)
        return Field(self.name, self.label, f"逐行：{inside}")


@dataclass(frozen=True)
class Chart:
    """A chart a letter can hold: native in Word, its figures kept with the letter's values.

    `sample` is one as `press.word_chart` reads it. A paragraph of a template that is nothing but its tag
    becomes the chart.
    """

    name: str
    label: str
    sample: Mapping[str, Any]

    @property
    def as_field(self) -> Field:
        """How it stands in the list of what a template may use."""
        return Field(self.name, self.label, "图表：标记须独占一段")


@dataclass(frozen=True)
class Facts:
    """What is known of the thing a letter is about."""

    values: Mapping[str, str]
    region: Region
    about: str  # how the register names the thing
    addressee: str
    rows: Mapping[str, Sequence[Mapping[str, str]]] = field(default_factory=dict)  # of its tables
    charts: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True)
class LetterKind:
    """One kind of letter. `body` is the first template's text; `facts` reads the thing for a user.

    A paragraph of the body that is nothing but the name of a table stands for that table.
    `facts` raises NotFound for a thing the user may not see.
    """

    code: str
    title: str
    source: str  # what it is about, in words: 卫片图斑
    permission: str
    fields: Sequence[Field]
    body: Sequence[str]
    facts: Callable[[User, int], Facts]
    tables: Sequence[Table] = ()
    charts: Sequence[Chart] = ()
    page: str = ""  # address under which the thing is handled, its number follows


# In every letter; the services fill them.
COMMON = (
    Field("issuer", "发文机关", "青禾县自然资源局"),
    Field("number", "文号", "青自然资卫〔2026〕1号"),
    Field("addressee", "主送", "柳塘镇人民政府", edited=True),
    Field("issued_on", "成文日期", "2026年3月16日"),
    Field("contact", "联系人及电话", "张示例，13800000000", edited=True),
)

_kinds: dict[str, LetterKind] = {}


def declare(kind: LetterKind) -> LetterKind:
    """Make a kind known. Raises ValueError for a code declared before."""
    if kind.code in _kinds:
        raise ValueError(f"two kinds of letters with the code {kind.code!r}")
    _kinds[kind.code] = kind
    return kind


def all_kinds() -> list[LetterKind]:
    """Every declared kind, by code."""
    return [_kinds[code] for code in sorted(_kinds)]


def find_kind(code: str) -> LetterKind | None:
    """The kind of that code."""
    return _kinds.get(code)


def fields_of(kind: LetterKind) -> list[Field]:
    """All values a template of that kind may use."""
    return [*COMMON, *kind.fields]


def sample_of(kind: LetterKind) -> dict[str, Any]:
    """Sample values of every field and table."""
    return {
        **{one.name: one.sample for one in fields_of(kind)},
        **{table.name: table.sample for table in kind.tables},
        **{chart.name: dict(chart.sample) for chart in kind.charts},
    }
