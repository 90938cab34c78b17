"""What a whole dossier holds (卷宗应有材料), as a pack lists it; whether it is there is told by code."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

Since = Literal[
    "received", "verified", "judged", "confirmed", "disposition", "rectified", "accepted"
]
Judged = Literal["legal", "illegal", "other", "split"]


class DossierItem(BaseModel):
    """[[dossier]] of a pack file: due once a patch has reached `since`, of the `outcomes` (none: of all).

    `section` is one of the pack's `enforcement.dossier_contents`; `advice` says what to do where it lacks.
    """

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    code: str
    section: str
    label: str
    since: Since
    outcomes: list[Judged] = []
    advice: str
    clause: str
    document: str | None = None
