"""A conclusion with its reasons and clauses, as it is stored and replayed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any


@dataclass(frozen=True, slots=True)
class Reason:
    """One ground of a decision: a Chinese sentence with its figures, and the clause it rests on."""

    text: str
    clause: str


@dataclass(frozen=True, slots=True)
class Decision:
    """What a rule proposes. The system proposes, a person decides.

    outcome       code the program branches on
    label         the same in Chinese, for people
    reasons       in the order they were found
    clauses       every clause cited, once each, in order of first use
    pack          name of the policy pack, with `pack_version`, the hash of its bytes
    on            date as of which the rule was applied
    warnings      Chinese sentences a reader must see (pack expired, code unknown, ...)
    """

    outcome: str
    label: str
    reasons: tuple[Reason, ...]
    clauses: tuple[str, ...]
    pack: str
    pack_version: str
    on: date
    warnings: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """JSON-safe form: strings, lists and dicts only."""
        return {
            "outcome": self.outcome,
            "label": self.label,
            "reasons": [{"text": r.text, "clause": r.clause} for r in self.reasons],
            "clauses": list(self.clauses),
            "pack": self.pack,
            "pack_version": self.pack_version,
            "on": self.on.isoformat(),
            "warnings": list(self.warnings),
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Decision:
        """Inverse of `to_dict`; raises KeyError when a field is missing."""
        return cls(
            outcome=data["outcome"],
            label=data["label"],
            reasons=tuple(Reason(text=r["text"], clause=r["clause"]) for r in data["reasons"]),
            clauses=tuple(data["clauses"]),
            pack=data["pack"],
            pack_version=data["pack_version"],
            on=date.fromisoformat(data["on"]),
            warnings=tuple(data["warnings"]),
        )

    def replayed_equal(self, other: Decision) -> bool:
        """True when a replay came to the same conclusion for the same reasons.

        The version of the pack and the warnings may differ: a pack edited elsewhere, or one that
        has run out since, does not change a conclusion that is still reached the same way.
        """
        return (self.outcome, self.label, self.reasons, self.clauses, self.pack, self.on) == (
            other.outcome,
            other.label,
            other.reasons,
            other.clauses,
            other.pack,
            other.on,
        )


def clauses_of(reasons: tuple[Reason, ...]) -> tuple[str, ...]:
    """Each clause cited by the reasons once, in order of first use."""
    return tuple(dict.fromkeys(r.clause for r in reasons))
