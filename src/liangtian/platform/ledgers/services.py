"""Keeping, changing and dropping views of a ledger."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from liangtian.platform.audit.services import record
from liangtian.platform.errors import Conflict, NotFound, Refused
from liangtian.platform.ledgers.declaration import Ledger
from liangtian.platform.ledgers.groups import dimensions
from liangtian.platform.ledgers.models import DefaultView, SavedView
from liangtian.platform.ledgers.query import filtered
from liangtian.platform.people.scope import require
from liangtian.platform.personal_numbers import refuse_to_keep

if TYPE_CHECKING:
    from liangtian.platform.people.models import User

WIDTHS = (40, 800)  # pixels a column can be drawn


@dataclass(frozen=True)
class ViewDraft:
    """What a view is to hold; `columns` are `{"name", "width", "pin"}` in the order shown."""

    name: str
    shared: bool
    columns: list[dict[str, Any]]
    query: dict[str, str]
    grouping: list[str]


def visible_views(user: User, ledger: Ledger) -> QuerySet[SavedView]:
    """One's own views, and those shared with one's office."""
    mine = Q(owner=user)
    if user.office_id:
        mine |= Q(office_id=user.office_id)
    return SavedView.objects.filter(mine, ledger=ledger.name).select_related("owner")


def save_view(
    user: User, ledger: Ledger, draft: ViewDraft, view_id: int | None = None
) -> SavedView:
    """A new view, or the user's own one changed.

    Raises Refused for columns or filters the ledger does not have, Conflict for a name in use,
    NotFound for a view that is not the user's own.
    """
    require(user, ledger.permission)
    _check(user, ledger, draft)
    with transaction.atomic():
        view = SavedView(ledger=ledger.name, owner=user)
        if view_id is not None:
            view = _own(user, view_id)
        before = _plain(view) if view.pk else None
        view.name, view.columns, view.query = draft.name.strip(), draft.columns, draft.query
        view.grouping, view.office = draft.grouping, user.office if draft.shared else None
        view.updated_at = timezone.now()
        try:
            with transaction.atomic():
                view.save()
        except IntegrityError:
            raise Conflict(f"您已有名为“{view.name}”的视图，请换一个名称。") from None
        record(user, "ledger.view", view, region=user.region, before=before, after=_plain(view))
    return view


def drop_view(user: User, view_id: int) -> None:
    """Delete the user's own view. Raises NotFound for another's."""
    with transaction.atomic():
        view = _own(user, view_id)
        record(user, "ledger.view_drop", view, region=user.region, before=_plain(view))
        view.delete()


def set_default(user: User, ledger: Ledger, view_id: int | None) -> None:
    """Open the ledger with that view from now on; None: with the ledger's own columns."""
    require(user, ledger.permission)
    with transaction.atomic():
        DefaultView.objects.filter(user=user, ledger=ledger.name).delete()
        if view_id is not None:
            view = visible_views(user, ledger).filter(pk=view_id).first()
            if view is None:
                raise NotFound("没有该视图，或不是您可以使用的视图。")
            DefaultView.objects.create(user=user, ledger=ledger.name, view=view)
        record(user, "ledger.view_default", ledger.title, region=user.region,
               after={"view": view_id})  # fmt: skip


def default_view(user: User, ledger: Ledger) -> int | None:
    """The user's default view, unless it is no longer shared with them."""
    chosen = DefaultView.objects.filter(user=user, ledger=ledger.name).values_list(
        "view", flat=True
    )
    return visible_views(user, ledger).filter(pk__in=chosen).values_list("pk", flat=True).first()


def _own(user: User, view_id: int) -> SavedView:
    view = SavedView.objects.filter(pk=view_id, owner=user).first()
    if view is None:
        raise NotFound("没有该视图；只有建立人可以修改或删除视图。")
    return view


def _check(user: User, ledger: Ledger, draft: ViewDraft) -> None:
    if not draft.name.strip():
        raise Refused("请填写视图名称。", fields={"name": "请填写"})
    if draft.shared and user.office_id is None:
        raise Refused("您的账号没有所在机构，不能共享视图。", fields={"shared": "没有所在机构"})
    for column in draft.columns:
        if ledger.column(str(column.get("name"))) is None:
            raise Refused(f"“{ledger.title}”没有列“{column.get('name')}”。")
        width = column.get("width")
        if width is not None and not WIDTHS[0] <= width <= WIDTHS[1]:
            raise Refused(f"列宽应在 {WIDTHS[0]} 到 {WIDTHS[1]} 之间。")
    known = {name for name, _ in dimensions(ledger)}
    if len(draft.grouping) > 2 or not known.issuperset(draft.grouping):
        raise Refused("汇总项最多两个，且应是本台账可用的汇总项。")
    sought = [c.label for c in ledger.columns if c.digest and c.name in draft.query]
    refuse_to_keep("视图", [draft.name, *draft.query.values()], sought)
    filtered(ledger, user, draft.query)


def _plain(view: SavedView) -> dict[str, Any]:
    keys = ("ledger", "name", "columns", "query", "grouping", "office_id")
    return {key: getattr(view, key) for key in keys}
