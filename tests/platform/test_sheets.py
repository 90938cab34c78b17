"""Uploaded lists are read whole, and one with a cell far out is refused before it fills the memory."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from liangtian.platform import sheets as subject
from liangtian.platform.errors import Refused

_HEAD = (
    '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" office:version="1.2">'
    '<office:body><office:spreadsheet><table:table table:name="表">'
)
_TAIL = "</table:table></office:spreadsheet></office:body></office:document-content>"
_CELL = '<table:table-cell office:value-type="string"><text:p>甲</text:p></table:table-cell>'
_ROW = f"<table:table-row>{_CELL}{_CELL}</table:table-row>"


def ods(folder: Path, rows: str) -> Path:
    path = folder / "清单.ods"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", _HEAD + rows + _TAIL)
        archive.writestr(
            "META-INF/manifest.xml",
            '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>',
        )
    return path


def empty(rows: int, columns: int = 1, more: str = "") -> str:
    cells = f'<table:table-cell table:number-columns-repeated="{columns}"/>{more}'
    return f'<table:table-row table:number-rows-repeated="{rows}">{cells}</table:table-row>'


def test_a_list_of_open_document_is_read(tmp_path: Path) -> None:
    found = subject.sheets(ods(tmp_path, _ROW + empty(2) + _ROW))
    assert [row for row in found[0] if any(row)] == [["甲", "甲"], ["甲", "甲"]]


def test_empty_rows_to_the_end_of_the_sheet_are_none(tmp_path: Path) -> None:
    assert subject.sheets(ods(tmp_path, _ROW + empty(1_048_575, 1024)))[0] == [["甲", "甲"]]


@pytest.mark.parametrize(
    "rows",
    [
        _ROW + empty(1_000_000) + empty(1, 9_999, _CELL),
        empty(1, 16_000, _CELL) + empty(60_000) + _ROW,
        f'<table:table-row table:number-rows-repeated="1000000">{_CELL * 7}</table:table-row>',
    ],
)
def test_a_cell_far_out_is_refused(
    tmp_path: Path, rows: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = ods(tmp_path, rows)
    monkeypatch.delattr(subject, "python_calamine")  # it is not even tried
    with pytest.raises(Refused, match="不是可以打开的 Excel") as refused:
        subject.sheets(path)
    assert str(refused.value.__cause__) == "a cell far out"


def test_what_a_reader_would_lay_out_is_counted_for_every_format(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = ods(tmp_path, _ROW)
    monkeypatch.setattr(subject, "_require_near", lambda path: None)
    monkeypatch.setattr(subject, "MOST_CELLS", 1)
    with pytest.raises(Refused):
        subject.sheets(path)
