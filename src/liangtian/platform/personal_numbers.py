"""Whole identity and mobile numbers in texts that people type: recognised, and kept out of what is stored.

An identity number (居民身份证号码) is 18 characters with a date of birth and a check character (GB 11643-1999).
A unified credit code (统一社会信用代码) of a company is no personal information.
"""

from __future__ import annotations

import logging
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from liangtian.platform.errors import Refused
from liangtian.platform.masks import mask_id_number, mask_phone

_ALONE = r"(?<![0-9A-Za-z.]){}(?![0-9A-Za-z])"
_ID = re.compile(_ALONE.format(r"[1-9]\d{5}(?:[\s-]?\d){11}[\s-]?[\dXx]"))
_MOBILE = re.compile(_ALONE.format(r"(?:\+?86[\s-]?)?1[3-9]\d(?:[\s-]?\d){8}"))
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"
FIRST_YEAR = 1900


def is_id_number(text: str) -> bool:
    """Whether the 18 characters are an identity number: a day of birth that was, and the check character."""
    try:
        born = date(int(text[6:10]), int(text[10:12]), int(text[12:14]))
    except ValueError:
        return False
    total = sum(int(d) * w for d, w in zip(text[:17], _WEIGHTS, strict=True))
    return (
        born.year >= FIRST_YEAR and born <= date.today() and _CHECKS[total % 11] == text[17].upper()
    )


def found_in(text: str) -> list[str]:
    """What kinds of personal numbers stand whole in the text (Chinese names), each once."""
    half = unicodedata.normalize("NFKC", text)
    kinds = ["身份证号"] if any(is_id_number(_bare(m[0])) for m in _ID.finditer(half)) else []
    return kinds + (["手机号"] if _MOBILE.search(half) else [])


def refuse_to_keep(what: str, texts: Iterable[str], more: Sequence[str] = ()) -> None:
    """Refused for texts with a whole number that would be kept in `what` (视图、导出任务); `more`: what else is in them."""
    if kinds := [*found_in("\n".join(texts)), *more]:
        raise Refused(
            f"查询条件或名称中有完整的{'、'.join(dict.fromkeys(kinds))}，不能存入{what}。"
            "请先清除该条件，改用编号、姓名、区划等条件；需要再次按号码查询时，请重新填写号码。",
            fields={"query": "有完整的个人号码"},
        )


def hidden(text: str) -> str:
    """The text with whole personal numbers masked; any other text as it is."""
    if not found_in(text):
        return text
    half = unicodedata.normalize("NFKC", text)
    half = _ID.sub(
        lambda m: mask_id_number(_bare(m[0])) if is_id_number(_bare(m[0])) else m[0], half
    )
    return _MOBILE.sub(lambda m: mask_phone(_bare(m[0])), half)


def hidden_within(value: Any) -> Any:
    """The same for every text inside lists and dictionaries."""
    if isinstance(value, str):
        return hidden(value)
    if isinstance(value, Mapping):
        return {key: hidden_within(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [hidden_within(one) for one in value]
    return value


class HiddenNumbers(logging.Filter):
    """Masks personal numbers in what goes to the log."""

    def filter(self, record: logging.LogRecord) -> bool:
        said = record.getMessage()
        if found_in(said):
            record.msg, record.args = hidden(said), ()
        return True


def _bare(text: str) -> str:
    return re.sub(r"[\s-]", "", text)
