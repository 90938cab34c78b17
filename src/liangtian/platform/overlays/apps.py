from django.apps import AppConfig


class OverlaysConfig(AppConfig):
    name = "liangtian.platform.overlays"
    label = "overlays"
    verbose_name = "多图层套合"
