from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate
from django.utils.module_loading import autodiscover_modules


class CasesConfig(AppConfig):
    name = "liangtian.platform.cases"
    label = "cases"
    verbose_name = "案件"

    def ready(self) -> None:
        from liangtian.platform.cases.keeping import put_in_place, take_away

        autodiscover_modules("flow")
        pre_migrate.connect(take_away, sender=self)
        post_migrate.connect(put_in_place, sender=self)
