"""The acts on policy packs (政策包)."""

from liangtian.platform.audit.acts import Kind, declare

declare(Kind.CHANGED, {"packs.keep": "保存政策包取值"})
