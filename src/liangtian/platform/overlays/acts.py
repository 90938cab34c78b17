"""The acts on overlay runs (多图层套合)."""

from liangtian.platform.audit.acts import Kind, declare

declare(
    Kind.CHANGED,
    {
        "overlays.start": "发起多图层套合",
        "overlays.done": "多图层套合完成",
        "overlays.discard": "删除多图层套合",
    },
)
