from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.module_loading import autodiscover_modules


class ReturnsConfig(AppConfig):
    name = "liangtian.platform.returns"
    label = "returns"
    verbose_name = "报表"

    def ready(self) -> None:
        from liangtian.platform.returns.frozen import freeze_for_good

        post_migrate.connect(freeze_for_good, sender=self)
        autodiscover_modules("returns")
