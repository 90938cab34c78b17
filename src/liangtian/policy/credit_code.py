"""Unified social credit codes (统一社会信用代码, GB 32100-2015): 18 characters, the last a check character."""

from __future__ import annotations

_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # without I, O, S, V, Z
_MODULUS = 31
_LENGTH = 18


def check_character(first: str) -> str:
    """The check character after the first 17: Σ value × 3^place, taken to a multiple of 31.

    Raises ValueError for a character that such a code does not hold.
    """
    total = sum(_ALPHABET.index(c) * pow(3, i, _MODULUS) for i, c in enumerate(first))
    return _ALPHABET[-total % _MODULUS]


def is_credit_code(text: str) -> bool:
    """Whether the text, half-width and in capitals, is a whole code with the right check character."""
    if len(text) != _LENGTH or any(c not in _ALPHABET for c in text):
        return False
    return check_character(text[:-1]) == text[-1]
