"""How a holder is named where anybody may read it: a person masked, an organisation in full."""

from __future__ import annotations

from typing import TYPE_CHECKING

from liangtian.platform.personal import masked

if TYPE_CHECKING:
    from liangtian.programmes.holdings.models import Holder


def shown_name(holder: Holder) -> str:
    """The name as everyone sees it; organisations have no personal information."""
    name: str = holder.name
    return str(masked("name", name)) if holder.kind == holder.Kind.PERSON else name


def shown_number(holder: Holder) -> str:
    """The identity number, of whomever, with its middle hidden."""
    return str(masked("id_number", holder.id_number))
