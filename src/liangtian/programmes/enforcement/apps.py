from django.apps import AppConfig


class EnforcementConfig(AppConfig):
    name = "liangtian.programmes.enforcement"
    label = "enforcement"
    verbose_name = "卫片执法"
