"""The declared states stand in a table of their own, which the rules of `frozen` look at."""

from __future__ import annotations

from typing import Any

from django.db import connections

from liangtian.platform.cases.machine import all_machines


def write_states(sender: Any, using: str, **rest: Any) -> None:
    """After a migrate: the states that the flows declare today."""
    from liangtian.platform.cases.models import DeclaredState

    if "cases_declaredstate" not in connections[using].introspection.table_names():
        return
    for machine in all_machines():
        for order, state in enumerate(machine.states):
            DeclaredState.objects.using(using).update_or_create(
                kind=machine.kind, code=state.code,
                defaults={"label": state.label, "final": state.final, "order": order},
            )  # fmt: skip
