"""The acts of the campaign, stage by stage and day by day, each by a person whose role it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import shapely
from django.test import Client

from tests.conftest import PASSWORD, lonlat, plane_box
from tests.enforcement.year.book import own_m2
from tests.enforcement.year.desk import Desk, Stopwatch, by_client
from tests.holdings.campaign import county
from tests.holdings.campaign.book import Book, Plot, cents
from tests.holdings.ledger_files import MU_15
from tests.holdings.notices import on

API = "/api/holdings"
PRICE = {"price_kind": "元/亩·年"}


class Campaign:
    """Who is signed in on which day, and the book of what was done; `work` runs the jobs that wait."""

    def __init__(self, folder: Path, work: Callable[[], Sequence[Any]]) -> None:
        self.book, self.watch = Book(), Stopwatch()
        self.folder, self._work = folder, work
        self._desks: dict[str, Desk] = {}
        self.today = date.min
        self.season, self.m3 = 0, Decimal(0)

    @contextmanager
    def day(self, day: date) -> Iterator[None]:
        """Everything within is done on that day; everybody signs in anew."""
        self._desks.clear()
        self.today = day
        with on(day):
            yield

    def at(self, username: str) -> Desk:
        """The desk of a person."""
        if username not in self._desks:
            self._desks[username] = Desk(by_client(), self.watch, username, PASSWORD)
        return self._desks[username]

    def work(self) -> None:
        """Run what waits; nothing may fail."""
        for job in self._work():
            assert job.status == "done", (job.title, job.error)

    def refused(self, who: str, path: str, body: Any, status: int, said: str = "") -> None:
        """Somebody may not do this, and hears why."""
        answer = self.at(who).post("refused", path, body, status=status)
        assert said in answer["error"]["message"], answer

    def rows(self, ledger: str, who: str = "clerk", **filters: str) -> list[dict[str, Any]]:
        """The rows of a ledger."""
        query = "&".join(f"{k}={v}" for k, v in {"size": "200", **filters}.items())
        found: list[dict[str, Any]] = self.ledger(ledger, query, who)["rows"]
        return found

    def ledger(self, name: str, query: str = "", who: str = "clerk") -> Any:
        """A page of a ledger with its sums."""
        return self.at(who).get("ledger", f"/api/ledgers/{name}/rows?{query}")

    # ---- the survey ----

    def survey(self) -> None:
        """Both townships bring in what they surveyed; a row that is wrong stays out until it is put right."""
        west = [county.west_table(self.folder), county.west_figures(self.folder)]
        self._intake("liutang", *west, entered=3, errors=1)
        self._intake("liutang", county.west_again(self.folder), west[1], entered=1)
        east = [county.east_table(self.folder), county.east_figures(self.folder)]
        self._intake("shiqiao", *east, entered=3)
        for code, place in {**county.WEST, **county.EAST}.items():
            self._note(code, plane_box(*place, *MU_15))
        self.book.plots["S3"].corps = True

    def _intake(
        self, who: str, table: Path, shapes: Path, *, entered: int, errors: int = 0
    ) -> None:
        desk = self.at(who)
        ids = [
            desk.upload("upload", "/api/files", [("file", p.name, p.read_bytes())], kind="ledger")["id"]
            for p in (table, shapes)
        ]  # fmt: skip
        told = {
            "title": table.stem,
            "on": str(self.today),
            "table_id": ids[0],
            "figures_id": ids[1],
        }
        made = desk.post("intake", f"{API}/intakes", told)
        at = f"{API}/intakes/{made['id']}"
        columns = {
            "mapping": made["mapping"], "constants": PRICE, "code_field": made["code_field"],
        }  # fmt: skip
        desk.put("intake", f"{at}/columns", columns)
        desk.put("intake", f"{at}/words", {"words": {}})
        self.work()
        found = desk.get("intake", at)
        problems = desk.get("intake", f"{at}/problems?severity=error")
        assert (found["ready"], found["errors"], found["waiting"]) == (entered, errors, 0), problems
        desk.post("intake", f"{at}/enter")
        self.work()
        assert desk.get("intake", at)["entered"] == entered

    def _note(self, code: str, plane: Any) -> None:
        """A parcel as the register has it; its area is held against another way of reckoning it."""
        town = "990121100" if code.startswith("L") else "990121101"
        name = "holdings.corps" if code == "S3" else "holdings.parcels"
        (row,) = self.rows(name, code=code)
        page = self.at("clerk").get("parcel", f"{API}/parcels/{row['subject']}")
        m2 = cents(page["state"]["area_m2"])
        assert abs(m2 - own_m2(plane)) <= cents("0.02"), (code, m2)
        mu = cents(page["state"]["area_mu"])
        assert mu == cents(m2 * 3 / 2000), (code, mu)
        holder = page["state"]["holder"]
        self.book.plots[code] = Plot(code, town, page["id"], mu, holder=holder["id"])

    # ---- notice, objection, judgement ----

    def give_notice(self, town: str, plots: Sequence[str], left_out: Sequence[str] = ()) -> Any:
        """What waits in the township's village, but for what is left out, is shown for as long as the pack says."""
        desk, wanted = self.at(county.CLERKS[town]), f"{API}/notices"
        form = {
            "villages": [county.VILLAGES[town]],
            "contact": f"{county.NAMES[town]}，0990-1234567",
        }
        made = desk.post("notice", wanted, form)
        out = [self.book.plots[code].id for code in left_out]
        made = desk.put("notice", f"{wanted}/{made['id']}", {**form, "left_out": out})
        made = desk.post("notice", f"{wanted}/{made['id']}/publish")
        self.work()
        shown = [row["code"] for village in made["villages"] for row in village["rows"]]
        assert shown == sorted(plots), shown
        for what in ("map", "table"):
            paper = desk.get("notice", f"{wanted}/{made['id']}/papers/{what}")
            assert paper.startswith(b"%PDF")
        return made

    def object_to(self, notice: Any, number: int, text: str) -> int:
        """Somebody who is not signed in objects on the public page; the objection's key."""
        public = Client(enforce_csrf_checks=True)
        at = f"/api/public/notices/{notice['token']}"
        page = public.get(at).json()
        assert page["area_mu"] == notice["area_mu"]
        told = {
            "name": "王演示",
            "phone": "13800000000",
            "number": number,
            "kind": "面积",
            "text": text,
        }
        answer = public.post(f"{at}/objections", told, content_type="application/json")
        assert answer.status_code == 200, answer.content
        found = self.at("clerk").get("notice", f"{API}/notices/{notice['id']}")
        (mine,) = [one for one in found["objections"] if one["number"] == answer.json()["number"]]
        return int(mine["id"])

    def answer(self, who: str, objection: int, *, upheld: bool, said: str) -> None:
        """The township answers an objection."""
        told = {"upheld": upheld, "answer": said}
        done = self.at(who).post("answer", f"{API}/objections/{objection}/answer", told)
        assert done["state"] == ("upheld" if upheld else "rejected")

    def survey_again(self, code: str) -> None:
        """The boundary of the parcel is put right on the map."""
        plane = plane_box(*county.MOVED)
        told = {"geometry": shapely.geometry.mapping(lonlat(plane)), "on": str(self.today),
                "reason": "异议成立，复测后更正南界"}  # fmt: skip
        plot = self.book.plots[code]
        self.at("liutang").post("boundary", f"{API}/parcels/{plot.id}/boundary", told)
        self._note(code, plane)

    def propose(self, codes: Sequence[str]) -> list[str]:
        """The county proposes; why some are not ready."""
        told = {"parcels": [self.book.plots[code].id for code in codes]}
        said: list[str] = self.at("clerk").post("propose", f"{API}/judgements", told)["not_ready"]
        return said

    def confirm(self, codes: Sequence[str], **other: Any) -> None:
        """Another person confirms."""
        waiting = {r["code"]: r["id"] for r in self.rows("holdings.judgements", state="proposed")}
        told = {"judgements": [waiting[code] for code in codes], **other}
        self.refused("clerk", f"{API}/judgements/confirm", told, 403, "应由他人确认")
        done = self.at("reviewer").post("confirm", f"{API}/judgements/confirm", told)
        assert done["confirmed"] == len(codes)
        for code in codes:
            self.book.plots[code].judged = True

    # ---- contracts ----

    def contract(self, code: str, mu: str, price: str | None = None, **terms: Any) -> None:
        """A lease of the whole parcel's holder."""
        plot = self.book.plots[code]
        told = {
            "kind": "lease", "number": f"ZL-{code}", "grantor": "青禾县自然资源局", "holder_id": plot.holder,
            "starts_on": "2021-07-01", "ends_on": "2031-06-30", "price_kind": "tariff",
            "price_yuan": price, "lines": [{"parcel_id": plot.id, "area_mu": mu}], **terms,
        }  # fmt: skip
        who = county.CLERKS[plot.town]
        made = self.at(who).post("contract", f"{API}/contracts", told)
        assert cents(made["area_mu"]) == cents(mu)
        again = {**told, "number": f"ZL-{code}-2"}
        answer = self.at(who)._ask("contract", "POST", f"{API}/contracts", _json(again), status=409)
        assert "重叠" in answer["error"]["message"] or "期限" in answer["error"]["message"], answer

    # ---- the right to the land ----

    def register(self, code: str, serial: int) -> None:
        """Taken in by the township, checked and entered by the county, approved by another."""
        plot, desk, clerk = self.book.plots[code], self.at("liutang"), self.at("clerk")
        scan = [("file", "租赁合同.pdf", b"%PDF-1.7\n%%EOF\n")]
        paper = desk.upload("upload", "/api/files", scan, kind="document")
        told = {"right": "国有农用地使用权", "applied_on": str(self.today),
                "papers": [{"kind": "租赁合同", "file_id": paper["id"]}]}  # fmt: skip
        made = desk.post("register", f"{API}/parcels/{plot.id}/registrations", told)
        at = f"{API}/registrations/{made['id']}"
        clerk.post("register", f"{at}/check", {"outcome": "pass", "note": "材料齐全"})
        seen = {"on": str(self.today), "surveyor": "县测绘队",
                "unit_code": f"990121001001GN{serial:05d}W00000000"}  # fmt: skip
        clerk.post("register", f"{at}/survey", seen)
        self.refused("clerk", f"{at}/decide", {"approve": True}, 403, "由他人批准")
        self.at("reviewer").post("register", f"{at}/decide", {"approve": True, "opinion": "同意"})
        number = f"示（2024）青禾县不动产权第{serial:07d}号"
        done = {"certificate": number, "registered_on": str(self.today)}
        assert clerk.post("register", f"{at}/enter", done)["state"] == "registered"
        state = clerk.get("parcel", f"{API}/parcels/{plot.id}")["state"]
        assert (state["source_paper"], state["paper_number"]) == ("不动产权证", number)


def _json(body: Any) -> bytes:
    import json

    return json.dumps(body).encode()
