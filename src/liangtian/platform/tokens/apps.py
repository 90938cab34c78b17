from django.apps import AppConfig


class TokensConfig(AppConfig):
    name = "liangtian.platform.tokens"
    label = "tokens"
    verbose_name = "接口令牌"
