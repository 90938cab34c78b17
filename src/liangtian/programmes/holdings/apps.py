from django.apps import AppConfig


class HoldingsConfig(AppConfig):
    name = "liangtian.programmes.holdings"
    label = "holdings"
    verbose_name = "承包经营"
