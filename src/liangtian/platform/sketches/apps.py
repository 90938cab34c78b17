from django.apps import AppConfig


class SketchesConfig(AppConfig):
    name = "liangtian.platform.sketches"
    label = "sketches"
    verbose_name = "标绘"
