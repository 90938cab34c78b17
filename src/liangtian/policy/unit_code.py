"""Codes of real-estate units (不动产单元代码, GB/T 37346-2019): 28 characters, the first 19 those of the parcel (宗地).

County 6, cadastral district 3, sub-district 3, two letters of ownership and kind of parcel, serial 5; then a
letter of what stands on it and its serial of 8, which is W00000000 for land alone. There is no check character.
"""

from __future__ import annotations

import re

LENGTH = 28
OWNED = "GJZ"  # state, collective, disputed
KINDS = "ABSXCDEFLNHGWY"
FIXTURES = "FLQW"
BARE = "W00000000"
_PATTERN = re.compile(rf"\d{{6}}\d{{3}}\d{{3}}[{OWNED}][{KINDS}]\d{{5}}[{FIXTURES}]\d{{8}}")


def plain(code: str) -> str:
    """The code without blanks, half-width and in capitals, as it is compared and kept."""
    return "".join(code.split()).upper()


def wrong_unit_code(code: str, county: str) -> str:
    """What is wrong with a code (as `plain` leaves it) of a county (6 digits), in Chinese; empty when nothing is."""
    if len(code) != LENGTH:
        return f"应为 {LENGTH} 位，现有 {len(code)} 位"
    if _PATTERN.fullmatch(code) is None:
        return (
            "格式不对：应为县 6 位、地籍区 3 位、地籍子区 3 位、宗地特征码 2 位字母、宗地号 5 位、"
            "定着物特征码 1 位字母、单元号 8 位"
        )
    bare, numbered = code[19] == BARE[0], code[20:] != BARE[1:]
    wrong = {
        f"前 6 位应为本县代码 {county}": code[:6] != county,
        "宗地号不能为 00000": code[14:19] == "00000",
        f"没有定着物的，后 9 位应为 {BARE}": bare and numbered,
        "有定着物的，单元号不能全为 0": not bare and not numbered,
    }
    return next((said for said, holds in wrong.items() if holds), "")
