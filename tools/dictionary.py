"""The data dictionary (数据字典): writes docs/dictionary.md from the models and the registered ledgers.

`python tools/dictionary.py` writes the page; `--check` writes nothing and exits with 1 when it is stale.
"""

from __future__ import annotations

import argparse
import difflib
import os
import re
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from django.apps import AppConfig
    from django.db.models import BaseConstraint, Field, Model, Q

    from liangtian.platform.ledgers.declaration import Column, Ledger

PAGE = Path(__file__).resolve().parent.parent / "docs" / "dictionary.md"
INTRO = """\
# 数据字典

本页由 `make docs` 从程序的数据表和台账定义生成,请勿手工修改。每张表另见
[词汇表](vocabulary.md)。约定:

- 面积以平方米存到 0.01,亩为平方米 × 0.0015(显示两位小数,存储不取整)。
- 图形一律为 CGCS2000 经纬度(EPSG:4490);在 PostgreSQL 为 `geometry`,在 SQLite 为 WKB。
- 时间以带时区的世界时存储,按北京时间显示。
- “空”表示可以不填;未标“空”的都必填。文本的“空”是空字符串。
"""

_TYPES = {
    "AutoField": "整数",
    "BigAutoField": "整数",
    "BigIntegerField": "整数",
    "BinaryField": "二进制",
    "BooleanField": "是否",
    "CharField": "文本",
    "DateField": "日期",
    "DateTimeField": "日期时间",
    "FloatField": "小数",
    "ForeignKey": "引用",
    "IntegerField": "整数",
    "JSONField": "JSON",
    "ManyToManyField": "引用(多个)",
    "OneToOneField": "引用",
    "PositiveBigIntegerField": "整数(≥0)",
    "PositiveIntegerField": "整数(≥0)",
    "PositiveSmallIntegerField": "整数(≥0)",
    "SlugField": "文本(代码)",
    "TextField": "长文本",
    "UUIDField": "UUID",
}
_UNIT_IN_LABEL = re.compile(r"^(?P<label>.+)\((?P<unit>平方米|公顷|亩|字节|米|度|元|分)\)$")
_UNIT_OF_NAME = {"lon": "度", "lat": "度", "azimuth": "度", "progress": "0–1"}
_LOOKUPS = {
    "year": "的年份 =",
    "gt": ">",
    "gte": "≥",
    "lt": "<",
    "lte": "≤",
    "exact": "=",
    "in": "∈",
}
_KINDS = {
    "area_m2": "面积", "area_mu": "面积", "boolean": "是否", "choice": "选项", "date": "日期",
    "datetime": "日期时间", "integer": "整数", "text": "文本", "yuan": "金额",
    "m3": "水量",
}  # fmt: skip
_FILTERS = {
    "choice": "选项", "date_range": "日期范围", "number_range": "数值范围", "region": "区划",
    "text": "文字",
}  # fmt: skip


def main(argv: Sequence[str] | None = None) -> int:
    """Write the page, or compare it; 1 when `--check` finds it stale."""
    parser = argparse.ArgumentParser(description="生成数据字典 docs/dictionary.md")
    parser.add_argument("--check", action="store_true", help="只检查，过期时返回 1")
    args = parser.parse_args(argv)
    start_django()
    text = dictionary()
    if not args.check:
        PAGE.write_text(text, encoding="utf-8")
        return 0
    kept = PAGE.read_text(encoding="utf-8") if PAGE.is_file() else ""
    if kept == text:
        return 0
    changes = difflib.unified_diff(kept.splitlines(), text.splitlines(), "现有", "应有", n=0)
    print("\n".join(changes))
    print("docs/dictionary.md 已过期，请运行 make docs。", file=sys.stderr)
    return 1


