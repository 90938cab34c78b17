"""The ledgers: rows, groups, the map's extent, saved views."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.site.matrix import EVERYONE, EXPORT, LEDGER, VIEW, Row, _ledger
from tests.site.world import World

VIEWS = f"{LEDGER}/views"
DRAFT = {"name": "我的视图", "columns": [{"name": "number"}], "query": {"q": "1"}}


def _groups(w: World, place: str) -> Mapping[str, Any]:
    return {**_ledger(w, place), "query": {"by": "region:township"}}


def _new_view(w: World, place: str) -> Mapping[str, Any]:
    return {**_ledger(w, place), "json": DRAFT}


def _own_view(w: World, place: str) -> Mapping[str, Any]:
    """A view of the township's clerk."""
    from liangtian.platform.ledgers.models import SavedView

    view, _ = SavedView.objects.get_or_create(
        ledger="enforcement.patches", name="乡镇视图", owner=w.users["township_clerk"]
    )
    return {"path": {"name": "enforcement.patches", "view_id": view.pk}, "json": DRAFT}


def _no_default(w: World, place: str) -> Mapping[str, Any]:
    return {**_ledger(w, place), "json": {"view": None}}


def _format(**more: Any) -> Any:
    path = {"name": "enforcement.patches", "file_format": "xlsx"}
    return lambda w, place: {"path": path, "query": more}


def _new_export(w: World, place: str) -> Mapping[str, Any]:
    return {**_ledger(w, place), "json": {"format": "csv"}}


def _own_file(w: World, place: str) -> Mapping[str, Any]:
    """A file the township's clerk asked for and a worker has written."""
    from liangtian.platform.jobs.services import run_job
    from liangtian.platform.ledgers.declaration import find_ledger
    from liangtian.platform.ledgers.exports import start_export
    from liangtian.platform.ledgers.models import LedgerExport

    clerk, ledger = w.users["township_clerk"], find_ledger("enforcement.patches")
    made = LedgerExport.objects.filter(created_by=clerk).first()
    if made is None:
        assert ledger is not None
        made = start_export(ledger, clerk, {}, [], "csv")
        run_job.call(str(made.job_id))
    return {"path": {"export_id": made.pk}}


def _people(w: World, place: str) -> Mapping[str, Any]:
    return {"path": {"name": "people.accounts"}}


def _unmask(w: World, place: str) -> Mapping[str, Any]:
    return {"path": {"name": "people.accounts"}, "json": {"reason": "核实联系电话"}}


def _number(w: World, place: str) -> Mapping[str, Any]:
    """The system administrator has said why in every sign-in there is."""
    from datetime import timedelta

    from django.utils import timezone

    from liangtian.platform.ledgers.models import Unmasking
    from liangtian.platform.people.models import Presence

    now, user = timezone.now(), w.users["sysadmin"]
    for sign_in in Presence.objects.filter(user=user, ended_at=None):
        Unmasking.objects.create(
            ledger="people.accounts", user=user, sign_in=sign_in, reason="核实联系电话",
            at=now, until=now + timedelta(minutes=5),
        )  # fmt: skip
    body = {"column": "phone", "number": "13800000000"}
    return {"path": {"name": "people.accounts"}, "json": body}


OWNER = frozenset({"township_clerk"})
UNSEEN = frozenset({403, 404})

ROWS: tuple[Row, ...] = (
    Row("GET", f"{LEDGER}/extent", VIEW, _ledger),
    Row("GET", f"{LEDGER}/groups", VIEW, _groups),
    Row("GET", f"{LEDGER}/export.{{file_format}}", EXPORT, _format()),
    Row("GET", f"{LEDGER}/export.{{file_format}}", EXPORT, _format(by="stage"), use="summed up"),
    Row("POST", f"{LEDGER}/exports", EXPORT, _new_export),
    Row("GET", "/api/ledger-exports", EVERYONE),
    Row("GET", "/api/ledger-exports/{export_id}/file", OWNER, _own_file, denied=UNSEEN),
    Row("GET", VIEWS, VIEW, _ledger),
    Row("POST", VIEWS, VIEW, _new_view),
    Row("PUT", f"{VIEWS}/{{view_id}}", OWNER, _own_view, denied=UNSEEN),
    Row("DELETE", f"{VIEWS}/{{view_id}}", OWNER, _own_view, denied=UNSEEN),
    Row("PUT", f"{LEDGER}/default-view", VIEW, _no_default),
    Row("POST", f"{LEDGER}/unmask", {"sysadmin"}, _unmask),
    Row("DELETE", f"{LEDGER}/unmask", {"sysadmin"}, _unmask),
    Row("POST", f"{LEDGER}/number", {"sysadmin"}, _number),
    Row("GET", f"{LEDGER}/rows", {"sysadmin", "security_officer"}, _people, use="people"),
)
