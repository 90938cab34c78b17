"""The acts on administrative regions."""

from liangtian.platform.audit.acts import Kind, declare

declare(Kind.CHANGED, {"regions.import": "导入行政区划界线"})
declare(
    Kind.CHANGED,
    {
        "regions.change": "行政区划变更",
        "regions.install": "建立行政区划",
        "regions.import.start": "上传行政区划数据",
        "regions.import.checked": "行政区划数据检查完毕",
        "regions.import.accept": "行政区划数据确认入库",
        "regions.import.discard": "放弃行政区划导入",
        "regions.import.enter": "行政区划数据入库",
    },
)
