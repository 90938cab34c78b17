"""Names of columns in files for desktop programs, and the legend that explains them.

DBF keeps ten bytes of a name, five Chinese characters in GBK. Names that would be cut get a declared short
name where there is one; every file goes with a legend that says what each name stands for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from liangtian.geo.formats.writer import shapefile_names

# Columns this system adds, by their own name: at most ten ASCII characters.
DECLARED = {
    "行号": "LT_HH", "要素编号": "LT_FID", "类别": "LT_LB", "类别名称": "LT_LBMC", "名称": "LT_MC",
    "起始日期": "LT_QSRQ", "截止日期": "LT_JZRQ", "面积平方米": "LT_MJ", "面积亩": "LT_MU",
    "变化前类别": "LT_BGQ", "变化后类别": "LT_BGH", "变化前名称": "LT_BGQMC", "变化后名称": "LT_BGHMC",
    "是否裁切": "LT_CQ",
}  # fmt: skip


@dataclass(frozen=True)
class FileField:
    """A column: its own name, the name in the file, what it is in words."""

    name: str
    short: str
    label: str


def file_fields(
    names: Sequence[str],
    *,
    labels: Mapping[str, str] | None = None,
    declared: Mapping[str, str] | None = None,
    encoding: str = "GBK",
    short: bool = True,
) -> list[FileField]:
    """How columns are called in a file, never two the same (DBF does not tell case apart).

    With `short` names fit DBF: declared ones (`declared`, then this module's) first, others cut to ten
    bytes of `encoding` and numbered where they clash. Without, names stay as they are. `labels` explain them.
    Raises FormatRefused for a character the encoding lacks.
    """
    known, said = {**DECLARED, **(declared or {})}, labels or {}
    wanted = [known.get(name, name) if short else name for name in names]
    # Numbered beforehand, so that two columns with one wanted name stay two.
    distinct: dict[str, int] = {}
    tagged = []
    for one in wanted:
        distinct[one] = distinct.get(one, 0) + 1
        tagged.append(one if distinct[one] == 1 else f"{one}\x00{distinct[one]}")
    chosen = (
        shapefile_names(tagged, encoding) if short else {t: t.replace("\x00", "_") for t in tagged}
    )
    return [
        FileField(name, chosen[tag].replace("\x00", ""), said.get(name, name))
        for name, tag in zip(names, tagged, strict=True)
    ]


def legend_text(fields: Sequence[FileField]) -> str:
    """The legend as lines of text: name in the file, own name, meaning."""
    lines = ["文件中的字段名\t原字段名\t含义"]
    lines += [f"{one.short}\t{one.name}\t{one.label}" for one in fields]
    return "\r\n".join(lines) + "\r\n"
