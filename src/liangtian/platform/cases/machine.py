"""Ways of cases (流程), declared as data: states, transitions, who may, what must hold, what clock runs."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from liangtian.platform.calendar.pages import pages_of
from liangtian.platform.people.models import Office
from liangtian.platform.people.permissions import PERMISSIONS

Level = Literal["county", "township"]
Rule = Literal["all", "majority"]
DIGITS: dict[Level, int] = {"county": 6, "township": 9}
START = ""  # where a case comes from: no state yet


@dataclass(frozen=True)
class Desk:
    """Who has the case next: those of a level of administration who hold a permission."""

    permission: str
    level: Level
    task: str  # what is to be done, as the inbox shows it
    office: str = ""  # kind of office that handles it; empty: any of the region

    def region_code(self, code: str) -> str:
        """Code of the region whose desk it is, for a case that lies in the region `code`."""
        return code[: DIGITS[self.level]]


Facts = Callable[[int], Sequence[tuple[str, str]]]  # of a case: label and value


@dataclass(frozen=True)
class Opinions:
    """会办（征求意见）: in such a state several offices are asked side by side, each gives its opinion once.

    `rules` are offered to who asks, the first is the usual one; with enough opinions the case takes the
    step `then` by itself. `facts` is all that the offices asked are shown of the matter.
    """

    permission: str  # of who answers, in the name of the office
    task: str
    then: str
    facts: Facts
    rules: tuple[Rule, ...] = ("all", "majority")


@dataclass(frozen=True)
class State:
    """Where a case stands. A final state needs no desk; it may still be left, e.g. reopened."""

    code: str
    label: str
    desk: Desk | None = None
    final: bool = False
    opinions: Opinions | None = None


@dataclass(frozen=True)
class Situation:
    """What a guard may look at: the facts of the matter and of the step about to be taken."""

    user_id: int
    facts: Mapping[str, Any]
    opinion: str = ""
    target: bool = False  # whether the step names who is to have it next


Guard = Callable[[Situation], str | None]  # the reason (Chinese) why not; None when nothing hinders


@dataclass(frozen=True)
class Transition:
    """A named way from some states to one.

    `starts` are events of the policy packs whose clocks begin with the step, `stops` those it ends.
    `automatic` ones follow from what was done: nobody takes them. `of_holder` is false where somebody else's task may be ended, as when work handed out is called back.
    """

    name: str
    label: str
    origins: tuple[str, ...]
    to: str
    permission: str
    guards: tuple[str, ...] = ()
    opinion: bool = False
    of_holder: bool = True
    withdrawable: bool = False
    automatic: bool = False
    starts: tuple[str, ...] = ()
    stops: tuple[str, ...] = ()


@dataclass(frozen=True)
class Machine:
    """The states and transitions of one kind of case."""

    kind: str
    title: str
    states: Sequence[State]
    transitions: Sequence[Transition]
    guards: Mapping[str, Guard] = field(default_factory=dict)
    events: Collection[str] = ()  # what the packs know of; others are mistakes of spelling
    pages: Callable[[Collection[int]], dict[int, str]] = lambda ids: {}

    def state(self, code: str) -> State:
        """The state of that code; KeyError when there is none."""
        return {s.code: s for s in self.states}[code]

    def transition(self, name: str) -> Transition:
        """The transition of that name; KeyError when there is none."""
        return {t.name: t for t in self.transitions}[name]

    @property
    def labels(self) -> dict[str, str]:
        """Label of every state by its code."""
        return {s.code: s.label for s in self.states}

    @property
    def step_labels(self) -> dict[str, str]:
        """Label of every transition by its name, with those that every machine has."""
        return {
            **{t.name: t.label for t in self.transitions},
            WITHDRAW: "撤回",
            OPINE: "答复会办意见",
        }

    def refusals(self, transition: Transition, at: Situation) -> list[str]:
        """Why the transition may not be taken in that situation; empty when it may."""
        said = (self.guards[name](at) for name in transition.guards)
        return [reason for reason in said if reason]


OPINE = "opine"  # by which an office that was asked answers; the case stays where it is
WITHDRAW = "withdraw"  # back to where the last step came from; by who took it, while untouched
_machines: dict[str, Machine] = {}


class BadMachine(ValueError):  # noqa: N818 -- a mistake of the programmer, told at the start
    """A declaration that contradicts itself."""


def register(machine: Machine) -> Machine:
    """Make a machine known; raises BadMachine with everything that is wrong with it."""
    if wrong := list(problems(machine)):
        raise BadMachine(f"{machine.kind}: " + "; ".join(wrong))
    if machine.kind in _machines:
        raise BadMachine(f"{machine.kind} declared twice")
    _machines[machine.kind] = machine
    pages_of(machine.kind, machine.pages)
    return machine


def machine_of(kind: str) -> Machine:
    """The machine of a kind of case; KeyError when there is none."""
    return _machines[kind]


def all_machines() -> list[Machine]:
    """Every machine, by kind."""
    return [_machines[kind] for kind in sorted(_machines)]


def problems(machine: Machine) -> Iterator[str]:
    """What is wrong with a declaration: unknown names, states nobody reaches, states nobody leaves."""
    codes = [s.code for s in machine.states]
    names = [t.name for t in machine.transitions]
    yield from _twice("state", codes)
    yield from _twice("transition", names)
    for name in {WITHDRAW, OPINE} & set(names):
        yield f"transition {name} is built in"
    for state in machine.states:
        yield from _of_state(machine, state, names)
    for t in machine.transitions:
        yield from _of_transition(machine, t, codes)
    yield from _of_graph(machine)


def _twice(what: str, names: Sequence[str]) -> Iterator[str]:
    for name in sorted({n for n in names if names.count(n) > 1}):
        yield f"{what} {name} twice"


def _of_state(machine: Machine, state: State, steps: Sequence[str]) -> Iterator[str]:
    if not state.final and state.desk is None and state.opinions is None:
        yield f"nobody has a case in {state.code}"
    for turn in (state.desk, state.opinions):
        if turn and turn.permission not in PERMISSIONS:
            yield f"unknown permission {turn.permission}"
    if state.desk and state.desk.office and state.desk.office not in Office.Kind.values:
        yield f"unknown kind of office {state.desk.office}"
    if asked := state.opinions:
        if state.desk:
            yield f"{state.code}: a desk beside the offices asked"
        if (
            asked.then not in steps
            or state.code not in machine.transition(asked.then).origins
            or not machine.transition(asked.then).automatic
        ):
            yield f"{state.code}: no step {asked.then} leads on from it"


def _of_transition(machine: Machine, t: Transition, codes: Sequence[str]) -> Iterator[str]:
    for code in (*t.origins, t.to):
        if code not in codes and code != START:
            yield f"{t.name}: unknown state {code}"
    if t.permission not in PERMISSIONS:
        yield f"{t.name}: unknown permission {t.permission}"
    for guard in t.guards:
        if guard not in machine.guards:
            yield f"{t.name}: unknown guard {guard}"
    for event in (*t.starts, *t.stops):
        if event not in machine.events:
            yield f"{t.name}: unknown event {event}"


def _of_graph(machine: Machine) -> Iterator[str]:
    if not any(START in t.origins for t in machine.transitions):
        yield "no transition begins a case"
    reached, fresh = set(), {START}
    while fresh:
        reached |= fresh
        fresh = {t.to for t in machine.transitions if reached & set(t.origins)} - reached
    for state in machine.states:
        if state.code not in reached:
            yield f"state {state.code} is never reached"
        if not state.final and not any(state.code in t.origins for t in machine.transitions):
            yield f"state {state.code} is a dead end"
    if not any(s.final for s in machine.states):
        yield "no final state"
