"""What the people of the sample county do with one patch, each through the service its screen calls.

What is done alike with many patches of a day is in `together`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from decimal import Decimal
from functools import cached_property

from django.db.models import QuerySet
from django.utils import timezone

from liangtian.platform.cases import opinions
from liangtian.platform.files.models import StoredFile
from liangtian.platform.files.services import store
from liangtian.platform.people.models import User
from liangtian.programmes.enforcement import (
    asking,
    checking,
    disposing,
    judging,
    military,
    photos,
    projects,
)
from liangtian.programmes.enforcement.dossiers import services as dossiers
from liangtian.programmes.enforcement.models import (
    InfrastructureProject,
    Outcome,
    Patch,
    PatchPart,
)
from liangtian.programmes.enforcement.parts import PartJudgement
from liangtian.site.demo.photos import site_photos

_SITUATIONS = {"20": "built", "YH": "hardened", "DL2": "building", "DT": "moved", "TD": "moved",
               "KT": "moved", "CK": "mined"}  # fmt: skip
_WHOLE = 1  # order of the part of a patch that is not divided
_FINE_PER_M2 = 20  # yuan


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
        return self.clerk_of(str(patch.region_id)[:9])

    def clerk_of(self, town: str) -> User:
        """The clerk of a township."""
        return self._of_town[town]


class Acts:
    """The acts by name; each takes a patch and plays one day's work on it."""

    def __init__(self, cast: Cast, designed: Mapping[str, str]) -> None:
        self.cast, self.designed = cast, designed
        self._numbers = 0

    def play(self, name: str, patch_id: int) -> None:
        """One act of that name."""
        act: Callable[[Patch], None] = getattr(self, name)
        act(Patch.objects.select_related("region", "case", "batch").get(pk=patch_id))

    def number(self, word: str, running: str = "") -> str:
        """As papers of this year are numbered; a fresh number unless a running one is given."""
        return f"{word}〔{timezone.localdate().year}〕{running or self.take_numbers(1)}号"

    def take_numbers(self, count: int) -> int:
        """The first of so many fresh running numbers."""
        self._numbers += count
        return self._numbers - count + 1

    # ---- handed out, looked at, given back ----

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
            self.add_photos(patch, patch.monitoring_type)

    def add_photos(self, patch: Patch, kind: str) -> None:
        """Four, taken now."""
        taken = timezone.localtime()
        made = site_photos(patch.geom, patch.number, kind, taken)
        town = self.cast.of_town(patch)
        photos.add_photos(town, patch.pk, [(name, [content]) for name, content in made])

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

    def judge_home(self, patch: Patch) -> None:
        """As proposed, marked as a new house of a villager."""
        parts = [PartJudgement(_WHOLE, homestead=True)]
        judging.judge(self.cast.clerk, patch.pk, patch.proposal_outcome, "", parts)

    def judge_unchanged(self, patch: Patch) -> None:
        """Against the proposal, with a reason."""
        reason = "实地核查为影像差异，地上物在前时相之前已存在，未新增占地。"
        part = PartJudgement(_WHOLE, Outcome.OTHER, "unchanged")
        judging.judge(self.cast.clerk, patch.pk, Outcome.OTHER, reason, [part])

    def judge_solar(self, patch: Patch) -> None:
        """Against the proposal, with a reason."""
        reason = "光伏板桩基架设，未硬化地面，项目已备案，未改变原用地性质。"
        part = PartJudgement(_WHOLE, Outcome.OTHER, "pv", self.number("示能源备"))
        judging.judge(self.cast.clerk, patch.pk, Outcome.OTHER, reason, [part])

    def send_back(self, patch: Patch) -> None:
        """By another person, who is not content."""
        judging.step(self.cast.reviewer, patch.pk, "send_back", "缺动工时间依据，请补充后再提交。")

    def take_out(self, patch: Patch) -> None:
        """Military land leaves the system but for a line."""
        military.register(self.cast.keeper, patch.pk, "涉军示例001")

    # ---- put right ----

    def _illegal(self, patch: Patch) -> QuerySet[PatchPart]:
        return patch.parts.filter(judgement=Outcome.ILLEGAL).order_by("order")

    def turn_down(self, patch: Patch) -> None:
        """The township gives it back."""
        words = "责任单位有误，现场为村集体建设。"
        judging.step(self.cast.of_town(patch), patch.pk, "object", words)

    def fine(self, patch: Patch) -> None:
        """Imposed and paid at once."""
        today = timezone.localdate()
        for part in self._illegal(patch):
            self._progress(
                patch, part, penalty_number=self.number("青自然资罚"), penalty_on=today,
                fine_yuan=(part.m2 * _FINE_PER_M2).quantize(Decimal("0.01")), fine_paid_on=today,
            )  # fmt: skip

    def _progress(self, patch: Patch, part: PatchPart, **done: object) -> None:
        """What is entered now beside what had been entered."""
        known = {f.name: getattr(part.disposition, f.name) for f in fields(disposing.Progress)}
        form = disposing.Progress(**{**known, **done})
        disposing.progress(self.cast.of_town(patch), part.pk, form)

    def reject(self, patch: Patch) -> None:
        """Not good enough."""
        words = "场地硬化层未清除，不具备耕种条件，请继续整改。"
        disposing.reject(self.cast.reviewer, patch.pk, words)

    def put_away(self, patch: Patch) -> None:
        """The dossier is printed and kept."""
        reason = "影像和批准文件由省级统一存档，不入本卷。"
        filing = replace(dossiers.first_filing(patch), fonds="示例全宗", catalogue="1")
        dossiers.archive(self.cast.second_clerk, patch.pk, filing, reason)

    # ---- on a listed project ----

    def on_listed_project(self, patch: Patch) -> None:
        """All of its illegal ground stands on the national project."""
        project = InfrastructureProject.objects.get(listing="national")
        for part in self._illegal(patch):
            projects.set_project(self.cast.second_clerk, part.pk, project.pk)
