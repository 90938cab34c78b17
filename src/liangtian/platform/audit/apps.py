from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "liangtian.platform.audit"
    label = "audit"
    verbose_name = "审计"
