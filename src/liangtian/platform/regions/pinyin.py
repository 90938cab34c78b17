"""Pinyin of place names, for search boxes: full and by initials, with other readings of 多音字."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice, product

MOST_READINGS = 6
"""A name of several 多音字 has many readings; beyond these nobody types them."""
LONGEST = 200  # of Region.pinyin


def pinyin_of(name: str) -> str:
    """Initials and full pinyin without tones, readings of 多音字 after them: 长坝镇 -> "cbz changbazhen zbz zhangbazhen".

    The first reading is that of the words in the name (重庆 "chongqing").
    """
    from pypinyin import Style, lazy_pinyin, pinyin  # half of what a command needs to start

    words = [_joined(lazy_pinyin(name, style=s)) for s in (Style.FIRST_LETTER, Style.NORMAL)]
    readings = pinyin(name, style=Style.NORMAL, heteronym=True)
    for reading in islice(product(*readings), MOST_READINGS):
        words += ["".join(part[:1] for part in reading).lower(), _joined(reading)]
    text = ""
    for word in dict.fromkeys(words):
        if len(text) + len(word) + 1 > LONGEST:
            break
        text = f"{text} {word}".strip()
    return text


def sounds_like(wanted: str, name: str) -> bool:
    """Whether the initials or the full pinyin of a name hold `wanted` (small letters)."""
    from pypinyin import lazy_pinyin

    full = lazy_pinyin(name)
    return wanted in _joined(full) or wanted in _joined([part[:1] for part in full])


def _joined(parts: Iterable[str]) -> str:
    return "".join(parts).lower()
