"""Native charts in Word letters: an office changes figures and looks in Word itself.

A chart is told as a plain mapping, so that a letter keeps it beside its texts:
`{"chart": "bar" | "stacked", "title", "unit", "categories": [...], "series": [{"name", "values"}]}`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from io import BytesIO
from typing import Any
from xml.sax.saxutils import escape

import xlsxwriter
from docx import Document
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.part import Part
from docx.oxml import parse_xml
from docx.oxml.ns import qn
from docx.package import Package

CHART = "chart"
_TYPE = "application/vnd.openxmlformats-officedocument.drawingml.chart+xml"
_BOOK_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_NS = {
    "c": "http://schemas.openxmlformats.org/drawingml/2006/chart",
    "a": "http://schemas.openxmlformats.org/drawingml/2006/main",
    "r": "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    "w": "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    "wp": "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing",
}
_COLOURS = ("2F5597", "C55A11", "7F7F7F", "548235")
_WIDE, _HIGH = 5_580_000, 3_000_000  # EMU: the text block of an official letter, about half as high
_OVERLAP = '<c:overlap val="100"/>'
_ACROSS, _UP = 111, 112  # the axes refer to each other by these


def is_chart(value: object) -> bool:
    """Whether a letter's value is a chart."""
    return isinstance(value, Mapping) and CHART in value


def marker(name: str) -> str:
    """What stands in the filled letter where the chart of that name goes."""
    return f"⟦图：{name}⟧"


def place_charts(letter: bytes, charts: Mapping[str, Mapping[str, Any]]) -> bytes:
    """The letter with each marker's paragraph replaced by its chart; the letter itself without any."""
    wanted = {marker(name): chart for name, chart in charts.items()}
    document = Document(BytesIO(letter))
    package, number = document.part.package, 0
    assert package is not None
    for paragraph in list(document.element.body.iter(qn("w:p"))):
        text = "".join(t.text or "" for t in paragraph.iter(qn("w:t"))).strip()
        if text not in wanted:
            continue
        number += 1
        rid = _add_parts(document.part, package, wanted[text])
        for run in paragraph.findall(qn("w:r")):
            paragraph.remove(run)
        for spacing in paragraph.iter(qn("w:spacing")):  # an exact line would cut the chart off
            for name in ("line", "lineRule"):
                spacing.attrib.pop(qn(f"w:{name}"), None)
        for indent in list(paragraph.iter(qn("w:ind"))):
            indent.getparent().remove(indent)
        paragraph.append(parse_xml(_drawing(rid, number, wanted[text])))
    if not number:
        return letter
    out = BytesIO()
    document.save(out)
    return out.getvalue()


def _add_parts(owner: Part, package: Package, chart: Mapping[str, Any]) -> str:
    book = Part(
        package.next_partname("/word/embeddings/liangtian-chart%d.xlsx"), _BOOK_TYPE,
        _book(chart), package,
    )  # fmt: skip
    # The chart's only relation gets the first number, which its text names.
    drawn = Part(
        package.next_partname("/word/charts/liangtian-chart%d.xml"), _TYPE,
        _chart_xml(chart, "rId1").encode(), package,
    )  # fmt: skip
    drawn.relate_to(book, RELATIONSHIP_TYPE.PACKAGE)
    return owner.relate_to(drawn, RELATIONSHIP_TYPE.CHART)


def _book(chart: Mapping[str, Any]) -> bytes:
    """The figures behind the chart, which Word opens for "编辑数据"."""
    out = BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False})
    sheet = book.add_worksheet("Sheet1")
    for row, name in enumerate(chart["categories"], 1):
        sheet.write_string(row, 0, name)
    for col, series in enumerate(chart["series"], 1):
        sheet.write_string(0, col, series["name"])
        for row, value in enumerate(series["values"], 1):
            sheet.write_number(row, col, float(Decimal(value)))
    book.close()
    return out.getvalue()


def _drawing(rid: str, number: int, chart: Mapping[str, Any]) -> str:
    title = escape(str(chart["title"]), {'"': "&quot;"})
    return (
        f'<w:r xmlns:w="{_NS["w"]}" xmlns:wp="{_NS["wp"]}" xmlns:a="{_NS["a"]}"><w:drawing>'
        f'<wp:inline distT="0" distB="0" distL="0" distR="0"><wp:extent cx="{_WIDE}" cy="{_HIGH}"/>'
        f'<wp:docPr id="{9000 + number}" name="图 {number}" descr="{title}"/><wp:cNvGraphicFramePr/>'
        f'<a:graphic><a:graphicData uri="{_NS["c"]}"><c:chart xmlns:c="{_NS["c"]}" '
        f'xmlns:r="{_NS["r"]}" r:id="{rid}"/></a:graphicData></a:graphic></wp:inline></w:drawing></w:r>'
    )


