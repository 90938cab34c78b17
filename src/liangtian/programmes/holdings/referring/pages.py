"""What the pages of referrals and petitions show, and those of the parcels and holders they are about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.utils import timezone

from liangtian.platform.documents.models import Letter
from liangtian.platform.people.scope import require
from liangtian.platform.personal import masked
from liangtian.programmes.holdings.codes import listed, pack_in_use
from liangtian.programmes.holdings.models import Holder, Parcel, Petition, Referral
from liangtian.programmes.holdings.pages import holder_ref, place_out
from liangtian.programmes.holdings.referring.petitions import DAYS
from liangtian.programmes.holdings.referring.referrals import LETTER

if TYPE_CHECKING:
    from liangtian.platform.people.models import User


def options_for(user: User) -> dict[str, Any]:
    """Authorities, channels, kinds, and how long a petition may take."""
    require(user, "holdings.view")
    days = pack_in_use().value(DAYS, timezone.localdate())
    return {
        "authorities": [{"value": a.value, "label": str(a.label)} for a in Referral.Authority],
        "channels": [{"value": c.value, "label": str(c.label)} for c in Petition.Channel],
        "kinds": list(listed("petition_kind")), "days": days.integer, "clause": str(days.clause),
    }  # fmt: skip


def fetch_referral(user: User, key: int) -> Referral:
    """The referral. Raises Forbidden, NotFound outside the scope."""
    require(user, "holdings.view")
    rows = Referral.objects.select_related(
        "parcel", "holder", "region", "proposed_by", "approved_by"
    )
    found: Referral = rows.fetch_for(user, pk=key)
    return found


def referral_ref(row: Referral) -> dict[str, Any]:
    """A referral in a list."""
    plain = ("id", "authority", "receiver", "parcel_id", "text", "state", "sent_on", "answered_on",
             "answer")  # fmt: skip
    return {
        **{name: getattr(row, name) for name in plain},
        "authority_label": row.get_authority_display(), "state_label": row.get_state_display(),
        "code": row.parcel.code if row.parcel else "",
    }  # fmt: skip


def referral_out(user: User, row: Referral) -> dict[str, Any]:
    """A referral with its letter and documents."""
    letters = Letter.objects.filter(kind=LETTER, source_id=row.pk).exclude(state=Letter.State.VOID)
    letter = letters.order_by("-pk").first()
    return {
        **referral_ref(row),
        "region": place_out(row.region), "holder": holder_ref(row.holder), "basis": row.basis,
        "note": row.note, "proposed_by": row.proposed_by.name, "proposed_at": row.proposed_at,
        "approved_by": row.approved_by.name if row.approved_by else "",
        "approved_at": row.approved_at, "letter": letter.number if letter else "",
        "letter_id": letter.pk if letter else None, "files": _files(row),
        "acts": _referral_acts(user, row, numbered=bool(letter and letter.number)),
    }  # fmt: skip


def petition_ref(row: Petition) -> dict[str, Any]:
    """A petition in a list."""
    plain = ("id", "kind", "text", "parcel_id", "received_on", "due_on", "state", "answered_on",
             "answer")  # fmt: skip
    ended = row.answered_on or row.closed_on or timezone.localdate()
    return {
        **{name: getattr(row, name) for name in plain},
        "name": str(masked("name", row.name)), "channel_label": row.get_channel_display(),
        "code": row.parcel.code if row.parcel else "", "late": ended > row.due_on,
        "state_label": row.get_state_display(),
    }  # fmt: skip


def petition_out(user: User, row: Petition) -> dict[str, Any]:
    """A petition with what was said, who said it masked."""
    may = user.may("holdings.petition")
    acts = {"answer": row.state == Petition.State.OPEN, "retract": row.state == Petition.State.OPEN,
            "close": row.state == Petition.State.ANSWERED}  # fmt: skip
    return {
        **petition_ref(row),
        "region": place_out(row.region), "holder": holder_ref(row.holder),
        "id_number": str(masked("id_number", row.id_number)),
        "phone": str(masked("phone", row.phone)), "logged_by": row.logged_by.name,
        "logged_at": row.logged_at, "answered_by": row.answered_by.name if row.answered_by else "",
        "closed_on": row.closed_on, "result": row.result, "files": _files(row),
        "acts": [name for name, can in acts.items() if may and can],
    }  # fmt: skip


def of_parcel(user: User, parcel: Parcel) -> dict[str, Any]:
    """What was referred and petitioned about a parcel."""
    return _matters(user, Q(parcel=parcel))


def of_holder(user: User, holder: Holder) -> dict[str, Any]:
    """What was referred and petitioned about a holder, and whoever was joined with it, or its land of today."""
    everyone = [holder, *holder.merged.all()]
    land = Q(parcel__versions__valid_to=None, parcel__versions__holder__in=everyone)
    return _matters(user, Q(holder__in=everyone) | land)


def _matters(user: User, which: Q) -> dict[str, Any]:
    referrals = Referral.objects.visible_to(user).filter(which).select_related("parcel").distinct()
    petitions = Petition.objects.visible_to(user).filter(which).select_related("parcel").distinct()
    return {
        "referrals": [referral_ref(row) for row in referrals],
        "petitions": [petition_ref(row) for row in petitions],
    }


def _files(row: Referral | Petition) -> list[dict[str, Any]]:
    return [
        {"id": one.file_id, "name": one.file.name, "answer": one.answer}
        for one in row.files.select_related("file")
    ]


def _referral_acts(user: User, row: Referral, *, numbered: bool) -> list[str]:
    may, state = user.may("holdings.refer"), Referral.State
    wanted = {
        "decide": row.state == state.PROPOSED and user.may("holdings.approve")
        and row.proposed_by_id != user.pk,
        "letter": may and row.state == state.APPROVED and user.may("documents.register"),
        "send": may and row.state == state.APPROVED and numbered,
        "answer": may and row.state == state.SENT,
        "cancel": may and row.state in (state.PROPOSED, state.APPROVED),
    }  # fmt: skip
    return [name for name, can in wanted.items() if can]
