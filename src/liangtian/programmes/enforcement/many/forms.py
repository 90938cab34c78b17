"""The forms that serve many patches at once; what differs from patch to patch follows from a rule said here."""

from __future__ import annotations

from datetime import date

from ninja import Schema

RUNNING = "{序号}"  # in a number of papers: numbers that run on from patch to patch


class PlanForAll(Schema):
    """Measures alike for every illegal part; without an owner, each patch's township answers for it."""

    handling: str
    owner: int | None = None
    no_case_reason: str = ""
    demolish: bool = False
    complete_papers: bool = False
    papers_by_linkage: bool = False
    due_on: date | None = None
    note: str = ""


class ProgressForAll(Schema):
    """What has been done; an empty field leaves what is there.

    A field goes only to parts whose measures ask for it: cases filed, buildings pulled down, papers
    completed. The papers are of the whole part. Fines and what is confiscated differ: one by one.
    """

    case_number: str = ""
    case_filed_on: date | None = None
    demolished_on: date | None = None
    papers_number: str = ""
    papers_on: date | None = None
    first_number: int = 1


class AcceptForAll(Schema):
    """Accepted as reported: papers up to the farmland of a part, the rest restored where buildings went."""

    accepted_on: date
    note: str = ""
    prefecture_number: str = ""
    prefecture_on: date | None = None
    region_number: str = ""
    region_on: date | None = None
