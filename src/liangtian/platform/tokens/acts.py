"""The acts on tokens (接口令牌)."""

from liangtian.platform.audit.acts import Kind, declare

declare(
    Kind.SECURITY,
    {
        "token.create": "新建接口令牌",
        "token.revoke": "吊销接口令牌",
    },
)
declare(Kind.EXPORTED, {"features.read": "经接口读取图层或台账"})
