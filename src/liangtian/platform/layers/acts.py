"""The acts on reference layers."""

from liangtian.platform.audit.acts import Kind, declare

declare(
    Kind.CHANGED,
    {
        "layers.import": "导入参考图层",
        "layers.checked": "参考图层检查完毕",
        "layers.publish": "发布参考图层",
        "layers.withdraw": "撤回参考图层",
        "layers.fail": "参考图层导入失败",
    },
)
