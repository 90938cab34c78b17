"""What the pages of an intake show."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any

from liangtian.geo.area import to_mu
from liangtian.platform.jobs.api import job_out
from liangtian.platform.personal import masked
from liangtian.programmes.holdings.intake.targets import NEEDED, TARGETS
from liangtian.programmes.holdings.intake.words import choices
from liangtian.programmes.holdings.models import (
    Holder,
    Intake,
    IntakeProblem,
    ParcelVersion,
    StagedHolder,
    StagedRow,
)
from liangtian.programmes.holdings.naming import shown_name, shown_number
from liangtian.programmes.holdings.pages import holder_ref

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from liangtian.platform.people.models import User

_SHOWN_PARCELS = 5


def summary_out(intake: Intake) -> dict[str, Any]:
    """An intake in the list."""
    names = (
        "id", "title", "on", "status", "count", "ready", "errors", "warnings", "waiting", "entered",
        "created_at",
    )  # fmt: skip
    return {
        **{name: getattr(intake, name) for name in names},
        "region": intake.region.name,
        "status_label": intake.get_status_display(),
        "files": [f for f in (intake.table, intake.figures) if f is not None],
        "error": intake.error or None,
        "created_by": intake.created_by.name,
    }


def intake_out(user: User, intake: Intake) -> dict[str, Any]:
    """An intake with all there is to choose."""
    said = intake.contents
    return {
        **summary_out(intake),
        "reading": intake.reading,
        "crs_label": said.get("crs_label", ""),
        **{name: said.get(name, []) for name in ("sheets", "layers", "lines", "notes", "columns",
                                                 "code_fields", "preview")},
        "code_field": intake.code_field,
        "skipped": said.get("skipped", 0),
        "targets": [
            {
                "name": t.name, "label": t.label, "group": t.group, "help": t.help, "coded": t.coded,
                "constant": t.constant, "needed": t.name in NEEDED or t.name == "code",
                "choices": choices(t.name) if t.coded else [],
            }
            for t in TARGETS
        ],
        "mapping": intake.mapping, "constants": intake.constants, "remembered": intake.remembered,
        "matched": ("words" in said and bool(said["words"])) or bool(intake.words),
        "words": _words(intake),
        "job": intake.job and job_out(intake.job),
        "mine": intake.created_by_id == user.pk,
    }  # fmt: skip


def _words(intake: Intake) -> dict[str, Any]:
    chosen = intake.words
    return {
        name: [{**w, "choice": chosen.get(name, {}).get(w["word"], w["choice"])} for w in found]
        for name, found in intake.contents.get("words", {}).items()
    }


def problem_out(problem: IntakeProblem) -> dict[str, Any]:
    """One problem."""
    names = ("row", "target", "field", "value", "severity", "reason", "advice")
    return {
        **{name: getattr(problem, name) for name in names},
        "severity_label": problem.get_severity_display(),
        "location": None if problem.lon is None else [problem.lon, problem.lat],
    }


def row_out(row: StagedRow) -> dict[str, Any]:
    """A row that may enter; names masked."""
    area = to_mu(row.area_m2).quantize(Decimal("0.01"), ROUND_HALF_UP)
    said = Decimal(row.contract["area_mu"]) if row.contract else None
    return {
        "row": row.row, "act": row.act, "act_label": row.get_act_display(), "code": row.code,
        "place": row.region.name, "holder": str(row.holder) if row.holder else "",
        "decision": row.holder.get_decision_display() if row.holder else "", "area_mu": area,
        "contract_number": row.contract["number"] if row.contract else "", "contract_mu": said,
        "difference_mu": None if said is None else said - area,
        "entered": row.entered,
    }  # fmt: skip


def holders_out(user: User, rows: Sequence[StagedHolder]) -> list[dict[str, Any]]:
    """Holders to be told apart, with what is known of the candidates that the user may see."""
    keys = {key for row in rows for key in row.candidates}
    known = {
        h.pk: h
        for h in Holder.objects.visible_to(user).filter(pk__in=keys).select_related("region")
    }
    held: dict[int, list[str]] = defaultdict(list)
    versions = ParcelVersion.objects.visible_to(user).filter(valid_to=None, holder__in=list(known))
    for holder, code in versions.order_by("code").values_list("holder", "code"):
        held[int(holder or 0)].append(code)
    staged: dict[int, list[str]] = defaultdict(list)
    own = StagedRow.objects.filter(holder__in=[r.pk for r in rows]).order_by("row")
    for holder, code in own.values_list("holder", "code"):
        staged[int(holder or 0)].append(code)
    return [
        {
            "id": row.pk, "first_row": row.first_row, "rows": row.rows, "name": str(row),
            "id_number": str(masked("id_number", row.id_number)),
            "phone": str(masked("phone", row.phone)), "place": row.region.name,
            "question": row.question, "decision": row.decision,
            "decision_label": row.get_decision_display(), "chosen": row.chosen_id,
            "parcels": staged[row.pk][:_SHOWN_PARCELS],
            "candidates": [
                _candidate(known[k], held[k]) for k in row.candidates if k in known
            ],
        }
        for row in rows
    ]  # fmt: skip


def _candidate(holder: Holder, codes: list[str]) -> dict[str, Any]:
    ref = holder_ref(holder)
    assert ref is not None
    return {
        **ref, "name": shown_name(holder), "id_number": shown_number(holder),
        "phone": str(masked("phone", holder.phone)), "place": holder.region.name,
        "parcels": codes[:_SHOWN_PARCELS],
    }  # fmt: skip


def asked(intake: Intake) -> QuerySet[StagedHolder]:
    """The holders of an intake that a person has to tell apart, the open ones first."""
    rows: QuerySet[StagedHolder] = intake.holders.exclude(question="")
    return rows.select_related("region").order_by("decision", "first_row")
