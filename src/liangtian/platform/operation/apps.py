from django.apps import AppConfig


class OperationConfig(AppConfig):
    name = "liangtian.platform.operation"
    label = "operation"
    verbose_name = "运行维护"