def _chart_xml(chart: Mapping[str, Any], book_rid: str) -> str:
    stacked = chart[CHART] == "stacked"
    series = "".join(
        _series(place, one, chart["categories"]) for place, one in enumerate(chart["series"])
    )
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
        f'<c:chartSpace xmlns:c="{_NS["c"]}" xmlns:a="{_NS["a"]}" xmlns:r="{_NS["r"]}">'
        f'<c:roundedCorners val="0"/><c:chart>{_title(str(chart["title"]), 1200)}'
        '<c:autoTitleDeleted val="0"/><c:plotArea><c:layout/><c:barChart><c:barDir val="col"/>'
        f'<c:grouping val="{"stacked" if stacked else "clustered"}"/><c:varyColors val="0"/>'
        f'{series}<c:gapWidth val="60"/>{_OVERLAP if stacked else ""}'
        f'<c:axId val="{_ACROSS}"/><c:axId val="{_UP}"/></c:barChart>{_axes(str(chart["unit"]))}'
        '</c:plotArea><c:legend><c:legendPos val="b"/><c:overlay val="0"/></c:legend>'
        f'<c:plotVisOnly val="1"/></c:chart>{_text_size(900)}'
        f'<c:externalData r:id="{book_rid}"><c:autoUpdate val="0"/></c:externalData></c:chartSpace>'
    )


def _series(place: int, series: Mapping[str, Any], categories: Iterable[str]) -> str:
    names = list(categories)
    column, last = chr(ord("B") + place), len(names) + 1
    colour = _COLOURS[place % len(_COLOURS)]
    values = [str(value) for value in series["values"]]
    return (
        f'<c:ser><c:idx val="{place}"/><c:order val="{place}"/>'
        f"<c:tx><c:strRef><c:f>Sheet1!${column}$1</c:f>{_cache([series['name']])}</c:strRef></c:tx>"
        f'<c:spPr><a:solidFill><a:srgbClr val="{colour}"/></a:solidFill></c:spPr>'
        '<c:invertIfNegative val="0"/>'
        f"<c:cat><c:strRef><c:f>Sheet1!$A$2:$A${last}</c:f>{_cache(names)}</c:strRef></c:cat>"
        f"<c:val><c:numRef><c:f>Sheet1!${column}$2:${column}${last}</c:f>"
        f"{_cache(values, number=True)}</c:numRef></c:val></c:ser>"
    )


def _cache(values: list[str], *, number: bool = False) -> str:
    kind = "numCache" if number else "strCache"
    code = "<c:formatCode>General</c:formatCode>" if number else ""
    points = "".join(
        f'<c:pt idx="{n}"><c:v>{escape(str(value))}</c:v></c:pt>' for n, value in enumerate(values)
    )
    return f'<c:{kind}>{code}<c:ptCount val="{len(values)}"/>{points}</c:{kind}>'


def _axes(unit: str) -> str:
    line = '<c:spPr><a:ln w="6350"><a:solidFill><a:srgbClr val="7F7F7F"/></a:solidFill></a:ln></c:spPr>'
    grid = (
        '<c:majorGridlines><c:spPr><a:ln w="6350"><a:solidFill><a:srgbClr val="D9D9D9"/></a:solidFill>'
        "</a:ln></c:spPr></c:majorGridlines>"
    )
    common = '<c:scaling><c:orientation val="minMax"/></c:scaling><c:delete val="0"/>'
    return (
        f'<c:catAx><c:axId val="{_ACROSS}"/>{common}<c:axPos val="b"/>'
        '<c:numFmt formatCode="General" sourceLinked="0"/><c:majorTickMark val="none"/>'
        f'<c:minorTickMark val="none"/><c:tickLblPos val="nextTo"/>{line}'
        f'<c:crossAx val="{_UP}"/><c:crosses val="autoZero"/></c:catAx>'
        f'<c:valAx><c:axId val="{_UP}"/>{common}<c:axPos val="l"/>{grid}{_title(f"单位：{unit}", 900)}'
        '<c:numFmt formatCode="General" sourceLinked="0"/><c:majorTickMark val="none"/>'
        f'<c:minorTickMark val="none"/><c:tickLblPos val="nextTo"/>{line}'
        f'<c:crossAx val="{_ACROSS}"/><c:crosses val="autoZero"/></c:valAx>'
    )


def _title(text: str, size: int) -> str:
    return (
        f'<c:title><c:tx><c:rich><a:bodyPr/><a:p><a:pPr><a:defRPr sz="{size}" b="0"/></a:pPr>'
        f'<a:r><a:rPr lang="zh-CN" sz="{size}" b="0"/><a:t>{escape(text)}</a:t></a:r></a:p></c:rich>'
        '</c:tx><c:overlay val="0"/></c:title>'
    )


def _text_size(size: int) -> str:
    return (
        f'<c:txPr><a:bodyPr/><a:p><a:pPr><a:defRPr sz="{size}"/></a:pPr>'
        '<a:endParaRPr lang="zh-CN"/></a:p></c:txPr>'
    )
