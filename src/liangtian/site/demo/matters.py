"""What the sample county does beside single patches: projects on a list, meetings, warnings to townships."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from django.utils import timezone

from liangtian.platform.documents import services as letters
from liangtian.platform.documents.models import NumberSeries
from liangtian.platform.people.models import Office, User
from liangtian.platform.returns import services as returns
from liangtian.platform.returns.forms import Form
from liangtian.platform.returns.models import Return
from liangtian.programmes.enforcement import meeting, projects, warnings
from liangtian.programmes.enforcement.models import (
    AgendaItem,
    Meeting,
    Outcome,
    TownshipWarning,
)
from liangtian.programmes.enforcement.results.report import HALF
from liangtian.programmes.enforcement.returns import HALF_YEAR, MONTHLY
from liangtian.site.demo.acts import Acts, Cast
from liangtian.site.demo.people import CHECKERS

SERIES = "青自然资"
_SEATS = (("自然资源局", "张示例", "承办人"), ("农业农村局", "何示范", "副局长"), ("林业局", "林虚拟", "股长"),
          ("水利局", "江拟水", "股长"))  # fmt: skip
_ON_THE_AGENDA = 4
Why = AgendaItem.Why


class Matters:
    """The acts of the county by name."""

    def __init__(self, cast: Cast, acts: Acts) -> None:
        self.cast, self.acts = cast, acts

    def play(self, name: str) -> None:
        """One act of that name."""
        getattr(self, name)()

    def register_projects(self) -> None:
        """A national one whose duty was done, a provincial one whose was not."""
        today = timezone.localdate()
        proof = self.acts.paper("示例高速公路监管服务履职记录")
        projects.save_project(self.cast.clerk, projects.ProjectForm(
            "示例高速公路青禾段服务区", "traffic", "national", "国家公路网规划示例项目清单",
            "示发改基础〔2025〕12号", today - timedelta(days=200), duty_done=True,
            duty_on=today - timedelta(days=5), duty_note="已三次上门告知用地程序，督促限期办理用地手续。",
            duty_file_id=proof.pk,
        ))  # fmt: skip
        projects.save_project(self.cast.clerk, projects.ProjectForm(
            "青禾县示例变电站扩建", "energy", "provincial", "示例省重大项目清单",
            "示发改能源〔2025〕31号", today - timedelta(days=150),
        ))  # fmt: skip

    # ---- meetings ----

    def convene(self) -> None:
        """Seats for four offices; what is disputed or of weight is put on the agenda."""
        number = Meeting.objects.count() + 1
        held = timezone.localdate() + timedelta(days=2)
        made = meeting.save_meeting(self.cast.clerk, meeting.MeetingForm(
            f"{held.year}年第{number}次卫片图斑集体会审", held, "县局三楼会议室", "王假设", "张示例",
            list(self._seats()),
        ))  # fmt: skip
        for why in (Why.KEY, Why.DISPUTED):
            found = meeting.patches_to_meet(self.cast.clerk, why)
            looked = [p for p in found if why == Why.DISPUTED or hasattr(p, "leading_check")]
            if some := [p.pk for p in looked[:_ON_THE_AGENDA]]:
                meeting.add_items(self.cast.clerk, made.pk, some, why)

    def _seats(self) -> Iterator[meeting.Seat]:
        for end, name, post in _SEATS:
            office = Office.objects.get(name__endswith=end)
            here = end != "水利局"
            yield meeting.Seat(office.pk, name, post, here, "" if here else "参加防汛会商")

    def decide(self) -> None:
        """Everybody agrees but for one."""
        row = Meeting.objects.latest("pk")
        present = list(row.members.filter(present=True).order_by("pk"))
        for item in row.items.order_by("order"):
            said = [meeting.Said(one.pk, "agree") for one in present]
            if item.why == Why.DISPUTED:
                said[1] = meeting.Said(present[1].pk, "disagree", "建议给予补办备案的期限。")
            reason = "未取得用地批准，占用耕地建设，事实清楚。"
            words = meeting.Decision(Outcome.ILLEGAL, reason=reason, opinions=said)
            meeting.decide(self.cast.clerk, row.pk, item.pk, words)

    def sign(self) -> None:
        """By the leader; then the minutes are numbered."""
        row = Meeting.objects.latest("pk")
        meeting.sign(self.cast.leader, row.pk)
        made = letters.draft(self.cast.clerk, "meeting.minutes", row.pk)
        letters.issue(self.cast.clerk, made.pk, self._series().pk)

    def _series(self) -> NumberSeries:
        known = NumberSeries.objects.filter(word=SERIES).first()
        return known or letters.create_series(self.cast.clerk, SERIES)

    # ---- returns ----

    def hand_in(self) -> None:
        """The month before, by the townships that have a leader to sign, but for the one that is late."""
        for town in self._towns()[1:]:
            self._handed_in(MONTHLY, self._last_month(), town)

    def hand_in_late(self) -> None:
        """The one township that is."""
        for town in self._towns()[:1]:
            self._handed_in(MONTHLY, self._last_month(), town)

    def _towns(self) -> list[str]:
        """Codes of the townships whose leaders have accounts."""
        leaders = User.objects.filter(roles__code="township_leader").order_by("region_id")
        return [str(code) for code in leaders.values_list("region_id", flat=True)]

    def _last_month(self) -> str:
        return f"{timezone.localdate().replace(day=1) - timedelta(days=1):%Y-%m}"

    def sum_up(self) -> None:
        """The county's own of that month; who lacks and who was late is named."""
        self._signed(MONTHLY, self._last_month(), self.cast.clerk, self._heads)

    def hand_in_half(self) -> None:
        """The result of half a year, by the townships that have somebody to check it too."""
        checked = User.objects.filter(username__in=CHECKERS).order_by("region_id")
        for town in checked.values_list("region_id", flat=True):
            self._handed_in(HALF_YEAR, f"{timezone.localdate().year}-H1", str(town))

    def sum_up_half(self) -> None:
        """The county's result, kept and signed, with its work report in draft."""
        made = self._signed(
            HALF_YEAR, f"{timezone.localdate().year}-H1", self.cast.clerk, self._heads
        )
        letters.draft(self.cast.clerk, HALF, made.pk)

    @property
    def _heads(self) -> list[User]:
        return [self.cast.reviewer, self.cast.leader]

    def _handed_in(self, form: Form, period: str, town: str) -> None:
        mine = User.objects.filter(region=town)
        heads = [
            *mine.filter(username__in=CHECKERS), *mine.filter(roles__code="township_leader"),
        ]  # fmt: skip
        maker = self.cast.clerk_of(town)
        made = self._signed(form, period, maker, heads)
        returns.send(maker, made.pk)

    def _signed(self, form: Form, period: str, maker: User, heads: list[User]) -> Return:
        """By as many as the form asks, the last of them the head."""
        made = returns.prepare(maker, form, period)
        for head in heads[-len(form.posts) :]:
            made = returns.sign(head, made.pk)
        return made

    # ---- warnings ----

    def propose(self) -> None:
        """What the rules call for; the worker asks them every morning too."""
        warnings.propose(self.cast.clerk)

    def agree(self) -> None:
        """The leader agrees to all but the last of what was proposed."""
        rows = self._at("proposed")
        for row in rows[:-1] if len(rows) > 1 else rows:
            warnings.decide(self.cast.leader, row.pk, "同意，请抓紧办理。")

    def drop(self) -> None:
        """The leader lets what is left be."""
        for row in self._at("proposed"):
            warnings.drop(self.cast.leader, row.pk, "该乡镇已在整改，本次不另发文。")

    def send(self) -> None:
        """The letters of what was agreed to, but for the last."""
        rows = self._at("decided")
        for row in rows[:-1] if len(rows) > 1 else rows:
            warnings.draft_letter(self.cast.clerk, row.pk)
            warnings.send(self.cast.clerk, row.pk, self._series().pk)

    def answer(self) -> None:
        """Every township but the last."""
        rows = self._at("sent")
        for row in rows[:-1] if len(rows) > 1 else rows:
            text = "已召开专题会，逐图斑明确责任人和整改期限，月底前完成拆除复耕。"
            warnings.reply(self._clerk_of(row), row.pk, text)

    def _clerk_of(self, row: TownshipWarning) -> User:
        found: User = (
            User.objects.filter(roles__code="township_clerk", region=row.region_id).order_by("pk")[0]
        )  # fmt: skip
        return found

    def close(self) -> None:
        """What was answered; a talk was held and reported upwards before."""
        today = timezone.localdate()
        for row in self._at("answered"):
            if row.measure in warnings.EVENTS:
                warnings.hold(self.cast.clerk, row.pk, today)
                warnings.report(self.cast.clerk, row.pk, today)
            warnings.close(self.cast.clerk, row.pk, "答复属实，已核查整改进度。")

    def _at(self, stage: str) -> list[TownshipWarning]:
        return list(TownshipWarning.objects.filter(case__stage=stage).order_by("pk"))
