"""Dunning letters for printing, many in one PDF."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from liangtian.platform.audit.services import saw
from liangtian.platform.documents.kinds import LetterKind, find_kind
from liangtian.platform.documents.models import Letter
from liangtian.platform.errors import Refused
from liangtian.platform.people.scope import require
from liangtian.press.letter_pages import LetterPage, LetterTable
from liangtian.press.letter_pages import letters_pdf as printed
from liangtian.programmes.holdings.models import Dunning

if TYPE_CHECKING:
    from liangtian.platform.people.models import User

_TAG = re.compile(r"\{\{ (\w+) \}\}")


def letters_pdf(user: User, ids: Sequence[int]) -> bytes:
    """The letters of several dunnings, as issued. An office with a template of its own prints its Word files.

    Raises Forbidden, NotFound, Refused for one without a letter.
    """
    require(user, "holdings.view", "measures.propose", "personal.unmask")
    rows: list[Dunning] = [
        Dunning.objects.select_related("letter__office").fetch_for(user, pk=key) for key in ids
    ]
    letters = [row.letter for row in rows if row.letter is not None]
    if not letters or len(letters) < len(rows):
        raise Refused("所选记录中有尚未制发通知书的，请先制发。", fields={"ids": "未制发"})
    if any(letter.template_id for letter in letters):
        raise Refused("本机构使用自己的文书模板，请在“文书登记”中下载 Word 文件打印。")
    kind = find_kind(letters[0].kind)
    assert kind is not None
    pages = [_page(letter, kind) for letter in letters]
    saw(user, "holdings.dunning.print", f"{kind.title} {len(pages)} 份", region=user.region)
    latest = max(letter.issued_on or timezone.localdate() for letter in letters)
    return printed(kind.title, letters[0].office.name, pages, latest)


def _page(letter: Letter, kind: LetterKind) -> LetterPage:
    on = letter.issued_on or timezone.localdate()
    tables = {table.name: table for table in kind.tables}
    blocks: list[str | LetterTable] = []
    for text in kind.body:
        if text in tables:
            columns = tables[text].columns
            rows = [[str(row[c.name]) for c in columns] for row in letter.values[text]]
            blocks.append(LetterTable([c.label for c in columns], rows))
        else:
            blocks.append(_TAG.sub(lambda m: _value(letter, m.group(1)), text))
    return LetterPage(
        letter.number, letter.addressee, f"{on.year}年{on.month}月{on.day}日",
        _value(letter, "contact"), blocks,
    )  # fmt: skip


def _value(letter: Letter, name: str) -> str:
    value: Any = letter.values[name]
    return str(value)