def start_django() -> None:
    """Load the models. Nothing is read from a database, so the data folder is a throw-away one."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "liangtian.site.settings")
    with tempfile.TemporaryDirectory() as folder:
        os.environ.setdefault("LIANGTIAN_DATA", folder)
        import django

        django.setup()


def dictionary() -> str:
    """The whole page; needs Django started."""
    from django.apps import apps

    from liangtian.platform.ledgers.declaration import all_ledgers

    own = [app for app in apps.get_app_configs() if app.name.startswith("liangtian.")]
    blocks = [INTRO, "## 数据表\n"]
    for app in own:
        blocks += _app(app)
    blocks.append("## 台账\n")
    blocks += [_ledger(ledger) for ledger in all_ledgers()]
    return "\n".join(blocks).rstrip() + "\n"


def _app(app: AppConfig) -> Iterator[str]:
    for model in app.get_models():
        yield _model(model)


def _model(model: type[Model]) -> str:
    meta = model._meta
    lines = [f"### {meta.verbose_name} `{meta.db_table}`", ""]
    lines += _table(
        ("字段", "名称", "类型", "单位", "约束"),
        (_field_row(field) for field in _columns(model)),
    )
    rules = [_constraint(rule) for rule in meta.constraints]
    if rules:
        lines += ["", "整表约束：", "", *(f"- {rule}" for rule in rules)]
    return "\n".join([*lines, ""])


def _columns(model: type[Model]) -> list[Field[Any, Any]]:
    return [*model._meta.local_fields, *model._meta.local_many_to_many]


def _field_row(field: Field[Any, Any]) -> tuple[str, ...]:
    label, unit = _label_and_unit(field)
    return f"`{field.name}`", label, _type(field), unit, ";".join(_field_rules(field))


def _label_and_unit(field: Field[Any, Any]) -> tuple[str, str]:
    name = str(field.verbose_name)
    if found := _UNIT_IN_LABEL.match(name):
        return found["label"], found["unit"]
    # A field without a label of its own carries its name in English words.
    label = "" if name == field.name.replace("_", " ") or name == "ID" else name
    if field.name.endswith("_m2"):
        return label, "平方米"
    return label, _UNIT_OF_NAME.get(field.name, "")


def _type(field: Field[Any, Any]) -> str:
    kind = field.get_internal_type()
    if kind == "GeometryField":
        return f"图形 {getattr(field, 'kind', '')}"
    if kind == "DecimalField":
        digits, places = getattr(field, "max_digits", 0), getattr(field, "decimal_places", 0)
        return f"精确小数 {digits - places}+{places} 位"
    name = _TYPES[kind]
    return f"{name} ≤{field.max_length} 字" if field.max_length else name


def _field_rules(field: Field[Any, Any]) -> Iterator[str]:
    if field.primary_key:
        yield "主键"
    elif field.unique:
        yield "唯一"
    if field.remote_field is not None:
        yield f"→ `{field.remote_field.model._meta.db_table}`"
    if field.null or (field.blank and not field.many_to_many and not field.primary_key):
        yield "空"
    if field.choices:
        yield "、".join(f"`{value}` {label}" for value, label in field.flatchoices)


def _constraint(rule: BaseConstraint) -> str:
    from django.db.models import CheckConstraint, UniqueConstraint

    if isinstance(rule, UniqueConstraint):
        fields = "、".join(f"`{name}`" for name in rule.fields)
        where = f"(仅当 {_condition(rule.condition)})" if rule.condition else ""
        return f"`{rule.name}`:{fields} 不得重复{where}"
    if isinstance(rule, CheckConstraint):
        return f"`{rule.name}`:{_condition(rule.condition)}"
    raise TypeError(f"unknown kind of constraint: {rule!r}")


def _condition(wanted: Q | Any) -> str:
    """A condition in words of a formula; nested ones in parentheses."""
    from django.db.models import Q

    word = " 或 " if wanted.connector == Q.OR else " 且 "
    said = []
    children: list[Any] = wanted.children
    for child in children:
        text = _condition(child) if isinstance(child, Q) else _comparison(*child)
        nested = isinstance(child, Q) and len(child.children) > 1 and not child.negated
        said.append(f"({text})" if nested else text)
    joined = word.join(said)
    return f"非({joined})" if wanted.negated else joined


def _comparison(path: str, value: Any) -> str:
    from django.db.models import F

    name, _, lookup = path.partition("__")
    if lookup == "isnull" or value is None:
        empty = value is None or bool(value)
        return f"`{name}` {'为空' if empty else '不为空'}"
    if lookup == "regex":
        return f"`{name}` 形如 `{value}`"
    shown = f"`{value.deconstruct()[1][0]}`" if isinstance(value, F) else _literal(value)
    return f"`{name}` {_LOOKUPS[lookup or 'exact']} {shown}"


def _literal(value: Any) -> str:
    if isinstance(value, (list, tuple)):
        return "{" + "、".join(_literal(one) for one in value) + "}"
    text = str(getattr(value, "value", value))
    return text if isinstance(value, (bool, int, float)) else f"“{text}”"


def _ledger(ledger: Ledger) -> str:
    lines = [
        f"### {ledger.title} `{ledger.name}`",
        "",
        f"{ledger.unit_note}。查看权限 `{ledger.permission}`,导出权限 `{ledger.export_permission}`。",
        "",
    ]
    lines += _table(
        ("列", "名称", "类型", "单位", "筛选", "合计", "个人信息", "取自"),
        (
            (
                f"`{column.name}`",
                column.label,
                _KINDS[column.kind],
                column.unit or "",
                _FILTERS[column.filter] if column.filter else "",
                "合计" if column.sum else "",
                _sensitivity(column),
                f"`{column.source}`" if isinstance(column.source, str) else "计算",
            )
            for column in ledger.columns
        ),
    )
    return "\n".join([*lines, ""])


def _sensitivity(column: Column) -> str:
    from liangtian.platform.personal import LEVELS

    label = LEVELS[column.sensitivity].label
    return f"{label}(脱敏)" if column.personal else label


def _table(head: Sequence[str], rows: Iterator[tuple[str, ...]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield "|" + " --- |" * len(head)
    for row in rows:
        yield "| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |"


if __name__ == "__main__":
    sys.exit(main())
