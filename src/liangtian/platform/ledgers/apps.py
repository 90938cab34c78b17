from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class LedgersConfig(AppConfig):
    name = "liangtian.platform.ledgers"
    label = "ledgers"
    verbose_name = "台账"

    def ready(self) -> None:
        autodiscover_modules("ledgers")
