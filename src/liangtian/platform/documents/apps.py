from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class DocumentsConfig(AppConfig):
    name = "liangtian.platform.documents"
    label = "documents"
    verbose_name = "文书"

    def ready(self) -> None:
        autodiscover_modules("letters")
