"""What the page of a registration shows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from liangtian.platform.people.scope import require
from liangtian.programmes.holdings.codes import listed
from liangtian.programmes.holdings.models import Registration
from liangtian.programmes.holdings.notices.stage import blocked
from liangtian.programmes.holdings.pages import holder_ref, place_out
from liangtian.programmes.holdings.parcels import area_mu
from liangtian.programmes.holdings.registering.looking import looked_over
from liangtian.programmes.holdings.registering.services import REPORT

if TYPE_CHECKING:
    from liangtian.platform.people.models import User

State = Registration.State


def options_for(user: User) -> dict[str, Any]:
    """The choices of an application."""
    require(user, "holdings.view")
    return {"rights": list(listed("right")), "paper_kinds": [*listed("paper_kind"), REPORT]}


def fetch_registration(user: User, key: int) -> Registration:
    """The registration. Raises Forbidden, NotFound outside the scope."""
    require(user, "holdings.view")
    rows = Registration.objects.select_related("parcel", "version", "holder", "region")
    found: Registration = rows.fetch_for(user, pk=key)
    return found


def registration_ref(row: Registration) -> dict[str, Any]:
    """A registration in a list."""
    plain = ("id", "parcel_id", "right", "applied_on", "state", "unit_code", "certificate",
             "registered_on")  # fmt: skip
    return {
        **{name: getattr(row, name) for name in plain},
        "code": row.parcel.code, "state_label": row.get_state_display(),
    }  # fmt: skip


def registration_out(user: User, row: Registration) -> dict[str, Any]:
    """A registration; until it is checked, what a check would find today."""
    found = row.overlay or looked_over(row.parcel)
    under_way = row.state in Registration.OPEN
    return {
        **registration_ref(row),
        "region": place_out(row.region), "holder": holder_ref(row.holder),
        "area_mu": area_mu(row.version), "surveyed_on": row.surveyed_on, "surveyor": row.surveyor,
        "judged": found["judged"], "compared": found["compared"], "hits": found["hits"],
        "files": [
            {"id": one.file_id, "name": one.file.name, "kind": one.kind}
            for one in row.files.select_related("file")
        ],
        "steps": [
            {"state_label": s.get_state_display(), "on": s.on, "by": s.by.name, "note": s.note,
             "at": s.at}
            for s in row.steps.select_related("by")
        ],
        "blocked": blocked([row.parcel]).get(row.parcel_id, "") if under_way else "",
        "acts": _acts(user, row),
    }  # fmt: skip


def _acts(user: User, row: Registration) -> list[str]:
    """What the user may do with it now."""
    may = user.may("holdings.register")
    own = user.pk in (row.entered_by_id, row.checked_by_id)
    wanted = {
        "papers": may and row.state in Registration.OPEN,
        "check": may and row.state == State.APPLIED,
        "survey": may and row.state in (State.CHECKED, State.SURVEYED),
        "decide": user.may("holdings.approve") and not own and row.state == State.SURVEYED,
        "enter": may and user.may("holdings.edit") and row.state == State.APPROVED,
        "withdraw": may and row.state in Registration.OPEN,
    }
    return [name for name, allowed in wanted.items() if allowed]
