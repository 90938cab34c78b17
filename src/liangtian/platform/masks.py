"""Masks (脱敏): what of a personal value is shown to everyone."""

from __future__ import annotations

import re


def mask_name(name: str) -> str:
    """张三 → 张*, 张小三 → 张*三: the first character, and the last of three or more."""
    if len(name) < 2:
        return "*" * len(name)
    return name[0] + "*" * max(1, len(name) - 2) + (name[-1] if len(name) > 2 else "")


def mask_id_number(number: str) -> str:
    """An identity number (身份证号): the first six and the last four stay."""
    return _masked(number, 6, 4)


def mask_phone(number: str) -> str:
    """A phone number: the first three and the last four stay, of a short one the last two."""
    return _masked(number, 3, 4) if len(number) >= 11 else _masked(number, 0, 2)


def mask_bank_card(number: str) -> str:
    """A bank card or account: the last four stay."""
    return _masked(number, 0, 4)


def _masked(text: str, head: int, tail: int) -> str:
    text = re.sub(r"\s", "", text)
    if len(text) < head + tail + 2:  # too short to hide anything: hide all
        return "*" * len(text)
    return text[:head] + "*" * (len(text) - head - tail) + text[len(text) - tail :]
