"""The calendar of a county: made once, moved with a reason, reminded of once, told outside with a signature."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from django.utils import timezone

from liangtian.platform.calendar import deadlines, hooks
from liangtian.platform.calendar.models import Deadline, HookDelivery, HookTarget, Message
from liangtian.platform.calendar.reminders import remind
from liangtian.platform.errors import Conflict, Forbidden, Refused
from tests.conftest import County, People, SignedIn

pytestmark = pytest.mark.django_db
MARCH = (date(2026, 3, 1), date(2026, 3, 31))


@pytest.fixture
def check(people: People) -> Deadline:
    """The month-check of March 2026, due on the 15th."""
    deadlines.make_periodic(*MARCH)
    return Deadline.objects.get(obligation="month_check", period="2026-03")


def test_making_them_a_second_time_adds_nothing(people: People) -> None:
    assert deadlines.make_periodic(*MARCH) == 1
    assert deadlines.make_periodic(*MARCH) == 0
    assert deadlines.make_periodic(date(2026, 1, 1), MARCH[1], due_from=date(2026, 6, 1)) == 3


def test_a_pause_and_an_extension_need_a_reason_and_stay_on_record(
    check: Deadline, people: People
) -> None:
    with pytest.raises(Forbidden):
        deadlines.pause(people.reviewer, check.pk, "等待上级批复")
    with pytest.raises(Refused):
        deadlines.pause(people.clerk, check.pk, "等")
    deadlines.extend(people.clerk, check.pk, date(2026, 3, 25), "上级同意延期十天")
    with pytest.raises(Refused, match="须晚于 2026-03-25"):
        deadlines.extend(people.clerk, check.pk, date(2026, 3, 20), "再改回原来的日期")
    deadlines.pause(people.clerk, check.pk, "等待上级批复")
    assert remind(date(2026, 3, 25)) == 0
    deadlines.resume(people.clerk, check.pk)
    deadlines.finish(people.clerk, check.pk, "已报")
    with pytest.raises(Conflict):
        deadlines.extend(people.clerk, check.pk, date(2026, 4, 25), "完成以后不能再延")
    check.refresh_from_db()
    assert (check.first_due_on, check.done_by) == (date(2026, 3, 15), people.clerk)
    assert [c.act for c in check.changes.all()] == ["extend", "pause", "resume", "done"]


def test_one_is_reminded_once_and_late_at_the_nearest_lead_time(
    check: Deadline, people: People
) -> None:
    assert remind(date(2026, 3, 7)) == 0
    assert remind(date(2026, 3, 8)) == 1
    assert remind(date(2026, 3, 10)) == 0
    assert remind(date(2026, 3, 14)) == 1
    titles = list(
        Message.objects.filter(user=people.clerk).order_by("pk").values_list("title", flat=True)
    )
    assert titles == [
        "“月核 2026-03”还有 7 天到期（2026-03-15）", "“月核 2026-03”还有 1 天到期（2026-03-15）",
    ]  # fmt: skip


def test_what_is_overdue_goes_to_the_leader_after_the_days_of_the_pack(
    check: Deadline, people: People, county: County
) -> None:
    from liangtian.platform.people.models import Role, User

    leader = User.objects.create_user("leader", None, name="王假设", region=county.county)
    leader.roles.add(Role.objects.get(code="leader"))
    remind(date(2026, 3, 17))
    assert not Message.objects.filter(user=leader).exists()
    remind(date(2026, 3, 18))
    remind(date(2026, 3, 19))
    assert Message.objects.get(user=leader).kind == "overdue"


def test_entering_the_holidays_of_a_year_moves_what_was_estimated(
    people: People, signed_in: SignedIn
) -> None:
    source = deadlines.Source("enforcement.patch", 7, "990121100", "图斑 7")
    made = deadlines.start("enforcement.assigned", [source], date(2099, 9, 30))[7]
    assert (made.due_on, made.estimated) == (date(2099, 10, 7), True)
    days = [{"day": f"2099-10-0{n}", "works": False, "name": "国庆节"} for n in range(1, 8)]
    answer = signed_in(people.clerk).put(
        "/api/calendar/holidays/2099", {"days": days}, content_type="application/json"
    )
    assert answer.json()["moved"] == 1
    made.refresh_from_db()
    assert (made.due_on, made.estimated) == (date(2099, 10, 14), False)


def test_the_file_for_other_calendars_is_folded_and_holds_what_the_user_sees(
    check: Deadline, people: People, signed_in: SignedIn
) -> None:
    answer = signed_in(people.clerk).get("/api/calendar/export.ics")
    lines = answer.content.decode().split("\r\n")
    assert lines[0] == "BEGIN:VCALENDAR"
    assert "DTSTART;VALUE=DATE:20260315" in lines
    assert all(len(line.encode()) <= 75 for line in lines)
    assert (
        "BEGIN:VEVENT"
        not in signed_in(people.township_a).get("/api/calendar/export.ics").content.decode()
    )


def test_the_month_shows_each_day_with_what_falls_due(
    check: Deadline, people: People, signed_in: SignedIn, django_assert_max_num_queries: Any
) -> None:
    client = signed_in(people.clerk)
    with django_assert_max_num_queries(9):
        page = client.get("/api/calendar/month?month=2026-03").json()
    by_day = {row["day"]: row for row in page["days"]}
    assert by_day["2026-03-15"]["items"][0]["label"] == "月核"
    assert (by_day["2026-03-15"]["works"], by_day["2026-03-16"]["works"]) == (False, True)


class Receiver(BaseHTTPRequestHandler):
    """Keeps what it is sent; answers what it is told to."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        server: Any = self.server
        server.seen.append((self.path, dict(self.headers), body))
        server.pause.wait(server.seconds)
        self.send_response(server.answer)
        self.send_header("Location", "/elsewhere")
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet."""


@contextmanager
def receiving(answer: int = 200, seconds: float = 0.0) -> Iterator[Any]:
    server: Any = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    server.seen, server.answer, server.seconds = [], answer, seconds
    server.pause = threading.Event()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.pause.set()
    server.shutdown()
    server.server_close()


def target(people: People, settings: Any, port: int, path: str = "/hook?a=1") -> HookTarget:
    settings.HOOK_HOSTS = [f"127.0.0.1:{port}"]
    return HookTarget.objects.create(
        name=f"平台{port}", url=f"http://127.0.0.1:{port}{path}", created_by=people.clerk
    )


def test_a_notice_is_signed_and_names_nobody(
    check: Deadline, people: People, settings: Any
) -> None:
    with receiving() as server:
        made = target(people, settings, server.server_port)
        remind(date(2026, 3, 8))
        now = timezone.now()
        assert hooks.send_waiting(now) == 1
        assert hooks.send_waiting(now) == 0
        remind(date(2026, 3, 9))
        assert hooks.send_waiting(now) == 0
        ((path, headers, body),) = server.seen
    assert path == "/hook?a=1"
    wanted = hooks.signature(hooks.secret_of(made), headers[hooks.TIMESTAMP], body)
    assert headers[hooks.SIGNATURE] == wanted
    content = json.loads(body)
    assert content["event"] == "deadline.due"
    assert content["data"] == {
        "obligation": "month_check", "label": "月核", "desk": "990121", "due_on": "2026-03-15",
        "count": 1, "days_left": 7,
    }  # fmt: skip
    assert "张示例" not in body.decode()


@pytest.mark.parametrize("answer", [500, 302, 404])
def test_a_refusal_or_a_redirect_is_tried_again_later_and_given_up_in_the_end(
    check: Deadline, people: People, settings: Any, answer: int
) -> None:
    with receiving(answer) as server:
        target(people, settings, server.server_port)
        remind(date(2026, 3, 8))
        now, waits = timezone.now(), []
        for _ in range(len(hooks.RETRY_AFTER_MINUTES) + 1):
            assert hooks.send_waiting(now) == 0
            row = HookDelivery.objects.get()
            waits.append(row.next_at - now)
            now = row.next_at
        assert len(server.seen) == len(hooks.RETRY_AFTER_MINUTES) + 1
    assert {path for path, _, _ in server.seen} == {"/hook?a=1"}
    assert (row.status, row.answer) == ("failed", answer)
    assert waits[:-1] == [timedelta(minutes=m) for m in hooks.RETRY_AFTER_MINUTES]


def test_a_slow_receiver_does_not_hold_the_worker(
    check: Deadline, people: People, settings: Any
) -> None:
    settings.HOOK_TIMEOUT_SECONDS = 0.2
    with receiving(seconds=30) as server:
        target(people, settings, server.server_port)
        remind(date(2026, 3, 8))
        assert hooks.send_waiting(timezone.now()) == 0
    row = HookDelivery.objects.get()
    assert (row.status, row.attempts) == ("waiting", 1)
    assert "timed out" in row.error


@pytest.mark.parametrize(
    "url",
    ["http://10.0.0.8/", "ftp://127.0.0.1:80/", "http://127.0.0.1:81/", "http://u@127.0.0.1:80/",
     "http://127.0.0.1:bad/", "file:///etc/passwd"],
)  # fmt: skip
def test_only_hosts_of_the_list_are_contacted(people: People, settings: Any, url: str) -> None:
    settings.HOOK_HOSTS = ["127.0.0.1:80"]
    with pytest.raises(Refused, match="不允许"):
        hooks.allowed_parts(url)


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_list_of_holidays_is_read_looked_at_and_saved_with_its_notice(
    kind: str, people: People, signed_in: SignedIn, tmp_path: Path
) -> None:
    lines = [["日期", "安排", "名称"], ["2099年10月1日至13月3日", "放假", "国庆节"],
             ["2099年10月1日至3日", "放假", "国庆节"], ["2099-10-10", "上班", ""]]  # fmt: skip
    client, address = signed_in(people.clerk), "/api/calendar/holidays/2099"

    def sent(rows: list[list[str]]) -> Any:
        path = tmp_path / f"list.{kind}"
        if kind == "xlsx":
            book = xlsxwriter.Workbook(str(path))
            sheet = book.add_worksheet()
            for n, row in enumerate(rows):
                sheet.write_row(n, 0, row)
            book.close()
        else:
            path.write_text("\n".join(",".join(row) for row in rows), "gb18030")
        with path.open("rb") as file:
            return client.post(f"{address}/list", {"file": file})

    refused = sent(lines)
    assert refused.status_code == 422
    assert "第 2 行" in refused.json()["error"]["message"]
    days = sent([lines[0], *lines[2:]]).json()["days"]
    assert [(d["day"], d["works"]) for d in days] == [
        ("2099-10-01", False), ("2099-10-02", False), ("2099-10-03", False), ("2099-10-10", True),
    ]  # fmt: skip
    body = {"days": days, "document": "国办发明电〔2098〕0号"}
    assert client.put(address, body, content_type="application/json").status_code == 200
    kept = client.get(address).json()
    assert (kept["document"], kept["entered_by"]) == (body["document"], people.clerk.name)
    assert len(kept["days"]) == 4
    assert sent([["日子", "什么"]]).status_code == 422
