"""The register of letters (文书登记簿)."""

from __future__ import annotations

from collections.abc import Sequence

from liangtian.platform.documents.kinds import all_kinds
from liangtian.platform.documents.models import Letter
from liangtian.platform.ledgers.declaration import Choice, Column, Ledger, Tag, register
from liangtian.platform.people.models import User
from liangtian.platform.people.scope import ScopedQuerySet

TAGS: dict[str, Tag] = {
    Letter.State.DRAFT: "info",
    Letter.State.ISSUED: "success",
    Letter.State.VOID: "danger",
}


def states() -> Sequence[Choice]:
    """States with the colours of their tags."""
    return [Choice(s.value, str(s.label), TAGS[s]) for s in Letter.State]


def kinds() -> Sequence[Choice]:
    """Kinds of letters by their titles."""
    return [Choice(kind.code, kind.title) for kind in all_kinds()]


def letters(user: User) -> ScopedQuerySet:
    """Letters about things in the user's region."""
    return Letter.objects.visible_to(user)


register(
    Ledger(
        name="documents.letters",
        title="文书登记簿",
        permission="documents.register",
        export_permission="documents.register",
        rows=letters,
        default_sort="-created_at",
        unit_note="",
        search=("number", "about", "addressee"),
        columns=(
            Column("number", "文号", "number", width=190, filter="text", link="/letters/{id}",
                   fixed=True),
            Column("kind", "文书种类", "kind", "choice", width=170, filter="choice", choices=kinds),
            Column("about", "事由", "about", width=240, filter="text"),
            Column("addressee", "主送", "addressee", width=170, filter="text", by=True),
            Column("state", "状态", "state", "choice", width=90, filter="choice", choices=states),
            Column("issued_on", "成文日期", "issued_on", "date", width=110, filter="date_range"),
            Column("office_name", "发文机构", "office__name", width=180, by=True),
            Column("issued_by", "制发人", "issued_by__name", width=90, by=True,
                   sensitivity="staff"),
            Column("created_by", "拟稿人", "created_by__name", width=90, by=True,
                   sensitivity="staff"),
            Column("created_at", "拟稿时间", "created_at", "datetime", width=150,
                   filter="date_range"),
            Column("void_reason", "作废原因", "void_reason", width=160),
        ),
    )
)  # fmt: skip
