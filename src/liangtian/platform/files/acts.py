"""The acts on files."""

from liangtian.platform.audit.acts import Kind, declare

declare(Kind.CHANGED, {"file.store": "上传文件"})
declare(Kind.EXPORTED, {"file.download": "下载文件"})
