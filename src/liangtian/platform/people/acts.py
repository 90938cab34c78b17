"""The acts of signing in and out."""

from liangtian.platform.audit.acts import Kind, declare

declare(
    Kind.SESSION,
    {"session.start": "登录", "session.end": "退出登录", "session.refused": "登录失败"},
)
