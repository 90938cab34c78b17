"""What must hold before a step of a patch: each guard reads the facts it names and says why not (Chinese)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from liangtian.platform.cases.machine import Guard, Situation


def measured(at: Situation) -> str | None:
    """Facts: `number`, `measured`."""
    if at.facts["measured"]:
        return None
    return f"图斑 {at.facts['number']} 尚未完成套合，还不能判定。请等批次入库任务结束。"


def another_person(at: Situation) -> str | None:
    """Who judged cannot alone confirm. Facts: `judged_by`."""
    if at.facts["judged_by"] != at.user_id:
        return None
    return f"图斑 {at.facts['number']} 由您本人判定，须由另一人复核。"


def form_filled(at: Situation) -> str | None:
    """The form of the check on the ground is filled in. Facts: `checked`."""
    if at.facts["checked"]:
        return None
    return f"图斑 {at.facts['number']} 还没有填写实地核查表，请先填写。"


def evidence_enough(at: Situation) -> str | None:
    """Photos as the pack asks, or an opinion that says why not. Facts: `evidence_lacking`."""
    lacking = at.facts["evidence_lacking"]
    if not lacking or at.opinion.strip():
        return None
    return f"图斑 {at.facts['number']} {'；'.join(lacking)}。请补充照片，或在意见中说明原因。"


def on_no_agenda(at: Situation) -> str | None:
    """What is before a meeting is decided there. Facts: `agenda`, the title of the open meeting."""
    if not at.facts["agenda"]:
        return None
    return f"图斑 {at.facts['number']} 已列入“{at.facts['agenda']}”议程，由会审作结论。"


def leaders_looked(at: Situation) -> str | None:
    """Much farmland under suspected buildings: the leading group looks itself. Facts: `leaders_wanted`."""
    if not at.facts["leaders_wanted"]:
        return None
    return (
        f"图斑 {at.facts['number']} 的新增建（构）筑物疑似违法占用耕地达到{at.facts['leaders_wanted']}，"
        "须先登记领导小组实地核查（日期、人员、记录）。"
    )


def met(at: Situation) -> str | None:
    """Key and disputed patches are decided by a meeting. Facts: `meeting_wanted`, why one is."""
    if not at.facts["meeting_wanted"]:
        return None
    return f"图斑 {at.facts['number']} {at.facts['meeting_wanted']}，须提交集体会审。"


def illegal(at: Situation) -> str | None:
    """Facts: `illegal`."""
    if at.facts["illegal"]:
        return None
    return f"图斑 {at.facts['number']} 没有判定为违法的部分，不需处置，请直接归档。"


def disposition_planned(at: Situation) -> str | None:
    """Every illegal part has its disposition. Facts: `undisposed`, the parts without one."""
    if not at.facts["undisposed"]:
        return None
    return f"图斑 {at.facts['number']} 的{'、'.join(at.facts['undisposed'])}还没有拟定处置措施。"


def put_right(at: Situation) -> str | None:
    """What each disposition asks has been done. Facts: `unfinished`."""
    if not at.facts["unfinished"]:
        return None
    return f"图斑 {at.facts['number']} 还不能报验：{'；'.join(at.facts['unfinished'])}。"


def not_reported_by_self(at: Situation) -> str | None:
    """Who reported the work done does not accept it. Facts: `reported_by`, ids."""
    if at.user_id not in at.facts["reported_by"]:
        return None
    return f"图斑 {at.facts['number']} 的整改由您本人报验，须由另一人验收。"


def nothing_left_to_do(at: Situation) -> str | None:
    """Illegal ground is filed only once accepted. Facts: `unaccepted`, the illegal parts not accepted."""
    if not at.facts["unaccepted"]:
        return None
    return f"图斑 {at.facts['number']} 的{'、'.join(at.facts['unaccepted'])}判定为违法，处置验收后才能归档。"


def _refused(number: str, found: Sequence[str]) -> str | None:
    if not found:
        return None
    return (
        f"图斑 {number} 有 {len(found)} 项数据检查未通过：{'；'.join(found)}。"
        "请按“数据检查”所列改正；确有原因的，由审核员或领导在该处写明理由放行。"
    )


def ground_passes(at: Situation) -> str | None:
    """What is put right on the ground is in order. Facts: `failing_ground`."""
    return _refused(at.facts["number"], at.facts["failing_ground"])


def passes(at: Situation) -> str | None:
    """No error of the data checks is left open. Facts: `failing`."""
    return _refused(at.facts["number"], at.facts["failing"])


def done_passes(at: Situation) -> str | None:
    """As `passes`, for work that is being reported done. Facts: `failing_done`."""
    return _refused(at.facts["number"], at.facts["failing_done"])


GUARDS: Mapping[str, Guard] = {
    one.__name__: one
    for one in (
        measured, another_person, form_filled, evidence_enough, on_no_agenda, leaders_looked, met,
        illegal, disposition_planned, put_right, not_reported_by_self, nothing_left_to_do,
        ground_passes, passes, done_passes,
    )
}  # fmt: skip
