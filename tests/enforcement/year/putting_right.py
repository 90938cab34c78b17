"""What becomes of illegal ground: planned, handed down, done, reported, accepted or sent back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from tests.enforcement.year.book import Entry, Part, cents

if TYPE_CHECKING:
    from tests.enforcement.year.script import Script

API = "/api/enforcement"
# What becomes of illegal ground, in turn.
FATES = (
    "restored",
    "papers",
    "open",
    "restored",
    "fined",
    "rejected",
    "restored",
    "papers",
    "planned",
)


def put_right(script: Script, entry: Entry) -> None:
    """What is illegal of a patch, by the fate whose turn it is."""
    illegal = [p for p in entry.parts if p.judgement == "illegal"]
    if not illegal:
        return
    if entry.kind == "transport":
        _on_project(script, entry, illegal)
    fate = FATES[next(script.fates) % len(FATES)]
    _plan(script, entry, illegal, fate)
    if fate == "planned":
        return
    clerk, town, at = script.at("clerk"), script.of_town(entry), f"{API}/patches/{entry.id}"
    clerk.post("dispose", f"{at}/dispose", {"opinion": ""})
    entry.stage = "disposition"
    done = _done(script, fate)
    for part in illegal:
        mu = str(max(part.farmland_mu, cents("0.01")))
        told = done | ({"papers_mu": mu} if fate == "papers" else {})
        town.put("progress", f"{API}/parts/{part.id}/progress", told)
    if fate == "open":
        return
    if fate in ("restored", "rejected"):
        script.photograph(entry)
    town.post("report", f"{at}/rectified", {"opinion": ""})
    if fate == "rejected":
        script.at("reviewer").post("reject", f"{at}/reject", {"opinion": "硬化层未清除"})
        return
    _accept(script, entry, illegal, fate)


def _on_project(script: Script, entry: Entry, illegal: Sequence[Part]) -> None:
    done = next(script.numbers) % 2 == 0
    for part in illegal:
        told = {"project": script.duty if done else script.no_duty}
        script.at("clerk").put("on project", f"{API}/parts/{part.id}/project", told)
        part.duty_done = done


def _plan(script: Script, entry: Entry, illegal: Sequence[Part], fate: str) -> None:
    clerk = script.at("clerk")
    owners = clerk.get("plan", f"{API}/patches/{entry.id}/responsible")
    told = {"handling": "case", "owner": owners[0]["id"], "complete_papers": fate == "papers",
            "demolish": fate in ("restored", "rejected", "open")}  # fmt: skip
    for part in illegal:
        clerk.put("plan", f"{API}/parts/{part.id}/disposition", told)


def _done(script: Script, fate: str) -> dict[str, Any]:
    today, number = str(script.today), next(script.numbers)
    told: dict[str, Any] = {"case_number": f"示立〔2026〕{number}号", "case_filed_on": today}
    if fate in ("restored", "rejected"):
        told["demolished_on"] = today
    elif fate == "papers":
        told |= {"papers_number": f"示批〔2026〕{number}号", "papers_on": today}
    elif fate == "fined":
        told |= {"penalty_number": f"示罚〔2026〕{number}号", "penalty_on": today,
                 "fine_yuan": "12345.67", "fine_paid_on": today}  # fmt: skip
    return told


def _accept(script: Script, entry: Entry, illegal: Sequence[Part], fate: str) -> None:
    """By another person; of restored ground every third only half."""
    rows = []
    for part in illegal:
        half = next(script.numbers) % 3 == 0
        if fate == "restored":
            part.restored = cents(part.farmland_mu / 2) if half else part.farmland_mu
        elif fate == "papers":
            part.regularised = part.farmland_mu
        rows.append({
            "part": part.id, "accepted_on": str(script.today), "restored_mu": str(part.restored),
            "regularised_mu": str(part.regularised),
        })  # fmt: skip
    script.at("reviewer").post("accept", f"{API}/patches/{entry.id}/accept", {"parts": rows})
    entry.stage = "accepted"
