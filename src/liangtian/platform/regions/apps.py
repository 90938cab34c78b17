from django.apps import AppConfig
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate, pre_migrate


class RegionsConfig(AppConfig):
    name = "liangtian.platform.regions"
    label = "regions"
    verbose_name = "行政区划"

    def ready(self) -> None:
        from liangtian.platform import geofield

        connection_created.connect(geofield.install_functions)
        pre_migrate.connect(geofield.enable_postgis, sender=self)
        post_migrate.connect(geofield.ensure_spatial_storage)
