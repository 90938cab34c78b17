"""What becomes of illegal ground: planned, handed down, done, reported, accepted or sent back, many at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from tests.enforcement.year.book import Entry, Part, cents
from tests.enforcement.year.ground import CLERKS

if TYPE_CHECKING:
    from tests.enforcement.year.script import Script

API = "/api/enforcement"
# What becomes of illegal ground, in turn. "confirmed" is restored ground that prefecture and region confirmed.
FATES = (
    "confirmed",
    "papers",
    "open",
    "half",
    "fined",
    "rejected",
    "restored",
    "penalised",
    "planned",
)
TORN_DOWN = ("confirmed", "half", "rejected", "restored")
PAPERS = ("papers", "penalised")


def put_right(script: Script, entries: Sequence[Entry]) -> None:
    """What is illegal of the patches of a month, each by the fate whose turn it is."""
    fates: dict[str, list[Entry]] = {}
    for entry in entries:
        if illegal := _illegal(entry):
            if entry.kind == "transport":
                _on_project(script, entry, illegal)
            fates.setdefault(FATES[next(script.fates) % len(FATES)], []).append(entry)

    def of(*names: str) -> list[Entry]:
        return [entry for name in names for entry in fates.get(name, [])]

    _plan(script, of(*TORN_DOWN, "open"), demolish=True)
    _plan(script, of(*PAPERS), complete_papers=True)
    _plan(script, of("fined", "planned"))
    script.many("clerk", "dispose", of(*TORN_DOWN, *PAPERS, "open", "fined"), "disposition")
    _done(script, of)
    for entry in of(*TORN_DOWN):
        script.photograph(entry)
    for town, who in CLERKS.items():
        reported = [e for e in of(*TORN_DOWN, *PAPERS, "fined") if e.town == town]
        script.many(who, "rectify", reported, "rectified")
    for entry in of("rejected"):
        told = {"opinion": "硬化层未清除"}
        script.at("reviewer").post("reject", f"{API}/patches/{entry.id}/reject", told)
        entry.stage = "disposition"
    _accept(script, of)


def _illegal(entry: Entry) -> list[Part]:
    return [part for part in entry.parts if part.judgement == "illegal"]


def _on_project(script: Script, entry: Entry, illegal: Sequence[Part]) -> None:
    done = next(script.numbers) % 2 == 0
    for part in illegal:
        told = {"project": script.duty if done else script.no_duty}
        script.at("clerk").put("on project", f"{API}/parts/{part.id}/project", told)
        part.duty_done = done


def _plan(script: Script, entries: Sequence[Entry], **measures: bool) -> None:
    """By one form; the townships answer for it."""
    form = {"handling": "case", **measures}
    script.many("clerk", "plan", entries, "confirmed", form=form)


def _done(script: Script, of: Any) -> None:
    """By a form for each measure and township, cases numbered through; penalties and fines one by one."""
    today = str(script.today)
    filed = {"case_number": "示立〔2026〕{序号}号", "case_filed_on": today}
    forms = (
        (TORN_DOWN, {**filed, "demolished_on": today}),
        (("papers",), {**filed, "papers_number": "示批〔2026〕{序号}号", "papers_on": today}),
        (("open",), filed),
    )
    for names, form in forms:
        for town, who in CLERKS.items():
            some = [entry for entry in of(*names) if entry.town == town]
            numbered = {**form, "first_number": next(script.numbers)}
            script.many(who, "progress", some, "disposition", form=numbered)
    for entry in of("penalised", "fined"):
        for part in _illegal(entry):
            told = _alone(script, entry in of("fined"), part)
            at = f"{API}/parts/{part.id}/progress"
            script.of_town(entry).put("progress one", at, told)


def _alone(script: Script, fined: bool, part: Part) -> dict[str, Any]:
    today, number = str(script.today), next(script.numbers)
    told = {"case_number": f"示立〔2026〕{number}号", "case_filed_on": today,
            "penalty_number": f"示罚〔2026〕{number}号", "penalty_on": today}  # fmt: skip
    if fined:
        return told | {"fine_yuan": "12345.67", "fine_paid_on": today}
    part.penalised = True
    return told | {"papers_number": f"示批〔2026〕{number}号", "papers_on": today,
                   "papers_mu": str(max(part.farmland_mu, cents("0.01")))}  # fmt: skip


def _accept(script: Script, of: Any) -> None:
    """By another person; as reported, and of some only half."""
    today = str(script.today)
    form = {"accepted_on": today}
    above = {"prefecture_number": "示市验〔2026〕1号", "prefecture_on": today,
             "region_number": "示区确〔2026〕1号", "region_on": today}  # fmt: skip
    for names, told in ((("confirmed",), form | above), (("restored", *PAPERS, "fined"), form)):
        script.many("reviewer", "accept", of(*names), "accepted", form=told)
    for entry in of("confirmed", "restored"):
        for part in _illegal(entry):
            part.restored = part.farmland_mu
            part.confirmed = entry in of("confirmed")
    for entry in of(*PAPERS):
        for part in _illegal(entry):
            part.regularised = part.farmland_mu
    for entry in of("half"):
        rows = []
        for part in _illegal(entry):
            part.restored = cents(part.farmland_mu / 2)
            rows.append({"part": part.id, "restored_mu": str(part.restored), **form})
        at = f"{API}/patches/{entry.id}/accept"
        script.at("reviewer").post("accept one", at, {"parts": rows})
        entry.stage = "accepted"
