"""Template and data in, PDF bytes out.

One typst compiler serves the whole process, so the fonts (50 MB) are read once; a lock makes it
safe to call from several threads. Pages are PDF/A-2u (版式归档): text stays extractable, and a
character that no font has stops the document instead of printing a box.
"""

import json
import re
import tempfile
import threading
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta, timezone
from functools import cache
from importlib.resources import files
from pathlib import Path

import typst

from liangtian.press.errors import FontMissing, GlyphMissing, PressError
from liangtian.press.fonts import load_fonts

_TEMPLATES = files("liangtian.press") / "templates"
_BEIJING = timezone(timedelta(hours=8))
_LOCK = threading.Lock()
_NO_GLYPH = re.compile(r'the text `"(.+?)"` could not be displayed', re.DOTALL)


def typeset(template: str, data: object, images: Mapping[str, bytes], on: date) -> bytes:
    """Set one document.

    template: file name in press/templates; it reads its data from ``/data.json``.
    data: JSON-safe. images: file name -> JPEG or PNG bytes, read as ``/name``.
    on: the document's date, also its creation time, so that equal input gives equal bytes.

    Raises FontMissing, GlyphMissing (naming the character and where it stands), PressError.
    """
    compiler = _compiler()
    with tempfile.TemporaryDirectory(prefix="liangtian-press-") as place:
        root = Path(place)
        _lay_out(root, data, images)
        try:
            with _LOCK:
                pdf, warnings = compiler.compile_with_warnings(
                    input=root / template,
                    root=root,
                    format="pdf",
                    timestamp=datetime(on.year, on.month, on.day, tzinfo=_BEIJING).astimezone(UTC),
                    pdf_standards="a-2u",
                    pdf_tags=False,
                )
        except typst.TypstError as error:
            raise _explain(error, data) from error
    for warning in warnings:
        kind = FontMissing if "font" in warning.message else PressError
        raise kind(f"排版有警告，未出文件：{warning.message}。请检查字库文件是否完整。")
    if not isinstance(pdf, bytes):
        raise PressError("排版没有产生文件，请检查安装是否完整。")
    return pdf


@cache
def _compiler() -> typst.Compiler:
    return typst.Compiler(font_paths=load_fonts())


def _lay_out(root: Path, data: object, images: Mapping[str, bytes]) -> None:
    for source in _TEMPLATES.iterdir():
        if source.name.endswith(".typ"):
            (root / source.name).write_bytes(source.read_bytes())
    (root / "data.json").write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
    for name, content in images.items():
        (root / name).write_bytes(content)


def _explain(error: typst.TypstError, data: object) -> PressError:
    found = _NO_GLYPH.search(error.message)
    if found is None:
        return PressError(f"排版失败：{error.message}。请把本提示和所用数据交给系统管理员。")
    missing = found.group(1)
    codes = " ".join(f"U+{ord(c):04X}" for c in missing)
    places = [text for text in _texts(data) if missing in text]
    where = f"，出现在「{places[0][:60]}」" if places else ""
    return GlyphMissing(
        f"字库中没有「{missing}」（{codes}）这个字{where}。请改用规范汉字后重新生成。"
    )


def _texts(data: object) -> Iterator[str]:
    if isinstance(data, str):
        yield data
    elif isinstance(data, Mapping):
        for value in data.values():
            yield from _texts(value)
    elif isinstance(data, list | tuple):
        for value in data:
            yield from _texts(value)
