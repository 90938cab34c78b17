"""Files out of a ledger: the rows and columns of the list, whole or not at all."""

from __future__ import annotations

import csv
import io
import zipfile
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyogrio
import pytest
import python_calamine

from tests.conftest import County, People, Run, SignedIn
from tests.ledgers.conftest import add_patches

pytestmark = pytest.mark.django_db
LEDGER = "/api/ledgers/enforcement.patches"
QUERY = {"judgement": "illegal", "sort": "-area_mu"}
COLUMNS = ["area_mu", "number", "judgement", "period_after"]


def body(answer: Any) -> bytes:
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def sheet(content: bytes) -> list[list[Any]]:
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
    return list(book.get_sheet_by_index(0).to_python(skip_empty_area=False))


def listed(client: Any) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = client.get(f"{LEDGER}/rows", QUERY).json()["rows"]
    return rows


def test_the_sheet_has_the_rows_and_columns_of_the_view(
    patches: list[Any], people: People, signed_in: SignedIn
) -> None:
    client = signed_in(people.clerk)
    query = {**QUERY, "columns": ",".join(COLUMNS)}
    rows = sheet(client.get(f"{LEDGER}/export.xlsx", query).content)
    shown = listed(client)
    assert rows[2][:5] == ["序号", "图斑面积\n（亩）", "监测编号", "判定", "后时相"]
    assert [row[1:3] for row in rows[3 : 3 + len(shown)]] == [
        [row["area_mu"], row["number"]] for row in shown
    ]
    assert rows[3 + len(shown)][:2] == [
        "合计", float(sum(Decimal(str(r["area_mu"])) for r in shown)),
    ]  # fmt: skip
    assert client.get(f"{LEDGER}/export.xlsx", {"columns": "nothing"}).status_code == 422


def test_a_csv_opens_in_a_spreadsheet_of_the_office(
    patches: list[Any], people: People, signed_in: SignedIn
) -> None:
    client = signed_in(people.clerk)
    content = client.get(f"{LEDGER}/export.csv", QUERY).content
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    assert [row["监测编号"] for row in rows] == [row["number"] for row in listed(client)]
    assert {row["判定"] for row in rows} == {"违法"}


@pytest.fixture
def _small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    from liangtian.platform.ledgers import formats

    monkeypatch.setattr(formats, "CHUNK", 7)


@pytest.mark.usefixtures("patches", "_small_parts")
@pytest.mark.parametrize("kind", ["gpkg", "shp", "gdb", "geojson", "kml"])
def test_vector_files_read_back_with_their_rows(
    people: People, signed_in: SignedIn, tmp_path: Path, kind: str
) -> None:
    client = signed_in(people.clerk)
    answer = client.get(f"{LEDGER}/export.{kind}", QUERY)
    assert answer.status_code == 200, answer.content.decode()
    suffix = {"shp": ".shp.zip", "gdb": ".gdb.zip"}.get(kind, f".{kind}")
    path = tmp_path / f"file{suffix}"
    path.write_bytes(answer.content)
    meta, _, shapes, fields = pyogrio.raw.read(f"/vsizip/{path}" if kind == "shp" else path)
    numbers = fields[list(meta["fields"]).index("监测编号")]
    assert list(numbers) == [row["number"] for row in listed(client)]
    assert all(shape is not None for shape in shapes)
    if kind in ("shp", "gdb"):
        with zipfile.ZipFile(path) as archive:
            legend = archive.read("字段说明.csv").decode("utf-8-sig").splitlines()
        told = dict(line.split(",")[:2] for line in legend[1:])
        assert set(meta["fields"]) - {"Shape_Length", "Shape_Area"} == set(told)
        assert len(told) == len(client.get(LEDGER).json()["columns"])


def test_a_summed_up_sheet_ends_in_the_totals_of_the_ledger(
    patches: list[Any], people: People, signed_in: SignedIn
) -> None:
    client = signed_in(people.clerk)
    whole = client.get(f"{LEDGER}/rows").json()
    for by, first in (("region:township", 3), ("region:village,judgement", 4)):
        rows = sheet(client.get(f"{LEDGER}/export.xlsx", {"by": by}).content)
        total = next(row for row in rows if row[0] == "合计")
        assert (total[2], total[3]) == (60, whole["sums"]["area_mu"])
        assert sum(row[2] for row in rows[first : rows.index(total)]) == 60


def test_a_long_ledger_goes_into_the_background(
    patches: list[Any], people: People, signed_in: SignedIn, run_jobs: Run, settings: Any
) -> None:
    from liangtian.platform.audit.models import AuditEntry

    settings.EXPORT_ROWS_AT_ONCE = 10
    client = signed_in(people.clerk)
    refused = client.get(f"{LEDGER}/export.xlsx").json()["error"]
    assert (refused["code"], "60 行" in refused["message"]) == ("too_long", True)
    asked = {"format": "xlsx", "query": {}, "columns": COLUMNS}
    made = client.post(f"{LEDGER}/exports", asked, content_type="application/json").json()
    address = f"/api/ledger-exports/{made['id']}/file"
    assert client.get(address).status_code == 404  # not yet
    run_jobs()
    (mine,) = client.get("/api/ledger-exports").json()
    assert (mine["ready"], mine["rows"], mine["job"]["status"]) == (True, 60, "done")
    rows = sheet(body(client.get(address)))
    assert sum(isinstance(row[0], float | int) and row[0] > 0 for row in rows) == 60
    assert signed_in(people.reviewer).get(address).status_code == 404
    entry = AuditEntry.objects.get(act="ledger.export")
    assert entry.after is not None
    assert (entry.after["rows"], entry.after["columns"]) == (60, COLUMNS)


@pytest.mark.usefixtures("patches")
def test_a_broken_off_export_shows_no_file_and_starts_anew(
    people: People, signed_in: SignedIn, run_jobs: Run, monkeypatch: pytest.MonkeyPatch,
    settings: Any,
) -> None:  # fmt: skip
    from liangtian.platform.jobs.models import Job
    from liangtian.platform.ledgers import export, exports
    from liangtian.platform.ledgers.models import LedgerExport

    monkeypatch.setattr(export, "CHUNK", 7)
    client = signed_in(people.clerk)
    asked = {"format": "csv"}
    made = client.post(f"{LEDGER}/exports", asked, content_type="application/json").json()

    def killed(run: Any, wanted: Any) -> Any:
        def report(done: int) -> None:
            if done > 20:
                raise SystemExit("killed")

        return report

    with monkeypatch.context() as patch:
        patch.setattr(exports, "_reporter", killed)
        with pytest.raises(SystemExit):
            run_jobs()
    row = LedgerExport.objects.get(pk=made["id"])
    assert row.ready_at is None
    assert not row.path.exists()
    assert client.get(f"/api/ledger-exports/{row.pk}/file").status_code == 404
    Job.objects.update(status="queued")
    run_jobs()
    row.refresh_from_db()
    assert row.rows == 60
    assert len(list(row.path.parent.iterdir())) == 1
    settings.EXPORT_DAYS = -1
    exports.drop_old_exports()
    assert not row.path.exists()
    assert not LedgerExport.objects.exists()


def test_a_township_takes_out_only_its_own(
    county: County, people: People, signed_in: SignedIn
) -> None:
    add_patches(county, people.clerk, 9)
    content = signed_in(people.township_b).get(f"{LEDGER}/export.csv").content.decode("utf-8-sig")
    assert len(content.splitlines()) == 1 + 3
