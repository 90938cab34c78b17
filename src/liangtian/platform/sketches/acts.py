"""The acts on sketches (标绘) and printed maps."""

from liangtian.platform.audit.acts import Kind, declare

declare(
    Kind.CHANGED,
    {
        "sketches.create": "新建标绘",
        "sketches.change": "修改标绘",
        "sketches.delete": "删除标绘",
    },
)
declare(
    Kind.EXPORTED,
    {
        "maps.atlas": "按比例尺出图册",
        "maps.print": "按比例尺出图",
        "sketches.export": "导出标绘",
        "sketches.analysis": "导出占地分析",
    },
)
