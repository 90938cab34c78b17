"""The journal (凭证) as a ledger: every entry, in the order of its numbers."""

from __future__ import annotations

from liangtian.platform.books.models import Entry
from liangtian.platform.ledgers.declaration import Column, Ledger, register
from liangtian.platform.people.models import User
from liangtian.platform.people.scope import ScopedQuerySet


def entries(user: User) -> ScopedQuerySet:
    """Sealed entries of the user's region."""
    return Entry.objects.visible_to(user).filter(sealed=True)


register(
    Ledger(
        name="books.entries",
        title="凭证",
        permission="books.view",
        export_permission="books.view",
        rows=entries,
        default_sort="-on",
        unit_note="",
        search=("text", "key"),
        columns=(
            Column("year", "年度", "year", "integer", width=80, filter="number_range"),
            Column("number", "凭证号", "number", "integer", width=90, filter="number_range",
                   link="/books/entries/{id}"),
            Column("on", "记账日期", "on", "date", width=110, filter="date_range"),
            Column("text", "摘要", "text", width=320, filter="text"),
            Column("region_name", "区划", "region__name", width=130, by=True),
            Column("reverses", "冲销分录", "reverses__text", width=180),
            Column("posted_by", "记账人", "posted_by__name", width=90, by=True,
                   sensitivity="staff"),
            Column("posted_at", "记账时间", "posted_at", "datetime", width=150,
                   filter="date_range"),
        ),
    )
)  # fmt: skip
