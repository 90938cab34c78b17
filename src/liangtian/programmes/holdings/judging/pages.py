"""What the pages of the decision table, of a trial and of a judgement show."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.utils import timezone

from liangtian.platform.packs.services import pack_at
from liangtian.platform.people.models import Office
from liangtian.platform.people.scope import COUNTY_DIGITS, below, require
from liangtian.policy.judgement import (
    EARLY,
    LATE,
    Judged,
    ParcelFacts,
    condition_words,
    judge,
    table_of,
)
from liangtian.policy.judgement_table import FACT_WORDS, OWNERSHIP_WORDS, JudgementTable
from liangtian.programmes.holdings.codes import pack_in_use
from liangtian.programmes.holdings.judging.disposing import MEASURES
from liangtian.programmes.holdings.judging.proposing import ready, tried
from liangtian.programmes.holdings.models import Disposition, Judgement, ReviewMeeting
from liangtian.programmes.holdings.notices.stage import blocked
from liangtian.programmes.holdings.pages import place_out
from liangtian.programmes.holdings.parcels import area_mu

if TYPE_CHECKING:
    from collections.abc import Mapping

    from liangtian.platform.people.models import User
    from liangtian.policy.pack import Pack

MEETINGS = 50


def table_out(user: User) -> dict[str, Any]:
    """The table in force today, the classes, measures, offices and meetings to choose from."""
    require(user, "holdings.view")
    pack, today = pack_in_use(), timezone.localdate()
    table = table_of(pack)
    county = (user.region_id or "-")[:COUNTY_DIGITS]
    near = Q(region=county) | below(user.region_id or "-")
    offices = Office.objects.filter(near).order_by("name")
    meetings = ReviewMeeting.objects.visible_to(user)[:MEETINGS]
    words = {
        "year": "某", "paper": "来源材料", "way": "使用方式", "use": "实际用途", "zones": "相应范围",
        "early": pack.value(EARLY, today).integer, "late": pack.value(LATE, today).integer,
    }  # fmt: skip
    waiting = Judgement.objects.visible_to(user).filter(state=Judgement.State.PROPOSED)
    return {
        "pack": pack.title,
        "version": pack.version,
        "rows": [
            {
                "id": row.id, "label": row.label, "judged": row.judged,
                "judged_label": _label(table, row.judged), "tag": _tag(table, row.judged),
                "when": [condition_words(one, pack, today) for one in row.when],
                "reason": row.reason.format(**words),
                "clause": str(pack.clause(row.clause, row.label, row.document)),
            }
            for row in table.row
        ],
        "classes": [
            {"id": c.id, "label": c.label, "tag": c.tag, "measure": c.measure} for c in table.klass
        ],
        "zones": [
            {
                "id": z.id, "label": z.label, "department": z.department,
                "clause": str(pack.clause(z.clause, z.label, z.document)),
            }
            for z in table.zone
        ],
        "measures": list(pack.value(MEASURES, today).items),
        "offices": [{"id": one.pk, "name": one.name} for one in offices],
        "meetings": [meeting_ref(one) for one in meetings],
        "ready": ready(user, user.region_id or "-").count(),
        "waiting": waiting.count(),
    }  # fmt: skip


def trial_out(user: User, parcel_id: int) -> dict[str, Any]:
    """What the table says of a parcel today, and why no other row."""
    version, said, facts = tried(user, parcel_id)
    pack = pack_in_use()
    table = table_of(pack)
    decision = said.decision
    klass = table.class_of(decision.outcome)
    return {
        "parcel_id": parcel_id, "code": version.code, "region": place_out(version.region),
        "area_mu": area_mu(version), "outcome": decision.outcome, "label": decision.label,
        "tag": _tag(table, decision.outcome), "reason": decision.reasons[0].text,
        "clause": decision.reasons[0].clause, "warnings": list(decision.warnings),
        "measure": klass.measure if klass else "", "facts": facts_out(facts, table),
        "trace": trace_out(said, table),
        "blocked": blocked([version.parcel]).get(parcel_id, ""),
    }  # fmt: skip


def fetch_judgement(user: User, judgement_id: int) -> Judgement:
    """The judgement. Raises Forbidden, NotFound outside the scope."""
    require(user, "holdings.view")
    rows = Judgement.objects.select_related(
        "parcel", "version", "region", "proposed_by", "confirmed_by", "meeting"
    )
    found: Judgement = rows.fetch_for(user, pk=judgement_id)
    return found


def judgement_out(user: User, row: Judgement) -> dict[str, Any]:
    """A judgement with the table as it was when it was proposed."""
    told = row.proposal
    pack = _pack(row)
    table = table_of(pack)
    said = judge(ParcelFacts.from_dict(row.facts), pack, timezone.localdate(row.proposed_at))
    plain = (
        "id", "parcel_id", "state", "proposed", "proposed_label", "row", "proposed_at", "outcome",
        "outcome_label", "confirmed_at",
    )  # fmt: skip
    own = row.proposed_by_id == user.pk
    return {
        **{name: getattr(row, name) for name in plain},
        "code": row.parcel.code, "region": place_out(row.region),
        "area_mu": area_mu(row.version), "state_label": row.get_state_display(),
        "tag": _tag(table, row.outcome or row.proposed),
        "reason": told["reasons"][0]["text"], "clause": told["reasons"][0]["clause"],
        "warnings": told["warnings"], "facts": facts_out(row.facts, table),
        "proposed_by": row.proposed_by.name,
        "override_reason": row.reason,
        "confirmed_by": row.confirmed_by.name if row.confirmed_by else "",
        "meeting": meeting_ref(row.meeting) if row.meeting else None,
        "may_confirm": row.state == Judgement.State.PROPOSED
        and user.may("holdings.confirm") and not own,
        "trace": trace_out(said, table),
        "dispositions": [
            disposition_out(one)
            for one in row.parcel.dispositions.select_related("responsible", "created_by")
        ],
        "earlier": [
            {
                "id": one.pk, "label": str(one), "proposed_at": one.proposed_at,
                "state_label": one.get_state_display(),
            }
            for one in row.parcel.judgements.exclude(pk=row.pk)
        ],
    }  # fmt: skip


def disposition_out(row: Disposition) -> dict[str, Any]:
    """A disposition, and whether it is or was late."""
    plain = ("id", "measure", "plan", "due_on", "state", "result", "file_id", "ended_on")
    return {
        **{name: getattr(row, name) for name in plain},
        "office": row.responsible.name, "state_label": row.get_state_display(),
        "late": row.state != Disposition.State.DROPPED
        and (row.ended_on or timezone.localdate()) > row.due_on,
        "created_by": row.created_by.name,
    }  # fmt: skip


def facts_out(facts: Mapping[str, Any], table: JudgementTable) -> list[dict[str, str]]:
    """Facts as label and value, zones by their names."""
    out = [
        {"label": FACT_WORDS[name], "value": _said(facts[name])}
        for name in FACT_WORDS
        if name in facts
    ]
    zones = {zone.id: zone.label for zone in table.zone}
    return out + [
        {"label": f"涉及{zones.get(zone, zone)}", "value": f"{m2} 平方米"}
        for zone, m2 in facts["zones"].items()
    ]


def trace_out(said: Judged, table: JudgementTable) -> list[dict[str, Any]]:
    """Every row of the table with its conditions and how they fared."""
    return [
        {
            "row": one.row, "label": one.label, "judged": one.judged,
            "judged_label": _label(table, one.judged), "clause": one.clause, "held": one.held,
            "fired": one.fired,
            "tests": [{"text": t.text, "found": t.found, "held": t.held} for t in one.tests],
        }
        for one in said.trace
    ]  # fmt: skip


def meeting_ref(row: ReviewMeeting) -> dict[str, Any]:
    """A meeting in a list."""
    return {"id": row.pk, "title": row.title, "held_on": row.held_on}


def _pack(row: Judgement) -> Pack:
    return pack_at(str(row.proposal["pack_version"]))


def _label(table: JudgementTable, code: str) -> str:
    found = table.class_of(code)
    return found.label if found else code


def _tag(table: JudgementTable, code: str) -> str:
    found = table.class_of(code)
    return found.tag if found else "info"


def _said(value: object) -> str:
    if value is None or value == "":
        return "未登记"
    if isinstance(value, bool):
        return "是" if value else "否"
    return OWNERSHIP_WORDS.get(str(value), str(value))
