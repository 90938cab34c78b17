"""What the importers make of a file: every row accounted for, or a refusal in Chinese; else a failure."""

from __future__ import annotations

import csv
import io
import re
import sqlite3
import tempfile
import warnings
import zipfile
from pathlib import Path

import pyogrio

from liangtian.geo.crs import CrsRefused
from liangtian.geo.formats import FormatRefused
from liangtian.geo.formats.model import VectorLayer
from liangtian.platform.errors import Refused
from liangtian.press.letter import TemplateRefused, text_of, try_out
from tests.formats.mutants import features_of

CHINESE = re.compile(r"[\u4e00-\u9fff]")
LETTER_VALUES = {"issuer": "示例局", "number": "示〔2026〕1号", "addressee": "某镇", "issued_on": "2026年3月1日",
                 "contact": "张示例", "patch": "甲-1", "area": "12.30",
                 "rows": [{"no": "甲", "mu": "1.00"}, {"no": "乙", "mu": "2.50"}]}  # fmt: skip
READ, REFUSED, FAILED = "read", "refused", "failed"


def tried(path: Path) -> tuple[str, str]:
    """(READ | REFUSED | FAILED, why): reading and checking as the imports do, without a database."""
    try:
        said = _WAYS.get(path.suffix, _drawn)(path)
    except (FormatRefused, CrsRefused, Refused, TemplateRefused) as refusal:
        good = CHINESE.search(str(refusal)) is not None
        return (REFUSED if good else FAILED), str(refusal)
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt):
            raise
        return FAILED, f"{type(error).__name__}: {error}"
    return (FAILED, said) if said else (READ, "")


def _listed(path: Path) -> str:
    from liangtian.platform.regions.imports.checking import check_entries
    from liangtian.platform.regions.imports.reading import read_delivery

    found = read_delivery(path)
    report = check_entries(found.entries, drawn=False, county="990121", present={}, listed={})
    told = {region.row for region in report.regions} | {fault.row for fault in report.found}
    lost = [entry.row for entry in found.entries if entry.row not in told]
    if lost:
        return f"rows {lost} are neither good nor told of"
    if path.suffix == ".csv" and len(found.entries) != (there := _filled(path)):
        return f"{len(found.entries)} rows read of {there}"
    return ""


def _lettered(path: Path) -> str:
    """A template is filled as when it is uploaded; what comes out must be a letter that can be read."""
    from docx import Document

    letter = try_out(path.read_bytes(), LETTER_VALUES)
    text_of(letter)
    Document(io.BytesIO(letter))
    return ""


def _filled(path: Path) -> int:
    """Lines of a list with anything in them, below the one that names the columns."""
    data = path.read_bytes()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("gb18030")
    lines = list(csv.reader(io.StringIO(text, newline="")))
    heads = [
        i for i, line in enumerate(lines) if {"区划代码", "名称"} <= {c.strip("* ") for c in line}
    ]
    start = heads[0] + 1 if heads else 1
    return sum(1 for line in lines[start:] if any(c.strip() for c in line))


def _drawn(path: Path) -> str:
    from liangtian.programmes.enforcement.imports.attributes import cells, check_attributes
    from liangtian.programmes.enforcement.imports.figures import check_figures
    from liangtian.programmes.enforcement.imports.findings import Findings
    from liangtian.programmes.enforcement.imports.reading import contents_of, source_of
    from liangtian.programmes.enforcement.imports.targets import suggest

    source = source_of(path)
    contents_of(source)
    mapping = suggest(source.field_names)
    texts = cells(source.layer, mapping)
    findings = Findings([row["number"] for row in texts])
    check_attributes(texts, mapping, {}, findings)
    figures = check_figures(source, findings)
    told = {fault.row - 1 for fault in findings.faults} | set(figures.sound.tolist())
    lost = set(range(len(texts))) - told
    if lost:
        return f"rows {sorted(lost)} are neither good nor told of"
    return _compared(path, source.layers)


_WAYS = {".xlsx": _listed, ".csv": _listed, ".docx": _lettered}


def _compared(path: Path, layers: list[VectorLayer]) -> str:
    """Rows read against rows there are, as the format's own way of counting says."""
    read = sorted(len(layer.fids) for layer in layers)
    with tempfile.TemporaryDirectory() as room:
        try:
            there = _counted(path, Path(room))
        except Exception:  # the plain way of counting gave up on it; ours did not
            return ""
    noted = any(layer.notes for layer in layers)
    if there is not None and sum(there) > sum(read) and not noted:
        return f"{read} rows read of {there}, and not a word of it"
    return ""


def _counted(path: Path, room: Path) -> list[int] | None:
    if path.suffix in (".zip", ".kmz"):
        with zipfile.ZipFile(path) as archive:
            archive.extractall(room)
        files = [f for f in room.rglob("*") if not f.is_dir()]
        if databases := {f.parent for f in files if f.name == "a00000001.gdbtable"}:
            return _by_gdal(databases.pop())
        files = [f for f in files if f.suffix in (".shx", ".kml")]
        return _counted(files[0], room) if len(files) == 1 else None
    if path.suffix == ".shx":
        return [(path.stat().st_size - 100) // 8]
    if path.suffix in (".geojson", ".kml"):
        return sorted(features_of(path))
    if path.suffix == ".txt":
        return [len(re.findall(rb",@\s*$", path.read_bytes(), re.MULTILINE))]
    with sqlite3.connect(path) as db:
        names = [row[0] for row in db.execute("SELECT table_name FROM gpkg_contents")]
        return sorted(db.execute(f'SELECT count(*) FROM "{n}"').fetchone()[0] for n in names)


def _by_gdal(path: Path) -> list[int]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        names = [name for name, _ in pyogrio.list_layers(path)]
        infos = [pyogrio.read_info(path, layer=n, force_feature_count=True) for n in names]
    return sorted(int(info["features"]) for info in infos)
