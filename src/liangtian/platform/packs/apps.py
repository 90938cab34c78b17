from django.apps import AppConfig


class PacksConfig(AppConfig):
    name = "liangtian.platform.packs"
    label = "packs"
    verbose_name = "政策参数"
