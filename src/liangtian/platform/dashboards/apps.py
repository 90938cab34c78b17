from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class DashboardsConfig(AppConfig):
    name = "liangtian.platform.dashboards"
    label = "dashboards"
    verbose_name = "统计看板"

    def ready(self) -> None:
        autodiscover_modules("dashboards")
