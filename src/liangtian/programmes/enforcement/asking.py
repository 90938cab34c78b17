"""Asking other offices about a patch (会办)."""

from __future__ import annotations

from dataclasses import replace

from django.db import transaction

from liangtian.platform.audit.services import record
from liangtian.platform.cases.opinions import Asked, ask, offices_to_ask
from liangtian.platform.people.models import Office, User
from liangtian.platform.people.scope import require
from liangtian.programmes.enforcement.facts import PatchState
from liangtian.programmes.enforcement.flow import CONSULT, FLOW
from liangtian.programmes.enforcement.judging import lock_patch
from liangtian.programmes.enforcement.models import Patch


def offices_for(user: User, patch_id: int) -> list[Office]:
    """Who could be asked about a patch. Raises Forbidden, NotFound."""
    require(user, "enforcement.view", "enforcement.judge")
    patch: Patch = Patch.objects.select_related("case").fetch_for(user, pk=patch_id)
    return offices_to_ask(FLOW, patch.case)


def consult(user: User, patch_id: int, asked: Asked) -> Patch:
    """Ask several offices at once. Raises Forbidden, NotFound, Refused, Conflict as `ask` does."""
    require(user, "enforcement.view", "enforcement.judge")
    with transaction.atomic():
        patch = lock_patch(user, patch_id)
        made = ask(FLOW, patch.case, CONSULT, user, replace(asked, facts=PatchState(patch)))
        offices = [one.office.name for one in made.opinions.select_related("office")]
        record(
            user, "enforcement.patch.consult", patch,
            after={"offices": offices, "rule": made.get_rule_display()}, note=made.question,
        )  # fmt: skip
    return patch
