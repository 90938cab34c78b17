from django.apps import AppConfig


class LayersConfig(AppConfig):
    name = "liangtian.platform.layers"
    label = "layers"
    verbose_name = "参考图层"
