from django.apps import AppConfig
from django.db.models.signals import post_migrate


class LayersConfig(AppConfig):
    name = "liangtian.platform.layers"
    label = "layers"
    verbose_name = "参考图层"

    def ready(self) -> None:
        from liangtian.platform.layers.frozen import freeze_published

        post_migrate.connect(freeze_published, sender=self)
