from django.apps import AppConfig


class SketchesConfig(AppConfig):
    name = "liangtian.platform.sketches"
    label = "sketches"
    verbose_name = "标绘"

    def ready(self) -> None:
        import liangtian.platform.maps.printing
        import liangtian.platform.sketches.map_source  # noqa: F401
