"""What the people of the sample county do on a day with many patches at once, by the forms their screens have for many."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.conf import settings
from django.utils import timezone

from liangtian.platform.errors import Refused
from liangtian.platform.people.models import User
from liangtian.programmes.enforcement.data_checks import services as checks
from liangtian.programmes.enforcement.data_checks.finding import (
    OF_THE_FLOW,
    found_in,
    holds,
    passed_in,
)
from liangtian.programmes.enforcement.many.forms import (
    RUNNING,
    AcceptForAll,
    PlanForAll,
    ProgressForAll,
)
from liangtian.programmes.enforcement.many.taking import Asked, take
from liangtian.programmes.enforcement.models import Disposition, Patch
from liangtian.site.demo.acts import Acts, Cast
from liangtian.site.demo.scenery import RESTORED

_CASE = Disposition.Handling.CASE
_NO_CASE = Disposition.Handling.NO_CASE
Keys = Sequence[int]


class Together:
    """The acts by name; each takes the patches whose turn it is that day."""

    def __init__(self, cast: Cast, acts: Acts) -> None:
        self.cast, self.acts = cast, acts

    def plays(self, name: str) -> bool:
        """Whether an act of that name is one for many."""
        return not name.startswith("_") and name not in ("plays", "play") and hasattr(self, name)

    def play(self, name: str, patches: Keys) -> None:
        """One act of that name."""
        getattr(self, name)(patches)

    def _take(self, user: User, patches: Keys, asked: Asked) -> None:
        """All of them; nobody in the sample year asks for what is refused."""
        most = settings.BULK_IN_REQUEST
        for begin in range(0, len(patches), most):
            for row in take(user, patches[begin : begin + most], asked)["rows"]:
                if not row["done"]:
                    raise Refused(f"示例图斑 {row['number']}：{row['message']}")

    def _by_town(self, patches: Keys) -> Iterator[tuple[User, list[int]]]:
        """The clerk of each township with those that lie in it."""
        rows = Patch.objects.filter(pk__in=patches).defer("geom", "attributes").order_by("number")
        found: dict[User, list[int]] = {}
        for patch in rows:
            found.setdefault(self.cast.of_town(patch), []).append(patch.pk)
        yield from found.items()

    def _homes(self, patches: Keys) -> set[int]:
        """Those designed to be a villager's new house."""
        rows = Patch.objects.filter(pk__in=patches).values_list("pk", "number")
        return {pk for pk, number in rows if self.acts.designed[number] == "homestead"}

    # ---- looked at, judged ----

    def assign(self, patches: Keys) -> None:
        """To the townships."""
        self._take(self.cast.clerk, patches, Asked("assign", "请到实地核查，按四个方向拍照举证。"))

    def give_back(self, patches: Keys) -> None:
        """With words where photos lack."""
        words = "南侧为水塘，无法站人，照片少一个方向。"
        for town, mine in self._by_town(patches):
            self._take(town, mine, Asked("return", words))

    def judge(self, patches: Keys) -> None:
        """As proposed; a new house of a villager is marked as one."""
        homes = self._homes(patches)
        self._take(self.cast.clerk, [k for k in patches if k not in homes], Asked("confirm"))
        for patch in Patch.objects.filter(pk__in=homes).order_by("number"):
            self.acts.judge_home(patch)

    def review(self, patches: Keys) -> None:
        """By another person."""
        self.let_pass(patches)
        self._take(self.cast.reviewer, patches, Asked("review"))

    def archive(self, patches: Keys) -> None:
        """The dossiers are printed and kept, each under its own number."""
        self.let_pass(patches)
        for patch in Patch.objects.filter(pk__in=patches).order_by("number"):
            self.acts.put_away(patch)

    def let_pass(self, patches: Keys) -> None:
        """What the data checks still find, by the reviewer, with a reason."""
        rows = list(Patch.objects.filter(pk__in=patches).select_related("case").order_by("number"))
        found, passed = found_in(rows), passed_in(rows)
        for patch in rows:
            for one in found[patch.pk]:
                code, stands = one.finding.code, holds(one, passed[patch.pk].get(one.where))
                if one.finding.severity == "error" and code not in OF_THE_FLOW and not stands:
                    words = "材料在省级系统，已核对无误，准予放行。"
                    checks.let_pass(self.cast.reviewer, patch.pk, code, one.part, words)

    # ---- put right ----

    def plan_demolition(self, patches: Keys) -> None:
        """A villager's house without a case, all else with one."""
        homes = self._homes(patches)
        note = "限期拆除地上物，恢复耕种条件。"
        reason = "农村村民住宅，责令限期自行拆除，情节轻微不予立案。"
        self._plan(homes, PlanForAll(handling=_NO_CASE, no_case_reason=reason, demolish=True, note=note))  # fmt: skip
        others = [key for key in patches if key not in homes]
        self._plan(others, PlanForAll(handling=_CASE, demolish=True, note=note))

    def plan_papers(self, patches: Keys) -> None:
        """A fine, and the papers after it."""
        note = "处罚到位后按程序补办农用地转用手续。"
        self._plan(patches, PlanForAll(handling=_CASE, complete_papers=True, note=note))

    def plan_case(self, patches: Keys) -> None:
        """A case, no more."""
        note = "立案查处，整改措施另行研究。"
        self._plan(patches, PlanForAll(handling=_CASE, note=note))

    def _plan(self, patches: Keys | set[int], form: PlanForAll) -> None:
        if patches:
            self._take(self.cast.second_clerk, sorted(patches), Asked("plan", form=form))

    def hand_down(self, patches: Keys) -> None:
        """To the townships."""
        self._take(self.cast.second_clerk, patches, Asked("dispose", "请按期落实整改。"))

    def file_case(self, patches: Keys) -> None:
        """The numbers of the cases; nothing where none is filed."""
        filed = Disposition.objects.filter(part__patch__in=patches, handling=_CASE)
        known = set(filed.values_list("part__patch", flat=True))
        cases = [key for key in patches if key in known]
        word = self.acts.number("青自然资立", RUNNING)
        self._progress(cases, ProgressForAll(case_number=word, case_filed_on=timezone.localdate()))

    def demolish(self, patches: Keys) -> None:
        """Taken down, with photos of the field."""
        self._progress(patches, ProgressForAll(demolished_on=timezone.localdate()))
        for patch in Patch.objects.filter(pk__in=patches).select_related("case"):
            self.acts.add_photos(patch, RESTORED)

    def complete_papers(self, patches: Keys) -> None:
        """For all of their ground."""
        word = self.acts.number("示政土补", RUNNING)
        self._progress(patches, ProgressForAll(papers_number=word, papers_on=timezone.localdate()))

    def _progress(self, patches: Keys, form: ProgressForAll) -> None:
        for town, mine in self._by_town(patches):
            first = self.acts.take_numbers(len(mine))
            numbered = form.model_copy(update={"first_number": first})
            self._take(town, mine, Asked("progress", form=numbered))

    def report(self, patches: Keys) -> None:
        """By the townships."""
        self.let_pass(patches)
        for town, mine in self._by_town(patches):
            self._take(town, mine, Asked("rectify", "已整改到位，报请验收。"))

    def accept(self, patches: Keys) -> None:
        """All of the farmland, restored or with papers, as was planned."""
        form = AcceptForAll(accepted_on=timezone.localdate(), note="现场复核，整改到位。")
        self._take(self.cast.reviewer, patches, Asked("accept", form=form))
