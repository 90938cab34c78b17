from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from liangtian.press.dossier import Dossier, Part, Section, Text
from liangtian.press.dossier_pdf import dossier_pdf
from liangtian.press.errors import FontMissing, GlyphMissing, ImageRefused, PressError
from liangtian.press.fonts import FONT_DIRECTORY, FONT_FILES, load_fonts, require_fonts
from liangtian.press.picture import for_print
from liangtian.press.typeset import typeset
from tests.press.samples import DAY, cover, empty_dossier, jpeg, pages


def said(text: str) -> Dossier:
    parts = [Part("说明", [Text([text])])]
    return replace(empty_dossier(), sections=[Section("情况说明", parts)])


def test_only_the_four_house_fonts_are_loaded() -> None:
    found = {(f.family, f.weight) for f in load_fonts().fonts()}
    assert found == {
        ("Noto Sans SC", 400),
        ("Noto Sans SC", 700),
        ("Noto Serif SC", 400),
        ("Noto Serif SC", 700),
    }


def test_a_missing_font_is_named_in_chinese(tmp_path: Path) -> None:
    for name in FONT_FILES[1:]:
        (tmp_path / name).symlink_to(FONT_DIRECTORY / name)
    with pytest.raises(FontMissing, match=r"缺少字库文件：NotoSansSC_400Regular\.ttf") as refused:
        require_fonts(tmp_path)
    assert FONT_FILES[1] not in str(refused.value)


def test_a_character_in_no_font_stops_the_document_and_is_located() -> None:
    with pytest.raises(GlyphMissing, match=r"「😀」（U\+1F600）") as refused:
        dossier_pdf(said("现场情况良好😀请审核"))
    assert "现场情况良好😀请审核" in str(refused.value)


def test_a_warning_of_the_typesetter_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "odd.typ").write_text('#set text(font: "No Such Font")\n字', encoding="utf-8")
    monkeypatch.setattr("liangtian.press.typeset._TEMPLATES", tmp_path)
    with pytest.raises(FontMissing, match="no such font"):
        typeset("odd.typ", {}, {}, DAY)


def test_a_broken_template_is_a_press_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "odd.typ").write_text("#nothing-here", encoding="utf-8")
    monkeypatch.setattr("liangtian.press.typeset._TEMPLATES", tmp_path)
    with pytest.raises(PressError, match="排版失败"):
        typeset("odd.typ", {}, {}, DAY)


def test_threads_get_their_own_documents() -> None:
    numbers = [f"XZ{n:04d}" for n in range(8)]

    def first_page(number: str) -> str:
        return pages(dossier_pdf(replace(empty_dossier(), cover=replace(cover(), title=number))))[0]

    with ThreadPoolExecutor(4) as pool:
        for number, text in zip(numbers, pool.map(first_page, numbers), strict=True):
            assert number in text


def test_a_broken_picture_is_refused_by_name() -> None:
    with pytest.raises(ImageRefused, match="照片3"):
        for_print(b"not a picture", 900, "照片3")
    with pytest.raises(ImageRefused, match="照片4"):
        for_print(jpeg()[:200], 900, "照片4")


def test_markup_in_data_is_printed_not_run() -> None:
    text = '#panic("x") *粗* $a$ \\ @ref <tag>'
    assert text in pages(dossier_pdf(said(text)))[2]


def test_nothing_is_left_in_the_temporary_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    dossier_pdf(empty_dossier())
    assert list(tmp_path.iterdir()) == []
