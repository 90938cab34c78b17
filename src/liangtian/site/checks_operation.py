"""Checks of the audit trail and of the running of the site against GB/T 22239-2019 (二级)."""

from __future__ import annotations

from liangtian.site.finding import Finding

AUDIT, BACKUP, KEYS = "8.1.4.3 安全审计", "8.1.4.9 数据备份恢复", "8.1.4.8 数据保密性"
INTEGRITY = "8.1.4.7 数据完整性"
PORTS, PATCHES = "8.1.4.4 入侵防范", "8.1.4.4 入侵防范"


def audit_trail() -> list[Finding]:
    """Entries cannot be changed (c), are kept long enough, and hang together."""
    from django.conf import settings

    from liangtian.platform import triggers
    from liangtian.platform.audit.archiving import SHORTEST_DAYS
    from liangtian.platform.audit.models import Seal

    absent = triggers.missing("audit_")
    sealed = Seal.objects.order_by("-number").first()
    days = settings.AUDIT_KEEP_DAYS
    return [
        Finding(AUDIT, "审计记录防篡改", f"缺少 {len(absent)} 个触发器" if absent else "数据库拒绝修改与删除",
                not absent, "请运行 liangtian migrate 补上触发器。"),
        Finding(AUDIT, "审计记录成链", f"已封存至第 {sealed.number} 块" if sealed else "尚未封存",
                sealed is not None, "请启动 liangtian worker，或运行 liangtian audit seal。"),
        Finding(AUDIT, "审计记录留存", f"{days} 天", days >= SHORTEST_DAYS,
                f"请把 LIANGTIAN_AUDIT_KEEP_DAYS 设为不少于 {SHORTEST_DAYS}。"),
    ]  # fmt: skip


def frozen_rows() -> list[Finding]:
    """What was published, signed, issued or received is kept by the database itself (数据完整性)."""
    from liangtian.platform import triggers

    absent = [name for name in triggers.missing() if not name.startswith("audit_")]
    said = f"缺少 {len(absent)} 个触发器：{'、'.join(absent[:5])}" if absent else "数据库拒绝改动"
    return [
        Finding(INTEGRITY, "已发布、签批、制发与入库内容防篡改", said, not absent,
                "请由数据库属主运行 liangtian migrate 补上触发器。"),
    ]  # fmt: skip


def running() -> list[Finding]:
    """Backups, drills, keys and host names, as the page 运行状况 sees them."""
    from liangtian.platform.operation import health

    looked_at = (
        (BACKUP, health.last_backup), (BACKUP, health.last_drill), (KEYS, health.key_file),
        (PORTS, health.hosts), (PATCHES, health.migrations),
    )  # fmt: skip
    found = [(clause, look()) for clause, look in looked_at]
    return [
        Finding(clause, one.label, one.detail, one.level == "ok", "详见“运行状况”页与运维手册。")
        for clause, one in found
    ]


CHECKS = (audit_trail, frozen_rows, running)
