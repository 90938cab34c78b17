from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate


class LayersConfig(AppConfig):
    name = "liangtian.platform.layers"
    label = "layers"
    verbose_name = "参考图层"

    def ready(self) -> None:
        from liangtian.platform.layers.frozen import freeze_published, thaw

        pre_migrate.connect(thaw, sender=self)
        post_migrate.connect(freeze_published, sender=self)
