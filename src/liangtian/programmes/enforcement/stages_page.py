"""What the page of a patch shows of its parts, checks and dispositions."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from liangtian.geo.area import round_m2, to_mu
from liangtian.platform.people.models import User
from liangtian.programmes.enforcement.facts import PatchState
from liangtian.programmes.enforcement.models import (
    Disposition,
    FieldCheck,
    LeadingCheck,
    Outcome,
    Patch,
    PatchPart,
)
from liangtian.programmes.enforcement.parts import part_name
from liangtian.programmes.enforcement.rules import pack_in_use

_COPIED = (
    "case_number", "case_filed_on", "demolished_on", "papers_number", "papers_on", "papers_mu",
    "penalty_number", "penalty_on", "fine_yuan", "fine_paid_on", "confiscated_m2", "confiscated_on",
    "handling", "no_case_reason", "demolish", "complete_papers", "papers_by_linkage", "due_on", "note",
    "reported_at", "accepted_on", "acceptance_note", "prefecture_number", "prefecture_on",
    "region_number", "region_on",
)  # fmt: skip


def stages_out(user: User, patch: Patch) -> dict[str, Any]:
    """Parts with their dispositions, the checks on the ground, and what is still wanted."""
    facts, labels = PatchState(patch), _subclass_labels()
    parts = list(
        patch.parts.select_related(
            "project", "disposition__owner", "disposition__entered_by",
            "disposition__reported_by", "disposition__accepted_by",
        ).prefetch_related("disposition__steps__done_by")
    )  # fmt: skip
    leading = LeadingCheck.objects.filter(patch=patch).select_related("record_file", "entered_by")
    table = pack_in_use().legality
    return {
        "parts": [_part(part, len(parts), labels) for part in parts],
        "checks": [_check(one) for one in patch.checks.select_related("by").order_by("-id")],
        "leading": next((_leading(one) for one in leading), None),
        "leading_wanted": facts.key,
        "meeting_wanted": facts["meeting_wanted"],
        "agenda": facts["agenda"],
        "subclasses": [
            {"code": f"{row.outcome}:{row.id}", "label": row.label}
            for row in (table.subclass if table else ())
        ],
    }


def _subclass_labels() -> dict[str, str]:
    table = pack_in_use().legality
    return {row.id: row.label for row in table.subclass} if table else {}


def _part(part: PatchPart, count: int, labels: dict[str, str]) -> dict[str, Any]:
    copied = (
        "id", "order", "m2", "farmland_mu", "number", "outcome", "judgement", "subclass",
        "old_construction", "farm_damage", "homestead", "affordable_housing", "restored_mu",
        "regularised_mu",
    )  # fmt: skip
    return {
        **{name: getattr(part, name) for name in copied},
        "name": part_name(part, count),
        "mu": round_m2(to_mu(part.m2)),
        "judgement_label": str(Outcome(part.judgement).label) if part.judgement else "",
        "subclass_label": labels.get(part.subclass, ""),
        "project": part.project_id,
        "project_name": part.project.name if part.project else "",
        "disposition": _disposition(part.disposition) if hasattr(part, "disposition") else None,
    }


def _disposition(one: Disposition) -> dict[str, Any]:
    today = timezone.localdate()
    return {
        **{name: getattr(one, name) for name in _COPIED},
        "handling_label": one.get_handling_display(),
        "owner": one.owner_id,
        "owner_name": one.owner.name,
        "entered_by": one.entered_by.name,
        "reported_by": one.reported_by.name if one.reported_by else "",
        "accepted_by": one.accepted_by.name if one.accepted_by else "",
        "steps": [
            {
                "order": step.order,
                "what": step.what,
                "due_on": step.due_on,
                "basis": step.basis,
                "done_on": step.done_on,
                "done_by": step.done_by.name if step.done_by else "",
                "late": (step.done_on or today) > step.due_on,
            }
            for step in one.steps.all()
        ],
    }


def _check(one: FieldCheck) -> dict[str, Any]:
    copied = (
        "id", "situation", "checked_on", "land_user", "land_use", "started_on", "suggestion",
        "papers", "note", "saved_at", "returned_at",
    )  # fmt: skip
    return {
        **{name: getattr(one, name) for name in copied},
        "situation_label": one.get_situation_display(),
        "suggestion_label": one.get_suggestion_display() if one.suggestion else "",
        "by": one.by.name,
    }


def _leading(one: LeadingCheck) -> dict[str, Any]:
    return {
        "checked_on": one.checked_on,
        "members": one.members,
        "finding": one.finding,
        "file_id": one.record_file_id,
        "file_name": one.record_file.name,
        "by": one.entered_by.name,
    }
