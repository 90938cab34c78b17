"""Passwords that are guessed first: the common ones of the world, and the habits of a Chinese office.

The habits are rules, not a list: a word that everybody types (pinyin, a place, the system's own name) with
nothing but a year, a run of digits or a mark around it, and walks over the keyboard (GB/T 22239-2019 8.1.4.1 弱口令,
OWASP ASVS 5.0 6.2.4 and 6.2.11).
"""

from __future__ import annotations

import re
import string
from functools import lru_cache

from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError

PINYIN = """
    mima denglu guanli guanliyuan xitong ceshi nihao woaini wode women zhongguo china aiwo baobao shengri
    kuaile xingfu pingan facai gongxi jiayou laoshi gongzuo danwei bangong bangongshi zhengfu xian shi sheng
    zhen cun xiang nongye nongcun nongtian gengdi liangtian tianchang tudi ziran ziyuan guotu gengbao zhifa
    weipian tuban kucha diaocha xinxi ju ke zhan nongyeju ziranziyuanju liangshi xiaomai shuidao yumi
    woaizhongguo woaini zhonghua renmin gongchandang jiefang chunjie xinnian
    zhang wang li zhao chen liu yang huang zhou wu xu sun zhu ma hu guo lin he gao luo zheng liang
"""
PLACES = """
    beijing shanghai tianjin chongqing hebei shanxi neimenggu liaoning jilin heilongjiang jiangsu zhejiang
    anhui fujian jiangxi shandong henan hubei hunan guangdong guangxi hainan sichuan guizhou yunnan xizang
    shaanxi gansu qinghai ningxia xinjiang nanjing hangzhou hefei fuzhou nanchang jinan zhengzhou wuhan
    changsha guangzhou shenzhen chengdu guiyang kunming xian lanzhou xining yinchuan shenyang changchun haerbin
"""
ENGLISH = "admin administrator root user test guest login welcome password passwd pass hello love abc aa a"
WORDS = frozenset(f"{PINYIN} {PLACES} {ENGLISH}".split())
MOST_WORDS = 3  # four by chance are a good password
MOST_EXTRAS = 12  # digits and marks: a year, a birthday, a telephone number and a dash
SHORTEST_RUN = 3
KEYS = ("1234567890-=", "qwertyuiop[]", "asdfghjkl;'", "zxcvbnm,./")
COLUMNS = tuple("".join(keys) for keys in zip(*(row[:10].ljust(10) for row in KEYS), strict=True))
LINES = tuple(line[::way] for line in KEYS + COLUMNS for way in (1, -1))
UNSHIFTED = str.maketrans('!@#$%^&*()_+{}:"<>?', "1234567890-=[];',./")
LOOKALIKES = str.maketrans("01345@$", "oieasas")
INITIALS = re.compile(r"[a-z]{1,3}[^a-z0-9]?\d{4,8}[^a-z0-9]?")
NOT_LETTERS = re.compile(r"[^a-z]+")


def is_guessable(password: str) -> bool:
    """Whether a guesser tries this among the first: common, one or two characters, a walk, or a habit."""
    plain = password.lower()
    if len(set(plain)) <= 2 or plain in string.ascii_lowercase or _in_the_list(plain):
        return True
    if not plain.isascii():
        return False
    core = re.sub(r"^[^a-z]+|[^a-z]+$", "", plain)
    return (
        INITIALS.fullmatch(plain) is not None
        or _is_walk(plain.translate(UNSHIFTED))
        or _is_habit(plain)
        or (len(plain) - len(core) <= MOST_EXTRAS and _is_habit(core.translate(LOOKALIKES)))
    )


@lru_cache(maxsize=1)
def _list() -> CommonPasswordValidator:
    return CommonPasswordValidator()


def _in_the_list(plain: str) -> bool:
    try:
        _list().validate(plain)
    except ValidationError:
        return True
    return False


def _is_habit(plain: str) -> bool:
    """Words or walks with digits and marks around and between them."""
    parts = [part for part in NOT_LETTERS.split(plain) if part]
    extras = len(plain) - sum(map(len, parts))
    if extras > MOST_EXTRAS or len(parts) > MOST_WORDS:
        return False
    walked = plain.rstrip(string.digits + string.punctuation).translate(UNSHIFTED)
    return all(_words(part) or _is_walk(part) for part in parts) or _is_walk(walked)


def _words(letters: str, most: int = MOST_WORDS) -> bool:
    """Whether letters are at most `most` of the words, one after the other."""
    if not letters:
        return True
    heads = [letters[:n] for n in range(1, len(letters) + 1) if letters[:n] in WORDS]
    return most > 0 and any(_words(letters[len(head) :], most - 1) for head in heads)


def _is_walk(plain: str) -> bool:
    """Whether the keys lie in straight runs of the keyboard, or in two such runs taken in turn (1q2w3e)."""
    return _in_runs(plain) or (len(plain) >= 6 and _in_runs(plain[::2]) and _in_runs(plain[1::2]))


def _in_runs(plain: str) -> bool:
    while plain:
        run = next(
            (n for n in range(len(plain), SHORTEST_RUN - 1, -1)
             if any(plain[:n] in line for line in LINES) or len(set(plain[:n])) == 1),
            0,
        )  # fmt: skip
        if not run:
            return False
        plain = plain[run:]
    return True
