from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.module_loading import autodiscover_modules


class AuditConfig(AppConfig):
    name = "liangtian.platform.audit"
    label = "audit"
    verbose_name = "审计"

    def ready(self) -> None:
        from liangtian.platform.audit import guard

        autodiscover_modules("acts")
        post_migrate.connect(guard.install, dispatch_uid="audit.guard")
