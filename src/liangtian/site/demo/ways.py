"""Which way each patch of the sample year takes, and on which day after it came down; nothing here touches a database.

The later a batch, the less far its patches have come: what lies after today is not played.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle

Way = tuple[tuple[int, str], ...]  # (day after the batch came down, name of an act)

_ON_PAPER: Way = ((6, "judge"), (8, "review"))
_ON_THE_GROUND: Way = ((1, "assign"), (4, "check"), (5, "give_back"))
_JUDGED: Way = (*_ON_THE_GROUND, (8, "judge"), (9, "review"))
_ORDERED: Way = (*_JUDGED, (11, "plan_demolition"), (12, "hand_down"), (16, "file_case"))
_REPORTED: Way = (*_ORDERED, (34, "demolish"), (38, "report"))
_RESTORED: Way = (*_REPORTED, (45, "accept"))
_UNCHANGED: Way = (*_ON_THE_GROUND, (8, "judge_unchanged"), (9, "review"))
_SOLAR: Way = ((6, "judge_solar"), (8, "review"))
_FILE = (30, "archive")
_KEY: Way = (*_ON_THE_GROUND, (12, "leaders_look"))
WAYS: dict[str, Way] = {
    "received": (),
    "on_paper": _ON_PAPER,
    "on_paper_filed": (*_ON_PAPER, _FILE),
    "unchanged": _UNCHANGED,
    "unchanged_filed": (*_UNCHANGED, _FILE),
    "solar": _SOLAR,
    "solar_filed": (*_SOLAR, _FILE),
    "military": ((3, "take_out"),),
    "late": ((1, "assign"),),
    "declined": ((1, "assign"), (3, "decline")),
    "returned": _ON_THE_GROUND,
    "rechecked": (*_ON_THE_GROUND, (7, "recheck")),
    "asking": ((2, "ask"),),
    "disputed": ((2, "ask"), (6, "disagree")),
    "settled_by_meeting": (
        (2, "ask"), (6, "disagree"), (60, "plan_demolition"), (61, "hand_down"), (66, "file_case"),
        (95, "demolish"), (99, "report"), (108, "accept"),
    ),
    "waiting": (*_ON_THE_GROUND, (8, "judge")),
    "sent_back": (*_ON_THE_GROUND, (8, "judge"), (9, "send_back")),
    "confirmed": _JUDGED,
    "open": _ORDERED,
    "objected": (*_JUDGED, (11, "plan_demolition"), (12, "hand_down"), (15, "turn_down")),
    "restored": _RESTORED,
    "restored_filed": (*_RESTORED, (60, "archive")),
    "slow": (*_ORDERED, (70, "demolish"), (74, "report")),
    "rejected": (*_REPORTED, (42, "reject")),
    "papers": (
        *_JUDGED, (11, "plan_papers"), (12, "hand_down"), (15, "file_case"), (28, "fine"),
        (40, "complete_papers"), (43, "report"), (50, "accept"),
    ),
    "fined": (*_JUDGED, (11, "plan_case"), (12, "hand_down"), (15, "file_case"), (30, "fine")),
    "key_open": (*_KEY, (50, "plan_demolition"), (51, "hand_down"), (55, "file_case")),
    "key_project": (
        *_KEY, (50, "on_listed_project"), (51, "plan_case"), (52, "hand_down"), (56, "file_case"),
    ),
}  # fmt: skip
_HERE = ("open", "fined", "restored", "open", "rejected")  # in the township that falls behind
_ELSEWHERE = (
    "restored", "papers", "restored", "restored", "papers", "restored", "fined", "restored", "papers",
)  # fmt: skip
_LAST_BUT_ONE = ("sent_back", "rechecked", "waiting", "asking", "disputed", "confirmed", "declined")
_LATEST = 3  # every so many of the last batch has been begun; the others still wait
_SLOW = 2  # that wait to be accepted
_FILED = 2  # of the restored; printing a dossier takes its time
_PUT_AWAY = {"on_paper": "on_paper_filed", "unchanged": "unchanged_filed", "solar": "solar_filed"}
_FILED_UNTIL = 2  # batches before the last: of later ones what is legal is not filed yet


@dataclass(frozen=True)
class Seen:
    """A patch as it came in: township code, what it was designed to be, what the system proposes."""

    id: int
    number: str
    town: str
    designed: str
    proposal: str
    key: bool


class Ways:
    """Gives every patch its way, batch after batch; `military` is the number of one that is taken out.

    No other way depends on that patch, so that they are the same whether it is there or has gone already.
    """

    def __init__(self, military: str) -> None:
        self._military = military
        self._behind = ""  # code of the township of the first key patch
        self._here, self._elsewhere = cycle(_HERE), cycle(_ELSEWHERE)
        self._met: Counter[str] = Counter()

    def of_batch(self, patches: Sequence[Seen], *, from_last: int) -> Iterator[tuple[Seen, str]]:
        """The name of the way of each patch; `from_last` is 0 for the last batch, 1 for the one before."""
        for k, seen in enumerate(patches):
            if from_last == 0 and k % _LATEST:
                yield seen, "received"
            elif from_last == 1 and k < len(_LAST_BUT_ONE):
                yield seen, _LAST_BUT_ONE[k]
            elif from_last == 2 and k == len(patches) - 1:
                yield seen, "late"
            elif from_last == 2 and seen.proposal == "illegal" and self._met["slow"] < _SLOW:
                self._met["slow"] += 1
                yield seen, "slow"
            else:
                way = self._usual(seen)
                yield seen, _PUT_AWAY.get(way, way) if from_last >= _FILED_UNTIL else way

    def _usual(self, seen: Seen) -> str:
        if seen.key:
            self._met["key"] += 1
            self._behind = self._behind or seen.town
            return "key_open" if self._met["key"] == 1 else "key_project"
        if seen.designed == "solar":
            return "solar"
        if seen.designed == "unchanged" and seen.proposal == "illegal":
            return "unchanged"
        if seen.proposal in ("legal", "other"):
            return "military" if seen.number == self._military else "on_paper"
        self._met["illegal"] += 1
        if self._met["illegal"] == 2:
            return "settled_by_meeting"
        way = next(self._here if seen.town == self._behind else self._elsewhere)
        self._met[way] += 1
        return "restored_filed" if way == "restored" and self._met[way] <= _FILED else way
