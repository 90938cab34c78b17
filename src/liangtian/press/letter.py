"""Word letters (函、通知) from templates that an office changes in Word itself.

A template is a .docx whose text holds tags in double braces. Filling it never runs what is in it: the
template language is sandboxed, macros and links to other files are refused.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from io import BytesIO
from typing import Any

from docxtpl import DocxTemplate
from jinja2 import StrictUndefined, TemplateError, TemplateSyntaxError
from jinja2.sandbox import SandboxedEnvironment

from liangtian.press.errors import PressError
from liangtian.press.word_chart import is_chart, marker, place_charts

MIME = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
LARGEST_UNPACKED = 64 * 1024**2
_LEFT_OVER = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
_TEXT = re.compile(r"<w:t(?: [^>]*)?>([^<]*)</w:t>|<w:(?:p|br)[ />]")
_EXTERNAL = re.compile(r'<Relationship\b[^>]*TargetMode="External"[^>]*>')


class TemplateRefused(PressError):  # noqa: N818
    """A template that cannot be used; `problems` says what to change, each in one sentence."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("；".join(problems))
        self.problems = list(problems)


def fill(template: bytes, values: Mapping[str, Any]) -> bytes:
    """The letter of a template and its values (texts, lists of mappings for repeated rows, charts).

    Raises TemplateRefused for a template that is no letter, is not safe, or asks for what is not there.
    """
    out = BytesIO()
    with _refusing():
        _refuse_unsafe(template)
        document = DocxTemplate(BytesIO(template))
        charts = {name: value for name, value in values.items() if is_chart(value)}
        texts = {**values, **{name: marker(name) for name in charts}}
        document.render(texts, jinja_env=_language(), autoescape=True)
        document.save(out)
        return place_charts(out.getvalue(), charts) if charts else out.getvalue()


def asked_for(template: bytes) -> set[str]:
    """Names of the values a template asks for. Raises TemplateRefused."""
    with _refusing():
        _refuse_unsafe(template)
        found = DocxTemplate(BytesIO(template)).get_undeclared_template_variables(_language())
    return {str(name) for name in found}


def try_out(template: bytes, sample: Mapping[str, Any]) -> bytes:
    """The letter filled with sample values, if the template asks for nothing else and leaves no tag.

    Raises TemplateRefused with everything that is wrong.
    """
    unknown = sorted(asked_for(template) - set(sample))
    if unknown:
        raise TemplateRefused(
            [f"模板用了没有的字段“{name}”，请改为字段表中的名称" for name in unknown]
        )
    letter = fill(template, sample)
    left = [found for found in _LEFT_OVER.findall(text_of(letter)) if found.strip("{}% ")]
    if left:
        raise TemplateRefused([f"标记“{tag}”没有被替换，请在 Word 中删去重新输入" for tag in left])
    return letter


def text_of(letter: bytes) -> str:
    """The running text of a letter, a line for each paragraph."""
    with zipfile.ZipFile(BytesIO(letter)) as archive:
        body = archive.read("word/document.xml").decode()
    lines = "".join(
        (m.group(1) if m.group(1) is not None else "\n") for m in _TEXT.finditer(body)
    ).strip()
    return lines.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


@contextmanager
def _refusing() -> Iterator[None]:
    """Whatever a spoilt file makes the libraries raise is a refusal in words."""
    try:
        yield
    except TemplateRefused:
        raise
    except TemplateError as error:
        raise TemplateRefused([_explained(error)]) from error
    except Exception as error:
        raise TemplateRefused(
            ["文件已损坏或不完整，不能读取。请在 Word 或 WPS 中打开，另存为 .docx 后重新上传"]
        ) from error


def _language() -> SandboxedEnvironment:
    return SandboxedEnvironment(undefined=StrictUndefined, autoescape=True)


def _refuse_unsafe(template: bytes) -> None:
    try:
        with zipfile.ZipFile(BytesIO(template)) as archive:
            entries = archive.infolist()
            names = {entry.filename for entry in entries}
            if sum(entry.file_size for entry in entries) > LARGEST_UNPACKED:
                raise TemplateRefused(["模板过大，请去掉其中的大图片后重新上传"])
            links = [
                text
                for name in names
                if name.endswith(".rels")
                for text in _EXTERNAL.findall(archive.read(name).decode("utf-8", "replace"))
            ]
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise TemplateRefused(
            ["文件不是 Word 文档（.docx）。请在 Word 或 WPS 中另存为 .docx 后上传"]
        ) from error
    if "word/document.xml" not in names:
        raise TemplateRefused(["文件不是 Word 文档（.docx）。请另存为 .docx 后上传"])
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise TemplateRefused(["模板带有宏，不能使用。请另存为不含宏的 .docx 后上传"])
    if any("/hyperlink" not in link for link in links):
        raise TemplateRefused(["模板链接了外部文件或图片，请改为嵌入后上传"])


def _explained(error: TemplateError) -> str:
    if isinstance(error, TemplateSyntaxError):
        return f"模板的标记写法有误（{error.message}）。请核对大括号是否成对、名称是否完整"
    return f"模板取值出错（{error.message}）。请核对字段名称"
