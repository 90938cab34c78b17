"""What the people of the sample county do with one patch, each through the service its screen calls."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from decimal import Decimal
from functools import cached_property

from django.db.models import QuerySet
from django.utils import timezone

from liangtian.geo.area import round_m2, to_mu
from liangtian.platform.cases import opinions
from liangtian.platform.files.models import StoredFile
from liangtian.platform.files.services import store
from liangtian.platform.people.models import Office, User
from liangtian.programmes.enforcement import (
    asking,
    checking,
    disposing,
    judging,
    military,
    photos,
    projects,
)
from liangtian.programmes.enforcement.data_checks import services as checks
from liangtian.programmes.enforcement.dossiers import services as dossiers
from liangtian.programmes.enforcement.models import (
    Disposition,
    InfrastructureProject,
    Outcome,
    Patch,
    PatchPart,
)
from liangtian.programmes.enforcement.parts import PartJudgement
from liangtian.site.demo.photos import site_photos
from liangtian.site.demo.scenery import RESTORED

_SITUATIONS = {"20": "built", "YH": "hardened", "DL2": "building", "DT": "moved", "TD": "moved",
               "KT": "moved", "CK": "mined"}  # fmt: skip
_WHOLE = 1  # order of the part of a patch that is not divided
_FINE_PER_M2 = 20  # yuan
_CASE = Disposition.Handling.CASE
_NO_CASE = Disposition.Handling.NO_CASE


class Cast:
    """Who does what. Nobody confirms or accepts what he did himself."""

    def __init__(self) -> None:
        people = {user.username: user for user in User.objects.select_related("office", "region")}
        self.clerk, self.second_clerk = people["zhangshili"], people["zhouyangben"]
        self.reviewer, self.leader = people["liyangben"], people["wangjiashe"]
        self.keeper, self.agriculture = people["baokongbai"], people["heshifan"]
        self.people = people

    @cached_property
    def _of_town(self) -> dict[str, User]:
        rows = User.objects.filter(roles__code="township_clerk").select_related("office", "region")
        return {str(row.region_id): row for row in rows.order_by("-pk")}

    def of_town(self, patch: Patch) -> User:
        """The clerk of the township a patch lies in."""
        return self._of_town[str(patch.region_id)[:9]]


class Acts:
    """The acts by name; each takes a patch and plays one day's work on it."""

    def __init__(self, cast: Cast, designed: Mapping[str, str]) -> None:
        self.cast, self.designed = cast, designed
        self._numbers = 0

    def play(self, name: str, patch_id: int) -> None:
        """One act of that name."""
        act: Callable[[Patch], None] = getattr(self, name)
        act(Patch.objects.select_related("region", "case", "batch").get(pk=patch_id))

    def _number(self, word: str) -> str:
        self._numbers += 1
        return f"{word}〔{timezone.localdate().year}〕{self._numbers}号"

    # ---- handed out, looked at, given back ----

    def assign(self, patch: Patch) -> None:
        """To the township."""
        judging.assign(self.cast.clerk, patch.pk, None, "请到实地核查，按四个方向拍照举证。")

    def decline(self, patch: Patch) -> None:
        """The township gives it back unlooked at."""
        judging.step(self.cast.of_town(patch), patch.pk, "decline", "图斑主体在邻镇，请改派。")

    def check(self, patch: Patch) -> None:
        """The form and four photos."""
        town, today = self.cast.of_town(patch), timezone.localdate()
        unchanged = self.designed[patch.number] == "unchanged"
        situation = "unchanged" if unchanged else _SITUATIONS.get(patch.monitoring_type, "built")
        suggestion = Outcome.OTHER if unchanged else patch.proposal_outcome
        form = checking.CheckForm(
            situation=situation, checked_on=today, land_user="样本经营户", land_use="待县局核定",
            started_on=None if unchanged else patch.period_after, suggestion=suggestion,
            note="地上物与前时相一致。" if unchanged else "现场已拍照，未出示批准文件。",
        )  # fmt: skip
        checking.save_check(town, patch.pk, form)
        if not patch.photos.exists():
            self._photos(patch, patch.monitoring_type)

    def _photos(self, patch: Patch, kind: str) -> None:
        taken = timezone.localtime()
        made = site_photos(patch.geom, patch.number, kind, taken)
        town = self.cast.of_town(patch)
        photos.add_photos(town, patch.pk, [(name, [content]) for name, content in made])

    def give_back(self, patch: Patch) -> None:
        """With words where photos lack."""
        words = "南侧为水塘，无法站人，照片少一个方向。"
        judging.step(self.cast.of_town(patch), patch.pk, "return", words)

    def recheck(self, patch: Patch) -> None:
        """Once more, please."""
        judging.step(self.cast.clerk, patch.pk, "recheck", "请补充用地主体和动工时间。")

    def leaders_look(self, patch: Patch) -> None:
        """The leading group at a key patch."""
        record = self.paper(f"领导小组实地核查记录 {patch.number}")
        form = checking.LeadingForm(
            checked_on=timezone.localdate(),
            members=[("王假设", "分管局长"), ("佟拟方", "乡镇分管领导"), ("李样本", "执法大队")],
            finding="现场为新建厂房及硬化场地，未见批准文件，须提交集体会审。",
            file_id=record.pk,
        )
        checking.record_leading_check(self.cast.clerk, patch.pk, form)

    def paper(self, text: str) -> StoredFile:
        """A paper of the county, as a text file."""
        clerk = self.cast.clerk
        if clerk.region is None:
            raise ValueError("the sample clerk has no region")
        content = f"{text}\n示例材料，内容为虚构。\n".encode()
        return store([content], f"{text}.txt", user=clerk, region=clerk.region, kind="document")

    # ---- asked about, judged ----

    def ask(self, patch: Patch) -> None:
        """The offices of farming and of woods."""
        offices = asking.offices_for(self.cast.clerk, patch.pk)
        wanted = [o.pk for o in offices if o.name.endswith(("农业农村局", "林业局"))]
        question = "该图斑用途有争议，请就是否属于设施农业或林业生产用地提出意见。"
        asking.consult(self.cast.clerk, patch.pk, opinions.Asked(question, wanted))

    def disagree(self, patch: Patch) -> None:
        """One office takes it for a farm building, the other has nothing to say."""
        said = {
            self.cast.agriculture.office_id: (
                "disagree",
                "经营户已申请设施农业备案，建议暂缓认定。",
            )
        }
        consultation = patch.case.consultations.latest("pk")
        for opinion in consultation.opinions.select_related("office"):
            stance, text = said.get(opinion.office_id, ("none", ""))
            person = User.objects.filter(office=opinion.office, is_active=True).earliest("pk")
            opinions.answer(person, opinion.task_id, stance, text)

    def judge(self, patch: Patch) -> None:
        """As proposed; a new house of a villager is marked as one."""
        home = self.designed[patch.number] == "homestead"
        parts = [PartJudgement(_WHOLE, homestead=True)] if home else []
        judging.judge(self.cast.clerk, patch.pk, patch.proposal_outcome, "", parts)

    def judge_unchanged(self, patch: Patch) -> None:
        """Against the proposal, with a reason."""
        reason = "实地核查为影像差异，地上物在前时相之前已存在，未新增占地。"
        part = PartJudgement(_WHOLE, Outcome.OTHER, "unchanged")
        judging.judge(self.cast.clerk, patch.pk, Outcome.OTHER, reason, [part])

    def judge_solar(self, patch: Patch) -> None:
        """Against the proposal, with a reason."""
        reason = "光伏板桩基架设，未硬化地面，项目已备案，未改变原用地性质。"
        part = PartJudgement(_WHOLE, Outcome.OTHER, "pv", self._number("示能源备"))
        judging.judge(self.cast.clerk, patch.pk, Outcome.OTHER, reason, [part])

    def review(self, patch: Patch) -> None:
        """By another person."""
        self.let_pass(patch)
        judging.step(self.cast.reviewer, patch.pk, "review", "")

    def let_pass(self, patch: Patch) -> None:
        """What the data checks still find, by the reviewer, with a reason."""
        who = self.cast.reviewer
        for row in checks.problems_for(who, patch.pk):
            if row["may_pass"]:
                words = "材料在省级系统，已核对无误，准予放行。"
                checks.let_pass(who, patch.pk, row["code"], row["part"], words)

    def send_back(self, patch: Patch) -> None:
        """By another person, who is not content."""
        judging.step(self.cast.reviewer, patch.pk, "send_back", "缺动工时间依据，请补充后再提交。")

    def take_out(self, patch: Patch) -> None:
        """Military land leaves the system but for a line."""
        military.register(self.cast.keeper, patch.pk, "涉军示例001")

    # ---- put right ----

    def plan_demolition(self, patch: Patch) -> None:
        """A villager's house without a case, all else with one."""
        home = self.designed[patch.number] == "homestead"
        reason = "农村村民住宅，责令限期自行拆除，情节轻微不予立案。" if home else ""
        self._plan(patch, disposing.Plan(
            _NO_CASE if home else _CASE, 0, no_case_reason=reason, demolish=True,
            note="限期拆除地上物，恢复耕种条件。",
        ))  # fmt: skip

    def plan_papers(self, patch: Patch) -> None:
        """A fine, and the papers after it."""
        note = "处罚到位后按程序补办农用地转用手续。"
        self._plan(patch, disposing.Plan(_CASE, 0, complete_papers=True, note=note))

    def plan_case(self, patch: Patch) -> None:
        """A case, no more."""
        self._plan(patch, disposing.Plan(_CASE, 0, note="立案查处，整改措施另行研究。"))

    def _plan(self, patch: Patch, plan: disposing.Plan) -> None:
        owner = Office.objects.filter(region=str(patch.region_id)[:9]).earliest("pk")
        for part in self._illegal(patch):
            disposing.plan(self.cast.second_clerk, part.pk, replace(plan, owner=owner.pk))

    def _illegal(self, patch: Patch) -> QuerySet[PatchPart]:
        return patch.parts.filter(judgement=Outcome.ILLEGAL).order_by("order")

    def hand_down(self, patch: Patch) -> None:
        """To the township."""
        disposing.hand_down(self.cast.second_clerk, patch.pk, "请按期落实整改。")

    def turn_down(self, patch: Patch) -> None:
        """The township gives it back."""
        words = "责任单位有误，现场为村集体建设。"
        judging.step(self.cast.of_town(patch), patch.pk, "object", words)

    def file_case(self, patch: Patch) -> None:
        """The number of the case; nothing where none is filed."""
        for part in self._illegal(patch).filter(disposition__handling=_CASE):
            number = self._number("青自然资立")
            self._progress(patch, part, case_number=number, case_filed_on=timezone.localdate())

    def fine(self, patch: Patch) -> None:
        """Imposed and paid at once."""
        today = timezone.localdate()
        for part in self._illegal(patch):
            self._progress(
                patch, part, penalty_number=self._number("青自然资罚"), penalty_on=today,
                fine_yuan=(part.m2 * _FINE_PER_M2).quantize(Decimal("0.01")), fine_paid_on=today,
            )  # fmt: skip

    def demolish(self, patch: Patch) -> None:
        """Taken down, with photos of the field."""
        for part in self._illegal(patch):
            self._progress(patch, part, demolished_on=timezone.localdate())
        self._photos(patch, RESTORED)

    def complete_papers(self, patch: Patch) -> None:
        """For all of its ground."""
        for part in self._illegal(patch):
            self._progress(
                patch, part, papers_number=self._number("示政土补"), papers_mu=round_m2(to_mu(part.m2)),
                papers_on=timezone.localdate(),
            )  # fmt: skip

    def _progress(self, patch: Patch, part: PatchPart, **done: object) -> None:
        """What is entered now beside what had been entered."""
        known = {f.name: getattr(part.disposition, f.name) for f in fields(disposing.Progress)}
        form = disposing.Progress(**{**known, **done})
        disposing.progress(self.cast.of_town(patch), part.pk, form)

    def report(self, patch: Patch) -> None:
        """By the township."""
        self.let_pass(patch)
        disposing.report(self.cast.of_town(patch), patch.pk, "已整改到位，报请验收。")

    def reject(self, patch: Patch) -> None:
        """Not good enough."""
        words = "场地硬化层未清除，不具备耕种条件，请继续整改。"
        disposing.reject(self.cast.reviewer, patch.pk, words)

    def accept(self, patch: Patch) -> None:
        """All of the farmland, restored or with papers, as was planned."""
        rows = []
        for part in self._illegal(patch).select_related("disposition"):
            one, mu = part.disposition, part.farmland_mu or Decimal(0)
            rows.append(disposing.Acceptance(
                part.pk, timezone.localdate(), note="现场复核，整改到位。",
                restored_mu=mu if one.demolish else Decimal(0),
                regularised_mu=mu if one.complete_papers else Decimal(0),
            ))  # fmt: skip
        disposing.accept(self.cast.reviewer, patch.pk, rows, "")

    def archive(self, patch: Patch) -> None:
        """The dossier is printed and kept."""
        reason = "影像和批准文件由省级统一存档，不入本卷。"
        self.let_pass(patch)
        filing = replace(dossiers.first_filing(patch), fonds="示例全宗", catalogue="1")
        dossiers.archive(self.cast.second_clerk, patch.pk, filing, reason)

    # ---- on a listed project ----

    def on_listed_project(self, patch: Patch) -> None:
        """All of its illegal ground stands on the national project."""
        project = InfrastructureProject.objects.get(listing="national")
        for part in self._illegal(patch):
            projects.set_project(self.cast.second_clerk, part.pk, project.pk)


def names() -> set[str]:
    """The names `Acts.play` knows."""
    return {name for name in vars(Acts) if not name.startswith("_")} - {"play", "paper"}
