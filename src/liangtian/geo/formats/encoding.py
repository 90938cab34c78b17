"""Which encoding the text of a Shapefile is in, decided on the raw bytes of the whole table.

Order: what `.cpg` says, if every value bears it out; else strict UTF-8; else GB18030 (which contains
GBK and GB2312). Fixed-width DBF fields are cut by byte, so a value may end in half a character:
that is told apart from bytes that are simply wrong.
"""

from __future__ import annotations

import codecs
import contextlib
import re
from collections.abc import Iterable
from dataclasses import dataclass

from liangtian.geo.formats.model import FormatRefused

_CHINESE_CODE_PAGES = {"936", "CP936", "MS936", "GBK", "GB2312", "EUCCN", "GB18030"}
_UTF8_NAMES = {"UTF8", "UTF8SIG", "65001", "CP65001"}
_BIG5_NAMES = {"950", "CP950", "BIG5"}
_OTHER_CODE_PAGES = re.compile(r"^(CP\d{3,5}|EUC(JP|KR)|SHIFTJIS|KOI8[RU]|ASCII|LATIN\d)$")
_ISO_8859 = re.compile(r"^(?:ISO)?8859(\d{1,2})$")


@dataclass(frozen=True)
class TextEncoding:
    """The encoding to show to people, the Python codec that decodes it, and how it was decided."""

    label: str
    codec: str
    note: str


@dataclass
class _Trial:
    """How many distinct non-ASCII values an encoding reads whole, cut at the end, or not at all."""

    whole: int = 0
    cut: int = 0
    wrong: int = 0

    @property
    def strict(self) -> bool:
        return self.cut == 0 and self.wrong == 0


def normalise(name: str) -> tuple[str, str] | None:
    """Label and codec for an encoding as a .cpg file or a person writes it; None if unknown."""
    text = name.strip().strip("\ufeff").upper()
    bare = re.sub(r"^(ANSI|OEM|WINDOWS|X-)[-_ ]*", "", text)
    squeezed = re.sub(r"[-_ ]", "", bare)
    if squeezed in _UTF8_NAMES:
        return "UTF-8", "utf-8"
    if squeezed in _CHINESE_CODE_PAGES:
        return ("GB18030" if squeezed == "GB18030" else "GBK"), "gb18030"
    if squeezed in _BIG5_NAMES:
        return "Big5", "big5"
    match = _ISO_8859.match(squeezed)
    label = f"ISO-8859-{match[1]}" if match else text
    python_name = label if match else f"CP{squeezed}" if squeezed.isdigit() else squeezed
    if match or _OTHER_CODE_PAGES.match(python_name):
        with contextlib.suppress(LookupError):
            return label, codecs.lookup(python_name).name
    return None


def named(name: str) -> tuple[str, str]:
    """Label and codec of an encoding a person asked for; FormatRefused if there is no such one."""
    found = normalise(name)
    if found is None:
        raise FormatRefused(f"不认识的文字编码“{name}”。可用：UTF-8、GBK、GB18030。")
    return found


def decode(raw: bytes, codec: str) -> tuple[str, str]:
    """The text and "" if it is whole, "cut" if it ends in half a character, "wrong" otherwise.

    Half a character at the end is left out; bytes that mean nothing become U+FFFD.
    """
    try:
        return raw.decode(codec), ""
    except UnicodeDecodeError as fault:
        tail = len(raw) - fault.start
        if fault.end == len(raw) and tail < 4 and "illegal" not in fault.reason:
            return raw[: fault.start].decode(codec), "cut"
        return raw.decode(codec, "replace"), "wrong"


def _try(values: Iterable[bytes], codec: str) -> _Trial:
    trial = _Trial()
    for raw in values:
        fault = decode(raw, codec)[1]
        if fault == "cut":
            trial.cut += 1
        elif fault:
            trial.wrong += 1
        else:
            trial.whole += 1
    return trial


def decide(values: Iterable[bytes], cpg: str | None) -> TextEncoding:
    """The encoding of all these raw values (distinct field names and cell texts)."""
    foreign = [raw for raw in set(values) if not raw.isascii()]
    prefix = ""
    if cpg is not None and cpg.strip():
        found = normalise(cpg)
        if found is None:
            prefix = f".cpg 写的编码“{cpg.strip()}”无法识别；"
        elif (trial := _try(foreign, found[1])).wrong == 0 and trial.cut <= trial.whole:
            return TextEncoding(*found, f"文字编码 {found[0]}：依据 .cpg 文件。")
        else:
            prefix = (
                f".cpg 写的是 {found[0]}，但有 {trial.wrong + trial.cut} 个不同的值按它读不通；"
            )
    else:
        prefix = "没有 .cpg 文件；"
    return _decide_by_bytes(foreign, prefix)


def _decide_by_bytes(foreign: list[bytes], prefix: str) -> TextEncoding:
    if not foreign:
        note = f"文字编码 UTF-8：{prefix}全部是 ASCII 字符，各种编码结果相同。"
        return TextEncoding("UTF-8", "utf-8", note)
    utf8, gb = _try(foreign, "utf-8"), _try(foreign, "gb18030")
    if utf8.strict:
        note = f"文字编码 UTF-8：{prefix}全部字节符合 UTF-8。"
        return TextEncoding("UTF-8", "utf-8", note)
    if utf8.wrong == 0 and utf8.whole > utf8.cut:
        note = f"文字编码 UTF-8：{prefix}{utf8.whole} 个不同的值符合 UTF-8，另有 {utf8.cut} 个被字段宽度截断。"
        return TextEncoding("UTF-8", "utf-8", note)
    if gb.wrong == 0:
        note = f"文字编码 GB18030：{prefix}不符合 UTF-8，按 GB18030(含 GBK)能读通。"
        return TextEncoding("GB18030", "gb18030", note)
    label, codec, trial = ("UTF-8", "utf-8", utf8)
    if gb.wrong <= utf8.wrong:
        label, codec, trial = ("GB18030", "gb18030", gb)
    note = (
        f"文字编码 {label}（不确定）：{prefix}UTF-8 与 GB18030 都不能完全读通，"
        f"按 {label} 仍有 {trial.wrong} 个不同的值读不通，读不通处显示为“\ufffd”，请核对并指定编码。"
    )
    return TextEncoding(label, codec, note)
