from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate
from django.utils.module_loading import autodiscover_modules


class OperationConfig(AppConfig):
    name = "liangtian.platform.operation"
    label = "operation"
    verbose_name = "运行维护"

    def ready(self) -> None:
        from liangtian.platform import triggers

        autodiscover_modules("frozen")
        # Once for all apps: Django sends both signals for each of them.
        pre_migrate.connect(triggers.take_down, sender=self)
        post_migrate.connect(triggers.put_up, sender=self)
