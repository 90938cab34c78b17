"""Reasons (理由) that people give for what they do, of the length the installation asks for."""

from __future__ import annotations

from django.conf import settings

from liangtian.platform.errors import Refused

LONGEST = 300  # characters that the columns for a reason hold


def reason_given(text: str, what: str, longest: int = LONGEST) -> str:
    """The reason without surrounding spaces, cut to `longest`; `what` is the act, e.g. “延期”.

    Raises Refused when it has fewer than `settings.REASON_CHARACTERS`: a word like “同意” explains nothing later.
    """
    said, least = text.strip(), settings.REASON_CHARACTERS
    if len(said) < least:
        raise Refused(
            f"{what}须写明理由，至少 {least} 个字。",
            fields={"reason": f"至少 {least} 个字，现有 {len(said)} 个"},
        )
    return said[:longest]
