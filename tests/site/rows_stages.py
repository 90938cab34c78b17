"""Rows of the matrix: checks on the ground, dispositions, projects, meetings, military land."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from tests.site.matrix import EVIDENCE, JUDGE, PATCH, VIEW, Row
from tests.site.world import ABROAD, PLACES, World

WHERE = tuple(PLACES)
COUNTY_ONLY = tuple(p for p in PLACES if p != "next")
PART = "/api/enforcement/parts/{part_id}"
PROJECTS = "/api/enforcement/projects"
MEETINGS = "/api/enforcement/meetings"
MEETING = f"{MEETINGS}/{{meeting_id}}"
MILITARY = "/api/enforcement/military"
DAY = "2026-03-20"
RECTIFY = frozenset({"county_clerk", "township_clerk"})
KEEPER = frozenset({"secrecy_keeper"})
PROJECT = {
    "name": "示例高速", "sector": "traffic", "listing": "national", "listing_on": DAY,
    "listing_document": "清单", "listing_number": "示发改〔2025〕1号",
}  # fmt: skip
SEATED = {"title": "会审", "held_on": DAY, "place": "会议室", "chair": "王演示", "members": []}


def _clerk(w: World, place: str) -> Any:
    return w.users["clerk_abroad" if place == ABROAD else "county_clerk"]


def _patch(index: int = 0, **body: Any) -> Any:
    return lambda w, place: {"path": {"patch_id": w.patches[place][index].pk}, "json": body}


def _checking(w: World, place: str) -> Mapping[str, Any]:
    from liangtian.programmes.enforcement.judging import assign

    if not _at(w.patches[place][0], "checking"):
        assign(_clerk(w, place), w.patches[place][0].pk)
    found: Mapping[str, Any] = _patch(0, situation="built", checked_on=DAY)(w, place)
    return found


def _leading(w: World, place: str) -> Mapping[str, Any]:
    members = [{"name": "王演示"}, {"name": "李样本"}]
    file = w.files["abroad" if place == ABROAD else "home"]["layer"]
    body = {"checked_on": DAY, "members": members, "finding": "现场已建成属实", "file_id": file.pk}
    found: Mapping[str, Any] = _patch(0, **body)(w, place)
    return found


def _at(patch: Any, stage: str) -> bool:
    from liangtian.platform.cases.models import Case

    return Case.objects.get(pk=patch.case_id).stage == stage


def _part(w: World, place: str, to: str) -> Any:
    """The part of a patch judged illegal, brought as far as `to`; the same for every role that asks."""
    from liangtian.platform.people.models import User
    from liangtian.programmes.enforcement import disposing, judging

    clerk, patch = _clerk(w, place), w.patches[place][2]
    if not _at(patch, "received"):
        return patch.parts.get()
    judging.judge(clerk, patch.pk, "illegal", "现场核实，没有任何批准手续")
    other = User.objects.create_user(f"other_{place}", None, name="另拟人", region=clerk.region)
    other.roles.set(clerk.roles.all())
    judging.step(other, patch.pk, "review")
    part = patch.parts.get()
    day = patch.period_after
    done = disposing.Progress(papers_number="示批〔2026〕1号", papers_on=day, papers_mu=Decimal(1))
    plan = disposing.Plan("no_case", clerk.office_id, "情节轻微", complete_papers=True)
    ways: dict[str, Any] = {
        "planned": lambda: disposing.plan(clerk, part.pk, plan),
        "disposition": lambda: disposing.hand_down(clerk, patch.pk),
        "done": lambda: disposing.progress(clerk, part.pk, done),
        "rectified": lambda: disposing.report(other, patch.pk),
    }
    for name, go in ways.items() if to != "confirmed" else ():
        go()
        if name == to:
            break
    return part


def _on_part(to: str, **body: Any) -> Any:
    return lambda w, place: {"path": {"part_id": _part(w, place, to).pk}, "json": body}


def _stage(to: str, **body: Any) -> Any:
    return lambda w, place: {"path": {"patch_id": _part(w, place, to).patch_id}, "json": body}


def _plan(w: World, place: str) -> Mapping[str, Any]:
    body = {"handling": "case", "owner": _clerk(w, place).office_id, "demolish": True}
    found: Mapping[str, Any] = _on_part("confirmed", **body)(w, place)
    return found


def _accept(w: World, place: str) -> Mapping[str, Any]:
    part = _part(w, place, "rectified")
    body = {"parts": [{"part": part.pk, "accepted_on": DAY}], "opinion": ""}
    return {"path": {"patch_id": part.patch_id}, "json": body}


def _project(w: World, place: str) -> Mapping[str, Any]:
    from liangtian.programmes.enforcement import projects
    from liangtian.programmes.enforcement.models import InfrastructureProject

    clerk, form = _clerk(w, place), projects.ProjectForm(**PROJECT)  # type: ignore[arg-type]
    row = InfrastructureProject.objects.filter(region=clerk.region).first()
    row = row or projects.save_project(clerk, form)
    return {"path": {"project_id": row.pk}, "json": PROJECT}


def _meeting(w: World, where: str, **body: Any) -> dict[str, Any]:
    from datetime import date

    from liangtian.programmes.enforcement import meeting
    from liangtian.programmes.enforcement.models import Meeting

    clerk = _clerk(w, where)
    made = Meeting.objects.filter(region=clerk.region).first()
    if made is None:
        form = meeting.MeetingForm("会审", date(2026, 3, 20), "会议室", "王演示")
        made = meeting.save_meeting(clerk, form)
        meeting.add_items(clerk, made.pk, [w.patches[where][0].pk], "hand")
    path = {"meeting_id": made.pk, "item_id": made.items.all()[0].pk}
    return {"path": path, "json": body}


def _sign(w: World, place: str) -> Mapping[str, Any]:
    from liangtian.platform.people.models import Office
    from liangtian.programmes.enforcement import meeting
    from liangtian.programmes.enforcement.models import Meeting

    found = _meeting(w, place)
    made = Meeting.objects.get(pk=found["path"]["meeting_id"])
    for n in range(3 if not made.members.exists() else 0):
        office = Office.objects.create(code=f"{place}-{n}", name=f"{n}局", region=made.region)
        made.members.create(office=office, name=f"成员{n}")
    decision = meeting.Decision(postponed=True, reason="待补充材料后再议")
    meeting.decide(_clerk(w, place), made.pk, found["path"]["item_id"], decision)
    return found


def _with(**body: Any) -> Any:
    return lambda w, place: _meeting(w, place, **body)


def _add(w: World, place: str) -> Mapping[str, Any]:
    return _meeting(w, place, patches=[w.patches[place][2].pk], why="hand")


def _military(w: World, place: str) -> Mapping[str, Any]:
    from liangtian.programmes.enforcement.models import MilitaryPatch

    clerk, patch = _clerk(w, place), w.patches[place][0]
    row, _ = MilitaryPatch.objects.get_or_create(
        region=clerk.region, batch=patch.batch, number=f"x-{place}", form_number="J-1",
        defaults={"registered_by": clerk},
    )  # fmt: skip
    return {"path": {"row_id": row.pk}, "json": {"number": "机〔2026〕1号", "on": DAY}}


DECIDED = {"postponed": True, "reason": "待补充材料后再议"}
ROWS: tuple[Row, ...] = (
    Row("GET", f"{PATCH}/stages", VIEW, _patch(1), WHERE),
    Row("PUT", f"{PATCH}/check", EVIDENCE, _checking, WHERE),
    Row("PUT", f"{PATCH}/leading-check", JUDGE, _leading, WHERE),
    Row("GET", f"{PATCH}/responsible", VIEW, _patch(0), WHERE),
    Row("PUT", f"{PART}/disposition", JUDGE, _plan, WHERE),
    Row("PUT", f"{PART}/progress", RECTIFY, _on_part("disposition", case_number="1"), WHERE),
    Row("PUT", f"{PART}/project", JUDGE, _on_part("confirmed", project=None), WHERE),
    Row("POST", f"{PATCH}/dispose", JUDGE, _stage("planned"), WHERE),
    Row("POST", f"{PATCH}/rectified", RECTIFY, _stage("done"), WHERE),
    Row("POST", f"{PATCH}/accept", JUDGE, _accept, WHERE),
    Row("POST", f"{PATCH}/reject", JUDGE, _stage("rectified", opinion="复耕没有到位"), WHERE),
    Row("GET", PROJECTS, VIEW),
    Row("POST", PROJECTS, JUDGE, lambda w, p: {"json": PROJECT}),
    Row("PUT", f"{PROJECTS}/{{project_id}}", JUDGE, _project, COUNTY_ONLY),
    Row("GET", MEETINGS, VIEW),
    Row("POST", MEETINGS, JUDGE, lambda w, p: {"json": SEATED}),
    Row("GET", f"{MEETINGS}/waiting", JUDGE),
    Row("GET", f"{MEETINGS}/offices", JUDGE),
    Row("GET", MEETING, VIEW - {"township_clerk", "township_leader", "grid_worker"}, _with(),
        COUNTY_ONLY, denied=frozenset({403, 404})),
    Row("PUT", MEETING, JUDGE, _with(**SEATED), COUNTY_ONLY),
    Row("POST", f"{MEETING}/items", JUDGE, _add, COUNTY_ONLY),
    Row("DELETE", f"{MEETING}/items/{{item_id}}", JUDGE, _with(), COUNTY_ONLY),
    Row("PUT", f"{MEETING}/items/{{item_id}}", JUDGE, _with(**DECIDED), COUNTY_ONLY),
    Row("POST", f"{MEETING}/sign", {"leader"}, _sign, COUNTY_ONLY, other={"county_clerk": 409}),
    Row("POST", f"{MEETING}/cancel", JUDGE, _with(), COUNTY_ONLY),
    Row("POST", f"{PATCH}/military", KEEPER, _patch(2, form_number="J-9"), WHERE),
    Row("GET", MILITARY, KEEPER),
    Row("POST", f"{MILITARY}/{{row_id}}/dispatch", KEEPER, _military, COUNTY_ONLY),
)  # fmt: skip
