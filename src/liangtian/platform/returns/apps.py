from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class ReturnsConfig(AppConfig):
    name = "liangtian.platform.returns"
    label = "returns"
    verbose_name = "报表"

    def ready(self) -> None:
        autodiscover_modules("returns")
