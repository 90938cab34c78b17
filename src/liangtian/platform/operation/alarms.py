"""Telling the system administrators and security officers that backup or drill went wrong."""

from __future__ import annotations

from django.utils import timezone

from liangtian.platform.calendar.messages import Text, tell
from liangtian.platform.calendar.models import Message
from liangtian.platform.operation.health import Finding
from liangtian.platform.people.models import Role, User

PAGE = "/system"
POSTS = (Role.Post.SYSTEM, Role.Post.SECURITY)


def alarm(code: str, title: str, body: str) -> int:
    """A message to each officer, once a day for one `code`; how many are new."""
    officers = User.objects.filter(is_active=True, roles__post__in=POSTS).distinct()
    key = f"operation:{code}:{timezone.localdate()}"
    return tell(officers, Text(Message.Kind.SYSTEM, key, title, body, PAGE))


def alarm_of(finding: Finding) -> int:
    """The same for a finding that is not well."""
    if finding.level == "ok":
        return 0
    return alarm(finding.code, f"{finding.label}：{finding.detail}", "详见“运行状况”页。")
