"""The acts that can stand in the trail: each is declared once, with its kind and its Chinese name.

An app declares its own in a module `acts.py`, which is read at start-up.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import models


class Kind(models.TextChoices):
    """What sort of act it is; GB/T 22239-2019 8.1.4.3 b) asks for the type of every event."""

    SAW = "saw", "查看"
    CHANGED = "changed", "变更"
    EXPORTED = "exported", "导出"
    SESSION = "session", "会话"
    SECURITY = "security", "安全"
    JOB = "job", "任务"


@dataclass(frozen=True)
class Act:
    """A declared act."""

    code: str
    label: str
    kind: Kind


declared: dict[str, Act] = {}


def declare(kind: Kind, labels: Mapping[str, str]) -> None:
    """Declare acts of one kind, code to Chinese name. Raises ValueError for a code declared before."""
    for code, label in labels.items():
        if code in declared:
            raise ValueError(f"act {code!r} declared twice")
        declared[code] = Act(code, label, kind)


def act_of(code: str) -> Act:
    """The act of that code; one that nobody declared counts as a change and goes by its code."""
    return declared.get(code) or Act(code, code, Kind.CHANGED)


declare(Kind.SAW, {"audit.search": "查询审计记录"})
declare(Kind.EXPORTED, {"audit.export": "导出审计记录", "audit.download": "下载审计导出文件"})
declare(
    Kind.SECURITY,
    {
        "access.denied": "越权访问被拒",
        "access.not_found": "访问不存在或辖区外的对象",
        "access.repeated": "越权或辖区外访问反复发生",
        "audit.verify": "核验审计记录",
        "audit.archive": "归档审计记录",
    },
)
