from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.module_loading import autodiscover_modules


class CasesConfig(AppConfig):
    name = "liangtian.platform.cases"
    label = "cases"
    verbose_name = "案件"

    def ready(self) -> None:
        from liangtian.platform.cases.keeping import write_states

        autodiscover_modules("flow")
        post_migrate.connect(write_states, sender=self)
