from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "liangtian.platform.cases"
    label = "cases"
    verbose_name = "案件"
