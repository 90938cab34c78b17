from django.apps import AppConfig


class BooksConfig(AppConfig):
    name = "liangtian.platform.books"
    label = "books"
    verbose_name = "账簿"
