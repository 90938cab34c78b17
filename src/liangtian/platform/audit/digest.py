"""The SHA-256 of an audit entry, from what it says, alike on both databases."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import UTC
from decimal import Decimal
from typing import Any

# What the digest covers, in this order. The number of the row is covered by the seal.
FIELDS = (
    "at", "actor_id", "actor_name", "kind", "act", "success", "target_type", "target_id",
    "target_label", "region_id", "before", "after", "note", "address",
)  # fmt: skip


def digest_of(values: Sequence[Any]) -> str:
    """Digest of the values of `FIELDS`, 64 hexadecimal digits."""
    at, *rest = values
    plain = [_plain(value) if isinstance(value, (dict, list)) else value for value in rest]
    text = json.dumps(
        ["1", at.astimezone(UTC).isoformat(timespec="microseconds"), *plain],
        ensure_ascii=False, sort_keys=True, separators=(",", ":"),
    )  # fmt: skip
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(value: Any) -> Any:
    """Numbers as their plain decimal text: PostgreSQL gives 1e22 back as an integer."""
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_plain(one) for one in value]
    if isinstance(value, float):
        number = Decimal(repr(value))
        return f"{number.normalize():f}" if number else "0"
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value
