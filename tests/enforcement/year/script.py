"""The acts of the year, month by month, each by a person whose role it is; every one is noted in the book."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Any

from django.utils import timezone

from tests.conftest import PASSWORD
from tests.enforcement.files import batch_file
from tests.enforcement.pictures import jpeg
from tests.enforcement.year import reserve
from tests.enforcement.year.book import Book, Entry, Part, cents, own_m2
from tests.enforcement.year.desk import Desk, Sender, Stopwatch
from tests.enforcement.year.ground import CLERKS, Drawn, sent
from tests.enforcement.year.putting_right import put_right
from tests.enforcement.year.reports import after_month

API = "/api/enforcement"
PLENTY_FROM = 10  # the month in which the reserve no longer lacks
ARCHIVED_EVERY, ARCHIVED = 4, 2  # months, and patches: each prints its dossier
UNSEEN = 3  # every so many come back with words instead of photos; the reviewer lets that pass
ON_PAPER = ("legal", "facility")
ON_THE_GROUND = ("illegal", "home", "transport", "stock", "damage", "wood", "split", "astride")


class Script:
    """Plays the year; `work` runs the jobs that wait, or waits for the worker that does."""

    def __init__(
        self,
        sender: Callable[[], Sender],
        folder: Path,
        work: Callable[[], Any],
        *,
        thorough: bool = True,
    ) -> None:
        """`thorough` files the returns of every month and quarter; without, one of each."""
        self.watch, self.book = Stopwatch(), Book()
        self._sender, self._folder, self._work = sender, folder, work
        self._desks: dict[str, Desk] = {}
        self.fates, self.numbers = count(), count(1)
        self.duty = self.no_duty = 0
        self._unseen: set[int] = set()
        self.thorough, self.taken_in = thorough, Decimal(0)
        self.today = timezone.localdate()

    def at(self, username: str) -> Desk:
        """The desk of a person, signed in once."""
        if username not in self._desks:
            self._desks[username] = Desk(self._sender(), self.watch, username, PASSWORD)
        return self._desks[username]

    def of_town(self, entry: Entry) -> Desk:
        """The clerk of a patch's township."""
        return self.at(CLERKS[entry.town])

    # ---- a month ----

    def begin(self) -> None:
        """The listed projects: one whose duty was done, one whose was not."""
        paper = self._paper("监管服务履职记录")
        listed = {"sector": "traffic", "listing": "national", "listing_document": "示例清单",
                  "listing_number": "示发〔2025〕1号", "listing_on": str(self.today)}  # fmt: skip
        duty = {"duty_done": True, "duty_on": str(self.today), "duty_note": "已履行监管服务职责",
                "duty_file_id": paper}  # fmt: skip
        clerk = self.at("clerk")
        self.duty = clerk.post(
            "project", f"{API}/projects", {"name": "示例高速", **listed, **duty}
        )["id"]
        self.no_duty = clerk.post("project", f"{API}/projects", {"name": "示例铁路", **listed})[
            "id"
        ]
        reserve.take_in(self, reserve.SCARCE)

    def month(self, number: int, drawn: Sequence[Drawn], *, last: bool) -> None:
        """Everything that is done for the batch of a month; of the last one a part is left undone."""
        came = self._bring_in(number, drawn)
        by_kind = {kind: [e for e in came if e.kind == kind] for kind in {e.kind for e in came}}
        for entry in by_kind.pop("military", []):
            self._take_out(entry)
        on_paper = [e for e in came if e.kind in ON_PAPER]
        self.many("clerk", "confirm", on_paper, "judged")
        self.many("reviewer", "review", on_paper, "confirmed")
        ground = [e for e in came if e.kind in ON_THE_GROUND]
        if last:
            ground = ground[: len(ground) // 2]
        self._look_at([*ground, *by_kind.get("key", [])])
        seen = [e for e in ground if e.kind == "illegal" and e.id not in self._unseen]
        disputed = self._ask(seen[:1])
        self._judge([e for e in ground if e not in disputed])
        self._meet(number, by_kind.get("key", []), disputed)
        judged = [e for e in (*ground, *by_kind.get("key", [])) if e.settled]
        put_right(self, judged)
        if number == PLENTY_FROM:
            reserve.take_in(self, reserve.PLENTY)
        if self.thorough or number % 4 == 0:
            reserve.monthly(self)
        after_month(self, number)
        if number % ARCHIVED_EVERY == 0:
            done = (e for e in self.book.of() if (e.kind, e.stage) == ("legal", "confirmed"))
            for entry in list(done)[:ARCHIVED]:
                self._archive(entry)

    def _bring_in(self, number: int, drawn: Sequence[Drawn]) -> list[Entry]:
        """The file, its fields, the check, the entry; then what the pages say of each patch."""
        clerk, period = self.at("clerk"), f"{self.today.year}-{number:02}"
        name = f"WPTB_{period.replace('-', '')}"
        path = batch_file(self._folder, [sent(one) for one in drawn], name=name)
        content = [("file", path.name, path.read_bytes())]
        stored = clerk.upload("import", "/api/files", content, kind="batch")
        told = {"file_id": stored["id"], "period": period, "title": f"{number}月卫片图斑"}
        started = clerk.post("import", f"{API}/imports", told)
        at = f"{API}/imports/{started['id']}"
        clerk.put("import", f"{at}/mapping", {"mapping": started["mapping"]})
        self._wait(at, "checked")
        clerk.post("import", f"{at}/accept")
        done = self._wait(at, "done")
        assert done["ready"] == len(drawn), done
        return self._entered(number, done["batch_id"], {one.number: one for one in drawn})

    def _wait(self, at: str, status: str) -> Any:
        with self.watch.of("wait for the worker"):
            self._work()
        for _ in range(3000):
            found = self.at("clerk").get("import", at)
            if found["status"] == status:
                return found
            assert found["status"] != "failed", found["error"]
            time.sleep(0.1)
        raise AssertionError(f"{at} is not {status}")

    def _entered(self, number: int, batch: int, drawn: dict[str, Drawn]) -> list[Entry]:
        clerk, came = self.at("clerk"), []
        for row in self.rows(batch=str(batch)):
            page = clerk.get("patch page", f"{API}/patches/{row['id']}")
            one = drawn[page["number"]]
            m2 = cents(page["area_m2"])
            assert abs(m2 - own_m2(one.plane)) <= cents("0.02"), (page["number"], m2)
            area = next(t for t in page["overlay"]["layers"] if t["layer_code"] == "dltb")
            farmland = sum(
                (cents(r["m2"]) for r in area["rows"] if r["category"].startswith("01")), cents(0)
            )
            bounds = tuple(page["bounds"])
            entry = Entry(
                row["id"], page["number"], one.kind, one.town, number, m2, farmland, bounds
            )
            self.book.entries[entry.id] = entry
            came.append(entry)
        assert len(came) == len(drawn)
        return came

    def rows(self, **filters: str) -> Iterator[dict[str, Any]]:
        """Rows of the ledger, page after page."""
        query = "&".join(f"{k}={v}" for k, v in {"size": "200", **filters}.items())
        for page in count(1):
            found = self.at("clerk").get(
                "ledger", f"/api/ledgers/enforcement.patches/rows?{query}&page={page}"
            )
            yield from found["rows"]
            if page * 200 >= found["total"]:
                return

    def many(  # noqa: PLR0917 -- who does what to which, with which words
        self, who: str, step: str, entries: Sequence[Entry], stage: str, note: str = "",
        form: dict[str, Any] | None = None,
    ) -> None:  # fmt: skip
        """One act for many, by a job where they are too many for a request; none is refused."""
        if not entries:
            return
        body = {"ids": [e.id for e in entries], "step": step, "note": note}
        answer = self.at(who).post(f"{step} many", f"{API}/steps", body | {step: form})
        if answer["job"]:
            answer = self.wait_for(answer["job"])["result"]
        assert answer["done"] == len(entries), [r for r in answer["rows"] if r["message"]][:3]
        for entry in entries:
            self._at_stage(entry, stage)

    def wait_for(self, job: Any) -> Any:
        """The job when it is done."""
        with self.watch.of("wait for the worker"):
            self._work()
            for _ in range(6000):
                found = self.at("clerk").get("job", f"/api/jobs/{job['id']}")
                if found["status"] == "done":
                    return found
                assert found["status"] in ("queued", "running"), found
                time.sleep(0.1)
        raise AssertionError(job)

    def _at_stage(self, entry: Entry, stage: str) -> None:
        entry.stage = stage
        if stage == "judged" and not entry.outcome:
            entry.outcome = {"legal": "legal", "facility": "other", "split": "split"}.get(
                entry.kind, "illegal"
            )
        if stage == "confirmed" and not entry.parts:
            self._note_parts(entry)

    def _note_parts(self, entry: Entry) -> None:
        """The parts as they were judged, with their farmland; together they are the patch."""
        stages = self.at("clerk").get("parts", f"{API}/patches/{entry.id}/stages")
        for row in stages["parts"]:
            part = Part(row["id"], cents(row["farmland_mu"] or 0), row["judgement"])
            part.left_out = part.judgement == "illegal" and entry.kind in ("stock", "damage")
            entry.parts.append(part)
        wanted = {"split": {"legal", "illegal"}}.get(entry.kind, {entry.outcome})
        assert {p.judgement for p in entry.parts} == wanted, (entry, stages["parts"])
        whole = cents(entry.farmland_m2 * 3 / 2000)
        assert sum((p.farmland_mu for p in entry.parts), cents(0)) == whole, entry

    # ---- on the ground ----

    def _look_at(self, entries: Sequence[Entry]) -> None:
        """Handed out; the first is declined and handed out again, the second sent back for more."""
        self.many("clerk", "assign", entries, "checking")
        for entry in entries[:1]:
            why = "不在本镇范围，请核对"
            self._step(self.of_town(entry), entry, "decline", why, "received")
            self.many("clerk", "assign", [entry], "checking")
        for k, entry in enumerate(entries):
            self._check(entry, photos=entry.kind == "key" or k % UNSEEN != UNSEEN - 1)
        self._return(entries)
        if again := entries[1:2]:
            self.many("clerk", "recheck", again, "checking", "请补充用地主体")
            self._check(again[0], photos=True)
            self._return(again)

    def _check(self, entry: Entry, *, photos: bool) -> None:
        town = self.of_town(entry)
        form = {"situation": "built", "checked_on": str(self.today), "land_user": "样本经营户",
                "suggestion": "split" if entry.kind == "split" else "illegal", "note": "未出示批准文件"}  # fmt: skip
        town.put("check", f"{API}/patches/{entry.id}/check", form)
        if photos:
            self.photograph(entry)
        else:
            self._unseen.add(entry.id)

    def _return(self, entries: Sequence[Entry]) -> None:
        """The townships send back what they found; those without photos say why."""
        for town, who in CLERKS.items():
            some = [e for e in entries if e.town == town]
            self.many(who, "return", [e for e in some if e.id not in self._unseen], "verified")
            unseen = [e for e in some if e.id in self._unseen]
            self.many(who, "return", unseen, "verified", "现场无法环绕，照片不足")

    def photograph(self, entry: Entry) -> None:
        """Four photos, from the south, west, north and east, just now."""
        desk = self.of_town(entry)
        west, south, east, north = entry.bounds
        middle = ((west + east) / 2, (south + north) / 2)
        away = 0.0002
        places = ((middle[0], south - away, 0), (west - away, middle[1], 90),
                  (middle[0], north + away, 180), (east + away, middle[1], 270))  # fmt: skip
        taken = datetime.combine(self.today, datetime.min.time()) + timedelta(
            seconds=next(self.numbers)
        )
        files = [
            (
                "files",
                f"{entry.number}-{k}.jpg",
                jpeg(lon, lat, azimuth, taken + timedelta(seconds=k)),
            )
            for k, (lon, lat, azimuth) in enumerate(places)
        ]
        desk.upload("photos", f"{API}/patches/{entry.id}/photos", files)

    def _step(self, desk: Desk, entry: Entry, step: str, opinion: str, stage: str) -> None:
        path = f"{API}/patches/{entry.id}/steps/{step}"
        answer = desk.post(f"{step} one", path, {"opinion": opinion})
        assert answer["stage"] == stage, (step, answer["stage"])
        self._at_stage(entry, stage)

    # ---- judged ----

    def _judge(self, entries: Sequence[Entry]) -> None:
        """Most as proposed, at once; houses and old construction one by one; one is sent back once."""
        special = [e for e in entries if e.kind in ("home", "stock")]
        plain = [e for e in entries if e not in special]
        self.many("clerk", "confirm", plain, "judged")
        for entry in special:
            self._judge_one(entry)
        for entry in entries[:1]:
            self._step(self.at("reviewer"), entry, "send_back", "缺少动工时间依据", "verified")
            self._judge_one(entry)
        for entry in entries:
            if entry.id in self._unseen:
                self._let_pass(entry)
        self.many("reviewer", "review", entries, "confirmed")

    def _let_pass(self, entry: Entry) -> None:
        """The one error there is: no photos."""
        at, who = f"{API}/patches/{entry.id}/problems", self.at("reviewer")
        open_ones = [row for row in who.get("data checks", at) if row["may_pass"]]
        assert [row["code"] for row in open_ones] == ["E01"], open_ones
        told = {
            "code": "E01",
            "part": open_ones[0]["part"],
            "reason": "现场封闭无法拍照，已另附说明",
        }
        who.post("data checks", f"{at}/pass", told)

    def _judge_one(self, entry: Entry) -> None:
        outcome = "split" if entry.kind == "split" else "illegal"
        parts: list[dict[str, Any]] = []
        if entry.kind == "home":
            parts = [{"order": 1, "homestead": True}]
        elif entry.kind == "stock":
            parts = [{"order": 1, "outcome": "illegal", "subclass": "stock"}]
        body = {"outcome": outcome, "reason": "", "parts": parts}
        self.at("clerk").post("judge one", f"{API}/patches/{entry.id}/confirm", body)
        entry.outcome = outcome
        self._at_stage(entry, "judged")

    def _ask(self, entries: Sequence[Entry]) -> list[Entry]:
        """Two offices, of which one does not agree: the patch must then come before a meeting."""
        clerk = self.at("clerk")
        for entry in entries:
            at = f"{API}/patches/{entry.id}"
            offices = [o["id"] for o in clerk.get("consult", f"{at}/offices") if "局" in o["name"]]
            assert len(offices) == 2, offices
            clerk.post(
                "consult",
                f"{at}/consult",
                {"question": "该图斑是否属于设施农业用地？", "offices": offices},
            )
            for who, stance, text in (
                ("farming", "disagree", "属农业生产设施"),
                ("woods", "agree", "不涉及林地"),
            ):
                tasks = self.at(who).get("answer", "/api/inbox")["rows"]
                task = next((t for t in tasks if entry.number in t["title"] + t["matter"]), tasks)
                said = {"stance": stance, "text": text}
                self.at(who).post("answer", f"/api/inbox/tasks/{task['id']}/opinion", said)
            entry.stage = "verified"
        return list(entries)

    def _meet(self, number: int, keys: Sequence[Entry], disputed: Sequence[Entry]) -> None:
        """The leading group looks at key patches; the meeting decides them and what is disputed."""
        if not (keys or disputed):
            return
        clerk, at = self.at("clerk"), f"{API}/meetings"
        for entry in keys:
            told = {"checked_on": str(self.today), "members": [{"name": "甲示例"}, {"name": "乙示例"}],
                    "finding": "现场为新建厂房，未见批准文件", "file_id": self._paper(entry.number)}  # fmt: skip
            clerk.put("leading check", f"{API}/patches/{entry.id}/leading-check", told)
        offices = clerk.get("meeting", f"{at}/offices")
        seats = [{"office": o["id"], "name": f"成员{k}"} for k, o in enumerate(offices)]
        made = clerk.post("meeting", at, {
            "title": f"第{number}次会审", "held_on": str(self.today), "place": "三楼会议室",
            "chair": "周拟定", "members": seats,
        })  # fmt: skip
        at = f"{at}/{made['id']}"
        for why, entries in (("key", keys), ("disputed", disputed)):
            if entries:
                made = clerk.post(
                    "meeting", f"{at}/items", {"patches": [e.id for e in entries], "why": why}
                )
        for item in made["agenda"]:
            said = [{"member": m["id"], "stance": "agree"} for m in made["members"]]
            clerk.put("meeting", f"{at}/items/{item['id']}", {
                "outcome": "illegal", "reason": "未取得用地批准，事实清楚", "opinions": said,
            })  # fmt: skip
        self.at("leader").post("meeting", f"{at}/sign")
        for entry in (*keys, *disputed):
            entry.outcome = "illegal"
            self._at_stage(entry, "confirmed")

    def _paper(self, text: str) -> int:
        content = [("file", f"{text}.txt", f"{text}：示例材料".encode())]
        found: int = self.at("clerk").upload("paper", "/api/files", content, kind="document")["id"]
        return found

    def _take_out(self, entry: Entry) -> None:
        told = {"form_number": f"涉军{next(self.numbers):04}"}
        self.at("keeper").post("military", f"{API}/patches/{entry.id}/military", told)
        self.at("clerk")._ask("military", "GET", f"{API}/patches/{entry.id}", status=404)
        del self.book.entries[entry.id]
        self.book.taken_out.append(entry.number)

    def _archive(self, entry: Entry) -> None:
        note = "影像由上级统一存档，不入本卷"
        self.many("clerk", "archive", [entry], "archived", note)
        pdf = self.at("clerk").get("dossier", f"{API}/patches/{entry.id}/dossier.pdf")
        assert pdf.startswith(b"%PDF"), entry.number
