"""The doors through which many patches go at once: whether each may pass and why not, then all that may in one go."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from ninja import Schema

from liangtian.platform.audit.services import Told
from liangtian.platform.cases.services import Taking
from liangtian.platform.errors import Conflict, Refused
from liangtian.platform.people.models import Office, User
from liangtian.programmes.enforcement.disposing import owners_of, said
from liangtian.programmes.enforcement.disposition_steps import note_report, set_limits
from liangtian.programmes.enforcement.facts import Gathered, PatchState
from liangtian.programmes.enforcement.flow import (
    ARCHIVE,
    ASSIGN,
    DISPOSE,
    FLOW,
    RECHECK,
    RECTIFY,
    RETURN,
    REVIEW,
    SUBMIT,
)
from liangtian.programmes.enforcement.judging import AFTER, JUDGEMENT, set_judgement, words
from liangtian.programmes.enforcement.models import Patch, PatchPart
from liangtian.programmes.enforcement.parts import save_parts

ILLEGAL = {"judgement": "illegal,split"}
TOWNSHIP = 9  # digits of its code


@dataclass
class Work:
    """What is asked of all: by whom, in which words, with which form; and what was read of the patches."""

    user: User
    note: str
    form: Any
    among: Gathered
    places: Mapping[int, int]  # of each patch in the list, from 0
    made: dict[int, Any] = field(default_factory=dict)  # what `Door.look` readied for `Door.write`

    @cached_property
    def owners(self) -> dict[str, set[int]]:
        """The offices that may be made responsible, by county."""
        return {code: owners_of(code) for code in {p.county_id for p in self.among.patches}}

    @cached_property
    def governments(self) -> dict[str, Office]:
        """The government of each township the patches lie in."""
        towns = {patch.region_id[:TOWNSHIP] for patch in self.among.patches}
        rows = Office.objects.filter(region__in=towns, kind=Office.Kind.TOWNSHIP, is_active=True)
        return {office.region_id: office for office in rows.order_by("-code")}


@dataclass(frozen=True)
class Door:
    """One act for many. `look` tells in words what is done with a patch, or raises Refused; it writes nothing."""

    name: str
    label: str
    permission: str
    origins: tuple[str, ...]
    act: str
    step: str = ""
    form: type[Schema] | None = None
    filters: Mapping[str, str] = field(default_factory=dict)  # of the ledger, beside the stage
    noted: bool = True  # takes an opinion
    weight: int = 1  # how many ordinary ones one of it takes as long as
    look: Callable[[Work, Patch], str] = lambda work, patch: ""
    write: Callable[[Work, Sequence[Patch]], None] = lambda work, patches: None

    def taking(self, work: Work, patch: Patch) -> Taking:
        """What goes with the step of one patch."""
        if self.step == SUBMIT:
            detail, text, _ = work.made[patch.pk]
            opinion = words(patch.proposal_outcome, text)
            return Taking(opinion, detail, PatchState(patch, work.user.pk, work.among))
        detail = (
            {"to": ""} if self.step == ASSIGN else None
        )  # to the township, no one in particular
        return Taking(work.note.strip(), detail, PatchState(patch, among=work.among))

    def told(self, work: Work, patch: Patch) -> Told:
        """The entry in the trail for one patch."""
        after = work.made.get(patch.pk)
        if self.step == SUBMIT:
            detail, text, _ = work.made[patch.pk]
            return Told(patch, after={**detail, "reason": text})
        return Told(patch, after=after_of(after), note=work.note.strip())


def after_of(made: Any) -> dict[str, Any] | None:
    """What a form did to the parts of a patch, as the trail tells it."""
    if not made:
        return None
    return {"parts": [{"part": str(part.order), **said(form)} for part, form in made]}


def _step(step: str, **rest: Any) -> Door:
    transition = FLOW.transition(step)
    return Door(
        rest.pop("name", step), rest.pop("label", transition.label), transition.permission,
        tuple(transition.origins), f"enforcement.patch.{step}", step, **rest,
    )  # fmt: skip


def _after(name: str) -> Callable[[Work, Sequence[Patch]], None]:
    return lambda work, patches: AFTER[name](patches, work.user)


def illegal_parts(work: Work, patch: Patch) -> list[PatchPart]:
    """The parts that are to be put right. Refused when there is none."""
    found = [part for part in work.among.parts[patch.pk] if part.judgement == "illegal"]
    if not found:
        raise Refused("没有判定为违法的部分，不需处置。")
    return found


def _look_judging(work: Work, patch: Patch) -> str:
    if patch.proposal_outcome in ("", "undetermined"):
        raise Conflict("没有可照准的拟判定，须逐个判定。")
    said = (patch.proposal_outcome, work.note, ())
    work.made[patch.pk] = set_judgement(patch, work.among.parts[patch.pk], said, work.user)
    return ""


def _write_judgements(work: Work, patches: Sequence[Patch]) -> None:
    save_parts([part for patch in patches for part in work.made[patch.pk][2]])
    Patch.objects.bulk_update(patches, JUDGEMENT)


STEPS = (
    _step(ASSIGN, label="派发乡镇核查"),
    _step(RETURN, write=_after(RETURN)),
    _step(RECHECK),
    _step(
        SUBMIT, name="confirm", label="照拟判定判定", look=_look_judging, write=_write_judgements
    ),
    _step(REVIEW, write=_after(REVIEW)),
    _step(
        DISPOSE,
        label="下达整改任务",
        filters=ILLEGAL,
        write=lambda work, patches: set_limits(patches),
    ),
    _step(RECTIFY, write=lambda work, patches: note_report(work.user, patches)),
    _step(ARCHIVE, weight=10),  # each prints its dossier
)
