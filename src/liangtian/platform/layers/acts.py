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
        "layers.flatten": "要求压平参考图层",
        "layers.flattened": "参考图层压平完毕",
        "layers.owner": "指定图层管理机构",
        "layers.compare": "比较图层版本",
        "layers.export": "导出参考图层",
        "layers.download": "下载图层导出文件",
    },
)
