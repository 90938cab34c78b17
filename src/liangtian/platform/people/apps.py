from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "liangtian.platform.people"
    label = "people"
    verbose_name = "机构人员"

    def ready(self) -> None:
        from django.contrib.auth.signals import user_logged_in

        from liangtian.platform.people import sessions

        user_logged_in.connect(sessions.started)
